"""The white of the teeth, where a smile shows them: many pixels where eyes have few."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from face_mesh.arrays import Points
from face_mesh.face import Face
from face_mesh.fidelity.fine_crop import fine_crop
from face_mesh.landmarks.anatomy import curve

_FINE_PX_PER_MM = 6.0
_LIPS_MM = 0.8  # beside the lips lies their shade
_LEAST_PX = 8.0  # of the photo
_LIGHTER_HALF = 0.5  # gums, tongue and gaps are darker than teeth


@dataclass(frozen=True, eq=False)
class ToothWhite:
    """What is lightest between the lips.

    Attributes:
        rgb: (3,) float64 sRGB from 0 to 255, median of the lighter half.
        pixels: of the photo, of that half.
    """

    rgb: Points
    pixels: float


def tooth_white(face: Face) -> ToothWhite | None:
    """Return the white of the teeth; None where the lips are closed.

    Whether it is teeth at all is for the caller to judge by its colour.
    """
    inner = [*curve("upper_inner_lip"), *curve("lower_inner_lip")[::-1]]
    crop = fine_crop(face, face.landmarks_px[inner, :2], _FINE_PX_PER_MM, _LIPS_MM)
    if crop is None:
        return None
    seen = np.asarray(crop.rgb[crop.inside > 0], np.float64)
    pixels = _LIGHTER_HALF * len(seen) / crop.finer**2
    if pixels < _LEAST_PX:
        return None
    light = seen.mean(axis=1)
    lighter = seen[light >= np.quantile(light, 1.0 - _LIGHTER_HALF)]
    return ToothWhite(np.median(lighter, axis=0), pixels)
