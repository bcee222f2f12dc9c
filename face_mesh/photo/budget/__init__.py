"""How much work a file may ask of a decoder, read off its structure before one sees it.

A few hundred kilobytes can keep a decoder busy for minutes: thousands of passes over one picture,
millions of empty parts. Each format has a module that walks its structure in a few milliseconds and
stops at the first limit. The limits leave room for every camera and every editor; what
passes them and still takes too long is stopped by `face_mesh.isolation.sandbox`.
"""

from __future__ import annotations

from collections.abc import Callable

from face_mesh.photo import formats
from face_mesh.photo.budget import (
    bmp,
    gif,
    heic,
    jpeg,
    png,
    tiff,
    webp,
)

_CHECKS: dict[str, Callable[[bytes], None]] = {
    formats.JPEG: jpeg.check,
    formats.PNG: png.check,
    formats.HEIC: heic.check,
    formats.WEBP: webp.check,
    formats.TIFF: tiff.check,
    formats.GIF: gif.check,
    formats.BMP: bmp.check,
}


def check_budget(data: bytes) -> None:
    """Let a file pass whose structure asks for no more work than photos do.

    Says nothing about files that are no pictures, or are damaged: decoders do.

    Raises:
        PhotoError: it asks for more.
    """
    check = _CHECKS.get(formats.kind_of(data))
    if check is not None:
        check(data)
