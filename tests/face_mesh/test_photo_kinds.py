"""Files that are no plain photo: moving pictures, camera raw files, and HEIC of every brand."""

import struct

import numpy as np
import pytest
from PIL import Image

from face_mesh.errors import PhotoError
from face_mesh.photo import formats, frames, refusals
from face_mesh.photo.photo import open_photo
from tests.face_mesh.photo_files import distance, heic, pattern, saved

MOVING = {"GIF": {}, "PNG": {}, "WEBP": {"lossless": True}}
BLACK, WHITE = (0, 0, 0, 255), (255, 255, 255, 255)
SEE_THROUGH = (0, 0, 0, 0)


def blank(colour=BLACK):
    return Image.new("RGBA", (112, 80), colour)


def film(kind, *shown, **options):
    first, *others = shown
    return saved(first, kind, save_all=True, append_images=others, **MOVING[kind], **options)


def seen():
    return Image.fromarray(pattern()).convert("RGBA")


# --- moving pictures ----------------------------------------------------------------------------


@pytest.mark.parametrize("before", [1, 2, 5])
@pytest.mark.parametrize("kind", MOVING)
def test_of_a_moving_picture_the_first_frame_that_shows_something(kind, before):
    # Frames that are alike are stored once by some encoders: these differ by a level of grey.
    empty = [blank((n, n, n, 255)) for n in range(before)]
    image = open_photo(film(kind, *empty, seen(), blank())).image
    assert np.abs(image.astype(int) - pattern()).mean() < 12


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
@pytest.mark.parametrize("colour", [WHITE, SEE_THROUGH, (40, 90, 40, 255)])
def test_whatever_colour_an_empty_frame_has(kind, colour):
    assert distance(open_photo(film(kind, blank(colour), seen())).image, pattern()) == 0


def test_a_black_frame_with_the_traces_of_compression():
    noisy = np.random.default_rng(0).integers(0, 5, (80, 112, 3), np.uint8)
    data = saved(Image.fromarray(noisy), "WEBP", save_all=True, append_images=[seen()], quality=70)
    assert np.abs(open_photo(data).image.astype(int) - pattern()).mean() < 12


@pytest.mark.parametrize("kind", MOVING)
def test_a_film_that_begins_with_a_picture_is_that_picture(kind):
    later = Image.fromarray(pattern()[::-1].copy())
    image = open_photo(film(kind, seen(), later)).image
    assert np.abs(image.astype(int) - pattern()).mean() < 12


def test_where_no_frame_shows_anything_it_is_the_first():
    data = film("WEBP", blank((9, 9, 9, 255)), blank((30, 30, 30, 255)))
    assert open_photo(data).image[0, 0].tolist() == [9, 9, 9]


def test_not_every_frame_of_a_long_film_is_looked_at(monkeypatch):
    monkeypatch.setattr(frames, "MOST_PIXELS", 2 * 112 * 80)
    empty = [blank((n, n, n, 255)) for n in range(4)]
    assert open_photo(film("WEBP", *empty, seen())).image.max() == 0


# --- camera raw files -----------------------------------------------------------------------------


def tiff(*directories, order="<", after=b""):
    """A TIFF of directories {tag: (type, number)}, each following the last, and a picture."""
    head = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(order + "L", 8 + len(after))
    data = head + after
    for number, entries in enumerate(directories):
        size = 2 + 12 * len(entries) + 4
        last = number + 1 == len(directories)
        data += struct.pack(order + "H", len(entries))
        for tag, (kind, value) in sorted(entries.items()):
            packed = struct.pack(order + {3: "HH", 4: "L", 1: "L"}[kind], *_filled(kind, value))
            data += struct.pack(order + "HHL", tag, kind, 1) + packed
        data += struct.pack(order + "L", 0 if last else len(data) - 2 - 12 * len(entries) + size)
    return data


def _filled(kind, value):
    return (value, 0) if kind == 3 else (value,)


SUBFILE, PHOTOMETRIC, SUB_DIRECTORIES, DNG_VERSION = 254, 262, 330, 50706
COLOURS, MOSAIC, LINEAR = (3, 2), (3, 32803), (3, 34892)


def sensor_inside():
    """What the sensor saw in a directory that only an entry of the first names."""
    data = bytearray(tiff({PHOTOMETRIC: COLOURS, SUB_DIRECTORIES: (4, 38)}, {PHOTOMETRIC: MOSAIC}))
    data[34:38] = bytes(4)  # no directory follows the first
    return bytes(data)


RAW = {
    "DNG": tiff({PHOTOMETRIC: COLOURS, DNG_VERSION: (1, 0x0401)}),
    "DNG of a phone": tiff({PHOTOMETRIC: LINEAR}, order=">"),
    "preview first": tiff({SUBFILE: (4, 1), PHOTOMETRIC: COLOURS}),
    "sensor second": tiff({PHOTOMETRIC: COLOURS}, {PHOTOMETRIC: MOSAIC}),
    "sensor inside": sensor_inside(),
    "CR2": tiff({PHOTOMETRIC: COLOURS}, after=b"CR\2\0\0\0\0\0"),
    "CR3": b"\0\0\0\x18ftypcrx \0\0\0\1crx isom",
    "RAF": b"FUJIFILMCCD-RAW 0201",
    "ORF": b"IIRO\x08\0\0\0",
    "RW2": b"IIU\0\x08\0\0\0",
}


@pytest.mark.parametrize("data", RAW.values(), ids=RAW)
def test_a_camera_raw_file_is_refused_by_name(data):
    with pytest.raises(PhotoError) as caught:
        open_photo(data + bytes(4096))
    assert str(caught.value) == refusals.RAW


def test_a_real_preview_in_a_raw_file_is_never_taken_for_the_photo():
    whole = saved(pattern(), "TIFF")
    assert distance(open_photo(whole).image, pattern()) == 0
    reduced = saved(pattern(), "TIFF", tiffinfo={SUBFILE: 1})
    with pytest.raises(PhotoError) as caught:
        open_photo(reduced)
    assert str(caught.value) == refusals.RAW


def test_a_tiff_whose_second_page_is_a_thumbnail_is_a_photo():
    small = Image.fromarray(pattern()[::2, ::2].copy())
    small.encoderinfo = {"tiffinfo": {SUBFILE: 1}}
    data = saved(pattern(), "TIFF", save_all=True, append_images=[small])
    assert distance(open_photo(data).image, pattern()) == 0


def test_directories_in_a_circle_come_to_an_end():
    data = bytearray(tiff({PHOTOMETRIC: COLOURS}))
    data[-4:] = struct.pack("<L", 8)
    with pytest.raises(PhotoError):
        open_photo(bytes(data) + bytes(4096))


# --- brands of HEIC -------------------------------------------------------------------------------


def branded(brand, others=()):
    """A HEIC that says it is of another brand."""
    data = bytearray(heic(pattern()))
    end = int.from_bytes(data[:4], "big")
    data[8:12] = brand
    for at, other in zip(range(16, end, 4), others, strict=False):
        data[at : at + 4] = other
    return bytes(data)


@pytest.mark.parametrize(
    "brand", [b"heic", b"heix", b"hevc", b"hevx", b"heis", b"mif1", b"mif2", b"msf1"]
)
def test_every_brand_of_heic_shows_its_picture(brand):
    assert distance(open_photo(branded(brand)).image, pattern()) <= 4


def test_a_heic_of_films_only_is_refused_by_name():
    data = heic(pattern())
    end = int.from_bytes(data[:4], "big")
    data = data[:8] + b"msf1" + data[12:end] + struct.pack(">I4s", 16, b"moov") + bytes(8)
    with pytest.raises(PhotoError) as caught:
        open_photo(data)
    assert str(caught.value) == refusals.MOVING


def test_a_picture_beside_a_film_is_the_photo():
    data = branded(b"msf1") + struct.pack(">I4s", 16, b"moov") + bytes(8)
    assert distance(open_photo(data).image, pattern()) <= 4


@pytest.mark.parametrize("brand", [b"avif", b"mif1", b"msf1"])
def test_pictures_of_a_codec_that_is_not_read_are_told_by_kind(brand):
    data = branded(brand, (b"mif1", b"avif"))
    assert formats.kind_of(data) == ""
    with pytest.raises(PhotoError) as caught:
        open_photo(data)
    assert str(caught.value) == refusals.NOT_A_PHOTO
