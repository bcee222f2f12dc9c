"""Colours that a file names by a number or a note: Adobe RGB, high dynamic range, wide gamuts."""

import io
import struct
import zlib

import numpy as np
import pillow_heif
import pytest
from PIL import ExifTags, Image

from face_mesh.errors import PhotoError
from face_mesh.photo import refusals
from face_mesh.photo.colour_space import ADOBE_RGB, coded_space
from face_mesh.photo.photo import open_photo, open_photo_isolated
from tests.face_mesh.photo_files import ORIENTATION, distance, pattern, saved

BT2020, P3, SRGB_PRIMARIES = 9, 12, 1
PQ, HLG, SRGB_CURVE, LOGARITHM = 16, 18, 13, 9
# Rows to XYZ, from the tables of Bruce Lindbloom (sRGB) and ITU-R BT.2087 (BT.2020).
SRGB_TO_XYZ = np.array(
    [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
)
BT2020_TO_XYZ = np.array(
    [[0.6370, 0.1446, 0.1689], [0.2627, 0.6780, 0.0593], [0.0000, 0.0281, 1.0610]]
)


def linear(rgb):
    code = rgb / 255.0
    return np.where(code <= 0.04045, code / 12.92, ((code + 0.055) / 1.055) ** 2.4)


def pq_codes(nits):
    """SMPTE ST 2084, the inverse EOTF."""
    y = (np.maximum(nits, 0.0) / 10_000.0) ** 0.1593017578125
    return ((0.8359375 + 18.8515625 * y) / (1.0 + 18.6875 * y)) ** 78.84375


def hlg_codes(nits):
    """BT.2100: of light on a display of 1000 nits, its gamma undone."""
    y = np.maximum(nits @ [0.2627, 0.6780, 0.0593], 1e-9)[..., None]
    scene = nits / 1000.0 * (y / 1000.0) ** (1.0 / 1.2 - 1.0)
    curved = 0.17883277 * np.log(np.maximum(12.0 * scene - 0.28466892, 1e-9)) + 0.55991073
    return np.where(scene <= 1 / 12, np.sqrt(3.0 * np.maximum(scene, 0.0)), curved)


def hdr_heic(rgb, codes, transfer, white_nits=203.0, exif=None):
    """A HEIC of 10 bits in BT.2020, whose plain white has so many nits."""
    wide = linear(rgb) @ (np.linalg.inv(BT2020_TO_XYZ) @ SRGB_TO_XYZ).T
    deep = np.round(np.clip(codes(white_nits * wide), 0, 1) * 65535).astype(np.uint16)
    height, width = deep.shape[:2]
    made = pillow_heif.from_bytes("RGB;16", (width, height), deep.tobytes())
    stream = io.BytesIO()
    named = {"color_primaries": BT2020, "transfer_characteristics": transfer}
    made.save(
        stream, quality=-1, chroma=444, exif=exif, matrix_coefficients=9, full_range_flag=1, **named
    )
    return stream.getvalue()


def named_heic(picture, primaries, transfer):
    stream = io.BytesIO()
    pillow_heif.from_pillow(Image.fromarray(picture)).save(
        stream,
        quality=-1,
        chroma=444,
        color_primaries=primaries,
        transfer_characteristics=transfer,
        matrix_coefficients=6,
        full_range_flag=1,
    )
    return stream.getvalue()


def named_png(picture, primaries, transfer):
    """A PNG with a chunk cICP (PNG, third edition)."""
    data = saved(picture, "PNG")
    body = b"cICP" + bytes((primaries, transfer, 0, 1))
    chunk = struct.pack(">I", 4) + body + struct.pack(">I", zlib.crc32(body))
    return data[:33] + chunk + data[33:]


def adobe_exif(space=65535, index="R03"):
    exif = Image.Exif()
    exif[ExifTags.IFD.Exif] = {ExifTags.Base.ColorSpace: space, ExifTags.IFD.Interop: {1: index}}
    return exif


def plain(*rgb):
    return np.full((80, 112, 3), rgb, np.uint8)


# In Adobe RGB and in sRGB, by the calculator of Bruce Lindbloom.
IN_ADOBE = {
    (219, 0, 0): (255, 0, 0),
    (144, 255, 60): (0, 255, 0),
    (0, 0, 250): (0, 0, 255),
    (128, 128, 128): (128, 128, 128),
    (255, 255, 255): (255, 255, 255),
}


@pytest.mark.parametrize(("stored", "right"), IN_ADOBE.items())
def test_adobe_rgb_becomes_srgb(stored, right):
    codes = np.array([[stored]], np.uint8)
    assert np.abs(ADOBE_RGB.to_srgb(codes)[0, 0].astype(int) - right).max() <= 2


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_adobe_rgb_told_by_a_cameras_note_alone(kind):
    options = {"JPEG": {"quality": 95}, "WEBP": {"lossless": True}}.get(kind, {})
    data = saved(plain(190, 150, 130), kind, exif=adobe_exif(), **options)
    right = ADOBE_RGB.to_srgb(plain(190, 150, 130))
    assert distance(right, plain(190, 150, 130)) > 8
    assert distance(open_photo(data).image, right) <= 3


@pytest.mark.parametrize("exif", [adobe_exif(1), adobe_exif(65535, "R98"), None])
def test_without_that_note_it_is_srgb(exif):
    data = saved(plain(190, 150, 130), "PNG", exif=exif)
    assert distance(open_photo(data).image, plain(190, 150, 130)) == 0


def test_a_turned_photo_in_adobe_rgb_is_turned_and_converted():
    exif = adobe_exif()
    exif[ORIENTATION] = 6
    turned = open_photo(saved(pattern(), "PNG", exif=exif)).image
    assert distance(turned, np.rot90(ADOBE_RGB.to_srgb(pattern()), -1)) == 0


@pytest.mark.parametrize(
    ("codes", "transfer"), [(pq_codes, PQ), (hlg_codes, HLG)], ids=["PQ", "HLG"]
)
def test_high_dynamic_range_shows_the_colours_that_were_stored(codes, transfer):
    data = hdr_heic(pattern(), codes, transfer)
    image = open_photo(data).image
    away = np.abs(image.astype(int) - pattern())
    assert away.mean() < 1.5
    assert np.percentile(away, 99) <= 6  # ten bits of a saturated dark colour


def test_high_dynamic_range_in_a_process_of_its_own():
    data = hdr_heic(pattern(), pq_codes, PQ)
    assert open_photo_isolated(data) == open_photo(data)


def test_light_beyond_white_is_white():
    data = hdr_heic(plain(255, 255, 255), pq_codes, PQ, white_nits=900.0)
    assert open_photo(data).image.min() >= 254


def test_high_dynamic_range_is_turned_once():
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    image = open_photo(hdr_heic(pattern(), pq_codes, PQ, exif=exif.tobytes())).image
    assert np.abs(image.astype(int) - np.rot90(pattern(), -1)).mean() < 1.5


# Signals of ITU-R BT.2408-7, table 1: diffuse white, and the grey card of 18 %, of 26 nits.
@pytest.mark.parametrize(
    ("transfer", "signal", "light"),
    [(PQ, 0.5807, 1.0), (HLG, 0.75, 1.0), (PQ, 0.38, 26 / 203), (HLG, 0.38, 26 / 203)],
)
def test_signals_of_the_standard(transfer, signal, light):
    codes = np.full((1, 1, 3), round(65535 * signal), np.uint16)
    seen = linear(coded_space(BT2020, transfer).to_srgb(codes).astype(float))
    np.testing.assert_allclose(seen, light, rtol=0.04)


@pytest.mark.parametrize("named", [named_heic, named_png])
def test_a_wide_gamut_told_by_numbers_is_converted(named):
    right = coded_space(P3, SRGB_CURVE).to_srgb(plain(200, 140, 120))
    assert distance(right, plain(200, 140, 120)) > 8
    assert distance(open_photo(named(plain(200, 140, 120), P3, SRGB_CURVE)).image, right) <= 4


@pytest.mark.parametrize("transfer", [1, 2, 6, SRGB_CURVE])
def test_a_png_of_srgb_told_by_numbers_is_left_alone(transfer):
    data = named_png(pattern(), SRGB_PRIMARIES, transfer)
    assert distance(open_photo(data).image, pattern()) == 0


def test_a_png_of_high_dynamic_range():
    wide = linear(pattern()) @ (np.linalg.inv(BT2020_TO_XYZ) @ SRGB_TO_XYZ).T
    codes = np.round(255.0 * pq_codes(203.0 * wide)).astype(np.uint8)
    image = open_photo(named_png(codes, BT2020, PQ)).image
    assert np.abs(image.astype(int) - pattern()).mean() < 3.0


@pytest.mark.parametrize("numbers", [(BT2020, LOGARITHM), (8, SRGB_CURVE)])
def test_colours_that_no_photo_has_are_refused_and_not_guessed(numbers):
    with pytest.raises(PhotoError) as caught:
        open_photo(named_png(pattern(), *numbers))
    assert str(caught.value) == refusals.COLOURS
