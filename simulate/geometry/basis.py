"""What one unit of a treatment does to a face: computed once, then only weighted and added."""

from __future__ import annotations

import numpy as np

from face_mesh import Face
from face_mesh.arrays import Field, Points
from face_mesh.bundle import VERTICES
from face_mesh.measures import measure_points
from simulate.entry import AMOUNTS, Dose, Procedure, Term
from simulate.geometry.grid import Grid
from simulate.geometry.mesh import Mesh
from simulate.geometry.terms import term_field


def mesh_basis(face: Face, procedure: Procedure, side: str) -> Points:
    """Return the (V, 3) displacement in mm of one unit of effective dose on a side or on both."""
    name = f"mesh basis {procedure.id} {side}"
    made = face.workspace.get(name)
    if made is None:
        made = face.workspace[name] = _mesh_basis(Mesh.of(face), procedure, side)
    assert isinstance(made, np.ndarray)
    return made


def _mesh_basis(mesh: Mesh, procedure: Procedure, side: str) -> Points:
    total = np.zeros_like(mesh.vertices_mm)
    for term in procedure.terms:
        weight = term.coefficient * _portion(term, procedure.dose, side)
        for one in (side,) if term.midline else procedure.sides_treated(side):
            total += weight * term_field(mesh, term, one)
    return total


def _portion(term: Term, dose: Dose, side: str) -> float:
    """Share of the dose a term works with: all on the left is half of the dose on both, twice.

    A total in mL or U is shared between two sides; a total in mm or degrees holds for either.
    """
    if dose.scope != "total" or dose.unit not in AMOUNTS:
        return 1.0
    if not term.midline:
        return 0.5 if side == "both" else 1.0
    spread = term.operator in ("volume", "remove")  # already stands twice as high on half the area
    return 1.0 if side == "both" or spread else 2.0


def grid_basis(face: Face, procedure: Procedure, side: str) -> Field:
    """Return the same unit as a forward field in px on the face's grid."""
    name = f"grid basis {procedure.id} {side} {face.photo.image.shape[:2]}"
    made = face.workspace.get(name)
    if made is None:
        unit_mm = mesh_basis(face, procedure, side)
        made = face.workspace[name] = Grid.of(face).place(face, unit_mm)
    assert isinstance(made, np.ndarray)
    return made


def displaced_landmarks(face: Face, shift_mm: Points) -> Points:
    """Return the (478, 3) head-frame landmarks after a (V, 3) displacement; irises stay."""
    moved = face.mesh_mm.copy()
    moved[:VERTICES] += shift_mm[:VERTICES]
    return moved


def measure_slopes(face: Face, procedure: Procedure, side: str) -> dict[str, float]:
    """Return for each measure how much one unit of effective dose changes it (first order)."""
    name = f"slopes {procedure.id} {side}"
    made = face.workspace.get(name)
    if made is None:
        step = procedure.dose.usual
        moved = displaced_landmarks(face, step * mesh_basis(face, procedure, side))
        after, before = measure_points(moved), measures_before(face)
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
