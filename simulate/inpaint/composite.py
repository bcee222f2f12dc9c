"""The one place where an engine's picture meets the photo: outside the mask not a byte changes."""

from __future__ import annotations

import numpy as np

from face_mesh.arrays import Rgb
from simulate.inpaint.engine import Fill


def composite(asked: Fill, filled: Rgb) -> Rgb:
    """Return the photo with `filled` blended in by the mask, (H, W, 3) uint8.

    Args:
        asked: the photo and the mask.
        filled: (H, W, 3) uint8, what an engine made; only looked at where the mask is above 0.
    """
    share = asked.mask[..., None]
    mixed = asked.rgb + share * (filled.astype(np.float32) - asked.rgb)
    pixels = np.clip(np.round(mixed), 0, 255).astype(np.uint8)
    return np.where(share > 0, pixels, asked.rgb)
