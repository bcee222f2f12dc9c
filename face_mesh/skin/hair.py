"""Hair over skin: stubble, moustache and beard as a matte, and strands that hang over a forehead.

What the skin mask cannot tell, for it takes hair finer than a millimetre for skin. Stubble is told
by its grain: fine detail that is so many times that of the person's own cheeks, below the nose, and
only where lip or chin have it as a whole, for the lines of a smile or of lips are no beard. In a
small photo, where single hairs are lost and edges look like them, it must also be greyer than the
cheek: hair takes the same of every colour, skin takes more of blue. Limits are the author's
estimates, set on 43 people of the London set and 107 portraits that nothing is reported on.
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from face_mesh.arrays import Bool, Mask
from face_mesh.cache import Scope, cached_per
from face_mesh.face import Face
from face_mesh.landmarks.anatomy import curve, point
from face_mesh.ramp import ramp
from face_mesh.regions import region_patch
from face_mesh.skin.folds import openings
from face_mesh.skin.masked_blur import Values, blur, soften
from face_mesh.skin.ridges import dark_lines
from face_mesh.skin.scale_space import byte_step
from face_mesh.skin.working_view import View

_CHEEKS = ("malar_left", "malar_right")
_LIP, _CHIN = ("cutaneous_upper_lip",), ("chin",)
_FINE_MM, _AROUND_MM = 0.5, 1.2  # finer is grain; over which its energy is taken
_STEPS_MM = 2.0  # what a step of a byte is, is a matter of the broad shade
_LEAST_STEPS = 1.0  # of cheeks: smooth ones would make a beard of noise
# Grain over that of the cheeks, of a chin: no man with a beard of the London set has less than
# 1.3, no woman more than 1.2. Of a single place, from here on hair, from there on nothing else.
_OF_A_CHIN, _OF_A_PLACE, _OF_A_LIP = (1.22, 1.4), (1.1, 1.45), 1.3
# How much greyer than the cheek: more of blue than of red is taken, ln of light.
_GREYER = (0.03, 0.13)
_RESOLVED = (1.3, 2.0)  # px per mm from which grain alone tells, and at which it does
_BELOW_MM = (-1.0, 3.0)  # a moustache begins right below the nose
_SOFT_MM = 0.8
# A strand: width and length of the filter, by how many steps of a byte it is darker than its sides
# (pores and grain are by 3), and how far from upright: wrinkles of a forehead are level.
_STRAND_MM, _STRAND_STEPS, _UPRIGHT = (0.8, 5.0), 2.6, float(np.radians(35.0))
_STRAND_WIDE_MM, _BETWEEN_MM = 0.8, 5.0  # skin between strands so near is of the fringe
_ROOT_MM = 1.5  # so near to a mass of hair a strand is of it
_MASS_MM2 = 60.0  # the least of hair that strands hang from


@cached_per(Scope.PIXELS)
def hair(face: Face) -> Mask:
    """Return (H, W) float32 in [0, 1], 1 where hair grows out of or hangs over skin.

    Brows, lashes and what is no skin at all are the skin mask's matter.
    """
    view = View.of(face)
    both = np.maximum(beard(view), strands(view))
    whole = (slice(0, both.shape[0]), slice(0, both.shape[1]))
    return view.patch(both, *whole, face).on_photo(face.photo.height, face.photo.width)


def beard(view: View) -> Mask:
    """Return (h, w) float32 of a view, how surely there is stubble or beard."""
    grain = _grain(view)
    usual = _median(view, grain, _CHEEKS)
    if not np.isfinite(usual):
        return np.zeros(grain.shape, np.float32)
    times = grain / max(usual, _LEAST_STEPS)
    wide = blur(view.density, 2.0 * _FINE_MM * view.px_per_mm)
    colour = wide[..., 2] - wide[..., 0]
    greyer = _median(view, colour, _CHEEKS) - colour
    resolved = float(ramp(view.px_per_mm, _RESOLVED))
    grey = resolved + (1.0 - resolved) * ramp(greyer, _GREYER)
    lip, chin = (_median(view, times * (grey > 0.5), where) for where in (_LIP, _CHIN))
    # A lip alone is grainy by its own lines; a moustache is much more so.
    evident = float(np.nan_to_num(ramp(np.fmax(chin, lip / _OF_A_LIP), _OF_A_CHIN)))
    found = evident * ramp(times, _OF_A_PLACE) * grey * _below_the_nose(view)
    found[openings(view)] = 0.0
    soft = soften(np.asarray(found, np.float32), _SOFT_MM * view.px_per_mm)
    return np.asarray(np.minimum(1.2 * soft, 1.0), np.float32)


def strands(view: View) -> Mask:
    """Return (h, w) float32 of a view, strands that come from hair above the brows."""
    ppm, (width_mm, length_mm) = view.px_per_mm, _STRAND_MM
    out = np.zeros(view.bare.shape, np.float32)
    mass = _hair_above(view)
    window = _window_of(_above_the_lids(view) & view.bare)
    if not mass[window].any():
        return out
    shade = view.density[window].mean(axis=2)
    lines, _ = dark_lines(
        shade,
        ppm,
        width_mm,
        length_mm,
        np.full((), np.pi / 2, np.float32),
        _UPRIGHT,
        other_ways=1.0,
    )
    step = byte_step(blur(shade[..., None], _STEPS_MM * ppm)[..., 0])
    dark = (lines > _STRAND_STEPS * step) & view.bare[window]
    joined = cv2.dilate(mass[window].astype(np.uint8), _disc(_ROOT_MM * ppm)) > 0
    _, labels = cv2.connectedComponents((dark | joined).astype(np.uint8), connectivity=8)
    of_hair = np.isin(labels, np.setdiff1d(labels[joined], [0])) & dark
    between = cv2.morphologyEx(
        (of_hair | mass[window]).astype(np.uint8), cv2.MORPH_CLOSE, _disc(0.5 * _BETWEEN_MM * ppm)
    )
    of_hair |= (between > 0) & (cv2.dilate(of_hair.astype(np.uint8), _disc(_BETWEEN_MM * ppm)) > 0)
    drawn = cv2.dilate(of_hair.astype(np.float32), _disc(0.5 * _STRAND_WIDE_MM * ppm))
    out[window] = np.minimum(1.3 * soften(np.asarray(drawn, np.float32), 0.3 * ppm), 1.0)
    return out


def _window_of(used: Bool) -> tuple[slice, slice]:
    """Rows and columns of all that is true in (h, w); empty without any."""
    spans = []
    for axis in (1, 0):
        at = np.flatnonzero(used.any(axis=axis))
        spans.append(slice(int(at[0]), int(at[-1]) + 1) if at.size else slice(0, 0))
    return spans[0], spans[1]


def _grain(view: View) -> Values:
    """(h, w) root mean square of what is finer than hair is apart, in steps of a byte.

    What lips, eyes and nostrils have is taken out first: their edges are no grain of skin.
    """
    ppm = view.px_per_mm
    shade = view.density.mean(axis=2)
    step = byte_step(blur(shade[..., None], _STEPS_MM * ppm)[..., 0])
    fine = (shade - cv2.GaussianBlur(shade, (0, 0), max(0.8, _FINE_MM * ppm))) / step
    skin = 1.0 - openings(view).astype(np.float32)
    both = blur(np.dstack([fine * fine * skin, skin]), _AROUND_MM * ppm)
    return np.asarray(np.sqrt(both[..., 0] / np.maximum(both[..., 1], 0.05)), np.float32)


def _median(view: View, values: Values, regions: tuple[str, ...]) -> float:
    """The median over regions, hair or not; NaN where nothing of them is in the picture."""
    found = []
    for region in regions:
        patch = region_patch(view.face, region)
        high, wide = patch.mask.shape
        there = values[patch.y : patch.y + high, patch.x : patch.x + wide]
        found.append(there[patch.mask > 0.5])
    inside = np.concatenate(found)
    return float(np.median(inside)) if inside.size else float("nan")


def _below_the_nose(view: View) -> Mask:
    """(h, w), 0 above the base of the nose, 1 a little below it, however the head leans."""
    low, high = _BELOW_MM
    down = _down_mm(view) - _down_of(view, "subnasale")
    return ramp(down, (low, high))


def _above_the_lids(view: View) -> Bool:
    """(h, w), from the lower edge of the brows upwards."""
    brows = [*curve("brow_lower_left"), *curve("brow_lower_right")]
    lowest = float((view.face.landmarks_px[brows] @ _down(view)).max()) / view.px_per_mm
    return np.asarray(_down_mm(view) < lowest, np.bool_)


def _hair_above(view: View) -> Bool:
    """(h, w), what is no skin above the brows, over some area: not the brows themselves."""
    brows = np.zeros(view.bare.shape, np.uint8)
    for side in ("left", "right"):
        line = curve(f"brow_upper_{side}") + curve(f"brow_lower_{side}")[::-1]
        at = np.round(view.face.landmarks_px[list(line), :2]).astype(np.int32)
        cv2.fillPoly(brows, [at], 1)
        cv2.polylines(brows, [at], True, 1, max(1, round(5.0 * view.px_per_mm)))
    inside = np.zeros(view.bare.shape, np.uint8)
    oval = np.round(view.face.landmarks_px[list(curve("face_oval")), :2]).astype(np.int32)
    cv2.fillPoly(inside, [cv2.convexHull(oval)], 1)
    reach = cv2.dilate(inside, _disc(6.0 * view.px_per_mm)) > 0
    no_skin = (~view.bare & (brows == 0) & _above_the_lids(view) & reach).astype(np.uint8)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(no_skin)
    large = stats[:, cv2.CC_STAT_AREA] > _MASS_MM2 * view.px_per_mm**2
    large[0] = False
    return np.asarray(large[labels], np.bool_)


def _down(view: View) -> Values:
    """(3,), the direction in the picture from the pupils to the chin, across the pupils' line."""
    points = view.face.landmarks_px
    eyes = points[point("pupil_left")] - points[point("pupil_right")]
    along = eyes[:2] / np.linalg.norm(eyes[:2])
    return np.array([-along[1], along[0], 0.0], np.float32)


def _down_of(view: View, landmark: str) -> float:
    return float(view.face.landmarks_px[point(landmark)] @ _down(view)) / view.px_per_mm


def _down_mm(view: View) -> Values:
    """(h, w), how far down each pixel lies, mm."""
    y, x = np.mgrid[: view.bare.shape[0], : view.bare.shape[1]].astype(np.float32)
    down = _down(view)
    return np.asarray((x * down[0] + y * down[1]) / view.px_per_mm, np.float32)


def _disc(radius_px: float) -> npt.NDArray[np.uint8]:
    side = 2 * max(1, round(radius_px)) + 1
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
    return np.asarray(disc, np.uint8)
