"""How much work a file may ask of a decoder, read off its structure before one sees it.

A few hundred kilobytes can keep a decoder busy for minutes: thousands of passes over one picture,
millions of empty parts. Each format has a module that walks its structure in a few milliseconds and
stops at the first limit. The limits leave room for every camera and every editor; what
passes them and still takes too long is stopped by `face_mesh.isolation.sandbox`.
"""

from __future__ import annotations

from collections.abc import Callable

from face_mesh.photo.budget import (
    bmp,
    gif,
    heic,
    jpeg,
    png,
    tiff,
    webp,
)
from face_mesh.photo.formats import (
    BMP,
    GIF,
    HEIC,
    JPEG,
    PNG,
    TIFF,
    WEBP,
    kind_of,
)

_CHECKS: dict[str, Callable[[bytes], None]] = {
    JPEG: jpeg.check,
    PNG: png.check,
    HEIC: heic.check,
    WEBP: webp.check,
    TIFF: tiff.check,
    GIF: gif.check,
    BMP: bmp.check,
}


def check_budget(data: bytes) -> None:
    """Let a file pass whose structure asks for no more work than photos do.

    Says nothing about files that are no pictures, or are damaged: decoders do.

    Raises:
        PhotoError: it asks for more.
    """
    check = _CHECKS.get(kind_of(data))
    if check is not None:
        check(data)
