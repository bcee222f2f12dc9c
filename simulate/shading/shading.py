"""How much lighter or darker skin gets as it is moved: what makes volume visible from the front.

The light of the photo (`light`) is shone on the normals before and after. Their difference in ln of
luminance is kept to first order in the dose, so that shading, like displacement, is a weighted sum
of what was computed once a face. It is low-passed over a few mm, as the mesh knows no finer relief,
and levels off at `LARGEST`: more than that a landmark mesh cannot vouch for.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from face_mesh import Face
from face_mesh.arrays import Points
from face_mesh.cache import Scope, cached_per
from face_mesh.landmarks.anatomy import curve
from simulate.geometry.cover_taper import off_covers
from simulate.geometry.displacement import Amounts, Part
from simulate.geometry.grid import NODE_MM, Grid
from simulate.geometry.mesh import FaceSurface
from simulate.geometry.neck_and_ears import PriorSurface, grid_of, surface_of
from simulate.geometry.operators import smooth_step
from simulate.shading.headroom import within_headroom
from simulate.shading.light import NORMAL_ROUNDS, Light
from simulate.shading.tones import tone_unit

LARGEST = 0.4  # of ln luminance
LOW_PASS_MM = 1.5
EDGE_NODES = 0.8
STEP_MM = 1.0  # the largest shift at which the slope is taken
# Over which the turn of normals is averaged: a patch is smooth, unlike the facets of a face, and
# what its relief loses by averaging it loses in the picture too (a third over the 4 of a face).
SHIFT_ROUNDS = 1
# Towards the contour a normal turns away and the light on it is no longer known: cosines to the
# camera between which shading comes in.
FACING = (0.12, 0.4)
QUIET = 1.0 / 2048.0  # ln: a quarter of a level on the lightest skin
# Eyes, brows, lips and nostrils have a gloss and colours of their own: mm over which shading comes
# in beside them.
_AWAY_MM = {
    **dict.fromkeys(("upper_lid_left", "upper_lid_right"), 7.0),
    **dict.fromkeys(("lower_lid_left", "lower_lid_right"), 5.0),
    **dict.fromkeys(("brow_upper_left", "brow_upper_right"), 3.0),
    **dict.fromkeys(("brow_lower_left", "brow_lower_right"), 3.0),
    **dict.fromkeys(("nostril_left", "nostril_right"), 3.0),
    **dict.fromkeys(("upper_vermilion_border", "lower_vermilion_border"), 2.5),
}
SPREAD_MM = 20.0  # from the lid-cheek junction, over which a volume's shadow comes in (estimate)
Floats = npt.NDArray[np.float32]


@cached_per(Scope.SIZE)
def shade_unit(face: Face, part: Part) -> Floats:
    """Return (rows, columns) float32 on the face's grid, ln of luminance for one unit of a part."""
    if part.unlit:
        return np.zeros(Grid.of(face).shape, np.float32)
    grid, relief = grid_of(face, part.surface), _RELIEFS[part.surface]
    values = surface_shade(face, part.surface, part.surface_mm(face))
    if part.swells and part.reach and part.surface == "face":  # and not of a swelling
        values = np.where(values < 0.0, values * _below_lids(face), values)
    shade = grid.place_values(values, LOW_PASS_MM / NODE_MM)
    if relief.has_features:  # what the low pass spread over lips and eyes again
        shade *= grid.place_values(relief.known(face), EDGE_NODES)
    shade = within_headroom(face, shade, part.reach)
    return off_covers(face, shade + tone_unit(face, part), part.bends_glasses, part.under_hair)


def shade_of(face: Face, amounts: Amounts, share: float = 1.0) -> Floats:
    """Return (rows, columns) float32 ln of luminance for all parts together, within `LARGEST`.

    `share` is how much of their displacement is shown.
    """
    total = np.zeros(Grid.of(face).shape, np.float32)
    for part, weight in amounts:
        if weight:
            total += np.float32(share * part.share(face, weight)) * shade_unit(face, part)
    limited = np.float32(LARGEST) * np.tanh(total / np.float32(LARGEST))
    limited[np.abs(limited) < QUIET] = 0.0
    return np.asarray(limited, np.float32)


def surface_shade(face: Face, surface: str, shift_mm: Points) -> Points:
    """Return (V,) ln of luminance that a (V, 3) shift brings, to first order, where it is known."""
    relief, longest_mm = _RELIEFS[surface], float(np.linalg.norm(shift_mm, axis=1).max())
    known = relief.known(face)
    if not longest_mm or not known.any():
        return np.zeros(len(shift_mm))
    mesh, light, step = surface_of(face, surface), Light.of(face), STEP_MM / longest_mm
    facing = mesh.smooth_normals(relief.rounds)
    before, after = (
        one.smooth_normals(SHIFT_ROUNDS) for one in (mesh, mesh.with_shift(step * shift_mm))
    )
    turned = facing + (after - before)
    turned /= np.linalg.norm(turned, axis=1, keepdims=True)
    change: Points = (light.shade(turned) - light.shade(facing)) / step
    return change * known


@cached_per(Scope.HEAD)
def _known_of_face(face: Face) -> Points:
    """(V,) share of the shading that is shown: 1 on skin that faces the camera."""
    mesh = FaceSurface.of(face)
    known = _facing(face, mesh.smooth_normals(NORMAL_ROUNDS))
    for name, over_mm in _AWAY_MM.items():
        near = np.minimum(mesh.distance_mm(mesh.along(curve(name)), over_mm), over_mm)
        known = known * smooth_step(near / over_mm)
    return known * _inside_lips(mesh)


@cached_per(Scope.HEAD)
def _below_lids(face: Face) -> Points:
    """(V,) share of a volume's own shadow that is shown: none where cheek and lid meet.

    What is filled below is spread out towards the lid, so that no step is left there.
    """
    mesh = FaceSurface.of(face)
    shown = np.ones(len(mesh.vertices_mm))
    for side in ("left", "right"):
        lid = mesh.along(curve(f"lid_cheek_junction_{side}"))
        near = np.minimum(mesh.distance_mm(lid, SPREAD_MM), SPREAD_MM)
        shown = shown * smooth_step(near / SPREAD_MM)
    return shown


def _known_of_neck(face: Face) -> Points:
    """(V,) the same on the neck, which is lit as the face is."""
    return _facing(face, PriorSurface.of(face, "neck").normals)


def _known_of_ears(face: Face) -> Points:
    """(V,) nothing: an ear has no such relief."""
    return np.zeros(len(PriorSurface.of(face, "ears").vertices_mm))


def _facing(face: Face, normals: Points) -> Points:
    toward = (normals @ face.pose.rotation.T)[:, 2]
    return smooth_step((toward - FACING[0]) / (FACING[1] - FACING[0]))


@dataclass(frozen=True)
class _Relief:
    """How a surface answers light.

    Attributes:
        rounds: of neighbours over which its normals are averaged.
        known: (V,) share of the shading that is shown.
        has_features: whether there are eyes and lips on it, over which no shading may spread.
    """

    rounds: int
    known: Callable[[Face], Points]
    has_features: bool = False


_RELIEFS = {
    "face": _Relief(NORMAL_ROUNDS, _known_of_face, has_features=True),
    "neck": _Relief(0, _known_of_neck),
    "ears": _Relief(0, _known_of_ears),
}


def _inside_lips(mesh: FaceSurface) -> Points:
    """(V,) 0 on the red of the lips: nearer to where they meet than to where they end."""
    known = np.ones(len(mesh.vertices_mm))
    for lip in ("upper", "lower"):
        inner, border = (
            mesh.distance_mm(mesh.along(curve(f"{lip}_{edge}")), 12.0)
            for edge in ("inner_lip", "vermilion_border")
        )
        known[inner < border] = 0.0
    return known
