"""Which pixels of a face are bare skin, told by the colour and grain of that face's own skin.

A model of the skin is fitted to cheeks, nose and forehead of the face itself, so that no idea of
what skin looks like in general is needed and dark skin is treated as any other: Lab colour and
grain as a plane over the picture (which takes up uneven light) and a spread about it, fitted again
a few times without what does not belong (hair over the forehead, frames, shine). A pixel is skin if
it is near the model and connected to the cheeks. What the landmarks know is taken out in any case:
eyes, brows, lips, nostrils. So is what covers the face, though a hand is of the same skin.

Known limits: hair finer than about a millimetre, short stubble and clear lenses count as skin.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from face_mesh.arrays import Bool, Mask, Rgb
from face_mesh.cache import Scope, cached_per
from face_mesh.covers.cover import hidden_mask
from face_mesh.face import Face
from face_mesh.landmarks.anatomy import curve
from face_mesh.regions import region_mask

WORK_PX_PER_MM = 1.5
_SIDES = ("left", "right")
# How far skin may reach beyond the landmarks: to the hairline, down the neck, to the sides.
_UP_MM, _DOWN_MM, _SIDE_MM = 32.0, 34.0, 8.0
# The model starts from the first and takes up of the second what fits: hair may hang over those.
_SURE = ("malar_left", "malar_right", "nasal_dorsum", "tear_trough_left", "tear_trough_right")
_LIKELY = ("forehead", "glabella", "submalar_left", "submalar_right")
_ROUNDS = 5
_KEEP_SD = 2.5  # samples farther than this from the model are left out of the next round

# Distance from the model, in standard deviations, over which skin fades out: inside the oval of
# the face nearly all is skin, outside nearly nothing.
_FADE_INSIDE = (4.5, 6.5)
_FADE_OUTSIDE = (3.0, 4.5)
# Shine is skin: lighter counts less than darker, and so does the paler colour that goes with it.
_SHINE_COUNTS = np.array([0.4, 0.6, 0.6], dtype=np.float32)
_REDDER_COUNTS = 0.4  # so is redness, in a spot as in the depth of a fold
_HOLE_MM2 = 40.0  # what is smaller and surrounded by skin is a mole or a spot, and skin too
# The bottom of a deep fold is too dark for skin by its colour. What is dark along one and narrower
# than this lies between two sides of skin, or skin and a corner of the mouth, and is skin; a
# moustache is wider.
_FOLDS = tuple(f"{name}_{side}" for name in ("nasolabial_fold", "marionette") for side in _SIDES)
_CREASE_MM = 6.5
_LIPS = curve("upper_vermilion_border") + curve("lower_vermilion_border")[::-1]
# Smallest spread that is believed, (L, a, b, log grain): wide in L, for shade is no other material.
_MIN_SPREAD = np.array([8.0, 2.0, 2.5, 0.35])

Features = npt.NDArray[np.float32]


def skin_mask(face: Face) -> Mask:
    """Return (H, W) float32 in [0, 1], 1 where bare skin of face or neck is seen.

    Worked out at `WORK_PX_PER_MM` once a face and photo size.
    """
    size = (face.photo.width, face.photo.height)
    out = cv2.resize(working_mask(face), size, interpolation=cv2.INTER_LINEAR)
    return np.asarray(out, np.float32)


@cached_per(Scope.SIZE)
def working_mask(face: Face) -> Mask:
    """Return the mask at the working scale, (h, w) float32 in [0, 1]."""
    longest, scale = max(face.photo.height, face.photo.width), WORK_PX_PER_MM / face.px_per_mm
    face = face.resized(max(1, round(longest * min(1.0, scale))))
    out = np.zeros((face.photo.height, face.photo.width), np.float32)
    window = _window(face)
    features = _features(face.photo.image[window], face.px_per_mm)
    free = 1.0 - hidden_mask(face)[window]
    sure, likely = (_well_inside(face, names)[window] for names in (_SURE, _LIKELY))
    if (sure & (free > 0.5)).sum() > 0.25 * sure.sum():  # else there is no other skin to go by
        sure, likely = sure & (free > 0.5), likely & (free > 0.5)
    away = _Model.of(features, sure, sure | likely).distance(features, _places(sure.shape))
    inside = _polygon(face, curve("face_oval"))[window]
    mask = inside * _fading(away, _FADE_INSIDE) + (1 - inside) * _fading(away, _FADE_OUTSIDE)
    mask = _without_specks(mask, sure, _HOLE_MM2 * face.px_per_mm**2)
    crease_px = _CREASE_MM * face.px_per_mm
    folds = np.max([region_mask(face, name) for name in _FOLDS], axis=0)[window]
    lips = _polygon(face, _LIPS)[window]
    closed = _closed(np.maximum(mask, lips), crease_px)
    mask = np.maximum(mask, np.minimum(3.0 * folds, 1.0) * closed)
    mask *= (1.0 - _features_of_the_face(face)[window]) * free
    out[window] = np.clip(cv2.GaussianBlur(mask, (0, 0), 0.4 * face.px_per_mm), 0.0, 1.0)
    return out


def _window(face: Face) -> tuple[slice, slice]:
    """The part of the photo that may hold skin."""
    (x0, y0), (x1, y1) = face.landmarks_px[:, :2].min(axis=0), face.landmarks_px[:, :2].max(axis=0)
    ppm, height, width = face.px_per_mm, face.photo.height, face.photo.width
    top, bottom = np.clip([y0 - _UP_MM * ppm, y1 + _DOWN_MM * ppm], 0, height).astype(int)
    left, right = np.clip([x0 - _SIDE_MM * ppm, x1 + _SIDE_MM * ppm], 0, width).astype(int)
    return slice(int(top), int(bottom)), slice(int(left), int(right))


def _features(rgb: Rgb, px_per_mm: float) -> Features:
    """(h, w, 4) float32: L, a, b, and the log of how much L varies within a millimetre."""
    lab = cv2.cvtColor(rgb.astype(np.float32) / 255.0, cv2.COLOR_RGB2LAB)
    light = np.ascontiguousarray(lab[:, :, 0])
    fine = light - cv2.GaussianBlur(light, (0, 0), 0.8 * px_per_mm)
    grain = cv2.GaussianBlur(fine * fine, (0, 0), 1.0 * px_per_mm)
    return np.dstack([lab, 0.5 * np.log(grain + 0.05)]).astype(np.float32)


@dataclass(frozen=True, eq=False)
class _Model:
    """A plane over the picture for each feature, and the spread about it.

    Attributes:
        plane: (3, 4), of (1, x, y) where x and y run from 0 to 1 over the window.
        whiten: (4, 4), turns a difference into standard deviations.
        low, high: (2,) x and y of the samples; beyond them the planes go on level.
    """

    plane: Features
    whiten: Features
    low: Features
    high: Features

    @classmethod
    def of(cls, features: Features, sure: Bool, samples: Bool) -> _Model:
        """Fit to `sure` pixels, then to those of `samples` (which hold them) that are near."""
        values, at, kept = features[samples], _places(samples.shape)[samples], sure[samples]
        for _ in range(_ROUNDS):
            model = cls._fitted(values[kept], at[kept])
            kept = model.distance(values, at) < _KEEP_SD
        return model

    @classmethod
    def _fitted(cls, values: Features, at: Features) -> _Model:
        terms = np.column_stack([np.ones(len(at)), at])
        plane = np.linalg.lstsq(terms, values.astype(np.float64), rcond=None)[0]
        spread = np.cov((values - terms @ plane).T)
        spread += np.diag(np.maximum(_MIN_SPREAD**2 - spread.diagonal(), 0.0))
        whiten = np.linalg.inv(np.linalg.cholesky(spread)).T
        low, high = np.quantile(at, [0.02, 0.98], axis=0)
        parts = (plane, whiten, low, high)
        return cls(*(np.asarray(part, np.float32) for part in parts))

    def distance(self, values: Features, at: Features) -> Features:
        """How many standard deviations (..., 4) features at (..., 2) places are away from skin."""
        at = np.clip(at, self.low, self.high)
        off = values - (self.plane[0] + at @ self.plane[1:])
        lighter = off[..., 0] > 0
        off[lighter, :3] *= _SHINE_COUNTS
        off[..., 1] *= np.where(off[..., 1] > 0, _REDDER_COUNTS, 1.0)
        away = off @ self.whiten
        return np.asarray(np.sqrt(np.einsum("...i,...i", away, away)), np.float32)


def _places(shape: tuple[int, ...]) -> Features:
    """(h, w, 2) float32: x and y from 0 to 1 over the window."""
    x, y = (np.linspace(0.0, 1.0, n, dtype=np.float32) for n in (shape[1], shape[0]))
    return np.dstack(np.meshgrid(x, y))


def _fading(away: Features, fade: tuple[float, float]) -> Mask:
    """1 nearer than the first distance, 0 beyond the second."""
    full, none = fade
    return np.asarray(np.clip((none - away) / (none - full), 0.0, 1.0), np.float32)


def _without_specks(mask: Mask, seeds: Bool, hole_px: float) -> Mask:
    """The part of a mask that touches `seeds`, small holes filled."""
    skin = mask > 0.5
    _, labels = cv2.connectedComponents(skin.astype(np.uint8), connectivity=4)
    reached = np.isin(labels, np.setdiff1d(labels[seeds & skin], [0]))
    _, holes, stats, _ = cv2.connectedComponentsWithStats((~reached).astype(np.uint8))
    small = np.flatnonzero(stats[:, cv2.CC_STAT_AREA] < hole_px)
    filled = np.isin(holes, small[small > 0])
    return np.where(filled, 1.0, mask * reached).astype(np.float32)


def _closed(mask: Mask, gap_px: float) -> Mask:
    """1 where there is skin, or a gap in it narrower than `gap_px`."""
    side = 2 * round(0.5 * gap_px) + 1
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
    skin = (mask > 0.5).astype(np.float32)
    return np.asarray(cv2.morphologyEx(skin, cv2.MORPH_CLOSE, disc), np.float32)


def _well_inside(face: Face, names: tuple[str, ...]) -> Bool:
    inside: Bool = np.max([region_mask(face, name) for name in names], axis=0) > 0.7
    return inside


def _features_of_the_face(face: Face) -> Mask:
    """Where landmarks say that there is something else than skin."""
    eyes = [curve(f"upper_lid_{s}") + curve(f"lower_lid_{s}")[::-1] for s in ("left", "right")]
    brows = [curve(f"brow_upper_{s}") + curve(f"brow_lower_{s}")[::-1] for s in ("left", "right")]
    nostrils = [curve(f"nostril_{s}") for s in ("left", "right")]
    drawn = [(eyes, 1.5), (brows, 1.0), (nostrils, 0.3), ([_LIPS], 0.5)]
    masks = [_polygon(face, line, wider) for lines, wider in drawn for line in lines]
    return np.asarray(np.max(masks, axis=0), np.float32)


def _polygon(face: Face, landmarks: tuple[int, ...], wider_mm: float = 0.0) -> Mask:
    """The inside of landmarks, widened, (H, W) float32 with a soft edge of half a millimetre."""
    mask = np.zeros((face.photo.height, face.photo.width), np.uint8)
    at = np.round(face.landmarks_px[list(landmarks), :2] * 16).astype(np.int32)
    cv2.fillPoly(mask, [at], 255, cv2.LINE_AA, 4)
    if wider_mm:
        width = max(1, round(2 * wider_mm * face.px_per_mm))
        cv2.polylines(mask, [at], True, 255, width, cv2.LINE_AA, 4)
    soft = cv2.GaussianBlur(mask, (0, 0), 0.5 * face.px_per_mm)
    return np.asarray(soft, np.float32) / 255.0
