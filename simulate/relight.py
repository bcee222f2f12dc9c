"""Shading put on pixels: in linear light, along the colour that shadow has on this very skin.

A ratio that is the same for all channels would turn skin grey. Each channel follows the shade as far
as the photo shows it does (`Light.channels`). And shine, which has the colour of the lamp and not of
the skin, is told apart by the dichromatic model (Shafer 1985, doi 10.1002/col.5080100409) and left
as it is: volume under the skin neither dims a highlight to grey nor blows it up.
"""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np
import numpy.typing as npt

from face_mesh import Face
from face_mesh.arrays import Bool, Rgb
from face_mesh.skin.view import linear
from simulate.geometry.grid import Grid
from simulate.geometry.light import Light
from simulate.geometry.warp import photo_bands

SMALLEST = 1.0 / 1024.0  # of light: what is less changes no byte
MOST_SHINE = 0.9  # of the darkest channel
_CODES = 4095  # the root of light is looked up in so many steps: ten or more to a byte everywhere
Floats = npt.NDArray[np.float32]


def relit_bands(
    image: Rgb, face: Face, shade: Floats
) -> Iterator[tuple[slice, slice, Rgb, Bool]]:
    """Yield (rows, columns, pixels, changed) of a picture for each band that is lit anew.

    Args:
        image: (H, W, 3) uint8 of the face's photo, nothing moved yet.
        face: whose skin it is.
        shade: (rows, columns) float32 ln of luminance on the face's grid.
    """
    if not shade.any():
        return
    light = Light.of(face)
    gain = np.expm1(shade[..., None] * light.channels.astype(np.float32))
    for rows, columns, more in photo_bands(image.shape, Grid.of(face), gain):
        changed: Bool = np.abs(more).max(axis=2) > SMALLEST
        if changed.any():
            yield rows, columns, lit(image[rows, columns], more, light.paleness), changed


def lit(pixels: Rgb, more: Floats, paleness: float) -> Rgb:
    """Return pixels with `more` of their light, shine left out; 0 more changes no byte.

    Args:
        pixels: (h, w, 3) uint8.
        more: (h, w, 3) float32, share of the light that is added to each channel.
        paleness: blue over red light of the skin without shine.
    """
    light = linear(pixels)
    shine = (light[..., 2] - paleness * light[..., 0]) / (1.0 - paleness)
    shine = np.clip(shine, 0.0, MOST_SHINE * light.min(axis=2))
    return encoded(light + (light - shine[..., None]) * more)


def encoded(light: Floats) -> Rgb:
    """Return (h, w, 3) uint8 sRGB of linear light, clipped to what bytes hold."""
    codes = cv2.sqrt(np.clip(light, 0.0, 1.0)) * np.float32(_CODES) + np.float32(0.5)
    found: Rgb = _TABLE[codes.astype(np.uint16)]
    return found


def _table() -> npt.NDArray[np.uint8]:
    light = (np.arange(_CODES + 1) / _CODES) ** 2
    curve = np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)
    return np.round(255.0 * curve).astype(np.uint8)


_TABLE = _table()
