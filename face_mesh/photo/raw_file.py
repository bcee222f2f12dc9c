"""Camera raw files that are TIFF files by their first bytes: DNG, CR2, NEF, ARW, PEF and others.

What such a file holds as its first picture is a preview of some hundred pixels, and the photo
itself is what the sensor saw, which is no picture before it was developed. Its directories say so.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

MOST_DIRECTORIES = 16  # that are looked at; cameras write up to seven
MOST_ENTRIES = 1000  # of one directory

# Tags and values of TIFF 6.0, TIFF/EP (ISO 12234-2) and the DNG specification 1.7.
_SUBFILE, _PHOTOMETRIC, _SUB_DIRECTORIES, _DNG_VERSION = 254, 262, 330, 50706
_TAGS = frozenset((_SUBFILE, _PHOTOMETRIC, _SUB_DIRECTORIES, _DNG_VERSION))
_REDUCED = 1  # bit of `_SUBFILE`: a smaller copy of another picture of the file
_SENSOR = frozenset((32803, 34892))  # a mosaic of colours; linear raw
_CANON = b"CR"  # behind the head of a CR2
_SIZES = {3: "H", 4: "L", 13: "L"}  # types, of whole numbers
_INSIDE = 4  # bytes of a value that stands in its entry itself


def is_raw(data: bytes) -> bool:
    """Return whether a TIFF is a camera raw file, or begins with a reduced copy of another picture.

    Files cut short, and those of over 4 GB, are none.
    """
    try:
        return data[8:10] == _CANON or any(
            _says_raw(one, first=number == 0) for number, one in enumerate(_directories(data))
        )
    except struct.error:
        return False


def _says_raw(directory: dict[int, list[int]], *, first: bool) -> bool:
    return (
        _DNG_VERSION in directory
        or bool(_SENSOR.intersection(directory.get(_PHOTOMETRIC, ())))
        or (first and any(one & _REDUCED for one in directory.get(_SUBFILE, ())))
    )


def _directories(data: bytes) -> Iterator[dict[int, list[int]]]:
    """Yield what `_TAGS` say in each of the first directories, those inside of others included."""
    order = "<" if data.startswith(b"II") else ">"
    waiting, seen = [*struct.unpack_from(order + "L", data, 4)], set[int]()
    while waiting and len(seen) < MOST_DIRECTORIES:
        at = waiting.pop(0)
        if at and at not in seen:
            seen.add(at)
            found, following = _directory(data, at, order)
            waiting += [following, *found.get(_SUB_DIRECTORIES, ())]
            yield found


def _directory(data: bytes, at: int, order: str) -> tuple[dict[int, list[int]], int]:
    (entries,) = struct.unpack_from(order + "H", data, at)
    found = dict[int, list[int]]()
    for i in range(min(entries, MOST_ENTRIES)):
        tag, kind, count = struct.unpack_from(order + "HHL", data, at + 2 + 12 * i)
        if tag in _TAGS:
            found[tag] = _numbers(data, at + 10 + 12 * i, order, kind, count)
    (following,) = struct.unpack_from(order + "L", data, at + 2 + 12 * entries)
    return found, following


def _numbers(data: bytes, at: int, order: str, kind: int, count: int) -> list[int]:
    """Return the first whole numbers of an entry whose value, or where that lies, is at `at`."""
    letter = _SIZES.get(kind)
    if letter is None:
        return []
    if count * struct.calcsize(order + letter) > _INSIDE:
        (at,) = struct.unpack_from(order + "L", data, at)
    return list(struct.unpack_from(f"{order}{min(count, MOST_DIRECTORIES)}{letter}", data, at))
