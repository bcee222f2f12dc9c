"""The colour of the light, told by the white of the eyes and of the teeth.

How far both are from their usual colours is the cast of lamp, camera and filter. What is taken off
the skin is less, the less sure it is: few pixels, eyes that differ, lips that are closed. The face
itself is never made grey, and nothing behind it is taken for white: walls and shirts are as often
tinted as not.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from face_mesh.arrays import Points
from face_mesh.cache import Scope, cached_per
from face_mesh.face import Face
from face_mesh.fidelity.eye_white import eye_white
from face_mesh.fidelity.tooth_white import tooth_white

# CIELAB (a, b) of the white of the eye in photos: London people, whose white balance was set in the
# studio, have (4.9, 2.4) in the median, black people (3.0, 6.1). Author's estimate between them.
USUAL_WHITE = np.array([4.5, 3.5])
WHITE_SD = 3.0  # between people, each of a and b
# The same of teeth, of 22 people who show them to the London camera: (2.0, 5.4), and between them
# 1.1 and 2.6; those are young, and teeth yellow with the years. Author's estimate.
USUAL_TOOTH = np.array([2.0, 6.0])
TOOTH_SD = 4.0
CAST_SD = 8.0  # of casts as photos have them; author's estimate
_PER_PIXEL = 800.0  # variance of the white of one px, which lids, lashes and iris tint
_EYES_ALIKE = 6.0  # farther apart one of them is in shade, red, or hidden
# What is as coloured as the skin beside it is a lid or a patch, what is far darker glass or shade.
# Of 326 people's whites 1 % are nearer than 3 (a, b) to their cheeks, 3 % darker by more than 35.
_UNLIKE_SKIN, _DARKER = 3.0, 35.0
# Teeth are hardly darker than the cheeks (L) and less red (a) than they; gums, tongue and a closed
# mouth are not. 76 of 107 open mouths are teeth then.
_TOOTH_DARKER, _LESS_RED = 5.0, 3.0
_CHEEKS = [50, 280, 101, 330, 118, 347]


@dataclass(frozen=True, eq=False)
class ColourCast:
    """A cast of colour.

    Attributes:
        shift: (2,) CIELAB a and b by which white is off, as far as it is sure; 0 where unknown.
        sd: of each of them, one standard deviation.
        gains: (3,) of linear R, G, B that take it away and leave a white as light as it is.
    """

    shift: Points
    sd: float
    gains: Points

    @property
    def strength(self) -> float:
        """How far off white is, CIELAB units."""
        return float(np.hypot(*self.shift))


@dataclass(frozen=True, eq=False)
class _White:
    """Something white.

    Attributes:
        lab: (3,) CIELAB.
        off: (2,) a and b by which it is not of its usual colour.
        variance: of each of them.
    """

    lab: Points
    off: Points
    variance: float


@cached_per(Scope.HEAD)
def colour_cast(face: Face) -> ColourCast:
    """Return the cast of a photo, read off the first size that asks."""
    cheeks = np.median(_lab(_cheeks(face)), axis=0)
    whites = [white for white in (_eyes(face, cheeks), _teeth(face, cheeks)) if white]
    if not whites:
        return ColourCast(np.zeros(2), CAST_SD, np.ones(3))
    precisions = np.array([1.0 / white.variance for white in whites])
    precision = CAST_SD**-2 + precisions.sum()
    shift = np.array([white.off for white in whites]).T @ precisions / precision
    surest = min(whites, key=lambda white: white.variance)
    return ColourCast(shift, float(precision**-0.5), _gains(surest.lab, shift))


def _eyes(face: Face, cheeks: Points) -> _White | None:
    """The white of both eyes, where it can be told from lids, glass and shade."""
    white = eye_white(face)
    if white is None:
        return None
    lab = _lab(white.rgb)
    beside = cheeks - lab.mean(axis=0)
    apart = float(np.hypot(*(lab[0, 1:] - lab[1, 1:]))) / 2.0
    if apart > _EYES_ALIKE or np.hypot(*beside[1:]) < _UNLIKE_SKIN or beside[0] > _DARKER:
        return None
    middle = lab.mean(axis=0)
    variance = WHITE_SD**2 + apart**2 + _PER_PIXEL / white.pixels
    return _White(middle, middle[1:] - USUAL_WHITE, variance)


def _teeth(face: Face, cheeks: Points) -> _White | None:
    """The white of the teeth, where what is seen between the lips can be teeth."""
    white = tooth_white(face)
    if white is None:
        return None
    lab = _lab(white.rgb[None])[0]
    if lab[0] < cheeks[0] - _TOOTH_DARKER or lab[1] > cheeks[1] - _LESS_RED:
        return None
    return _White(lab, lab[1:] - USUAL_TOOTH, TOOTH_SD**2 + _PER_PIXEL / white.pixels)


def _cheeks(face: Face) -> Points:
    """(N, 3) sRGB of the skin of both cheeks."""
    reach = max(1, round(face.px_per_mm))
    size = (face.photo.width - 1 - reach, face.photo.height - 1 - reach)
    at = np.clip(np.round(face.landmarks_px[_CHEEKS, :2]), reach, size).astype(int)
    boxes = [face.photo.image[y - reach : y + reach + 1, x - reach : x + reach + 1] for x, y in at]
    return np.array([box.mean(axis=(0, 1)) for box in boxes])


def _lab(rgb: Points) -> Points:
    """(N, 3) CIELAB of sRGB from 0 to 255."""
    values = np.asarray(rgb[None] / 255.0, np.float32)
    return np.asarray(cv2.cvtColor(values, cv2.COLOR_RGB2LAB)[0], np.float64)


def _gains(seen: Points, shift: Points) -> Points:
    """(3,) linear R, G, B of the white without its cast over that with it."""
    wanted = np.array([seen[0], *(seen[1:] - shift)])
    pair = np.asarray([[wanted, seen]], np.float32)
    linear = np.asarray(cv2.cvtColor(pair, cv2.COLOR_LAB2LRGB)[0], np.float64)
    gains = np.maximum(linear[0], 1e-3) / np.maximum(linear[1], 1e-3)
    return np.asarray(gains, np.float64)
