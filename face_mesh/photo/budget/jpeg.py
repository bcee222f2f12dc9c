"""JPEG: its segments and scans, up to the end of the first picture.

What phones append (a gain map, a film) lies behind that end, a preview inside a segment; neither
is decoded.
"""

from __future__ import annotations

import re

import numpy as np

from face_mesh.photo.budget.limits import MAX_EXIF, Count, too_much

# Full segments of 64 KiB are 1,024 in the largest file. ICC profiles come in up to 255, depth maps
# and signatures in hundreds, each scan with a few tables.
MAX_SEGMENTS = 4096
# Cameras write 1 scan, editors 3 to 10, the hardest optimisers about 20.
MAX_SCANS = 100
# Each scan passes over all pixels: 25 scans over the largest picture, 100 over 16 megapixels.
MAX_SCANNED = 25 * 64_000_000
# Bytes between segments that say nothing, as some cameras write to begin at a round address.
MAX_FILL = 2**16
# Quantisation and Huffman tables have some 600 bytes a scan; Pillow makes lists of them.
MAX_TABLES = 2**18
# Photoshop's notes, of which a file has dozens; Pillow makes an object of each.
MAX_NOTES = 10_000

_SCAN, _END, _START, _APP1, _APP13 = 0xDA, 0xD9, 0xD8, 0xE1, 0xED
_TABLES = frozenset((0xC4, 0xCC, 0xDB, 0xDD))
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_BARE = frozenset((0x01, *range(0xD0, 0xD8)))  # markers without a length
_MARKER = re.compile(rb"\xff[^\x00\xff]")
_FIRST_LOOK = 2**12  # bytes of a scan that are looked at, doubled as long as it goes on


def check(data: bytes) -> None:
    """Let a JPEG pass that asks for no more work than photos do; see `check_budget`."""
    budget = _Budget()
    at: int | None = 2
    while at is not None and (found := budget.next_marker(data, at)) is not None:
        at = budget.take(data, found)


class _Budget:
    def __init__(self) -> None:
        self._segments, self._scans = Count(MAX_SEGMENTS), Count(MAX_SCANS)
        self._fill, self._tables = Count(MAX_FILL), Count(MAX_TABLES)
        self._notes, self._exif = Count(MAX_NOTES), Count(MAX_EXIF)
        self._pixels = 0

    def next_marker(self, data: bytes, at: int) -> int | None:
        """Return where the next marker begins, from `at` on."""
        if self._scans.found:
            return _end_of_scan(data, at)
        found = _MARKER.search(data, at, at + MAX_FILL + 3)
        if found is None:
            if len(data) > at + MAX_FILL + 3:
                raise too_much()
            return None
        self._fill.add(found.start() - at)
        return found.start()

    def take(self, data: bytes, at: int) -> int | None:
        """Count the segment at `at` and return where it ends; None if the picture ends."""
        marker = data[at + 1]
        self._segments.add()
        if marker in _BARE:
            return at + 2
        if marker in (_START, _END):
            return None
        end = at + 2 + int.from_bytes(data[at + 2 : at + 4], "big")
        if end < at + 4 or end > len(data):
            return None
        self._take_kind(marker, data, at + 4, end)
        return end

    def _take_kind(self, marker: int, data: bytes, start: int, end: int) -> None:
        if marker == _SCAN:
            self._scans.add()
        elif marker in _FRAMES:
            height, width = data[start + 1 : start + 3], data[start + 3 : start + 5]
            pixels = int.from_bytes(height, "big") * int.from_bytes(width, "big")
            self._pixels = max(self._pixels, pixels)
        elif marker in _TABLES:
            self._tables.add(end - start)
        elif marker == _APP1 and data.startswith(b"Exif\0\0", start):
            self._exif.add(end - start)
        elif marker == _APP13:
            self._notes.add(data.count(b"8BIM", start, end))
        if self._scans.found * self._pixels > MAX_SCANNED and self._scans.found > 1:
            raise too_much()


def _end_of_scan(data: bytes, at: int) -> int | None:
    """Return the next marker behind coded pixels, which is neither a restart nor a coded 255."""
    size = _FIRST_LOOK
    while at < len(data) - 1:
        codes = np.frombuffer(data, np.uint8, min(size, len(data) - at), at)
        after = codes[1:]
        # Unsigned, so that what is below the first of a range lies far above its last.
        marks = (codes[:-1] == 0xFF) & (after - 1 < 0xFE) & (after - 0xD0 > 7)
        first = int(marks.argmax())
        if marks[first]:
            return at + first
        at, size = at + len(codes) - 1, min(2 * size, 2**20)
    return None
