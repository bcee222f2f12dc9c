"""Made detail gets the strength and the colour of the skin beside it, and no more than that."""

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from face_mesh.arrays import Bool
from simulate.inpaint.standardise import Standard
from simulate.inpaint.texture_match import ROUNDS, STRONGEST, match_texture

PX_PER_MM = 3.2
SHAPE = (128, 128)
FAIR, DARK = (0.85, 0.70, 0.62), (0.30, 0.20, 0.16)
GREY = np.ones(3) / np.sqrt(3.0)

Colour = npt.NDArray[np.float32]
every_skin = pytest.mark.parametrize("skin", [FAIR, DARK], ids=["fair", "dark"])
every_mask = pytest.mark.parametrize("mask", ["patch", "lines"])


def wanted(shape: str) -> Bool:
    out = np.zeros(SHAPE, np.uint8)
    if shape == "patch":
        cv2.circle(out, (64, 64), 22, 1, -1)
    else:
        for x in (40, 64, 88):
            cv2.line(out, (x, 25), (x + 10, 100), 1, 4)
    return out > 0


def grain(seed: int, shine: float, colour: float) -> Colour:
    """Grain of pores a third of a mm wide: as shine, all channels alike, and as colour."""
    random = np.random.default_rng(seed)
    noise = cv2.GaussianBlur(random.normal(size=(*SHAPE, 4)), (0, 0), 1.0)
    noise /= noise.std()
    hue = noise[..., :3] - noise[..., :3].mean(axis=2, keepdims=True)
    return np.asarray(shine * noise[..., 3:] + colour * hue, np.float32)


def parts(fine: Colour, where: Bool) -> tuple[float, float]:
    """The energy of what all channels share and of what they do not, without what is coarse."""
    left = (fine - cv2.GaussianBlur(fine, (0, 0), 2.5))[where]
    shine = left @ GREY
    return float(np.square(shine).mean()), float(np.square(left).sum(axis=1).mean()) - float(
        np.square(shine).mean()
    )


def matched(photo: Colour, made: Colour, where: Bool, known: Bool | None = None) -> Colour:
    """The photo with a part of another picture in it, brought to the strength of the photo."""
    known = ~where if known is None else known
    standard = Standard.of(photo, known.astype(np.float32), PX_PER_MM)
    both = np.where(where[..., None], made, photo).astype(np.float32)
    detail = match_texture(standard.detail(both), standard, known, where, PX_PER_MM)
    assert detail.dtype == np.float32
    assert np.isfinite(detail).all()
    assert (detail == standard.detail(both))[~where].all()
    return np.asarray(standard.base + detail * standard.spread, np.float32)


@every_skin
@every_mask
def test_faint_and_colourful_grain_becomes_like_that_of_the_skin_beside(
    skin: tuple[float, float, float], mask: str
) -> None:
    """As the network's grain was on dark skin: shine too weak, colour three times too strong."""
    where = wanted(mask)
    tone = np.array(skin, np.float32)
    photo, made = tone + grain(0, 0.02, 0.003), tone + grain(1, 0.014, 0.006)
    found = matched(photo, made, where)
    true, first, now = (parts(one, where) for one in (photo, made, found))
    assert first[0] < 0.65 * true[0]
    assert first[1] > 2.5 * true[1]
    assert 0.85 < now[0] / true[0] < 1.15
    assert now[1] < 1.6 * true[1]


@every_skin
@every_mask
def test_grain_that_is_right_stays(skin: tuple[float, float, float], mask: str) -> None:
    where = wanted(mask)
    tone = np.array(skin, np.float32)
    made = tone + grain(1, 0.02, 0.004)
    found = matched(tone + grain(0, 0.02, 0.004), made, where)
    assert np.corrcoef(found[where].ravel(), made[where].ravel())[0, 1] > 0.98
    assert parts(found, where)[0] == pytest.approx(parts(made, where)[0], rel=0.2)


def test_grain_is_changed_within_limits() -> None:
    """A brow's hairs left in what is known do not turn a fill into hairs."""
    where, tone = wanted("patch"), np.array(FAIR, np.float32)
    inner = cv2.erode(where.astype(np.uint8), np.ones((11, 11))) > 0  # out of reach of the hairs
    made = tone + grain(1, 0.002, 0.0005)
    found = matched(tone + grain(0, 0.1, 0.02), made, where)
    most = STRONGEST ** (2 * ROUNDS)
    assert parts(found, inner)[0] < 1.1 * most * parts(made, inner)[0]
    assert most < 8.0


def test_nothing_known_changes_nothing_and_one_pixel_is_enough() -> None:
    tone = np.array(DARK, np.float32)
    photo, made = tone + grain(0, 0.02, 0.003), tone + grain(1, 0.02, 0.003)
    everywhere = np.ones(SHAPE, np.bool_)
    nothing = np.zeros(SHAPE, np.bool_)
    standard = Standard.of(photo, (~wanted("patch")).astype(np.float32), PX_PER_MM)
    detail = standard.detail(made)
    assert match_texture(detail, standard, nothing, everywhere, PX_PER_MM) is detail
    one = nothing.copy()
    one[64, 64] = True
    assert np.abs(matched(photo, photo, one) - photo).max() < 0.1


def test_what_is_no_skin_does_not_count() -> None:
    """A frame or a brow beside the mask, however contrasted, is left out by its mask."""
    where, tone = wanted("patch"), np.array(DARK, np.float32)
    photo, made = tone + grain(0, 0.02, 0.003), tone + grain(1, 0.014, 0.006)
    known = ~where
    known[:, :36] = False
    other = photo.copy()
    other[:, :36] = np.where(np.indices(SHAPE).sum(axis=0)[:, :36, None] % 2, 0.0, 1.0)
    clean, beside = (parts(matched(one, made, where, known), where) for one in (photo, other))
    assert beside == pytest.approx(clean, rel=0.05)


def third_moment(values: Colour) -> float:
    return float((values**3).mean() / np.square(values).mean() ** 1.5)


def shine_of(picture: Colour, where: Bool) -> Colour:
    """What all channels share, between 0.5 and 2 px."""
    finer, coarser = (cv2.GaussianBlur(picture, (0, 0), px) for px in (0.5, 2.0))
    return np.asarray(((finer - coarser) @ GREY)[where], np.float32)


def glints(seed: int) -> Colour:
    """Grain of which little is much brighter and the rest a little darker, as shine on pores is."""
    even = grain(seed, 1.0, 0.0)
    uneven = np.exp(0.6 * even)
    return np.asarray(0.02 * (uneven - uneven.mean()) / uneven.std(), np.float32)


def test_grain_becomes_as_spiky_as_that_of_the_skin_beside() -> None:
    where, tone = wanted("patch"), np.array(DARK, np.float32)
    photo, made = tone + glints(0), tone + grain(1, 0.02, 0.0)
    true, first, now = (
        third_moment(shine_of(one, where)) for one in (photo, made, matched(photo, made, where))
    )
    assert abs(first) < 0.2 * true
    assert now > 0.5 * true


def test_grain_takes_the_direction_of_the_skin_beside() -> None:
    """Lines that run across the skin run across the fill."""
    where, tone = wanted("patch"), np.array(DARK, np.float32)
    noise = cv2.GaussianBlur(np.random.default_rng(0).normal(size=SHAPE), (0, 0), 1.0, sigmaY=0.7)
    lines = np.repeat((0.02 * noise / noise.std()).astype(np.float32)[..., None], 3, axis=2)
    photo, made = tone + lines, tone + grain(1, 0.02, 0.0)
    found = matched(photo, made, where)

    def along_over_across(picture: Colour) -> float:
        light = picture @ GREY
        steps = (np.diff(light, axis=axis, append=np.nan) for axis in (0, 1))
        down, right = (float(np.nanmean(np.square(one)[where])) for one in steps)
        return down / right

    true, first, now = (along_over_across(one) for one in (photo, made, found))
    assert first < 1.3
    assert true > 1.5
    assert now > 1.0 + 0.4 * (true - 1.0)
