"""How much lighter skin may get: no lighter than bright skin of the same face in the same photo.

A chin that comes forward catches more light, but its own lamp has no more to give: where skin is
as bright as the brightest of the face, a camera would show a burnt spot and not a volume.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from face_mesh import Face
from face_mesh.cache import Scope, cached_per
from simulate.geometry.grid import Grid
from simulate.shading.light import DARKEST, LUMINANCE, Light, light_at

LEAST = 0.06  # ln: what is brightest may still gain as much, or its volume would not be seen at all
Floats = npt.NDArray[np.float32]


@cached_per(Scope.SIZE)
def headroom(face: Face) -> Floats:
    """Return (rows, columns) float32 on the face's grid, ln of luminance skin may gain at most."""
    grid = Grid.of(face)
    light = light_at(face, grid.places_px.reshape(-1, 2)) @ LUMINANCE
    room = np.log(Light.of(face).bright / np.maximum(light, DARKEST)).reshape(grid.shape)
    return np.asarray(np.maximum(room, LEAST), np.float32)


def within_headroom(face: Face, shade: Floats, reach: float) -> Floats:
    """Return ln of luminance for a unit, so bent that `reach` units lighten no skin too much.

    Args:
        face: whose skin it is.
        shade: (rows, columns) float32 for one unit of a part.
        reach: the largest dose, in units; 0 where none is known.
    """
    if not reach:
        return shade
    room = headroom(face) / np.float32(reach)
    return np.asarray(np.where(shade > 0.0, room * np.tanh(shade / room), shade), np.float32)
