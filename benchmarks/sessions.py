"""Twenty people at once: how long they wait, what memory they take, and whose pictures they get.

    python -m benchmarks.sessions [--people 20] [--seconds 30] [--treat "Lip filler"] [--write]
    python -m benchmarks.sessions --short

Starts the page as users do, in a process of its own, and drives it with as many visitors as asked
for (benchmarks.visitor), each with a photo of their own that carries a number as a row of black and
white cells. They arrive all at once, then move doses at the pace of people (a new dose two seconds
after the last one was seen), then as fast as answers come. The visitors and what they check run on
the same processor as the page, so that the figures are those of a slightly slower machine.

Every picture that anybody is sent, fetches or finds in a download is then decoded and asked whose
it is, and every address is asked for by somebody else.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
import os
import random
import re
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import matplotlib.cbook
import numpy as np
import numpy.typing as npt
from PIL import Image

from benchmarks import server
from benchmarks.common import markdown_table, options, parse, stamp, write_figures
from benchmarks.visitor import Visitor, parts_of
from face_mesh import measure_face, open_photo
from simulate.drawing import head_window, panel

CANVAS_WH = (640, 800)
ROW_PX = 48  # height of the row of cells above the portrait
BITS = 7
CELLS = BITS + 3  # white, black, the bits, and whether an odd number of them is set
MOST_TITLE_PX = 120  # above the pictures of a comparison
DARK, BRIGHT = 70.0, 185.0  # a cell in between is no cell
SIGNATURES = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF8", b"RIFF")
INLINE = re.compile(rb"data:image/\w+;base64,([A-Za-z0-9+/]+=*)")
Pixels = npt.NDArray[np.uint8]


# --- a photo that says whose it is


def coded_portrait(number: int) -> bytes:
    """Return a portrait (PNG) with a number above it, and a size, place and colour of its own."""
    path = matplotlib.cbook.get_sample_data("grace_hopper.jpg", asfileobj=False)
    with Image.open(path) as sample:
        portrait = sample.convert("RGB")
    width, height = CANVAS_WH
    factor = 1.0 + 0.002 * number
    portrait = portrait.resize(
        (round(factor * portrait.width), round(factor * portrait.height)), Image.Resampling.BICUBIC
    )
    canvas = Image.new("RGB", CANVAS_WH, (110, 100, 90))
    canvas.paste(portrait, (20 + number, height - portrait.height))
    cells = np.repeat(255 * np.array(_cells(number), np.uint8), width // CELLS)
    pixels = np.array(canvas) * _cast(number)
    pixels[:ROW_PX] = np.tile(cells[None, :, None], (ROW_PX, 1, 3))
    buffer = io.BytesIO()
    Image.fromarray(pixels.round().astype(np.uint8)).save(buffer, "PNG", compress_level=1)
    return buffer.getvalue()


def owner(picture: Pixels) -> int | None:
    """Return the number in a picture as wide as a photo, None if it carries none."""
    row = picture[round(0.4 * ROW_PX) : round(0.6 * ROW_PX), :, :3].mean(axis=(0, 2))
    cell = row.size / CELLS
    seen = [row[round((i + 0.3) * cell) : round((i + 0.7) * cell)].mean() for i in range(CELLS)]
    if any(DARK < one < BRIGHT for one in seen):
        return None
    bits = [int(one > BRIGHT) for one in seen]
    number = int("".join(map(str, bits[2 : 2 + BITS])), 2)
    return number if bits == _cells(number) else None


def head_of(number: int) -> Pixels:
    """Return the head of a coded portrait as a comparison shows it, (h, w, 3)."""
    face = measure_face(open_photo(coded_portrait(number)))
    return np.asarray(panel(face.photo.image[head_window(face)]))


def shows(sheet: Pixels, head: Pixels) -> bool:
    """Whether a comparison shows this head, and none of another cast, at its left edge."""
    height, width = head.shape[:2]
    tops = range(min(MOST_TITLE_PX, sheet.shape[0] - height))
    return width <= sheet.shape[1] and any(
        np.abs(sheet[top : top + height, :width, :3].astype(int) - head).mean() < 1.0
        for top in tops
    )


def _cast(number: int) -> npt.NDArray[np.float64]:
    """What red, green and blue are multiplied by."""
    return np.array([1.0 - 0.04 * (number % 5), 1.0, 1.0 - 0.04 * (number // 5 % 5)])


def _cells(number: int) -> list[int]:
    bits = [int(one) for one in f"{number:0{BITS}b}"]
    return [1, 0, *bits, sum(bits) % 2]


# --- what was received


def pictures_in(data: bytes) -> Iterator[bytes]:
    """Yield every picture in a message, written as it is or in base64, with what follows it."""
    for found in INLINE.finditer(data):
        yield base64.b64decode(found[1])
    for signature in SIGNATURES:
        at = data.find(signature)
        while at >= 0:
            yield data[at:]
            at = data.find(signature, at + 1)


def decoded(data: bytes) -> Pixels | None:
    """Return the pixels of a picture, None if it only looked like one."""
    try:
        with Image.open(io.BytesIO(data)) as picture:
            return np.asarray(picture.convert("RGBA"))
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        return None


@dataclass
class Seen:
    """What one person was sent.

    Attributes:
        numbers: how often each person's photo was among the pictures.
        others: digests of what has no number: maps over the photo, parts of it, and the fields a
            browser moves it by.
        public: digests of the pictures that came before any photo was given: portraits to try.
    """

    numbers: dict[int, int] = field(default_factory=dict)
    others: set[str] = field(default_factory=set)
    public: set[str] = field(default_factory=set)

    def look(self, data: bytes) -> None:
        """Decode and count every picture in `data`."""
        for one in pictures_in(data):
            pixels = decoded(one)
            if pixels is None:
                continue
            number = owner(pixels) if pixels.shape[1] == CANVAS_WH[0] else None
            if number is not None:
                self.numbers[number] = self.numbers.get(number, 0) + 1
            else:
                self.others.add(hashlib.sha256(pixels.tobytes()).hexdigest())

    def keep(self, data: bytes) -> None:
        """Count what a component is sent beside pictures, but for tables, which tell doses."""
        for name, part in parts_of(data).items():
            if name not in ("header", "tables"):
                self.others.add(hashlib.sha256(part).hexdigest())

    def settle(self) -> None:
        """Take all that was seen so far for public."""
        self.public |= self.others
        self.others.clear()


# --- people


@dataclass
class Person:
    """Somebody with a photo of their own."""

    number: int
    visitor: Visitor
    waits: list[float] = field(default_factory=list)
    seen: Seen = field(default_factory=Seen)

    def arrive(self, photo: bytes, treat: str) -> None:
        """Come in, give a photo, and have one procedure shown."""
        enter(self.visitor)
        for data in self.visitor.received:
            self.seen.look(data)
        self.seen.settle()
        self.visitor.received.clear()
        give(self.visitor, photo)
        choose(self.visitor, treat)
        self.show()

    def show(self) -> None:
        """Say, as a browser does that has drawn the photo, that it need not be sent again."""
        parts = [parts_of(data) for data in self.visitor.received]
        header = json.loads(next(one["header"] for one in reversed(parts) if "before" in one))
        self.visitor.tell("viewer", holds=header["photo"])

    def move(self, rng: random.Random) -> None:
        """Release the dose somewhere else and wait for the picture."""
        key = first(self.visitor, "dose_")
        slider = self.visitor.element(key).slider
        steps = round((slider.max - slider.min) / slider.step)
        begun = time.perf_counter()
        self.visitor.slide(key, slider.min + slider.step * rng.randint(1, steps))
        self.waits.append(time.perf_counter() - begun)


def enter(visitor: Visitor) -> None:
    """Pass the first screen as a consultant does."""
    visitor.click("enter_consultant")
    for key in ("age_attested", "agreed"):
        visitor.check(key)
    visitor.select("country", "I'd rather not say")
    visitor.click("begin")


def give(visitor: Visitor, photo: bytes) -> None:
    """Upload a photo and go on to the preview."""
    visitor.upload("me.png", photo)
    visitor.click("use")


def first(visitor: Visitor, beginning: str) -> str:
    """Return the first key that begins so.

    Raises:
        LookupError: there is none.
    """
    for key in visitor.keys():
        if key.startswith(beginning):
            return key
    raise LookupError(f"no {beginning} among {visitor.keys()}")


def choose(visitor: Visitor, treat: str) -> None:
    """Add a procedure by its name."""
    for option in visitor.element("add").selectbox.options:
        if option.startswith(f"{treat} "):
            visitor.select("add", option)
            return
    raise LookupError(f"{treat} is not offered")


def together(people: Sequence[Person], act: Callable[[Person], None]) -> float:
    """Let all act at once; return how long that took, s."""
    begun = time.perf_counter()
    with ThreadPoolExecutor(len(people)) as pool:
        list(pool.map(act, people))
    return time.perf_counter() - begun


def moving(people: Sequence[Person], seconds: float, pause: float) -> tuple[list[float], float]:
    """Let all move doses, with a pause after each; return all waits and how long it took, s."""
    for one in people:
        one.waits.clear()
    end = time.perf_counter() + seconds

    def act(person: Person) -> None:
        rng = random.Random(person.number)
        time.sleep(pause * rng.random())
        while time.perf_counter() < end:
            person.move(rng)
            time.sleep(pause * rng.uniform(0.75, 1.25))

    took = together(people, act)
    return [wait for one in people for wait in one.waits], took


def strangers(people: Sequence[Person]) -> list[str]:
    """Return a sentence for every picture that reached somebody whose it is not; empty is good."""
    wrong = []
    for person in people:
        for data in person.visitor.received:
            person.seen.look(data)
            person.seen.keep(data)
        person.visitor.received.clear()
        wrong += [
            f"{person.number} received a picture of {number}"
            for number in person.seen.numbers
            if number != person.number
        ]
    for person in people:
        for other in people:
            shared = person.seen.others & other.seen.others - person.seen.public
            if other.number > person.number and shared:
                wrong.append(f"{person.number} and {other.number} received the same map")
    return wrong


def reached(people: Sequence[Person]) -> list[str]:
    """Return the addresses that were answered to somebody they were not told to; empty is good."""
    wrong = []
    for person, other in zip(people, (*people[1:], people[0]), strict=True):
        for address in person.visitor.fetched:
            kinds = [("GET", {})] if address.startswith("/media/") else []
            kinds += [("DELETE", other.visitor.token())] if not kinds else []
            wrong += [
                f"{other.number} reached {kind} {address} of {person.number}"
                for kind, headers in kinds
                if other.visitor.request(kind, address, headers=headers)[0] != 404
            ]
    return wrong


# --- the run


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the figures; end with status 1 if anybody received what is not theirs."""
    parser = options(__doc__, figures=True)
    parser.add_argument("--people", type=int)
    parser.add_argument("--seconds", type=float)
    parser.add_argument("--treat", default="Lip filler")
    asked = parse(parser, arguments)
    count = asked.people or (1 if asked.short else 20)
    seconds = asked.seconds or (0.5 if asked.short else 30.0)
    print(f"{count} people, {os.cpu_count()} cores, {asked.treat}")
    with server.served() as (url, pid):
        first = Person(count, Visitor(url))
        first.arrive(coded_portrait(first.number), asked.treat)  # loads what is loaded once
        empty = server.resident_mb(pid)
        people = [Person(number, Visitor(url)) for number in range(count)]
        rows = [("arriving all at once, to the first picture", arriving(people, asked.treat))]
        for name, pause in (
            ("a new dose two seconds after the last was seen", 2.0),
            ("a new dose as soon as the last was seen", 0.0),
        ):
            rows += dosing(name, pid, people, seconds, min(pause, seconds))
        memory = f"{(server.resident_mb(pid) - empty) / count:.1f} MB"
        rows.append(("memory, a person", memory))
        for name, value in rows:
            print(f"{name}: {value}")
        wrong = in_wrong_hands([first, *people])
        together(people, lambda one: one.visitor.click("forget"))
        left = (server.resident_mb(pid) - empty) / count
        print(f"memory a person after all forgot: {left:.1f} MB")
        together([first, *people], lambda one: one.visitor.leave())
    figures = stamp(timed=True) + "\n" + markdown_table((f"{count} people at once", ""), rows)
    write_figures(asked.write, "sessions", {"": figures})
    if wrong:
        sys.exit(1)


def arriving(people: Sequence[Person], treat: str) -> str:
    """Let all arrive at once; return how long each took to the first picture."""
    photos = [coded_portrait(one.number) for one in people]
    arrived: list[float] = []

    def arrive(person: Person) -> None:
        begun = time.perf_counter()
        person.arrive(photos[person.number], treat)
        arrived.append(time.perf_counter() - begun)

    together(people, arrive)
    return spread(arrived)


def dosing(
    name: str, pid: int, people: Sequence[Person], seconds: float, pause: float
) -> list[tuple[str, str]]:
    """Let all move doses with a pause after each; return doses a second, waits and cost."""
    spent = server.cpu_seconds(pid)
    waits, took = moving(people, seconds, pause)
    spent = 1e3 * (server.cpu_seconds(pid) - spent) / len(waits)
    return [
        (name, f"{len(waits) / took:.1f} doses a second in all; wait {spread(waits)}"),
        ("of the processor, such a dose", f"{spent:.0f} ms"),
    ]


def in_wrong_hands(everybody: Sequence[Person]) -> list[str]:
    """Look at whose every picture is that anybody was sent or downloads; print what was found."""
    wrong: list[str] = []
    for one in everybody:
        picture = one.visitor.download("download")
        one.seen.look(picture)
        pixels = decoded(picture)
        if pixels is None or not shows(pixels, head_of(one.number)):
            wrong.append(f"{one.number} downloaded something else")
    wrong += strangers(everybody) + reached(everybody)
    print(
        f"pictures decoded: {sum(sum(one.seen.numbers.values()) for one in everybody)} with a "
        f"number, {sum(len(one.seen.others) for one in everybody)} maps without; "
        f"in the wrong hands: {len(wrong)}"
    )
    print(*wrong[:20], sep="\n")
    return wrong


def spread(seconds: Sequence[float]) -> str:
    """Median, 95th percentile and longest."""
    ordered = sorted(seconds)
    high = ordered[min(len(ordered) - 1, round(0.95 * len(ordered)))]
    return (
        f"median {statistics.median(ordered):.2f} s, 95 % {high:.2f} s, longest {ordered[-1]:.2f} s"
    )


if __name__ == "__main__":
    main()
