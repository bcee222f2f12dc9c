"""Colour of the skin: redness, dark circles and spots; what melasma and rosacea are read from.

Everything is a difference in optical density from the same person's own skin, so that no tone is
"more pigmented" or "less red" by itself. Severities run from 0 to 4, linear in area times depth of
colour; photographic indices set on adult portraits, no clinician's grades.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

from face_mesh.arrays import Mask
from face_mesh.cache import Key, Scope, cached_per, name_of
from face_mesh.face import Face
from face_mesh.fidelity.faults import COLOUR
from face_mesh.landmarks.anatomy import stem_and_side
from face_mesh.regions import Patch, region_patch
from face_mesh.skin.chromophores import HAEMOGLOBIN, MELANIN, Values, join, unmix
from face_mesh.skin.masked_blur import across, blur, soften
from face_mesh.skin.melanin_field import melanin_field, usual_melanin
from face_mesh.skin.pigment import freckle_mask, lentigo_mask
from face_mesh.skin.scale_space import byte_step, density_at, inner_skin, skin_box
from face_mesh.skin.sign_types import Sign, SkinSign
from face_mesh.skin.working_view import Area, View

SCALE = "0 none to 4 severe (photographic index, against the person's own skin)"
MOST = 4.0
CHEEKS = ("malar_left", "malar_right")
USUAL = ("forehead", *CHEEKS)
# With nose and chin, so that the own skin does not hang on how red or made up the cheeks are.
MIDDLE = (*USUAL, "nasal_dorsum", "chin")
_SOFT_MM = 0.6  # grain of single pixels is no colour of skin
_FAINT_RED = 0.06  # of haemoglobin, not believed
# The same of melanin in patches, and in standard deviations of the person's own healthy skin, which
# strays more on brown skin: what is no more than that nobody can tell from it. Author's estimates,
# set on 89 portraits and 43 people of London so that people of every tone read alike, while a patch
# painted into their skin still reads. Moustaches and the shade of the nose are browner than cheeks.
_FAINT_BROWN, _HEALTHY_SDS, _MOUSTACHE_SDS = 0.06, 1.5, 4.0
_EDGE_MM = 2.0  # nearer than that to what is no skin, its edge and shadow are brown too
# A spot has this much more melanin than the skin around it, and stands out of how much that varies.
# Melanin darkens the mean of the channels by 0.54 of itself or more (`chromophores`); noise of blue
# light, of which dark skin returns next to nothing, does not.
_SPOT_FAINT, _SPOT_STEPS, _SPOT_GRAINS = 0.06, 6.0, 2.5
_SPOT_DARKER = 0.5
_CIRCLE_FAINT = 0.03


@cached_per(Scope.PIXELS)
def amounts(view: View) -> Values:
    """Return (h, w, 3) float32 of melanin, haemoglobin, shade of a view, smoothed, made once.

    Zero far from bare skin.
    """
    window = skin_box(view)
    out = np.zeros(view.density.shape, np.float32)
    out[window] = unmix(density_at(view, _SOFT_MM, window))
    return out


def usual_amount(
    view: View, chromophore: int, quantile: float = 0.35, regions: tuple[str, ...] = USUAL
) -> float:
    """Return what the person's own skin usually has of a chromophore.

    Of forehead and cheeks, which have neither beard nor the shadow of the chin, unless others are
    asked for. A low quantile, so that red cheeks stand out from a paler forehead. Repainted faces
    keep that of their original: treating one region must not move what another is compared with.
    """
    key = Key(name_of(usual_amount), (chromophore, quantile, regions), Scope.HEAD)

    def build() -> float:
        usual = _within(view, amounts(view)[..., chromophore], regions)
        return float(np.quantile(usual, quantile)) if usual.size else 0.0

    return view.face.cached(key, build)


def usual_shade(view: View) -> float:
    """Return the shade of the person's own skin, the median; kept as an amount is."""

    def build() -> float:
        usual = _within(view, view.shade, USUAL)
        return float(np.median(usual)) if usual.size else 0.0

    return view.face.cached(Key(name_of(usual_shade), (), Scope.HEAD), build)


def usual_step(view: View) -> float:
    """Return what a step of a byte is in density on the person's own skin."""
    return float(byte_step(np.array([usual_shade(view)], np.float32))[0])


def redness_excess(view: View, area: Area) -> Values:
    """Return how much more haemoglobin there is than in the person's usual skin, from 0."""
    here = amounts(view)[area.rows, area.columns, HAEMOGLOBIN]
    usual = usual_amount(view, HAEMOGLOBIN, regions=MIDDLE)
    return np.asarray(np.maximum(here - usual - _FAINT_RED, 0.0) * area.bare, np.float32)


def melasma_excess(view: View, area: Area) -> Values:
    """Return how much more melanin there is in patches than in the person's usual skin, from 0."""
    window, field = (area.rows, area.columns), melanin_field(view)
    here = amounts(view)[window] @ field.mixture
    wide = across(here[..., None], area.bare.astype(np.float32), 2.0 * view.px_per_mm)[..., 0]
    lip = region_patch(view.face, "cutaneous_upper_lip").on_photo(*view.bare.shape)[window]
    strays = field.sd * (_HEALTHY_SDS + (_MOUSTACHE_SDS - _HEALTHY_SDS) * lip)
    more = wide - usual_melanin(view, area) - np.maximum(_FAINT_BROWN, strays)
    inner = inner_skin(view, _EDGE_MM, window)
    return np.asarray(np.maximum(more, 0.0) * inner, np.float32)


def spots_excess(view: View, area: Area) -> Values:
    """Return how much more melanin there is in spots than in the skin around them, from 0.

    Freckles are no spots: they are another sign, and nobody's concern unless they say so.
    """
    window = area.rows, area.columns
    here, bare = amounts(view)[window], area.bare.astype(np.float32)
    more = here - across(here, bare, 3.5 * view.px_per_mm)
    melanin, darker = more[..., MELANIN], join(more).mean(axis=2)
    grain = _SPOT_GRAINS * _spread(melanin[area.inside > 0.5])
    faint = max(_SPOT_FAINT, _SPOT_STEPS * usual_step(view), grain)
    dark = darker > _SPOT_DARKER * np.maximum(melanin, faint)
    seen = dark * inner_skin(view, _EDGE_MM, window) * (1.0 - freckle_mask(view, area))
    return np.asarray(np.maximum(melanin - faint, 0.0) * seen, np.float32)


def _spread(values: Values) -> float:
    """Return a standard deviation that spots, which are few, do not move."""
    return 1.4826 * float(np.median(np.abs(values - np.median(values)))) if values.size else 0.0


def circles_excess(view: View, area: Area) -> Values:
    """Return how much denser the skin under the eye is than the paler third of the face, from 0.

    Melanin and haemoglobin together; shade is left out, for a hollow is the tear trough's matter.
    Held to the whole middle of the face: cheeks redden with the years and with make-up, and what is
    held to them alone vanishes.
    """
    colour = amounts(view)[..., MELANIN] + amounts(view)[..., HAEMOGLOBIN]
    key = Key(name_of(circles_excess), (), Scope.HEAD)  # as that of `usual_amount`

    def build() -> float:
        usual = _within(view, colour, MIDDLE)
        return float(np.quantile(usual, 0.35)) if usual.size else 0.0

    wide = blur(colour[area.rows, area.columns][..., None], 1.0 * view.px_per_mm)[..., 0]
    more = wide - view.face.cached(key, build) - _CIRCLE_FAINT
    return np.asarray(np.maximum(more, 0.0) * area.bare, np.float32)


def _within(view: View, values: Values, regions: tuple[str, ...]) -> Values:
    """Return (N,) of the values of a view that lie in regions, on bare skin."""
    found = []
    for area in map(view.area, regions):
        found.append(values[area.rows, area.columns][area.inside > 0.5])
    return np.concatenate(found)


Excess = Callable[[View, Area], Values]


@dataclass(frozen=True)
class _Kind:
    """What a sign is an excess of, and the mean excess over a region that reads 4."""

    excess: Excess
    severe: float
    area: Callable[[View, str], Area] = View.area


def _under_eye(view: View, region: str) -> Area:
    """Where a dark circle is read: the trough, and the lower lid above it."""
    lid = f"lower_lid_{stem_and_side(region)[1]}"
    patches = [region_patch(view.face, name) for name in (region, lid)]
    x, y = min(one.x for one in patches), min(one.y for one in patches)
    right = max(one.x + one.mask.shape[1] for one in patches)
    below = max(one.y + one.mask.shape[0] for one in patches)
    both = [Patch(one.mask, one.x - x, one.y - y).on_photo(below - y, right - x) for one in patches]
    return Area.of(view, Patch(np.maximum(*both), x, y))


_KINDS = {
    "redness": _Kind(redness_excess, 0.8),
    "dark_circles": _Kind(circles_excess, 1.2, _under_eye),
    "pigment_spots": _Kind(spots_excess, 0.01),
}


def _detect(face: Face, sign: str, region: str) -> SkinSign:
    kind, view = _KINDS[sign], View.of(face)
    area = kind.area(view, region)
    excess = kind.excess(view, area)
    mask = excess_mask(excess, area, view.px_per_mm)
    patch = view.patch(mask, area.rows, area.columns, face)
    if sign == SPOTS:
        whole = patch.on_photo(face.photo.height, face.photo.width)
        patch = Patch(np.maximum(whole, lentigo_mask(face, region, SPOTTED)), 0, 0)
    return SkinSign(
        MOST * area.mean(excess) / kind.severe,
        patch,
        area_mm2=float(mask.sum()) / view.px_per_mm**2,
    )


def excess_mask(excess: Values, area: Area, px_per_mm: float) -> Mask:
    """Return (h, w) float32, where there is an excess, with soft edges, inside the region."""
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
SPOTS, SPOTTED = "pigment_spots", (*_BROAD, "submalar_left", "submalar_right")
SIGNS: tuple[Sign, ...] = (
    _sign("redness", "Redness", (*_BROAD, "nasal_tip", "nasal_ala_left", "nasal_ala_right")),
    _sign("dark_circles", "Dark circles", ("tear_trough_left", "tear_trough_right")),
    _sign(SPOTS, "Pigment spots", SPOTTED),
)
