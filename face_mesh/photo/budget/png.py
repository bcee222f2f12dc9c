"""PNG: its chunks. What they inflate to is limited by Pillow, and pixels by their number."""

from __future__ import annotations

import struct

from face_mesh.photo.budget.limits import MAX_EXIF, Count

MAX_CHUNKS = 2**16  # as many as the largest file has of 1 KiB; encoders write 8 KiB and more

_HEAD = struct.Struct(">I4s")
_EXIF = (b"eXIf", b"exif")
_RAW_EXIF = b"Raw profile type exif"  # ImageMagick's, two letters a byte


def check(data: bytes) -> None:
    """Let a PNG pass that asks for no more work than photos do; see `check_budget`."""
    chunks, exif, raw_exif = Count(MAX_CHUNKS), Count(MAX_EXIF), Count(2 * MAX_EXIF)
    at, end = 8, len(data) - 8
    while at <= end:
        length, kind = _HEAD.unpack_from(data, at)
        chunks.add()
        if kind in _EXIF:
            exif.add(length)
        elif kind == b"tEXt" and data.startswith(_RAW_EXIF, at + 8):
            raw_exif.add(length)
        at += 12 + length
