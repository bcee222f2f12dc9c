"""The one place where pixels are merged: outside the mask the photo stays, to the byte."""

from __future__ import annotations

import cv2
import numpy as np

from face_mesh.arrays import Bool, Rgb


def merge(photo: Rgb, changed: Rgb, mask: Bool, rows: slice, columns: slice) -> None:
    """Write `changed` into a window of `photo` where `mask` is true, in place.

    Args:
        photo: (H, W, 3) uint8, a picture of our own, never a caller's.
        changed: (h, w, 3) uint8 for the window.
        mask: (h, w) bool.
        rows: of the window.
        columns: of the window.
    """
    window = photo[rows, columns]
    cv2.copyTo(changed, mask.view(np.uint8), window)
