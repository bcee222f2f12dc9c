"""Tiles over a picture, only where something is to be made, blended so that no seam is left."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from face_mesh.arrays import Bool

MARGIN = 0.125  # of a tile's side: context kept around what is wanted


def tiles_over(target: Bool, side: int) -> list[tuple[int, int]]:
    """Return top-left corners (y, x) of tiles of `side` px that cover all that is wanted.

    The picture must be at least one tile large. Every wanted pixel lies at least `MARGIN` of a side
    from the edge of one of its tiles, unless the picture ends there.
    """
    height, width = target.shape
    found = []
    for y in _starts(np.flatnonzero(target.any(axis=1)), side, height):
        row = target[y : y + side].any(axis=0)
        found += [(y, x) for x in _starts(np.flatnonzero(row), side, width)]
    return found


def _starts(at: npt.NDArray[np.intp], side: int, size: int) -> Iterator[int]:
    """Starts of spans that cover the places `at`, which rise; gaps are left out."""
    margin = round(MARGIN * side)
    while at.size:
        first = int(at[0])
        last = int(at[at < first + side - 2 * margin][-1])
        centred = first - (side - (last - first + 1)) // 2  # as much context on both sides
        start = min(max(0, centred), size - side)
        yield start
        end = start + side
        at = at[at >= (end if end == size else end - margin)]


def window(side: int) -> npt.NDArray[np.float32]:
    """Return the (side, side) weight of a tile, falling to its edges, never 0."""
    rise = np.minimum(np.arange(side), np.arange(side)[::-1]) + 1.0
    ramp = np.clip(rise / (2 * MARGIN * side), 0.0, 1.0)
    return np.asarray(np.outer(ramp, ramp), np.float32)
