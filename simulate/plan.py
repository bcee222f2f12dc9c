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
from simulate.catalogue import procedures
from simulate.entry import Procedure

LESIONS = "moles"  # the sign whose lesions are picked one by one
STROKES = ("add", "spare")
MOST_RADIUS_MM = 20.0
MOST_POINTS = 2000  # of one hand's work; more is no stroke of a hand
Place = tuple[float, float]


@dataclass(frozen=True)
class Stroke:
    """A stroke of the brush that corrects what was found on the skin.

    Attributes:
        kind: "add" treats what it covers too, "spare" leaves it as it is, to the byte.
        points: its path, as shares of the photo's width and height.
        radius_mm: half the width of the brush.

    Raises:
        PlanError: another kind, no points, a place outside the photo, an impossible radius.
    """

    kind: str
    points: tuple[Place, ...]
    radius_mm: float

    def __post_init__(self) -> None:
        """Refuse what is no stroke on the photo."""
        if self.kind not in STROKES:
            raise PlanError(f"A stroke adds or spares, not {self.kind[:20]!r}.")
        if not 0.0 < self.radius_mm <= MOST_RADIUS_MM:
            raise PlanError(f"A brush is above 0 and up to {MOST_RADIUS_MM:g} mm in radius.")
        if not 0 < len(self.points) <= MOST_POINTS:
            raise PlanError(f"A stroke has 1 to {MOST_POINTS} points.")
        _check_places(self.points, "A stroke")


def _check_places(places: Iterable[Place], what: str) -> None:
    if not all(0.0 <= x <= 1.0 and 0.0 <= y <= 1.0 for x, y in places):
        raise PlanError(
            f"{what} lies outside the photo; give places as shares of its width and height, 0 to 1."
        )


@dataclass(frozen=True)
class Treatment:
    """One procedure at one dose.

    Attributes:
        procedure: id in the catalogue.
        dose: in the procedure's unit; per side or in total as its entry says.
        side: "both", "left" or "right" of the patient.
        spots: lesions picked in the photo, as shares of its width and height; none is all found.
        strokes: hand corrections of what was found on the skin.

    Raises:
        PlanError: unknown procedure, dose out of range or not a number, side not offered, spots or
            strokes for a procedure that has no use for them.
    """

    procedure: str
    dose: float
    side: str = "both"
    spots: tuple[Place, ...] = ()
    strokes: tuple[Stroke, ...] = ()

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
        if self.spots and not any(term.sign == LESIONS for term in entry.skin):
            raise PlanError(f"{entry.name} has no spots to pick; leave them out.")
        if self.strokes and not entry.skin:
            raise PlanError(f"{entry.name} does not paint skin, so there is no mask to correct.")
        _check_places(self.spots, "A picked spot")

    @property
    def entry(self) -> Procedure:
        """The catalogue entry."""
        return procedures()[self.procedure]

    @property
    def relative_dose(self) -> float:
        """The effective dose over that of the usual dose, on the side or sides treated."""
        entry = self.entry
        whole = entry.usual_dose("both") / entry.usual_dose(self.side)
        return entry.effect(self.dose * whole) / entry.effect(entry.dose.usual)

    @classmethod
    def parse(cls, text: str) -> Treatment:
        """Return the treatment written as "lip_filler=1.0" or "masseter_toxin=25:left".

        Lesions are picked with "mole_removal=1@0.41,0.52", as often as wanted, in shares of the
        photo's width and height.
        """
        text, *picked = text.split("@")
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
        return cls(name, amount, side or "both", tuple(_place(one) for one in picked))


def _place(text: str) -> Place:
    try:
        x, y = (float(part) for part in text.split(","))
    except ValueError:
        raise PlanError(
            f"{text[:20]!r} is not a place; write @X,Y in shares of the photo's width and height."
        ) from None
    return x, y


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

    def to_toml(self) -> str:
        """Return the text of a plan file that `from_toml` reads back as this plan."""
        return "\n".join(_table(one) for one in self.treatments) or "treatments = []\n"

    @classmethod
    def from_toml(cls, source: str | os.PathLike[str] | bytes) -> Plan:
        """Return the plan of a TOML file (or its bytes) with [[treatments]] tables.

        Each table has `procedure`, `dose` and, if wanted, `side`, `spots` ([[x, y], ...]) and
        `strokes` ([{kind, points, radius_mm}, ...]).

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


def _table(one: Treatment) -> str:
    lines = [f'procedure = "{one.procedure}"', f"dose = {one.dose!r}", f'side = "{one.side}"']
    if one.spots:
        lines.append(f"spots = {_written(one.spots)}")
    if one.strokes:
        made = ", ".join(
            f'{{kind = "{s.kind}", points = {_written(s.points)}, radius_mm = {s.radius_mm!r}}}'
            for s in one.strokes
        )
        lines.append(f"strokes = [{made}]")
    return "\n".join(["[[treatments]]", *lines, ""])


def _written(places: Iterable[Place]) -> str:
    return f"[{', '.join(f'[{x!r}, {y!r}]' for x, y in places)}]"


_NEEDED, _WANTED = {"procedure", "dose"}, {"side", "spots", "strokes"}


def _row(row: object) -> Treatment:
    if not isinstance(row, dict) or not _NEEDED <= set(row) <= _NEEDED | _WANTED:
        raise PlanError(
            "Each [[treatments]] table has procedure, dose and, if wanted, side, spots and strokes."
        )
    procedure, dose, side = row["procedure"], row["dose"], row.get("side", "both")
    if not isinstance(procedure, str) or not isinstance(side, str) or not _is_number(dose):
        raise PlanError("In a plan file procedure and side are text and dose is a number.")
    spots = _places(row.get("spots", []), "spots")
    strokes = row.get("strokes", [])
    if not isinstance(strokes, list):
        raise PlanError("In a plan file strokes is a list of tables.")
    return Treatment(procedure, float(dose), side, spots, tuple(_stroke(one) for one in strokes))


def _stroke(table: object) -> Stroke:
    if not isinstance(table, dict) or set(table) != {"kind", "points", "radius_mm"}:
        raise PlanError("Each stroke of a plan file has kind, points and radius_mm.")
    if not isinstance(table["kind"], str) or not _is_number(table["radius_mm"]):
        raise PlanError("In a plan file the kind of a stroke is text and radius_mm a number.")
    return Stroke(table["kind"], _places(table["points"], "points"), float(table["radius_mm"]))


def _places(rows: object, name: str) -> tuple[Place, ...]:
    if not isinstance(rows, list) or not all(map(_is_place, rows)):
        raise PlanError(f"In a plan file {name} is a list of places, as [[0.41, 0.52]].")
    return tuple((float(x), float(y)) for x, y in rows)


def _is_place(row: object) -> bool:
    return isinstance(row, list) and len(row) == 2 and all(map(_is_number, row))


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
