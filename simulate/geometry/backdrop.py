"""Wall that was never seen, made from the wall beside it: straight lines on it go on straight.

What was hidden is painted along lines that come in from the wall: each of its places takes the
colour that the wall has where its own line leaves what hid it. A mirror image would show a stripe
of the wall twice; so only the first millimetre is as the wall is at the edge, and what lies deeper
is as most of the wall along that line, which no single stripe is.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from face_mesh.arrays import Field, Points, Rgb
from simulate.geometry.warp import sample

EDGE_MM, DEEP_MM = (0.3, 0.9), (1.5, 3.0, 4.5, 6.0, 7.5, 9.0, 10.5)  # of wall that is asked
SOFT_MM = 1.0  # over which the edge goes over into what is deeper
# Slopes that lines of the wall are looked for at, where they meet the head; and how much better
# than a level one another has to explain the wall.
SLOPES = (0.0, -1.0, -0.75, -0.5, -0.35, -0.2, -0.1, 0.1, 0.2, 0.35, 0.5, 0.75, 1.0)
BETTER = 0.7
ASKED_MM = (2.0, 8.0)  # of the wall, between which a slope is compared
GRAIN, GRAIN_PX = 4.0, 1.5  # most of the wall's grain that is gone on with, and its coarsest
GRAIN_ROOM_PX = 6  # about what is asked, that its grain needs
Floats = npt.NDArray[np.float32]
Vector = npt.NDArray[np.floating[Any]]


def slope_of(photo: Rgb, edge_px: Points, out_px: Vector, down_px: Vector) -> float:
    """Return the slope, mm down for each mm outwards, of the lines of the wall beside a head.

    Args:
        photo: (H, W, 3).
        edge_px: (N, 2) x, y where the wall begins.
        out_px: (2,) px of a mm outwards.
        down_px: (2,) px of a mm down.
    """
    height, width = photo.shape[:2]
    far = edge_px + ASKED_MM[1] * out_px
    inside = ((far >= 0.0) & (far <= (width - 1, height - 1))).all(axis=1)
    if inside.sum() < 8:
        return 0.0
    start = np.asarray(edge_px[inside], np.float32)[None]
    misses = []
    for slope in SLOPES:
        line = np.asarray(out_px + slope * down_px, np.float32)
        near, beyond = (
            sample(photo, start + np.float32(mm) * line, cv2.INTER_LINEAR).astype(np.float32)
            for mm in ASKED_MM
        )
        misses.append(float(np.abs(near - beyond).mean()))
    best = int(np.argmin(misses))
    return SLOPES[best] if misses[best] < BETTER * misses[0] else 0.0


def gone_on_with(photo: Rgb, at: Field, beyond_mm: Floats, line_px: Vector) -> Floats:
    """Return (h, w, 3) of the wall at places that something hid.

    Args:
        photo: (H, W, 3).
        at: (h, w, 2) x, y of the places.
        beyond_mm: (h, w) how far along the line of each the wall begins.
        line_px: (2,) px of a mm outwards along the lines of the wall.
    """
    line = np.asarray(line_px, np.float32)

    def along(mm: Floats | float) -> Floats:
        reach = np.asarray(beyond_mm + mm, np.float32)[..., None] * line
        return np.asarray(sample(photo, at + reach, cv2.INTER_LINEAR), np.float32)

    edge = np.mean([along(mm) for mm in EDGE_MM], axis=0)
    deep = np.median([along(mm) for mm in DEEP_MM], axis=0)
    share = np.exp(-np.maximum(beyond_mm, 0.0) / SOFT_MM)[..., None]
    mirrored = along(beyond_mm)
    grain = mirrored - cv2.GaussianBlur(mirrored, (0, 0), GRAIN_PX)
    found = deep + share * (edge - deep) + np.clip(grain, -GRAIN, GRAIN)
    return np.asarray(np.clip(found, 0.0, 255.0), np.float32)
