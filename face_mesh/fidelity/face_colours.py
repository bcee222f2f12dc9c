"""The colours within a face, without the noise of single pixels."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from face_mesh.arrays import Points
from face_mesh.cache import Scope, cached_per
from face_mesh.face import Face
from face_mesh.landmarks.anatomy import curve

_PX_PER_MM, _SOFT_MM = 1.0, 1.0  # where the noise of single pixels and of JPEG hardly counts
_SHADES = 32  # steps of lightness, each with a colour of its own in a tinted picture
_LEAST_SHADE = 8  # pixels of a step


@dataclass(frozen=True)
class FaceColours:
    """The colours within a face.

    Attributes:
        spread: how much colours of one lightness differ, CIELAB (a, b) units: root mean square
            about the median colour of each step of lightness. Skin, lips, eyes and brows of a
            photo in colour are 2.5 apart and more; in grey, sepia and two-tone pictures, which
            have one colour for each shade, only noise is left.
        hue_deg: CIELAB hue of the median colour; 0 is red, 90 yellow, 180 green.
    """

    spread: float
    hue_deg: float


@cached_per(Scope.HEAD)
def face_colours(face: Face) -> FaceColours:
    """Return the colours of a face, read off the first size that asks."""
    longest = max(face.photo.width, face.photo.height)
    small = face.resized(max(1, round(longest * min(1.0, _PX_PER_MM / face.px_per_mm))))
    rgb = np.asarray(small.photo.image, np.float32) / 255.0
    soft = cv2.GaussianBlur(rgb, (0, 0), max(0.3, _SOFT_MM * small.px_per_mm))
    lab = cv2.cvtColor(np.asarray(soft, np.float32), cv2.COLOR_RGB2LAB)
    inside = np.zeros(lab.shape[:2], np.uint8)
    oval = small.landmarks_px[list(curve("face_oval")), :2]
    cv2.fillPoly(inside, [np.round(oval).astype(np.int32)], 1)
    seen = np.asarray(lab[inside > 0], np.float64)
    red, yellow = np.median(seen[:, 1:], axis=0) if len(seen) else (0.0, 0.0)
    return FaceColours(_spread(seen), float(np.degrees(np.arctan2(yellow, red))))


def _spread(lab: Points) -> float:
    steps = np.floor(lab[:, 0] * _SHADES / 100.001).astype(int)
    total, count = 0.0, 0
    for step in np.unique(steps):
        colours = lab[steps == step, 1:]
        if len(colours) >= _LEAST_SHADE:
            total += float(((colours - np.median(colours, axis=0)) ** 2).sum())
            count += len(colours)
    return float(np.sqrt(total / count)) if count else 0.0
