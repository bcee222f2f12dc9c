"""The one place where pixels are merged: outside the mask the photo stays, to the byte."""

from __future__ import annotations

import cv2
import numpy as np

from face_mesh.arrays import Bool, Rgb

Window = tuple[slice, slice, Bool]  # rows and columns of a photo, and (h, w) where it is changed


def trim(rows: slice, columns: slice, changed: Bool) -> Window:
    """Return the part of a window that holds all of its changes, of which it has some."""
    down, across = (np.flatnonzero(changed.any(axis=axis)) for axis in (1, 0))
    (top, bottom), (left, right) = ((int(at[0]), int(at[-1]) + 1) for at in (down, across))
    return (
        slice(rows.start + top, rows.start + bottom),
        slice(columns.start + left, columns.start + right),
        np.ascontiguousarray(changed[top:bottom, left:right]),
    )


def merge(photo: Rgb, pixels: Rgb, mask: Bool, rows: slice, columns: slice) -> None:
    """Write `pixels` into a window of `photo` where `mask` is true, in place.

    Args:
        photo: (H, W, 3) uint8, a picture of our own, never a caller's.
        pixels: (h, w, 3) uint8 for the window.
        mask: (h, w) bool.
        rows: of the window.
        columns: of the window.
    """
    window = photo[rows, columns]
    cv2.copyTo(pixels, mask.view(np.uint8), window)
