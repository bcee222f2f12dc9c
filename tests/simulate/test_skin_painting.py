"""What is painted without an engine: a shade lifted, a colour faded, a patch's own colour kept."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from face_mesh import Face
from face_mesh.arrays import Mask, Rgb
from face_mesh.skin.chromophores import (
    HAEMOGLOBIN,
    MELANIN,
    density_of,
    unmix,
)
from face_mesh.skin.signs import detect
from face_mesh.skin.skin_mask import skin_mask
from simulate.skin.fade_colour import fade
from simulate.skin.fill_fold import lift_shade, slopes
from simulate.skin.match_colour import match
from tests.simulate.faces import face_of

PX_PER_MM = 3.0
SIDE = 120
SKINS = {"fair": (224, 186, 165), "brown": (141, 92, 66), "dark": (82, 54, 42)}
every_skin = pytest.mark.parametrize("skin", SKINS.values(), ids=SKINS)


def grainy(skin: tuple[int, int, int]) -> Rgb:
    """(SIDE, SIDE, 3) skin of one colour with fine grain."""
    grain = np.random.default_rng(0).normal(1.0, 0.02, (SIDE, SIDE, 1))
    return np.clip(np.round(np.array(skin) * grain), 0, 255).astype(np.uint8)


def valley(width_mm: float) -> Mask:
    """(SIDE, SIDE), 1 in the middle of a vertical band and falling to its sides."""
    x = (np.arange(SIDE) - SIDE / 2 + 0.5) / PX_PER_MM
    return np.tile(np.exp(-0.5 * (x / (0.5 * width_mm)) ** 2), (SIDE, 1)).astype(np.float32)


def shaded(rgb: Rgb, by: Mask, depth: float) -> Rgb:
    """The picture darkened in proportion in every channel."""
    return np.clip(np.round(rgb * np.exp(-depth * by[..., None])), 0, 255).astype(np.uint8)


def broad(rgb: Rgb) -> Rgb:
    """What is left of a picture without detail."""
    return np.asarray(cv2.GaussianBlur(rgb, (0, 0), 2.0 * PX_PER_MM))


ALL = np.ones((SIDE, SIDE), np.float32)


@every_skin
def test_a_lifted_valley_is_as_light_as_its_sides_and_keeps_its_grain(
    skin: tuple[int, int, int],
) -> None:
    flat = grainy(skin)
    dark = shaded(flat, valley(4.0), 0.2)
    band = np.clip(1.6 * valley(6.0), 0, 1) * (valley(6.0) > 0.02)
    out, _ = lift_shade(dark, band.astype(np.float32), ALL, PX_PER_MM)
    before, after = (
        np.abs(broad(p).astype(int) - broad(flat))[:, 50:70].mean() for p in (dark, out)
    )
    assert after < 0.3 * before
    fine = [p.astype(float) - cv2.GaussianBlur(p, (0, 0), 1.0) for p in (flat, out)]
    assert fine[1][:, 55:65].std() == pytest.approx(fine[0][:, 55:65].std(), rel=0.1)


@every_skin
def test_lifting_keeps_the_hue_of_the_skin(skin: tuple[int, int, int]) -> None:
    """No channel is lifted more than another: dark skin does not turn ashen, nor fair skin grey."""
    flat = grainy(skin)
    out, _ = lift_shade(shaded(flat, valley(4.0), 0.2), valley(8.0), ALL, PX_PER_MM)
    ratio = out[:, 55:65].mean(axis=(0, 1)) / flat[:, 55:65].mean(axis=(0, 1))
    assert ratio.max() - ratio.min() < 0.03


@settings(max_examples=20)
@given(depth=st.floats(0.0, 0.3), width=st.floats(2.0, 6.0), seed=st.integers(0, 99))
def test_nothing_painted_leaves_its_mask(depth: float, width: float, seed: int) -> None:
    random = np.random.default_rng(seed)
    rgb = shaded(grainy(SKINS["brown"]), valley(width), depth)
    mask = (random.uniform(size=(SIDE, SIDE)) * (valley(width) > 0.3)).astype(np.float32)
    other = np.where((mask > 0)[..., None], random.integers(0, 256, rgb.shape), rgb).astype(
        np.uint8
    )
    for out in (
        lift_shade(rgb, mask, ALL, PX_PER_MM)[0],
        lift_shade(rgb, mask, ALL, PX_PER_MM, both_ways=True)[0],
        match(rgb, other, mask, ALL, PX_PER_MM),
    ):
        assert (out[mask == 0] == rgb[mask == 0]).all()


@every_skin
def test_a_drifted_patch_gets_its_own_broad_colour_back(skin: tuple[int, int, int]) -> None:
    photo = grainy(skin)
    mask = np.zeros((SIDE, SIDE), np.float32)
    cv2.circle(mask, (SIDE // 2, SIDE // 2), 30, 1.0, -1)
    drifted = np.clip(photo * np.array([1.12, 0.95, 0.9]), 0, 255)
    picture = np.where((mask > 0)[..., None], np.round(drifted), photo).astype(np.uint8)
    out = match(photo, picture, mask, ALL, PX_PER_MM)
    middle = (slice(45, 75), slice(45, 75))
    before, after = (
        np.abs(broad(p)[middle].astype(int) - broad(photo)[middle]).mean() for p in (picture, out)
    )
    assert after < 0.35 * before


def test_a_line_does_not_come_back_with_the_colour() -> None:
    """What is narrow is the engine's matter: of a dark line under the mask little is put back."""
    clean = grainy(SKINS["fair"])
    line = (valley(1.0) > 0.5).astype(np.float32)
    photo = shaded(clean, line, 0.4)
    mask = (valley(2.2) > 0.5).astype(np.float32)
    out = match(photo, clean, mask, ALL, PX_PER_MM)
    assert np.abs(out.astype(int) - clean).mean(axis=(0, 1)).max() < 0.05 * 0.4 * 200


SIGN_OF = {"redness": HAEMOGLOBIN, "pigment_spots": MELANIN}


@pytest.mark.parametrize("sign", SIGN_OF)
def test_fading_takes_a_colour_out_and_nothing_else(sign: str) -> None:
    face, region = face_of("hopper"), "malar_left"
    found = detect(face, sign, region)
    assert found.severity > 0.2
    there = found.mask.on_photo(face.photo.height, face.photo.width)
    mask = skin_mask(face)  # a place belongs to its regions in shares, which add up to all of it
    everything = (slice(None), slice(None))
    out = fade(face, sign, region, mask, everything)
    assert (out[mask == 0] == face.photo.image[mask == 0]).all()
    assert read_again(face, out, sign, region) < 0.7 * found.severity  # the rest is her own colour
    inside = there > 0.5
    before, after = (unmix(density_of(p))[inside].mean(axis=0) for p in (face.photo.image, out))
    others = [i for i in range(3) if i != SIGN_OF[sign]]
    assert after[SIGN_OF[sign]] < before[SIGN_OF[sign]]
    # Bytes are rounded, and light that is clipped cannot be lightened.
    assert np.abs(after - before)[others].max() < 0.15 * (before - after)[SIGN_OF[sign]] + 0.005


def read_again(face: Face, image: Rgb, sign: str, region: str) -> float:
    """The severity on the same face with other pixels."""
    return detect(face.repainted(image), sign, region).severity


def test_a_deep_shade_is_to_be_made_anew_and_a_faint_one_is_not() -> None:
    flat, band = grainy(SKINS["fair"]), np.minimum(1.6 * valley(8.0), 1.0).astype(np.float32)
    faint, deep = (
        lift_shade(shaded(flat, valley(3.0), d), band, ALL, PX_PER_MM)[1] for d in (0.1, 0.9)
    )
    assert not faint.any()
    assert deep[:, SIDE // 2].min() > 0.9
    assert not deep[band == 0].any()


def test_what_is_lighter_than_its_sides_is_left_unless_it_is_a_bulge() -> None:
    flat = grainy(SKINS["brown"])
    bright = np.clip(np.round(flat * np.exp(0.15 * valley(4.0)[..., None])), 0, 255).astype(
        np.uint8
    )
    kept, _ = lift_shade(bright, valley(8.0), ALL, PX_PER_MM)
    evened, _ = lift_shade(bright, valley(8.0), ALL, PX_PER_MM, both_ways=True)
    middle = slice(57, 63)
    assert kept[:, middle].mean() == pytest.approx(bright[:, middle].mean(), rel=0.01)
    assert evened[:, middle].mean() < 0.93 * bright[:, middle].mean()


def test_the_slopes_of_a_fold_lie_around_its_line_on_bare_skin() -> None:
    line = np.zeros((SIDE, SIDE), np.float32)
    line[20:100, 60] = 1.0
    skin = ALL.copy()
    skin[:, 66:] = 0.0
    band = slopes(line, skin, PX_PER_MM)
    assert band.min() >= 0.0
    assert band.max() <= 1.0
    assert not band[skin == 0].any()
    assert band[60, 60 - round(2 * PX_PER_MM)] > 0.5
    assert not band[60, : 60 - round(9 * PX_PER_MM)].any()
