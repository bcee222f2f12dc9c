"""How dark lines and hollows would be on light skin: the same relief, whatever the tone.

A crease takes a share of the light that skin gives back, whatever its tone. Gloss and the noise of
a camera do not grow with that light: on darker skin they are a larger share, and pores, grain and
lines all look deeper (on the people that nothing is reported on, by 0.6 to 1.4 standard deviations
for 40 degrees of ITA). So what is read is scaled by how light the skin is, against what is bright
in the face's box, so that exposure cancels, and by how red it is.

The exponents are the author's estimates: set together so that at equal age neither the lines of
the forehead, the frown, the eye nor the lip go with ITA, on half of 220 portraits of the United
States Congress and two thirds of the London set.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from face_mesh.cache import Key, Scope, name_of
from face_mesh.skin.working_view import View, linear

Values = npt.NDArray[np.float32]

_CHEEKS = ("malar_left", "malar_right")
_LIGHTER, _REDDER = 0.35, 0.75
# A face of light skin, among the portraits it was set on: 1 there.
_USUAL = 0.521
# What portraits hold between; beyond, the photo is grey or lit in colour and says nothing of skin.
_LIGHT, _RED = (0.1, 0.8), (0.4, 1.3)
# Quantile of the face's box: what is brighter is often clipped, and then exposure would not cancel.
_BRIGHT = 0.95
_LUMINANCE = np.array([0.2126, 0.7152, 0.0722], np.float32)  # of linear sRGB, ITU-R BT.709


def relief_scale(view: View) -> float:
    """Return what -ln of light is multiplied by to be that of light skin, about 0.5 to 1.6.

    A repainted face keeps that of its original: treating one region moves no other reading.
    """
    key = Key(name_of(relief_scale), (), Scope.HEAD)
    return view.face.cached(key, lambda: _relief_scale(view))


def _relief_scale(view: View) -> float:
    skin = np.concatenate([_inside(view, name) for name in _CHEEKS])
    if not skin.size:
        return 1.0
    median = np.median(skin, axis=0)
    light = float(median @ _LUMINANCE) / _bright(view)
    redness = float(np.log(max(median[0], 1e-3) / max(median[1], 1e-3)))
    lighter = float(np.power(np.clip(light, *_LIGHT), _LIGHTER))
    redder = float(np.exp(-_REDDER * np.clip(redness, *_RED)))
    return lighter * redder / _USUAL


def _bright(view: View) -> float:
    """Luminance of what is bright in the box of the face: teeth, eyes, gloss, what is behind it."""
    points = view.face.landmarks_px[:, :2]
    x0, y0 = np.maximum(points.min(axis=0), 0).astype(int)
    x1, y1 = points.max(axis=0).astype(int)
    box = linear(view.face.photo.image[y0 : y1 + 1, x0 : x1 + 1]) @ _LUMINANCE
    return max(float(np.quantile(box, _BRIGHT)), 1e-3)


def _inside(view: View, region: str) -> Values:
    """(N, 3) linear light of the bare skin of a region."""
    area = view.area(region)
    return linear(view.face.photo.image[area.rows, area.columns])[area.inside > 0.5]
