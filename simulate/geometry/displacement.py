"""The parts of a treatment that each grow with its dose in one way, and what they do to a face.

What shifts, turns or narrows grows in proportion, up to where it ends (`Part.most`, or how far an
ear can be set back). What adds or takes volume is bent so that the volume between old and new skin
is the dose's at every dose: on a rounded chin the same height holds more the higher it gets. A
part's fields are computed once a face; a plan at any dose is their weighted sum.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from face_mesh import Face
from face_mesh.arrays import Field, Points
from face_mesh.cache import Scope, cached_per
from face_mesh.covers.cover import GLASSES
from face_mesh.skin.lower_face import extent
from simulate.catalogue.procedure import (
    AMOUNTS,
    SURFACES,
    TONES,
    Dose,
    Procedure,
    Reaction,
    Term,
)
from simulate.geometry.cover_taper import off_covers
from simulate.geometry.grid import Grid
from simulate.geometry.neck_and_ears import grid_of, most_setback_mm, surface_of
from simulate.geometry.operators import term_field
from simulate.geometry.volume import Cubic, share_for, swept_ml

VOLUMES = ("volume", "remove")
KINDS = {"moved": 0, "filled": 1, "shaded": 2}  # of parts, in their order
Floats = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Part:
    """Terms that grow together with the dose of one treatment.

    Attributes:
        name: unique for a face.
        terms: (term, side, weight): each with what it is multiplied by for one unit of dose.
        surface: what the terms lie on: "face", "neck" or "ears".
        bends_glasses: whether they would bend glasses in the photo, and so spare what is under.
        under_hair: whether hair lies over what they move, and stays.
        most: units beyond which they do not grow; 0 is without end.
        unlit: whether they move skin without lighting it anew.
        reach: the largest dose, in units: light is kept within what skin may gain at it; 0 where
            none is known.
    """

    name: str
    terms: tuple[tuple[Term, str, float], ...]
    surface: str = "face"
    bends_glasses: bool = False
    under_hair: bool = False
    most: float = 0.0
    unlit: bool = False
    reach: float = 0.0

    @property
    def swells(self) -> bool:
        """Whether its terms add or take volume."""
        return all(term.operator in VOLUMES for term, _, _ in self.terms)

    @property
    def sides(self) -> frozenset[str]:
        """The sides that its terms lie on."""
        return frozenset(side for _, side, _ in self.terms)

    def surface_mm(self, face: Face) -> Points:
        """Return the (V, 3) displacement of one unit on the surface, to first order."""
        return _surface_mm(face, self)

    def grid_px(self, face: Face) -> Field:
        """Return the same unit as a forward field in px on the face's grid."""
        return _grid_px(face, self)

    def share(self, face: Face, weight: float) -> float:
        """Return by how much to multiply the unit's fields for `weight` units of dose."""
        if not self.swells and self.surface == "ears":
            return min(weight, most_setback_mm(face, self.sides))
        if not weight or not self.swells:
            return min(weight, self.most) if self.most else weight
        cubic = _cubic(face, self)
        return share_for(cubic, weight * _volume_ml(face, self)) if cubic[0] else weight


@cached_per(Scope.HEAD)
def _surface_mm(face: Face, part: Part) -> Points:
    surface = surface_of(face, part.surface)
    total = np.zeros_like(surface.vertices_mm)
    for term, side, weight in part.terms:
        total += weight * to_treat(face, term, side) * term_field(surface, term, side)
    return total


def to_treat(face: Face, term: Term, side: str) -> float:
    """Return by how much a term acts on a face: 1, or less where less is found than it needs."""
    if not term.reading:
        return 1.0
    return term.least + (1.0 - term.least) * extent(face, term.reading, side)


@cached_per(Scope.HEAD)
def _volume_ml(face: Face, part: Part) -> float:
    """Return what one unit of a part that adds or takes volume adds to this very face."""
    signs = {"volume": 1.0, "remove": -1.0}
    return sum(signs[t.operator] * w * to_treat(face, t, side) for t, side, w in part.terms)


@cached_per(Scope.SIZE)
def _grid_px(face: Face, part: Part) -> Field:
    unit_mm = part.surface_mm(face)
    farthest = float(np.linalg.norm(unit_mm, axis=1).max()) if part.bends_glasses else 0.0
    return off_covers(
        face,
        grid_of(face, part.surface).place(face, unit_mm),
        part.bends_glasses,
        part.under_hair,
        part.reach * farthest,
    )


@cached_per(Scope.HEAD)
def _cubic(face: Face, part: Part) -> Cubic:
    surface = surface_of(face, part.surface)
    return swept_ml(surface.vertices_mm, surface.triangles, part.surface_mm(face))


def parts_of(procedure: Procedure, side: str) -> tuple[Part, ...]:
    """Return the parts of a procedure on a side or on both, a unit of effective dose each."""
    found, spared = [], _spared(procedure)
    for surface in SURFACES:
        alike: dict[tuple[str, float, bool], list[tuple[Term, str, float]]] = {}
        for term in procedure.terms:
            if term.patch.surface != surface:
                continue
            weight = term.coefficient * _portion(term, procedure.dose, side)
            for one in (side,) if term.midline else procedure.treated_sides(side):
                alike.setdefault(_kind(term), []).append((term, one, weight))
        for (kind, most, unlit), terms in sorted(alike.items(), key=lambda one: KINDS[one[0][0]]):
            name = f"{procedure.id} {side} {surface} {kind}{' unlit' if unlit else ''}"
            name += f" until {most:g}" if most else ""
            reach = 0.0 if kind == "shaded" else procedure.dose.max
            found.append(Part(name, tuple(terms), surface, *spared, most, unlit, reach))
    return tuple(found)


def _kind(term: Term) -> tuple[str, float, bool]:
    """Return what a term does, until how many units, and whether its skin is lit anew."""
    if term.operator in VOLUMES:
        return "filled", 0.0, term.unlit
    if term.operator in TONES:
        return "shaded", 0.0, False
    return "moved", term.most, term.unlit


def reaction_term(
    procedure: Procedure, side: str, reaction: Reaction
) -> Iterator[tuple[Term, str]]:
    """Yield the reaction as a volume term, with each side it acts on ("both" on the midline)."""
    term = Term(
        "volume",
        reaction.patch,
        reaction.peak,
        reaction.source,
        reaction.derivation,
        reaction.midline,
    )
    for here in (side,) if reaction.midline else procedure.treated_sides(side):
        yield term, here


def swelling_part(procedure: Procedure, side: str, reaction: Reaction) -> Part:
    """Return a swelling as a part: one unit is that of the usual dose at its peak."""
    peak_ml = reaction.peak * (0.5 if reaction.midline and side != "both" else 1.0)
    terms = tuple((t, here, peak_ml) for t, here in reaction_term(procedure, side, reaction))
    name = f"{procedure.id} {side} swelling {procedure.reactions.index(reaction)}"
    return Part(name, terms, reaction.patch.surface, *_spared(procedure))


def _spared(procedure: Procedure) -> tuple[bool, bool]:
    """Return whether it would bend glasses, and whether hair lies over what it moves."""
    return GLASSES in procedure.hidden_by, procedure.under_hair


def _portion(term: Term, dose: Dose, side: str) -> float:
    """Share of the dose a term works with: all on the left is half of the dose on both, twice.

    A total in mL or U is shared between two sides; a total in mm or degrees holds for either.
    """
    if dose.scope != "total" or dose.unit not in AMOUNTS:
        return 1.0
    if not term.midline:
        return 0.5 if side == "both" else 1.0
    spread = term.operator in VOLUMES  # already stands twice as high on half the area
    return 1.0 if side == "both" or spread else 2.0


Amounts = Iterable[tuple[Part, float]]  # parts with how many units of each


def mesh_shift_mm(face: Face, amounts: Amounts) -> Points:
    """Return the (V, 3) displacement of the face by all parts together."""
    return surface_shift_mm(face, "face", amounts)


def surface_shift_mm(face: Face, surface: str, amounts: Amounts) -> Points:
    """Return the (V, 3) displacement of a surface by the parts that lie on it."""
    total = np.zeros_like(surface_of(face, surface).vertices_mm)
    for part, weight in amounts:
        if weight and part.surface == surface:
            total += part.share(face, weight) * part.surface_mm(face)
    return total


def grid_shift_px(face: Face, amounts: Amounts) -> Field:
    """Return the forward field in px of all parts together, on the face's grid."""
    total = np.zeros((*Grid.of(face).shape, 2), np.float32)
    for part, weight in amounts:
        if weight:
            total += np.float32(part.share(face, weight)) * part.grid_px(face)
    return total


def away_mm(face: Face, amounts: Amounts) -> Floats:
    """Return (rows, columns) float32 on the grid, how far the skin there is moved in all, mm."""
    total = np.zeros(Grid.of(face).shape, np.float32)
    alike: dict[tuple[str, bool], list[tuple[Part, float]]] = {}
    for part, weight in amounts:
        if weight:
            alike.setdefault((part.surface, part.under_hair), []).append((part, weight))
    for (surface, under_hair), some in alike.items():
        away = np.linalg.norm(surface_shift_mm(face, surface, some), axis=1)
        placed = grid_of(face, surface).place_values(away, 1.0)
        total += off_covers(face, placed, False, True) if under_hair else placed
    return total
