"""What a photo cannot show: made worse by a known amount, and left as it is."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from face_mesh import Face, open_photo
from face_mesh.arrays import Rgb
from face_mesh.fidelity.colour_cast import colour_cast
from face_mesh.fidelity.compression import block_edges
from face_mesh.fidelity.face_colours import face_colours
from face_mesh.fidelity.faults import COLOUR, DETAIL, LEAST_SPREAD, faults
from face_mesh.fidelity.smoothness import skin_grain
from face_mesh.fidelity.tooth_white import tooth_white
from face_mesh.landmarks.anatomy import curve
from face_mesh.pipeline import read_face
from face_mesh.quality.findings import assess
from face_mesh.regions import region_mask
from face_mesh.skin.readability import BURNT, DARK, UNSEEN, tone_unreadable, unreadable
from face_mesh.skin.signs import SIGNS, read_skin
from face_mesh.skin.working_view import linear
from tests.face_mesh.faces import collins, hopper
from tests.face_mesh.skins import encoded, even_face, with_photo
from tests.helpers import use_photo

COLOURS = ("redness", "dark_circles", "pigment_spots", "melasma")
LINES = ("forehead_lines", "crows_feet_lines", "nasolabial_fold", "pores", "acne_scars")


def grey(image: Rgb) -> Rgb:
    return np.repeat(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)[..., None], 3, axis=2)


def sepia(image: Rgb) -> Rgb:
    mix = np.array([[0.393, 0.769, 0.189], [0.349, 0.686, 0.168], [0.272, 0.534, 0.131]])
    return np.clip(image @ mix.T, 0, 255).astype(np.uint8)


def two_tone(image: Rgb) -> Rgb:
    """From dark blue to light orange by brightness."""
    share = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)[..., None] / 255.0
    dark, light = np.array([30.0, 20.0, 90.0]), np.array([255.0, 220.0, 160.0])
    return np.asarray(dark + (light - dark) * share, np.uint8)


def noisy(image: Rgb) -> Rgb:
    noise = np.random.default_rng(0).normal(0.0, 2.0, image.shape)
    return np.clip(image + noise, 0, 255).astype(np.uint8)


def saved(image: Rgb, quality: int, suffix: str = ".jpg") -> Rgb:
    setting = cv2.IMWRITE_JPEG_QUALITY if suffix == ".jpg" else cv2.IMWRITE_WEBP_QUALITY
    _, data = cv2.imencode(suffix, cv2.cvtColor(image, cv2.COLOR_RGB2BGR), [setting, quality])
    return np.asarray(cv2.cvtColor(cv2.imdecode(data, 1), cv2.COLOR_BGR2RGB), np.uint8)


def tinted(image: Rgb, gains: tuple[float, float, float]) -> Rgb:
    return encoded(linear(image).astype(np.float64) * gains)


def found(face: Face) -> set[str]:
    return {one.id for one in faults(face)}


def why(face: Face, sign: str) -> set[str]:
    return {unreadable(face, SIGNS[sign], region) for region in SIGNS[sign].regions}


WITHOUT_COLOUR: dict[str, Callable[[Rgb], Rgb]] = {
    "grey": grey,
    "sepia": sepia,
    "two tones": two_tone,
    "grey with noise": lambda image: noisy(grey(image)),
    "grey, compressed": lambda image: saved(grey(image), 60),
}


@pytest.mark.parametrize("made", WITHOUT_COLOUR.values(), ids=WITHOUT_COLOUR)
def test_a_photo_without_colours_reads_no_sign_of_colour_and_no_tone(
    made: Callable[[Rgb], Rgb],
) -> None:
    face = with_photo(hopper(), made(hopper().photo.image))
    assert "no_colour" in found(face)
    for sign in COLOURS:
        assert "" not in why(face, sign), sign
    assert tone_unreadable(face)
    for reading in read_skin(face):
        if reading.id in COLOURS:
            assert reading.severity is None
            assert np.isnan(reading.ita_deg)


def test_a_photo_without_colours_still_reads_lines_and_folds() -> None:
    face = with_photo(hopper(), grey(hopper().photo.image))
    for sign in ("forehead_lines", "nasolabial_fold"):
        assert why(face, sign) == {""}


@pytest.mark.parametrize("face", [hopper, collins])
def test_portraits_in_colour_have_no_fault(face: Callable[[], Face]) -> None:
    assert faults(face()) == ()
    assert not tone_unreadable(face())


def test_a_faded_photo_has_a_smaller_spread_of_colours_in_proportion() -> None:
    face = hopper()
    half = np.round(0.5 * face.photo.image + 0.5 * grey(face.photo.image)).astype(np.uint8)
    whole = face_colours(face).spread
    assert face_colours(with_photo(face, half)).spread == pytest.approx(0.5 * whole, rel=0.15)
    assert whole > 2.0 * LEAST_SPREAD


CASTS = {"blue": (0.5, 0.9, 1.6), "orange": (1.2, 0.8, 0.25), "green": (0.6, 1.1, 0.4)}


@pytest.mark.parametrize("gains", CASTS.values(), ids=CASTS)
def test_a_strong_cast_is_told_by_the_white_of_the_eyes(
    gains: tuple[float, float, float],
) -> None:
    """The eyes of a made face are white on skin; those of so small a portrait show 3 px of it."""
    face = with_white_eyes()
    assert colour_cast(face).strength < 5.0
    assert "colour_cast" not in found(face)
    cast = with_photo(face, tinted(face.photo.image, gains))
    assert "colour_cast" in found(cast)
    for sign in COLOURS:
        assert "" not in why(cast, sign), sign
    assert tone_unreadable(cast)


def with_white_eyes() -> Face:
    """A portrait made larger, whose eyes are white between their lids."""
    face = even_face()
    size = (face.photo.width, face.photo.height)
    image = cv2.resize(hopper().photo.image, size, interpolation=cv2.INTER_CUBIC)
    for side in ("left", "right"):
        lids = curve(f"upper_lid_{side}") + curve(f"lower_lid_{side}")[::-1]
        outline = np.round(face.landmarks_px[list(lids), :2]).astype(np.int32)
        cv2.fillPoly(image, [outline], (190, 182, 178))
    return with_photo(face, np.asarray(image, np.uint8))


@pytest.mark.parametrize("portrait", [hopper, collins])
def test_skin_of_no_colour_that_skin_has_is_told_without_any_eyes(
    portrait: Callable[[], Face],
) -> None:
    face = portrait()
    for gains in ((0.5, 0.9, 2.2), (0.55, 1.1, 0.4)):
        assert "colour_cast" in found(with_photo(face, tinted(face.photo.image, gains))), gains
    harder = with_photo(face, saved(sepia(face.photo.image), 20))
    assert found(harder) & {"colour_cast", "no_colour"}


def test_eyes_of_the_colour_of_skin_say_nothing_of_the_light() -> None:
    assert colour_cast(even_face()).strength == 0.0


def painted(face: Face, names: tuple[str, str], colour: tuple[int, int, int]) -> Face:
    """The face with the inside of two curves in one colour."""
    image = face.photo.image.copy()
    at = [*curve(names[0]), *curve(names[1])[::-1]]
    cv2.fillPoly(image, [np.round(face.landmarks_px[at, :2]).astype(np.int32)], colour)
    return with_photo(face, image)


LIPS = ("upper_inner_lip", "lower_inner_lip")


def test_teeth_tell_the_light_where_no_eye_does() -> None:
    face = collins()
    assert tooth_white(face) is not None
    for side in ("left", "right"):
        face = painted(face, (f"upper_lid_{side}", f"lower_lid_{side}"), (15, 15, 15))
    silent = painted(face, LIPS, (60, 20, 25))
    assert colour_cast(silent).strength == 0.0
    assert colour_cast(face).sd < 0.7 * colour_cast(silent).sd
    warm = with_photo(face, tinted(face.photo.image, (1.3, 1.0, 0.6)))
    more = colour_cast(warm).shift - colour_cast(face).shift
    assert more[1] > 5.0  # yellower


@pytest.mark.parametrize("colour", [(60, 20, 25), (190, 90, 95), (15, 12, 12)])
def test_gums_tongue_and_an_open_mouth_are_no_teeth(colour: tuple[int, int, int]) -> None:
    """They say nothing: the eyes alone tell the cast, less surely."""
    without = painted(collins(), LIPS, colour)
    assert colour_cast(without).sd > 1.1 * colour_cast(collins()).sd
    assert colour_cast(without).strength < 5.0


def test_a_cast_is_undone_in_part_and_never_more() -> None:
    face = with_white_eyes()
    cast = with_photo(face, tinted(face.photo.image, (1.1, 1.0, 0.8)))
    gains = colour_cast(cast).gains / colour_cast(face).gains
    assert 1.0 < gains[2] / gains[0] < 1.1 / 0.8


def test_blocks_show_the_more_the_harder_a_photo_is_compressed() -> None:
    image = hopper().photo.image
    steps = [block_edges(with_photo(hopper(), saved(image, q))).step for q in (8, 20, 30, 50)]
    assert steps == sorted(steps, reverse=True)
    assert block_edges(with_photo(hopper(), saved(image, 80))).step < 0.5 * steps[-1]


@pytest.mark.parametrize("made", [8, 12, 20, 30])
@pytest.mark.parametrize("again", [False, True], ids=["as saved", "saved again at 95"])
def test_a_hard_compressed_photo_reads_no_sign_of_colour(made: int, again: bool) -> None:
    image = saved(hopper().photo.image, made)
    face = with_photo(hopper(), saved(image, 95) if again else image)
    assert "compressed" in found(face)
    for sign in COLOURS:
        assert "" not in why(face, sign), sign
    spoilt = set().union(*(one.spoils for one in faults(face)))
    assert COLOUR in spoilt
    assert (DETAIL in spoilt) or made > 20


def test_a_compressed_photo_at_half_its_size_is_told_too() -> None:
    image = saved(hopper().photo.image, 8)
    half = cv2.resize(image, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    face = replace(hopper(), workspace={}).resized(max(half.shape[:2]))
    assert "compressed" in found(with_photo(face, np.asarray(half, np.uint8)))


@pytest.mark.parametrize("quality", [70, 90])
def test_an_ordinary_jpeg_is_read(quality: int) -> None:
    face = with_photo(hopper(), saved(hopper().photo.image, quality))
    assert "compressed" not in found(face)


SMOOTH: dict[str, Callable[[Rgb], Rgb]] = {
    "bilateral": lambda image: np.asarray(cv2.bilateralFilter(image, 0, 40, 7), np.uint8),
    "wide bilateral": lambda image: np.asarray(cv2.bilateralFilter(image, 0, 75, 5), np.uint8),
    "median": lambda image: np.asarray(cv2.medianBlur(image, 9), np.uint8),
}


@pytest.mark.parametrize("made", SMOOTH.values(), ids=SMOOTH)
def test_skin_without_grain_reads_no_lines_and_no_texture(made: Callable[[Rgb], Rgb]) -> None:
    face = sharp()
    assert "smoothed" not in found(face)
    smooth = with_photo(face, made(face.photo.image))
    assert "smoothed" in found(smooth)
    assert skin_grain(smooth) < 0.5 * skin_grain(face)
    for sign in LINES:
        assert "" not in why(smooth, sign), sign
    assert "smoothed" in {finding.id for finding in assess(smooth, 1)}


def sharp() -> Face:
    """A portrait made larger, with the grain of a camera: 3.2 px per mm."""
    face = even_face()
    size = (face.photo.width, face.photo.height)
    image = cv2.resize(hopper().photo.image, size, interpolation=cv2.INTER_CUBIC)
    return with_photo(face, noisy(np.asarray(image, np.uint8)))


def test_each_fault_is_told_once_as_a_finding() -> None:
    face = with_photo(hopper(), saved(grey(hopper().photo.image), 8))
    ids = [finding.id for finding in assess(face, 1)]
    assert ids.count("no_colour") == 1
    assert ids.count("compressed") == 1


def test_a_part_that_is_covered_is_not_seen() -> None:
    face = collins()
    image = face.photo.image.copy()
    image[region_mask(face, "forehead") > 0.05] = (20, 60, 200)
    covered = with_photo(face, image)
    assert unreadable(covered, SIGNS["redness"], "forehead") == UNSEEN
    assert "" in why(covered, "tear_trough")


def test_a_part_in_deep_shadow_is_not_read() -> None:
    face = collins()
    light = linear(face.photo.image).astype(np.float64)
    light[region_mask(face, "malar_left") > 0.01] *= 0.01
    dark = with_photo(face, encoded(light))
    assert unreadable(dark, SIGNS["redness"], "malar_left") in (DARK, UNSEEN)
    assert unreadable(dark, SIGNS["redness"], "malar_right") == ""


def test_skin_with_a_channel_at_its_end_reads_no_colour_but_lines() -> None:
    face = collins()
    light = linear(face.photo.image).astype(np.float64)
    burnt = with_photo(face, encoded(light * (2.2, 1.0, 1.0)))
    assert unreadable(burnt, SIGNS["redness"], "malar_left") == BURNT
    assert unreadable(burnt, SIGNS["tear_trough"], "tear_trough_left") == ""


def test_photos_as_their_makers_saved_them_have_no_fault(faces_dir: Path) -> None:
    """A sample of each set; the whole of it is in docs/skin-signs.md."""
    paths = [
        *sorted((faces_dir / "london" / "neutral").glob("*.jpg"))[1::12],
        *sorted((faces_dir / "canada").glob("*.jpg"))[1::12],
        *sorted((faces_dir / "congress").glob("*.jpg"))[1::24],
    ]
    told = {p.name: found(read_face(open_photo(use_photo(p)), which=0)) for p in paths}
    assert not {name: ids for name, ids in told.items() if ids}
