"""Standardised detail: there and back, the same for every tone, blind to what is not known."""

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulate.inpaint.standardise import FLOOR, MOST, Standard

PX_PER_MM = 3.0
SHAPE = (60, 50)
FAIR, DARK = (0.85, 0.70, 0.62), (0.30, 0.20, 0.16)
ALL = np.ones(SHAPE, np.float32)

Colour = npt.NDArray[np.float32]


def textured(skin: tuple[float, float, float], strength: float, seed: int = 0) -> Colour:
    """Skin with a slope of light and grain, far from black and white."""
    grain = np.random.default_rng(seed).normal(0.0, strength, (*SHAPE, 3))
    slope = np.linspace(0.95, 1.05, SHAPE[1])[None, :, None]
    return np.clip(np.array(skin) * slope + grain, 0.02, 0.98).astype(np.float32)


def known_but(rows: slice, columns: slice) -> npt.NDArray[np.float32]:
    known = ALL.copy()
    known[rows, columns] = 0.0
    return known


def with_more_light(rgb: Colour, gain: float) -> Colour:
    """The picture as it would be with `gain` times the light (IEC 61966-2-1)."""
    rgb64 = rgb.astype(np.float64)
    light = np.where(rgb64 <= 0.04045, rgb64 / 12.92, ((rgb64 + 0.055) / 1.055) ** 2.4) * gain
    coded = np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)
    return coded.astype(np.float32)


@pytest.mark.parametrize("skin", [FAIR, DARK])
@given(seed=st.integers(0, 999), strength=st.floats(0.0, 0.03))
def test_there_and_back_is_the_picture(
    skin: tuple[float, float, float], seed: int, strength: float
) -> None:
    rgb = textured(skin, strength, seed)
    standard = Standard.of(rgb, known_but(slice(20, 30), slice(10, 40)), PX_PER_MM)
    detail = standard.detail(rgb)
    inside = np.abs(detail) < MOST
    assert inside.mean() > 0.99
    # One division and one product of float32, of values up to 1.
    assert np.abs(standard.picture(detail) - rgb)[inside].max() < 1e-6


@pytest.mark.parametrize("gain", [0.15, 0.5, 1.3])
def test_the_same_skin_in_other_light_has_the_same_detail(gain: float) -> None:
    # A gain of light is, above the toe of sRGB, a gain and an offset of the coded values, and both
    # go out of the detail. What is left is the rounding of float32 at 1 over a spread of 0.008.
    rgb = textured((0.7, 0.6, 0.55), 0.02)
    known = known_but(slice(20, 30), slice(10, 40))
    other = with_more_light(rgb, gain)
    assert other.max() < 1.0
    details = [Standard.of(one, known, PX_PER_MM).detail(one) for one in (rgb, other)]
    assert np.abs(details[0] - details[1]).max() < 1e-3
    assert details[0].std() > 0.5


def test_detail_has_the_strength_of_one_whatever_the_grain() -> None:
    for skin, strength in ((FAIR, 0.02), (DARK, 0.01)):
        rgb = textured(skin, strength)
        assert Standard.of(rgb, ALL, PX_PER_MM).detail(rgb).std() == pytest.approx(1.0, abs=0.1)


@given(st.integers(0, 999))
def test_what_is_not_known_is_not_looked_at(seed: int) -> None:
    rgb, other = textured(FAIR, 0.02), textured(FAIR, 0.02)
    rows, columns = slice(15, 40), slice(10, 40)
    other[rows, columns] = np.random.default_rng(seed).uniform(0, 1, (25, 30, 3))
    known = known_but(rows, columns)
    one, two = (Standard.of(picture, known, PX_PER_MM) for picture in (rgb, other))
    assert np.array_equal(one.base, two.base)
    assert np.array_equal(one.spread, two.spread)


def test_the_base_goes_on_under_a_wide_mask() -> None:
    rgb = textured(FAIR, 0.0)
    rows, columns = slice(10, 50), slice(8, 42)  # 13 by 11 mm, as wide as a mask comes
    standard = Standard.of(rgb, known_but(rows, columns), PX_PER_MM)
    # The slope is a tenth of the colour over the picture: the base may be off by less than half.
    assert np.abs(standard.base - rgb)[rows, columns].max() < 0.05 * max(FAIR)


def test_skin_without_texture_is_not_blown_up() -> None:
    rgb = np.full((*SHAPE, 3), FAIR, np.float32)
    standard = Standard.of(rgb, ALL, PX_PER_MM)
    assert np.allclose(standard.spread, FLOOR)
    assert np.abs(standard.detail(rgb)).max() < 1e-3


def test_a_hair_does_not_pass_for_texture() -> None:
    rgb = textured(FAIR, 0.01)
    haired = rgb.copy()
    haired[:, 25] = 0.05
    plain, other = (Standard.of(picture, ALL, PX_PER_MM).spread for picture in (rgb, haired))
    contrast = 0.7  # of the hair; were it believed, it alone would be 0.7 / sqrt(24 px) = 0.14
    assert (other / plain).max() < 0.14 / 0.01 / 2
    assert np.abs(Standard.of(haired, ALL, PX_PER_MM).detail(haired)).max() == MOST
    assert contrast > MOST * plain.max()


def test_where_nothing_is_known_it_is_still_finite() -> None:
    rgb = textured(DARK, 0.02)
    standard = Standard.of(rgb, np.zeros(SHAPE, np.float32), PX_PER_MM)
    assert np.isfinite(standard.detail(rgb)).all()
