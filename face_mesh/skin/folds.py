"""Folds and hollows: nasolabial and marionette folds, tear trough, bags of the lower lid.

A fold is looked for in a band about an anatomical curve, laid out straight. Its severity is how
deep it is there (`fold_depth`): an index on the five grades of the Wrinkle Severity Rating Scale
less one (0 none to 4 extreme), continuous and linear in depth. Photographic, set on adult
portraits, no clinician's grade: light from the side shifts it.

What is drawn on, its way through the band, is where the skin is darker than beside it: a cheek that
overhangs is lighter than the nasolabial fold on one side only, so that is compared with the skin
outside it, the others with both sides.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from scipy.ndimage import gaussian_filter1d, grey_closing

from face_mesh.arrays import Bool, Mask
from face_mesh.cache import Scope, cached_per
from face_mesh.deepest_path import deepest_path
from face_mesh.face import Face
from face_mesh.fidelity.faults import DETAIL
from face_mesh.landmarks.anatomy import curve
from face_mesh.regions import Patch, region_patch
from face_mesh.skin.fold_depth import FOLD_DEPTHS, MOST
from face_mesh.skin.masked_blur import soften
from face_mesh.skin.relief import relief_scale
from face_mesh.skin.sign_types import Sign, SkinSign
from face_mesh.skin.unrolled_strip import (
    STEP_MM,
    Band,
    Values,
)
from face_mesh.skin.working_view import Area, View

SCALE = "0 none to 4 extreme (photographic index on grades like the WSRS)"
# ln of light from which the way of a fold enters the mask: the shading of round cheeks.
FAINT = 0.03
CREASE_FAINT = 0.012  # the same for the sharp line at its bottom
_BEND = 0.003  # of the path a step: lets it turn by 45 degrees where the fold is clear
# So many times the fine detail of the cheek, not running along the fold, begins to be stubble; from
# the second on nothing is read.
_STUBBLE = (1.5, 2.25)
_GAP_MM = 5.0  # the shade of a deep fold is too dark and red for the skin mask, up to this width
_HOLE_MM = 2.5  # the same of others, whose bottom alone is so dark
# Along a fold: what is fainter over so much is of it, and at its ends it fades out (standard
# deviation). Author's estimates.
_BRIDGE_MM, _FADE_MM = 10.0, 2.0
_REACH_MM = 2.0  # beyond the band, for what lies beside its last column
_READ_BESIDE_MM = 5.0  # the same for what severity is read from


@dataclass(frozen=True)
class _Kind:
    """A fold, where it runs, and what it answers.

    Attributes:
        curve: of anatomy, along which its depth is read.
        way: of anatomy, about which the line that is drawn on is looked for.
        from_mm, to_mm: where it may lie across the curve, outwards (upwards about the eye); the
            lashes lie above the lid's curves.
        first_mm: of the curve that is left out: the groove beside the ala is no fold.
        beside_mm: how far away the skin is that it is compared with.
        one_sided: compared with the outer side only.
        wide_mm: width of the mask.
        least_px_per_mm: of the photo, found as that of lines.
        expressions: blendshapes that make more of it.
    """

    id: str
    name: str
    region: str
    curve: str
    way: str
    from_mm: float
    to_mm: float
    first_mm: float
    beside_mm: float
    one_sided: bool
    wide_mm: float
    least_px_per_mm: float
    expressions: tuple[str, ...]


_SMILE = ("mouthSmileLeft", "mouthSmileRight")

_KINDS = {
    kind.id: kind
    for kind in (
        _Kind(
            "nasolabial_fold", "Nasolabial fold", "nasolabial_fold", "nasolabial_fold",
            "nasolabial_fold",
            -7.0, 7.0, 6.0, 2.0, True, 5.0, 0.8, _SMILE,
        ),
        _Kind(
            "marionette_fold", "Marionette line", "marionette", "marionette_line",
            "labiomandibular_fold",
            -8.0, 6.0, 3.0, 2.0, False, 4.0, 1.0, (),
        ),
        _Kind(
            "tear_trough", "Tear trough", "tear_trough", "tear_trough", "nasojugal_groove",
            -5.0, 5.0, 0.0, 3.2, False, 5.0, 0.6, (),
        ),
        _Kind(
            "eye_bags", "Bags under the eyes", "lower_lid", "lid_cheek_junction",
            "lid_cheek_junction",
            -4.0, 1.0, 0.0, 2.4, False, 4.0, 0.8, (),
        ),
    )
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class _Fold:
    """What was found in a band: how deep it is everywhere, and the way of the fold through it."""

    band: Band
    depth: Values
    counts: Values
    path: Values  # (n,) mm across, of each row
    along: Values  # (n,) depth on the path, ln of light


def _detect(face: Face, kind: _Kind, region: str) -> SkinSign:
    view = View.of(face)
    fold = _found(view, kind, region)
    area = _window(view, fold.band)
    sure = np.clip((fold.along - FAINT) / FAINT, 0.0, 1.0)
    mask = _along_path(fold, _whole(sure), kind.wide_mm, view, area, kind)
    seen = fold.along > FAINT
    return SkinSign(
        _severity(view, kind, region),
        view.patch(mask, area.rows, area.columns, face),
        float(seen.sum()) * STEP_MM,
        float(fold.along[seen].mean()) if seen.any() else 0.0,
        float(mask.sum()) / view.px_per_mm**2,
    )


def crease(face: Face, region: str) -> Patch:
    """Return the soft mask of the sharp line at the bottom of a fold, of the photo's size.

    Args:
        face: measured face.
        region: of one of the signs of this module.
    """
    stem = region.rpartition("_")[0]
    kind = next(one for one in _KINDS.values() if one.region == stem)
    view = View.of(face)
    fold = _found(view, kind, region)
    area = _window(view, fold.band)
    valley = _valley(fold.band, 0.4, 1.2)
    near = np.abs(fold.band.across_mm[None] - fold.path[:, None]) < 2.0
    sharp = np.where(near, valley, -1.0)
    line = _Fold(
        fold.band,
        valley,
        fold.counts,
        np.asarray(fold.band.across_mm[sharp.argmax(axis=1)], np.float32),
        np.asarray(sharp.max(axis=1), np.float32),
    )
    sure = np.clip((line.along - CREASE_FAINT) / CREASE_FAINT, 0.0, 1.0) * (fold.along > FAINT)
    mask = _along_path(line, _whole(sure), 1.2, view, area, kind)
    return view.patch(mask, area.rows, area.columns, face)


def _window(view: View, band: Band) -> Area:
    """The window of a band: a fold goes on beyond the region that it is named for."""
    reach = band.across_mm[-1] * view.px_per_mm
    size = np.array(view.bare.shape[::-1])
    low = np.clip(band.middle.min(axis=0) - reach, 0, size - 1).astype(int)
    high = np.clip(band.middle.max(axis=0) + reach, low + 1, size).astype(int)
    width, height = high - low
    return Area.of(view, Patch(np.ones((height, width), np.float32), int(low[0]), int(low[1])))


def _whole(sure: Values) -> Values:
    """The same without gaps, and fading out at its ends: a line in pieces is a row of stubs."""
    steps = 2 * round(0.5 * _BRIDGE_MM / STEP_MM) + 1
    bridged = grey_closing(np.pad(sure, steps, mode="constant"), size=steps)[steps:-steps]
    faded = gaussian_filter1d(bridged, _FADE_MM / STEP_MM, mode="constant")
    return np.asarray(np.minimum(bridged, faded), np.float32)


def _severity(view: View, kind: _Kind, region: str) -> float:
    reads = FOLD_DEPTHS[kind.id]
    half_mm = max(-reads.from_mm, reads.to_mm) + _READ_BESIDE_MM
    band = _band(view, kind, kind.curve, region, half_mm, view.density.mean(axis=2))
    rows = None if kind.one_sided else _near(view, region, band)
    return reads.severity(band, kind.first_mm, rows, relief_scale(view))


def _band(view: View, kind: _Kind, line: str, region: str, half_mm: float, shade: Values) -> Band:
    name = f"{line}_{region.rpartition('_')[2]}"
    bare = _reached(view, _GAP_MM) if kind.one_sided else view.bare
    return Band.of(view, name, half_mm, shade, bare)


def _found(view: View, kind: _Kind, region: str) -> _Fold:
    # The shade of the view goes on over what is no bare skin; in a deep fold that is the fold.
    shade = view.density.mean(axis=2) if kind.one_sided else view.shade
    half_mm = max(-kind.from_mm, kind.to_mm) + _REACH_MM
    band = _band(view, kind, kind.way, region, half_mm, shade)
    depth = _depth(band, kind)
    counts = band.bare * ((band.across_mm >= kind.from_mm) & (band.across_mm <= kind.to_mm))
    if kind.one_sided:
        clear, lost = _STUBBLE
        counts = counts * np.clip((lost - band.stubble()) / (lost - clear), 0.0, 1.0)
    elif kind.way == kind.curve:
        counts = counts * _near(view, region, band)
    counts[: round(kind.first_mm / STEP_MM)] = 0.0
    seen = np.maximum(depth, 0.0) * counts
    path = deepest_path(np.asarray(seen, np.float32), _BEND)
    rows = np.arange(len(path))
    along = gaussian_filter1d(seen[rows, path], 1.5 / STEP_MM)
    across = gaussian_filter1d(band.across_mm[path], 1.0 / STEP_MM)
    parts = (np.asarray(part, np.float32) for part in (depth, counts, across, along))
    return _Fold(band, *parts)


def _near(view: View, region: str, band: Band) -> Values:
    """(n, 1), 1 in the rows of a band that pass through a region; its curve may be longer."""
    patch = region_patch(view.face, region)
    x, y = np.round(band.middle).astype(int).T
    x, y = x - patch.x, y - patch.y
    height, width = patch.mask.shape
    within = (x >= 0) & (x < width) & (y >= 0) & (y < height)
    inside = np.zeros(len(x), np.float32)
    inside[within] = patch.mask[y[within], x[within]] > 0.2
    return inside[:, None]


def _depth(band: Band, kind: _Kind) -> Values:
    if kind.one_sided:
        return band.drop(0.6, 2.0, kind.beside_mm)
    return _valley(band, 0.8, kind.beside_mm)


def _valley(band: Band, fine_mm: float, beside_mm: float) -> Values:
    """How much darker the skin is than the mean of both sides, (n, m)."""
    drops = (band.drop(fine_mm, 2.0, beside) for beside in (beside_mm, -beside_mm))
    return np.asarray(0.5 * sum(drops), np.float32)


def _along_path(
    fold: _Fold, sure: Values, wide_mm: float, view: View, area: Area, kind: _Kind
) -> Mask:
    """The soft mask of a way of some width through a band, inside bare skin."""
    off = np.abs(fold.band.across_mm[None] - fold.path[:, None])
    profile = np.clip((wide_mm / 2 - off) / 1.0 + 0.5, 0.0, 1.0) * sure[:, None]
    x, y = area.places()
    there = fold.band.laid_back(np.asarray(profile, np.float32), x, y)
    soft = soften(there, 0.4 * view.px_per_mm)
    bare = _reached(view, _GAP_MM if kind.one_sided else _HOLE_MM)
    inside = bare[area.rows, area.columns]
    return np.asarray(np.where(soft < 0.04, 0.0, np.clip(soft, 0.0, 1.0)) * inside, np.float32)


@cached_per(Scope.PIXELS)
def _reached(view: View, gap_mm: float) -> Bool:
    """Bare skin and the deep shade between it, (h, w); never lips, eyes or nostrils."""
    wide = 2 * round(gap_mm / 2 * view.px_per_mm) + 1
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (wide, wide))
    closed = cv2.morphologyEx(view.bare.astype(np.uint8), cv2.MORPH_CLOSE, disc)
    return np.asarray((closed > 0) & ~openings(view), np.bool_)


def openings(view: View) -> Bool:
    """Return lips, nostrils and eyes with a millimetre around them, (h, w) bool of a view."""
    out = np.zeros(view.bare.shape, np.uint8)
    lips = curve("upper_vermilion_border") + curve("lower_vermilion_border")[::-1]
    drawn = [lips]
    for side in ("left", "right"):
        drawn.append(curve(f"nostril_{side}"))
        drawn.append(curve(f"upper_lid_{side}") + curve(f"lower_lid_{side}")[::-1])
    for line in drawn:
        at = np.round(view.face.landmarks_px[list(line), :2]).astype(np.int32)
        cv2.fillPoly(out, [at], 1)
        cv2.polylines(out, [at], True, 1, max(1, round(2.0 * view.px_per_mm)))
    return np.asarray(out > 0, np.bool_)


def _sign(kind: _Kind) -> Sign:
    return Sign(
        kind.id,
        kind.name,
        (f"{kind.region}_left", f"{kind.region}_right"),
        SCALE,
        MOST,
        lambda face, region: _detect(face, kind, region),
        least_px_per_mm=kind.least_px_per_mm,
        expressions=kind.expressions,
        needs=frozenset((DETAIL,)),
    )


SIGNS: tuple[Sign, ...] = tuple(_sign(kind) for kind in _KINDS.values())
