"""Keeping the skin's own colour under what an engine painted: a broad patch may not drift.

Where a mask is narrow, the skin beside it says what colour belongs there. In the middle of a broad
one it says little, but the photo itself still does: a line darkens its millimetre of skin, not the
centimetre around it. So what an engine made is shifted, in low frequencies only and in optical
density, to what the skin beside it and, to a small part, the skin under the mask have.
"""

from __future__ import annotations

import numpy as np

from face_mesh.arrays import Mask, Rgb
from face_mesh.skin.chromophores import density_of, lighten
from face_mesh.skin.masked_blur import across

REACH_MM = 2.5  # standard deviation: broader than a line, narrower than a cheek's flush
UNDER = 0.1  # of the weight of skin beside the mask that skin under it has


def match(photo: Rgb, picture: Rgb, mask: Mask, skin: Mask, px_per_mm: float) -> Rgb:
    """Return the picture with the broad colour of the photo, (h, w, 3) uint8.

    Args:
        photo: (h, w, 3) uint8, what was there.
        picture: (h, w, 3) uint8, what an engine made of it; equal to it outside the mask.
        mask: (h, w) float32 in [0, 1]; 0 stays to the byte.
        skin: (h, w) float32, 1 where bare skin is.
        px_per_mm: scale of both.
    """
    weight = np.asarray(skin * (1.0 - (1.0 - UNDER) * (mask > 0)), np.float32)
    off = density_of(picture) - density_of(photo)
    less = across(off, weight, REACH_MM * px_per_mm) * mask[..., None]
    return lighten(picture, less)
