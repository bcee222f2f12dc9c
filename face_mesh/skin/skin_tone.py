"""Skin tone as individual typology angle, so that every measure can be reported beside it."""

from __future__ import annotations

import cv2
import numpy as np

from face_mesh.face import Face
from face_mesh.skin.working_view import View

# Lower ends of the classes, degrees (the cut-offs most public code uses; docs/method.md).
_CLASSES = (
    (55.0, "very light"),
    (41.0, "light"),
    (28.0, "intermediate"),
    (10.0, "tan"),
    (-30.0, "brown"),
)
_LEAST_PX = 20


def ita_deg(face: Face, region: str) -> float:
    """Return the individual typology angle of a region's bare skin, degrees; NaN if none is seen.

    ITA = arctan((L* - 50) / b*), of the median L* and b* in CIELAB, D65 (Chardon, Cretois and
    Hourseau 1991, doi 10.1111/j.1467-2494.1991.tb00561.x). Light and camera move it.
    """
    view = View.of(face)
    area = view.area(region)
    inside = area.inside > 0.5
    if np.count_nonzero(inside) < _LEAST_PX:
        return float("nan")
    rgb = view.face.photo.image[area.rows, area.columns][inside].astype(np.float32) / 255.0
    lab = cv2.cvtColor(rgb[None], cv2.COLOR_RGB2LAB)[0]
    light, _, yellow = np.median(lab, axis=0)
    return float(np.degrees(np.arctan2(light - 50.0, yellow)))


def tone_class(ita: float) -> str:
    """Return the name of the class of an angle: "very light" to "dark"."""
    return next((name for low, name in _CLASSES if ita > low), "dark")
