"""The white of the eyes: the one thing in every face whose colour is known beforehand."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from face_mesh.arrays import Points
from face_mesh.face import Face
from face_mesh.landmarks.anatomy import curve

_IRISES = {"right": 468, "left": 473}  # the middle; the four landmarks behind it lie on its edge
_FINE_PX_PER_MM = 8.0
_LIDS_MM, _LIMBUS_MM = 0.8, 0.8  # beside lids and iris lies what is no white
_LEAST_PX = 3.0  # of the photo, of each eye


@dataclass(frozen=True, eq=False)
class EyeWhite:
    """The white of both eyes.

    Attributes:
        rgb: (2, 3) float64 sRGB from 0 to 255, median of the right and of the left eye.
        pixels: of the photo, of the eye that shows less.
    """

    rgb: Points
    pixels: float


def eye_white(face: Face) -> EyeWhite | None:
    """Return the white of the eyes; None where an eye shows none."""
    found = [_white(face, side) for side in ("right", "left")]
    pixels = min(count for _, count in found)
    if pixels < _LEAST_PX:
        return None
    return EyeWhite(np.array([np.median(seen, axis=0) for seen, _ in found]), pixels)


def _white(face: Face, side: str) -> tuple[Points, float]:
    """Return (N, 3) colours of one eye between its lids and beside its iris, and the photo's px."""
    lids = curve(f"upper_lid_{side}") + curve(f"lower_lid_{side}")[::-1]
    outline = face.landmarks_px[list(lids), :2]
    size = (face.photo.width, face.photo.height)
    low = np.clip(np.floor(outline.min(axis=0)) - 2, 0, size).astype(int)
    high = np.clip(np.ceil(outline.max(axis=0)) + 3, 0, size).astype(int)
    crop = face.photo.image[low[1] : high[1], low[0] : high[0]]
    if not crop.size:
        return np.empty((0, 3)), 0.0
    finer = max(1, int(np.ceil(_FINE_PX_PER_MM / face.px_per_mm)))
    fine = cv2.resize(crop, None, fx=finer, fy=finer, interpolation=cv2.INTER_LINEAR)
    per_mm = finer * face.px_per_mm
    inside = np.zeros(fine.shape[:2], np.uint8)
    cv2.fillPoly(inside, [_fine(outline, low, finer)], 1)
    wide = 2 * round(_LIDS_MM * per_mm) + 1
    inside = np.asarray(cv2.erode(inside, np.ones((wide, wide), np.uint8)), np.uint8)
    middle = _IRISES[side]
    centre, rim = face.landmarks_px[middle, :2], face.landmarks_px[middle + 1 : middle + 5, :2]
    radius = float(np.linalg.norm(rim - centre, axis=1).mean()) * finer + _LIMBUS_MM * per_mm
    x, y = _fine(centre, low, finer).tolist()
    cv2.circle(inside, (x, y), round(radius), 0, -1)
    seen = np.asarray(fine[inside > 0], np.float64)
    return seen, len(seen) / finer**2


def _fine(at: Points, low: Points, finer: int) -> np.typing.NDArray[np.int32]:
    return np.round((at - low + 0.5) * finer - 0.5).astype(np.int32)
