"""What opening a photo in a process of its own costs over opening it in this one.

    python -m benchmarks.isolation [--photo FILE] [--rounds 20] [--short] [--write]

Both ways take turns in one run, so that whatever else the machine does meets them alike. Without a
photo, one of 12 megapixels is made, and one of a frame of the camera; with --short, smaller ones.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np

from benchmarks.common import markdown_table, options, parse, stamp, write_figures
from face_mesh import Photo, open_photo, open_photo_isolated
from face_mesh.isolation import sandbox


def made(width: int, height: int) -> bytes:
    """Return a JPEG of soft shapes with the noise of a sensor, of about 0.35 bytes a pixel."""
    chance = np.random.default_rng(0)
    coarse = chance.integers(0, 256, (height // 10, width // 10, 3), np.uint8)
    picture = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)
    noise = chance.integers(0, 12, picture.shape, np.uint8)
    return cv2.imencode(".jpg", cv2.add(picture, noise), [cv2.IMWRITE_JPEG_QUALITY, 92])[
        1
    ].tobytes()


def photos(path: Path | None, short: bool) -> Iterator[tuple[str, bytes]]:
    """Yield what is opened, by name."""
    if path is not None:
        yield "the photo given", path.read_bytes()
        return
    sizes = ((400, 300), (360, 480)) if short else ((4000, 3000), (360, 480))
    for width, height in sizes:
        yield f"JPEG of {width} x {height}", made(width, height)


def timed(way: Callable[[bytes], Photo], data: bytes) -> float:
    """Return how long it takes, ms."""
    begun = time.perf_counter()
    way(data)
    return 1000 * (time.perf_counter() - begun)


def main(arguments: Sequence[str] | None = None) -> None:
    """Print a table."""
    parser = options(__doc__, figures=True)
    parser.add_argument("--photo", type=Path)
    parser.add_argument("--rounds", type=int)
    asked = parse(parser, arguments)
    rounds = asked.rounds or (3 if asked.short else 20)
    begun = time.perf_counter()
    sandbox.warm(sandbox.PHOTO)
    print(f"starting the helper once: {1000 * (time.perf_counter() - begun):.0f} ms")
    print(f"{'ms (least, median)':24} {'here':>15} {'helper':>15} {'more':>15}")
    table = []
    for name, data in photos(asked.photo, asked.short):
        here, there = [], []
        for _ in range(rounds):
            here.append(timed(open_photo, data))
            there.append(timed(open_photo_isolated, data))
        rows = [(min(one), statistics.median(one)) for one in (here, there)]
        rows.append((rows[1][0] - rows[0][0], rows[1][1] - rows[0][1]))
        print(f"{name:24}" + "".join(f"{least:8.1f}{median:8.1f}" for least, median in rows))
        table.append((name, *(f"{least:.0f}, {median:.0f} ms" for least, median in rows)))
    heads = ("least, median", "in the same process", "in the helper", "more")
    figures = stamp(timed=True) + "\n" + markdown_table(heads, table)
    write_figures(asked.write, "isolation", {"": figures})


if __name__ == "__main__":
    main()
