"""What a file may ask of a decoder: hostile ones never reach it, real ones always do."""

import io
import struct
from contextlib import suppress

import numpy as np
import pytest
from PIL import Image

from face_mesh.errors import PhotoError
from face_mesh.photo import decode, refusals
from face_mesh.photo.budget import (
    check_budget,
    gif,
    heic,
    jpeg,
    limits,
    png,
    tiff,
    webp,
)
from face_mesh.photo.photo import MAX_BYTES, open_photo
from tests.face_mesh import structures as made
from tests.helpers import use_photo

COMMENT, DQT, APP1, APP2, APP13 = 0xFE, 0xDB, 0xE1, 0xE2, 0xED
EMPTY = made.segment(COMMENT)


def exif(size):
    return b"Exif\0\0" + b"\0" * size


def in_segments(marker, head, content):
    """As writers spread what is longer than a segment."""
    size = 65_000
    parts = [content[at : at + size] for at in range(0, len(content), size)]
    return b"".join(made.segment(marker, head + part) for part in parts)


NOTES = made.segment(APP13, b"Photoshop 3.0\0" + (b"8BIM\x04\x04" + b"\0" * 6) * 5000)
TABLES = made.segment(DQT, (b"\0" + b"\x10" * 64) * 1000)
HOSTILE = {
    "jpeg scans": lambda: made.many_scans(jpeg.MAX_SCANS + 1),
    "jpeg scans over many pixels": lambda: made.many_scans(26, 8000, 8000),
    "jpeg comments": lambda: made.jpeg(EMPTY * 10**6),
    "jpeg comments after a scan": lambda: made.jpeg(after=EMPTY * 10**6),
    "jpeg comments between scans": lambda: made.many_scans(20).replace(
        b"\xff\xda", EMPTY * 300 + b"\xff\xda"
    ),
    "jpeg fill": lambda: made.jpeg(b"\xff" * 10**6),
    "jpeg fill in many places": lambda: made.jpeg((b"\xff" * 1000 + EMPTY) * 100),
    "jpeg bytes between segments": lambda: made.jpeg(EMPTY + b"a" * 10**6),
    "jpeg coded 255 between segments": lambda: made.jpeg(EMPTY + b"\xff\0" * 10**6),
    "jpeg restarts between segments": lambda: made.jpeg(b"\xff\xd0" * 10**6),
    "jpeg tables": lambda: made.jpeg(TABLES * 6),
    "jpeg tables after a scan": lambda: made.jpeg(after=TABLES * 6),
    "jpeg notes of Photoshop": lambda: made.jpeg(NOTES * 3),
    "jpeg exif in many segments": lambda: made.jpeg(
        in_segments(APP1, b"Exif\0\0", b"\0" * (limits.MAX_EXIF + 1))
    ),
    "png chunks": lambda: made.png(made.png_chunk(b"teSt") * 10**5),
    "png chunks behind the pixels": lambda: made.png(after=made.png_chunk(b"teSt") * 10**5),
    "png empty pixels": lambda: made.png(made.png_chunk(b"IDAT") * 10**5),
    "png empty pixels of frames": lambda: made.png(after=made.png_chunk(b"fdAT") * 10**5),
    "png exif": lambda: made.png(made.png_chunk(b"eXIf", b"II" + b"\0" * limits.MAX_EXIF)),
    "png exif as text": lambda: made.png(
        made.png_chunk(b"tEXt", b"Raw profile type exif\0" + b"0" * 2 * limits.MAX_EXIF)
    ),
    "webp chunks": lambda: made.webp(made.webp_chunk(b"teSt") * 10**5),
    "webp exif": lambda: made.webp(made.webp_chunk(b"EXIF", exif(limits.MAX_EXIF))),
    "gif comments": lambda: made.gif(b"!\xfe\x01a\0" * 10**5),
    "gif one comment of many blocks": lambda: made.gif(b"!\xfe" + b"\x01a" * 10**5 + b"\0"),
    "gif empty extensions": lambda: made.gif(b"!\xf9\0" * 10**5),
    "gif bytes that begin nothing": lambda: made.gif(b"\0" * 10**5),
    "tiff entries": lambda: made.tiff(*((40_000 + n, made.LONG, 1) for n in range(1000))),
    "tiff entries, large": lambda: made.tiff(
        *((40_000 + n, made.LONG, 1) for n in range(1000)), big=True
    ),
    "tiff rationals": lambda: made.tiff((282, made.RATIONAL, tiff.MAX_VALUES + 1)),
    "tiff rationals, big end first": lambda: made.tiff(
        (282, made.RATIONAL, tiff.MAX_VALUES + 1), order=">"
    ),
    "tiff rationals in several entries": lambda: made.tiff(
        *((40_000 + n, made.SHORT, tiff.MAX_VALUES) for n in range(4))
    ),
    "tiff tiles": lambda: made.tiff((324, made.LONG, tiff.MAX_VALUES + 1)),
    "heic items": lambda: made.heic({1: (80, 80)}, {}, items=heic.MAX_ITEMS + 1),
    "heic boxes": lambda: made.heic({1: (80, 80)}, {}, boxes=made.box(b"free", b"") * 30_000),
    "heic properties": lambda: made.heic({n: (8, 8) for n in range(1, 30_000)}, {}, items=1),
    "heic the same tile again": lambda: made.heic(
        {1: (8000, 8000), 2: (512, 512)}, {1: [2] * 1000}
    ),
    "heic large tiles": lambda: made.heic(
        {n: (8000, 8000) for n in range(1, 9)}, {1: list(range(2, 9))}
    ),
    "heic grids of grids": lambda: made.heic(
        {n: (512, 512) for n in range(1, 7)}, {n: [n + 1] * 20 for n in range(1, 6)}
    ),
    "heic a picture made of itself": lambda: made.heic({1: (80, 80)}, {1: [1]}),
    "heic a ring": lambda: made.heic({1: (80, 80), 2: (80, 80)}, {1: [2], 2: [1]}),
    "heic a long chain": lambda: made.heic(
        {n: (80, 80) for n in range(1, 30)}, {n: [n + 1] for n in range(1, 29)}
    ),
}


@pytest.fixture
def no_decoder(monkeypatch):
    """Any codec that is called fails the test."""

    def called(*_):
        raise BaseException("a decoder saw the file")

    for kind in decode._CODECS:
        monkeypatch.setitem(decode._CODECS, kind, called)


@pytest.mark.parametrize("kind", HOSTILE)
def test_what_asks_for_too_much_never_reaches_a_decoder(kind, no_decoder):
    data = HOSTILE[kind]()
    assert len(data) <= MAX_BYTES
    with pytest.raises(PhotoError) as caught:
        open_photo(data)
    assert str(caught.value) == refusals.TOO_MUCH_WORK


def test_bmp_packed_as_drawings_are(no_decoder):
    with pytest.raises(PhotoError) as caught:
        open_photo(made.bmp_of_runs())
    assert str(caught.value) == refusals.DAMAGED


@pytest.mark.parametrize("compression", [2, 3, 4, 6, 32809, 34676, 34925, 50000, 50001, 65535])
def test_tiff_packed_as_no_camera_does(compression, no_decoder):
    plain, entry = made.tiff(), struct.pack("<HHL", 259, made.LONG, 1)
    data = plain.replace(entry + b"\1\0", entry + struct.pack("<H", compression))
    assert data != plain
    with pytest.raises(PhotoError) as caught:
        open_photo(data)
    assert str(caught.value) == refusals.DAMAGED


def test_the_walk_ends_at_the_limit(monkeypatch):
    """However much follows: each part is counted once, and one too many is the last."""
    added = []
    real = limits.Count.add
    monkeypatch.setattr(
        limits.Count, "add", lambda self, number=1: (added.append(number), real(self, number))
    )
    for kind, most in {
        "jpeg comments": jpeg.MAX_SEGMENTS,
        "png chunks": png.MAX_CHUNKS,
        "webp chunks": webp.MAX_CHUNKS,
        "gif comments": gif.MAX_BLOCKS,
        "heic boxes": heic.MAX_BOXES,
    }.items():
        added.clear()
        with pytest.raises(PhotoError):
            check_budget(HOSTILE[kind]())
        assert len(added) < 2 * most + 10, kind


# --- just within -------------------------------------------------------------------------------

WITHIN = {
    "jpeg scans": lambda: made.many_scans(jpeg.MAX_SCANS),
    "jpeg scans over many pixels": lambda: made.many_scans(25, 8000, 8000),
    "jpeg segments": lambda: made.jpeg(EMPTY * (jpeg.MAX_SEGMENTS - 50)),
    "jpeg fill": lambda: made.jpeg(b"\xff" * jpeg.MAX_FILL),
    "jpeg exif": lambda: made.jpeg(in_segments(APP1, b"Exif\0\0", b"\0" * (limits.MAX_EXIF - 999))),
    "png chunks": lambda: made.png(made.png_chunk(b"teSt") * (png.MAX_CHUNKS - 3)),
    "webp chunks": lambda: made.webp(made.webp_chunk(b"teSt") * (webp.MAX_CHUNKS - 10)),
    "gif blocks": lambda: made.gif(b"!\xfe" + b"\x01a" * (gif.MAX_BLOCKS - 9) + b"\0"),
    "tiff numbers": lambda: made.tiff((40_000, made.SHORT, tiff.MAX_VALUES)),
    "heic 48 megapixels in tiles, a gain map, another for older phones": lambda: made.heic(
        {
            **{n: (512, 512) for n in range(1, 193)},
            193: (8064, 6048),
            194: (4032, 3024),
            195: (8064, 6048),
        },
        {193: list(range(1, 193)), 195: [193, 194]},
    ),
}


@pytest.mark.parametrize("kind", WITHIN)
def test_what_lies_within_the_limits_passes(kind):
    check_budget(WITHIN[kind]())


@pytest.mark.parametrize("kind", [kind for kind in WITHIN if "heic" not in kind])
def test_what_lies_within_the_limits_can_be_opened(kind):
    assert open_photo(WITHIN[kind]()).image.size


# --- as cameras and editors write --------------------------------------------------------------


def noisy(height=200, width=240):
    return Image.fromarray(np.random.default_rng(0).integers(0, 256, (height, width, 3), np.uint8))


def saved(picture, kind, **options):
    stream = io.BytesIO()
    picture.save(stream, kind, **options)
    return stream.getvalue()


def with_icc_in_255_segments():
    body = b"\0" * 100
    return made.jpeg(
        b"".join(
            made.segment(APP2, b"ICC_PROFILE\0" + bytes((n, 255)) + body) for n in range(1, 256)
        )
    )


def with_a_depth_map():
    head = b"http://ns.adobe.com/xmp/extension/\0" + b"0" * 32 + b"\0" * 8
    return made.jpeg(made.segment(APP1, head + b"x" * 65_000) * 300)


def with_a_preview():
    """Whose scans lie inside a segment."""
    preview = saved(noisy(64, 64), "JPEG", progressive=True)
    return made.jpeg(made.segment(APP1, b"Exif\0\0II*\0\x08\0\0\0\0\0\0\0\0\0" + preview))


def restarted():
    import cv2

    return cv2.imencode(".jpg", np.asarray(noisy()), [cv2.IMWRITE_JPEG_RST_INTERVAL, 1])[
        1
    ].tobytes()


REAL = {
    "progressive": lambda: saved(noisy(), "JPEG", progressive=True),
    "cmyk, progressive": lambda: saved(noisy().convert("CMYK"), "JPEG", progressive=True),
    "colours in 255 segments": with_icc_in_255_segments,
    "depth map": with_a_depth_map,
    "preview": with_a_preview,
    "a restart each block": restarted,
    "padding between segments": lambda: made.jpeg(b"\xff" * 4096),
    "second picture behind the first": lambda: saved(
        noisy(), "MPO", save_all=True, append_images=[noisy()] * 3
    ),
    "gain map of many scans behind the first": lambda: made.jpeg() + made.many_scans(5000),
    "film behind the picture": lambda: made.jpeg() + b"\0\0\0\x18ftypmp42" + b"\xff\xda" * 10**6,
    "zeros behind the picture": lambda: made.jpeg() + b"\0" * 10**6,
    "255 behind the picture": lambda: made.jpeg() + b"\xff" * 10**6,
    "png in parts of 8 KiB": lambda: saved(noisy(600, 800), "PNG", compress_level=0),
    "png that moves": lambda: saved(
        noisy(), "PNG", save_all=True, append_images=[noisy(200, 240)] * 20
    ),
    "png with text": lambda: made.png(
        made.png_chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + b"x" * 10**6)
    ),
    "webp that moves": lambda: saved(noisy(), "WEBP", save_all=True, append_images=[noisy()] * 20),
    "gif that moves": lambda: saved(
        noisy(64, 64), "GIF", save_all=True, append_images=[noisy(64, 64)] * 50
    ),
    "gif with XMP": lambda: made.gif(b"!\xff\x0bXMP DataXMP" + b"\x40" + b"x" * 64 + b"\0"),
    "tiff of single rows": lambda: saved(noisy(), "TIFF", tiffinfo={278: 1}),
    "tiff as jpeg": lambda: saved(noisy(), "TIFF", compression="jpeg"),
    "tiff of several": lambda: saved(noisy(), "TIFF", save_all=True, append_images=[noisy()] * 50),
}


@pytest.mark.parametrize("kind", REAL)
def test_what_cameras_and_editors_write_is_opened(kind):
    assert open_photo(REAL[kind]()).image.size


@pytest.mark.parametrize("kind", REAL)
@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.999])
def test_cut_short_is_left_to_the_decoder(kind, share):
    data = REAL[kind]()
    check_budget(data[: int(len(data) * share)])


@pytest.mark.parametrize("start", ["JPEG", "PNG", "WEBP", "TIFF", "GIF", "BMP"])
def test_a_start_with_anything_behind_it_is_no_error(start):
    head = made.picture(start)[:20]
    rng = np.random.default_rng(1)
    for size in (0, 1, 7, 100, 10_000):
        for _ in range(30):
            with suppress(PhotoError):
                check_budget(head + rng.integers(0, 256, size, np.uint8).tobytes())


def test_the_end_of_a_scan_is_found_wherever_it_lies():
    """The search goes on in larger and larger steps; a marker may lie across two."""
    for length in (*range(4090, 4102), 12_286, 12_287, 12_288, 12_289, 2**21):
        coded = b"\xff\0\xff\xd3" + b"\x11" * length
        data = b"....." + coded + b"\xff\xff\xfe"
        assert jpeg._end_of_scan(data, 5) == 5 + len(coded) + 1
        assert jpeg._end_of_scan(data[:-2], 5) is None


@pytest.mark.shared
def test_every_shared_photo_passes(faces_dir):
    found = [path for path in faces_dir.rglob("*.*") if path.suffix in {".jpg", ".png"}]
    for path in found:
        check_budget(use_photo(path).read_bytes() if path == found[0] else path.read_bytes())
    assert found
