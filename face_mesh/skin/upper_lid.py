"""The upper lid as a photo shows it: where the lashes end, and how much lid shows under the fold.

The skin above the margin is laid out straight, and the fold is looked for as folds are: a line that
is darker than the skin on both sides. Where there is none, the fold hangs down to the lashes and
hides the lid. The mesh knows neither: its crease lies where it does in the mean face.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
from scipy.interpolate import PchipInterpolator
from scipy.ndimage import gaussian_filter1d, maximum_filter1d, median_filter

from face_mesh.arrays import Points
from face_mesh.cache import Scope, cached_per
from face_mesh.deepest_path import deepest_path
from face_mesh.face import Face
from face_mesh.landmarks.anatomy import curve
from face_mesh.skin.unrolled_strip import Values
from face_mesh.skin.working_view import DARKEST, linear

ALONG_MM, UP_MM = 0.25, 0.2  # between what is read
_FROM_MM, _TO_MM = -1.0, 13.0  # of the margin of the mesh
_LASHES_MM = 1.6  # above it, within which the dark line of the lashes is looked for
_SKIN_MM = (1.5, 6.0)  # above it, of which the lighter third is skin
_CREASE_MM = (0.8, 8.0)  # above the lashes
_BELOW_BROW = 0.6  # of the way from the lashes to the brow: what lies higher is the brow's shade
_BESIDE_MM = 0.9  # a crease is darker than what lies so far above and below
_BEND = 0.003  # of its path, a step
_DEPTH = (0.04, 0.08)  # density between which a line begins to be a crease (author's estimate)
_LASH_MM = (0.8, 3.5)  # above the end of the dark line, where single lashes may cross the skin
_TUFTS_MM = 2.0  # beside a lash, where others may be: they come in tufts
_LASH_ACROSS_MM = 0.8  # standard deviation along the lid: a lash is narrower, a fold runs along
_LASH_DEPTH = (0.045, 0.07)  # root of the mean square of density: from none of them to many
_BLUR_MM, _LEAST_BLUR_PX = 0.12, 0.5  # of a fine photo, whose pores are no lashes
_SOFT_MM = 0.8  # standard deviation along the lid
_MIDDLE = 0.6  # of the length of the lid, without its corners


@dataclass(frozen=True, eq=False)
class UpperLid:
    """An upper lid, column by column from the left of the picture to the right.

    Attributes:
        origin_px: (2,) the middle between the corners of the eye.
        along, up: (2,) unit vectors in the picture.
        px_per_mm: of the photo.
        along_mm: (n,) of the columns, along the eye from its middle.
        margin_mm: (n,) how far above the line of the corners the margin of the mesh lies.
        lashes_mm: (n,) above the margin, where the dark line of the lashes ends.
        show_mm: (n,) of lid that shows between the lashes and the fold; 0 where none is seen.
        crossed: (n,) how far lashes reach over what lies above them, 0 to 1.
    """

    origin_px: Points
    along: Points
    up: Points
    px_per_mm: float
    along_mm: Points
    margin_mm: Points
    lashes_mm: Points
    show_mm: Points
    crossed: Points

    @property
    def shown_mm(self) -> float:
        """How much lid shows under the fold, the mean of the middle of the lid."""
        aside = round((1.0 - _MIDDLE) / 2.0 * len(self.show_mm))
        return float(self.show_mm[aside : len(self.show_mm) - aside].mean())

    def places(self, at_px: npt.NDArray[Any]) -> tuple[Points, Points]:
        """Return how far (..., 2) px lie along the eye, and above the end of the lashes, mm."""
        away = (np.asarray(at_px, np.float64) - self.origin_px) / self.px_per_mm
        along = away @ self.along
        ends = np.interp(along, self.along_mm, self.margin_mm + self.lashes_mm)
        return along, away @ self.up - ends


@cached_per(Scope.PIXELS)
def upper_lid(face: Face, side: str) -> UpperLid:
    """Return the upper lid of a side, "left" or "right", read once a face and photo size."""
    corners, scale = face.landmarks_px[list(curve(f"upper_lid_{side}")), :2], face.px_per_mm
    origin, along = (corners[0] + corners[-1]) / 2.0, corners[-1] - corners[0]
    along = along / np.linalg.norm(along) * (1.0 if along[0] > 0 else -1.0)
    up = np.array([along[1], -along[0]])
    points = (corners - origin) / scale
    points = points[np.argsort(points @ along)]
    columns = np.arange((points @ along)[0], (points @ along)[-1], ALONG_MM)
    line = PchipInterpolator(points @ along, points @ up)(columns)
    margin = gaussian_filter1d(line, 1.0 / ALONG_MM, mode="nearest")
    above = np.arange(_FROM_MM, _TO_MM, UP_MM)
    heights = margin[:, None] + above
    places = columns[:, None, None] * along + heights[..., None] * up
    density = density_at(face, origin + scale * places)
    soft = gaussian_filter1d(density, _SOFT_MM / ALONG_MM, axis=0)
    lashes = _end_of_lashes(soft, above)
    brow = (face.landmarks_px[list(curve(f"brow_lower_{side}")), :2] - origin) / scale
    brow = brow[np.argsort(brow @ along)]
    room = np.interp(columns, brow @ along, brow @ up) - margin - lashes
    show = _lid_shown(soft, above, lashes, np.minimum(_CREASE_MM[1], _BELOW_BROW * room))
    crossed = _crossed(density, above, lashes)
    return UpperLid(origin, along, up, scale, columns, margin, lashes, show, crossed)


def density_at(face: Face, at_px: Points) -> Values:
    """Return (n, m) float32 mean density of the photo at (n, m, 2) px."""
    blur_px = _BLUR_MM * face.px_per_mm
    room, size = 4.0 * blur_px + 2.0, np.array([face.photo.width, face.photo.height])
    low = np.clip(np.floor(at_px.min(axis=(0, 1)) - room), 0, size - 1).astype(int)
    high = np.clip(np.ceil(at_px.max(axis=(0, 1)) + room), low + 1, size).astype(int)
    light = linear(face.photo.image[low[1] : high[1], low[0] : high[0]])
    if blur_px > _LEAST_BLUR_PX:
        light = np.asarray(cv2.GaussianBlur(light, (0, 0), blur_px), np.float32)
    x, y = (np.clip(at_px[..., i] - low[i], 0, light.shape[1 - i] - 1) for i in (0, 1))
    return np.asarray(-np.log(np.maximum(_bilinear(light, x, y), DARKEST)).mean(axis=2), np.float32)


def _bilinear(values: Values, x: Points, y: Points) -> Points:
    left, top = np.floor(x).astype(int), np.floor(y).astype(int)
    right, below = (np.minimum(n + 1, values.shape[1 - i] - 1) for i, n in ((0, left), (1, top)))
    u, v = (x - left)[..., None], (y - top)[..., None]
    upper = (1 - u) * values[top, left] + u * values[top, right]
    lower = (1 - u) * values[below, left] + u * values[below, right]
    return np.asarray((1 - v) * upper + v * lower, np.float64)


def _end_of_lashes(density: Values, above: Points) -> Points:
    """(n,) mm above the margin, half the way from the dark of the lashes to skin."""
    low = above < _LASHES_MM
    first = density[:, low].argmax(axis=1)
    rows = np.arange(len(density))
    skin = np.quantile(density[:, (above > _SKIN_MM[0]) & (above < _SKIN_MM[1])], 0.3, axis=1)
    half = (density[rows, first] + skin) / 2.0
    beyond = (np.arange(len(above)) >= first[:, None]) & (density < half[:, None])
    ends = above[np.where(beyond.any(axis=1), beyond.argmax(axis=1), first)]
    steady = median_filter(ends, 7, mode="nearest")
    return np.asarray(gaussian_filter1d(steady, _SOFT_MM / ALONG_MM, mode="nearest"), np.float64)


def _crossed(density: Values, above: Points, lashes: Points) -> Points:
    """(n,) share, how dark single lashes are across the skin above the line of them."""
    fine = density - gaussian_filter1d(density, _LASH_ACROSS_MM / ALONG_MM, axis=0)
    free = above - lashes[:, None]
    within = (free > _LASH_MM[0]) & (free < _LASH_MM[1])
    power = (fine * fine * within).sum(axis=1) / np.maximum(within.sum(axis=1), 1)
    soft = gaussian_filter1d(power, _SOFT_MM / ALONG_MM, mode="nearest")
    near = maximum_filter1d(soft, 2 * round(_TUFTS_MM / ALONG_MM) + 1, mode="nearest")
    root = np.sqrt(gaussian_filter1d(near, _SOFT_MM / ALONG_MM, mode="nearest"))
    low, high = _LASH_DEPTH
    return np.asarray(np.clip((root - low) / (high - low), 0.0, 1.0), np.float64)


def _lid_shown(density: Values, above: Points, lashes: Points, most_mm: Points) -> Points:
    """(n,) mm between the lashes and the crease under the fold, 0 where no crease is seen."""
    fine = gaussian_filter1d(density, 0.25 / UP_MM, axis=1)
    by = round(_BESIDE_MM / UP_MM)
    padded = np.pad(fine, ((0, 0), (by, by)), mode="edge")
    valley = np.minimum(fine - padded[:, : -2 * by], fine - padded[:, 2 * by :])
    free = above - lashes[:, None]
    within = (free > _CREASE_MM[0]) & (free < most_mm[:, None])
    depth = np.where(within, np.maximum(valley, 0.0), 0.0).astype(np.float32)
    path = deepest_path(depth, _BEND)
    rows = np.arange(len(path))
    deep = gaussian_filter1d(depth[rows, path], 1.0 / ALONG_MM, mode="nearest")
    low, high = _DEPTH
    sure = np.clip((deep - low) / (high - low), 0.0, 1.0)
    shown = np.maximum(above[path] - lashes, 0.0) * sure
    return np.asarray(gaussian_filter1d(shown, _SOFT_MM / ALONG_MM, mode="nearest"), np.float64)
