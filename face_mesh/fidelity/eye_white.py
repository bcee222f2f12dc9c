"""The white of the eyes, whose colour is known beforehand, in every face."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from face_mesh.arrays import Points
from face_mesh.face import Face
from face_mesh.fidelity.fine_crop import fine_crop
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
    crop = fine_crop(face, face.landmarks_px[list(lids), :2], _FINE_PX_PER_MM, _LIDS_MM)
    if crop is None:
        return np.empty((0, 3)), 0.0
    middle = _IRISES[side]
    centre, rim = face.landmarks_px[middle, :2], face.landmarks_px[middle + 1 : middle + 5, :2]
    reach = float(np.linalg.norm(rim - centre, axis=1).mean()) + _LIMBUS_MM * face.px_per_mm
    x, y = crop.place(centre).tolist()
    cv2.circle(crop.inside, (x, y), round(reach * crop.finer), 0, -1)
    seen = np.asarray(crop.rgb[crop.inside > 0], np.float64)
    return seen, len(seen) / crop.finer**2
