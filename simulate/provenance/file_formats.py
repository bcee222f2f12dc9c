"""Kinds of files, and the mark for programs in those that move: XMP where each keeps it."""

from __future__ import annotations

import struct
from uuid import UUID

from simulate.provenance.png_metadata import xmp

# Of the XMP specification, part 3: the box of an MP4 and the extension of a GIF.
_XMP_BOX = UUID("be7acfcb-97a9-42e8-9c71-999491e3afac").bytes
_GIF_EXTENSION = b"\x21\xff\x0bXMP DataXMP"
_GIF_TRAILER = b"\x01" + bytes(range(255, -1, -1)) + b"\x00"
_GIF_HEADER = 13  # signature and screen; then the palette, if there is one for the whole file
_STARTS = {
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"GIF87a": "image/gif",
    b"GIF89a": "image/gif",
    b"%PDF-": "application/pdf",
}


def kind_of(data: bytes) -> str | None:
    """Return the media type of a file by how it begins; None is one that is not looked into."""
    if data[4:8] == b"ftyp":
        return "video/mp4"
    return next((kind for start, kind in _STARTS.items() if data.startswith(start)), None)


def mark_mp4(mp4: bytes, *, painted: bool) -> bytes:
    """Return an MP4 that says it is simulated, and whether a trained model `painted` parts."""
    body = _XMP_BOX + xmp(painted).encode("utf-8")
    return mp4 + struct.pack(">I4s", 8 + len(body), b"uuid") + body


def mark_gif(gif: bytes, *, painted: bool) -> bytes:
    """Return a GIF that says it is simulated, and whether a trained model `painted` parts.

    Raises:
        ValueError: the bytes are no GIF.
    """
    if kind_of(gif) != "image/gif":
        raise ValueError("these bytes are no GIF")
    flags = gif[10]
    head = _GIF_HEADER + (3 * 2 ** ((flags & 7) + 1) if flags & 0x80 else 0)
    said = _GIF_EXTENSION + xmp(painted).encode("utf-8") + _GIF_TRAILER
    return gif[:head] + said + gif[head:]
