"""Colour of the skin: redness, dark circles, spots of pigment, and melasma-like patches.

Everything is a difference in optical density from the same person's own skin, so that no tone is
"more pigmented" or "less red" by itself. Severities run from 0 to 4, linear in area times depth of
colour; photographic indices set on adult portraits, no clinician's grades.
"""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

from face_mesh.arrays import Mask
from face_mesh.cache import Key, Scope, cached_per, name_of
from face_mesh.face import Face
from face_mesh.fidelity.faults import COLOUR
from face_mesh.skin.chromophores import (
    HAEMOGLOBIN,
    MELANIN,
    Values,
    unmix,
)
from face_mesh.skin.masked_blur import across, soften
from face_mesh.skin.sign_types import Sign, SkinSign
from face_mesh.skin.working_view import Area, View

SCALE = "0 none to 4 severe (photographic index, against the person's own skin)"
MOST = 4.0
CHEEKS = ("malar_left", "malar_right")
USUAL = ("forehead", *CHEEKS)
# A spot has this much more melanin than the skin around it, and stands out of how much that varies:
# dark skin is seen with more grain, and so is a compressed photo. Author's estimates.
_SPOT_FAINT, _SPOT_GRAINS = 0.06, 2.5
_SOFT_MM = 0.6  # grain of single pixels is no colour of skin


@cached_per(Scope.PIXELS)
def amounts(view: View) -> Values:
    """Return (h, w, 3) float32 of melanin, haemoglobin, shade of a view, smoothed, made once."""
    return unmix(across(view.density, view.bare.astype(np.float32), _SOFT_MM * view.px_per_mm))


def usual_amount(view: View, chromophore: int, quantile: float = 0.35) -> float:
    """Return what the person's own skin usually has of a chromophore.

    Of forehead and cheeks, which have neither beard nor the shadow of the chin. A low quantile, so
    that red cheeks stand out from a paler forehead. Repainted faces keep that of their original:
    treating one region must not move what another is compared with.
    """
    key = Key(name_of(usual_amount), (chromophore, quantile), Scope.HEAD)

    def build() -> float:
        usual = _within(view, amounts(view)[..., chromophore], USUAL)
        return float(np.quantile(usual, quantile)) if usual.size else 0.0

    return view.face.cached(key, build)


def redness_excess(view: View, area: Area) -> Values:
    """Return how much more haemoglobin there is than in the person's usual skin, from 0."""
    return _above(view, area, HAEMOGLOBIN, 0.06)


def melasma_excess(view: View, area: Area) -> Values:
    """Return how much more melanin there is in patches than in the person's usual skin, from 0."""
    here = amounts(view)[area.rows, area.columns, MELANIN]
    wide = across(here[..., None], area.bare.astype(np.float32), 2.0 * view.px_per_mm)[..., 0]
    return np.asarray(
        np.maximum(wide - usual_amount(view, MELANIN, 0.5) - 0.10, 0.0) * area.bare, np.float32
    )


def spots_excess(view: View, area: Area) -> Values:
    """Return how much more melanin there is in spots than in the skin around them, from 0."""
    here = amounts(view)[area.rows, area.columns, MELANIN]
    around = across(here[..., None], area.bare.astype(np.float32), 3.5 * view.px_per_mm)[..., 0]
    more = here - around
    faint = max(_SPOT_FAINT, _SPOT_GRAINS * _spread(more[area.inside > 0.5]))
    return np.asarray(np.maximum(more - faint, 0.0) * area.bare, np.float32)


def _spread(values: Values) -> float:
    """Return a standard deviation that spots, which are few, do not move."""
    return 1.4826 * float(np.median(np.abs(values - np.median(values)))) if values.size else 0.0


def circles_excess(view: View, area: Area) -> Values:
    """Return how much denser the skin under the eye is than the cheek below it, from 0.

    Melanin and haemoglobin together; shade is left out, for a hollow is the tear trough's matter.
    """
    here = amounts(view)
    colour = here[..., MELANIN] + here[..., HAEMOGLOBIN]
    key = Key(name_of(circles_excess), (), Scope.HEAD)  # as that of `usual_amount`

    def build() -> float:
        cheek = _within(view, colour, CHEEKS)
        return float(np.median(cheek)) if cheek.size else 0.0

    more = colour[area.rows, area.columns] - view.face.cached(key, build) - 0.03
    return np.asarray(np.maximum(more, 0.0) * area.bare, np.float32)


def _within(view: View, values: Values, regions: tuple[str, ...]) -> Values:
    """Return (N,) of the values of a view that lie in regions, on bare skin."""
    found = []
    for area in map(view.area, regions):
        found.append(values[area.rows, area.columns][area.inside > 0.5])
    return np.concatenate(found)


def _above(view: View, area: Area, chromophore: int, faint: float) -> Values:
    here = amounts(view)[area.rows, area.columns, chromophore]
    excess = here - usual_amount(view, chromophore) - faint
    return np.asarray(np.maximum(excess, 0.0) * area.bare, np.float32)


Excess = Callable[[View, Area], Values]

# What each sign is an excess of, and the mean excess over a region that reads 4.
_EXCESS: dict[str, tuple[Excess, float]] = {
    "redness": (redness_excess, 0.8),
    "dark_circles": (circles_excess, 0.5),
    "pigment_spots": (spots_excess, 0.03),
    "melasma": (melasma_excess, 0.5),
}


def _detect(face: Face, sign: str, region: str) -> SkinSign:
    excess_of, severe = _EXCESS[sign]
    view = View.of(face)
    area = view.area(region)
    excess = excess_of(view, area)
    mask = _mask(excess, area, view.px_per_mm)
    return SkinSign(
        MOST * area.mean(excess) / severe,
        view.patch(mask, area.rows, area.columns, face),
        area_mm2=float(mask.sum()) / view.px_per_mm**2,
    )


def _mask(excess: Values, area: Area, px_per_mm: float) -> Mask:
    """Where there is an excess, with soft edges, inside the region."""
    seen = (excess > 0).astype(np.float32)
    wide = 2 * round(0.4 * px_per_mm) + 1
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (wide, wide))
    soft = soften(np.asarray(cv2.dilate(seen, disc), np.float32), 0.5 * px_per_mm) * area.inside
    return np.asarray(np.where(soft < 0.02, 0.0, soft), np.float32)


def _sign(id_: str, name: str, regions: tuple[str, ...]) -> Sign:
    return Sign(
        id_,
        name,
        regions,
        SCALE,
        MOST,
        lambda face, region: _detect(face, id_, region),
        needs=frozenset((COLOUR,)),
    )


_BROAD = ("forehead", "malar_left", "malar_right", "nasal_dorsum", "chin")
SIGNS: tuple[Sign, ...] = (
    _sign("redness", "Redness", (*_BROAD, "nasal_tip", "nasal_ala_left", "nasal_ala_right")),
    _sign("dark_circles", "Dark circles", ("tear_trough_left", "tear_trough_right")),
    _sign("pigment_spots", "Pigment spots", (*_BROAD, "submalar_left", "submalar_right")),
    _sign("melasma", "Melasma-like patches", ("forehead", *CHEEKS, "cutaneous_upper_lip")),
)
