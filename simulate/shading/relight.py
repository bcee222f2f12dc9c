"""Shading put on pixels: in linear light, along the colour that shadow has on this very skin.

A ratio that is the same for all channels would turn skin grey. Each channel follows the shade as
far as the photo shows it does (`Light.channels`). And shine, which has the colour of the lamp and
not of the skin, is told apart by the dichromatic model (Shafer 1985, doi
10.1002/col.5080100409). It stays as it is under what lies in the skin; where the skin itself turns
to the light or away, it follows more steeply than the rest (`GLOSS`): on dark skin a highlight is
most of what shows volume.
"""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np
import numpy.typing as npt

from face_mesh import Face
from face_mesh.arrays import Bool, Rgb
from face_mesh.skin.working_view import linear
from simulate.composite import trim
from simulate.geometry.grid import Grid
from simulate.geometry.warp import photo_bands
from simulate.shading.light import Light

SMALLEST = 1.0 / 1024.0  # of light: what is less changes no byte
MOST_SHINE = 0.9  # of the darkest channel
# How many times as much shine grows, as a share of itself, as the light that skin returns: the
# median of 25 development people of every tone, shine of bare skin against its fitted shade.
GLOSS = 1.7
_CODES = 4095  # the root of light is looked up in so many steps: ten or more to a byte everywhere
Floats = npt.NDArray[np.float32]


def shading_gain(face: Face, shade: Floats) -> Floats:
    """Return (rows, columns, 3) share of light that (rows, columns) ln of luminance adds."""
    if not shade.any():
        return np.zeros((*shade.shape, 3), np.float32)
    channels = Light.of(face).channels.astype(np.float32)
    return np.asarray(np.expm1(shade[..., None] * channels), np.float32)


def _reached(more: Floats) -> Bool:
    """Return (h, w) bool, where any channel gets more or less light than a byte can miss."""
    red, green, blue = cv2.split(np.abs(more))  # far quicker than a max over the last axis
    reached: Bool = np.maximum(np.maximum(red, green), blue) > SMALLEST
    return reached


def relit_bands(
    image: Rgb, face: Face, gain: Floats, surface: float, gloss: float
) -> Iterator[tuple[slice, slice, Rgb, Bool]]:
    """Yield (rows, columns, pixels, changed) of a picture for each band that is lit anew.

    Args:
        image: (H, W, 3) uint8 of the face's photo, nothing moved yet.
        face: whose skin it is.
        gain: (rows, columns, 3) float32 share of light added, on the face's grid.
        surface: light that comes from above whatever changes, and stays.
        gloss: how many times as much as the skin shine gains; 0 where it stays.
    """
    for rows, columns, more in photo_bands(image.shape, Grid.of(face), gain):
        reached = _reached(more)
        if not reached.any():
            continue
        high, wide, changed = trim(rows, columns, reached)
        top, left = high.start - rows.start, wide.start - columns.start
        more = more[top : top + changed.shape[0], left : left + changed.shape[1]]
        yield (
            high,
            wide,
            relight_pixels(image[high, wide], more, Light.of(face).paleness, surface, gloss),
            changed,
        )


def relight_pixels(
    pixels: Rgb, more: Floats, paleness: float, surface: float = 0.0, gloss: float = 0.0
) -> Rgb:
    """Return pixels with `more` of their light, shine apart; 0 more changes no byte.

    Args:
        pixels: (h, w, 3) uint8.
        more: (h, w, 3) float32, share of the light that is added to each channel.
        paleness: blue over red light of the skin without shine.
        surface: light that stays as it is.
        gloss: times the green of `more` that shine gains, of itself.
    """
    light = linear(pixels)
    red, green, blue = cv2.split(light)
    shine = (blue - np.float32(paleness) * red) * np.float32(1.0 / (1.0 - paleness))
    least = np.minimum(np.minimum(red, green), blue)
    shine = np.minimum(np.maximum(shine, np.float32(surface)), np.float32(MOST_SHINE) * least)
    under = cv2.subtract(light, cv2.merge([shine, shine, shine]))
    lit = cv2.add(light, cv2.multiply(under, more))
    if gloss:
        glow = cv2.multiply(shine, more[..., 1], scale=gloss)
        lit = cv2.add(lit, cv2.merge([glow, glow, glow]))
    return to_srgb(np.asarray(lit, np.float32))


def to_srgb(light: Floats) -> Rgb:
    """Return (h, w, 3) uint8 sRGB of linear light, clipped to what bytes hold."""
    codes = cv2.sqrt(np.clip(light, 0.0, 1.0)) * np.float32(_CODES) + np.float32(0.5)
    found: Rgb = _TABLE[codes.astype(np.uint16)]
    return found


def _table() -> npt.NDArray[np.uint8]:
    light = (np.arange(_CODES + 1) / _CODES) ** 2
    curve = np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)
    return np.round(255.0 * curve).astype(np.uint8)


_TABLE = _table()
