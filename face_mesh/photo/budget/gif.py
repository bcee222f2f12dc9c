"""GIF: what stands before its first frame, the only one that is decoded, and the size of that."""

from __future__ import annotations

import struct

from face_mesh.photo.budget.limits import Count

# Before the first frame. XMP, of some 100 kB, has a block each 100 bytes, ICC one each 255.
MAX_BLOCKS = 2**14


def check(data: bytes) -> None:
    """Let a GIF pass that asks for no more work than photos do; see `check_budget`."""
    first_frame(data)


def first_frame(data: bytes) -> tuple[int, int] | None:
    """Return (width, height) in px over screen and first frame; None where the file ends before.

    Raises:
        PhotoError: too much stands before the first frame.
    """
    blocks = Count(MAX_BLOCKS)
    try:
        width, height, flags = struct.unpack_from("<HHB", data, 6)
        at = 13 + (3 * 2 ** (flags % 8 + 1) if flags & 0x80 else 0)
        # Pillow reads on over bytes that begin nothing, one at a time.
        while (kind := data[at]) != ord(","):
            blocks.add()
            if kind == ord(";"):
                return None
            at += 1
            if kind == ord("!"):  # an extension: its kind, then blocks, each behind its length
                at += 1
                while data[at]:
                    blocks.add()
                    at += data[at] + 1
                at += 1
        x, y, frame_width, frame_height = struct.unpack_from("<4H", data, at + 1)
    except (IndexError, struct.error):
        return None
    return max(width, x + frame_width), max(height, y + frame_height)
