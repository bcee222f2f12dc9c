"""The Monk Skin Tone scale: ten steps from light to dark."""

from __future__ import annotations

import cv2
import numpy as np

# Swatches of the scale in sRGB (Monk 2019, published by Google as CC BY 4.0, skintone.google).
_SWATCHES = (
    *(0xF6EDE4, 0xF3E7DB, 0xF7EAD0, 0xEADABA, 0xD7BD96),
    *(0xA07E56, 0x825C43, 0x604134, 0x3A312A, 0x292420),
)


def _angles() -> tuple[float, ...]:
    rgb = [[(one >> 16, one >> 8 & 255, one & 255) for one in _SWATCHES]]
    lab = cv2.cvtColor(np.asarray(rgb, np.float32) / 255.0, cv2.COLOR_RGB2LAB)[0]
    return tuple(np.degrees(np.arctan2(lab[:, 0] - 50.0, lab[:, 2])).tolist())


ANGLES_DEG = _angles()  # individual typology angle of each swatch


def nearest(ita_deg: float) -> int:
    """Return the step, 1 to 10, whose swatch has the angle nearest to one, degrees."""
    return 1 + int(np.argmin(np.abs(np.array(ANGLES_DEG) - ita_deg)))
