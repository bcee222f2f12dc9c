"""The ears as the photo shows them: how far each stands out beside the face, height by height.

The landmarks end before the ears. Here the photo is looked at in a *strip* beside the face: rows
are heights in the head frame, columns distances outwards from the contour, so that both sides and
every photo look alike. What has the colour of this face's own skin and hangs together with it is
told from hair and wall by GrabCut (Rother et al. 2004, doi 10.1145/1015706.1015720). An ear is a
bulge of it with an upper and a lower end; hair that hides one, or is of the colour of skin, shows
none, and none is made up.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt
from scipy.ndimage import gaussian_filter1d, median_filter

from face_mesh import Face
from face_mesh.arrays import Bool, Mask, Points, Rgb
from face_mesh.cache import Scope, cached_per
from face_mesh.grab_cut import foreground
from face_mesh.landmarks.anatomy import point
from simulate.geometry.strip import PX_PER_MM, picture_at

SIDES = ("right", "left")
# The strip, mm in the head frame: heights, and from within the face outwards.
TOP_MM, FOOT_MM, WITHIN_MM, OUT_MM = 45.0, -78.0, 12.0, 44.0
STRIP_PX_PER_MM = PX_PER_MM
EAR_BACK = 0.8  # mm an ear goes back for each mm outwards
# Skin the model of this face's own skin is taken from: in columns within the face, from the eyes
# down to the mouth; of it what is no beard.
MODEL_WITHIN_MM, MODEL_HEIGHTS_MM, MODEL_AB = 3.0, (5.0, -45.0), 12.0
LEAST_SPREAD = (10.0, 4.0, 4.0)  # of L, a, b: an ear is lit otherwise than a cheek
SPREADS = (2.0, 1.6, 1.6)
# Ears are redder and lighter than cheeks; hair is darker and yellower. So these count less or more.
PALER, DARKER, REDDER, GREENER, YELLOWER, BLUER = 0.8, 1.1, 0.45, 1.3, 1.3, 0.8
SHADE_COUNTS = 0.55  # of darker for GrabCut: a concha lies in shade
LIKE, UNLIKE, SURELY, HAIRY = 1.7, 4.0, 2.5, 2.6  # in spreads
SURE_WITHIN_MM, SURE_OUT_MM = 4.0, 36.0
PROBABLY_OUT_MM = 8.0  # what lies nearer to the contour is more likely head than not
# So is above an ear what differs by so much, in Lab, from each of these of what is far out there.
UNLIKE_WALL, WALL_QUANTILES = 15.0, (0.1, 0.5, 0.9)
SMOOTH_PX, EDGE_PX = 1.6, 0.8  # of the outline in the strip: its steps go, its softness stays
ROUNDS = 3
# px of the strip: smaller specks are none, smaller gaps are folds of an ear or lie between hairs.
SPECK, GAP, HEAD_GAP = 5, 13, 5
# What a bulge must be like, set on 35 ears and 17 places without one of development people: its
# protrusion, its height, where it begins and ends, where it stands out most (from its upper end),
# how full it is, how much darker than the cheek, and how it stands off against what is behind. An
# ear with less protrusion does not stand out: nothing is to be set back (author's estimate).
PROTRUSION_MM, HEIGHT_MM = (12.0, 27.0), (42.0, 78.0)
HIGHEST_MM, LOWEST_MM, UPPER_POLE_MM = 22.0, -74.0, -10.0
PEAK, FULL, DARKEST, CONTRAST = 0.8, 0.6, -26.0, 14.0
PEAK_HEIGHTS_MM = (14.0, -48.0)
# Where a bulge ends: by less than this share of it, or beyond a notch, or below a step.
ENDED_MM, ENDED, NOTCHED, NOTCH_MM = 3.0, 0.3, 0.62, 2.5
STEPPED, STEP, STEP_MM = 0.75, 0.3, 4.0
WAIST_MM = 48.0  # of its height, in which a notch is above the lobule and not below it
# Loose hair behind an ear, which could not be gone on with where the ear was: head this far beyond
# the rim in so large a share of its rows, or below it; 0 to 0.12 of 20 ears, 0.3 of two in hair.
LOOSE_HAIR, BEYOND_MM, BELOW_MM = 0.2, 4.0, 8.0
# Share of the most that a rim stands out from which it is the helix: the lobule stands out less.
HELIX = 0.6
# Of what the rim of an ear stands out, which an operation leaves at least: an ear that is set back
# farther is a picture that is only squeezed (author's estimate).
LEFT_OUT = 0.65
# Hair above an ear may stand out beyond the rim by so much once the ear is set back: what stands
# out farther hung on the ear and would float. An ear that can be set back by less than the other
# number is not shown at all (author's estimates).
OVERHANG_MM, LEAST_SETBACK_MM = 3.0, 3.0
ABOVE_MM = 8.0  # over and under its upper end, within which hair that lies on it is looked for
# Single hairs about the rim: lines thinner than this, standing off by so many levels, in so large a
# share of what is so far beyond the head; farther out lies wall. At most 0.05 of 30 ears without
# such hair, 0.07 to 0.3 of 11 with it.
STRAND_PX, STRAND_CONTRAST, STRANDS = 3, 4, 0.06
STRANDS_MM, FARTHER_MM = (2.0, 8.0), (12.0, 18.0)
# Where such hairs hang about its upper end, they go along with it: from so far below the end, so
# far beyond the head, and from so large a share of them.
UPPER_MM, LOOSE_MM, LOOSE_STRANDS = 10.0, 6.0, 0.05
NEAR_END_MM = 3.0  # within which of its ends what was read of the rim is not its edge
STRAND_MM = 4.0  # of the colour of skin: what is narrower is hair
Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Ear:
    """One ear in a photo.

    Attributes:
        side: "left" or "right".
        heights_mm: (N,) heights in the head frame, falling.
        rim_mm: (N,) how far skin reaches beside the contour there.
        top_mm, foot_mm: heights between which it is the ear's.
        head: (N, columns) float32 of the strip, how much of a place is head: skin, and the hair
            that hangs together with it before what is behind.
        loose_from_mm: height above which single hairs beside the head go along with it.
    """

    side: str
    heights_mm: Points
    rim_mm: Points
    top_mm: float
    foot_mm: float
    head: Mask
    loose_from_mm: float

    @property
    def protrusion_mm(self) -> float:
        """How far its rim stands out at most."""
        return float(self.rim_mm[self._rows].max())

    @property
    def upper_rim_mm(self) -> float:
        """How far the upper pole stands out, or as much of it as hair leaves."""
        upper = (self.heights_mm <= self.top_mm) & (self.heights_mm >= self.top_mm - ABOVE_MM)
        return float(self.rim_mm[upper].max())

    @property
    def hair_above_mm(self) -> float:
        """How far hair above it stands out beside the contour."""
        above = (self.heights_mm > self.top_mm + 1.0) & (self.heights_mm < self.top_mm + ABOVE_MM)
        return float(np.median(self._reach_mm[above])) if above.any() else 0.0

    @property
    def most_setback_mm(self) -> float:
        """The most it can be set back in a photo, on the mean of its rim."""
        left = max(LEFT_OUT, (self.hair_above_mm - OVERHANG_MM) / max(self.upper_rim_mm, 1.0))
        own = self.rim_mm[self._rows]
        return max(1.0 - left, 0.0) * float(own[own >= HELIX * own.max()].mean())

    @property
    def _rows(self) -> Bool:
        within: Bool = (self.heights_mm <= self.top_mm) & (self.heights_mm >= self.foot_mm)
        return within

    @property
    def _reach_mm(self) -> Points:
        columns = np.arange(self.head.shape[1]) / STRIP_PX_PER_MM - WITHIN_MM
        reach: Points = np.where(self.head > 0.5, columns, 0.0).max(axis=1).clip(0.0)
        return reach

    def rim_at(self, heights_mm: Points) -> Points:
        """Return the rim, mm beside the contour, at heights; at its ends and beyond of all head."""
        inside = (self.heights_mm <= self.top_mm - NEAR_END_MM) & (
            self.heights_mm >= self.foot_mm + NEAR_END_MM
        )
        rim = np.where(inside, self.rim_mm, np.maximum(self.rim_mm, self._reach_mm))
        rim = rim + np.where(self.heights_mm > self.loose_from_mm, LOOSE_MM, 0.0)
        found: Points = np.interp(-heights_mm, -self.heights_mm, rim)
        return found


@cached_per(Scope.HEAD)
def ears_of(face: Face) -> Mapping[str, Ear]:
    """Return the ears that the photo shows whole enough to be told, by side."""
    found = {side: _ear(face, side) for side in SIDES}
    return {side: ear for side, ear in found.items() if ear is not None}


def contour_at(mesh_mm: Points, side: str, heights_mm: Points) -> Points:
    """Return (N, 3) mm of the contour of the face before the ear, at heights in the head frame."""
    names = ("midface", "tragion", "zygion")
    contour = mesh_mm[[point(f"{name}_{side}") for name in names]]
    rising = contour[np.argsort(contour[:, 1])]
    x, z = (np.interp(heights_mm, rising[:, 1], rising[:, k]) for k in (0, 2))
    return np.stack([x, heights_mm, z], axis=1)


def outwards(side: str) -> Points:
    """Return (3,) mm in the head frame for each mm outwards along an ear."""
    return np.array([1.0 if side == "left" else -1.0, 0.0, -EAR_BACK])


def _ear(face: Face, side: str) -> Ear | None:
    heights = np.arange(TOP_MM, FOOT_MM, -1.0 / STRIP_PX_PER_MM)
    out = np.arange(-WITHIN_MM, OUT_MM, 1.0 / STRIP_PX_PER_MM)
    picture, seen = _strip(face, side, heights, out)
    lab = cv2.cvtColor(picture.astype(np.float32) / np.float32(255.0), cv2.COLOR_RGB2LAB)
    upper, lower = MODEL_HEIGHTS_MM
    cheek = (out < -MODEL_WITHIN_MM) & ((heights < upper) & (heights > lower))[:, None]
    own = np.median(lab[cheek], axis=0)
    off = np.asarray(lab - own, np.float32)
    skin = _skin(picture, off, off[cheek], seen, out)
    rim = median_filter(_reach(skin, out), 5)
    ends = _ends(rim, heights)
    if ends is None or not _is_ear(rim, heights, out, off, ends):
        return None
    head = _head(picture, skin, seen, out, ends[0])
    thin = _thin(picture, head, seen, out)
    upper = round(UPPER_MM * STRIP_PX_PER_MM)
    if _in_hair(head, rim, out, ends) or thin(ends[0] + upper, ends[1] + 1) > STRANDS:
        return None
    loose = thin(max(ends[0] - upper, 0), ends[0] + upper) > LOOSE_STRANDS
    first, last = ends
    smooth = gaussian_filter1d(rim, 1.5)
    smooth[:first], smooth[last + 1 :] = rim[:first], rim[last + 1 :]  # its ends stay sharp
    top, foot = float(heights[first]), float(heights[last])
    ear = Ear(side, heights, smooth, top, foot, head, top - UPPER_MM if loose else TOP_MM)
    return ear if ear.most_setback_mm >= LEAST_SETBACK_MM else None


def _strip(face: Face, side: str, heights: Points, out: Points) -> tuple[Rgb, Bool]:
    """Return (h, w, 3) of the photo beside the face, outwards to the right, and where it shows."""
    places = contour_at(face.mesh_mm, side, heights)[:, None] + np.where(
        out[:, None] > 0.0, out[:, None] * outwards(side), out[:, None] * outwards(side) * (1, 1, 0)
    )
    at = face.pose.to_photo(places.reshape(-1, 3))[:, :2]
    return picture_at(face, at.reshape(len(heights), len(out), 2))


def _skin(picture: Rgb, off: Floats, cheek: Floats, seen: Bool, out: Points) -> Bool:
    """Return (h, w) what is of the colour of the cheek and hangs together with it."""
    cheek = cheek[np.abs(cheek[:, 1:]).max(axis=1) < MODEL_AB]
    spread = np.maximum(cheek.std(axis=0), LEAST_SPREAD) * SPREADS
    light, red, yellow = (off / spread).transpose(2, 0, 1)
    colour = (np.where(red > 0.0, REDDER, GREENER) * red) ** 2
    colour += (np.where(yellow > 0.0, YELLOWER, BLUER) * yellow) ** 2
    away = np.sqrt(colour + np.where(light > 0.0, light, SHADE_COUNTS * light) ** 2)
    hairy = np.sqrt(colour + (np.where(light > 0.0, PALER, DARKER) * light) ** 2)
    kind = np.where(away < LIKE, cv2.GC_PR_FGD, cv2.GC_PR_BGD).astype(np.uint8)
    kind[away > UNLIKE] = cv2.GC_BGD
    kind[(away < SURELY) & (out < -SURE_WITHIN_MM)] = cv2.GC_FGD
    kind[:, out > SURE_OUT_MM] = cv2.GC_BGD
    return _joined(_parted(picture, kind) & (hairy < HAIRY) & seen, out, GAP)


def _head(picture: Rgb, skin: Bool, seen: Bool, out: Points, top: int) -> Mask:
    """Return (h, w) float32, how much of a place is head and not what is behind it.

    Above the row `top`, where an ear ends, there may be much hair.
    """
    lab = cv2.cvtColor(picture.astype(np.float32) / np.float32(255.0), cv2.COLOR_RGB2LAB)
    wall = np.quantile(lab[:, out > SURE_OUT_MM], WALL_QUANTILES, axis=1)
    off = np.min([np.linalg.norm(lab - one[:, None], axis=2) for one in wall], axis=0)
    kind = np.where(off > UNLIKE_WALL, cv2.GC_PR_FGD, cv2.GC_PR_BGD).astype(np.uint8)
    kind[top:] = cv2.GC_PR_BGD
    kind[:, out < PROBABLY_OUT_MM] = cv2.GC_PR_FGD
    kind[:, out < -SURE_WITHIN_MM] = cv2.GC_FGD
    kind[skin] = cv2.GC_FGD
    kind[:, out > SURE_OUT_MM] = cv2.GC_BGD
    kind[~seen] = cv2.GC_BGD
    head = (_joined(_parted(picture, kind), out, HEAD_GAP) | skin).astype(np.float32)
    smooth = cv2.GaussianBlur(head, (0, 0), SMOOTH_PX)
    return np.asarray(np.clip((smooth - 0.5) * SMOOTH_PX / EDGE_PX + 0.5, 0.0, 1.0), np.float32)


def _parted(picture: Rgb, kind: npt.NDArray[np.uint8]) -> Bool:
    """Return (h, w) which of two kinds of pixels each is more like, nothing without both."""
    if not {cv2.GC_BGD, cv2.GC_FGD} <= set(np.unique(kind)):
        return np.zeros(kind.shape, np.bool_)
    return foreground(picture, kind, ROUNDS)


def _joined(found: Bool, out: Points, gap: int) -> Bool:
    """Return (h, w) what hangs together with the contour of the face, without specks and gaps."""
    whole = found.astype(np.uint8)
    for how, size in ((cv2.MORPH_OPEN, SPECK), (cv2.MORPH_CLOSE, gap)):
        disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))
        whole = np.asarray(cv2.morphologyEx(whole, how, disc), np.uint8)
    _, labels = cv2.connectedComponents(whole, connectivity=4)
    at_contour = labels[:, (out < 1.0) & (out > -6.0)]
    return np.isin(labels, np.setdiff1d(at_contour, [0]))


def _reach(skin: Bool, out: Points) -> Points:
    """Return (h,) mm beside the contour up to which skin reaches, strands of hair left out."""
    across = np.ones((1, round(STRAND_MM * STRIP_PX_PER_MM)), np.uint8)
    wide = cv2.morphologyEx(skin.astype(np.uint8), cv2.MORPH_OPEN, across) > 0
    reach: Points = np.maximum(np.where(wide, out, 0.0).max(axis=1), 0.0)
    return reach


def _ends(rim: Points, heights: Points) -> tuple[int, int] | None:
    """Return the rows of the upper and lower end of the bulge that stands out most."""
    upper, lower = PEAK_HEIGHTS_MM
    peak = int(np.argmax(np.where((heights < upper) & (heights > lower), rim, 0.0)))
    if not rim[peak] > 0.0:
        return None
    first = _end(rim, peak, -1, 0)
    return first, _end(rim, peak, 1, round(WAIST_MM * STRIP_PX_PER_MM) - (peak - first))


def _end(rim: Points, peak: int, step: int, waist: int) -> int:
    """Return the row at which a bulge ends, going up or down from its peak.

    A notch within `waist` rows of it is none: below it the lobule stands out again.
    """
    most, lowest, at, row = rim[peak], rim[peak], peak, peak
    before = round(STEP_MM * STRIP_PX_PER_MM)
    while 0 <= row + step < len(rim):
        row += step
        if rim[row] < max(ENDED_MM, ENDED * most):
            return row
        if rim[row] < lowest:
            lowest, at = rim[row], row
        if abs(at - peak) < waist:
            continue
        if lowest < NOTCHED * most and rim[row] > lowest + NOTCH_MM:
            return at
        from_row = row - step * min(before, abs(row - peak))
        if rim[row] < STEPPED * most and rim[from_row] - rim[row] >= STEP * most:
            while 0 <= row + step < len(rim) and rim[row + step] < rim[row]:
                row += step
            return row
    return at


def _in_hair(head: Mask, rim: Points, out: Points, ends: tuple[int, int]) -> bool:
    """Return whether much of what is head goes on beyond the rim, or a little below the lobule."""
    below = round(BELOW_MM * STRIP_PX_PER_MM)
    rows = slice(ends[0] + round(3.0 * STRIP_PX_PER_MM), ends[1] + 1 + below)
    reach = np.where(head[rows] > 0.3, out, 0.0).max(axis=1)
    return float((reach - rim[rows] > BEYOND_MM).mean()) > LOOSE_HAIR


def _thin(picture: Rgb, head: Mask, seen: Bool, out: Points) -> Callable[[int, int], float]:
    """Return what tells, between two rows, how much of the wall beside the head single hairs take.

    Thin lines, dark or light; of a wall that has such lines itself only what it has fewer of
    farther out.
    """
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    square = np.ones((STRAND_PX, STRAND_PX), np.uint8)
    lines = [cv2.morphologyEx(grey, how, square) for how in (cv2.MORPH_BLACKHAT, cv2.MORPH_TOPHAT)]
    thin = np.maximum(*lines) >= STRAND_CONTRAST
    beyond = out - np.where(head > 0.02, out, 0.0).max(axis=1)[:, None]
    near, far = (seen & (beyond > low) & (beyond < high) for low, high in (STRANDS_MM, FARTHER_MM))

    def share(first: int, last: int) -> float:
        rows = slice(first, last)
        nearer, farther = thin[rows][near[rows]], thin[rows][far[rows]]
        if not nearer.size:
            return 0.0
        return float(nearer.mean() - (farther.mean() if farther.size else 0.0))

    return share


def _is_ear(rim: Points, heights: Points, out: Points, off: Floats, ends: tuple[int, int]) -> bool:
    first, last = ends
    own = rim[first : last + 1]
    high = float(heights[first] - heights[last])
    if not (HEIGHT_MM[0] <= high <= HEIGHT_MM[1] and UPPER_POLE_MM < heights[first] < HIGHEST_MM):
        return False
    shaped = (
        PROTRUSION_MM[0] <= own.max() <= PROTRUSION_MM[1]
        and heights[last] > LOWEST_MM
        and own.argmax() < PEAK * len(own)
        and own.mean() > FULL * own.max()
    )
    if not shaped:
        return False
    part, beside = off[first : last + 1], out - own[:, None]  # mm beyond the rim
    ear, edge, behind = (
        part[where]
        for where in (
            (out > 2.0) & (beside < -1.0),
            (out > 0.0) & (beside > -2.5) & (beside < -0.5),
            (beside > 1.0) & (beside < 3.0),
        )
    )
    if min(len(ear), len(edge), len(behind)) == 0:
        return False
    contrast = float(np.linalg.norm(edge.mean(axis=0) - behind.mean(axis=0)))
    return bool(np.median(ear[:, 0]) >= DARKEST and contrast >= CONTRAST)
