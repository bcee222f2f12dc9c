"""TIFF: the directory of the first picture, the only one that is decoded."""

from __future__ import annotations

import struct

from face_mesh.photo.budget.limits import Count, too_much, unusual

MAX_ENTRIES = 1000  # of the directory; cameras write some 60, raw developers some 100
# Numbers in one entry: strips of single rows are 32,000 of each colour, tiles of 32 x 32 px are
# 62,500 in the largest picture. Pillow makes an object of each.
MAX_VALUES = 2**16 * 3
# In all entries; strips are told by two.
MAX_ALL_VALUES = 3 * MAX_VALUES

_NUMBERS = frozenset((3, 4, 5, 6, 8, 9, 10, 11, 12, 13, 16))  # types, of TIFF
_COMPRESSION, _LONG = 259, 4
# None, LZW, JPEG, deflate by both names, PackBits. Of the others (fax, scientific, archive ones) no
# camera writes any, and each is a decoder more that a stranger could reach.
_COMPRESSIONS = frozenset((1, 5, 7, 8, 32946, 32773))


def check(data: bytes) -> None:
    """Let a TIFF pass that asks for no more work than photos do; see `check_budget`."""
    order = "<" if data.startswith(b"II") else ">"
    try:
        _check_directory(data, order, big=data[2:4] in (b"+\0", b"\0+"))
    except struct.error:  # cut short
        return


def _check_directory(data: bytes, order: str, *, big: bool) -> None:
    offset, number, entry = ("Q", "Q", "HHQ") if big else ("L", "H", "HHL")
    (at,) = struct.unpack_from(order + offset, data, 8 if big else 4)
    (entries,) = struct.unpack_from(order + number, data, at)
    if entries > MAX_ENTRIES:
        raise too_much()
    at += 8 if big else 2
    values = Count(MAX_ALL_VALUES)
    for _ in range(entries):
        tag, kind, count = struct.unpack_from(order + entry, data, at)
        at += struct.calcsize("=" + entry)
        if kind in _NUMBERS:
            if count > MAX_VALUES:
                raise too_much()
            values.add(count)
        if tag == _COMPRESSION:
            number_as = "L" if kind == _LONG else "H"
            _check_compression(struct.unpack_from(order + number_as, data, at)[0])
        at += 8 if big else 4


def _check_compression(compression: int) -> None:
    if compression not in _COMPRESSIONS:
        raise unusual()
