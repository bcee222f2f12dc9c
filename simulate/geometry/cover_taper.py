"""Where something lies over the face in the photo, nothing is moved, lit or coloured."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from face_mesh import Face
from face_mesh.arrays import Mask
from face_mesh.cache import Scope, cached_per
from face_mesh.covers.cover import fixed_mask, lens_mask, wears_glasses
from face_mesh.landmarks.anatomy import curve
from face_mesh.ramp import smooth_ramp
from face_mesh.skin.skin_mask import skin_mask
from simulate.geometry.grid import FADE_MM, NODE_MM, Grid

# Skin moves less over this distance towards a cover, and over so many times what a treatment moves
# it by at most: no pixel is taken from under a cover, and skin beside it is drawn out to less than
# twice its length, which is not seen as streaks (author's estimate).
TAPER_MM, TIMES = 6.0, 3.0
HIDDEN = 0.05  # of the mask, whose edge is soft
# Skin moves less over this distance towards hair that lies over it: twice what temples move by.
HAIR_TAPER_MM = 5.0
HAIRY = 0.5  # of what is no skin
Floats = npt.NDArray[np.float32]


def off_covers(
    face: Face,
    values: Floats,
    bends_glasses: bool,
    under_hair: bool = False,
    most_mm: float = 0.0,
) -> Floats:
    """Return (rows, columns, ...) values on the face's grid, less and less towards a cover.

    `bends_glasses` is whether glasses would be bent by them too, `under_hair` whether hair lies
    over them and stays, `most_mm` how far they move skin at most.
    """
    over_mm = max(TAPER_MM, TIMES * most_mm)
    free = _free(face, bends_glasses and wears_glasses(face), under_hair, over_mm)
    if free is None:
        return values
    kept = values * free.reshape(*free.shape, *[1] * (values.ndim - 2))
    return np.asarray(kept, np.float32)


@cached_per(Scope.SIZE)
def _free(face: Face, glasses: bool, hair: bool, over_mm: float) -> Floats | None:
    """(rows, columns) float32, 1 away from covers and 0 under them; None if there are none."""
    hidden = np.maximum(fixed_mask(face), lens_mask(face)) if glasses else fixed_mask(face)
    over = hair_mask(face) if hair else np.zeros_like(hidden)
    if not (hidden.any() or over.any()):
        return None
    free = _away(face, hidden, HIDDEN, over_mm)
    return np.minimum(free, _away(face, over, HAIRY, HAIR_TAPER_MM)) if hair else free


def _away(face: Face, hidden: Mask, least: float, over_mm: float) -> Floats:
    """(rows, columns) float32: 0 where a mask is at least so much, 1 from `over_mm` beside it."""
    grid, (height, width) = Grid.of(face), hidden.shape
    row, column = (
        np.clip(np.round(low + (np.arange(n) + 0.5) * grid.node_px - 0.5), 0, end - 1).astype(int)
        for low, n, end in zip(grid.origin_px[::-1], grid.shape, (height, width), strict=True)
    )
    there = (hidden[np.ix_(row, column)] < least).astype(np.uint8)
    if there.all():
        return np.ones(grid.shape, np.float32)
    away = cv2.distanceTransform(there, cv2.DIST_L2, 5) * NODE_MM
    return smooth_ramp(away / over_mm)


@cached_per(Scope.SIZE)
def hair_mask(face: Face) -> Mask:
    """Return (H, W) float32, 1 where hair lies over or beside the temples.

    What is no bare skin there: a few hairs on skin are none, and a wall is left as it is too.
    """
    mask = np.zeros(face.photo.image.shape[:2], np.float32)
    outline = curve("face_oval")
    for side, out in (("left", 1.0), ("right", -1.0)):
        names = curve(f"temple_side_{side}")
        corners = face.mesh_mm[list(names)]
        corners[np.isin(names, outline), 0] += out * FADE_MM
        at = np.round(face.pose.to_photo(corners)[:, :2] * 16).astype(np.int32)
        cv2.fillPoly(mask, [at], 1.0, cv2.LINE_AA, 4)
    return np.asarray(mask * (1.0 - skin_mask(face)), np.float32)
