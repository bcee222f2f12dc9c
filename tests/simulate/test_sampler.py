"""The sampler and its noise beside diffusers' own, and beside what is known exactly."""

from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest
import torch
from diffusers import DDIMScheduler, DDPMScheduler, DPMSolverMultistepScheduler
from hypothesis import given
from hypothesis import strategies as st

from simulate.inpaint.sampler import Detail, denoise, trailing_steps
from simulate.inpaint.schedule import NOISE_STEPS, alpha_sigma

SHAPE = (3, 8, 8)
SETTINGS = {
    "num_train_timesteps": NOISE_STEPS,
    "beta_schedule": "squaredcos_cap_v2",
    "prediction_type": "v_prediction",
    "timestep_spacing": "trailing",
}
# Both work in float32, on values around 1, where one rounding is 6e-8; diffusers rounds the amounts
# of noise too. A dozen steps, each a sum of some terms that cancel in part, stay well within this.
TOLERANCE = 5e-5

Predictor = Callable[[Detail, int], Detail]


def toy(noisy: Detail, step: int) -> Detail:
    """A fixed predictor of v that depends on the picture and on the step, and is not linear."""
    made = np.tanh(np.roll(noisy, 1, -1)) * (0.2 + step / NOISE_STEPS) - 0.3 * noisy
    return np.asarray(made, np.float32)


def run(
    predictor: Predictor, noise: Detail, count: int, random: np.random.Generator | None = None
) -> Detail:
    sampling = denoise(noise, count, random)
    step, noisy = next(sampling)
    while True:
        try:
            step, noisy = sampling.send(predictor(noisy, step))
        except StopIteration as end:
            clean: Detail = end.value
            return clean


def seeded() -> tuple[Detail, np.random.Generator]:
    random = np.random.default_rng(5)
    return random.standard_normal(SHAPE, np.float32), random


def amounts(step: int) -> tuple[Detail, Detail]:
    return alpha_sigma(np.array(step))


# ---- beside diffusers


def test_the_noise_is_that_of_diffusers() -> None:
    theirs = DDPMScheduler(**SETTINGS).alphas_cumprod.double().numpy()
    alpha, sigma = (part.astype(np.float64) for part in alpha_sigma(np.arange(NOISE_STEPS)))
    # Theirs is a product of a thousand float32 factors, each off by 6e-8 of its value, and by more
    # of the small factors that end it.
    np.testing.assert_allclose(alpha**2, theirs, rtol=2e-4, atol=1e-9)
    np.testing.assert_allclose(sigma**2, 1 - theirs, rtol=2e-4, atol=1e-7)


# The scheduler of diffusers hands a tensor to np.array, in a way that numpy is about to drop.
@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
@pytest.mark.parametrize("count", [1, 2, 3, 8, 12, 20])
@pytest.mark.parametrize("stochastic", [False, True])
def test_it_goes_where_the_solver_of_diffusers_goes(count: int, stochastic: bool) -> None:
    kind = "sde-dpmsolver++" if stochastic else "dpmsolver++"
    theirs = DPMSolverMultistepScheduler(
        **SETTINGS, algorithm_type=kind, solver_order=2, final_sigmas_type="zero"
    )
    theirs.set_timesteps(count)
    assert theirs.timesteps.tolist() == trailing_steps(count)
    noisy, random = seeded()
    for step in theirs.timesteps:
        v = toy(noisy, int(step))
        fresh = torch.from_numpy(random.standard_normal(SHAPE, np.float32))
        tensors = torch.from_numpy(v), step, torch.from_numpy(noisy)
        noisy = theirs.step(*tensors, variance_noise=fresh).prev_sample.numpy()
    noise, random = seeded()
    ours = run(toy, noise, count, random if stochastic else None)
    assert ours.dtype == np.float32
    np.testing.assert_allclose(ours, noisy, rtol=TOLERANCE, atol=TOLERANCE)


@pytest.mark.parametrize("count", [1, 2])
def test_steps_of_first_order_are_those_of_ddim(count: int) -> None:
    theirs = DDIMScheduler(**SETTINGS, clip_sample=False, set_alpha_to_one=True)
    theirs.set_timesteps(count)
    noise, _ = seeded()
    noisy = noise
    for step in theirs.timesteps:
        v = torch.from_numpy(toy(noisy, int(step)))
        noisy = theirs.step(v, int(step), torch.from_numpy(noisy)).prev_sample.numpy()
    np.testing.assert_allclose(run(toy, noise, count), noisy, rtol=TOLERANCE, atol=TOLERANCE)


# ---- beside what is known exactly


@pytest.mark.parametrize("stochastic", [False, True])
@given(count=st.integers(1, 30), seed=st.integers(0, 99))
def test_a_predictor_that_knows_the_picture_gives_it(
    stochastic: bool, count: int, seed: int
) -> None:
    random = np.random.default_rng(seed)
    picture, noise = random.standard_normal((2, *SHAPE), np.float32)

    def knowing(noisy: Detail, step: int) -> Detail:
        alpha, sigma = amounts(step)
        return (alpha * noisy - picture) / sigma  # of which clean = alpha noisy - sigma v

    out = run(knowing, noise, count, random if stochastic else None)
    np.testing.assert_allclose(out, picture, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("spread", [0.3, 1.0])
@pytest.mark.parametrize("stochastic", [False, True])
def test_many_steps_give_gaussian_detail_its_own_strength(spread: float, stochastic: bool) -> None:
    def best(noisy: Detail, step: int) -> Detail:
        """The v of the mean of Gaussian detail given the noisy one (Wiener's filter)."""
        alpha, sigma = amounts(step)
        clean = alpha * spread**2 / (alpha**2 * spread**2 + sigma**2) * noisy
        return (alpha * noisy - clean) / sigma

    random = np.random.default_rng(0)
    noise = random.standard_normal(200_000, np.float32)
    made = run(best, noise, 200, random if stochastic else None)
    # 200,000 values give their spread to 0.2 %; the last of 200 steps leaves out at most as much
    # of the variance as its noise has beside the detail's, 3e-4 / 0.09; the rest is the solver.
    assert float(made.std()) == pytest.approx(spread, rel=0.02)


# ---- steps and seeds


@given(st.integers(1, NOISE_STEPS))
def test_steps_begin_at_pure_noise_and_fall(count: int) -> None:
    steps = trailing_steps(count)
    assert len(steps) == count
    assert steps[0] == NOISE_STEPS - 1
    assert all(a > b >= 0 for a, b in pairwise(steps))


def test_no_steps_are_refused() -> None:
    with pytest.raises(ValueError, match="At least one step"):
        next(denoise(np.zeros(SHAPE, np.float32), 0))


def test_the_same_noise_gives_the_same_and_another_another() -> None:
    noise, _ = seeded()
    one, again, other = (run(toy, noise, 6, np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert np.array_equal(one, again)
    assert not np.allclose(one, other, atol=0.01)


def test_what_to_begin_with_is_left_as_it_is() -> None:
    noise, random = seeded()
    kept = noise.copy()
    run(toy, noise, 4, random)
    assert np.array_equal(noise, kept)
