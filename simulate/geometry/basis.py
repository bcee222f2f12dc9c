"""What one unit of a treatment does to a face: computed once, then only weighted and added."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from face_mesh import Face
from face_mesh.arrays import Field, Points
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
from simulate.geometry.grid import Grid
from simulate.geometry.mesh import Mesh
from simulate.geometry.neck_and_ears import Apron, apron_measures


def mesh_basis(face: Face, procedure: Procedure, side: str) -> Points:
    """Return the (V, 3) displacement in mm of one unit of effective dose on a side or on both.

    To first order: what adds volume grows a little less than in proportion (`parts`).
    """
    name = f"mesh basis {procedure.id} {side}"
    made = face.workspace.get(name)
    if made is None:
        made = np.zeros_like(Mesh.of(face).vertices_mm)
        for part in parts_of(procedure, side):
            made += part.mesh_mm(face)
        face.workspace[name] = made
    assert isinstance(made, np.ndarray)
    return made


def grid_basis(face: Face, procedure: Procedure, side: str) -> Field:
    """Return the same unit as a forward field in px on the face's grid."""
    name = f"grid basis {procedure.id} {side} {face.photo.image.shape[:2]}"
    made = face.workspace.get(name)
    if made is None:
        made = np.zeros((*Grid.of(face).shape, 2), np.float32)
        for part in parts_of(procedure, side):
            made += part.grid_px(face)
        face.workspace[name] = made
    assert isinstance(made, np.ndarray)
    return made


def apron_shift(face: Face, procedure: Procedure, side: str) -> dict[str, Points]:
    """Return by apron the (V, 3) displacement in mm of one unit: of the "neck", the "ears"."""
    unit = [(part, 1.0) for part in parts_of(procedure, side) if part.surface != "face"]
    return {part.surface: surface_shift_mm(face, part.surface, unit) for part, _ in unit}


def beyond_measures(face: Face, amounts: Amounts) -> dict[str, float]:
    """Return the measures of every apron that parts lie on, as these parts leave it."""
    amounts = list(amounts)
    found: dict[str, float] = {}
    for surface in SURFACES[1:]:
        if any(part.surface == surface for part, _ in amounts):
            shift_mm = surface_shift_mm(face, surface, amounts)
            found |= apron_measures(Apron.of(face, surface), shift_mm)
    return found


def displaced_landmarks(face: Face, shift_mm: Points) -> Points:
    """Return the (478, 3) head-frame landmarks after a (V, 3) displacement; irises stay."""
    moved = face.mesh_mm.copy()
    moved[:VERTICES] += shift_mm[:VERTICES]
    return moved


def measure_slopes(face: Face, parts: Sequence[Part], step: float) -> dict[str, float]:
    """Return for each measure how much a unit of parts changes it, over `step` units."""
    name = f"slopes {' '.join(part.name for part in parts)} {step}"
    made = face.workspace.get(name)
    if made is None:
        shift_mm = mesh_shift_mm(face, [(part, step) for part in parts])
        after = measure_points(displaced_landmarks(face, shift_mm))
        after |= beyond_measures(face, [(part, step) for part in parts])
        before = measures_before(face) | beyond_measures(face, [(part, 0.0) for part in parts])
        made = face.workspace[name] = {m: (after[m] - before[m]) / step for m in before}
    assert isinstance(made, dict)
    return made


def reach_mm(face: Face, procedure: Procedure, side: str) -> tuple[float, float]:
    """Return how far one unit moves any skin: in all, and as seen in the picture."""
    name = f"reach {procedure.id} {side}"
    made = face.workspace.get(name)
    if made is None:
        unit_mm = mesh_basis(face, procedure, side)
        seen_mm = face.pose.shift_px(unit_mm) / face.px_per_mm
        longest = (float(np.linalg.norm(v, axis=1).max()) for v in (unit_mm, seen_mm))
        made = face.workspace[name] = tuple(longest)
    assert isinstance(made, tuple)
    return made


def measures_before(face: Face) -> dict[str, float]:
    """Return the measures of the untreated face, computed once."""
    made = face.workspace.get("measures")
    if made is None:
        made = face.workspace["measures"] = measure_points(face.mesh_mm)
    assert isinstance(made, dict)
    return made
