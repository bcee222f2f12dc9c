"""Small round things that stand out of the skin around them, with their size and colour.

Found as extremes of differences of Gaussians over place and size (Lowe 2004, doi
10.1023/B:VISI.0000029664.99615.94): a disc of diameter d answers most where the finer of the two
has a standard deviation of about d / 3.5. What a blob is, is told by what it takes from red, green
and blue light, as shares of what it takes in the mean. Author's estimates from freckles, pimples
and pores of portraits of every tone that nothing is reported on:

    relief, hair   takes the same of each, a third more of blue than of red: colour 0.3 to 0.4
    melanin        takes more the shorter the wave:                           0.7, hue 0.5 or less
    blood          takes green and blue and leaves red:                       1.0, hue 1
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree

from face_mesh.arrays import Bool
from face_mesh.cache import Scope, cached_per
from face_mesh.skin.masked_blur import blur
from face_mesh.skin.scale_space import byte_step, density_at, inner_skin, skin_box
from face_mesh.skin.working_view import View

Values = npt.NDArray[np.float32]
Weights = tuple[float, float, float]

SIGMAS_MM = (0.35, 0.5, 0.7, 1.0, 1.4, 2.0)
BROAD_MM = (1.0, 2.0)
WIDER = 2.0  # the coarser Gaussian of a difference over the finer
DIAMETERS = 3.5  # diameter of a disc over the standard deviation that answers it most
LEAST_PX = 0.7  # finer than this a photo shows noise
# Densities of R, G, B whose sum is blood and no relief: a hollow or a hair takes of red at least
# four fifths of what it takes of green, blood a fifth.
BLOOD: Weights = (-1.25, 1.0, 0.0)
DARK: Weights = (1 / 3, 1 / 3, 1 / 3)
_GAIN = 0.62  # what a difference of Gaussians answers to a disc of contrast 1 of its size
_LEAST_STEPS = 2.5  # of a byte (`byte_step`), before the gain
_FAINT = 0.005  # ln of light; what answers less is not looked at
_NEAR_MM = 0.4  # nearer than that to a stronger answer is no extreme
_ROUND = 0.35  # least curvature over most, of the answer at its extreme
_FIELD_MM = 5.0  # standard deviation of the surroundings that a blob is compared with
_EDGE_MM = 1.2  # nearer than that to what is no skin, its edge is seen and no blob


@dataclass(frozen=True, eq=False)
class Blobs:
    """Blobs of a view, N of them.

    Attributes:
        x, y: (N,) int, places in px of the view.
        diameter_mm: (N,) float32.
        contrast: (N, 3) float32, density of R, G, B above that around; negative where lighter.
        broad: (N, 3) float32, the same through Gaussians of `BROAD_MM`: the colour of dots of a
            millimetre, which files keep at half of their pixels or fewer, is all there is of it.
        above: (N,) float32, its answer over the root mean square of answers around: 1 is no more
            than the grain there.
        step: (N,) float32, one step of a byte of the skin there, in density (`byte_step`).
    """

    x: npt.NDArray[np.intp]
    y: npt.NDArray[np.intp]
    diameter_mm: Values
    contrast: Values
    broad: Values
    above: Values
    step: Values

    def __len__(self) -> int:
        """How many there are."""
        return len(self.x)

    @property
    def darkness(self) -> Values:
        """(N,) mean of the contrast of R, G and B."""
        return np.asarray(self.contrast.mean(axis=1), np.float32)

    @property
    def blood(self) -> Values:
        """(N,) density of blood above that around, as `BLOOD` has it."""
        return np.asarray(self.contrast @ np.array(BLOOD, np.float32), np.float32)

    @property
    def colour(self) -> Values:
        """(N,) how much more of blue than of red is taken, over the mean, broadly."""
        more = self.broad[:, 2] - self.broad[:, 0]
        return np.asarray(more / np.maximum(np.abs(self.broad.mean(axis=1)), 1e-4), np.float32)

    @property
    def hue(self) -> Values:
        """(N,) how much more of green than of red is taken, over how much more of blue."""
        green, blue = (self.broad[:, i] - self.broad[:, 0] for i in (1, 2))
        return np.asarray(green / np.maximum(blue, 1e-3), np.float32)

    def where(self, chosen: Bool) -> Blobs:
        """Return those that are chosen, (N,) bool."""
        return Blobs(
            self.x[chosen],
            self.y[chosen],
            self.diameter_mm[chosen],
            self.contrast[chosen],
            self.broad[chosen],
            self.above[chosen],
            self.step[chosen],
        )


def dark_blobs(view: View) -> Blobs:
    """Return what is darker than the skin around it, on bare skin."""
    return _blobs(view)[0]


def red_blobs(view: View) -> Blobs:
    """Return what is redder than the skin around it (`BLOOD`), on bare skin."""
    return _blobs(view)[1]


@cached_per(Scope.PIXELS)
def _blobs(view: View) -> tuple[Blobs, Blobs]:
    """Both kinds, which share their blurs."""
    window, ppm = skin_box(view), view.px_per_mm
    sigmas = [sigma for sigma in SIGMAS_MM if sigma * ppm >= LEAST_PX]
    every = {*sigmas, *(WIDER * sigma for sigma in sigmas), *BROAD_MM}
    levels = {sigma: density_at(view, sigma, window) for sigma in every}
    return _extremes(view, levels, sigmas, DARK), _extremes(view, levels, sigmas, BLOOD)


def _extremes(
    view: View, levels: dict[float, Values], sigmas: list[float], weights: Weights
) -> Blobs:
    """The blobs of a weighted sum of the densities of R, G and B."""
    window, ppm = skin_box(view), view.px_per_mm
    matrix = np.array([weights], np.float32)
    layer = {sigma: cv2.transform(level, matrix) for sigma, level in levels.items()}
    answers = np.stack([layer[sigma] - layer[WIDER * sigma] for sigma in sigmas])
    best = answers.max(axis=0)
    near = 2 * max(1, round(_NEAR_MM * ppm)) + 1
    peak = (best >= cv2.dilate(best, np.ones((near, near)))) & inner_skin(view, _EDGE_MM, window)
    y, x = np.nonzero(peak & (best > _FAINT))
    step = byte_step(levels[BROAD_MM[1]][y, x]).mean(axis=1)
    which = answers[:, y, x].argmax(axis=0)
    sigma_mm = np.asarray(sigmas, np.float32)[which]
    span = np.maximum(1, np.round(sigma_mm * ppm)).astype(int)
    kept = (best[y, x] > _LEAST_STEPS * step) & (_roundness(answers, which, y, x, span) > _ROUND)
    kept[kept] = _apart(
        np.column_stack([x, y])[kept] / ppm, DIAMETERS * sigma_mm[kept], best[y, x][kept]
    )
    y, x, which, sigma_mm, step = y[kept], x[kept], which[kept], sigma_mm[kept], step[kept]
    contrast = np.zeros((len(x), 3), np.float32)
    for i, sigma in enumerate(sigmas):
        at = y[which == i], x[which == i]
        contrast[which == i] = (levels[sigma][at] - levels[WIDER * sigma][at]) / _GAIN
    narrow, wide = (levels[sigma][y, x] for sigma in BROAD_MM)
    above = best[y, x] / np.maximum(_grain(best, view.bare[window], ppm)[y, x], 1e-6)
    return Blobs(
        x + window[1].start,
        y + window[0].start,
        DIAMETERS * sigma_mm,
        contrast,
        np.asarray(narrow - wide, np.float32),
        np.asarray(above, np.float32),
        np.asarray(step, np.float32),
    )


def _grain(best: Values, bare: Bool, px_per_mm: float) -> Values:
    """(h, w) root mean square of the answers of bare skin around."""
    weight = bare.astype(np.float32)
    layers = np.dstack([best * best * weight, weight])
    energy, share = cv2.split(blur(layers, _FIELD_MM * px_per_mm))
    return np.asarray(np.sqrt(energy / np.maximum(share, 0.05)), np.float32)


def _roundness(
    answers: Values,
    which: npt.NDArray[np.intp],
    y: npt.NDArray[np.intp],
    x: npt.NDArray[np.intp],
    step: npt.NDArray[np.intp],
) -> Values:
    """(N,) least curvature of the answer at its extreme over the most: 1 a disc, 0 a line."""
    height, width = answers.shape[1:]

    def answer(down: int, right: int) -> Values:
        rows = np.clip(y + down * step, 0, height - 1)
        columns = np.clip(x + right * step, 0, width - 1)
        return np.asarray(answers[which, rows, columns], np.float32)

    middle = answer(0, 0)
    along_x = 2 * middle - answer(0, -1) - answer(0, 1)
    along_y = 2 * middle - answer(-1, 0) - answer(1, 0)
    mixed = 0.25 * (answer(1, 1) + answer(-1, -1) - answer(1, -1) - answer(-1, 1))
    half, off = 0.5 * (along_x + along_y), np.hypot(0.5 * (along_x - along_y), mixed)
    return np.asarray((half - off) / np.maximum(half + off, 1e-9), np.float32)


def _apart(at_mm: Values, diameter_mm: Values, answer: Values) -> Bool:
    """(N,) bool, those that lie in no stronger one."""
    kept = np.ones(len(at_mm), np.bool_)
    if not len(at_mm):
        return kept
    tree = cKDTree(at_mm)
    for i in np.argsort(-answer):
        if kept[i]:
            inside = tree.query_ball_point(at_mm[i], 0.6 * float(diameter_mm[i]))
            kept[inside] = False
            kept[i] = True
    return kept
