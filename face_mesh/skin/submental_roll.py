"""A roll under the chin, as a photo from the front shows it: how high, and where it ends.

The landmark mesh ends at the border of the chin. What hangs below it is a roll where light rises
again below that border, as on what is round, and then falls into a crease along the whole width.
A border that only throws its shade has no such crest.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from face_mesh.arrays import Bool, Index, Points
from face_mesh.cache import Scope, cached_per
from face_mesh.deepest_path import deepest_path
from face_mesh.face import Face
from face_mesh.skin.neck_view import ASIDE_MM, NeckView, Values

HALF_MM = 45  # of the width that is searched
FROM_MM, TO_MM = 9, 36  # below the border of the mesh, between which a crease counts as one
BORDER_MM = 3  # above it, from where light is followed down
BELOW_MM = 12  # below a crease, in which the neck is lit again
ACROSS_MM, DOWN_MM = 4.0, 0.8  # over which light is averaged: a crease runs across
BEND = 0.05  # of ln of light: what a step up or down costs the line of the crease
MIDDLE_MM = 18  # half of the width over which a roll is judged
# ln of light by which the crest of a roll stands out from the shade above and from the crease:
# nothing, and a roll for sure. By eye on 24 development people (author's estimate).
STANDS_OUT = (0.12, 0.32)
HANGS = 0.75  # of its height: where less hangs the crease runs out into the border of the jaw
SMOOTH_MM = 4.0  # of the line of the crease


@dataclass(frozen=True, eq=False)
class SubmentalRoll:
    """What hangs under a chin.

    Attributes:
        clearness: 0 none found, 1 a roll for sure.
        height_mm: from the border of the chin to the crease below the roll, in the middle.
        crease: (N, 2) places x, y in the `NeckView`, from the patient's right to the left; (0, 2)
            where there is no roll.
    """

    clearness: float
    height_mm: float
    crease: Points

    @classmethod
    def of(cls, face: Face) -> SubmentalRoll:
        """Return the roll of a face, read once."""
        return _roll(face)


@cached_per(Scope.HEAD)
def _roll(face: Face) -> SubmentalRoll:
    view = NeckView.of(face)
    columns = np.arange(ASIDE_MM - HALF_MM, ASIDE_MM + HALF_MM + 1, dtype=np.int64)
    border = _border(view, columns)
    light = _below(view.lightness, columns, border)
    skin = _below(view.skin.astype(np.float32), columns, border) > 0.5
    light = np.asarray(cv2.GaussianBlur(light, (0, 0), DOWN_MM, sigmaY=ACROSS_MM), np.float32)
    stands = _stands_out(light, skin)
    path = deepest_path(stands, BEND)
    rows = np.arange(len(columns))
    middle = np.abs(columns - ASIDE_MM) <= MIDDLE_MM
    low, high = STANDS_OUT
    clearness = (float(np.median(stands[rows, path][middle])) - low) / (high - low)
    clearness = float(np.clip(clearness, 0.0, 1.0))
    if not clearness:
        return SubmentalRoll(0.0, 0.0, np.zeros((0, 2)))
    drop_mm = cv2.GaussianBlur((path + FROM_MM).astype(np.float64)[None], (0, 0), SMOOTH_MM)[0]
    height_mm = float(np.median(drop_mm[middle]))
    seen = (stands[rows, path] > 0.0) & (drop_mm > HANGS * height_mm)
    return SubmentalRoll(clearness, height_mm, np.stack([columns, border + drop_mm], axis=1)[seen])


def _border(view: NeckView, columns: Index) -> Index:
    """Return the row below the face in each column."""
    inside = view.face[:, columns]
    return np.asarray(len(inside) - np.argmax(inside[::-1], axis=0), np.int64)


def _below(values: Values, columns: Index, border: Index) -> Values:
    """Return (columns, steps) of what lies below the border, from `BORDER_MM` above it, per mm."""
    steps = np.arange(-BORDER_MM, TO_MM + BELOW_MM + 1)
    rows = np.clip(border[:, None] + steps, 0, len(values) - 1)
    return np.ascontiguousarray(values[rows, columns[:, None]], np.float32)


def _stands_out(light: Values, skin: Bool) -> Values:
    """Return (columns, places of a crease) ln of light by which a roll above it stands out.

    The least of three: from the shade under the chin up to the crest, from there down to the
    crease, and from there up to the neck. Less by what the shade under the chin is deeper than the
    crease: what lies below a chin that throws so deep a shade is the neck, and the crease a ring.
    """
    found = np.zeros((len(light), TO_MM - FROM_MM + 1), np.float32)
    darkest = np.minimum.accumulate(light, axis=1)
    for place in range(found.shape[1]):
        at = BORDER_MM + FROM_MM + place
        between = light[:, :at]
        crest = np.argmax(between - darkest[:, :at], axis=1)
        rows = np.arange(len(light))
        top, shade = between[rows, crest], darkest[rows, crest]
        below = slice(at + 1, at + 1 + BELOW_MM)
        crease, neck = light[:, at], np.where(skin[:, below], light[:, below], -np.inf).max(axis=1)
        stands = np.minimum(np.minimum(top - shade, top - crease), neck - crease)
        stands -= np.maximum(crease - shade, 0.0)
        found[:, place] = np.where(skin[:, at], np.maximum(stands, -1.0), -1.0)
    return found
