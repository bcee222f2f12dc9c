"""Skin tone told apart from the light: one for a person, with what a photo leaves unsure.

The skin of the whole face is brought to one light by the way it faces (`light`), the cast of the
lamp is taken off as far as eyes and teeth show it (`fidelity.colour_cast`), and what is
left is read in CIELAB. Regions differ from it by their melanin only: shade is the light's matter
and redness the blood's. How bright the photo was taken stays unknown, and makes most of the
interval.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from face_mesh.arrays import Points
from face_mesh.cache import Scope, cached_per
from face_mesh.face import Face
from face_mesh.fidelity.colour_cast import colour_cast
from face_mesh.skin.chromophores import MELANIN, Values, join, unmix
from face_mesh.skin.light import lit_density
from face_mesh.skin.monk import nearest
from face_mesh.skin.working_view import View

# Lower ends of the classes, degrees (the cut-offs most public code uses; docs/method.md).
_CLASSES = (
    (55.0, "very light"),
    (41.0, "light"),
    (28.0, "intermediate"),
    (10.0, "tan"),
    (-30.0, "brown"),
)
_LEAST_PX = 20
_SURE = 1.96  # standard deviations of an interval of 95 %
EXPOSURE_SD = 0.25  # ln of light, a third of a stop: how photos differ; author's estimate
_LEVELS = 9  # of exposure and of cast that an interval is worked out over


@dataclass(frozen=True)
class SkinTone:
    """The tone of a person's skin.

    Attributes:
        ita_deg: individual typology angle, degrees; NaN where no skin is seen.
        low, high: its interval of 95 %, degrees.
        monk: step of the Monk Skin Tone scale, 1 to 10; None where no skin is seen.
        monk_light, monk_dark: steps at the ends of the interval, the lighter one first.
    """

    ita_deg: float
    low: float
    high: float
    monk: int | None
    monk_light: int | None
    monk_dark: int | None


UNSEEN = SkinTone(float("nan"), float("nan"), float("nan"), None, None, None)


@cached_per(Scope.HEAD)
def skin_tone(face: Face) -> SkinTone:
    """Return the tone of a person, read off the first size that asks.

    ITA = arctan((L* - 50) / b*) in CIELAB, D65 (Chardon, Cretois and Hourseau 1991, doi
    10.1111/j.1467-2494.1991.tb00561.x), of the median lit skin. The interval holds what is unknown
    of the exposure and what is left of a cast.
    """
    density = usual_density(face)
    if density is None:
        return UNSEEN
    cast, ita = colour_cast(face), float(_angle(_lab(density)))
    off = np.linspace(-2.0, 2.0, _LEVELS)
    lighter = _slope(off, _angle(_lab(density - EXPOSURE_SD * off[:, None])))
    tinted = _lab(density) + cast.sd * off[:, None] * np.array([0.0, 0.0, 1.0])
    sd = float(np.hypot(lighter, _slope(off, _angle(tinted))))
    low, high = max(-90.0, ita - _SURE * sd), min(90.0, ita + _SURE * sd)
    return SkinTone(ita, low, high, nearest(ita), nearest(high), nearest(low))


def _slope(off: Points, angles: Points) -> float:
    """Return the standard deviation of an angle whose cause has one of 1."""
    weights = np.exp(-0.5 * off**2)
    middle = np.average(angles, weights=weights)
    variance = np.average((angles - middle) ** 2, weights=weights)
    return float(np.sqrt(variance / np.average(off**2, weights=weights)))


@cached_per(Scope.HEAD)
def usual_density(face: Face) -> Points | None:
    """Return (3,) density of a person's lit skin without cast; None where too little is seen."""
    density, weights = lit_density(face)
    if not len(density):
        return None
    middle = [_median(channel, weights) for channel in density.T]
    return np.asarray(middle - np.log(colour_cast(face).gains), np.float64)


def _median(values: Points, weights: Points) -> float:
    order = np.argsort(values)
    share = np.cumsum(weights[order]) / weights.sum()
    return float(np.interp(0.5, share, values[order]))


@cached_per(Scope.PIXELS)
def ita_deg(face: Face, region: str) -> float:
    """Return the individual typology angle of a region's bare skin, degrees; NaN if none is seen.

    That of the person, with as much more or less melanin as the region has.
    """
    usual, view = usual_density(face), View.of(face)
    area = view.area(region)
    inside = area.inside > 0.5
    if usual is None or np.count_nonzero(inside) < _LEAST_PX:
        return float("nan")
    here = np.median(view.density[area.rows, area.columns][inside], axis=0)
    own = _of_cast(face, here)
    more = np.zeros(3, np.float32)
    more[MELANIN] = (unmix(own) - unmix(np.asarray(usual, np.float32)))[MELANIN]
    return float(_angle(_lab(usual + join(more))))


def _of_cast(face: Face, density: Values) -> Values:
    return np.asarray(density - np.log(colour_cast(face).gains), np.float32)


def _lab(density: Points) -> Points:
    """(..., 3) CIELAB of densities."""
    linear = np.atleast_2d(np.exp(-np.asarray(density)))[None]
    lab = cv2.cvtColor(np.asarray(linear, np.float32), cv2.COLOR_LRGB2LAB)[0]
    return np.asarray(lab.reshape(np.shape(density)), np.float64)


def _angle(lab: Points) -> Points:
    return np.asarray(np.degrees(np.arctan2(lab[..., 0] - 50.0, lab[..., 2])), np.float64)


def tone_class(ita: float) -> str:
    """Return the name of the class of an angle: "very light" to "dark"."""
    return next((name for low, name in _CLASSES if ita > low), "dark")
