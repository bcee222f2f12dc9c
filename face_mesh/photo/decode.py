"""The bytes of a picture file to upright sRGB pixels: formats, limits, turns and colours.

The format is told by the first bytes, never by a name, and the codec is called by its class:
`Image.open` would try fifty formats nobody photographs in, and warn about large pictures before
our own limit is asked. Pictures are converted a few rows at a time, so that no second full-size
picture is made on the way. Of a moving picture the first frame that shows something is taken. A
JPEG too large to be kept whole, of a phone with 108 or 200 megapixels, is read at half its size,
which its codec does without ever holding the whole.
"""

from __future__ import annotations

import io
import struct
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import cv2
import numpy as np
from PIL import ExifTags, Image, ImageCms
from PIL.BmpImagePlugin import BmpImageFile
from PIL.GifImagePlugin import GifImageFile
from PIL.ImageFile import ImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.TiffImagePlugin import TiffImageFile
from PIL.WebPImagePlugin import WebPImageFile

from face_mesh.arrays import Rgb
from face_mesh.errors import PhotoError
from face_mesh.messages import Message
from face_mesh.photo import formats, refusals
from face_mesh.photo.budget import check_budget
from face_mesh.photo.budget.gif import first_frame
from face_mesh.photo.colour_space import Codes, ColourSpace
from face_mesh.photo.colour_tags import exif_value, tagged_space
from face_mesh.photo.frames import seek_visible_frame
from face_mesh.photo.raw_file import is_raw

MAX_BYTES = 64 * 2**20  # of the file
MAX_PIXELS = 64_000_000  # of the picture that is kept
MAX_STORED_PIXELS = 4 * MAX_PIXELS  # of a JPEG that is halved; phones make up to 200 million
MAX_SIDE = 32_000  # px; OpenCV's remap ends at 32,767
MIN_SIDE = 64  # px

_STRIP_ROWS = 16  # small enough for the processor's cache, large enough that calls cost nothing

# Remarks on odd metadata, all of which is dropped, would reach a patient's terminal. Named by
# module and category, so that no other warning (Pillow's on decompression bombs least) is hidden;
# not warnings.catch_warnings, which is not safe in threads.
warnings.filterwarnings("ignore", category=UserWarning, module=r"PIL\.(Tiff|Png)ImagePlugin")

_JPEG_SCAN, _JPEG_END = b"\xff\xda", b"\xff\xd9"

# How the stored picture becomes upright, by the EXIF orientation; 1 is upright already.
_TURNS: dict[int, Callable[[Rgb], cv2.typing.MatLike]] = {
    2: lambda stored: cv2.flip(stored, 1),
    3: lambda stored: cv2.rotate(stored, cv2.ROTATE_180),
    4: lambda stored: cv2.flip(stored, 0),
    5: cv2.transpose,
    6: lambda stored: cv2.rotate(stored, cv2.ROTATE_90_CLOCKWISE),
    7: lambda stored: cv2.transpose(cv2.rotate(stored, cv2.ROTATE_180)),
    8: lambda stored: cv2.rotate(stored, cv2.ROTATE_90_COUNTERCLOCKWISE),
}


def decode(data: bytes) -> Rgb:
    """Return the picture in `data`, upright, in sRGB, without any of its metadata.

    Args:
        data: a whole file: JPEG, PNG, WebP, HEIC, TIFF, GIF or BMP; of several pages the first, of
            a moving picture the first frame that shows something.

    Returns:
        (H, W, 3) uint8, C-contiguous, owned by the caller. Deeper colours are scaled to 8 bits,
        those of high dynamic range cut off at plain white (`colour_space`), transparent ones laid
        on white. A JPEG of more than `MAX_PIXELS`, and up to `MAX_STORED_PIXELS`, has half its
        width and height.

    Raises:
        PhotoError: not a picture, damaged, cut short, or outside the limits of this module, which
            are checked before any pixel is decoded.
    """
    if not data:
        raise PhotoError(refusals.EMPTY)
    if len(data) > MAX_BYTES:
        raise PhotoError(Message(refusals.TOO_LARGE, most=MAX_BYTES // 2**20))
    with _plain_refusals():
        _check_kind(data)
        check_budget(data)
        picture = _open_header(data)
        halved = _halve(picture, data)
        _check_size(*picture.size)
        space, pixels = tagged_space(picture, data), None
        if picture.format == "JPEG":
            pixels = _decode_jpeg(picture, data, halved, space)
        elif picture.format == "HEIF" and space is not None and space.is_hdr:
            pixels = _decode_hdr(data, space)
        if pixels is None:
            seek_visible_frame(picture)
            pixels = _decode_rows(picture, space)
        return _upright(pixels, picture)


@contextmanager
def _plain_refusals() -> Iterator[None]:
    """Whatever a codec makes of a broken file (it may be any exception) is a PhotoError."""
    try:
        yield
    except PhotoError:
        raise
    except MemoryError as error:
        raise PhotoError(refusals.NO_MEMORY) from error
    except Image.DecompressionBombError as error:
        raise PhotoError(_too_many(MAX_PIXELS)) from error
    except cv2.error as error:
        short = error.code == cv2.Error.StsNoMem
        raise PhotoError(refusals.NO_MEMORY if short else refusals.DAMAGED) from error
    except Exception as error:
        raise PhotoError(refusals.DAMAGED) from error


def _check_kind(data: bytes) -> None:
    kind = formats.kind_of(data)
    if kind == formats.RAW or (kind == formats.TIFF and is_raw(data)):
        raise PhotoError(refusals.RAW)
    if kind not in _CODECS:
        raise PhotoError(refusals.NOT_A_PHOTO)


def _open_header(data: bytes) -> ImageFile:
    kind = formats.kind_of(data)
    if kind == formats.GIF and (size := first_frame(data)):  # Pillow makes room for it on opening
        _check_size(*size)
    return _CODECS[kind](io.BytesIO(data))


def _open_heif_header(stream: io.BytesIO) -> ImageFile:
    try:
        from pillow_heif import HeifImageFile  # 20 MB of codecs, only when such a photo comes
    except ImportError as error:  # it holds GPL parts, and may be left out
        raise PhotoError(refusals.NO_HEIC) from error
    picture: ImageFile = HeifImageFile(stream)  # type: ignore[no-untyped-call]
    return picture


_CODECS: dict[str, Callable[[io.BytesIO], ImageFile]] = {
    formats.JPEG: JpegImageFile,
    formats.PNG: PngImageFile,
    formats.HEIC: _open_heif_header,
    formats.WEBP: WebPImageFile,
    formats.TIFF: TiffImageFile,
    formats.GIF: GifImageFile,
    formats.BMP: BmpImageFile,
}


def _too_many(most: int) -> Message:
    return Message(refusals.TOO_MANY_PIXELS, most=most // 10**6)


def _halve(picture: ImageFile, data: bytes) -> bool:
    """Have a JPEG that is too large decoded at half its size; return whether it will be.

    Not one that comes in several passes: its codec holds all of it, at whatever size it is decoded.
    Cameras write one pass.

    Raises:
        PhotoError: it is too large even for that.
    """
    width, height = picture.size
    if width * height <= MAX_PIXELS or not _is_of_one_pass(picture, data):
        return False
    if width * height > MAX_STORED_PIXELS:
        raise PhotoError(_too_many(MAX_STORED_PIXELS))
    picture.draft(picture.mode, (width // 2, height // 2))
    return True


def _is_of_one_pass(picture: ImageFile, data: bytes) -> bool:
    """Whether it is a JPEG whose first scan, up to where Pillow has read, holds all of it."""
    if not isinstance(picture, JpegImageFile) or not picture.fp or "progressive" in picture.info:
        return False
    colours, end = picture.layers, picture.fp.tell()
    header = _JPEG_SCAN + struct.pack(">HB", 6 + 2 * colours, colours)
    return data[:end].endswith(header, 0, end - 2 * colours - 3)


def _check_size(width: int, height: int) -> None:
    if min(width, height) < MIN_SIDE:
        raise PhotoError(Message(refusals.TOO_FEW_PIXELS, width=width, height=height))
    if width * height > MAX_PIXELS:
        raise PhotoError(_too_many(MAX_PIXELS))
    if max(width, height) > MAX_SIDE:
        raise PhotoError(Message(refusals.TOO_LONG, most=MAX_SIDE))


def _decode_jpeg(
    picture: ImageFile, data: bytes, halved: bool, space: ColourSpace | None
) -> Rgb | None:
    """The pixels by OpenCV, which needs neither Pillow's fourth channel nor a copy out of it.

    Same library underneath, same pixels. None if the picture is not plain RGB or grey, or may be
    cut short (no end marker after its last scan, or OpenCV says so): then Pillow has its say.
    """
    plain_grey = picture.mode == "L" and "icc_profile" not in picture.info
    ends = data.rfind(_JPEG_END) > data.rfind(_JPEG_SCAN)
    if not ends or (picture.mode != "RGB" and not plain_grey):
        return None
    flags = cv2.IMREAD_COLOR_RGB | cv2.IMREAD_IGNORE_ORIENTATION
    if halved:
        flags |= cv2.IMREAD_REDUCED_GRAYSCALE_2  # the one that says nothing about colour
    decoded = cv2.imdecode(np.frombuffer(data, np.uint8), flags)
    if decoded is None:
        return None
    pixels = decoded.astype(np.uint8, copy=False)
    transform = None if space else _to_srgb(picture)
    if transform is not None:
        for rows in _strips(len(pixels)):
            pixels[rows] = np.asarray(transform.apply(Image.fromarray(pixels[rows])))
    return pixels if space is None else _of_space(pixels, space)


def _of_space(codes: Codes, space: ColourSpace) -> Rgb:
    pixels = np.empty(codes.shape, np.uint8)
    for rows in _strips(len(codes)):
        pixels[rows] = space.to_srgb(codes[rows])
    return pixels


def _decode_hdr(data: bytes, space: ColourSpace) -> Rgb:
    """The pixels of a HEIC of high dynamic range, of which 8 bits would not be enough."""
    from pillow_heif import HeifFile

    stream = io.BytesIO(data)
    heif = HeifFile(stream, convert_hdr_to_8bit=False)  # type: ignore[no-untyped-call]
    picture = heif[heif.primary_index]
    codes = np.asarray(picture)
    if codes.ndim != 3 or codes.shape[2] != 3:  # grey, or see-through: no camera makes any
        raise PhotoError(refusals.COLOURS)
    return _of_space(codes, space)


def _decode_rows(picture: ImageFile, space: ColourSpace | None) -> Rgb:
    """The pixels by Pillow, converted strip by strip."""
    picture.load()
    if picture.mode in ("I", "F"):  # measurements, of which nobody can say what is white
        raise PhotoError(refusals.COLOURS)
    transform = None if space else _to_srgb(picture)
    width, height = picture.size
    pixels = np.empty((height, width, 3), np.uint8)
    for rows in _strips(height):
        strip = picture.crop((0, rows.start, width, rows.stop))
        pixels[rows] = np.asarray(_strip_to_srgb(strip, transform, space))
    return pixels


def _strips(height: int) -> Iterator[slice]:
    for top in range(0, height, _STRIP_ROWS):
        yield slice(top, min(top + _STRIP_ROWS, height))


def _strip_to_srgb(
    strip: Image.Image,
    transform: ImageCms.ImageCmsTransform | None,
    space: ColourSpace | None,
) -> Image.Image:
    """`strip` of any mode as an RGB picture, transparency laid on white."""
    if strip.mode.startswith("I;16"):  # Pillow's own conversion clips at 255
        strip = Image.fromarray((np.asarray(strip) >> 8).astype(np.uint8))
    alpha = None
    if strip.has_transparency_data:
        strip = strip.convert("RGBA")
        alpha = strip.getchannel("A")
    if transform is not None:
        rgb = transform.apply(strip.convert(transform.input_mode))
    else:
        rgb = strip.convert("RGB")
    if space is not None:
        rgb = Image.fromarray(space.to_srgb(np.asarray(rgb)))
    if alpha is None:
        return rgb
    return Image.composite(rgb, Image.new("RGB", rgb.size, "white"), alpha)


def _to_srgb(picture: Image.Image) -> ImageCms.ImageCmsTransform | None:
    """The way from the embedded ICC profile to sRGB.

    None where there is none to take: no profile, a broken one, one for another kind of picture, or
    sRGB itself, which most profiles are and which would cost ten times the decoding.
    """
    profile = picture.info.get("icc_profile")
    if not profile:
        return None
    mode = {"CMYK": "CMYK", "L": "L", "LA": "L", "I;16": "L", "I;16B": "L"}.get(picture.mode, "RGB")
    target = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        transform = ImageCms.ImageCmsTransform(source, target, mode, "RGB")
    except (OSError, ValueError):  # not a profile; not one for this kind of picture
        return None
    return None if mode == "RGB" and _changes_nothing(transform) else transform


def _changes_nothing(transform: ImageCms.ImageCmsTransform) -> bool:
    """Whether 729 colours all over the cube come back as they went, give or take one level."""
    levels = np.linspace(0, 255, 9).astype(np.uint8)
    before = np.stack(np.meshgrid(levels, levels, levels), -1).reshape(27, 27, 3)
    after = np.asarray(transform.apply(Image.fromarray(before)))
    return bool(np.abs(after.astype(np.int16) - before).max() <= 1)


def _upright(pixels: Rgb, picture: ImageFile) -> Rgb:
    turn = _TURNS.get(_orientation(picture))
    return pixels if turn is None else np.ascontiguousarray(turn(pixels), np.uint8)


def _orientation(picture: ImageFile) -> int:
    """How the pixels still lie by EXIF; 1 where that is missing, broken, or obeyed already.

    TIFF and HEIC are turned by their decoders on loading, which then take the tag away.
    """
    try:
        return int(str(exif_value(picture, ExifTags.Base.Orientation)))
    except ValueError:
        return 1
