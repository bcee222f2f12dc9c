"""What is seen between parted lips: teeth, gums and the dark behind, told from the lips by colour.

The landmarks of the inner lips lie up to 2 mm beside the lips of a smile. So they only say where to
look: what is surely mouth and what is surely lip teach two mixtures of colours, and a graph cut
(GrabCut, Rother et al. 2004) draws the line where the colours change.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from face_mesh.arrays import Bool, Mask, Points, Rgb
from face_mesh.cache import Scope, cached_per
from face_mesh.face import Face
from face_mesh.grab_cut import foreground
from face_mesh.landmarks.anatomy import curve

APART_MM = 1.7  # between the landmarks of touching lips there are up to 1.4 mm, mostly in full ones
SCALE = 4.0  # px a mm at which the colours are looked at, whatever the size of the photo
ROOM_MM = 10.0  # around the mouth: as far as lips move and are looked at
# The line is looked for this far from the landmarks, and in no more than this share of a lip.
STRAY_MM, ASIDE_MM, LIP_SHARE = 1.6, 3.0, 0.55
SURE_MM, SURE_SHARE = 1.2, 0.6  # inside of the landmarks, or of the largest distance inside
SMOOTH_MM = 0.4
SOFT_PX = 0.7  # the softness of an edge in a sharp photo
FAINT = 0.05  # of the matte: less of an edge is not seen, and teeth beside it stay to the byte
ROUNDS = 3
READABLE_PX_PER_MM = 1.8  # in smaller photos 2 mm of thin lips were read as gum
# Of the way from the redness of teeth to that of lips: gums lie between. Author's estimates, set on
# the smiles of the development people.
GUM_REDNESS = 0.38
REDDEST_TOOTH = 6.0  # a* of CIELAB: what is redder in the light of the photo is told from no lip
APART_REDNESS = 3.0  # a* between teeth and lips, likewise
TOOTH_SHARE = 0.35  # of the mouth, by how light it is, surely teeth
DARK = 0.45  # of the lightness of the teeth: less is the dark between and behind them
FRONT_SHARE = 0.3  # half of the width of the mouth in which the front teeth stand
GUM_COLUMNS = 0.4  # share of the columns that show less gum than is read: between teeth it dips


@dataclass(frozen=True, eq=False)
class MouthInterior:
    """What lies between parted lips, in a window of the photo.

    Attributes:
        rows, columns: of the photo, with `ROOM_MM` around the mouth.
        matte: (h, w) float32, 1 where the inside of the mouth is seen and 0 elsewhere.
        gum_mm: how much gum shows above the upper front teeth; None where gums cannot be told from
            lips, in a small photo or with teeth that are not seen or in coloured light.
    """

    rows: slice
    columns: slice
    matte: Mask
    gum_mm: float | None


@cached_per(Scope.PIXELS)
def mouth_interior(face: Face) -> MouthInterior | None:
    """Return what is seen between the lips of a face, or None where they touch."""
    inner = [_outline(face, f"{lip}_inner_lip") for lip in ("upper", "lower")]
    if np.linalg.norm(inner[1] - inner[0], axis=1).max() < APART_MM * face.px_per_mm:
        return None
    borders = [_outline(face, f"{lip}_vermilion_border") for lip in ("upper", "lower")]
    rows, columns = _window(face, np.concatenate(borders))
    picture = np.ascontiguousarray(face.photo.image[rows, columns])
    height, width = picture.shape[:2]
    if min(height, width) < 8:
        return None
    factor = SCALE / face.px_per_mm
    size = (max(8, round(width * factor)), max(8, round(height * factor)))
    how = cv2.INTER_AREA if factor < 1.0 else cv2.INTER_CUBIC
    small = np.asarray(cv2.resize(picture, size, interpolation=how), np.uint8)
    scale, corner = np.array(size) / (width, height), np.array([columns.start, rows.start])
    inner, borders = (
        [(line + 0.5 - corner) * scale - 0.5 for line in lines] for lines in (inner, borders)
    )
    hard = _between(small, inner, borders)
    if not hard.any():
        return None
    soft = cv2.GaussianBlur(hard.astype(np.float32), (0, 0), max(SOFT_PX * factor, 0.6))
    wide = np.asarray(cv2.resize(soft, (width, height), interpolation=cv2.INTER_LINEAR))
    matte = np.clip((wide - FAINT) / (1.0 - 2.0 * FAINT), 0.0, 1.0)
    readable = face.px_per_mm >= READABLE_PX_PER_MM
    gum_mm = _gum_mm(small, hard, inner, borders) if readable else None
    return MouthInterior(rows, columns, matte, gum_mm)


def _outline(face: Face, name: str) -> Points:
    return np.asarray(face.landmarks_px[list(curve(name)), :2], np.float64)


def _window(face: Face, points: Points) -> tuple[slice, slice]:
    room = ROOM_MM * face.px_per_mm
    low, high = np.floor(points.min(axis=0) - room), np.ceil(points.max(axis=0) + room) + 1
    end = np.array(face.photo.image.shape[1::-1])
    (left, top), (right, bottom) = (np.clip(at, 0, end).astype(int) for at in (low, high))
    return slice(int(top), int(bottom)), slice(int(left), int(right))


def _filled(shape: tuple[int, ...], upper: Points, lower: Points) -> Bool:
    ring = np.round(np.concatenate([upper, lower[::-1]])).astype(np.int32)
    found = np.zeros(shape[:2], np.uint8)
    cv2.fillPoly(found, [ring], 1)
    return found > 0


def _ellipse(across_mm: float, down_mm: float) -> npt.NDArray[np.uint8]:
    size = (2 * round(across_mm * SCALE) + 1, 2 * round(down_mm * SCALE) + 1)
    return np.asarray(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, size), np.uint8)


def _between(picture: Rgb, inner: list[Points], borders: list[Points]) -> Bool:
    """Return (h, w) bool, the inside of the mouth in a picture of `SCALE`."""
    gap = _filled(picture.shape, *inner)
    deep = cv2.distanceTransform(gap.astype(np.uint8), cv2.DIST_L2, 5)
    core = gap & (deep > min(SURE_MM * SCALE, SURE_SHARE * float(deep.max())))
    if not core.any():
        return core
    grown = [
        line + LIP_SHARE * (border - line) for line, border in zip(inner, borders, strict=True)
    ]
    maybe = gap | _filled(picture.shape, *grown)
    maybe &= cv2.dilate(gap.astype(np.uint8), _ellipse(ASIDE_MM, STRAY_MM)) > 0
    kind = np.where(gap, cv2.GC_PR_FGD, cv2.GC_PR_BGD).astype(np.uint8)
    kind[~maybe] = cv2.GC_BGD
    kind[core] = cv2.GC_FGD
    # Of what is around only the lips count: skin and beard have other colours.
    near = cv2.dilate(maybe.astype(np.uint8), _ellipse(STRAY_MM, STRAY_MM)) > 0
    y, x = np.flatnonzero(near.any(axis=1)), np.flatnonzero(near.any(axis=0))
    cut = (slice(int(y[0]), int(y[-1]) + 1), slice(int(x[0]), int(x[-1]) + 1))
    lab = cv2.cvtColor(picture, cv2.COLOR_RGB2LAB)
    found = np.isin(kind, (cv2.GC_FGD, cv2.GC_PR_FGD))
    known = np.ascontiguousarray(kind[cut])
    found[cut] = foreground(np.ascontiguousarray(lab[cut]), known, ROUNDS)
    return _one_piece(found, core)


def _one_piece(found: Bool, core: Bool) -> Bool:
    """Return what hangs together with what is sure, its edge smooth."""
    _, labels = cv2.connectedComponents(found.astype(np.uint8))
    joined = (found & np.isin(labels, np.unique(labels[core]))).astype(np.float32)
    whole = cv2.morphologyEx(joined, cv2.MORPH_CLOSE, _ellipse(2 * SMOOTH_MM, 2 * SMOOTH_MM))
    return np.asarray(cv2.GaussianBlur(whole, (0, 0), SMOOTH_MM * SCALE) > 0.5, np.bool_)


def _gum_mm(picture: Rgb, inside: Bool, inner: list[Points], borders: list[Points]) -> float | None:
    """Return how much gum shows between the upper lip and the upper front teeth."""
    lab = cv2.cvtColor(picture.astype(np.float32) / 255.0, cv2.COLOR_RGB2LAB)
    light, red = lab[..., 0], lab[..., 1]
    lips = _filled(picture.shape, *borders) & ~inside
    lips = cv2.erode(lips.astype(np.uint8), _ellipse(0.5, 0.5)) > 0
    if not lips.any():
        return None
    teeth = inside & (light >= np.quantile(light[inside], 1.0 - TOOTH_SHARE))
    pale, lip = float(np.median(red[teeth])), float(np.median(red[lips]))
    if pale > REDDEST_TOOTH or lip - pale < APART_REDNESS:
        return None
    bright = light > DARK * float(np.median(light[teeth]))
    gum = inside & bright & ((red - pale) / (lip - pale) > GUM_REDNESS)
    tooth = inside & bright & ~gum
    inside, gum, tooth = _upright([inside, gum, tooth], inner[0][0], inner[0][-1])
    middle = (inner[0][0, 0] + inner[0][-1, 0]) / 2.0
    reach = FRONT_SHARE * float(np.linalg.norm(inner[0][-1] - inner[0][0]))
    heights = []
    for column in range(max(0, round(middle - reach)), min(inside.shape[1], round(middle + reach))):
        rows = np.flatnonzero(inside[:, column])
        below = np.flatnonzero(tooth[:, column])
        if len(rows) and len(below):
            heights.append(int(gum[rows[0] : below[0], column].sum()))
    return float(np.quantile(heights, GUM_COLUMNS)) / SCALE if heights else None


def _upright(masks: list[Bool], right: Points, left: Points) -> list[Bool]:
    """Return masks turned about the middle of a mouth until its corners are level."""
    x, y = left - right
    middle = (float((left + right)[0]) / 2.0, float((left + right)[1]) / 2.0)
    turn = cv2.getRotationMatrix2D(middle, float(np.degrees(np.arctan2(y, x))), 1.0)
    size = masks[0].shape[::-1]
    return [
        np.asarray(cv2.warpAffine(m.astype(np.uint8), turn, size, flags=cv2.INTER_NEAREST) > 0)
        for m in masks
    ]
