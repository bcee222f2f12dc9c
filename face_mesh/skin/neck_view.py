"""The neck below the jaw at one scale: how light it is, and where its skin is seen.

468 landmarks end at the jaw. What lies below is told by colour: skin of the neck has the colours of
this very face, redder in the shade of the chin, and hangs together with the border of the jaw;
collars, jewellery, hair and walls are what is left.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from face_mesh.arrays import Bool, Points
from face_mesh.cache import Scope, cached_per
from face_mesh.face import Face
from face_mesh.landmarks.anatomy import curve, point
from face_mesh.ramp import smooth_ramp
from face_mesh.skin.working_view import linear

# Of the view, mm beside and below the lowest point of the chin; a value each mm.
ASIDE_MM, ABOVE_MM, BELOW_MM = 80, 45, 65
BLUR_MM = 0.5
DARKEST = 1e-3  # of linear light
LUMINANCE = np.array([0.2126, 0.7152, 0.0722])
# How far ln(R/G) and ln(G/B) of skin may be off, and how much farther for each unit of ln that it
# is darker: what light reaches the shade has been through skin before. Set on 30 development people
# of every tone, by eye (author's estimate).
NEAR = np.array([0.24, 0.34])
REDDER, BLUER = 0.22, 0.10
LIGHTER, DARKER = 1.2, 2.6  # of ln luminance
CLOSE = 0.9  # of the same: from there on the chin is not of the colours of the cheeks, but a beard
MOUTH_MM = (32.0, -22.0)  # half of its width, and how far above the chin it ends
RIM_MM, LEAST_RIM_MM2 = 3, 15  # of the jaw: what does not touch it is no neck
BESIDE_MM = 25.0  # above the chin: what is higher lies beside the face
HOLE_MM2 = 400  # what is smaller is the deepest shade under the chin, a crease, a bead
EDGE_MM = 5.0  # over which the neck comes in beside what is not skin
BESIDE_EDGE_MM = 8.0  # over which what is beside the neck follows it
POCKET_MM = 15  # half the height of what is taken for a gap under the jaw
# ln of light by which a gap under the jaw may be darker or lighter than the neck and be its skin,
# whatever its colour: hair is darker, a wall lighter. Of 12 development people of every tone.
SHEEN = (-1.1, 0.35)
WINDOW_MM = (25.0, 3.0, 25.0)  # of the upper neck: half of its width, and from where to where down
_CHEEKS = (
    *(50, 280, 205, 425, 187, 411, 207, 427, 214, 434),
    *(123, 352, 147, 376, 192, 416, 101, 330, 36, 266),
)
Values = npt.NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class NeckView:
    """The lower face and the neck, a value for each mm: rows down, columns to the patient's left.

    Attributes:
        lightness: (h, w) float32, ln of luminance.
        face: (h, w) bool, inside the outline of the face.
        skin: (h, w) bool, skin of the neck.
    """

    lightness: Values
    face: Bool
    skin: Bool

    @classmethod
    def of(cls, face: Face) -> NeckView:
        """Return the view of a face, made once from the first size that asks."""
        return _neck_view(face)

    @property
    def presence(self) -> Values:
        """(h, w) float32, 1 on skin of the neck, down to 0 where neither it nor face is."""
        return _eased(self._away(self.skin | self.face))

    @property
    def follows(self) -> Values:
        """(h, w) float32, the same, but that the sides of the neck move with what is beside them.

        Towards what lies below, as a collar, it comes to rest; the wall beside follows over
        `BESIDE_EDGE_MM`, or the edge of the neck would be bent against its own middle.
        """
        size = 2 * round(BESIDE_EDGE_MM) + 1
        # What lies between the jaw and the neck below it is neither, and has to go with both.
        whole = _without_pockets(self.skin | self.face).astype(np.uint8)
        aside = cv2.dilate(whole, np.ones((1, size), np.uint8)) > 0
        below = self._away(aside)
        off = cv2.distanceTransform(1 - whole, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
        return _eased(below) * (1.0 - _eased(off * (EDGE_MM / BESIDE_EDGE_MM)))

    @staticmethod
    def _away(inside: Bool) -> Values:
        found = cv2.distanceTransform(inside.astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
        return np.asarray(found, np.float32)

    @property
    def upper_lightness(self) -> float:
        """Ln of luminance of the upper neck, the median where its skin is seen; else of all."""
        here = window(-WINDOW_MM[0], *WINDOW_MM)
        skin = self.skin[here]
        return float(np.median(self.lightness[here][skin if skin.any() else slice(None)]))

    @property
    def seen_share(self) -> float:
        """Share of the upper neck whose skin the photo shows, 0 to 1."""
        half, first, last = WINDOW_MM
        here = window(-half, half, first, last)
        return float(self.skin[here].mean() / max(1.0 - self.face[here].mean(), 0.1))


def _eased(away_mm: Values) -> Values:
    """Return 0 at 0, and 1 from `EDGE_MM` on."""
    return smooth_ramp(away_mm / EDGE_MM)


def window(left: float, right: float, top: float, bottom: float) -> tuple[slice, slice]:
    """Return rows and columns between places in mm beside and below the chin."""
    return (
        slice(int(top) + ABOVE_MM, int(bottom) + ABOVE_MM),
        slice(int(left) + ASIDE_MM, int(right) + ASIDE_MM),
    )


def places_of(face: Face, at_px: Points) -> Points:
    """Return (..., 2) places in a view, column and row, of (..., 2) photo px."""
    right, down = _axes(face)
    away = (at_px - face.landmarks_px[point("menton"), :2]) / face.px_per_mm
    found: Points = np.stack([away @ right + ASIDE_MM, away @ down + ABOVE_MM], axis=-1)
    return found


def _axes(face: Face) -> tuple[Points, Points]:
    across = face.pose.shift_px(np.array([[1.0, 0.0, 0.0]]))[0]
    across = across / np.linalg.norm(across)
    return across, np.array([-across[1], across[0]])


@cached_per(Scope.HEAD)
def _neck_view(face: Face) -> NeckView:
    right, down = _axes(face)
    columns, rows = (
        np.arange(-ASIDE_MM, ASIDE_MM + 1.0),
        np.arange(-ABOVE_MM, BELOW_MM + 1.0),
    )
    steps = columns[None, :, None] * right + rows[:, None, None] * down
    at = face.landmarks_px[point("menton"), :2] + face.px_per_mm * steps
    height, width = face.photo.image.shape[:2]
    low = np.clip(np.floor(at.min(axis=(0, 1))).astype(int) - 2, 0, (width - 2, height - 2))
    high = np.clip(np.ceil(at.max(axis=(0, 1))).astype(int) + 3, low + 2, (width, height))
    # The cheeks too, whose colours are asked.
    low[1] = max(0, min(low[1], int(face.landmarks_px[list(_CHEEKS), 1].min()) - 2))
    soft = cv2.GaussianBlur(
        linear(face.photo.image[low[1] : high[1], low[0] : high[0]]),
        (0, 0),
        max(0.3, BLUR_MM * face.px_per_mm),
    )
    start = at[0, 0] - low
    light = cv2.warpAffine(
        soft,
        np.column_stack([face.px_per_mm * right, face.px_per_mm * down, start]),
        at.shape[1::-1],
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )
    shown = ((at >= 0) & (at <= (width - 1, height - 1))).all(axis=2)
    cheeks = np.round(face.landmarks_px[list(_CHEEKS), :2] - low).astype(int)
    cheeks = np.clip(cheeks, 0, (soft.shape[1] - 1, soft.shape[0] - 1))
    outline = places_of(face, face.landmarks_px[list(curve("face_oval")), :2])
    inside = np.zeros(light.shape[:2], np.uint8)
    cv2.fillPoly(inside, [np.round(16.0 * outline).astype(np.int32)], 1, shift=4)
    colours, lightness = _colours(light)
    like = _skin_like(colours, lightness, inside > 0, _colours(soft[cheeks[:, 1], cheeks[:, 0]]))
    skin = _hanging(like & shown & (inside == 0), inside)
    skin = _holes_filled(skin | _sheen(skin, lightness, inside > 0), inside)
    return NeckView(np.asarray(lightness, np.float32), inside > 0, skin)


def _colours(light: npt.NDArray[np.generic]) -> tuple[Points, Points]:
    """Return (..., 2) ln(R/G) and ln(G/B), and (...) ln of luminance, of linear light."""
    logs = np.log(np.maximum(np.asarray(light, np.float64), DARKEST))
    ratios: Points = -np.diff(logs, axis=-1)
    return ratios, logs @ LUMINANCE


def _skin_like(
    colours: Points, lightness: Points, inside: Bool, cheeks: tuple[Points, Points]
) -> Bool:
    """Return where colours are those of the cheeks, or of the chin if that is like the cheeks."""
    aside = np.abs(np.arange(-ASIDE_MM, ASIDE_MM + 1)) < MOUTH_MM[0]
    high = np.arange(-ABOVE_MM, BELOW_MM + 1) < MOUTH_MM[1]
    jaw = (cv2.erode(inside.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0) & ~(
        aside[None] & high[:, None]
    )
    models = [(np.median(cheeks[0], axis=0), float(np.median(cheeks[1])))]
    if jaw.any():
        chin = np.median(colours[jaw], axis=0), float(np.median(lightness[jaw]))
        if np.abs((chin[0] - models[0][0]) / NEAR).max() < CLOSE:
            models.append(chin)
    found = np.zeros(lightness.shape, np.bool_)
    for colour, light in models:
        dark = np.clip(light - lightness, 0.0, None)[..., None]
        off = colours - colour
        off = np.maximum(np.abs(off) - np.where(off > 0.0, REDDER, BLUER) * dark, 0.0) / NEAR
        lit = (lightness > light - DARKER) & (lightness < light + LIGHTER)
        found |= (np.hypot(off[..., 0], off[..., 1]) < 1.0) & lit
    return found


def _hanging(like: Bool, inside: npt.NDArray[np.uint8]) -> Bool:
    """Return what of skin-like places hangs together with the border of the jaw."""
    below = _below(inside)
    whole = (like & below).astype(np.uint8)
    for how, size in ((cv2.MORPH_OPEN, 3), (cv2.MORPH_CLOSE, 5)):
        square = np.ones((size, size), np.uint8)
        whole = np.asarray(cv2.morphologyEx(whole, how, square), np.uint8)
    size = 2 * RIM_MM + 1
    rim = (cv2.dilate(inside, np.ones((size, size), np.uint8)) > 0) & below
    _, pieces = cv2.connectedComponents(whole)
    touching = np.bincount(pieces[rim], minlength=pieces.max() + 1) >= LEAST_RIM_MM2
    touching[0] = False
    hanging: Bool = touching[pieces] & below
    return hanging


def _sheen(skin: Bool, lightness: Points, inside: Bool) -> Bool:
    """Return what lies under the jaw and above the neck and has the light of its skin.

    Skin under a jaw shines in the light of a shirt or a floor, and on dark skin such a shine leaves
    nothing of its colour.
    """
    if not skin.any():
        return skin
    between = _without_pockets(skin | inside) & np.maximum.accumulate(inside, axis=0)
    between &= np.maximum.accumulate(skin[::-1], axis=0)[::-1] & ~inside
    off = lightness - np.median(lightness[skin])
    found: Bool = between & (off > SHEEN[0]) & (off < SHEEN[1])
    return found


def _without_pockets(whole: Bool) -> Bool:
    """Return a region with the gaps closed that lie between an upper and a lower part of it."""
    upright = np.ones((2 * POCKET_MM + 1, 1), np.uint8)
    closed = cv2.morphologyEx(whole.astype(np.uint8), cv2.MORPH_CLOSE, upright)
    return np.asarray(closed > 0, np.bool_)


def _below(inside: npt.NDArray[np.uint8]) -> Bool:
    """Return what is not face and not too high beside it."""
    low: Bool = np.arange(-ABOVE_MM, BELOW_MM + 1) > -BESIDE_MM - RIM_MM
    return np.asarray((inside == 0) & low[:, None], np.bool_)


def _holes_filled(skin: Bool, inside: npt.NDArray[np.uint8]) -> Bool:
    """Return skin with what is small and enclosed by it and the face."""
    _, gaps, stats, _ = cv2.connectedComponentsWithStats(
        (~skin & (inside == 0)).astype(np.uint8), connectivity=4
    )
    small = stats[:, cv2.CC_STAT_AREA] < HOLE_MM2
    small[0] = False
    filled: Bool = skin | (small[gaps] & _below(inside))
    return filled
