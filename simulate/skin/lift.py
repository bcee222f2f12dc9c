"""Lifting the shade of a fold, a trough or a bag: low frequencies, along the skin's own colour.

Works in optical density, where a shade is the same for fair and dark skin and keeps its chroma.
Detail finer than `DETAIL_MM` is left as it is; what lies between that and the width of the fold is
brought to where the skin on both sides of it would go on.
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from face_mesh.arrays import Mask, Rgb
from face_mesh.skin.spread import across

DETAIL_MM = 0.7  # standard deviation: pores and hairs are finer, the shade of a fold is wider
WORK_PX_PER_MM = 1.5  # enough for that
REACH_MM = 1.5  # over which the sides of the fold are looked at
_DARKEST = 2.0 / 255.0
_MOST = 0.35  # natural log of light; more is a shadow of something else than a fold

Density = npt.NDArray[np.float32]


def lifted(rgb: Rgb, mask: Mask, skin: Mask, px_per_mm: float) -> Rgb:
    """Return a picture with the shade under a mask evened out.

    Args:
        rgb: (H, W, 3) uint8.
        mask: (H, W) float32 in [0, 1], the band of the fold, soft; 0 stays to the byte.
        skin: (H, W) float32, 1 where bare skin is.
        px_per_mm: scale of the picture.
    """
    height, width = mask.shape
    factor = min(1.0, WORK_PX_PER_MM / px_per_mm)
    size = (max(1, round(width * factor)), max(1, round(height * factor)))
    ppm = px_per_mm * factor
    small = cv2.resize(rgb, size, interpolation=cv2.INTER_AREA).astype(np.float32) / 255.0
    dense = np.log(np.maximum(small, _DARKEST))
    fold = cv2.resize(mask, size, interpolation=cv2.INTER_AREA)
    bare = (cv2.resize(skin, size, interpolation=cv2.INTER_AREA) > 0.6).astype(np.float32)
    now = across(dense, bare, DETAIL_MM * ppm)
    beside = bare * (fold < 0.05)
    then = across(dense, beside, REACH_MM * ppm)
    gain = np.clip(then - now, -_MOST, _MOST) * fold[..., None]
    full = cv2.resize(np.exp(gain), (width, height), interpolation=cv2.INTER_LINEAR)
    out = np.clip(np.round(rgb * full), 0, 255).astype(np.uint8)
    return np.where((mask > 0)[..., None], out, rgb)
