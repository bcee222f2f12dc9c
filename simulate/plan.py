"""A plan: which procedures, at which dose, on which side."""

from __future__ import annotations

import math
import os
import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from face_mesh.errors import PlanError
from simulate.catalogue import Procedure, procedures


@dataclass(frozen=True)
class Treatment:
    """One procedure at one dose.

    Attributes:
        procedure: id in the catalogue.
        dose: in the procedure's unit; per side or in total as its entry says.
        side: "both", "left" or "right" of the patient.

    Raises:
        PlanError: unknown procedure, dose out of range or not a number, side not offered.
    """

    procedure: str
    dose: float
    side: str = "both"

    def __post_init__(self) -> None:
        """Refuse at the door what the catalogue does not offer."""
        entry = _entry(self.procedure)
        if not math.isfinite(self.dose):
            raise PlanError(f"The dose of {entry.name.lower()} must be a number.")
        if self.side not in entry.sides:
            raise PlanError(
                f"{entry.name} cannot be done on side {self.side!r}; "
                f"choose {' or '.join(entry.sides)}."
            )
        most = entry.max_dose(self.side)
        if not 0.0 <= self.dose <= most:
            where = "" if self.side == "both" else f" on the {self.side}"
            raise PlanError(
                f"A dose of {self.dose:g} {entry.dose.unit} is outside the range of "
                f"{entry.name.lower()}{where}; give 0 to {most:g} {entry.dose.unit}."
            )

    @property
    def entry(self) -> Procedure:
        """The catalogue entry."""
        return procedures()[self.procedure]

    @classmethod
    def parse(cls, text: str) -> Treatment:
        """Return the treatment written as "lip_filler=1.0" or "masseter_toxin=25:left"."""
        match = re.fullmatch(r"\s*([\w-]+)\s*=\s*([^:]*?)\s*(?::\s*(\w+)\s*)?", text)
        if match is None:
            raise PlanError(
                f"{text[:60]!r} is not a treatment; write PROCEDURE=DOSE or PROCEDURE=DOSE:left."
            )
        name, dose, side = match.groups()
        entry = _entry(name)
        try:
            amount = float(dose)
        except ValueError:
            raise PlanError(
                f"The dose {dose[:20]!r} of {entry.name.lower()} is not a number; "
                f"give 0 to {entry.dose.max:g} {entry.dose.unit}."
            ) from None
        return cls(name, amount, side or "both")


def _entry(name: str) -> Procedure:
    if name not in procedures():
        raise PlanError(f"There is no procedure {name[:60]!r}; --list shows them all.")
    return procedures()[name]


@dataclass(frozen=True)
class Plan:
    """Ordered treatments. The same structure and side may be treated once.

    Raises:
        PlanError: a procedure is listed twice on the same side.
    """

    treatments: tuple[Treatment, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a procedure given twice where it would add up unseen."""
        seen: set[tuple[str, str]] = set()
        for one in self.treatments:
            for side in one.entry.sides_treated(one.side):
                if (one.procedure, side) in seen:
                    raise PlanError(
                        f"{one.entry.name} is in the plan twice on the same side; give one dose."
                    )
                seen.add((one.procedure, side))

    @classmethod
    def parse(cls, texts: str | Iterable[str]) -> Plan:
        """Return the plan of texts like "lip_filler=1.0", or of a single one."""
        texts = [texts] if isinstance(texts, str) else texts
        return cls(tuple(Treatment.parse(text) for text in texts))

    @classmethod
    def from_toml(cls, source: str | os.PathLike[str] | bytes) -> Plan:
        """Return the plan of a TOML file (or its bytes) with [[treatments]] tables.

        Each table has `procedure`, `dose` and, if wanted, `side`.

        Raises:
            PlanError: the file cannot be read or says something else.
        """
        try:
            data = source if isinstance(source, bytes) else Path(source).read_bytes()
            table = tomllib.loads(data.decode("utf-8"))
        except OSError as error:
            raise PlanError("The plan file cannot be read; check its name.") from error
        except ValueError as error:
            raise PlanError("The plan file is not valid TOML; see the README's example.") from error
        rows = table.get("treatments")
        if set(table) != {"treatments"} or not isinstance(rows, list):
            raise PlanError("A plan file holds [[treatments]] tables and nothing else.")
        return cls(tuple(_row(row) for row in rows))


def _row(row: object) -> Treatment:
    if not isinstance(row, dict) or not {"procedure", "dose"} <= set(row) <= {
        "procedure",
        "dose",
        "side",
    }:
        raise PlanError("Each [[treatments]] table has procedure, dose and, if wanted, side.")
    procedure, dose, side = row["procedure"], row["dose"], row.get("side", "both")
    number = isinstance(dose, int | float) and not isinstance(dose, bool)
    if not isinstance(procedure, str) or not isinstance(side, str) or not number:
        raise PlanError("In a plan file procedure and side are text and dose is a number.")
    return Treatment(procedure, float(dose), side)
