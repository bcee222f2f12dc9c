"""Whether the skin still has the grain that skin and cameras have."""

from __future__ import annotations

import cv2
import numpy as np

from face_mesh.cache import Scope, cached_per
from face_mesh.face import Face
from face_mesh.regions import region_patch

_REGIONS = ("forehead", "malar_left", "malar_right", "submalar_left", "submalar_right")
_PX_PER_MM = 3.0  # at most: pores and fine lines are 1 to 2 px there
_BLUR_PX = 1.0  # standard deviation
_LEAST_PX = 50
_INSIDE = 0.8


@cached_per(Scope.HEAD)
def skin_grain(face: Face) -> float:
    """Return how much skin varies from pixel to pixel, levels of 8-bit grey.

    Median absolute difference between the picture and its blur, in the median region of forehead
    and cheeks; at most 3 px a mm; read off the first size that asks. Infinite where no region is
    large enough.
    """
    longest = max(face.photo.width, face.photo.height)
    small = face.resized(max(1, round(longest * min(1.0, _PX_PER_MM / face.px_per_mm))))
    found = [one for name in _REGIONS if (one := _grain(small, name)) is not None]
    return float(np.median(found)) if found else float("inf")


def _grain(face: Face, region: str) -> float | None:
    patch = region_patch(face, region)
    inside = patch.mask > _INSIDE
    if np.count_nonzero(inside) < _LEAST_PX:
        return None
    height, width = inside.shape
    part = face.photo.image[patch.y : patch.y + height, patch.x : patch.x + width]
    grey = np.asarray(cv2.cvtColor(part, cv2.COLOR_RGB2GRAY), np.float32)
    grain = np.abs(grey - cv2.GaussianBlur(grey, (0, 0), _BLUR_PX))
    return float(np.median(grain[inside]))
