"""How melanin seems to go over a face by the light alone: to its sides, and from brow to chin.

Light that falls off has a colour, and gloss takes away from what is seen of melanin. Both change
slowly over the whole face, a patch of melasma does not: a surface of second order is fitted to the
melanin of the middle of the face, with those places counting less that stand out of it.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from face_mesh.cache import Key, Scope, name_of
from face_mesh.skin.chromophores import MELANIN, Values, unmix
from face_mesh.skin.scale_space import density_at, skin_box
from face_mesh.skin.working_view import Area, View

REGIONS = ("forehead", "malar_left", "malar_right", "nasal_dorsum", "chin", "glabella")
_BLUR_MM = 2.0
_SAMPLES = 600  # of a region at most
_ROUNDS = 8
_OUTLIER_SDS = 1.5  # from here on a place counts less; author's estimate
_LEAST_SD = 0.01  # of melanin: what is nearer to the surface than that counts fully

Coefficients = npt.NDArray[np.float64]


def usual_melanin(view: View, area: Area) -> Values:
    """Return (h, w) float32 of an area's window, the melanin that the light leaves to be expected.

    Repainted faces keep the surface of their original, as all that is compared with.
    """
    key = Key(name_of(usual_melanin), (), Scope.HEAD)
    surface = view.face.cached(key, lambda: _fit(view))
    x, y = area.places()
    return np.asarray(_terms(view, x, y) @ surface, np.float32)


def _fit(view: View) -> Coefficients:
    window = skin_box(view)
    melanin = np.zeros(view.bare.shape, np.float32)
    melanin[window] = unmix(density_at(view, _BLUR_MM, window))[..., MELANIN]
    at: list[Coefficients] = []
    values: list[Coefficients] = []
    for area in map(view.area, REGIONS):
        inside = np.flatnonzero(area.inside > 0.5)
        chosen = inside[:: max(1, len(inside) // _SAMPLES)]
        x, y = (part.ravel()[chosen] for part in area.places())
        at.append(_terms(view, x, y))
        values.append(melanin[area.rows, area.columns].ravel()[chosen].astype(np.float64))
    terms, found = np.concatenate(at), np.concatenate(values)
    surface: Coefficients = np.zeros(terms.shape[1])
    if len(found) <= terms.shape[1]:
        return surface
    surface[0] = np.median(found)
    for _ in range(_ROUNDS):
        off = found - terms @ surface
        spread = max(_LEAST_SD, 1.4826 * float(np.median(np.abs(off - np.median(off)))))
        weight = 1.0 / np.maximum(1.0, np.abs(off) / (_OUTLIER_SDS * spread)) ** 2
        pull = np.diag([0.0, *[1e-3 * len(found)] * (terms.shape[1] - 1)])
        normal = terms.T @ (terms * weight[:, None]) + pull
        surface = np.asarray(np.linalg.solve(normal, terms.T @ (weight * found)), np.float64)
    return surface


def _terms(view: View, x: npt.ArrayLike, y: npt.ArrayLike) -> Coefficients:
    """(..., 6): 1, x, y and their products, from the middle of the face in halves of its width."""
    points = view.face.landmarks_px[:, :2]
    low, high = points.min(axis=0), points.max(axis=0)
    middle, half = 0.5 * (low + high), 0.5 * (high[0] - low[0])
    right = (np.asarray(x, np.float64) - middle[0]) / half
    down = (np.asarray(y, np.float64) - middle[1]) / half
    return np.stack(
        [np.ones_like(right), right, down, right * right, down * down, right * down], axis=-1
    )
