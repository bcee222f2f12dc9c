"""Freckles and lentigines: light brown dots, told from moles by darkness.

Freckles are small and many; a lentigo (sun spot, age spot) is broader and may be alone.
"""

from __future__ import annotations

import numpy as np

from face_mesh.arrays import Mask
from face_mesh.cache import Scope, cached_per
from face_mesh.face import Face
from face_mesh.regions import Patch, nearest_regions
from face_mesh.skin.blob_sign import blobs_of_region, counted_sign, discs
from face_mesh.skin.blobs import Blobs, Values, dark_blobs
from face_mesh.skin.scale_space import density_at
from face_mesh.skin.sign_types import Sign, SkinSign
from face_mesh.skin.working_view import Area, View

SCALE = "number of light brown dots up to 3.6 mm wide, where there are many"
MOST = 60.0
MOST_MM = 3.6
LEAST_PX_PER_MM = 2.0
# Author's estimates, on dots painted into the skin of people that nothing is reported on, and on
# those of them who have freckles. A pore is darker in its middle and smaller: broadly it is faint.
_COLOUR, _HUE = 0.5, 0.7  # from here on what is dark is brown, from there on red
_ABOVE = 1.5
_FAINT_STEPS, _BROAD, _BROAD_STEPS = 4.0, 0.01, 0.8  # of a byte; ln of light, broadly
_BROAD_SHARE = 0.12  # of its contrast that it has broadly
_DARK = 0.45  # a single one darker than that is a mole
# On cheeks and nose, where they come first, and on either cheek; fewer are single spots.
_FEWEST, _FEWEST_A_SIDE = 10, 3
# A lentigo: mm, and as freckles above the grain, in steps of a byte, and broadly of its contrast.
# In a photo of 1 px a mm colour is kept at half of that. Author's estimates, from people over 60.
_LENTIGO_MM, _LENTIGO_ABOVE, _LENTIGO_STEPS, _LENTIGO_BROAD = (1.2, 8.0), 1.6, 5.0, 0.2
_ABOUT_MM = 25.0  # a lentigo between regions counts in the nearest
_MIDDLE_MM, _AROUND_MM, _EVERYWHERE = 0.3, 2.0, (slice(None), slice(None))
_CENTRE = ("malar_left", "malar_right", "nasal_dorsum")


@cached_per(Scope.PIXELS)
def freckles(view: View) -> Blobs:
    """Return the freckles of all bare skin; none where the brown dots are few."""
    blobs = dark_blobs(view)
    broad = blobs.broad.mean(axis=1)
    dots = blobs.where(
        (blobs.colour > _COLOUR)
        & (blobs.hue < _HUE)
        & (blobs.above > _ABOVE)
        & (blobs.darkness > _FAINT_STEPS * blobs.step)
        & (blobs.darkness < _DARK)
        & (broad > np.maximum(_BROAD, _BROAD_STEPS * blobs.step))
        & (broad > _BROAD_SHARE * blobs.darkness)
        & (blobs.diameter_mm <= MOST_MM)
    )
    numbers = [len(blobs_of_region(dots, view.area(region))) for region in _CENTRE]
    many = sum(numbers) >= _FEWEST and min(numbers[:2]) >= _FEWEST_A_SIDE
    return dots.where(np.full(len(dots), many))


@cached_per(Scope.PIXELS)
def lentigines(view: View) -> Blobs:
    """Return the light brown spots of all bare skin that are no freckles."""
    blobs = dark_blobs(view)
    least, most = _LENTIGO_MM
    broad = blobs.broad.mean(axis=1)
    spots = blobs.where(
        (blobs.colour > _COLOUR)
        & (blobs.hue < _HUE)
        & (blobs.above > _LENTIGO_ABOVE)
        & (blobs.darkness > _LENTIGO_STEPS * blobs.step)
        & (blobs.darkness < _DARK)
        & (broad > np.maximum(_BROAD, _BROAD_STEPS * blobs.step))
        & (broad > _LENTIGO_BROAD * blobs.darkness)
        & (blobs.diameter_mm >= least)
        & (blobs.diameter_mm <= most)
    )
    dots = freckles(view)
    own = {(int(x), int(y)) for x, y in zip(dots.x, dots.y, strict=True)}
    at = zip(spots.x, spots.y, strict=True)
    return spots.where(np.array([(int(x), int(y)) not in own for x, y in at], np.bool_))


def freckle_mask(view: View, area: Area) -> Mask:
    """Return (h, w) float32 of an area's window, 1 on freckles."""
    return discs(freckles(view), area, view.px_per_mm)


def lentigo_mask(face: Face, region: str, regions: tuple[str, ...]) -> Mask:
    """Return (H, W) float32 of a photo, 1 on the lentigines in and about a region.

    Args:
        face: measured face.
        region: one of `regions`.
        regions: that share the face; what lies between them is of the nearest.
    """
    view = View.of(face)
    spots = lentigines(view)
    at = np.column_stack([spots.x, spots.y]).astype(np.float64)
    owners = nearest_regions(view.face, at, regions, _ABOUT_MM)
    whole = Area.of(view, Patch(np.ones(view.bare.shape, np.float32), 0, 0))
    own = spots.where(np.array([owner == region for owner in owners], np.bool_))
    mask = discs(own, whole, view.px_per_mm)
    patch = view.patch(mask, whole.rows, whole.columns, face)
    return patch.on_photo(face.photo.height, face.photo.width)


def freckle_darkness(view: View, dots: Blobs) -> Values:
    """Return (N,) float32, how much darker each dot is than the skin around it, ln of light.

    Args:
        view: of the face that they were found on, or of the same face repainted.
        dots: found on the face.
    """
    middle = density_at(view, _MIDDLE_MM, _EVERYWHERE).mean(axis=2)
    around = density_at(view, _AROUND_MM, _EVERYWHERE).mean(axis=2)
    return np.asarray(np.maximum((middle - around)[dots.y, dots.x], 0.0), np.float32)


def _detect(face: Face, region: str) -> SkinSign:
    view = View.of(face)
    return counted_sign(face, view, view.area(region), freckles(view))


SIGNS: tuple[Sign, ...] = (
    Sign(
        "freckles",
        "Freckles",
        ("forehead", *_CENTRE),
        SCALE,
        MOST,
        _detect,
        LEAST_PX_PER_MM,
    ),
)
