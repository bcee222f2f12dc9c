"""Lesions of acne: inflamed ones (papules, pustules), and blackheads where a photo can show them.

Counted, as dermatologists count them for a lesion count; what kind a single one is, a photo does
not tell. Author's estimates, on lesions painted into the skin of people that nothing is reported
on.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from face_mesh.arrays import Bool
from face_mesh.cache import Scope, cached_per
from face_mesh.face import Face
from face_mesh.skin.blob_sign import counted_sign
from face_mesh.skin.blobs import Blobs, Values, dark_blobs, red_blobs
from face_mesh.skin.scale_space import inner_skin
from face_mesh.skin.sign_types import Sign, SkinSign
from face_mesh.skin.working_view import View


@dataclass(frozen=True)
class _Limits:
    """What a lesion must be at least, and at most.

    Attributes:
        faint: ln of light, of blood or of the mean of the channels.
        faint_steps: the same in steps of a byte.
        above: times the grain around.
        diameter_mm: least and most.
        away_mm: from what is no skin.
    """

    faint: float
    faint_steps: float
    above: float
    diameter_mm: tuple[float, float]
    away_mm: float


_INFLAMED = _Limits(0.07, 4.0, 3.0, (1.5, 7.5), 3.0)
_HUE = 0.75  # from here on what is coloured is red (`face_mesh.skin.blobs`)
_BLACK = _Limits(0.15, 8.0, 4.0, (0.5, 1.9), 2.0)
_GREY = 0.5  # up to here what is dark is no brown spot


@cached_per(Scope.PIXELS)
def inflamed_lesions(view: View) -> Blobs:
    """Return the red round lesions of all bare skin."""
    blobs = red_blobs(view)
    return blobs.where(_fits(view, blobs, blobs.blood, _INFLAMED) & (blobs.hue > _HUE))


@cached_per(Scope.PIXELS)
def blackheads(view: View) -> Blobs:
    """Return the small dark dots of no colour of all bare skin that stand out of its pores."""
    blobs = dark_blobs(view)
    return blobs.where(_fits(view, blobs, blobs.darkness, _BLACK) & (blobs.colour < _GREY))


def _fits(view: View, blobs: Blobs, amount: Values, of: _Limits) -> Bool:
    away = inner_skin(view, of.away_mm, (slice(None), slice(None)))
    low, high = of.diameter_mm
    fits: Bool = (
        (amount > np.maximum(of.faint, of.faint_steps * blobs.step))
        & (blobs.above > of.above)
        & (blobs.diameter_mm >= low)
        & (blobs.diameter_mm <= high)
        & away[blobs.y, blobs.x]
    )
    return fits


def _inflamed(face: Face, region: str) -> SkinSign:
    view = View.of(face)
    return counted_sign(face, view, view.area(region), inflamed_lesions(view))


def _comedonal(face: Face, region: str) -> SkinSign:
    view = View.of(face)
    return counted_sign(face, view, view.area(region), blackheads(view))


_FACE = ("forehead", "glabella", "malar_left", "malar_right", "nasal_dorsum", "nasal_tip")
SIGNS: tuple[Sign, ...] = (
    Sign(
        "acne_lesions",
        "Inflamed acne lesions",
        (*_FACE, "submalar_left", "submalar_right", "chin"),
        "number of red lesions of 1.5 to 7.5 mm",
        50.0,
        _inflamed,
        1.5,
    ),
    Sign(
        "comedones",
        "Blackheads",
        _FACE,
        "number of dark dots below 2 mm that stand out of the pores",
        50.0,
        _comedonal,
        2.4,
    ),
)
