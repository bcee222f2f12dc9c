"""What one unit of a treatment does to a face: computed once, then only weighted and added."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from face_mesh import Face
from face_mesh.arrays import Points
from face_mesh.cache import Scope, cached_per
from face_mesh.landmarks.model_file import VERTICES
from face_mesh.measures import measure_points
from simulate.catalogue.procedure import SURFACES, Procedure
from simulate.geometry.displacement import (
    Amounts,
    Part,
    mesh_shift_mm,
    parts_of,
    surface_shift_mm,
)
from simulate.geometry.mesh import FaceSurface
from simulate.geometry.neck_and_ears import PriorSurface, prior_measures


@cached_per(Scope.HEAD)
def mesh_basis(face: Face, procedure: Procedure, side: str) -> Points:
    """Return the (V, 3) displacement in mm of one unit of effective dose on a side or on both.

    Of the face, to first order: what adds volume grows a little less than in proportion
    (`displacement`).
    """
    total = np.zeros_like(FaceSurface.of(face).vertices_mm)
    for part in parts_of(procedure, side):
        if part.surface == "face":
            total += part.surface_mm(face)
    return total


def beyond_measures(face: Face, amounts: Amounts) -> dict[str, float]:
    """Return the measures of every prior surface that parts lie on, as these parts leave it."""
    amounts = list(amounts)
    found: dict[str, float] = {}
    for surface in SURFACES[1:]:
        if any(part.surface == surface for part, _ in amounts):
            shift_mm = surface_shift_mm(face, surface, amounts)
            found |= prior_measures(PriorSurface.of(face, surface), shift_mm)
    return found


def displaced_landmarks(face: Face, shift_mm: Points) -> Points:
    """Return the (478, 3) head-frame landmarks after a (V, 3) displacement; irises stay."""
    moved = face.mesh_mm.copy()
    moved[:VERTICES] += shift_mm[:VERTICES]
    return moved


def measure_slopes(face: Face, parts: Sequence[Part], step: float) -> dict[str, float]:
    """Return for each measure how much a unit of parts changes it, over `step` units."""
    return _measure_slopes(face, tuple(parts), step)


@cached_per(Scope.HEAD)
def _measure_slopes(face: Face, parts: tuple[Part, ...], step: float) -> dict[str, float]:
    # Within what ears can be set back: beyond it nothing changes, and a slope would be too flat. A
    # part that ends at `most` keeps its mean slope.
    on_ears = [part.share(face, step) for part in parts if part.surface == "ears"]
    step = min(on_ears, default=step) or step
    shift_mm = mesh_shift_mm(face, [(part, step) for part in parts])
    after = measure_points(displaced_landmarks(face, shift_mm))
    after |= beyond_measures(face, [(part, step) for part in parts])
    before = measures_before(face) | beyond_measures(face, [(part, 0.0) for part in parts])
    return {m: (after[m] - before[m]) / step for m in before}


@cached_per(Scope.HEAD)
def reach_mm(face: Face, procedure: Procedure, side: str) -> tuple[float, float]:
    """Return how far one unit moves any skin: in all, and as seen in the picture."""
    unit_mm = mesh_basis(face, procedure, side)
    seen_mm = face.pose.shift_px(unit_mm) / face.px_per_mm
    farthest, seen = (float(np.linalg.norm(v, axis=1).max()) for v in (unit_mm, seen_mm))
    return farthest, seen


@cached_per(Scope.SIZE)
def neck_drawn_mm(face: Face, procedure: Procedure, side: str) -> float:
    """Return how far one unit moves skin of the neck, as it is drawn in the picture."""
    drawn = [
        float(np.linalg.norm(part.grid_px(face), axis=2).max()) / face.px_per_mm
        for part in parts_of(procedure, side)
        if part.surface == "neck"
    ]
    return sum(drawn)


@cached_per(Scope.HEAD)
def measures_before(face: Face) -> dict[str, float]:
    """Return the measures of the untreated face, computed once."""
    return measure_points(face.mesh_mm)
