"""What stands behind an ear that is set back: the wall stays, and the ear turns before it.

A picture that is only bent takes the wall along with the ear. Here each pixel beside the face is
head or wall, as `ears` tells them apart. The head moves; the wall stays to the byte, and where the
ear stood before it goes on (`backdrop`). Before a plain wall the bent picture stands: nothing on it
bends, and no glint or soft edge of an ear is taken for wall.
"""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np
import numpy.typing as npt

from face_mesh import Face
from face_mesh.arrays import Field, Mask, Rgb
from face_mesh.ramp import smooth_ramp
from simulate.composite import Patch, window_around
from simulate.geometry.ears import (
    LOOSE_MM,
    OUT_MM,
    STRIP_PX_PER_MM,
    WITHIN_MM,
    Ear,
    contour_at,
    ears_of,
    outwards,
)
from simulate.geometry.grid import Grid
from simulate.geometry.strip import Ruler, Wall
from simulate.geometry.warp import moves, photo_bands, positions

ROOT_MM = (0.5, 3.0)  # beside the contour, over which the face goes over into ear and backdrop
CLEAR_MM = 2.5  # beyond the outline that was read, from where on the wall is free of the ear
COMES_IN_MM = 2.0  # below the upper end of an ear, over which loose hair begins to go along
FOLLOWS_PX = 1.0  # of movement, over which what is made anew comes in
Floats = npt.NDArray[np.float32]


def ears_before_backdrop(
    face: Face, photo: Rgb, bent: Rgb, inverse_field: Field
) -> Iterator[Patch]:
    """Yield the parts of the picture beside the face in which an ear moved.

    Args:
        face: the measured face.
        photo: (H, W, 3) the picture before anything moved, its skin treated.
        bent: (H, W, 3) the same after `warp`.
        inverse_field: (rows, columns, 2) px, the backward field it was bent with.
    """
    for ear in ears_of(face).values():
        contour = contour_at(face.mesh_mm, ear.side, ear.heights_mm)
        ruler = Ruler.of(face, contour, outwards(ear.side), ear.heights_mm, WITHIN_MM)
        own = (ear.heights_mm <= ear.top_mm) & (ear.heights_mm >= ear.foot_mm)
        wall = Wall(ruler, ear.head, photo, own, CLEAR_MM)
        if wall.is_plain:
            continue
        goes = _goes(ear)
        for rows, columns, field in photo_bands(photo.shape, Grid.of(face), inverse_field):
            down, across = window_around(moves(field) & ruler.spans(columns, 0.0, OUT_MM))
            if down.start == down.stop:
                continue
            field = field[down, across]
            rows = slice(rows.start + down.start, rows.start + down.stop)
            columns = slice(columns.start + across.start, columns.start + across.stop)
            here = positions(rows, columns)
            out, height = ruler.places(here)
            beside = moves(field) & (out > ROOT_MM[0]) & (out < OUT_MM) & ruler.holds(height)
            if not beside.any():
                continue
            low, high = ROOT_MM
            trust = np.clip((out - low) / (high - low), 0.0, 1.0)[..., None]
            before = bent[rows, columns].astype(np.float32)
            share = np.clip(np.abs(field).max(axis=2) / FOLLOWS_PX, 0.0, 1.0)
            backdrop = wall.behind(here, out, height, share)
            cover = ruler.read(goes, *ruler.places(here + field))[..., None]
            pixels = before + trust * (1.0 - cover) * (backdrop - before)
            yield Patch(rows, columns, np.round(np.clip(pixels, 0, 255)).astype(np.uint8), beside)


def _goes(ear: Ear) -> Mask:
    """Return the strip of how much of a place is head, or beside hair where loose hair may be."""
    above = smooth_ramp(1.0 + (ear.heights_mm[:, None] - ear.loose_from_mm) / COMES_IN_MM)
    far = np.ones((1, 2 * round(LOOSE_MM * STRIP_PX_PER_MM) + 1), np.uint8)
    return np.asarray(np.maximum(ear.head, above * cv2.dilate(ear.head, far)), np.float32)
