"""Colour spaces that a file names by a number instead of an ICC profile, and the way to sRGB.

A space is where its primaries lie and which light a code stands for. Light is relative to a white
that is plain paper: codes of high dynamic range go on beyond it, and are cut off there, as a camera
does that takes the same scene without it. What sRGB cannot show is cut off too.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
import numpy.typing as npt

from face_mesh.arrays import Rgb

Light = npt.NDArray[np.float32]
Codes = npt.NDArray[np.uint8] | npt.NDArray[np.uint16]
_Values = npt.NDArray[np.float64]
_Primaries = tuple[tuple[float, float], tuple[float, float], tuple[float, float]]

REFERENCE_WHITE_NITS = 203.0  # of diffuse white in high dynamic range, ITU-R BT.2408-7, 2.1
HLG_PEAK_NITS = 1000.0  # of the display that Rec. ITU-R BT.2100-2 defines its system gamma by
HLG_GAMMA = 1.2  # of that display, BT.2100-2, table 5

_WHITE = (0.3127, 0.3290)  # D65, of all spaces here
_GAIN_LEVELS = 2**16
_LEVELS = 2**14  # of linear light that are told apart; a step in black is a fifth of a code


def _srgb_light(code: _Values) -> _Values:
    """IEC 61966-2-1."""
    return np.where(code <= 0.04045, code / 12.92, ((code + 0.055) / 1.055) ** 2.4)


def _adobe_light(code: _Values) -> _Values:
    """Adobe RGB (1998) Color Image Encoding, 4.3.1.2."""
    return code ** (563.0 / 256.0)


def _pq_light(code: _Values) -> _Values:
    """SMPTE ST 2084, the EOTF of PQ: up to 10,000 nits."""
    m1, m2 = 2610.0 / 16384.0, 2523.0 / 4096.0 * 128.0
    c1, c2, c3 = 3424.0 / 4096.0, 2413.0 / 4096.0 * 32.0, 2392.0 / 4096.0 * 32.0
    root = code ** (1.0 / m2)
    share = np.maximum(root - c1, 0.0) / (c2 - c3 * root)
    return share ** (1.0 / m1) * 10_000.0 / REFERENCE_WHITE_NITS


def _hlg_light(code: _Values) -> _Values:
    """ARIB STD-B67, the inverse OETF of HLG: light of the scene, 1 at the peak."""
    a, b, c = 0.17883277, 0.28466892, 0.55991073
    return np.where(code <= 0.5, code**2 / 3.0, (np.exp((code - c) / a) + b) / 12.0)


@dataclass(frozen=True)
class ColourSpace:
    """What codes of three channels stand for.

    Attributes:
        primaries: (x, y) of red, green and blue, CIE 1931.
        light: from codes in [0, 1] to light, 1 being plain white.
        of_scene: whether that is light of the scene, which a display of HLG changes by its gamma.
    """

    primaries: _Primaries
    light: Callable[[_Values], _Values]
    of_scene: bool = False

    @property
    def is_hdr(self) -> bool:
        """Whether it goes on beyond plain white."""
        return self.of_scene or self.light is _pq_light

    def to_srgb(self, codes: Codes) -> Rgb:
        """Return (..., 3) codes, uint8 or uint16 over their whole range, as uint8 sRGB."""
        light = _table(self.light, np.iinfo(codes.dtype).max + 1).take(codes)
        if self.of_scene:
            weights = _to_xyz(self.primaries)[1].astype(np.float32)
            scene = cv2.transform(light, weights[None] * (_GAIN_LEVELS - 1))
            light *= _hlg_gains().take(scene.astype(np.uint16))[..., None]
        into = np.linalg.inv(_to_xyz(SRGB_PRIMARIES)) @ _to_xyz(self.primaries)
        # In steps of light, rounded; in place, as a photo has tens of millions of them.
        steps = cv2.transform(light, np.column_stack([into * (_LEVELS - 1), np.full(3, 0.5)]))
        np.clip(steps, 0.0, _LEVELS - 1, out=steps)
        return _srgb_codes().take(steps.astype(np.uint16))


@cache
def _table(light: Callable[[_Values], _Values], levels: int) -> Light:
    return light(np.linspace(0.0, 1.0, levels)).astype(np.float32)


@cache
def _hlg_gains() -> Light:
    """By how much a display brightens light of the scene, by its luminance (BT.2100-2, table 5)."""
    luminance = (np.arange(_GAIN_LEVELS) + 0.5) / _GAIN_LEVELS
    gains = luminance ** (HLG_GAMMA - 1.0) * (HLG_PEAK_NITS / REFERENCE_WHITE_NITS)
    return gains.astype(np.float32)


@cache
def _srgb_codes() -> npt.NDArray[np.uint8]:
    linear = np.linspace(0.0, 1.0, _LEVELS)
    codes = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    return np.round(255.0 * codes).astype(np.uint8)


@cache
def _to_xyz(primaries: _Primaries) -> _Values:
    """(3, 3): linear red, green and blue to CIE XYZ, white having Y = 1 (SMPTE RP 177)."""
    corners = np.array([(x / y, 1.0, (1.0 - x - y) / y) for x, y in (*primaries, _WHITE)])
    shares = np.linalg.solve(corners[:3].T, corners[3])
    return np.asarray(corners[:3].T * shares)


SRGB_PRIMARIES: _Primaries = ((0.640, 0.330), (0.300, 0.600), (0.150, 0.060))
_ADOBE_PRIMARIES: _Primaries = ((0.640, 0.330), (0.210, 0.710), (0.150, 0.060))
_P3_PRIMARIES: _Primaries = ((0.680, 0.320), (0.265, 0.690), (0.150, 0.060))
_BT2020_PRIMARIES: _Primaries = ((0.708, 0.292), (0.170, 0.797), (0.131, 0.046))

ADOBE_RGB = ColourSpace(_ADOBE_PRIMARIES, _adobe_light)

# By the numbers of Rec. ITU-T H.273, tables 2 and 3. 2 is "unspecified"; the primaries of old
# television (5, 6, 7) lie so near to those of sRGB that browsers make no difference either.
_BY_PRIMARIES = {
    **dict.fromkeys((1, 2, 5, 6, 7), SRGB_PRIMARIES),
    9: _BT2020_PRIMARIES,
    12: _P3_PRIMARIES,
}
# Pictures of the curves of television (1, 6, 14, 15) were made on displays of sRGB, and are meant
# to be shown on one.
_BY_TRANSFER = {
    **dict.fromkeys((1, 2, 6, 13, 14, 15), _srgb_light),
    4: lambda code: code**2.2,
    8: lambda code: code,
    16: _pq_light,
    18: _hlg_light,
}


def coded_space(primaries: int, transfer: int) -> ColourSpace:
    """Return the space of a pair of numbers of H.273.

    Raises:
        KeyError: it is not one of photos.
    """
    light = _BY_TRANSFER[transfer]
    return ColourSpace(_BY_PRIMARIES[primaries], light, light is _hlg_light)


SRGB = coded_space(1, 13)
