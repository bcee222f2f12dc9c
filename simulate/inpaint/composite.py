"""The one place where an engine's picture meets the photo: outside the mask not a byte changes."""

from __future__ import annotations

import numpy as np

from face_mesh.arrays import Rgb
from simulate.inpaint.engine import Fill


def composite(request: Fill, fill: Rgb) -> Rgb:
    """Return the photo with `fill` blended in by the mask, (H, W, 3) uint8.

    Args:
        request: the photo and the mask.
        fill: (H, W, 3) uint8, what an engine made; only looked at where the mask is above 0.
    """
    share = request.mask[..., None]
    mixed = request.rgb + share * (fill.astype(np.float32) - request.rgb)
    pixels = np.clip(np.round(mixed), 0, 255).astype(np.uint8)
    return np.where(share > 0, pixels, request.rgb)
