"""Displacement operators: one term of the catalogue on one face becomes millimetres a dose.

An operator is a pure function of the mesh and the weights of a patch; it returns a (V, 3) field in
the head frame, in mm for a coefficient of 1. Adding one is a function and a line in OPERATORS.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from scipy.spatial import cKDTree

from face_mesh.arrays import Points
from face_mesh.landmarks.anatomy import curve
from face_mesh.landmarks.model_file import canonical_mesh
from simulate.catalogue.procedure import TONES, Term
from simulate.geometry.mesh import FaceSurface, Surface, landmarks_of
from simulate.geometry.volume import swept_ml

MIDLINE_BLEND_MM = 10.0  # a one-sided treatment of a midline structure fades over this half-width
# Of the pivot's distance from the midline: from where to where `spread` comes in.
RIDGE = (0.15, 1.25)
Operator = Callable[[Any, Term, Points, str], Points]


def smooth_step(value: Points) -> Points:
    """Return 0 below 0, 1 above 1, and between them a curve with two continuous derivatives."""
    t = np.clip(value, 0.0, 1.0)
    step: Points = t * t * t * (t * (6.0 * t - 15.0) + 10.0)
    return step


def patch_weights(mesh: Surface, term: Term, side: str) -> Points:
    """Return (V,) weights in [0, 1] of a term's patch.

    1 within `core_mm` of the centre curve, falling smoothly to 0 over `falloff_mm` along the skin;
    0 on each held curve, rising with the distance from it, and at the ends of a centre curve that
    has `ends_mm`. A side of a midline term is cut softly. Nothing where the surface lacks the
    centre, as a head lacks the helix of an ear under hair.
    """
    patch = term.patch
    reach_mm = patch.core_mm + patch.falloff_mm
    centre = mesh.vertices_of(patch.centre, side)
    if not centre:
        return np.zeros(len(mesh.vertices_mm))
    away_mm = mesh.distance_mm(centre, reach_mm, patch.metric)
    weights = smooth_step(1.0 - (away_mm - patch.core_mm) / patch.falloff_mm)
    for name in patch.hold:
        held_mm = mesh.distance_mm(mesh.vertices_of(name, side), 2.0 * reach_mm, patch.metric)
        near = np.isfinite(held_mm) & (weights > 0.0)
        held_mm, beyond_mm = held_mm[near], np.maximum(away_mm[near] - patch.core_mm, 0.0)
        weights[near] *= held_mm / np.maximum(held_mm + beyond_mm, 1e-6)
    if patch.ends_mm:
        weights *= _inward(mesh, landmarks_of(patch.centre, side), patch.ends_mm)
    if term.midline and side != "both":
        sign = 1.0 if side == "left" else -1.0
        across = sign * mesh.vertices_mm[:, 0] / MIDLINE_BLEND_MM
        weights = weights * smooth_step((across + 1.0) / 2.0)
    return weights if mesh.gives is None else np.asarray(weights * mesh.gives, np.float64)


def _inward(mesh: Any, landmarks: tuple[int, ...], ends_mm: float) -> Points:
    """Return (V,) 0 beside the ends of a curve, rising to 1 beside what is `ends_mm` along it."""
    line = mesh.polyline_mm(landmarks)
    along = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(line, axis=0), axis=1))])
    _, nearest = cKDTree(line).query(mesh.vertices_mm)
    return smooth_step(np.minimum(along, along[-1] - along)[nearest] / ends_mm)


def _directed(term: Term, side: str) -> Points:
    vector = np.array(term.direction, dtype=np.float64)
    if side == "right":
        vector[0] *= -1.0
    return _field(vector / np.linalg.norm(vector))


def _field(values: Any) -> Points:
    return np.asarray(values, np.float64)


def volume(mesh: Surface, term: Term, weights: Points, side: str) -> Points:
    """Spread 1 mL over the patch: to first order 1,000 mm³ are swept.

    Along the skin normals, or in the term's direction where it names one: what lies under a ridge
    or a tip lifts it as a whole and does not blow it up.
    """
    along = _directed(term, side) if term.direction else mesh.normals
    spread = _field(weights[:, None] * along)
    return spread / swept_ml(mesh.vertices_mm, mesh.triangles, spread)[0]


def remove(mesh: Surface, term: Term, weights: Points, side: str) -> Points:
    """Take 1 mL away: the opposite of `volume`."""
    return -volume(mesh, term, weights, side)


def translate(mesh: Surface, term: Term, weights: Points, side: str) -> Points:
    """Move the patch by 1 mm in the term's direction, drawn for the left side."""
    return _field(weights[:, None] * _directed(term, side))


def rotate(mesh: FaceSurface, term: Term, weights: Points, side: str) -> Points:
    """Turn the patch by 1 degree about the term's axis through its pivot (first order)."""
    pivot = mesh.vertices_mm[landmarks_of(term.pivot, side)[0]]
    axis = _directed(term, side) * (-1.0 if side == "right" else 1.0)  # an axis mirrors reversed
    turned = np.cross(axis, mesh.vertices_mm - pivot)
    return _field(np.deg2rad(1.0) * weights[:, None] * turned)


def spread(mesh: FaceSurface, term: Term, weights: Points, side: str) -> Points:
    """Move both sides away from the midline by 1 mm at the pivot of the mean side.

    A ridge keeps its width: nothing moves within `RIDGE` of the pivot's distance, and what lies
    farther out than the pivot is carried along, not stretched. The midline is the person's own,
    height by height: a nose is seldom straight.
    """
    across = mesh.vertices_mm[:, 0] - _midline_mm(mesh)
    pivot = landmarks_of(term.pivot, side)[0]
    either = [pivot, canonical_mesh().mirror[pivot]]  # of one side only, a mirrored face differs
    reference = max(float(np.abs(across[either]).mean()), 1.0)
    low, high = RIDGE
    reached = smooth_step((np.abs(across) / reference - low) / (high - low))
    share = np.sign(across) * reached / smooth_step(np.array((1.0 - low) / (high - low)))
    return _field((weights * share)[:, None] * np.array((1.0, 0.0, 0.0)))


def _midline_mm(mesh: FaceSurface) -> Points:
    """Return (V,) the x of the midline at the height of each vertex."""
    middle = mesh.vertices_mm[list(curve("facial_midline"))]
    rising = middle[np.argsort(middle[:, 1])]
    return _field(np.interp(mesh.vertices_mm[:, 1], rising[:, 1], rising[:, 0]))


def flatten(mesh: FaceSurface, term: Term, weights: Points, side: str) -> Points:
    """Move hollows out to the straight line between the two ends of the centre curve.

    A coefficient of 1 fills them wholly; what already stands outside the line does not move.
    """
    ends = mesh.vertices_mm[list(landmarks_of(term.patch.centre, side))]
    start, along = ends[0], ends[-1] - ends[0]
    share = np.clip((mesh.vertices_mm - start) @ along / (along @ along), 0.0, 1.0)
    gap_mm = (start + share[:, None] * along - mesh.vertices_mm) @ _directed(term, side)
    return _field((weights * np.maximum(gap_mm, 0.0))[:, None] * _directed(term, side))


def relax(mesh: FaceSurface, term: Term, weights: Points, side: str) -> Points:
    """Let the patch go 1 mm away from the line its muscle pulls toward."""
    pull = mesh.polyline_mm(landmarks_of(term.pull, side))
    _, nearest = cKDTree(pull).query(mesh.vertices_mm)
    away = mesh.vertices_mm - pull[nearest]
    away /= np.maximum(np.linalg.norm(away, axis=1, keepdims=True), 1.0)
    return _field(weights[:, None] * away)


def rest(mesh: Surface, term: Term, weights: Points, side: str) -> Points:
    """Move nothing: the term changes the shade alone (`simulate.shading.tones`)."""
    return np.zeros_like(mesh.vertices_mm)


OPERATORS: dict[str, Operator] = {
    "volume": volume,
    "remove": remove,
    "translate": translate,
    "rotate": rotate,
    "spread": spread,
    "flatten": flatten,
    "relax": relax,
    **dict.fromkeys(TONES, rest),
}


def term_field(mesh: Surface, term: Term, side: str) -> Points:
    """Return the (V, 3) displacement in mm of a term with coefficient 1 on "left" or "right".

    A midline term also takes "both". Every mirrored pair of vertices answers for one side.
    """
    return OPERATORS[term.operator](mesh, term, patch_weights(mesh, term, side), side)
