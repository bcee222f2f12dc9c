"""The one place where pixels are merged: outside the mask the photo stays, to the byte."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from face_mesh.arrays import Bool, Rgb

Window = tuple[slice, slice, Bool]  # rows and columns of a photo, and (h, w) where it is changed


@dataclass(frozen=True, eq=False)
class Patch:
    """A part of a picture that was made anew.

    Attributes:
        rows, columns: of the photo.
        pixels: (h, w, 3) uint8.
        changed: (h, w) bool, where they take the place of what is there.
    """

    rows: slice
    columns: slice
    pixels: Rgb
    changed: Bool

    def put(self, picture: Rgb) -> None:
        """Write it into a picture of our own, in place."""
        merge(picture, self.pixels, self.changed, self.rows, self.columns)

    @property
    def window(self) -> Window:
        """The part that holds all of its changes, of which it has some."""
        return trim(self.rows, self.columns, self.changed)


def window_around(used: Bool, room_px: int = 0) -> tuple[slice, slice]:
    """Return the rows and columns of all that is true in (H, W), with room; empty without any."""
    spans = []
    for axis, size in zip((1, 0), used.shape, strict=True):
        at = np.flatnonzero(used.any(axis=axis))
        if not at.size:
            return slice(0, 0), slice(0, 0)
        spans.append(slice(max(0, int(at[0]) - room_px), min(size, int(at[-1]) + 1 + room_px)))
    return spans[0], spans[1]


def trim(rows: slice, columns: slice, changed: Bool) -> Window:
    """Return the part of a window that holds all of its changes, of which it has some."""
    down, across = window_around(changed)
    return (
        slice(rows.start + down.start, rows.start + down.stop),
        slice(columns.start + across.start, columns.start + across.stop),
        np.ascontiguousarray(changed[down, across]),
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
