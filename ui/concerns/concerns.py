"""What patients come with, in their own words, and the procedures that act on it.

Data, in `concerns.toml`, checked when it is read: every procedure it names is in the catalogue, and
every procedure of the catalogue is named.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from face_mesh.skin.signs import SIGNS
from face_mesh.untrusted.shapes import read_shape
from simulate import procedures
from ui.state.clinic_policy import policy

FILE = Path(__file__).with_name("concerns.toml")


@dataclass(frozen=True)
class Candidate:
    """A procedure that acts on a concern: what it can do for it, and what it cannot."""

    id: str
    can: str
    cannot: str


@dataclass(frozen=True)
class Concern:
    """What somebody sees in their own face.

    Attributes:
        id: of the concern.
        area: id of its area.
        words: what they would say.
        procedures: those that act on it, in the order in which they are told.
        signs: of the skin that it is about, as far as they are read off a photo.
    """

    id: str
    area: str
    words: str
    procedures: tuple[Candidate, ...]
    signs: tuple[str, ...] = ()

    @property
    def available_procedures(self) -> tuple[Candidate, ...]:
        """The procedures that may be shown here."""
        return tuple(procedure for procedure in self.procedures if policy().offers(procedure.id))


@dataclass(frozen=True)
class Area:
    """A part of the face as patients name it."""

    id: str
    name: str


@dataclass(frozen=True)
class _File:
    areas: tuple[Area, ...]
    concerns: tuple[Concern, ...]


@cache
def areas() -> tuple[Area, ...]:
    """Return the parts of the face, in order."""
    return _read().areas


def concerns(all_of_them: bool = False) -> tuple[Concern, ...]:
    """Return the concerns on which a procedure acts that may be shown here, in order.

    Args:
        all_of_them: also those on which none does.
    """
    return tuple(
        concern for concern in _read().concerns if all_of_them or concern.available_procedures
    )


@cache
def _read() -> _File:
    """Return what the file says.

    Raises:
        ValueError: an area or a procedure is not known, or a procedure is in no concern.
    """
    made = read_shape(_File, tomllib.loads(FILE.read_text("utf-8")))
    named = {procedure.id for concern in made.concerns for procedure in concern.procedures}
    for id_ in named ^ set(procedures()):
        raise ValueError(f"concerns.toml: {id_} is not in the catalogue, or in no concern")
    known = {area.id for area in made.areas}
    for concern in made.concerns:
        if concern.area not in known:
            raise ValueError(f"concerns.toml: {concern.id} has no area {concern.area}")
        for sign in set(concern.signs) - set(SIGNS):
            raise ValueError(f"concerns.toml: {concern.id} is about no sign {sign}")
    return made


def candidates(chosen: Iterable[str]) -> list[tuple[str, list[tuple[Concern, Candidate]]]]:
    """Return what acts on the chosen concerns: each procedure once, with all it acts on."""
    by_id: dict[str, list[tuple[Concern, Candidate]]] = {}
    picked = set(chosen)
    for concern in concerns():
        if concern.id in picked:
            for one in concern.available_procedures:
                by_id.setdefault(one.id, []).append((concern, one))
    return list(by_id.items())
