"""Fading too much of a chromophore: redness to the person's own skin, a spot to the skin around it.

Nothing is painted: the excess that the detector measured is taken out of the skin's optical density
(Tsumura et al., see `face_mesh.skin.chromophores`), along the colour of that chromophore and
nothing else. Pores, hairs and shade, which are of other colours or finer, stay as they are.
"""

from __future__ import annotations

import numpy as np

from face_mesh import Face
from face_mesh.arrays import Mask, Rgb
from face_mesh.cache import Scope, cached_per
from face_mesh.ramp import ramp
from face_mesh.skin import chromophores, colour
from face_mesh.skin.masked_blur import across, blur
from face_mesh.skin.pigment import lentigo_mask
from face_mesh.skin.scale_space import skin_box
from face_mesh.skin.skin_mask import skin_mask
from face_mesh.skin.skin_tone import ita_deg
from face_mesh.skin.working_view import Area, View
from simulate.skin.region_shares import BROAD

# An excess is told against skin around it that a spot darkens too: what is left is seen next time.
PASSES = 3
# The excess that a sign's detector sees, the chromophore it is of, and how much is ever taken: more
# is the red of a deep shadow or a hair, and no sign of the skin (author's estimates).
_OF = {
    "redness": (colour.redness_excess, chromophores.HAEMOGLOBIN, 0.4),
    "pigment_spots": (colour.spots_excess, chromophores.MELANIN, 1.0),
    "melasma": (colour.melasma_excess, chromophores.MELANIN, 0.5),
}
# Haemoglobin above the usual of which half is the person's own, and how much of the rest is taken
# on dark skin, by the typology angle of the cheeks. Author's estimates.
_OWN_REDNESS, _SHARE_ON_DARK, _ITA_DEG = 0.25, 0.4, (-30.0, 30.0)
# Around a freckle, of the freckle, and ln of light: what is darker is none.
_BETWEEN_MM, _DOT_MM, _DARKEST_DOT = 1.0, 0.25, 0.8
_AROUND_LENTIGO_MM = 2.0  # lentigines are broader and farther apart


def fade(face: Face, sign: str, region: str, mask: Mask, at: tuple[slice, slice]) -> Rgb:
    """Return a window of the photo without the excess of a sign's chromophore, (h, w, 3) uint8.

    Args:
        face: measured face.
        sign: "redness", "pigment_spots" or "melasma".
        region: one of the sign's.
        mask: (H, W) float32, of the photo's size; 0 stays to the byte.
        at: rows and columns of the window.
    """
    taken = _excess(face, sign, "" if sign in BROAD else region)[at] * mask[at]
    return chromophores.lighten(face.photo.image[at], taken[..., None] * _colour_of(sign))


def fade_spots(face: Face, region: str, mask: Mask, at: tuple[slice, slice]) -> Rgb:
    """Return a window of the photo without pigment spots, (h, w, 3) uint8.

    What has too much melanin loses it, and a lentigo, of which a small photo keeps little colour,
    is as light as the skin around it.

    Args:
        face: measured face.
        region: one of the sign's.
        mask: (H, W) float32, of the photo's size; 0 stays to the byte.
        at: rows and columns of the window.
    """
    dots = lentigo_mask(face, region, colour.SPOTTED) * mask
    less = fade(face, colour.SPOTS, region, mask, at)
    return np.maximum(less, fade_dots(face, dots, at, _AROUND_LENTIGO_MM))


def fade_dots(
    face: Face, mask: Mask, at: tuple[slice, slice], between_mm: float = _BETWEEN_MM
) -> Rgb:
    """Return a window of the photo with dots of pigment as light as the skin between them.

    They are finer than the colour that a file keeps, so all of what is darker goes, and not one
    chromophore of it; what is finer than a dot, as pores and grain are, stays.

    Args:
        face: measured face.
        mask: (H, W) float32, 1 on dots; 0 stays to the byte.
        at: rows and columns of the window.
        between_mm: standard deviation of a blur over the skin between dots.
    """
    image, ppm = face.photo.image[at], face.px_per_mm
    density, dots = chromophores.density_of(image), mask[at]
    between = skin_mask(face)[at] * (dots <= 0)
    around = across(density, np.asarray(between, np.float32), between_mm * ppm)
    more = np.clip(blur(density, _DOT_MM * ppm) - around, 0.0, _DARKEST_DOT)
    return chromophores.lighten(image, np.asarray(more * dots[..., None], np.float32))


def _colour_of(sign: str) -> chromophores.Values:
    alone = np.zeros(3, np.float32)
    alone[_OF[sign][1]] = 1.0
    return chromophores.join(alone)


@cached_per(Scope.PIXELS)
def _excess(face: Face, sign: str, region: str) -> Mask:
    """(H, W) float32, how much of its chromophore a sign has too much; no region is all skin."""
    excess_of, _, most = _OF[sign]
    photo = face.photo.image
    taken = np.zeros(photo.shape[:2], np.float32)
    for done in range(PASSES):
        left = chromophores.lighten(photo, taken[..., None] * _colour_of(sign)) if done else photo
        seen = face.repainted(left)
        view = View.of(seen)
        area = view.area(region) if region else _all_skin(view)
        patch = view.patch(excess_of(view, area), area.rows, area.columns, seen)
        taken += np.minimum(patch.on_photo(face.photo.height, face.photo.width), most - taken)
    return _flush(face, taken) if sign == "redness" else taken


def _flush(face: Face, redness: Mask) -> Mask:
    """How much of a redness is flush, (H, W): a little more than usual is the person's own.

    Taken whole, skin would be of one colour everywhere, as a mask is. And the more melanin there
    is, the more of what reads as redness is the brown of the skin, and would leave it olive.
    """
    slight = redness / (redness + _OWN_REDNESS)
    tone = float(np.nanmean([[ita_deg(face, cheek) for cheek in colour.CHEEKS]]))
    least, fair = _SHARE_ON_DARK, ramp(np.nan_to_num(tone), _ITA_DEG)
    return np.asarray(redness * slight * (least + (1.0 - least) * float(fair)), np.float32)


def _all_skin(view: View) -> Area:
    rows, columns = skin_box(view)
    bare = view.bare[rows, columns]
    return Area(rows, columns, bare.astype(np.float32), bare, view.shade[rows, columns])
