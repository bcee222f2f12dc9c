"""What is dark and compact: shorter than a crease in every direction, on skin or beside it."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from face_mesh.arrays import Mask
from face_mesh.cache import Scope, cached_per
from face_mesh.face import Face
from face_mesh.skin.masked_blur import soften

# What is dark and compact: shorter than that in every direction, by so much ln of light and a share
# of that where it ends, filling so much of the circle around it; looked at in so many px per mm and
# directions. Author's estimates.
_COMPACT_MM, _COMPACT_DARK, _RIM, _COMPACT_ROUND = 5.0, 0.25, 0.3, 0.5
_COMPACT_PX_PER_MM, _DIRECTIONS = 2.5, 12
_WIDER_MM, _SOFT_MM = 0.5, 0.3  # so that the soft edge of a spot is its own too


@cached_per(Scope.PIXELS)
def compact_mask(face: Face) -> Mask:
    """Return (H, W) float32 in [0, 1], 1 on what is dark and short in every direction, soft.

    A mole in the corner of the mouth or of the eye is told from the crease that it lies on: a
    closing along a line (Soille, Morphological Image Analysis, 2003) leaves the crease as dark as
    it is in one direction, and the mole in none. No skin mask is asked.
    """
    factor = min(1.0, _COMPACT_PX_PER_MM / face.px_per_mm)
    ppm = face.px_per_mm * factor
    size = tuple(max(1, round(side * factor)) for side in (face.photo.width, face.photo.height))
    small = cv2.resize(face.photo.image, size, interpolation=cv2.INTER_AREA)
    light = small.astype(np.float32).max(axis=2) + 1.0
    closed = np.min([cv2.morphologyEx(light, cv2.MORPH_CLOSE, k) for k in _lines(ppm)], axis=0)
    darker = np.log(closed / light)
    dark = (darker > _RIM * _COMPACT_DARK).astype(np.uint8)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(dark, connectivity=4)
    found = np.zeros(light.shape, np.float32)
    largest = (_COMPACT_MM * ppm) ** 2
    for i, (x, y, width, height, area) in enumerate(stats.tolist()):
        if not i or area > largest or width * height > 2.0 * largest:
            continue
        window = slice(y, y + height), slice(x, x + width)
        inside = labels[window] == i
        if float(darker[window][inside].max()) < _COMPACT_DARK:
            continue
        at = np.column_stack(np.nonzero(inside)).astype(np.float32)
        radius = cv2.minEnclosingCircle(at)[1] + 0.5
        if area > _COMPACT_ROUND * np.pi * radius**2:
            found[window][inside] = 1.0
    wide = 2 * max(1, round(_WIDER_MM * ppm)) + 1
    grown = cv2.dilate(found, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (wide, wide)))
    soft = soften(np.asarray(grown, np.float32), _SOFT_MM * ppm)
    whole = cv2.resize(soft, (face.photo.width, face.photo.height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(np.where(whole < 0.04, 0.0, whole), np.float32)


def _lines(ppm: float) -> list[npt.NDArray[np.uint8]]:
    """Lines of `_COMPACT_MM` in every direction."""
    half = max(1, round(0.5 * _COMPACT_MM * ppm))
    drawn = []
    for angle in np.arange(_DIRECTIONS) * np.pi / _DIRECTIONS:
        line = np.zeros((2 * half + 1, 2 * half + 1), np.uint8)
        x, y = round(half * float(np.cos(angle))), round(half * float(np.sin(angle)))
        cv2.line(line, (half - x, half - y), (half + x, half + y), 1)
        drawn.append(line)
    return drawn
