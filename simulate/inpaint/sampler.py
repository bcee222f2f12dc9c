"""Denoising in few steps, as a generator: DPM-Solver++ of second order, multistep, stochastic.

Lu, Zhou, Bao, Chen, Li, Zhu 2022, "DPM-Solver++", doi 10.48550/arXiv.2211.01095, in its form for
the stochastic equation (diffusers' "sde-dpmsolver++"), on "trailing" steps (Lin, Liu, Li, Yang
2024, doi 10.1109/WACV57701.2024.00532), which begin at pure noise. The last step is of first order
and ends at no noise.

Stochastic, because in as few steps the plain solver comes out with too little texture and more of
it is wrong. Fills by a half-trained network on people not trained on, median texture energy over
the true one and PSNR over biharmonic: 8 steps 0.77 and -1.8 dB plain, 0.84 and -1.7 dB stochastic;
12 steps 0.88 and -2.0 dB plain, 0.93 and -1.8 dB stochastic (training/README.md).

It is NumPy and not diffusers' scheduler, because that one needs torch, which a run does not load.
"""

from __future__ import annotations

import math
from collections.abc import Generator

import numpy as np
import numpy.typing as npt

from simulate.inpaint.schedule import NOISE_STEPS, alpha_sigma

Detail = npt.NDArray[np.float32]
Denoising = Generator[tuple[int, Detail], Detail, Detail]


def trailing_steps(count: int) -> list[int]:
    """Return `count` steps of noise, from the last one down."""
    return [round(NOISE_STEPS - i * NOISE_STEPS / count) - 1 for i in range(count)]


def denoise(noise: Detail, count: int, random: np.random.Generator | None = None) -> Denoising:
    """Turn noise into detail in `count` steps.

    Yields (step, noisy detail), is sent the predicted v, and returns the detail. Whoever drives it
    may work in tiles, report progress or stop between two steps.

    Args:
        noise: what to begin with, of any shape.
        count: of steps, at least one.
        random: of the noise added between steps; None adds none, which is the plain solver.
    """
    steps = trailing_steps(count)
    levels = [_level(step) for step in steps]
    noisy, before, before_log = noise, noise, math.nan
    for i, step in enumerate(steps):
        _, sigma, log_ratio = levels[i]
        v = yield step, noisy
        clean = expected_detail(step, noisy, v)
        if i == count - 1:
            return clean
        alpha_next, sigma_next, log_next = levels[i + 1]
        gap = log_next - log_ratio
        guess = clean
        if i > 0:
            # The change since the last step, carried on over half of this one.
            ratio = (log_ratio - before_log) / gap
            guess = clean + (clean - before) / (2 * ratio)
        if random is None:
            noisy = sigma_next / sigma * noisy - alpha_next * math.expm1(-gap) * guess
        else:
            kept = sigma_next / sigma * math.exp(-gap)
            fresh = random.standard_normal(noise.shape, np.float32)
            fresh *= sigma_next * math.sqrt(-math.expm1(-2 * gap))
            noisy = kept * noisy - alpha_next * math.expm1(-2 * gap) * guess + fresh
        before, before_log = clean, log_ratio
    raise ValueError("At least one step is needed.")


def expected_detail(step: int, noisy: Detail, v: Detail) -> Detail:
    """Return the detail that is expected, given the noisy one at a step and the predicted v.

    At the first step, pure noise, it is the mean of all detail that could be.
    """
    alpha, sigma, _ = _level(step)
    return alpha * noisy - sigma * v


def _level(step: int) -> tuple[float, float, float]:
    """Amount of picture, amount of noise, and the log of their ratio."""
    alpha, sigma = (float(part) for part in alpha_sigma(np.array(step)))
    return alpha, sigma, math.log(max(alpha, 1e-12) / sigma)
