"""Dark lines and folds: a bank of long second-derivative filters, in mm and in optical density.

The response says by how much the middle of a line is darker than its sides (natural log of light),
whatever the skin tone or the exposure. A filter is several times as long as it is wide, so that
pores, spots and grain, which are as long as wide, do not count.
"""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np
import numpy.typing as npt

Values = npt.NDArray[np.float32]

ORIENTATIONS = 12
MOST = 0.35  # darker than that against its sides is a hair or a frame, not a line of skin


def dark_lines(
    shade: Values, px_per_mm: float, width_mm: float, length_mm: float, along: Values, spread: float
) -> Values:
    """Return (h, w) float32, how much darker a line through each pixel is than its sides, from 0.

    Args:
        shade: (h, w) float32, -ln of luminance.
        px_per_mm: scale.
        width_mm: distance between the two edges of the line.
        length_mm: over which it is seen to go on.
        along: (h, w) or () float32, expected direction in radians from +x towards +y.
        spread: radians to either side that still count fully; as much again fades out.
    """
    best = np.zeros(shade.shape, np.float32)
    for i in range(ORIENTATIONS):
        angle = np.pi * i / ORIENTATIONS
        kernel = _kernel(round(px_per_mm, 3), width_mm, length_mm, angle)
        off = np.abs((along - angle + np.pi / 2) % np.pi - np.pi / 2)
        counts = np.clip(2.0 - off / spread, 0.0, 1.0)
        if not np.any(counts):
            continue
        seen = cv2.filter2D(shade, cv2.CV_32F, kernel, borderType=cv2.BORDER_REPLICATE)
        best = np.maximum(best, counts * seen)
    return np.asarray(np.where(best > MOST, 0.0, best), np.float32)


@lru_cache(maxsize=512)
def _kernel(px_per_mm: float, width_mm: float, length_mm: float, angle: float) -> Values:
    """A line of Gaussian profile less its surroundings; 1 on a line of just this width."""
    across, along = 0.5 * width_mm * px_per_mm, 0.5 * length_mm * px_per_mm
    reach = int(np.ceil(3.0 * max(across, along)))
    y, x = np.mgrid[-reach : reach + 1, -reach : reach + 1]
    u = x * np.cos(angle) + y * np.sin(angle)
    v = -x * np.sin(angle) + y * np.cos(angle)
    profile = (1.0 - (v / across) ** 2) * np.exp(-0.5 * (v / across) ** 2)
    kernel = profile * np.exp(-0.5 * (u / along) ** 2)
    kernel -= kernel.mean()
    line = np.exp(-0.5 * (v / across) ** 2)  # what it should answer 1 to
    return np.asarray(kernel / (kernel * line).sum(), np.float32)
