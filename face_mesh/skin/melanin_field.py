"""How the melanin of healthy skin seems to go over a face, and how much it varies by itself.

Light that falls off has a colour, and gloss takes away from what is seen of melanin. Both change
slowly over the whole face, a patch of melasma does not: a surface of second order is fitted to the
melanin of the middle of the face, with those places counting less that stand out of it.

What is left varies too, by shade, gloss and blood that the directions of `chromophores`, which are
nobody's own, do not tell from melanin, and twice as much on brown skin as on fair skin. So what
goes along with shade and blood in the person's healthy skin is taken off first (least squares,
held back by what both may do at most), and what is below the surface, where no pigment can be,
says how far healthy skin strays.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from face_mesh.cache import Key, Scope, name_of
from face_mesh.skin.chromophores import HAEMOGLOBIN, MELANIN, SHADE, Values, unmix
from face_mesh.skin.scale_space import density_at, skin_box
from face_mesh.skin.working_view import Area, View

REGIONS = ("forehead", "malar_left", "malar_right", "nasal_dorsum", "chin", "glabella")
_BLUR_MM = 2.0
_SAMPLES = 600  # of a region at most
_ROUNDS = 8
_OUTLIER_SDS = 1.5  # from here on a place counts less; author's estimate
_LEAST_SD = 0.01  # of melanin: what is nearer to the surface than that counts fully
# Standard deviations of blood and shade over healthy skin, beyond which what goes along with them
# is believed to be their matter; author's estimates.
_BLOOD_SD, _SHADE_SD = 0.10, 0.15
_NORMAL_MEDIAN = 0.6745  # of what is off to one side, in standard deviations

Coefficients = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class MelaninField:
    """What a person's healthy skin has of melanin, wherever it lies in the photo.

    Attributes:
        mixture: (3,) what melanin, haemoglobin and shade count; melanin counts 1.
        surface: (6,) coefficients of the surface of second order.
        sd: standard deviation of healthy skin about it.
    """

    mixture: Values
    surface: Coefficients
    sd: float


def melanin_field(view: View) -> MelaninField:
    """Return the field of a face.

    Repainted faces keep that of their original, as all that is compared with.
    """
    key = Key(name_of(melanin_field), (), Scope.HEAD)
    return view.face.cached(key, lambda: _fit(view))


def usual_melanin(view: View, area: Area) -> Values:
    """Return (h, w) float32 of an area's window, the melanin that the light leaves to be expected.

    It is compared with amounts of which each counts as `MelaninField.mixture` says.
    """
    x, y = area.places()
    return np.asarray(_terms(view, x, y) @ melanin_field(view).surface, np.float32)


def _fit(view: View) -> MelaninField:
    terms, found = _healthy_samples(view)
    mixture = np.zeros(3)
    mixture[MELANIN] = 1.0
    if len(found) <= terms.shape[1]:
        return MelaninField(np.asarray(mixture, np.float32), np.zeros(terms.shape[1]), 0.0)
    _, weight = _surface(terms, found[:, MELANIN])
    off = found - terms @ _solve(terms, found, weight)
    others = off[:, (HAEMOGLOBIN, SHADE)]
    alike = (others * weight[:, None]).T @ others / weight.sum()
    along = (others * weight[:, None]).T @ off[:, MELANIN] / weight.sum()
    held = alike + np.diag([_BLOOD_SD**2, _SHADE_SD**2])
    mixture[[HAEMOGLOBIN, SHADE]] = -np.linalg.solve(held, along)
    surface, _ = _surface(terms, found @ mixture)
    rest = found @ mixture - terms @ surface
    below = -rest[rest < 0]
    sd = float(np.median(below)) / _NORMAL_MEDIAN if below.size else 0.0
    return MelaninField(np.asarray(mixture, np.float32), surface, sd)


def _healthy_samples(view: View) -> tuple[Coefficients, Coefficients]:
    """(N, 6) terms and (N, 3) amounts at places of the middle of the face, on bare skin."""
    window = skin_box(view)
    amounts = np.zeros(view.density.shape, np.float32)
    amounts[window] = unmix(density_at(view, _BLUR_MM, window))
    at: list[Coefficients] = []
    values: list[Coefficients] = []
    for area in map(view.area, REGIONS):
        inside = np.flatnonzero(area.inside > 0.5)
        chosen = inside[:: max(1, len(inside) // _SAMPLES)]
        x, y = (part.ravel()[chosen] for part in area.places())
        at.append(_terms(view, x, y))
        here = amounts[area.rows, area.columns].reshape(-1, 3)
        values.append(here[chosen].astype(np.float64))
    return np.concatenate(at), np.concatenate(values)


def _surface(terms: Coefficients, found: Coefficients) -> tuple[Coefficients, Coefficients]:
    """(6,) coefficients, and (N,) weights of the places, the less the more they stand out."""
    surface: Coefficients = np.zeros(terms.shape[1])
    surface[0] = np.median(found)
    weight = np.ones(len(found))
    for _ in range(_ROUNDS):
        off = found - terms @ surface
        spread = max(_LEAST_SD, 1.4826 * float(np.median(np.abs(off - np.median(off)))))
        weight = 1.0 / np.maximum(1.0, np.abs(off) / (_OUTLIER_SDS * spread)) ** 2
        surface = _solve(terms, found, weight)
    return surface, weight


def _solve(terms: Coefficients, found: Coefficients, weight: Coefficients) -> Coefficients:
    """(6,) or (6, C) coefficients of (N,) or (N, C) values, pulled a little towards level."""
    pull = np.diag([0.0, *[1e-3 * len(found)] * (terms.shape[1] - 1)])
    weighted = terms * weight[:, None]
    return np.asarray(np.linalg.solve(terms.T @ weighted + pull, weighted.T @ found), np.float64)


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
