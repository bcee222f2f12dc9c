"""The same photo lit, saved or sized otherwise, as benchmarks compare it with itself."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import ArrayLike

from face_mesh.arrays import Points, Rgb
from face_mesh.skin.working_view import linear


def encoded(light: Points) -> Rgb:
    """Return sRGB bytes of linear light (IEC 61966-2-1), cut off at 0 and 1."""
    light = np.clip(light, 0.0, 1.0)
    curve = 1.055 * np.maximum(light, 1e-9) ** (1 / 2.4) - 0.055
    return np.round(255 * np.where(light <= 0.0031308, 12.92 * light, curve)).astype(np.uint8)


def lit(image: Rgb, gains: ArrayLike) -> Rgb:
    """Return a picture with its light multiplied: all alike, or by (3,) gains of R, G and B."""
    return encoded(linear(image) * np.asarray(gains, np.float64))


def compressed(image: Rgb, quality: int) -> Rgb:
    """Return a picture as a JPEG of this quality has it."""
    _, data = cv2.imencode(".jpg", image[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.ascontiguousarray(cv2.imdecode(data, cv2.IMREAD_COLOR)[..., ::-1], np.uint8)


def smaller(image: Rgb, share: float) -> Rgb:
    """Return a picture with a share of its rows and columns."""
    size = (round(image.shape[1] * share), round(image.shape[0] * share))
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)
