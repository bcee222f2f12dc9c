"""Where something lies over the face in the photo, nothing is moved, lit or coloured."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from face_mesh import Face
from face_mesh.cache import Scope, cached_per
from face_mesh.covers.cover import fixed_mask, lens_mask, wears_glasses
from simulate.geometry.grid import NODE_MM, Grid

# Skin moves less over this distance towards a cover. Twice what any treatment moves it by: so no
# pixel near a cover is taken from under it.
TAPER_MM = 6.0
HIDDEN = 0.05  # of the mask, whose edge is soft
Floats = npt.NDArray[np.float32]


def off_covers(face: Face, values: Floats, bends_glasses: bool) -> Floats:
    """Return (rows, columns, ...) values on the face's grid, less and less towards a cover.

    `bends_glasses` is whether glasses would be bent by them too.
    """
    free = _free(face, bends_glasses and wears_glasses(face))
    if free is None:
        return values
    kept = values * free.reshape(*free.shape, *[1] * (values.ndim - 2))
    return np.asarray(kept, np.float32)


@cached_per(Scope.SIZE)
def _free(face: Face, glasses: bool) -> Floats | None:
    """(rows, columns) float32, 1 away from covers and 0 under them; None if there are none."""
    hidden = np.maximum(fixed_mask(face), lens_mask(face)) if glasses else fixed_mask(face)
    if not hidden.any():
        return None
    grid, (height, width) = Grid.of(face), hidden.shape
    row, column = (
        np.clip(np.round(low + (np.arange(n) + 0.5) * grid.node_px - 0.5), 0, end - 1).astype(int)
        for low, n, end in zip(grid.origin_px[::-1], grid.shape, (height, width), strict=True)
    )
    there = hidden[np.ix_(row, column)]
    away = cv2.distanceTransform((there < HIDDEN).astype(np.uint8), cv2.DIST_L2, 5) * NODE_MM
    t = np.clip(away / TAPER_MM, 0.0, 1.0)
    return np.asarray(t * t * (3.0 - 2.0 * t), np.float32)
