"""How plainly the blocks of a JPEG show in a photo, whatever its file says.

Steps of brightness between neighbours are larger at the edges of blocks, by more the coarser the
coefficients were rounded. Whoever saves such a picture again, or makes it smaller, keeps the edges:
smaller ones lie nearer to each other.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from face_mesh.arrays import Points
from face_mesh.cache import Scope, cached_per
from face_mesh.face import Face
from face_mesh.landmarks.anatomy import curve

BLOCK_PX = 8
_MOST_STEP = 8.0  # levels: what is more is an edge of the face
_LEAST_PX = 48  # of the face: fewer hold too few blocks
_MOST_PX = 1024  # of the face, in its middle: more blocks say no more
# Blocks that were made smaller, down to 0.4, or larger, up to 2, as cycles in so many px.
_LENGTH = 8192  # finer steps than what a face of 1000 px tells apart
_CYCLES = np.array(
    [n for n in range(_LENGTH // 16, _LENGTH * 10 // 32) if not 7.5 < _LENGTH / n < 8.6]
)

Grey = npt.NDArray[np.float32]


@dataclass(frozen=True)
class BlockEdges:
    """How much larger steps are at the edges of blocks than between them.

    Attributes:
        step: of blocks of 8 px, in levels of 8-bit grey.
        share: the same over the mean step of the picture.
        resized: the step of blocks of another size, the largest over all sizes.
    """

    step: float
    share: float
    resized: float


NONE = BlockEdges(0.0, 0.0, 0.0)


@cached_per(Scope.HEAD)
def block_edges(face: Face) -> BlockEdges:
    """Return the edges of blocks within a face, read off the first size that asks."""
    oval = face.landmarks_px[list(curve("face_oval")), :2]
    size = (face.photo.width, face.photo.height)
    low = np.clip(oval.min(axis=0), 0, size).astype(int)
    high = np.clip(oval.max(axis=0) + 1, 0, size).astype(int)
    if (high - low).min() < _LEAST_PX:
        return NONE
    middle = (low + high) // 2
    low = np.maximum(low, middle - _MOST_PX // 2)
    high = np.minimum(high, middle + _MOST_PX // 2)
    part = face.photo.image[low[1] : high[1], low[0] : high[0]]
    grey = np.asarray(cv2.cvtColor(part, cv2.COLOR_RGB2GRAY), np.float32)
    profiles = [_profile(np.ascontiguousarray(one)) for one in (grey, grey.T)]
    steps = [_comb(more) for more, _ in profiles]
    shares = [step / (mean + 0.5) for step, (_, mean) in zip(steps, profiles, strict=True)]
    resized = float(np.mean([_at_periods(more) for more, _ in profiles], axis=0).max())
    return BlockEdges(float(np.mean(steps)), float(np.mean(shares)), resized)


def _profile(grey: Grey) -> tuple[Points, float]:
    """By how much each column steps more than its neighbours do, and the mean step."""
    step = np.abs(np.diff(grey, axis=1))
    more = step[:, 1:-1] - 0.5 * (step[:, :-2] + step[:, 2:])
    mean = np.clip(more, -_MOST_STEP, _MOST_STEP).mean(axis=0)
    return np.asarray(mean, np.float64), float(step.mean())


def _comb(more: Points) -> float:
    """How much more it is on the best comb of every eighth column than between."""
    whole = more[: len(more) // BLOCK_PX * BLOCK_PX].reshape(-1, BLOCK_PX).mean(axis=0)
    best = int(whole.argmax())
    return float(whole[best] - np.delete(whole, best).mean())


def _at_periods(more: Points) -> Points:
    """(P,) the height of a comb of each other period, by its first two harmonics."""
    waves = np.abs(np.fft.fft(more - more.mean(), _LENGTH)) / len(more)
    found = (waves[_CYCLES] + waves[2 * _CYCLES]) / 2.0
    return np.asarray(found * _LENGTH / _CYCLES, np.float64)
