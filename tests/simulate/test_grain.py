"""Skin treated by a part: colours in proportion, grain as strong as before and after."""

import cv2
import numpy as np
import pytest

from face_mesh.arrays import Rgb
from simulate.skin.grain import GRAIN_MM, Grain, mix_evenly

PX_PER_MM = 3.2
SIDE = 160
SKINS = {"fair": (224, 186, 165), "dark": (82, 54, 42)}
every_skin = pytest.mark.parametrize("skin", SKINS.values(), ids=SKINS)


def grainy(skin: tuple[int, int, int], seed: int, strength: float = 5.0) -> Rgb:
    noise = cv2.GaussianBlur(np.random.default_rng(seed).normal(size=(SIDE, SIDE)), (0, 0), 1.0)
    grain = strength * noise[..., None] / noise.std()
    return np.clip(np.round(np.array(skin) + grain), 0, 255).astype(np.uint8)


def energy(rgb: Rgb) -> float:
    exact = rgb.astype(np.float32)
    return float(np.square(exact - cv2.GaussianBlur(exact, (0, 0), GRAIN_MM * PX_PER_MM)).mean())


def broad(rgb: Rgb) -> np.ndarray:
    return np.asarray(cv2.GaussianBlur(rgb.astype(np.float32), (0, 0), 3 * PX_PER_MM))


@every_skin
@pytest.mark.parametrize("share", [0.25, 0.5, 0.75])
def test_two_grains_mixed_are_as_strong_as_either(skin: tuple[int, int, int], share: float) -> None:
    photo, picture = grainy(skin, 0), grainy(skin, 1)
    mixed = Grain.of(photo, picture, PX_PER_MM).mix(photo, picture, share)
    either = 0.5 * (energy(photo) + energy(picture))
    assert energy(mix_evenly(photo, picture, share)) < 0.7 * either
    assert energy(mixed) == pytest.approx(either, rel=0.08)


@every_skin
def test_the_colour_goes_over_in_proportion(skin: tuple[int, int, int]) -> None:
    photo = grainy(skin, 0)
    picture = np.clip(grainy(skin, 1).astype(int) + np.array([12, 6, 9]), 0, 255).astype(np.uint8)
    mixed = Grain.of(photo, picture, PX_PER_MM).mix(photo, picture, 0.4)
    wanted = 0.6 * broad(photo) + 0.4 * broad(picture)
    assert np.abs(broad(mixed) - wanted).max() < 0.5


def test_grain_under_a_narrow_mask_is_kept_too() -> None:
    """The skin beside it, which is the same on both, does not make the two look alike."""
    photo, picture = grainy(SKINS["dark"], 0), grainy(SKINS["dark"], 1)
    line = np.zeros((SIDE, SIDE), np.bool_)
    line[:, 78:83] = True  # 1.6 mm
    picture = np.where(line[..., None], picture, photo)
    mixed = Grain.of(photo, picture, PX_PER_MM).mix(photo, picture, 0.5)
    inside = [
        float(part[line].astype(np.float64).var(axis=0).mean())
        for part in (photo, picture, mixed, mix_evenly(photo, picture, 0.5))
    ]
    either = 0.5 * (inside[0] + inside[1])
    # What is as wide as the line, and so no grain beside its own mean, is mixed evenly: a part of
    # the loss stays.
    lost, left = either - inside[3], either - inside[2]
    assert lost > 0.35 * either
    assert left < 0.6 * lost


def test_an_edge_beside_the_mask_throws_no_halo_over_it() -> None:
    """The bright frame of glasses is no grain: next to it skin has no more of it than elsewhere."""
    skin = SKINS["fair"]
    photo, picture = grainy(skin, 0), grainy(skin, 1)
    for part in (photo, picture):
        part[:, :60] = 30
    plain = [grainy(skin, seed) for seed in (0, 1)]
    for part in plain:
        part[:, :60] = grainy(skin, 2)[:, :60]
    framed = Grain.of(photo, picture, PX_PER_MM).mix(photo, picture, 0.5)
    bare = Grain.of(*plain, PX_PER_MM).mix(*plain, 0.5)
    assert np.abs(framed[:, 60:].astype(int) - bare[:, 60:]).max() <= 1
    assert (framed[:, :60] == 30).all()


def test_a_glint_is_not_strengthened_as_grain_is() -> None:
    photo, picture = grainy(SKINS["dark"], 0), grainy(SKINS["dark"], 1)
    photo[80, 80] = picture[80, 80] = 250
    picture[80, 80, 0] = 249
    mixed = Grain.of(photo, picture, PX_PER_MM).mix(photo, picture, 0.5)
    assert int(mixed[80, 80, 1]) - 250 <= 5
    photo[80, 80], picture[80, 80] = 160, 120
    mixed = Grain.of(photo, picture, PX_PER_MM).mix(photo, picture, 0.5)
    assert int(mixed[80, 80, 1]) - 140 <= 0.5 * 2.5 * 6 + 1  # a gain of a half on the limit


def test_the_same_grain_is_not_strengthened() -> None:
    """A shade lifted or a redness faded leaves the grain that was there."""
    photo = grainy(SKINS["dark"], 0)
    picture = np.clip(photo.astype(int) + 10, 0, 255).astype(np.uint8)
    grain = Grain.of(photo, picture, PX_PER_MM)
    assert grain.likeness.min() > 0.99
    mixed = grain.mix(photo, picture, 0.5)
    assert np.abs(mixed.astype(int) - mix_evenly(photo, picture, 0.5)).max() <= 1


def test_none_and_all_of_it_are_the_pictures_themselves() -> None:
    photo, picture = grainy(SKINS["fair"], 0), grainy(SKINS["fair"], 1)
    photo[0, 0], picture[0, 0] = 0, 255
    grain = Grain.of(photo, picture, PX_PER_MM)
    assert (grain.mix(photo, picture, 0.0) == photo).all()
    assert (grain.mix(photo, picture, 1.0) == picture).all()


def test_skin_without_grain_is_mixed_evenly() -> None:
    photo = np.full((SIDE, SIDE, 3), 100, np.uint8)
    picture = np.full((SIDE, SIDE, 3), 160, np.uint8)
    picture[::7] += 1  # what rounding leaves
    grain = Grain.of(photo, picture, PX_PER_MM)
    mixed = grain.mix(photo, picture, 0.5)
    assert np.abs(mixed.astype(int) - mix_evenly(photo, picture, 0.5)).max() <= 1


def test_a_share_of_each_pixel_is_that_share() -> None:
    photo, picture = grainy(SKINS["fair"], 0), grainy(SKINS["fair"], 1)
    grain = Grain.of(photo, picture, PX_PER_MM)
    everywhere = np.full((SIDE, SIDE), 0.3, np.float32)
    for one, other in (
        (grain.mix(photo, picture, everywhere), grain.mix(photo, picture, 0.3)),
        (mix_evenly(photo, picture, everywhere), mix_evenly(photo, picture, 0.3)),
    ):
        assert np.abs(one.astype(int) - other).max() <= 2  # rounded twice
