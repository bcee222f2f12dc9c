"""The noise of the skin model: diffusers' "squaredcos_cap_v2" (Nichol and Dhariwal 2021).

In NumPy and not by diffusers' scheduler, for the same reason as `sampler`.
"""

from __future__ import annotations

import math
from functools import cache

import numpy as np
import numpy.typing as npt

NOISE_STEPS = 1000
_OFFSET = 0.008  # keeps the first steps from being too small
_MOST_BETA = 0.999

Amounts = npt.NDArray[np.float32]


@cache
def _kept() -> npt.NDArray[np.float64]:
    """How much of the picture's variance is left after each of `NOISE_STEPS`."""

    def bar(time: float) -> float:
        return math.cos((time + _OFFSET) / (1 + _OFFSET) * math.pi / 2) ** 2

    betas = [
        min(1 - bar((i + 1) / NOISE_STEPS) / bar(i / NOISE_STEPS), _MOST_BETA)
        for i in range(NOISE_STEPS)
    ]
    return np.cumprod(1.0 - np.array(betas, np.float64), dtype=np.float64)


def alpha_sigma(steps: npt.NDArray[np.integer]) -> tuple[Amounts, Amounts]:
    """Return how much picture and how much noise there is at steps from 0 to `NOISE_STEPS` - 1."""
    kept = _kept()[steps]
    return np.sqrt(kept).astype(np.float32), np.sqrt(1.0 - kept).astype(np.float32)
