"""Opening photos: formats, turns, colours, limits and refusals, on pictures made here."""

import copy
import hashlib
import io
import os
import pickle
import struct
import subprocess
import sys
import zlib
from concurrent.futures import ThreadPoolExecutor

import cv2
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops, ImageCms, ImageOps, TiffImagePlugin

from face_mesh.errors import PhotoError
from face_mesh.photo import decode, decode_job, refusals
from face_mesh.photo.photo import (
    MAX_BYTES,
    MAX_SIDE,
    MIN_SIDE,
    Photo,
    open_photo,
)
from tests.face_mesh.photo_files import (
    ORIENTATION,
    distance,
    heic,
    pattern,
    saved,
    with_orientation,
)
from tests.helpers import ROOT, use_photo

GPS = 0x8825

# What the EXIF standard says is to be done with the stored pixels to see them upright.
UPRIGHT = {
    1: lambda a: a,
    2: lambda a: a[:, ::-1],
    3: lambda a: a[::-1, ::-1],
    4: lambda a: a[::-1],
    5: lambda a: a.swapaxes(0, 1),
    6: lambda a: np.rot90(a, -1),
    7: lambda a: a[::-1, ::-1].swapaxes(0, 1),
    8: lambda a: np.rot90(a, 1),
}
LOSSLESS = {"PNG": {}, "WEBP": {"lossless": True}, "TIFF": {}, "BMP": {}}


def opened(data):
    return open_photo(data).image


# --- formats -----------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", LOSSLESS)
def test_lossless_formats_keep_every_pixel(kind):
    np.testing.assert_array_equal(opened(saved(pattern(), kind, **LOSSLESS[kind])), pattern())


@pytest.mark.parametrize("compression", ["tiff_lzw", "tiff_adobe_deflate", "packbits"])
def test_compressed_tiff(compression):
    data = saved(pattern(), "TIFF", compression=compression)
    np.testing.assert_array_equal(opened(data), pattern())


@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"keep_rgb": True}])
def test_jpeg_is_what_pillow_decodes(options):
    data = saved(pattern(), "JPEG", quality=95, **options)
    with Image.open(io.BytesIO(data)) as picture:
        np.testing.assert_array_equal(opened(data), np.asarray(picture.convert("RGB")))
    assert np.abs(opened(data).astype(int) - pattern()).mean() < 4


def test_heic():
    assert distance(opened(heic(pattern())), pattern()) <= 4


def test_without_the_codecs_of_heic_that_is_said_and_all_else_is_read(monkeypatch):
    data = heic(pattern())
    monkeypatch.setitem(sys.modules, "pillow_heif", None)
    monkeypatch.setattr(decode_job.cv2, "setNumThreads", lambda n: None)
    decode_job.load()
    with pytest.raises(PhotoError) as caught:
        open_photo(data)
    assert str(caught.value) == refusals.NO_HEIC
    np.testing.assert_array_equal(opened(saved(pattern(), "PNG")), pattern())


def test_lossy_webp_and_gif_are_close():
    for data in (saved(pattern(), "WEBP", quality=95), saved(pattern(), "GIF")):
        assert np.abs(opened(data).astype(int) - pattern()).mean() < 12


def test_the_content_decides_not_the_name(tmp_path):
    path = tmp_path / "photo.jpg"
    path.write_bytes(saved(pattern(), "PNG"))
    np.testing.assert_array_equal(open_photo(path).image, pattern())


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG", "TIFF", "MPO"])
def test_of_several_frames_the_first(kind):
    first, second = Image.new("RGB", (80, 70), (200, 0, 0)), Image.new("RGB", (80, 70), (0, 0, 200))
    data = saved(first, kind, save_all=True, append_images=[second])
    assert distance(opened(data), np.asarray(first)) <= 3


# --- turns -------------------------------------------------------------------------------------


@pytest.mark.parametrize("orientation", UPRIGHT)
@pytest.mark.parametrize("kind", ["PNG", "WEBP", "TIFF"])
def test_orientation_pixel_by_pixel(kind, orientation):
    data = saved(pattern(), kind, exif=with_orientation(orientation), **LOSSLESS[kind])
    np.testing.assert_array_equal(opened(data), UPRIGHT[orientation](pattern()))


@pytest.mark.parametrize("orientation", UPRIGHT)
@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
def test_orientation_of_jpeg(mode, orientation):
    picture = Image.fromarray(pattern()).convert(mode)
    turned = opened(saved(picture, "JPEG", exif=with_orientation(orientation)))
    np.testing.assert_array_equal(turned, UPRIGHT[orientation](opened(saved(picture, "JPEG"))))


@pytest.mark.parametrize("orientation", UPRIGHT)
def test_heic_is_turned_once(orientation):
    data = heic(pattern(), exif=with_orientation(orientation).tobytes())
    assert distance(opened(data), UPRIGHT[orientation](pattern())) <= 4


@pytest.mark.parametrize("value", [0, 9, 65535])
def test_orientation_out_of_range_is_ignored(value):
    data = saved(pattern(), "PNG", exif=with_orientation(value))
    np.testing.assert_array_equal(opened(data), pattern())


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_broken_exif_is_ignored(kind):
    data = saved(pattern(), kind, exif=b"Exif\0\0no tiff at all")
    np.testing.assert_array_equal(opened(data), opened(saved(pattern(), kind)))


# --- colours -----------------------------------------------------------------------------------


def srgb_profile():
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def swapped_profile():
    """SRGB with red and green primaries exchanged: converting exchanges the channels."""
    profile = bytearray(srgb_profile())
    entries = {bytes(profile[at : at + 4]): at + 4 for at in range(132, 132 + 12 * 12, 12)}
    red, green = entries[b"rXYZ"], entries[b"gXYZ"]
    profile[red : red + 8], profile[green : green + 8] = (
        profile[green : green + 8],
        profile[red : red + 8],
    )
    return bytes(profile)


def linear_grey_profile():
    """The smallest ICC profile there is for grey: a D50 white point and a curve of gamma 1."""
    d50 = struct.pack(">3I", 0xF6D6, 0x10000, 0xD32D)
    white, curve = b"XYZ \0\0\0\0" + d50, b"curv\0\0\0\0" + struct.pack(">IHH", 1, 256, 0)
    tags = struct.pack(">I4sII4sII", 2, b"wtpt", 156, 20, b"kTRC", 176, 16)
    head = struct.pack(
        ">I4xI4s4s4s12x4s28x12s48x", 192, 2 << 24, b"mntr", b"GRAY", b"XYZ ", b"acsp", d50
    )
    return head + tags + white + curve


def in_swapped_profile(kind):
    rgb = np.broadcast_to(np.uint8([200, 50, 20]), (80, 90, 3))
    picture, profile = Image.fromarray(rgb.copy()), swapped_profile()
    if kind == "HEIC":
        picture.info["icc_profile"] = profile
        return heic(picture)
    if kind == "palette":
        return saved(picture.quantize(4), "PNG", icc_profile=profile)
    if kind == "alpha":
        return saved(picture.convert("RGBA"), "PNG", icc_profile=profile)
    return saved(picture, kind, icc_profile=profile, **LOSSLESS.get(kind, {}))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "HEIC", "palette", "alpha"])
def test_an_embedded_profile_is_converted_to_srgb(kind):
    image = opened(in_swapped_profile(kind))
    assert distance(image, np.broadcast_to([50, 200, 20], image.shape)) <= 5


def test_every_row_is_converted():
    """Rows are converted in strips: the strips must meet, and the last be as long as it is."""
    tall = pattern(height=197)
    data = saved(tall, "PNG", icc_profile=swapped_profile())
    with Image.open(io.BytesIO(data)) as picture:
        whole = ImageCms.profileToProfile(
            picture, io.BytesIO(swapped_profile()), ImageCms.createProfile("sRGB")
        )
    np.testing.assert_array_equal(opened(data), np.asarray(whole))


def rounded_profile():
    """SRGB with the red primary a little off, as some vendors round it."""
    profile = bytearray(srgb_profile())
    at = int.from_bytes(profile[profile.index(b"rXYZ") + 4 :][:4], "big") + 8
    red = int.from_bytes(profile[at : at + 4], "big")
    profile[at : at + 4] = (red + 30).to_bytes(4, "big")
    return bytes(profile)


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
@pytest.mark.parametrize("profile", [srgb_profile(), rounded_profile()], ids=["exact", "rounded"])
def test_an_embedded_srgb_profile_changes_nothing(kind, profile):
    data = saved(pattern(), kind, icc_profile=profile)
    np.testing.assert_array_equal(opened(data), opened(saved(pattern(), kind)))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF"])
@pytest.mark.parametrize("profile", [b"no profile at all" * 20, srgb_profile()[:300]])
def test_a_broken_profile_is_ignored(kind, profile):
    data = saved(pattern(), kind, icc_profile=profile)
    np.testing.assert_array_equal(opened(data), opened(saved(pattern(), kind)))


@pytest.mark.parametrize("mode", ["L", "CMYK"])
def test_a_profile_for_other_pictures_is_ignored(mode):
    picture = Image.fromarray(pattern()).convert(mode)
    data = saved(picture, "JPEG", icc_profile=srgb_profile())
    np.testing.assert_array_equal(opened(data), opened(saved(picture, "JPEG")))


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_a_grey_profile_is_converted(kind):
    data = saved(Image.new("L", (80, 90), 55), kind, icc_profile=linear_grey_profile())
    srgb_of_linear_55 = 255 * (1.055 * (55 / 255) ** (1 / 2.4) - 0.055)
    assert distance(opened(data), np.full((90, 80, 3), round(srgb_of_linear_55))) <= 1


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF"])
def test_grey_becomes_three_equal_channels(kind):
    grey = Image.fromarray(pattern()).convert("L")
    image = opened(saved(grey, kind))
    assert distance(image, np.asarray(grey.convert("RGB"))) <= (12 if kind == "JPEG" else 0)
    assert (np.ptp(image, axis=2) == 0).all()


def test_one_bit():
    bits = np.indices((80, 90)).sum(0) % 3 == 0
    expected = np.repeat(bits[..., None] * np.uint8(255), 3, -1)
    np.testing.assert_array_equal(opened(saved(Image.fromarray(bits), "PNG")), expected)


def test_palette():
    picture = Image.fromarray(pattern()).quantize(32)
    np.testing.assert_array_equal(opened(saved(picture, "PNG")), np.asarray(picture.convert("RGB")))


@pytest.mark.parametrize("kind", ["JPEG", "TIFF"])
def test_cmyk(kind):
    rgb = cv2.GaussianBlur(pattern(), (0, 0), 3)
    picture = ImageChops.invert(Image.fromarray(rgb))  # ink is what paper light lacks; no black
    cmyk = Image.merge("CMYK", [*picture.split(), Image.new("L", picture.size)])
    options = {"quality": 95, "subsampling": 0} if kind == "JPEG" else {}
    assert distance(opened(saved(cmyk, kind, **options)), rgb) <= 8


def test_ycck():
    """As Photoshop writes CMYK: inverted, with the inks as luma and chroma."""
    rgb = cv2.GaussianBlur(pattern(), (0, 0), 3)
    inks = ImageChops.invert(Image.fromarray(rgb)).convert("YCbCr").split()
    stored = [ImageChops.invert(channel) for channel in inks]  # Pillow inverts on writing
    picture = Image.merge("CMYK", [*stored, Image.new("L", inks[0].size)])
    data = bytearray(saved(picture, "JPEG", quality=95, subsampling=0))
    data[data.index(b"Adobe") + 11] = 2
    assert distance(opened(bytes(data)), rgb) <= 8


def test_sixteen_bit_grey_is_scaled_not_clipped():
    deep = np.linspace(0, 65535, 80 * 90).astype(np.uint16).reshape(80, 90)
    expected = np.repeat((deep / 257)[..., None], 3, -1)
    for picture in (Image.fromarray(deep), Image.fromarray(deep.astype(">u2"))):
        for kind in ("PNG", "TIFF"):
            assert np.abs(opened(saved(picture, kind)) - expected).max() <= 1


@pytest.mark.parametrize("extension", [".png", ".tiff"])
@pytest.mark.parametrize("channels", [3, 4])
def test_sixteen_bit_colour_is_scaled_not_clipped(extension, channels):
    deep = pattern().astype(np.uint16) * 257
    bgr = deep[..., ::-1]
    if channels == 4:
        bgr = np.dstack([bgr, np.full(bgr.shape[:2], 65535, np.uint16)])
    data = cv2.imencode(extension, bgr)[1].tobytes()
    assert distance(opened(data), pattern()) <= 1


@pytest.mark.parametrize("mode", ["I", "F"])
def test_measurements_without_a_white_are_refused(mode):
    with pytest.raises(PhotoError, match="colours in an unusual way"):
        open_photo(saved(Image.new(mode, (80, 90), 300), "TIFF"))


# --- transparency ------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "TIFF"])
def test_alpha_is_laid_on_white(kind):
    rgba = np.dstack([pattern(), np.tile(np.uint8([0, 51, 255, 204]), (80, 28))])
    options = {"exact": True} if kind == "WEBP" else {}
    share = rgba[..., 3:] / 255
    expected = pattern() * share + 255 * (1 - share)
    image = opened(saved(rgba, kind, **options, **LOSSLESS[kind]))
    assert np.abs(image - expected).max() <= 1


def test_grey_with_alpha():
    picture = Image.merge("LA", [Image.new("L", (80, 90), 100), Image.new("L", (80, 90), 51)])
    assert distance(opened(saved(picture, "PNG")), np.full((90, 80, 3), 224)) <= 1


def half_transparent_palette(transparency):
    picture = Image.new("P", (80, 90), 1)
    picture.putpalette([0, 0, 0, 200, 100, 50])
    picture.paste(0, (0, 0, 40, 90))
    return picture, {"transparency": transparency}


def half_transparent_key(mode, key, other):
    picture = Image.new(mode, (80, 90), other)
    picture.paste(key, (0, 0, 40, 90))
    return picture, {"transparency": key}


@pytest.mark.parametrize(
    ("picture", "options", "kind", "right"),
    [
        (*half_transparent_palette(0), "PNG", (200, 100, 50)),
        (*half_transparent_palette(b"\0\xff"), "PNG", (200, 100, 50)),
        (*half_transparent_palette(0), "GIF", (200, 100, 50)),
        (*half_transparent_key("RGB", (9, 8, 7), (200, 100, 50)), "PNG", (200, 100, 50)),
        (*half_transparent_key("L", 9, 100), "PNG", (100, 100, 100)),
    ],
    ids=["palette index", "palette alphas", "gif", "colour key", "grey key"],
)
def test_a_transparent_colour_is_white(picture, options, kind, right):
    image = opened(saved(picture, kind, **options))
    assert (image[:, :40] == 255).all()
    assert (image[:, 40:] == right).all()


# --- what a photo holds ------------------------------------------------------------------------


def test_metadata_is_dropped(tmp_path):
    exif = Image.Exif()
    exif.get_ifd(GPS).update({1: "N", 2: (51.0, 30.0, 26.0), 29: "2026:11:23"})
    exif[0x010F] = "Camera-maker"
    tagged = tmp_path / "Jane-Doe.jpg"
    tagged.write_bytes(saved(pattern(), "JPEG", exif=exif, comment=b"Secret-comment"))
    assert b"2026:11:23" in tagged.read_bytes()  # or the test would show nothing
    photo = open_photo(tagged)
    assert photo == open_photo(saved(pattern(), "JPEG"))
    assert set(vars(photo)) == {"image", "sha256"}
    kept = pickle.dumps(photo)
    for private in (b"2026:11:23", b"Camera-maker", b"Secret-comment", b"Jane-Doe"):
        assert private not in kept


def test_the_digest_is_of_the_pixels():
    same = [open_photo(saved(pattern(), kind)) for kind in ("PNG", "TIFF", "BMP")]
    assert {photo.sha256 for photo in same} == {Photo.from_rgb(pattern()).sha256}
    changed = pattern()
    changed[40, 50, 2] ^= 1
    assert Photo.from_rgb(changed) != same[0]


def test_the_digest_tells_shapes_apart():
    flat, tall = np.zeros((2, 8, 3), np.uint8), np.zeros((8, 2, 3), np.uint8)
    assert Photo.from_rgb(flat) != Photo.from_rgb(tall)
    assert len(Photo.from_rgb(flat).sha256) == hashlib.sha256().digest_size * 2


def test_equality_and_hash():
    one, two = Photo.from_rgb(pattern()), Photo.from_rgb(pattern())
    assert one == two
    assert len({one, two}) == 1
    assert one != one.sha256


def test_from_rgb_copies():
    source = pattern()
    photo = Photo.from_rgb(source)
    source[:] = 0
    np.testing.assert_array_equal(photo.image, pattern())
    assert (photo.height, photo.width) == (80, 112)


def test_from_rgb_straightens_views():
    photo = Photo.from_rgb(pattern()[:, ::-1])
    np.testing.assert_array_equal(photo.image, pattern()[:, ::-1])
    assert photo.image.flags.c_contiguous


@pytest.mark.parametrize(
    "wrong",
    [np.zeros((8, 8), np.uint8), np.zeros((8, 8, 4), np.uint8), np.zeros((8, 8, 3)),
     np.zeros((0, 8, 3), np.uint8)],
    ids=["grey", "rgba", "float", "empty"],
)  # fmt: skip
def test_from_rgb_refuses_other_arrays(wrong):
    with pytest.raises(ValueError, match="image must"):
        Photo.from_rgb(wrong)


@pytest.mark.parametrize(
    "photo",
    [
        Photo.from_rgb(pattern()),
        open_photo(saved(pattern(), "JPEG")),
        open_photo(saved(pattern(), "JPEG", exif=with_orientation(6))),
        open_photo(saved(pattern(), "PNG")),
        pickle.loads(pickle.dumps(Photo.from_rgb(pattern()))),
        copy.deepcopy(Photo.from_rgb(pattern())),
    ],
    ids=["from_rgb", "jpeg", "turned", "png", "unpickled", "copied"],
)
def test_the_image_is_contiguous_and_cannot_be_changed(photo):
    assert photo.image.dtype == np.uint8
    assert photo.image.flags.c_contiguous
    with pytest.raises(ValueError, match="read-only"):
        photo.image[0, 0, 0] = 1
    assert photo == Photo.from_rgb(photo.image)


def test_repr_is_short():
    photo = Photo.from_rgb(pattern())
    assert repr(photo) == f"<Photo 112 × 80 {photo.sha256[:8]}>"


# --- sources -----------------------------------------------------------------------------------


class Dripping(io.RawIOBase):
    """A pipe: gives a little at a time and cannot be rewound."""

    def __init__(self, data):
        self.rest = data

    def readable(self):
        return True

    def readinto(self, buffer):
        size = min(len(buffer), 100)
        part, self.rest = self.rest[:size], self.rest[size:]
        buffer[: len(part)] = part
        return len(part)


def test_every_kind_of_source(tmp_path):
    data = saved(pattern(), "PNG")
    path = tmp_path / "a.png"
    path.write_bytes(data)
    read_already = io.BytesIO(data)
    read_already.read()
    with path.open("rb") as file:
        sources = [data, path, str(path), file, io.BytesIO(data), read_already, Dripping(data)]
        photos = [open_photo(source) for source in sources]
    assert set(photos) == {Photo.from_rgb(pattern())}


def test_other_sources_are_a_type_error():
    with pytest.raises(TypeError, match="from_rgb"):
        open_photo(pattern())
    with pytest.raises(TypeError):
        open_photo(io.StringIO("text"))


# --- refusals ----------------------------------------------------------------------------------


def refusal(source):
    """The message, which is one plain sentence."""
    with pytest.raises(PhotoError) as caught:
        open_photo(source)
    message = str(caught.value)
    assert message.endswith(".")
    assert message.count(". ") == message.count("\n") == 0
    assert ";" in message  # what is wrong; what to do
    return message


def png_header(width, height):
    def chunk(kind, content):
        crc = zlib.crc32(kind + content)
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", crc)

    size = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    start = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", size)
    return start + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")


def claiming(kind, width, height):
    """A small file of the format whose header claims another size."""
    if kind == "PNG":
        return png_header(width, height)
    if kind == "WEBP":  # 14 bits a side, less one, behind the signature of a lossless picture
        data = bytearray(saved(pattern(), "WEBP", lossless=True))
        at = data.index(b"\x2f", 20) + 1
        bits = int.from_bytes(data[at : at + 4], "little") >> 28 << 28
        data[at : at + 4] = (bits | (height - 1) << 14 | (width - 1)).to_bytes(4, "little")
        return bytes(data)
    if kind == "GIF frame":
        data = bytearray(saved(pattern(), "GIF"))
        at = data.index(b"," + struct.pack("<4H", 0, 0, 112, 80))
        return bytes(data[: at + 5]) + struct.pack("<HH", width, height) + bytes(data[at + 9 :])
    data = saved(pattern(), kind)
    order = {"JPEG": ">HH", "GIF": "<HH", "BMP": "<ii"}[kind]
    sides = {"JPEG": (80, 112), "GIF": (112, 80), "BMP": (112, 80)}[kind]
    claimed = (height, width) if kind == "JPEG" else (width, height)
    return data.replace(struct.pack(order, *sides), struct.pack(order, *claimed), 1)


@pytest.mark.parametrize("kind", ["PNG", "GIF", "GIF frame", "BMP"])
@pytest.mark.parametrize("side", [60000, 10000, 9000])  # Pillow refuses, warns, says nothing
def test_a_decompression_bomb_is_refused_by_its_header(kind, side):
    assert "more than 64 megapixels" in refusal(claiming(kind, side, side))


@pytest.mark.parametrize("side", [60000, 20000, 16001])
def test_a_jpeg_bomb(side):
    assert "more than 256 megapixels" in refusal(claiming("JPEG", side, side))


def test_a_jpeg_bomb_in_several_passes_which_cannot_be_decoded_smaller():
    progressive = saved(pattern(), "JPEG", progressive=True)
    first_colour = saved(pattern(), "JPEG").replace(b"\xff\xda\0\x0c\3", b"\xff\xda\0\x08\1", 1)
    for data in (progressive, first_colour):
        large = data.replace(struct.pack(">HH", 80, 112), struct.pack(">HH", 9000, 9000), 1)
        assert "more than 64 megapixels" in refusal(large)


@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
@pytest.mark.parametrize("turn", [1, 6])
def test_a_jpeg_too_large_to_be_kept_whole_is_halved(mode, turn, monkeypatch):
    monkeypatch.setattr(decode, "MAX_PIXELS", 10_000)
    monkeypatch.setattr(decode, "MAX_STORED_PIXELS", 40_000)
    whole = Image.fromarray(pattern(160, 224)).convert(mode)  # of 35,840 pixels
    exif = Image.Exif()
    exif[ORIENTATION] = turn
    data = saved(whole, "JPEG", quality=98, subsampling=0, exif=exif)
    upright = UPRIGHT[turn](np.asarray(whole.convert("RGB"), np.float64))
    height, width = (n // 2 for n in upright.shape[:2])
    means = upright.reshape(height, 2, width, 2, 3).mean((1, 3))
    got = opened(data)
    assert got.shape == (height, width, 3)
    assert np.abs(got - means).mean() < 2.5


def test_a_jpeg_cut_short_is_damaged_at_half_its_size_too(monkeypatch):
    monkeypatch.setattr(decode, "MAX_PIXELS", 10_000)
    data = saved(pattern(160, 224), "JPEG", quality=98)
    assert "damaged" in refusal(data[: len(data) // 2])


def test_the_photo_of_a_phone_with_108_megapixels():
    data = cv2.imencode(".jpg", np.zeros((9000, 12000), np.uint8))[1].tobytes()
    assert open_photo(data).image.shape == (4500, 6000, 3)


@pytest.mark.parametrize("side", [16383, 10000, 9000])
def test_a_webp_bomb(side):
    assert "more than 64 megapixels" in refusal(claiming("WEBP", side, side))


def test_a_tiff_bomb():
    tags = TiffImagePlugin.ImageFileDirectory_v2()
    stream = io.BytesIO()
    tags.update(
        {256: 60000, 257: 60000, 258: 8, 259: 1, 262: 1, 273: 8, 277: 1, 278: 60000, 279: 9}
    )
    tags.tagtype.update(dict.fromkeys(tags, 4))
    tags.save(stream)
    assert "more than 64 megapixels" in refusal(stream.getvalue())


def test_a_heic_bomb():
    data = heic(pattern())
    size = data.index(b"ispe") + 8
    refusal(data[:size] + struct.pack(">II", 60000, 60000) + data[size + 8 :])


def test_fifty_megapixels_pass():
    data = cv2.imencode(".jpg", np.zeros((6144, 8192), np.uint8))[1].tobytes()
    assert open_photo(data).image.shape == (6144, 8192, 3)


def test_a_side_longer_than_opencv_can_warp():
    assert "on one side" in refusal(png_header(MAX_SIDE + 1, MIN_SIDE))


@pytest.mark.parametrize(("height", "width"), [(1, 1), (MIN_SIDE - 1, 200), (200, MIN_SIDE - 1)])
def test_too_few_pixels(height, width):
    message = refusal(saved(pattern(height, width), "PNG"))
    assert f"only {width} × {height} pixels" in message


def test_the_smallest_photo_passes():
    assert opened(saved(pattern(MIN_SIDE, MIN_SIDE), "PNG")).shape == (MIN_SIDE, MIN_SIDE, 3)


@pytest.mark.parametrize("progressive", [False, True])
@pytest.mark.parametrize("share", [0.02, 0.2, 0.5, 0.9, 0.99, 0.9999])
def test_a_truncated_jpeg(progressive, share):
    noisy = np.random.default_rng(0).integers(0, 256, (200, 200, 3), np.uint8)
    data = saved(noisy, "JPEG", quality=90, progressive=progressive)
    assert "damaged" in refusal(data[: int(len(data) * share)])


def pillow_decodes(data):
    """The pixels, or None where Pillow finds the file cut short."""
    try:
        with Image.open(io.BytesIO(data)) as picture:
            return np.asarray(picture.convert("RGB"))
    except OSError:
        return None


@pytest.mark.parametrize("subsampling", ["4:4:4", "4:2:0"])
def test_wherever_a_jpeg_is_cut_the_verdict_is_pillows(subsampling):
    """OpenCV decodes plain ones, and may not be more lenient; only the end marker can be spared."""
    noisy = np.random.default_rng(0).integers(0, 256, (200, 200, 3), np.uint8)
    data = saved(noisy, "JPEG", quality=90, subsampling=subsampling)
    whole = opened(data)
    for cut in range(len(data) - 100, len(data)):
        expected = pillow_decodes(data[:cut])
        if expected is None:
            refusal(data[:cut])
        else:
            np.testing.assert_array_equal(opened(data[:cut]), expected)
            np.testing.assert_array_equal(expected, whole)


def test_a_truncated_jpeg_with_a_whole_thumbnail():
    exif = b"Exif\0\0II*\0\x08\0\0\0\0\0\0\0\0\0" + saved(pattern(), "JPEG")
    data = saved(pattern(200, 200), "JPEG", exif=exif, quality=95)
    assert open_photo(data).width == 200
    assert "damaged" in refusal(data[: len(data) - 300])


def test_bytes_after_the_end_do_no_harm():
    """Phones append short films and maps."""
    data = saved(pattern(), "JPEG")
    assert open_photo(data + b"film" * 1000) == open_photo(data)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
@pytest.mark.parametrize("kind", ["PNG", "WEBP", "TIFF", "GIF", "BMP", "HEIC"])
def test_other_truncated_files(kind, share):
    noisy = np.random.default_rng(0).integers(0, 256, (200, 200, 3), np.uint8)
    data = heic(noisy) if kind == "HEIC" else saved(noisy, kind)
    assert "damaged" in refusal(data[: int(len(data) * share)])


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "empty"),
        (b"Dear doctor, please find my photo attached.", "not a photo"),
        (b"%PDF-1.7 and so on", "not a photo"),
        (b"\0\0\0\x18ftypmp42 a film", "not a photo"),
        (b"\xff\xd8\xff", "damaged"),
        (b"\x89PNG\r\n\x1a\n", "damaged"),
    ],
    ids=["empty", "text", "pdf", "film", "jpeg start", "png start"],
)
def test_files_that_are_no_photos(tmp_path, data, message):
    path = tmp_path / "me.jpg"
    path.write_bytes(data)
    assert message in refusal(path)
    assert refusal(path) == refusal(data)


def test_a_file_too_large(tmp_path):
    path = tmp_path / "huge.jpg"
    with path.open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    assert "over 64 MB" in refusal(path)


@pytest.mark.parametrize(
    ("name", "message"),
    [("", "folder"), ("absent.jpg", "no such photo"), ("nul\0.jpg", "cannot be read")],
)
def test_paths_that_cannot_be_read(tmp_path, name, message):
    path = f"{tmp_path}/{name}"
    assert message in refusal(path)
    assert tmp_path.name not in refusal(path)
    assert "absent" not in refusal(path)


def test_no_permission(tmp_path, monkeypatch):
    def forbidden(path, *_, **__):
        raise PermissionError(13, "Permission denied", path)

    (tmp_path / "mine.jpg").write_bytes(b"mine")
    monkeypatch.setattr("builtins.open", forbidden)
    assert "not allowed" in refusal(str(tmp_path / "mine.jpg"))


def test_what_is_no_regular_file_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe.jpg")  # nobody writes into it
    for path in (tmp_path / "pipe.jpg", "/dev/zero", "/dev/tty"):
        assert "cannot be read" in refusal(path)


def test_a_file_that_fails_while_read():
    class Failing(io.BytesIO):
        def read(self, size=-1):
            raise OSError(5, "Input/output error")

    closed = io.BytesIO(saved(pattern(), "PNG"))
    closed.close()
    assert "cannot be read" in refusal(Failing())
    assert "cannot be read" in refusal(closed)


def test_no_memory(monkeypatch):
    def exhausted(*_):
        raise MemoryError

    monkeypatch.setattr(np, "empty", exhausted)
    assert "memory" in refusal(saved(pattern(), "PNG"))


# --- whatever comes ----------------------------------------------------------------------------

STARTS = [
    b"", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF\0\0\0\0WEBPVP8X", b"II*\0", b"MM\0*",
    b"GIF89a", b"BM", b"\0\0\0\x18ftypheic",
]  # fmt: skip
VALID = [
    saved(pattern(64, 70), "JPEG", exif=with_orientation(6), icc_profile=srgb_profile()),
    saved(pattern(64, 70), "PNG", exif=with_orientation(8), icc_profile=srgb_profile()),
    saved(pattern(64, 70), "WEBP"),
    saved(pattern(64, 70), "TIFF", compression="tiff_lzw"),
    saved(pattern(64, 70), "GIF"),
    saved(pattern(64, 70), "BMP"),
    heic(pattern(64, 70)),
]


def opens_or_refuses(data):
    try:
        photo = open_photo(data)
    except PhotoError:
        return
    assert photo.image.dtype == np.uint8
    assert photo.image.shape == (photo.height, photo.width, 3)


@settings(max_examples=200)
@given(st.sampled_from(STARTS), st.binary(max_size=400))
def test_random_bytes_never_raise_anything_else(start, rest):
    opens_or_refuses(start + rest)


@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(VALID), st.data())
def test_damaged_files_never_raise_anything_else(data, draw):
    damaged = bytearray(data)
    for _ in range(draw.draw(st.integers(1, 4))):
        damaged[draw.draw(st.integers(0, len(data) - 1))] = draw.draw(st.integers(0, 255))
    opens_or_refuses(bytes(damaged))


def test_threads_see_the_same():
    sources = [*VALID, in_swapped_profile("JPEG")] * 4
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(open_photo, sources)) == [open_photo(source) for source in sources]


# --- in a process of its own -------------------------------------------------------------------


def run_python(code, *arguments, stdin=b""):
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", code, *arguments],
        input=stdin,
        capture_output=True,
        cwd=ROOT,
        check=False,
        timeout=120,
    )


def test_remarks_on_metadata_stay_inside():
    """An EXIF block that ends too soon makes Pillow warn; here a warning would be an error."""
    exif = b"Exif\0\0II*\0\x08\0\0\0\x09\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0"
    code = "import sys; from face_mesh.photo.photo import open_photo; open_photo(sys.stdin.buffer)"
    done = run_python(code, stdin=saved(pattern(), "JPEG", exif=exif))
    assert (done.returncode, done.stderr) == (0, b"")


def test_pillow_still_warns_others_of_bombs():
    code = "import sys, PIL.Image, face_mesh.photo.photo; PIL.Image.open(sys.stdin.buffer)"
    done = run_python(code, stdin=png_header(10000, 10000))
    assert b"DecompressionBombWarning" in done.stderr


def test_heif_is_imported_only_for_heif():
    code = (
        "import sys; from face_mesh.photo.photo import open_photo; open_photo(sys.stdin.buffer);"
        "sys.exit('pillow_heif' in sys.modules)"
    )
    assert run_python(code, stdin=VALID[0]).returncode == 0
    assert run_python(code, stdin=VALID[-1]).returncode == 1


@pytest.mark.skipif(sys.platform != "linux", reason="reads the peak from /proc")
@pytest.mark.parametrize(("height", "width"), [(3000, 4000), (9000, 12000)])
def test_a_jpeg_costs_two_of_the_pictures_it_becomes(tmp_path, height, width):
    path = tmp_path / "large.jpg"
    tiled = np.tile(pattern(), (height // 80 + 1, width // 112 + 1, 1))[:height, :width]
    path.write_bytes(cv2.imencode(".jpg", tiled)[1])
    code = """
import sys
from face_mesh.photo.photo import open_photo
def peak():
    return next(int(s.split()[1]) for s in open("/proc/self/status") if s.startswith("VmHWM"))
open_photo(sys.stdin.buffer)
before = peak()
image = open_photo(sys.argv[1]).image
print((peak() - before) * 1024 / image.nbytes)
"""
    done = run_python(
        "import warnings; warnings.simplefilter('ignore')\n" + code, str(path), stdin=VALID[0]
    )
    assert float(done.stdout) < 2.3


# --- real photos -------------------------------------------------------------------------------


@pytest.mark.shared
def test_a_real_photo(faces_dir):
    path = use_photo(min((faces_dir / "london").rglob("*.jpg")))
    photo = open_photo(path)
    with Image.open(path) as picture:
        expected = np.asarray(ImageOps.exif_transpose(picture).convert("RGB"))
    assert distance(photo.image, expected) <= 1
    assert photo == open_photo(path.read_bytes())
