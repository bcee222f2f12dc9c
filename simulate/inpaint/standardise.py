"""Skin on one scale: a smooth base colour, and detail in units of how strongly this skin varies.

The model sees only standardised detail, so that dark and fair skin, dim and bright light, a coarse
and a fine camera all look alike to it: what it learnt on one person it does as well on another.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from face_mesh.arrays import Mask
from face_mesh.skin.masked_blur import across

Colour = npt.NDArray[np.float32]  # (H, W, 3) in [0, 1], sRGB

BASE_MM = 0.8  # standard deviation of the blur that makes the base
SPREAD_MM = 4.0  # of the window over which the strength of the detail is taken
# Weakest detail that is believed: below it there is only the rounding of 8 bits. Half a level is
# what rounding and JPEG leave on skin without any texture at all.
FLOOR = 0.8 / 255.0
MOST = 5.0  # standardised detail is cut here: a hair or a glint, not skin


@dataclass(frozen=True, eq=False)
class Standard:
    """How to bring a picture of skin to standardised detail and back.

    Attributes:
        base: (H, W, 3) float32, the skin without detail, going on smoothly under the mask.
        spread: (H, W, 1) float32, strength of the detail around each pixel.
    """

    base: Colour
    spread: Colour

    @classmethod
    def of(cls, rgb: Colour, source: Mask, px_per_mm: float) -> Standard:
        """Read it off the known skin of a picture.

        Args:
            rgb: (H, W, 3) float32 in [0, 1].
            source: (H, W) float32, 1 where the picture is skin that stays.
            px_per_mm: scale of the picture.
        """
        base = across(rgb, source, BASE_MM * px_per_mm)
        off = np.mean(np.square(rgb - base), axis=2, keepdims=True)
        # Far outliers (a hair, the edge of a brow) may not pass for texture.
        limit = 9.0 * float((off[..., 0] * source).sum() / max(float(source.sum()), 1.0))
        power = across(np.minimum(off, limit), source, SPREAD_MM * px_per_mm)
        return cls(base, np.sqrt(np.maximum(power, FLOOR**2), dtype=np.float32))

    def detail(self, rgb: Colour) -> Colour:
        """Return the standardised detail of a picture, (H, W, 3) float32."""
        return np.asarray(np.clip((rgb - self.base) / self.spread, -MOST, MOST), np.float32)

    def picture(self, detail: Colour) -> Colour:
        """Return the picture that has this standardised detail, (H, W, 3) float32 in [0, 1]."""
        return np.clip(self.base + detail * self.spread, 0.0, 1.0)
