"""Where the hair of a brow begins and ends over its lid, as the photo shows it.

The landmarks of a brow lie where the brow of the mean face does: up to four millimetres off where
it stands low, is thick, or is plucked. Here the skin from the lashes up is laid out straight, and
the brow is the darkest band near its landmarks; its edges are where it is half as dark. Where no
band stands out (the ends, a brow that is fair or hidden) the landmarks are believed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter, gaussian_filter1d, median_filter

from face_mesh.arrays import Points
from face_mesh.cache import Scope, cached_per
from face_mesh.deepest_path import deepest_path
from face_mesh.face import Face
from face_mesh.landmarks.anatomy import curve
from face_mesh.ramp import ramp
from face_mesh.skin.upper_lid import UpperLid, density_at, upper_lid

STEP_MM, UP_MM = 0.5, 0.25  # between what is read
BESIDE_MM = 6.0  # beyond the ends of the brow
_BEYOND_MM = 3.0  # the landmarks, so far its ends are looked for
_FROM_MM, _ROOM_MM = 0.8, 12.0  # above the lashes; above the landmarks
_NEAR_MM = (1.5, 2.0)  # below and above its landmarks, where its darkest is looked for
_BELOW_MM = 3.0  # below the band, where a crease may be
_CLEAR_MM = 1.2  # above such a crease hair begins
_FOREHEAD_MM = 8.0  # above the band, where its skin is looked for
_SOFT_MM = (1.0, 0.4)  # along and across
_BEND = 0.002  # of its path, a step
_DARKER = (0.08, 0.20)  # density between which a band begins to be a brow (author's estimate)
_STEEP_MM = 0.75  # over twice which its steepness is taken
_LOWER_MM = (2.5, 2.5)  # below the landmarks: so far it may be, and over how much it is doubted
_EDGE_BEND, _THICK_MM = 0.02, 7.0  # of its path, a step; of the half below the darkest
_INSIDE_MM, _AS_DARK = 1.0, (0.45, 0.6)  # above the landmarks of its lower edge; of the darkest
_STEADY_MM = 8.0  # over which an edge is the same; and how softly it bends
_SOFT_EDGE_MM = 1.5


@dataclass(frozen=True, eq=False)
class Brow:
    """A brow over its lid, column by column along the eye from the left of the picture.

    Attributes:
        lid: the lid under it, whose places are used.
        along_mm: (n,) of the columns, from `BESIDE_MM` beside the one end to beside the other.
        low_mm, top_mm: (n,) above the end of the lashes, the edges of the hair.
    """

    lid: UpperLid
    along_mm: Points
    low_mm: Points
    top_mm: Points

    @property
    def ends_mm(self) -> tuple[float, float]:
        """Where the brow ends, along the eye."""
        return float(self.along_mm[0] + BESIDE_MM), float(self.along_mm[-1] - BESIDE_MM)

    def of_columns(self, values: Points, along: Points) -> Points:
        """Return a value (n,) of each column at places along the eye."""
        return np.interp(along, self.along_mm, values)

    def places_px(self, above_mm: Points) -> Points:
        """Return (n, ..., 2) px of the photo of heights (n, ...) above the end of the lashes."""
        return _places_px(self.lid, self.along_mm, above_mm)


@cached_per(Scope.PIXELS)
def brow_of(face: Face, side: str) -> Brow:
    """Return the brow of a side, "left" or "right", read once a face and photo size."""
    lid = upper_lid(face, side)
    edges = []
    for edge in ("lower", "upper"):
        at = face.landmarks_px[list(curve(f"brow_{edge}_{side}")), :2]
        along, above = lid.places(at)
        order = np.argsort(along)
        edges.append(_carried_on(along[order], above[order]))
    ends = np.concatenate([along for along, _ in edges])
    first, last = ends.min() - BESIDE_MM, ends.max() + BESIDE_MM
    columns = np.linspace(first, last, round((last - first) / STEP_MM) + 1)  # mirrors as faces do
    low, top = (np.interp(columns, *edge) for edge in edges)
    top = np.maximum(top, low + 1.0)
    above = np.arange(_FROM_MM, top.max() + _ROOM_MM, UP_MM)
    heights = np.broadcast_to(above, (len(columns), len(above)))
    density = density_at(face, _places_px(lid, columns, heights))
    soft = gaussian_filter(density, (_SOFT_MM[0] / STEP_MM, _SOFT_MM[1] / UP_MM), mode="nearest")
    guesses = low, top
    low = np.array(low)
    sure, lower, upper = _edges(soft, above, low, top)
    inside = (columns > ends.min()) & (columns < ends.max())
    sure = _steady(sure * inside)
    read_low, read_top = (
        by_landmarks + _steady(sure * read + (1.0 - sure) * guess - by_landmarks)
        for read, guess, by_landmarks in zip((lower, upper), (low, top), guesses, strict=True)
    )
    read_low = np.maximum(read_low, _FROM_MM)
    return Brow(lid, columns, read_low, np.maximum(read_top, read_low + 1.0))


def _carried_on(along: Points, above: Points) -> tuple[Points, Points]:
    """An edge from left to right, carried on straight at both ends: hair goes on a little."""
    slopes = np.clip((np.diff(above) / np.maximum(np.diff(along), 0.5))[[0, -1]], -1.0, 1.0)
    far = np.array([-_BEYOND_MM, _BEYOND_MM])
    beside, height = along[[0, -1]] + far, above[[0, -1]] + far * slopes
    return (
        np.concatenate([beside[:1], along, beside[1:]]),
        np.concatenate([height[:1], above, height[1:]]),
    )


def _edges(
    density: Points, above: Points, low: Points, top: Points
) -> tuple[Points, Points, Points]:
    """(n,) each: how surely there is a brow, and its lower and upper edge, mm above the lashes."""
    below, over = _NEAR_MM
    near = (above > (low - below)[:, None]) & (above < (top + over)[:, None])
    floor = density.min(axis=1, keepdims=True)
    path = deepest_path(np.where(near, density - floor, 0.0).astype(np.float32), _BEND)
    rows = np.arange(len(path))
    reach, crease = round(_FOREHEAD_MM / UP_MM), round(_BELOW_MM / UP_MM)
    darkest = density[rows, path]
    inside = density[rows, np.searchsorted(above, low + _INSIDE_MM).clip(0, len(above) - 1)]
    sure, upper = np.zeros(len(path)), np.zeros(len(path))
    for i, at in enumerate(path):
        sides = density[i, at::-1], density[i, at : at + reach]
        skin = [float(one.min()) for one in sides]
        sure[i] = ramp(darkest[i] - max(skin), _DARKER)
        if above[at] < low[i]:  # what is much darker than where hair should be is a crease below it
            bottom = at - int(sides[0][:crease].argmax())
            deepest = density[i, bottom]
            known = float(ramp((inside[i] - skin[1]) / max(deepest - skin[1], 1e-6), _AS_DARK))
            ends = int((density[i, bottom:] <= (deepest + skin[1]) / 2.0).argmax())
            sure[i] *= known
            low[i] = max(low[i], (1.0 - known) * (above[bottom] + ends * UP_MM + _CLEAR_MM))
        half = (darkest[i] + skin[1]) / 2.0
        upper[i] = above[at] + int((sides[1] <= half).argmax()) * UP_MM
    return sure, _lower_edge(density, above, low, above[path]), upper


def _lower_edge(density: Points, above: Points, low: Points, darkest_mm: Points) -> Points:
    """(n,) mm, where it gets dark most steeply upwards, along the brow and near its landmarks."""
    by = round(_STEEP_MM / UP_MM)
    padded = np.pad(density, ((0, 0), (by, by)), mode="edge")
    steep = np.maximum(padded[:, 2 * by :] - padded[:, : -2 * by], 0.0)
    away = np.minimum(above - (low - _LOWER_MM[0])[:, None], 0.0) / _LOWER_MM[1]
    under = darkest_mm[:, None] - above
    steep = steep * np.exp(-0.5 * away * away) * ((under > 0.0) & (under < _THICK_MM))
    return above[deepest_path(steep.astype(np.float32), _EDGE_BEND)]


def _steady(edge: Points) -> Points:
    size = 2 * round(_STEADY_MM / STEP_MM / 2.0) + 1
    return np.asarray(
        gaussian_filter1d(
            median_filter(edge, size, mode="nearest"), _SOFT_EDGE_MM / STEP_MM, mode="nearest"
        )
    )


def _places_px(lid: UpperLid, along_mm: Points, above_mm: Points) -> Points:
    ends = np.interp(along_mm, lid.along_mm, lid.margin_mm + lid.lashes_mm)
    across = [1] * (above_mm.ndim - 1)
    up = (ends.reshape(-1, *across) + above_mm)[..., None] * lid.up
    along = along_mm.reshape(-1, *across, 1) * lid.along
    return np.asarray(lid.origin_px + lid.px_per_mm * (along + up), np.float64)
