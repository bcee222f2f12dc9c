"""WebP: its chunks, and the frames of a moving one."""

from __future__ import annotations

import struct

from face_mesh.photo.budget.limits import MAX_EXIF, Count

# A photo has at most six (header, colours, transparency, pixels, EXIF, XMP), a moving picture one a
# frame.
MAX_CHUNKS = 10_000

_HEAD = struct.Struct("<4sI")


def check(data: bytes) -> None:
    """Let a WebP pass that asks for no more work than photos do; see `check_budget`."""
    chunks, exif = Count(MAX_CHUNKS), Count(MAX_EXIF)
    at, end = 12, len(data) - 8
    while at <= end:
        kind, length = _HEAD.unpack_from(data, at)
        chunks.add()
        if kind == b"EXIF":
            exif.add(length)
        at += 8 + length + length % 2
