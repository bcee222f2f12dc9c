"""Freckles: many small light brown dots, told from spots and moles by size, darkness and number."""

from __future__ import annotations

import numpy as np

from face_mesh.arrays import Mask
from face_mesh.cache import Scope, cached_per
from face_mesh.face import Face
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


def freckle_mask(view: View, area: Area) -> Mask:
    """Return (h, w) float32 of an area's window, 1 on freckles."""
    return discs(freckles(view), area, view.px_per_mm)


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
