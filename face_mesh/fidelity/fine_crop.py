"""A small part of a face, enlarged, with the inside of an outline of landmarks."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from face_mesh.arrays import Points, Rgb
from face_mesh.face import Face


@dataclass(frozen=True, eq=False)
class FineCrop:
    """A crop of a photo.

    Attributes:
        rgb: (h, w, 3) uint8, enlarged.
        inside: (h, w) uint8, 1 within the outline, away from it.
        finer: how much larger than the photo.
        low: (2,) x and y of its corner in the photo, px.
    """

    rgb: Rgb
    inside: npt.NDArray[np.uint8]
    finer: int
    low: npt.NDArray[np.int_]

    def place(self, at: Points) -> npt.NDArray[np.int32]:
        """Return (..., 2) px of the crop of places in the photo."""
        return np.round((at - self.low + 0.5) * self.finer - 0.5).astype(np.int32)


def fine_crop(face: Face, outline: Points, px_per_mm: float, away_mm: float) -> FineCrop | None:
    """Return the crop about an outline; None where it lies outside the photo.

    Args:
        face: measured face.
        outline: (N, 2) px of the photo, closed.
        px_per_mm: at least, of the crop.
        away_mm: from the outline, what is left out within it.
    """
    size = (face.photo.width, face.photo.height)
    low = np.clip(np.floor(outline.min(axis=0)) - 2, 0, size).astype(int)
    high = np.clip(np.ceil(outline.max(axis=0)) + 3, 0, size).astype(int)
    crop = face.photo.image[low[1] : high[1], low[0] : high[0]]
    if not crop.size:
        return None
    finer = max(1, int(np.ceil(px_per_mm / face.px_per_mm)))
    fine = cv2.resize(crop, None, fx=finer, fy=finer, interpolation=cv2.INTER_LINEAR)
    inside = np.zeros(fine.shape[:2], np.uint8)
    made = FineCrop(np.asarray(fine, np.uint8), inside, finer, low)
    cv2.fillPoly(inside, [made.place(outline)], 1)
    wide = 2 * round(away_mm * finer * face.px_per_mm) + 1
    inside[:] = cv2.erode(inside, np.ones((wide, wide), np.uint8))
    return made
