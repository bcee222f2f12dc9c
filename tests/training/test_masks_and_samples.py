"""Masks of every shape, and samples that are even by group and person."""

from collections import Counter

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulate.inpaint.network import TILE_PX
from training.masks import SHAPES, drawn, random_mask
from training.patches import INNER_MM, LEAST_MASKED_MM2, SIDE_MM, cases
from training.people import Portrait, held_out
from training.samples import CONTEXT_PX, Feeder, Sampler, arrays_of, other_camera

SIDE_PX = 112


@given(st.sampled_from(SHAPES), st.sampled_from([1.3, 2.0, 3.2, 6.0]), st.integers(0, 2**32 - 1))
def test_a_mask_fills_part_of_its_square(shape: str, px_per_mm: float, seed: int) -> None:
    mask = drawn(shape, SIDE_PX, px_per_mm, np.random.default_rng(seed))
    assert (mask.shape, mask.dtype) == ((SIDE_PX, SIDE_PX), np.bool_)
    assert 0 < mask.mean() < 0.9
    assert np.array_equal(mask, drawn(shape, SIDE_PX, px_per_mm, np.random.default_rng(seed)))


def widths_mm(shape: str, px_per_mm: float) -> np.ndarray:
    """The widest place of each of a hundred masks."""
    found = []
    for seed in range(100):
        mask = drawn(shape, SIDE_PX, px_per_mm, np.random.default_rng(seed))
        inside = np.pad(mask.astype(np.uint8), 1)
        across_px = 2 * cv2.distanceTransform(inside, cv2.DIST_L2, 5).max() - 1
        found.append(across_px / px_per_mm)
    return np.array(found)


@pytest.mark.parametrize("px_per_mm", [2.0, 3.2])
def test_shapes_have_the_widths_of_what_they_stand_for(px_per_mm: float) -> None:
    widths = {shape: np.median(widths_mm(shape, px_per_mm)) for shape in SHAPES}
    assert 1.0 < widths["lines"] < 3.0  # 0.6 to 2.2 mm, more where they cross
    assert 2.5 < widths["fold"] < 5.0
    assert 8.0 < widths["patch"] < 16.0
    assert widths["pores"] < widths["spots"] < widths["patch"]


def test_every_shape_comes_up() -> None:
    random = np.random.default_rng(0)
    covered = [random_mask(SIDE_PX, 3.0, random).mean() for _ in range(200)]
    assert min(covered) < 0.03  # thin lines
    assert max(covered) > 0.1  # whole patches


# ---- samples


def group_of(people: list[Portrait], rgb: np.ndarray) -> str:
    return "black" if rgb.mean() < 0.45 else "white"


def test_sampling_lies_between_even_by_group_and_even_by_person(people: list[Portrait]) -> None:
    some = [one for one in people if not held_out(one.person)]
    assert Counter(one.group for one in some) == {"white": 6, "black": 2}  # two photos a person
    sampler = Sampler(some, 0)
    share = np.mean([group_of(some, sampler.patch().rgb) == "black" for _ in range(400)])
    # Three people and one: sqrt(1) / (sqrt(1) + sqrt(3)) = 0.366; 400 draws, four standard errors.
    assert share == pytest.approx(1 / (1 + np.sqrt(3)), abs=0.1)


def test_a_batch_is_what_the_network_takes(people: list[Portrait]) -> None:
    batch = Sampler(people, 0).batch(6)
    shapes = {name: values.shape for name, values in batch.items()}
    assert shapes == {
        "detail": (6, 3, TILE_PX, TILE_PX),
        "known": (6, 1, TILE_PX, TILE_PX),
        "wanted": (6, 1, TILE_PX, TILE_PX),
        "px_per_mm": (6,),
    }
    assert {values.dtype for values in batch.values()} == {np.dtype(np.float32)}
    assert not (batch["known"] * batch["wanted"]).any()
    assert (batch["wanted"].sum(axis=(1, 2, 3)) > 0).all()
    assert 0.7 < batch["detail"].std() < 1.4


def test_what_is_wanted_does_not_tell_on_itself(people: list[Portrait]) -> None:
    patch = Sampler(people, 0).patch()
    other = patch.rgb.copy()
    other[patch.wanted] = 0.0
    one, two = arrays_of(patch), arrays_of(type(patch)(other, patch.skin, patch.wanted, 3.0))
    known = one["known"][0] > 0
    if patch.px_per_mm == 3.0:
        assert np.array_equal(one["detail"][:, known], two["detail"][:, known])
    assert np.array_equal(one["known"], two["known"])
    assert one["known"].shape == (1, TILE_PX, TILE_PX)
    assert patch.rgb.shape == (TILE_PX + 2 * CONTEXT_PX,) * 2 + (3,)


def test_the_same_seed_draws_the_same(people: list[Portrait]) -> None:
    one, again, other = (Sampler(people, seed).batch(2)["detail"] for seed in (1, 1, 2))
    assert np.array_equal(one, again)
    assert not np.array_equal(one, other)


def test_people_without_enough_skin_are_refused(people: list[Portrait]) -> None:
    covered = tuple((rgb, np.zeros_like(skin), scale) for rgb, skin, scale in people[0].levels)
    hidden = Portrait("neutral-001", "white", "", 0, covered)
    with pytest.raises(ValueError, match="too little skin"):
        Sampler([hidden], 0).patch()


@given(st.integers(0, 999))
def test_another_camera_keeps_the_colour(seed: int) -> None:
    crop = np.full((48, 48, 3), (150, 110, 90), np.uint8)
    out = other_camera(crop, np.random.default_rng(seed))
    assert (out.shape, out.dtype) == (crop.shape, np.uint8)
    # Chroma of a JPEG of quality 60 is coded in steps of about 6 levels for a flat block.
    assert np.abs(out.mean(axis=(0, 1)) - (150, 110, 90)).max() < 6


def test_a_feeder_gives_what_its_sampler_draws(people: list[Portrait]) -> None:
    feeder = Feeder(Sampler(people, 3), 2)
    expected = Sampler(people, 3)
    for _ in range(2):
        assert np.array_equal(next(feeder)["detail"], expected.batch(2)["detail"])


# ---- cases for reports


@pytest.mark.parametrize("persons", [1, 2, 3, 4, 5, 6])
def test_every_person_meets_every_shape(people: list[Portrait], persons: int) -> None:
    source = people[0]
    some = [Portrait(f"neutral-{i:03d}", "white", "", 0, source.levels) for i in range(persons)]
    found = cases(some, 5 * persons, 0)
    counts = Counter((case.person, case.shape) for case in found)
    assert len(counts) == 5 * persons
    assert set(counts.values()) == {1}


def test_cases_are_as_many_for_every_group_and_the_same_every_time(
    people: list[Portrait],
) -> None:
    found, again = (cases(people, 7, 3) for _ in range(2))
    assert Counter(case.group for case in found) == {"white": 7, "black": 7}
    for one, two in zip(found, again, strict=True):
        assert np.array_equal(one.rgb, two.rgb)
        assert np.array_equal(one.mask, two.mask)
    other = cases(people, 7, 4)
    assert any(not np.array_equal(one.rgb, two.rgb) for one, two in zip(found, other, strict=True))


def test_a_case_wants_skin_in_its_middle(people: list[Portrait]) -> None:
    for case in cases(people, 10, 0):
        side = round(SIDE_MM * case.px_per_mm)
        assert case.rgb.shape == (side, side, 3)
        assert case.mask.sum() >= LEAST_MASKED_MM2 * case.px_per_mm**2
        assert not (case.mask & ~case.skin).any()
        border = (side - round(INNER_MM * case.px_per_mm)) // 2
        outside = case.mask.copy()
        outside[border:-border, border:-border] = False
        assert not outside.any()
        assert (case.ita_deg < 10) == (case.group == "black")


def test_a_portrait_too_small_for_a_case_gives_none(people: list[Portrait]) -> None:
    picture, skin, scale = people[0].levels[0]
    tiny = Portrait("neutral-002", "white", "", 0, ((picture[:90, :90], skin[:90, :90], scale),))
    assert cases([tiny], 3, 0) == []
