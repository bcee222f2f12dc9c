"""The noise of the skin model: diffusers' "squaredcos_cap_v2" (Nichol and Dhariwal 2021)."""

from __future__ import annotations

import math
from functools import cache

import torch

NOISE_STEPS = 1000
_OFFSET = 0.008  # keeps the first steps from being too small
_MOST_BETA = 0.999


@cache
def _kept() -> torch.Tensor:
    """How much of the picture's variance is left after each of `NOISE_STEPS`, float64."""

    def bar(time: float) -> float:
        return math.cos((time + _OFFSET) / (1 + _OFFSET) * math.pi / 2) ** 2

    betas = [
        min(1 - bar((i + 1) / NOISE_STEPS) / bar(i / NOISE_STEPS), _MOST_BETA)
        for i in range(NOISE_STEPS)
    ]
    return torch.cumprod(1.0 - torch.tensor(betas, dtype=torch.float64), 0)


def alpha_sigma(steps: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Return how much picture and how much noise there is at steps from 0 to `NOISE_STEPS` - 1."""
    kept = _kept()[steps]
    return kept.sqrt().float(), (1.0 - kept).sqrt().float()
