"""Pictures of fills beside the skin that was there, enlarged pixel by pixel, to be looked at."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from face_mesh.arrays import Rgb
from training.patches import INNER_MM, Case

ENLARGED = 3
AROUND_MM = 3.0  # shown beyond the part that may be masked
GAP_PX = 6
HEAD_PX = 24
MASKED = (0, 128, 255)  # a colour no skin has


def sheet(cases: Sequence[Case], columns: Sequence[tuple[str, Sequence[Rgb]]]) -> Rgb:
    """Return one row a case: as it is, masked, and each named column's picture of it.

    Args:
        cases: what was filled.
        columns: (name, pictures), a picture a case.
    """
    masked = [_masked(case) for case in cases]
    shown = [("true", [case.rgb for case in cases]), ("masked", masked), *columns]
    tiles = [
        [_enlarged(case, pictures[i]) for _, pictures in shown] for i, case in enumerate(cases)
    ]
    width = max(row[0].shape[1] for row in tiles) + GAP_PX
    head = np.full((HEAD_PX, width * len(shown), 3), 255, np.uint8)
    for i, (name, _) in enumerate(shown):
        at = (i * width, HEAD_PX - 7)
        cv2.putText(head, name, at, cv2.FONT_HERSHEY_SIMPLEX, 0.5, (0, 0, 0), 1, cv2.LINE_AA)
    rows = [np.concatenate([_padded(tile, width) for tile in row], axis=1) for row in tiles]
    return np.concatenate([head, *rows])


def _masked(case: Case) -> Rgb:
    return np.where(case.mask[..., None], np.uint8(MASKED), case.rgb)


def _enlarged(case: Case, picture: Rgb) -> Rgb:
    """The middle, every pixel as a square of pixels: nothing is smoothed by showing it."""
    side = case.rgb.shape[0]
    kept = min(side, round((INNER_MM + 2 * AROUND_MM) * case.px_per_mm))
    low = (side - kept) // 2
    middle = picture[low : low + kept, low : low + kept]
    return middle.repeat(ENLARGED, axis=0).repeat(ENLARGED, axis=1)


def _padded(tile: Rgb, width: int) -> Rgb:
    pad = ((0, GAP_PX), (0, width - tile.shape[1]), (0, 0))
    return np.pad(tile, pad, constant_values=255)
