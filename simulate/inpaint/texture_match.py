"""Made detail as strong, as coloured and as spiky as that of the skin beside it, band by band.

The network has seen few people of each tone, and what it makes drifts to the mean of all: on dark
skin, whose texture is shine and has hardly any colour, its grain was a sixth too weak, three times
too colourful, and as often dark as bright where shine is bright. How it should be needs no
training, for the skin beside the mask shows it. In bands an octave wide, parted by direction,
as textures are made since Heeger and Bergen 1995 (doi 10.1145/218380.218446), made detail is
brought to the covariance that the channels have there, by the linear map that changes it least
(Pitie and Kokaram 2007, doi 10.1049/cp:20070055), and what the channels share, to its quantiles.
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from face_mesh.arrays import Bool, Mask
from simulate.inpaint.standardise import Colour, Standard

# Standard deviations between the bands. What is coarser than the last is shade and no grain: it is
# left as it was made.
EDGES_PX = (0.5, 1.0, 2.0)
REACH_MM = 4.0  # standard deviation: how far beside the mask skin counts
WHOLE = 0.97  # least share of skin within the coarsest band's reach, for a pixel to count
# How many grains' worth of doubt there is about what so few made pixels show: that many count as
# being right as they are (author's estimate; at 0 and 10 figures differ by a hundredth).
DOUBT = 3.0
DOUBT_OF_QUANTILES = 6.0  # likewise; a tail needs more grains than a variance does
QUANTILES = np.array(
    [0.002, 0.005, 0.01, 0.02, *np.linspace(0.04, 0.96, 24), 0.98, 0.99, 0.995, 0.998]
)
ROUNDS = 3  # bands overlap a little, and narrow masks mix them with the skin beside
WEAKEST, STRONGEST = 0.4, 1.4  # what any colour of a band may be multiplied by in a round
MIDDLE, FAR = (0.8, 0.2), 2.0  # from where to where the middle is, and how strong it may differ
_NOTHING = 1e-9  # of variance, in units of the skin's own
_SHINE = np.full(3, 3.0**-0.5, np.float32)  # the direction that all channels share

Values = npt.NDArray[np.float32]
Matrix = npt.NDArray[np.float64]


def match_texture(
    made: Colour, standard: Standard, known: Bool, wanted: Bool, px_per_mm: float
) -> Colour:
    """Return the detail with its wanted part as strong as the known one beside it, (h, w, 3).

    What is compared is the skin and not its detail alone: the base is nearer to skin it was read
    off than to skin it was only carried on to, so that known detail is weaker than made detail
    should be, by a quarter in the coarsest band.

    Args:
        made: (h, w, 3) float32, standardised detail; where not wanted, that of the photo.
        standard: of the same picture.
        known: (h, w) bool, skin that stays.
        wanted: (h, w) bool, where detail was made.
        px_per_mm: scale of all.
    """
    skin = (known | wanted).astype(np.float32)
    near = cv2.GaussianBlur(wanted.astype(np.float32), (0, 0), REACH_MM * px_per_mm)
    whole = cv2.GaussianBlur(skin, (0, 0), EDGES_PX[-1]) > WHOLE
    weight = np.asarray(near * (known & whole), np.float32)
    if not weight.any():
        return made
    base = standard.base / standard.spread
    grain = np.asarray(made * skin[..., None] + base, np.float32)
    for left in reversed(range(ROUNDS)):
        # The last round is by whole bands: under lines narrower than a part of a band reaches, the
        # parts leave a sixth of the strength missing.
        grain = _matched(grain, weight, wanted, by_direction=left > 0)
    return np.where(wanted[..., None], grain - base, made)


def _matched(grain: Colour, weight: Mask, wanted: Bool, by_direction: bool) -> Colour:
    """One round over all bands, the finest first, (h, w, 3)."""
    known = weight > 0
    there, here = weight[known], np.ones(int(wanted.sum()), np.float32)
    out, rest = np.zeros_like(grain), grain
    for edge_px in EDGES_PX:
        bands, rest = _bands(rest, edge_px, by_direction)
        grains = len(here) / (4.0 * edge_px) ** 2  # a grain is as wide as its band's blur is
        for band in bands:
            theirs, made = band[known], band[wanted]
            change = _least_map(_covariance(made, here), _covariance(theirs, there))
            change = (grains * change + DOUBT * np.eye(3)) / (grains + DOUBT)
            made = made @ change.astype(np.float32)
            sure = grains / (grains + DOUBT_OF_QUANTILES)
            off = sure * _off_quantiles(made @ _SHINE, theirs @ _SHINE, there)
            made += np.outer(off, _SHINE).astype(np.float32)
            band[wanted] = made
            out += band
    return np.asarray(out + rest, np.float32)


def _bands(rest: Colour, edge_px: float, by_direction: bool) -> tuple[tuple[Colour, ...], Colour]:
    """Return what is finer than a blur, at once or across, along and both, and what is coarser.

    By direction, because skin has lines, and a camera leaves less along the diagonals.
    """
    coarser = np.asarray(cv2.GaussianBlur(rest, (0, 0), edge_px), np.float32)
    if not by_direction:
        return (rest - coarser,), coarser
    side = 2 * round(4 * edge_px) + 1
    rows = np.asarray(cv2.GaussianBlur(rest, (side, 1), edge_px), np.float32)
    columns = np.asarray(cv2.GaussianBlur(rest, (1, side), 0, sigmaY=edge_px), np.float32)
    return (rows - coarser, columns - coarser, rest - rows - columns + coarser), coarser


def _off_quantiles(made: Values, theirs: Values, weight: Mask) -> Values:
    """Return what (N,) values lack to be spread as others are, (M,) with (M,) weights.

    The shape of the spread alone: how strong they are is kept, for the map before has its limits.
    Where those held it back, what lies beside is no skin like this, and has nothing to say.
    """
    order = np.argsort(theirs)
    share = np.cumsum(weight[order], dtype=np.float64)
    aim = np.interp(QUANTILES, share / share[-1], theirs[order])
    now = np.quantile(made, QUANTILES)
    high, low = np.searchsorted(QUANTILES, MIDDLE)
    if not 1 / FAR < (now[high] - now[low]) / max(aim[high] - aim[low], _NOTHING) < FAR:
        return np.zeros_like(made)
    aim *= (np.square(made).mean() / max(np.average(theirs**2, weights=weight), _NOTHING)) ** 0.5
    # Beyond the last quantile all are moved as it is.
    return np.asarray(np.interp(made, now, aim - now), np.float32)


def _covariance(values: Colour, weight: Mask) -> Matrix:
    """Of (N, 3) values whose mean is 0, with (N,) weights."""
    weighted = (values * weight[:, None]).T.astype(np.float64)
    return np.asarray(weighted @ values / weight.sum(dtype=np.float64), np.float64)


def _least_map(ours: Matrix, theirs: Matrix) -> Matrix:
    """Return the symmetric map that brings one covariance to another, within limits."""
    root = _power(ours, 0.5)
    inverse = _power(ours, -0.5)
    least = inverse @ _power(root @ theirs @ root, 0.5) @ inverse
    values, vectors = np.linalg.eigh(least)
    return np.asarray((vectors * np.clip(values, WEAKEST, STRONGEST)) @ vectors.T, np.float64)


def _power(matrix: Matrix, exponent: float) -> Matrix:
    values, vectors = np.linalg.eigh(matrix)
    floor = max(1e-6 * float(values[-1]), _NOTHING)
    return np.asarray((vectors * np.maximum(values, floor) ** exponent) @ vectors.T, np.float64)
