"""Blurring over known pixels only, and going on smoothly where nothing is known."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from face_mesh.arrays import Mask

Values = npt.NDArray[np.float32]  # (H, W, C)

_FAINT = 0.02  # share that the next coarser level has in a pixel that is itself fully known
_SMALLEST_PX = 4
LEAST_SOFT_PX = 0.6  # an edge over two pixels
WIDE_PX = 4.0  # of a blur that is worked out at a quarter of the size


def across(values: Values, mask: Mask, sigma_px: float) -> Values:
    """Return values blurred over known pixels (1 in `mask`) and carried on between, (H, W, C)."""
    weight = np.ascontiguousarray(mask[..., None], np.float32)
    return spread_out(blur(values * weight, sigma_px), blur(weight, sigma_px))


def soften(mask: Mask, sigma_px: float) -> Mask:
    """Return a mask with soft edges, (H, W); never so little that a coarse photo shows steps."""
    return np.asarray(cv2.GaussianBlur(mask, (0, 0), max(sigma_px, LEAST_SOFT_PX)), np.float32)


def blur(values: Values, sigma_px: float) -> Values:
    """Return a Gaussian blur, (H, W, C); a wide one is worked out at a quarter of the size."""
    height, width = values.shape[:2]
    if sigma_px > WIDE_PX and min(height, width) >= 32:
        small = cv2.resize(values, (width // 4, height // 4), interpolation=cv2.INTER_AREA)
        few = cv2.GaussianBlur(small, (0, 0), sigma_px / 4)
        out = cv2.resize(few, (width, height), interpolation=cv2.INTER_LINEAR)
    else:
        out = cv2.GaussianBlur(values, (0, 0), sigma_px)
    return np.asarray(out, np.float32).reshape(height, width, -1)


def spread_out(values: Values, weight: Values) -> Values:
    """Divide weighted values by their weight; where there is little, go on from coarser levels."""
    height, width = weight.shape[:2]
    if min(height, width) <= _SMALLEST_PX:
        known = float(weight.sum())
        level = values.sum(axis=(0, 1)) / known if known > 1e-6 else np.full(values.shape[2], 0.5)
        return np.broadcast_to(level, values.shape).astype(np.float32)
    half = ((height + 1) // 2, (width + 1) // 2, -1)
    coarse = spread_out(*(cv2.pyrDown(part).reshape(half) for part in (values, weight)))
    below = cv2.pyrUp(coarse, dstsize=(width, height)).reshape(values.shape)
    return np.asarray((values + _FAINT * below) / (weight + _FAINT), np.float32)
