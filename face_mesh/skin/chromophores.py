"""Melanin, haemoglobin and shade of skin, from RGB and back.

In optical density (-ln of linear light) the colour of skin is a sum of what melanin absorbs, what
haemoglobin absorbs, and shade, which takes the same from every channel: Tsumura, Haneishi, Miyake
1999, doi 10.1364/JOSAA.16.002169. Directions in RGB: Tsumura et al. 2003, "Image-based skin color
and texture analysis/synthesis by extracting hemoglobin and melanin information in the skin", doi
10.1145/882262.882344, as its public implementations carry them. Cameras differ from theirs, so the
amounts are relative: they are compared within one photo, never between two.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from face_mesh.arrays import Rgb
from face_mesh.skin.working_view import DARKEST, linear

Values = npt.NDArray[np.float32]

MELANIN, HAEMOGLOBIN, SHADE = 0, 1, 2
_DIRECTIONS = np.array(
    [[0.4143, 0.3570, 0.8372], [0.2988, 0.6838, 0.6657], [1.0, 1.0, 1.0]], np.float64
)
_APART = np.linalg.inv(_DIRECTIONS).astype(np.float32)
_TOGETHER = _DIRECTIONS.astype(np.float32)


def unmix(density: Values) -> Values:
    """Return (..., 3) float32 amounts of melanin, haemoglobin and shade of (..., 3) densities."""
    return np.asarray(density @ _APART, np.float32)


def join(amounts: Values) -> Values:
    """Return the (..., 3) densities of amounts; the inverse of `unmix`."""
    return np.asarray(amounts @ _TOGETHER, np.float32)


def density_of(rgb: Rgb) -> Values:
    """Return (H, W, 3) float32, -ln of linear light of sRGB bytes."""
    return np.asarray(-np.log(np.maximum(linear(rgb), DARKEST)), np.float32)


def lighten(rgb: Rgb, less: Values) -> Rgb:
    """Return a picture with (H, W, 3) density taken away, (H, W, 3) uint8; 0 changes nothing."""
    light = linear(rgb) * np.exp(less)
    encoded = np.where(
        light <= 0.0031308, 12.92 * light, 1.055 * np.maximum(light, 1e-6) ** (1 / 2.4) - 0.055
    )
    out = np.clip(np.round(255.0 * encoded), 0, 255).astype(np.uint8)
    return np.where(np.any(less != 0, axis=-1, keepdims=True), out, rgb)
