"""How much lighter or darker skin gets as it is moved: what makes volume visible from the front.

The light of the photo (`light`) is shone on the normals before and after. Their difference in ln of
luminance is kept to first order in the dose, so that shading, like displacement, is a weighted sum
of what was computed once a face. It is low-passed over a few mm, as the mesh knows no finer relief,
and levels off at `LARGEST`: more than that a landmark mesh cannot vouch for.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from face_mesh import Face
from face_mesh.arrays import Points
from face_mesh.landmarks.anatomy import curve
from simulate.geometry.displacement import Amounts, Part
from simulate.geometry.grid import NODE_MM, Grid
from simulate.geometry.mesh import Mesh
from simulate.geometry.neck_and_ears import Apron, place_on, surface_of
from simulate.geometry.operators import smooth_step
from simulate.shading.light import NORMAL_ROUNDS, Light

LARGEST = 0.2  # of ln luminance
LOW_PASS_MM = 1.5
EDGE_NODES = 0.8
STEP_MM = 1.0  # the largest shift at which the slope is taken
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
Floats = npt.NDArray[np.float32]


def shade_unit(face: Face, part: Part) -> Floats:
    """Return (rows, columns) float32 on the face's grid, ln of luminance for one unit of a part."""
    name = f"shade {part.name} {face.photo.image.shape[:2]}"
    made = face.workspace.get(name)
    if made is None:
        smooth = LOW_PASS_MM / NODE_MM
        surface, shift_mm = surface_of(face, part.surface), part.surface_mm(face)
        values = (
            _apron_shade(face, surface, shift_mm)
            if isinstance(surface, Apron)
            else vertex_shade(face, shift_mm)
        )
        made = place_on(face, surface, values, smooth)
        if not isinstance(surface, Apron):  # what the low pass spread over lips and eyes again
            made *= place_on(face, surface, _known(face), EDGE_NODES)
        face.workspace[name] = made
    assert isinstance(made, np.ndarray)
    return made


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


def vertex_shade(face: Face, shift_mm: Points) -> Points:
    """Return (V,) ln of luminance that a (V, 3) shift brings, to first order, where it is known."""
    longest_mm = float(np.linalg.norm(shift_mm, axis=1).max())
    if not longest_mm:
        return np.zeros(len(shift_mm))
    mesh, light = Mesh.of(face), Light.of(face)
    step = STEP_MM / longest_mm
    before = mesh.smooth_normals(NORMAL_ROUNDS)
    after = Mesh(mesh.vertices_mm + step * shift_mm).smooth_normals(NORMAL_ROUNDS)
    change: Points = (light.shade(after) - light.shade(before)) / step
    return change * _known(face)


def _apron_shade(face: Face, apron: Apron, shift_mm: Points) -> Points:
    """Return (V,) the same on the neck, which is lit as the face is; an ear has no such relief."""
    longest_mm = float(np.linalg.norm(shift_mm, axis=1).max())
    if apron.surface != "neck" or not longest_mm:
        return np.zeros(len(shift_mm))
    step = STEP_MM / longest_mm
    light, before, after = Light.of(face), apron.normals, apron.moved(step * shift_mm).normals
    toward = (before @ face.pose.rotation.T)[:, 2]
    known = smooth_step((toward - FACING[0]) / (FACING[1] - FACING[0]))
    change: Points = known * (light.shade(after) - light.shade(before)) / step
    return change


def _known(face: Face) -> Points:
    """(V,) share of the shading that is shown: 1 on skin that faces the camera."""
    made = face.workspace.get("shade known")
    if made is None:
        mesh = Mesh.of(face)
        toward = (mesh.smooth_normals(NORMAL_ROUNDS) @ face.pose.rotation.T)[:, 2]
        made = smooth_step((toward - FACING[0]) / (FACING[1] - FACING[0]))
        for name, over_mm in _AWAY_MM.items():
            near = np.minimum(mesh.distance_mm(curve(name), over_mm), over_mm)
            made = made * smooth_step(near / over_mm)
        made = face.workspace["shade known"] = made * _inside_lips(mesh)
    assert isinstance(made, np.ndarray)
    return made


def _inside_lips(mesh: Mesh) -> Points:
    """(V,) 0 on the red of the lips: nearer to where they meet than to where they end."""
    known = np.ones(len(mesh.vertices_mm))
    for lip in ("upper", "lower"):
        red: Iterable[str] = (f"{lip}_inner_lip", f"{lip}_vermilion_border")
        inner, border = (mesh.distance_mm(curve(one), 12.0) for one in red)
        known[inner < border] = 0.0
    return known
