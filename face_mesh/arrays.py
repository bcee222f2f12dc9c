"""Names for the arrays that cross module boundaries, and the checks made at public doors.

Rgb     (H, W, 3) uint8, sRGB, channel order R G B, origin at the centre of the top-left pixel
Mask    (H, W) float32 in [0, 1]; 0 keep, 1 replace
Points  (N, 2) or (N, 3) float; x right, y down in px, or head-frame mm where the name says so
Field   (H, W, 2) float32, dx dy in px, backward: out(p) = in(p + field(p))
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Rgb = npt.NDArray[np.uint8]
Mask = npt.NDArray[np.float32]
Bool = npt.NDArray[np.bool_]
Points = npt.NDArray[np.float64]
Field = npt.NDArray[np.float32]
Index = npt.NDArray[np.int64]


def check_rgb(image: Rgb) -> Rgb:
    """Return `image` unchanged if it is (H, W, 3) uint8; raise ValueError saying what it is."""
    if image.ndim != 3 or image.shape[2] != 3 or image.dtype != np.uint8:
        raise ValueError(f"image must be (H, W, 3) uint8 RGB, got {image.shape} {image.dtype}")
    return image


def frozen(array: npt.NDArray[np.generic]) -> None:
    """Make `array` read-only, so that a carrier holding it cannot be changed behind its key."""
    array.flags.writeable = False
