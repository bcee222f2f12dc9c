"""Detail finer than the model's scale: borrowed from the skin beside it, as it is on the photo.

Large photos show hairs and pores of a fraction of a millimetre. The model works at a scale at which
these are not seen; without them a fill would be softer than the skin around it.
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from face_mesh.arrays import Bool

Colour = npt.NDArray[np.float32]
REACHES_MM = (2.5, 4.0, 6.0, 9.0, 13.0)  # how far away it is borrowed, nearest first
DIRECTIONS = 8
ROUNDS = 2  # of making up for what enlarging blurs


def resize_to(image: Colour, shape: tuple[int, int]) -> Colour:
    """Bring (H, W, C) or (H, W) float32 to another (height, width)."""
    smaller = shape[0] * shape[1] < image.shape[0] * image.shape[1]
    way = cv2.INTER_AREA if smaller else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(image, shape[::-1], interpolation=way), np.float32)


def enlarge(image: Colour, shape: tuple[int, int]) -> Colour:
    """Bring (h, w, 3) float32 to a larger (height, width); reduced again it is nearly the same.

    Plain enlarging blurs. What it loses would be found in the fine band too, where it goes with the
    coarse detail it belongs to; beside other coarse detail it does not, and a fill would have a
    fifth less texture than the skin around it (at 6 px per mm enlarged from 3.2; a thirtieth so).
    """
    small = image
    for _ in range(ROUNDS):
        small = small + image - resize_to(resize_to(small, shape), (image.shape[0], image.shape[1]))
    return resize_to(small, shape)


def fine_band(rgb: Colour, coarse_shape: tuple[int, int]) -> Colour:
    """Return what of a picture is lost at a coarser size, (H, W, 3)."""
    return rgb - enlarge(resize_to(rgb, coarse_shape), (rgb.shape[0], rgb.shape[1]))


def borrow_detail(band: Colour, skin: Bool, hole: Bool, px_per_mm: float, seed: int) -> Colour:
    """Return the fine band with `hole` pixels taken from the nearest `skin` ones, (H, W, 3).

    Whole pieces are shifted, not single pixels, so that the grain keeps its pattern. Where no skin
    is near enough, nothing is borrowed.
    """
    out = np.where(hole[..., None], np.float32(0), band)
    missing = hole.copy()
    turn = np.random.default_rng(seed).uniform(0, 2 * np.pi)
    for reach_mm in REACHES_MM:
        for i in range(DIRECTIONS):
            angle = turn + 2 * np.pi * i / DIRECTIONS
            dx, dy = np.round(reach_mm * px_per_mm * np.array([np.cos(angle), np.sin(angle)]))
            target, source = _overlap(missing.shape, int(dx), int(dy))
            take = missing[target] & skin[source]
            out[target][take] = band[source][take]
            missing[target] &= ~take
            if not missing.any():
                return out
    return out


def _overlap(
    shape: tuple[int, ...], dx: int, dy: int
) -> tuple[tuple[slice, slice], tuple[slice, slice]]:
    """Return where a picture shifted by (dx, dy) lies over itself: target and source windows."""
    rows, columns = (_line(shape[0], dy), _line(shape[1], dx))
    return (rows[0], columns[0]), (rows[1], columns[1])


def _line(size: int, shift: int) -> tuple[slice, slice]:
    low, high = max(0, -shift), min(size, size - shift)
    if high <= low:
        return slice(0, 0), slice(0, 0)
    return slice(low, high), slice(low + shift, high + shift)
