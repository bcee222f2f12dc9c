"""How much there is to treat at jaw and neck: jowls, fullness under the chin, bands, rings.

Each reading is a share: 0 nothing found, 1 as much as in people who come for its treatment. They
are rough (docs/method.md, section 6): a photo from the front shows a jowl by its fold, fullness
under the chin by a border of the jaw that throws no shade, and bands and rings by their shade.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import fmean
from types import MappingProxyType

import cv2
import numpy as np
from scipy.ndimage import map_coordinates

from face_mesh.arrays import Points
from face_mesh.cache import Scope, cached_per
from face_mesh.face import Face
from face_mesh.landmarks.anatomy import curve, point
from face_mesh.measures import measure_points
from face_mesh.messages import N_
from face_mesh.ramp import ramp, smooth_ramp
from face_mesh.skin.hair import beard
from face_mesh.skin.neck_view import ASIDE_MM, NeckView, Values, places_of, window
from face_mesh.skin.signs import SIGNS, detect
from face_mesh.skin.submental_roll import SubmentalRoll
from face_mesh.skin.working_view import View

# Of 96 development people the marionette fold grows with age (r = 0.52 in 47 of 35 to 82 years,
# 0.23 in 42 of 19 to 54); the outline of the landmark mesh hardly does (0.18 and 0.26), and is no
# part of it. Nothing below the lower grade, all at the upper: 24 and 81 in a hundred sides.
JOWL_GRADES = (0.3, 1.6)
# Of 173 development people the mean of these shares and of that of the bands of the neck tells 45
# of over 58 years from 32 of under 35 at rest in 99 of a hundred pairs, and from those who smile in
# 98: median 0.81, 0.08 and 0.17 (author's figures). Grades from which each begins and is whole, and
# means from which skin counts as loose and wholly.
LAXITY_GRADES = MappingProxyType(
    {"nasolabial_fold": (0.7, 2.4), "crows_feet_lines": (0.5, 1.8), "eye_bags": (0.3, 1.6)}
)
LAXITIES = (0.2, 0.7)
# ln of light lost from 4 mm above to 6 mm below the border of the jaw beside the chin: of 22 people
# sorted by eye 0.27 in the median of 10 who are full under the chin, 0.42 in the others.
SHADES = (0.65, 0.0)
# Width of the face at the cheekbones over its height, of the same: 1.22 and 1.17.
BREADTHS = (1.12, 1.32)
# Share of skin seen so far below the border of a jaw from which that border rises, and wholly:
# 0.05 over a collar that closes under it, 0.4 to 0.8 over bare necks, whose sides are not beneath.
# A thick beard on it keeps this share of the rise: it would be pressed together to a dark line (all
# by eye on 9 development people, author's estimates).
BELOW_BORDER_MM, FREE, BEARDED = (6.0, 10.0, 14.0), (0.1, 0.35), 0.4
BY_SHADE = 0.65  # the share of the first in the reading; breadth alone is no fat
# Width of the neck just under the chin over that of the face: 0.73 to 0.85 in slim ones, 1.13 in a
# full one whose shade under the chin is as deep as theirs. Hair beside the neck may be taken for
# it, so that this alone reads no more than `BY_NECK`.
NECK_BREADTHS, BY_NECK = (0.88, 1.05), 0.7
NECK_WINDOW = (-80.0, 81.0, 4.0, 12.0)
INSIDE_MM, OUTSIDE_MM = 4.0, 6.0
BESIDE_CHIN = (2.0, 3.4)  # of the landmarks from the chin to the jowl, where full necks differ most
# ln of light below that of the chin beside it from which skin is in its shade, and wholly;
# and over how many mm of the chin its light is averaged.
SHADED, CHIN_MM = (0.1, 0.6), 8.0
# Bands run down the neck and are some mm wide: mm over which shade is averaged along them, and
# over which across them, small and wide. Rings are the same across the neck.
ALONG_MM, FINE_MM, WIDE_MM = 5.0, 1.0, 8.0
MOST_RELIEF = 0.35  # ln: what is darker than that beside it is the edge of a beard or a shadow
# What is drawn of a band: up to a finger wide, with an edge that is sharp and deep, of which a
# relief as small as that which is read leaves the whole (by eye on 5 development people).
BAND_FINE_MM, BAND_ALONG_MM, BAND_WIDE_MM, MOST_BAND = 0.5, 3.0, 14.0, 0.8
LARYNX_MM = (8.0, 14.0)  # from the middle, between which its light goes over into that of bands
# Mean size of that shade, in ln: of a smooth neck, and of one with clear bands. By eye on 30.
BAND_SHADES = (0.03, 0.08)
BAND_WINDOW = (-32.0, 32.0, 8.0, 45.0)
# Width of the jaw at its angles over that at the cheekbones: 0.828 in people who came to have their
# muscles thinned (masseter_ratio), 0.816 in the median of 153 others, below 0.77 in one of 20.
JAW_RATIOS = (0.77, 0.828)
# Height of a roll under the chin, mm: what a soft border of the chin has, and a large roll.
ROLL_HEIGHTS = (8.0, 24.0)


@cached_per(Scope.HEAD)
def extent(face: Face, finding: str, side: str) -> float:
    """Return how much of one of `FINDINGS` there is on a side or on "both", 0 to 1.

    Read off the first size that asks, as all show the same.

    Raises:
        KeyError: there is no such finding.
    """
    return FINDINGS[finding].read(face, side)


@dataclass(frozen=True)
class Finding:
    """Something to be treated at jaw or neck.

    Attributes:
        name: in a patient's words.
        read: how much of it there is on the side "left", "right" or "both" of a face, 0 to 1.
    """

    name: str
    read: Callable[[Face, str], float]


def jowl(face: Face, side: str) -> float:
    """Return how much of a jowl there is; on both sides the mean.

    By the fold beside it, and no more than skin is loose elsewhere: stubble, a smile and the shade
    below a full lip make such a fold in firm faces too.
    """
    if side == "both":
        return (jowl(face, "left") + jowl(face, "right")) / 2.0
    fold = _share(detect(face, "marionette_fold", f"marionette_{side}").severity, JOWL_GRADES)
    return min(fold, skin_laxity(face, side))


def jowl_border(face: Face, side: str) -> float:
    """Return how far the border of the jaw can be seen to rise with its jowl; of both the mean.

    Over a collar that closes under it, it would be torn from skin that stays.
    """
    if side == "both":
        return (jowl_border(face, "left") + jowl_border(face, "right")) / 2.0
    found = jowl(face, side)
    return found * _free_below(face, side) * _beardless(face, side) if found else 0.0


def skin_laxity(face: Face, side: str) -> float:
    """Return how loose the skin of a face is, which is read of both sides at once.

    The mean of four signs that go with age wherever they are looked for.
    """
    return _skin_laxity(face)


def submental_fullness(face: Face, side: str) -> float:
    """Return how full the neck is under the chin, which has no sides."""
    return _submental_fullness(face)


def submental_roll(face: Face, side: str) -> float:
    """Return how much of a roll hangs under the chin, which has no sides."""
    roll = SubmentalRoll.of(face)
    return roll.clearness * _share(roll.height_mm, ROLL_HEIGHTS)


def masseter_bulk(face: Face, side: str) -> float:
    """Return how far the angles of the jaw stand out as bulky muscles make them, read as one."""
    return _share(measure_points(face.mesh_mm)["bigonial_bizygomatic_ratio"], JAW_RATIOS)


def platysmal_bands(face: Face, side: str) -> float:
    """Return how clearly bands of the neck are seen, which are read as one."""
    relief = _relief(face, (FINE_MM, ALONG_MM), (WIDE_MM, ALONG_MM), MOST_RELIEF)
    relief = relief[window(*BAND_WINDOW)]
    skin = NeckView.of(face).skin[window(*BAND_WINDOW)]
    return _share(float(np.abs(relief[skin]).mean()), BAND_SHADES) if skin.any() else 0.0


def band_relief(face: Face) -> Values:
    """Return ln of light of what runs down the neck, on the `NeckView`; 0 off its skin.

    What is lighter in the middle is the larynx, and no band.
    """
    found = _relief(face, (BAND_FINE_MM, BAND_ALONG_MM), (BAND_WIDE_MM, BAND_ALONG_MM), MOST_BAND)
    aside_mm = np.abs(np.arange(found.shape[1], dtype=np.float32) - ASIDE_MM)
    middle = 1.0 - smooth_ramp(ramp(aside_mm, LARYNX_MM))
    return np.asarray(found - np.maximum(found, 0.0) * middle, np.float32)


def ring_relief(face: Face) -> Values:
    """Return ln of light of what runs across the neck, on the `NeckView`; 0 off its skin."""
    return _relief(face, (ALONG_MM, FINE_MM), (ALONG_MM, WIDE_MM), MOST_RELIEF)


@cached_per(Scope.HEAD)
def border_shade(face: Face) -> Values:
    """Return how far skin below the chin lies in its shade, on the `NeckView`: 0 not, 1 deep.

    Told by light: the mesh may end above the border of the jaw, and where fat bridges chin and neck
    there is no border, so that a shade along the edge of the mesh would be a trench.
    """
    view = NeckView.of(face)
    weight = view.face.astype(np.float32)
    above = _blurred(view.lightness, weight, (CHIN_MM, CHIN_MM))
    light = _blurred(view.lightness, (view.face | view.skin).astype(np.float32), (FINE_MM, FINE_MM))
    return np.asarray(smooth_ramp(ramp(above - light, SHADED)), np.float32)


@cached_per(Scope.HEAD)
def _relief(
    face: Face, fine: tuple[float, float], wide: tuple[float, float], most: float
) -> Values:
    """Return ln of light between two scales, (x, y) mm, of skin of the neck, within `most`."""
    view = NeckView.of(face)
    skin = view.skin.astype(np.float32)
    found = _blurred(view.lightness, skin, fine) - _blurred(view.lightness, skin, wide)
    limited = most * np.tanh(found / most)
    return np.asarray(limited * view.presence * skin, np.float32)


def _blurred(values: Values, skin: Values, sigmas: tuple[float, float]) -> Values:
    """Average values over skin alone, over (x, y) mm."""
    total, weight = (
        cv2.GaussianBlur(one, (0, 0), sigmas[0], sigmaY=sigmas[1]) for one in (values * skin, skin)
    )
    return np.asarray(total / np.maximum(weight, 1e-3), np.float32)


@cached_per(Scope.HEAD)
def _skin_laxity(face: Face) -> float:
    signs = [
        _share(fmean(detect(face, sign, at).severity for at in SIGNS[sign].regions), grades)
        for sign, grades in LAXITY_GRADES.items()
    ]
    return _share(fmean([*signs, platysmal_bands(face, "both")]), LAXITIES)


@cached_per(Scope.HEAD)
def _free_below(face: Face, side: str) -> float:
    """Return how far skin is seen below the border of a jaw, from chin to angle."""
    view, jaw = NeckView.of(face), curve("jaw_contour")
    middle = jaw.index(point("menton"))
    half = jaw[middle:] if jaw.index(point(f"jowl_{side}")) > middle else jaw[middle::-1]
    at = places_of(face, face.landmarks_px[list(half[1:-1]), :2])
    skin = (view.skin | view.face).astype(np.float32)
    seen = fmean(float(_at(skin, at + np.array([0.0, mm])).mean()) for mm in BELOW_BORDER_MM)
    return _share(seen, FREE)


@cached_per(Scope.HEAD)
def _beardless(face: Face, side: str) -> float:
    """Return 1 for a bare jaw, down to `BEARDED` for one under a thick beard."""
    view = View.of(face)
    area = view.area(f"marionette_{side}")
    return 1.0 - (1.0 - BEARDED) * float(beard(view)[area.rows, area.columns][area.bare].mean())


@cached_per(Scope.HEAD)
def _submental_fullness(face: Face) -> float:
    lost = [loss for side in ("left", "right") if (loss := _shade_below(face, side)) is not None]
    top, foot = face.mesh_mm[point("nasion"), 1], face.mesh_mm[point("menton"), 1]
    zygia = face.mesh_mm[[point("zygion_left"), point("zygion_right")]]
    width_mm = float(np.linalg.norm(zygia[0] - zygia[1]))
    broad = _share(width_mm / (top - foot), BREADTHS)
    shade = _share(float(np.mean(lost)), SHADES) if lost else broad
    neck_mm = float(NeckView.of(face).skin[window(*NECK_WINDOW)].sum(axis=1).mean())
    thick = BY_NECK * _share(neck_mm / width_mm, NECK_BREADTHS)
    return max(thick, BY_SHADE * shade + (1.0 - BY_SHADE) * broad)


def _shade_below(face: Face, side: str) -> float | None:
    """Return ln of light lost across the border of the jaw, chin to jowl; None if covered."""
    view = NeckView.of(face)
    jaw = curve("jaw_contour")
    middle, end = jaw.index(point("menton")), jaw.index(point(f"jowl_{side}"))
    part = jaw[middle : end + 1] if end > middle else jaw[end : middle + 1][::-1]
    at = places_of(face, face.landmarks_px[list(part), :2])
    mouth = places_of(face, face.landmarks_px[point("stomion_inferius"), :2])
    steps = np.linspace(*BESIDE_CHIN, 20)
    line = np.stack([np.interp(steps, np.arange(len(at)), axis) for axis in at.T], axis=1)
    along = np.gradient(line, axis=0)
    out = np.stack([along[:, 1], -along[:, 0]], axis=1)
    out /= np.maximum(np.linalg.norm(out, axis=1, keepdims=True), 1e-6)
    out *= np.sign(((line - mouth) * out).sum(axis=1, keepdims=True))
    inner, outer = line - INSIDE_MM * out, line + OUTSIDE_MM * out
    light = np.asarray(cv2.GaussianBlur(view.lightness, (0, 0), 1.2), np.float32)
    seen = _at(view.skin.astype(np.float32), outer) > 0.5
    if seen.mean() < 0.5:
        return None
    return float((_at(light, inner) - _at(light, outer))[seen].mean())


def _at(values: Values, places: Points) -> Values:
    found = map_coordinates(values, places.T[::-1], order=1, mode="nearest")
    return np.asarray(found, np.float32)


def _share(value: float, ends: tuple[float, float]) -> float:
    return float(np.clip((value - ends[0]) / (ends[1] - ends[0]), 0.0, 1.0))


FINDINGS: Mapping[str, Finding] = MappingProxyType(
    {
        "jowl": Finding(N_("Jowls"), jowl),
        "jowl_border": Finding(N_("Jowls"), jowl_border),
        "skin_laxity": Finding(N_("Loose skin"), skin_laxity),
        "submental_fullness": Finding(N_("Fullness under the chin"), submental_fullness),
        "submental_roll": Finding(N_("Fullness under the chin"), submental_roll),
        "masseter_bulk": Finding(N_("Bulky chewing muscles"), masseter_bulk),
        "platysmal_bands": Finding(N_("Bands of the neck"), platysmal_bands),
    }
)
