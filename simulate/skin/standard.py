"""Skin on one scale: a smooth base colour, and detail in units of how strongly this skin varies.

The model sees only standardised detail, so that dark and fair skin, dim and bright light, a coarse
and a fine camera all look alike to it: what it learnt on one person it does as well on another.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from face_mesh.arrays import Mask

Colour = npt.NDArray[np.float32]  # (H, W, 3) in [0, 1], sRGB

BASE_MM = 0.8  # standard deviation of the blur that makes the base
SPREAD_MM = 4.0  # of the window over which the strength of the detail is taken
# Weakest detail that is believed: below it there is only the rounding of 8 bits. Half a level is
# what rounding and JPEG leave on skin without any texture at all.
FLOOR = 0.8 / 255.0
MOST = 5.0  # standardised detail is cut here: a hair or a glint, not skin
_FAINT = 0.02  # share that the next coarser level has in a pixel that is itself fully known


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
    def of(cls, rgb: Colour, known: Mask, px_per_mm: float) -> Standard:
        """Read it off the known skin of a picture.

        Args:
            rgb: (H, W, 3) float32 in [0, 1].
            known: (H, W) float32, 1 where the picture is skin that stays.
            px_per_mm: scale of the picture.
        """
        weight = np.ascontiguousarray(known[..., None], np.float32)
        sigma = BASE_MM * px_per_mm
        base = _spread_out(_blurred(rgb * weight, sigma), _blurred(weight, sigma))
        off = np.mean(np.square(rgb - base), axis=2, keepdims=True) * weight
        # Far outliers (a hair, the edge of a brow) may not pass for texture.
        limit = 9.0 * float(off.sum() / max(float(weight.sum()), 1.0))
        wide = SPREAD_MM * px_per_mm
        power = _spread_out(
            _blurred(np.minimum(off, limit), wide, coarse=True),
            _blurred(weight, wide, coarse=True),
        )
        return cls(base, np.sqrt(np.maximum(power, FLOOR**2), dtype=np.float32))

    def detail(self, rgb: Colour) -> Colour:
        """Return the standardised detail of a picture, (H, W, 3) float32."""
        return np.clip((rgb - self.base) / self.spread, -MOST, MOST)

    def picture(self, detail: Colour) -> Colour:
        """Return the picture that has this standardised detail, (H, W, 3) float32 in [0, 1]."""
        return np.clip(self.base + detail * self.spread, 0.0, 1.0)


def _blurred(values: Colour, sigma_px: float, coarse: bool = False) -> Colour:
    """Gaussian blur, (H, W, C); `coarse` works on a quarter of the size."""
    height, width = values.shape[:2]
    if coarse and min(height, width) >= 32:
        small = cv2.resize(values, (width // 4, height // 4), interpolation=cv2.INTER_AREA)
        soft = cv2.GaussianBlur(small, (0, 0), max(sigma_px / 4, 0.3))
        out = cv2.resize(soft, (width, height), interpolation=cv2.INTER_LINEAR)
    else:
        out = cv2.GaussianBlur(values, (0, 0), sigma_px)
    return np.asarray(out, np.float32).reshape(height, width, -1)


def _spread_out(values: Colour, weight: Colour) -> Colour:
    """Divide weighted values by their weight; where there is little, go on from coarser levels."""
    height, width = weight.shape[:2]
    if min(height, width) <= 4:
        known = float(weight.sum())
        level = values.sum(axis=(0, 1)) / known if known > 1e-6 else np.full(values.shape[2], 0.5)
        return np.broadcast_to(level, values.shape).astype(np.float32)
    fewer = [cv2.pyrDown(v).reshape((height + 1) // 2, (width + 1) // 2, -1) for v in (values, weight)]
    below = cv2.pyrUp(_spread_out(*fewer), dstsize=(width, height)).reshape(values.shape)
    return np.asarray((values + _FAINT * below) / (weight + _FAINT), np.float32)
