"""HEIC: its boxes, its pictures, and how many pixels are decoded to put the one shown together.

A phone stores a large picture as a grid of some hundred tiles. A grid may name the same tile
again and again, or another grid; what that comes to is added up here.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from face_mesh.errors import PhotoError
from face_mesh.photo import refusals
from face_mesh.photo.budget.limits import Count, too_much

MAX_BOXES = 20_000  # as libheif allows in one box; a phone's largest photo has about 1,000
MAX_ITEMS = 2000  # pictures, tiles, notes; 48 megapixels of a phone are some 250
MAX_LINKS = 20_000  # from a picture to its tiles, and to its properties
MAX_DEPTH = 8  # of pictures made of pictures; a turned grid beside its gain map is 3
# The largest picture, its gain map and tiles beyond its edges.
MAX_DECODED = 3 * 64_000_000

_FILM = b"moov"  # pictures that follow each other; beside it a photo has a picture of its own
_META_HEAD, _FULL_HEAD = 4, 4  # version and flags behind a box's own head


def check(data: bytes) -> None:
    """Let a HEIC pass that asks for no more work than photos do, and is no film."""
    try:
        _Walk(data).check()
    except struct.error:  # cut short
        return


@dataclass
class _Walk:
    data: bytes
    boxes: Count = field(default_factory=lambda: Count(MAX_BOXES))
    links: Count = field(default_factory=lambda: Count(MAX_LINKS))
    properties: list[int] = field(default_factory=list)  # px of each; 0 of one that is no size
    pixels: dict[int, int] = field(default_factory=dict)  # by item
    made_of: dict[int, list[int]] = field(default_factory=dict)  # items of items
    decoded: dict[int, int] = field(default_factory=dict)  # px by item, its parts' together

    def check(self) -> None:
        kinds = set[bytes]()
        for kind, start, end in self._boxes(0, len(self.data)):
            kinds.add(kind)
            if kind == b"meta":
                self._read_meta(start + _META_HEAD, end)
        if _FILM in kinds and b"meta" not in kinds:
            raise PhotoError(refusals.MOVING)
        for item in self.made_of:
            if self._decoded(item, 0) > MAX_DECODED:
                raise too_much()

    def _boxes(self, start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
        """Yield the kind, and where the content begins and ends, of each box."""
        while start + 8 <= end:
            self.boxes.add()
            size, kind = struct.unpack_from(">I4s", self.data, start)
            content = start + 8
            if size == 1:
                (size,) = struct.unpack_from(">Q", self.data, content)
                content += 8
            stop = start + size if size else end
            if stop < content or stop > end:
                return
            yield kind, content, stop
            start = stop

    def _read_meta(self, start: int, end: int) -> None:
        parts = {kind: (at, stop) for kind, at, stop in self._boxes(start, end)}
        if b"iinf" in parts:
            self._check_items(*parts[b"iinf"])
        if b"iprp" in parts:
            self._read_properties(*parts[b"iprp"])
        if b"iref" in parts:
            self._read_references(*parts[b"iref"])

    def _check_items(self, start: int, end: int) -> None:
        short = self.data[start] == 0
        (count,) = struct.unpack_from(">H" if short else ">I", self.data, start + _FULL_HEAD)
        if count > MAX_ITEMS:
            raise too_much()
        for _ in self._boxes(start + _FULL_HEAD + (2 if short else 4), end):
            pass

    def _read_properties(self, start: int, end: int) -> None:
        parts = list(self._boxes(start, end))
        for kind, at, stop in parts:
            if kind == b"ipco":
                for name, inner, _ in self._boxes(at, stop):
                    self.properties.append(self._size(inner) if name == b"ispe" else 0)
        for kind, at, _ in parts:
            if kind == b"ipma":
                self._read_associations(at)

    def _size(self, at: int) -> int:
        width, height = struct.unpack_from(">II", self.data, at + _FULL_HEAD)
        return int(width * height)

    def _read_associations(self, at: int) -> None:
        version, wide = self.data[at], self.data[at + 3] & 1
        (count,) = struct.unpack_from(">I", self.data, at + _FULL_HEAD)
        head = struct.Struct(">IB" if version else ">HB")
        at += _FULL_HEAD + 4
        for _ in range(count):
            item, number = head.unpack_from(self.data, at)
            self.links.add(1 + number)
            at += head.size
            one = struct.Struct(f">{number}{'H' if wide else 'B'}")
            mask = 0x7FFF if wide else 0x7F  # the first bit says whether it must be understood
            for index in one.unpack_from(self.data, at):
                found = self.properties[(index & mask) - 1 :][:1] if index & mask else []
                self.pixels[item] = max(self.pixels.get(item, 0), *found, 0)
            at += one.size

    def _read_references(self, start: int, end: int) -> None:
        letter = "I" if self.data[start] else "H"
        for kind, at, _ in self._boxes(start + _FULL_HEAD, end):
            item, number = struct.unpack_from(f">{letter}H", self.data, at)
            self.links.add(1 + number)
            if kind == b"dimg":
                head = struct.calcsize(f">{letter}H")
                parts = struct.unpack_from(f">{number}{letter}", self.data, at + head)
                self.made_of.setdefault(item, []).extend(parts)

    def _decoded(self, item: int, depth: int) -> int:
        """Return the px that are decoded for an item: its own, or those of what it is made of."""
        if depth > MAX_DEPTH:
            raise too_much()
        if item not in self.decoded:
            parts = self.made_of.get(item)
            own = self.pixels.get(item, 0)
            self.decoded[item] = (
                sum(self._decoded(part, depth + 1) for part in parts) if parts else own
            )
        return self.decoded[item]
