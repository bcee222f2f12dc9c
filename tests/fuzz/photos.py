"""Photos that are a little wrong, again and again: does any crash, hang or fill the memory?

    python -m tests.fuzz.photos --count 1000000 --seed 0 --processes 2 [--seconds 3000] [--keep DIR]

Small files of every format and structure, made here, are changed as somebody would who knows the
formats: parts doubled, dropped, moved and spliced from another file, lengths and numbers changed,
bytes flipped, ends cut. Each is opened in a process that another one watches and starts anew, so a
crash costs one photo. Number N of a seed is the same file on every run: --first goes on where a run
ended, or splits one among machines. What is found is printed as JSON; files that crash a decoder
are written to --keep, with the number in their name.
"""

from __future__ import annotations

import argparse
import io
import json
import multiprocessing
import os
import random
import resource
import struct
import sys
import tempfile
import time
import zlib
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

HANG_S = 2.0
STOP_S = 20.0  # after which the process that hangs is killed
BATCH = 200  # photos between two reports

Parts = list[bytes]


# --- corpus ------------------------------------------------------------------------------------


def corpus() -> dict[str, bytes]:
    """Valid files by name, of 64 px a side, together less than 300 kB."""
    import numpy as np
    import pillow_heif
    from PIL import Image, ImageCms

    y, x = np.mgrid[:64, :66]
    rgb = np.stack([3 * x, 3 * y, (x * y) % 251], -1).astype(np.uint8)
    colour = Image.fromarray(rgb)
    later = colour.transpose(Image.Transpose.ROTATE_180)
    alpha = Image.fromarray(np.dstack([rgb, (4 * x % 256).astype(np.uint8)]))
    deep = Image.fromarray((x * 900).astype(np.uint16))
    icc = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "Maker"
    exif.get_ifd(0x8825).update({1: "N", 2: (51.0, 30.0, 26.0)})
    found: dict[str, bytes] = {}

    def add(name: str, picture: Image.Image, kind: str, **options: object) -> None:
        stream = io.BytesIO()
        picture.save(stream, kind, **options)
        found[name] = stream.getvalue()

    meta: dict[str, object] = {"exif": exif.tobytes(), "icc_profile": icc}
    add("jpeg", colour, "JPEG", quality=80)
    add("jpeg meta", colour, "JPEG", quality=50, comment=b"note", dpi=(72, 72), **meta)
    add("jpeg progressive", colour, "JPEG", quality=60, progressive=True)
    add("jpeg grey", colour.convert("L"), "JPEG", quality=60)
    add("jpeg cmyk", colour.convert("CMYK"), "JPEG", quality=60, progressive=True)
    add("jpeg rgb", colour, "JPEG", keep_rgb=True, restart_marker_rows=1)
    add("mpo", colour, "MPO", save_all=True, append_images=[later])
    add("png", colour, "PNG")
    add("png meta", colour, "PNG", **meta)
    add("png palette", colour.quantize(16), "PNG", transparency=3)
    add("png alpha", alpha, "PNG")
    add("png deep", deep, "PNG")
    add("png bits", colour.convert("1"), "PNG")
    add("png moving", colour, "PNG", save_all=True, append_images=[later])
    add("gif", colour.quantize(32), "GIF", comment=b"note")
    add("gif moving", colour.quantize(8), "GIF", save_all=True, append_images=[later])
    add("webp", colour, "WEBP", quality=50)
    add("webp meta", alpha, "WEBP", quality=50, **meta)
    add("webp lossless", alpha, "WEBP", lossless=True)
    add("webp moving", colour, "WEBP", save_all=True, append_images=[later])
    for packed in ("raw", "tiff_lzw", "tiff_adobe_deflate", "packbits", "jpeg"):
        add(f"tiff {packed}", colour, "TIFF", compression=packed)
    add("tiff meta", colour, "TIFF", icc_profile=icc, exif=exif, compression="tiff_lzw")
    add("tiff big", colour, "TIFF", big_tiff=True, compression="tiff_lzw")
    add("tiff deep", deep, "TIFF", compression="tiff_lzw")
    add("tiff cmyk rows", colour.convert("CMYK"), "TIFF", compression="tiff_lzw", strip_size=512)
    add("tiff alpha", alpha, "TIFF", compression="tiff_lzw")
    add("bmp", colour.crop((0, 0, 64, 64)), "BMP")
    add("bmp palette", colour.quantize(16), "BMP")
    add("bmp bits", colour.convert("1"), "BMP")
    for name, picture in {"heic": colour, "heic alpha": alpha, "heic grey": deep}.items():
        stream = io.BytesIO()
        coded = pillow_heif.from_pillow(picture)
        coded.save(stream, quality=40, **({"exif": exif.tobytes()} if name == "heic" else {}))
        found[name] = stream.getvalue()
    black = Image.new("RGB", colour.size, (2, 2, 2))
    for kind in ("PNG", "GIF", "WEBP"):
        add(f"{kind.lower()} black first", black, kind, save_all=True, append_images=[colour])
    exif.get_ifd(0x8769).update({0xA001: 65535, 0xA005: {1: "R03"}})
    add("jpeg adobe rgb", colour, "JPEG", quality=60, exif=exif)
    stream = io.BytesIO()
    hdr = pillow_heif.from_bytes("RGB;16", colour.size, (rgb.astype(np.uint16) << 8).tobytes())
    hdr.save(stream, quality=40, color_primaries=9, transfer_characteristics=16)
    found["heic hdr"] = stream.getvalue()
    return found


# --- parts of a file ---------------------------------------------------------------------------


def parts_of(data: bytes) -> Parts:
    """Split a file where its format does; together the parts are the file."""
    for start, split in _SPLITS:
        if data.startswith(start) or data[4:8] == start:
            return list(split(data))
    return list(_split_evenly(data))


def _split_jpeg(data: bytes) -> Iterator[bytes]:
    yield data[:2]
    at = 2
    while at + 4 <= len(data):
        if data[at] != 0xFF or data[at + 1] in (0, 0xFF, 0xD9) or 0xD0 <= data[at + 1] <= 0xD7:
            end = _next_marker(data, at + 1)
        else:
            end = at + 2 + int.from_bytes(data[at + 2 : at + 4], "big")
        yield data[at:end]
        at = end
    yield data[at:]


def _next_marker(data: bytes, at: int) -> int:
    while 0 <= (at := data.find(b"\xff", at)) < len(data) - 1:
        if data[at + 1] not in (0, 0xFF):
            return at
        at += 1
    return len(data)


def _split_png(data: bytes) -> Iterator[bytes]:
    yield data[:8]
    at = 8
    while at < len(data):
        end = at + 12 + int.from_bytes(data[at : at + 4], "big")
        yield data[at:end]
        at = end


def _split_webp(data: bytes) -> Iterator[bytes]:
    yield data[:12]
    at = 12
    while at < len(data):
        length = int.from_bytes(data[at + 4 : at + 8], "little")
        end = at + 8 + length + length % 2
        yield data[at:end]
        at = end


def _split_heic(data: bytes) -> Iterator[bytes]:
    at = 0
    while at < len(data):
        size, kind = struct.unpack_from(">I4s", data, at) if at + 8 <= len(data) else (0, b"")
        inside = {b"meta": 12, b"iprp": 8, b"ipco": 8, b"iref": 12, b"iinf": 14}.get(kind)
        end = at + (inside or max(size, 8))
        yield data[at:end]
        at = end


def _split_tiff(data: bytes) -> Iterator[bytes]:
    order = "<" if data.startswith(b"II") else ">"
    big = data[2:4] in (b"+\0", b"\0+")
    start = struct.unpack_from(order + ("Q" if big else "L"), data, 8 if big else 4)[0]
    count = struct.unpack_from(order + ("Q" if big else "H"), data, start)[0]
    at = start + (8 if big else 2)
    yield data[:start]
    yield data[start:at]
    for _ in range(count):
        yield data[at : at + (20 if big else 12)]
        at += 20 if big else 12
    yield data[at:]


def _split_gif(data: bytes) -> Iterator[bytes]:
    at = 13 + (3 * 2 ** (data[10] % 8 + 1) if data[10] & 0x80 else 0)
    yield data[:at]
    while at < len(data):
        end = at + {0x21: 2, 0x2C: 11}.get(data[at], 1)
        while end < len(data) and data[at] != 0x3B and data[end]:
            end += data[end] + 1
        yield data[at : end + 1]
        at = end + 1


def _split_evenly(data: bytes) -> Iterator[bytes]:
    for at in range(0, len(data), 64):
        yield data[at : at + 64]


_SPLITS: list[tuple[bytes, Callable[[bytes], Iterator[bytes]]]] = [
    (b"\xff\xd8", _split_jpeg),
    (b"\x89PNG", _split_png),
    (b"RIFF", _split_webp),
    (b"ftyp", _split_heic),
    (b"II", _split_tiff),
    (b"MM", _split_tiff),
    (b"GIF8", _split_gif),
]


# --- changes -----------------------------------------------------------------------------------

EDGES = (0, 1, 2, 7, 8, 16, 63, 64, 127, 128, 255, 256, 32767, 32768, 65535, 2**24, 2**31 - 1,
         2**31, 2**32 - 1)  # fmt: skip


class Mutator:
    """Changes of one file, drawn from its own generator."""

    def __init__(self, files: list[bytes], chance: random.Random) -> None:
        self._files, self._chance = files, chance

    def made(self) -> bytes:
        """Return a file with one to four changes."""
        parts = list(self._chance.choice(self._split))
        for _ in range(self._chance.choice((1, 1, 1, 2, 2, 3, 4))):
            self._chance.choice(self._changes)(self, parts)
        data = b"".join(parts)
        if data.startswith(b"\x89PNG") and self._chance.random() < 0.8:
            data = _with_sums(data)
        if self._chance.random() < 0.1:
            data = data[: self._chance.randrange(len(data) + 1)]
        return data

    @property
    def _split(self) -> list[Parts]:
        return _split_once(tuple(self._files))

    def _double(self, parts: Parts) -> None:
        at = self._chance.randrange(len(parts))
        parts[at:at] = [parts[at]] * self._chance.choice((1, 1, 2, 5, 50, 500))

    def _drop(self, parts: Parts) -> None:
        if len(parts) > 1:
            del parts[self._chance.randrange(len(parts))]

    def _move(self, parts: Parts) -> None:
        one = parts.pop(self._chance.randrange(len(parts)))
        parts.insert(self._chance.randrange(len(parts) + 1), one)

    def _splice(self, parts: Parts) -> None:
        other = self._chance.choice(self._split)
        first = self._chance.randrange(len(other))
        taken = other[first : first + self._chance.randint(1, 3)]
        at = self._chance.randrange(len(parts) + 1)
        parts[at : at + self._chance.randint(0, 2)] = taken

    def _flip(self, parts: Parts) -> None:
        at, data = self._opened(parts)
        for _ in range(self._chance.choice((1, 1, 2, 4, 16))):
            data[self._chance.randrange(len(data))] = self._chance.randrange(256)
        parts[at] = bytes(data)

    def _number(self, parts: Parts) -> None:
        """Put a number at an edge where a length, a size or a count may be."""
        at, data = self._opened(parts)
        size = self._chance.choice((1, 2, 2, 4, 4, 8))
        value = self._chance.choice(EDGES) + self._chance.choice((0, 0, 0, 1, -1))
        order = self._chance.choice(("little", "big"))
        where = self._chance.randrange(min(len(data), self._chance.choice((4, 12, 24, 10**6))))
        data[where : where + size] = (value % 2 ** (8 * size)).to_bytes(size, order)
        parts[at] = bytes(data)

    def _nudge(self, parts: Parts) -> None:
        at, data = self._opened(parts)
        where = self._chance.randrange(len(data))
        data[where] = (data[where] + self._chance.choice((1, -1, 2, 16, 128))) % 256
        parts[at] = bytes(data)

    def _cut(self, parts: Parts) -> None:
        at, data = self._opened(parts)
        first = self._chance.randrange(len(data))
        del data[first : first + self._chance.choice((1, 2, 4, 8, 64, 10**6))]
        parts[at] = bytes(data)

    def _fill(self, parts: Parts) -> None:
        at = self._chance.randrange(len(parts) + 1)
        one = self._chance.choice((b"\xff", b"\0", b"!\xfe\0", b"\xff\xfe\0\x02", b"\xff\xd0"))
        parts.insert(at, one * self._chance.choice((1, 10, 1000, 5000)))

    def _opened(self, parts: Parts) -> tuple[int, bytearray]:
        at = self._chance.randrange(len(parts))
        return at, bytearray(parts[at] or b"\0")

    _changes = (_double, _drop, _move, _splice, _flip, _flip, _flip, _number, _number, _number,
                _nudge, _nudge, _cut, _fill)  # fmt: skip


def _with_sums(data: bytes) -> bytes:
    """A PNG whose chunks have the right sums, or none would be looked into."""
    parts = list(_split_png(data))
    summed = [
        one[:-4] + struct.pack(">I", zlib.crc32(one[4:-4])) if len(one) >= 12 else one
        for one in parts[1:]
    ]
    return b"".join([parts[0], *summed])


_SPLIT: dict[tuple[bytes, ...], list[Parts]] = {}


def _split_once(files: tuple[bytes, ...]) -> list[Parts]:
    if files not in _SPLIT:
        _SPLIT[files] = [parts_of(one) for one in files]
    return _SPLIT[files]


def photo(files: list[bytes], seed: int, number: int) -> bytes:
    """Return photo `number` of a seed."""
    return Mutator(files, random.Random(f"{seed} {number}")).made()


# --- opening them ------------------------------------------------------------------------------


@dataclass
class Tally:
    """What was found; times in s, memory in MB over what a process had after its first photos."""

    count: int = 0
    opened: int = 0
    refused: int = 0
    crashes: list[str] = field(default_factory=list)
    hangs: list[str] = field(default_factory=list)
    worst_s: float = 0.0
    worst_number: int = -1
    growth_mb: float = 0.0

    def add(self, other: dict[str, Any]) -> None:
        """Take in what one batch found."""
        self.count += other["count"]
        self.opened += other["opened"]
        self.refused += other["refused"]
        self.crashes += other["crashes"]
        self.hangs += other["hangs"]
        if other["worst_s"] > self.worst_s:
            self.worst_s, self.worst_number = other["worst_s"], other["worst_number"]
        self.growth_mb = max(self.growth_mb, other["growth_mb"])


def _open_all(told: Connection, seed: int, first: int, last: int, step: int) -> None:
    """Open photos first, first + step, ..., and tell each number before, and a tally at times."""
    from face_mesh.errors import PhotoError
    from face_mesh.photo.photo import open_photo

    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # what codecs remark
    files = list(corpus().values())
    for one in files:
        open_photo(one)
    before, tally = _peak_mb(), Tally()
    for number in range(first, last, step):
        data = photo(files, seed, number)
        told.send(number)
        begun = time.process_time()
        try:
            open_photo(data)
            tally.opened += 1
        except PhotoError:
            tally.refused += 1
        except BaseException as error:
            tally.crashes.append(f"{number} {type(error).__name__}")
        took = time.process_time() - begun
        tally.count += 1
        if took > tally.worst_s:
            tally.worst_s, tally.worst_number = took, number
        if took > HANG_S:
            tally.hangs.append(f"{number} {took:.1f} s")
        if tally.count >= BATCH:
            tally.growth_mb = _peak_mb() - before
            told.send(asdict(tally))
            tally = Tally()
    tally.growth_mb = _peak_mb() - before
    told.send(asdict(tally))
    told.send(None)


def _peak_mb() -> float:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (2**20 if sys.platform == "darwin" else 2**10)


class _Lane:
    """Every n-th photo, in a process that is started anew when it crashes or hangs."""

    def __init__(self, seed: int, first: int, last: int, step: int) -> None:
        self._seed, self._last, self._step = seed, last, step
        self._next, self._number = first, first
        self._since = time.monotonic()
        self.done = first >= last
        if not self.done:
            self._start()

    def _start(self) -> None:
        self.told, tells = multiprocessing.Pipe(duplex=False)
        arguments = (tells, self._seed, self._next, self._last, self._step)
        context = multiprocessing.get_context("spawn")
        self._process = context.Process(target=_open_all, args=arguments, daemon=True)
        self._process.start()
        tells.close()
        self._number, self._since = -1, time.monotonic()

    def look(self, tally: Tally) -> None:
        """Take in what was told; find out whether the process died, or hangs."""
        try:
            while self.told.poll():
                self._take(self.told.recv(), tally)
                if self.done:
                    return
        except EOFError:
            self._process.join()
            self._lost(tally, f"exit {self._process.exitcode}", tally.crashes)
            return
        if self._number >= 0 and time.monotonic() - self._since > STOP_S:
            self._process.kill()
            self._process.join()
            self._lost(tally, "killed", tally.hangs)

    def _take(self, said: Any, tally: Tally) -> None:
        if said is None:
            self.done = True
            self._process.join()
        elif isinstance(said, int):
            self._number, self._since = said, time.monotonic()
        else:
            tally.add(said)
            self._next = self._number + self._step

    def _lost(self, tally: Tally, how: str, found: list[str]) -> None:
        """Go on behind the photo that was the end of the process; its batch is counted here."""
        if self._number < 0:
            raise SystemExit("The process that opens photos does not start.")
        found.append(f"{self._number} {how}")
        lost = (self._number - self._next) // self._step
        tally.count += lost + 1
        tally.refused += lost  # or opened; the process that knew is gone
        self._next = self._number + self._step
        self.done = self._next >= self._last
        if not self.done:
            self._start()

    def stop(self) -> None:
        """End it before its time."""
        if not self.done:
            self._process.kill()
            self._process.join()


def run(
    count: int, seed: int, processes: int = 1, seconds: float = float("inf"), first: int = 0
) -> Tally:
    """Open photos `first` to `first + count` of a seed, or as many as there is time for."""
    tally, until = Tally(), time.monotonic() + seconds
    last = first + count
    lanes = [_Lane(seed, first + lane, last, processes) for lane in range(processes)]
    while not all(one.done for one in lanes) and time.monotonic() < until:
        waiting = [one.told for one in lanes if not one.done]
        multiprocessing.connection.wait(waiting, timeout=0.5)
        for one in lanes:
            if not one.done:
                one.look(tally)
    for one in lanes:
        one.stop()
    return tally


def keep(tally: Tally, seed: int, folder: Path) -> None:
    """Write the photos that crash or hang into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    files = list(corpus().values())
    for said in tally.crashes + tally.hangs:
        number = int(said.split()[0])
        (folder / f"{seed}-{number}").write_bytes(photo(files, seed, number))


def main(arguments: list[str] | None = None) -> int:
    """Run it, print what was found, and return 1 if that is anything."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=float("inf"))
    parser.add_argument("--keep", type=Path, default=Path(tempfile.gettempdir()) / "fuzz-photos")
    asked = parser.parse_args(arguments)
    begun = time.monotonic()
    tally = run(asked.count, asked.seed, asked.processes, asked.seconds, asked.first)
    if tally.crashes or tally.hangs:
        keep(tally, asked.seed, asked.keep)
    took = time.monotonic() - begun
    rate = tally.count / took
    print(json.dumps({**asdict(tally), "seconds": round(took, 1), "a_second": round(rate)}))
    return 1 if tally.crashes or tally.hangs else 0


if __name__ == "__main__":
    sys.exit(main())
