"""Plans that come with the program: several treatments for one aim, each dose with its source.

One TOML file a plan in `plans/`, checked like the catalogue. They are starting points to change,
and no advice: each says whom it suits less.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Annotated

from pydantic import Field

from face_mesh.errors import PlanError
from face_mesh.messages import Message
from face_mesh.untrusted.shapes import Number, ShapeError, read_shape
from simulate.catalogue.loader import CatalogueError
from simulate.catalogue.procedure import PoorCandidate
from simulate.catalogue.sources import Derivation, Sentence, Source
from simulate.plan.interactions import check_plan
from simulate.plan.plan import Plan, Treatment

FOLDER = Path(__file__).with_name("plans")


@dataclass(frozen=True)
class Step:
    """One treatment of a named plan.

    Attributes:
        procedure: id in the catalogue.
        dose: in the procedure's unit, per side or in total as its entry says.
        source: of the dose, citation keys or "author's estimate".
        derivation: how the dose follows from the source, and why the step is there.
        side: "both", "left" or "right".
        week: after the first treatment.
    """

    procedure: str
    dose: Number
    source: Source
    derivation: Derivation
    side: str = "both"
    week: Number = 0.0


@dataclass(frozen=True)
class Preset:
    """A named plan.

    Attributes:
        id: its name on the command line and that of its file.
        name: for people.
        summary: what it is for, one sentence.
        treatments: its steps, in order.
        suits_less: whom it suits less, or not at all.
    """

    id: str
    name: str
    summary: Sentence
    treatments: Annotated[tuple[Step, ...], Field(min_length=1)]
    suits_less: Annotated[tuple[PoorCandidate, ...], Field(min_length=1)]

    @property
    def plan(self) -> Plan:
        """The plan itself."""
        return Plan(
            tuple(
                Treatment(step.procedure, step.dose, step.side, week=step.week)
                for step in self.treatments
            )
        )


@cache
def presets() -> Mapping[str, Preset]:
    """Return the named plans by id, in order of id.

    Raises:
        CatalogueError: one of them is wrong; the message names the file.
    """
    return MappingProxyType(
        {path.stem: read_preset(path) for path in sorted(FOLDER.glob("*.toml"))}
    )


def preset(name: str) -> Preset:
    """Return a named plan.

    Raises:
        PlanError: there is no such plan.
    """
    if name not in presets():
        raise PlanError(
            Message("There is no plan {name!r}; --list-plans shows them all.", name=name[:60])
        )
    return presets()[name]


def read_preset(path: Path) -> Preset:
    """Return the checked plan of one file; see `presets`."""
    try:
        named = read_shape(Preset, tomllib.loads(path.read_text("utf-8")))
        check_plan(named.plan)
    except (tomllib.TOMLDecodeError, PlanError, ShapeError) as error:
        raise CatalogueError(f"{path.name}: {error}") from None
    if named.id != path.stem:
        raise CatalogueError(f"{path.name}: id: {named.id!r} is not the name of the file")
    return named
