"""People who work and download at once: how many files come, how soon, and whose they are.

    python -m benchmarks.downloads [--people 8 15] [--rounds 12] [--treat "Lip filler"]
    python -m benchmarks.downloads --short

Everybody moves doses and presses downloads at the same time, as on a busy day in a clinic: before
and after, in which the photo tells whose it is, and the plan as a file. Like a browser, each asks
for the file to be made, then fetches it twice, some time after it was told where from. A press is
answered if the whole file came. benchmarks.sessions describes the people.
"""

from __future__ import annotations

import random
import sys
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from benchmarks import server
from benchmarks.common import options, parse
from benchmarks.sessions import (
    Person,
    Visitor,
    coded_portrait,
    decoded,
    head_of,
    shows,
    spread,
)

PICTURE, PLAN = "download", "download_plan_json"  # keys of the buttons
NEVER = float("nan")
LATENCY_SECONDS = (0.0, 0.6)  # from the press to the fetch, beside the time the server takes


@dataclass
class Taken:
    """What one person pressed and got.

    Attributes:
        asked: how often a download was pressed.
        refused: presses on which no file was made.
        missing: addresses that were told and then not answered.
        waits: from a press to the file, s, by the key of the button.
        pictures: the comparisons, still to be looked at.
    """

    asked: int = 0
    refused: int = 0
    missing: int = 0
    waits: dict[str, list[float]] = field(default_factory=lambda: {PICTURE: [], PLAN: []})
    pictures: list[bytes] = field(default_factory=list)

    @property
    def answered(self) -> int:
        """How many files came."""
        return self.asked - self.refused - self.missing


def press(person: Person, key: str, taken: Taken, rng: random.Random) -> None:
    """Press a download and fetch it as a browser does, which looks at the address first."""
    taken.asked += 1
    begun = time.perf_counter()
    visitor = person.visitor
    address = visitor.promise(visitor.element(key).download_button.deferred_file_id)
    if not address:
        taken.refused += 1
        return
    made = time.perf_counter() - begun
    time.sleep(rng.uniform(*LATENCY_SECONDS))
    begun = time.perf_counter()
    answers = [visitor.request("GET", address) for _ in range(2)]
    if any(status != 200 for status, _ in answers):
        taken.missing += 1
        return
    taken.waits[key].append(made + time.perf_counter() - begun)
    if key == PICTURE:
        taken.pictures.append(answers[-1][1])


def working(people: Sequence[Person], rounds: int) -> dict[int, Taken]:
    """Let all move doses as long as they download, `rounds` times each; return what they got."""
    found = {one.number: Taken() for one in people}

    def download(person: Person) -> None:
        rng = random.Random(person.number)
        for turn in range(rounds):
            press(person, (PICTURE, PLAN)[turn % 2], found[person.number], rng)
            time.sleep(rng.uniform(0.2, 1.0))

    def move(person: Person, done: threading.Event) -> None:
        rng = random.Random(-1 - person.number)
        while not done.wait(rng.uniform(0.5, 1.5)):
            person.move(rng)
            person.visitor.received.clear()

    done = threading.Event()
    with ThreadPoolExecutor(2 * len(people)) as pool:
        moving = [pool.submit(move, one, done) for one in people]
        downloading = [pool.submit(download, one) for one in people]
        try:
            for one in downloading:
                one.result()
        finally:
            done.set()
        for one in moving:
            one.result()
    return found


def in_wrong_hands(found: dict[int, Taken]) -> int:
    """How many comparisons do not show the face of who got them."""
    wrong = 0
    for number, taken in found.items():
        head = head_of(number)
        pixels = map(decoded, taken.pictures)
        wrong += sum(one is None or not shows(one, head) for one in pixels)
    return wrong


def told(found: dict[int, Taken]) -> str:
    """The figures in a line."""
    all_of = list(found.values())
    asked, answered = (sum(getattr(one, name) for one in all_of) for name in ("asked", "answered"))
    waits = {key: [wait for one in all_of for wait in one.waits[key]] for key in (PICTURE, PLAN)}
    return (
        f"{answered} of {asked} downloads answered, "
        f"{sum(one.refused for one in all_of)} not made, "
        f"{sum(one.missing for one in all_of)} made and not found; "
        f"{sum(len(one.pictures) for one in all_of)} pictures looked at, "
        f"in the wrong hands: {in_wrong_hands(found)}; wait for a "
        f"picture {spread(waits[PICTURE] or [NEVER])}, for a plan {spread(waits[PLAN] or [NEVER])}"
    )


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the figures; end with status 1 if a download was not answered or not their own."""
    parser = options(__doc__)
    parser.add_argument("--people", type=int, nargs="+")
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--treat", default="Lip filler")
    asked = parse(parser, arguments)
    rounds = asked.rounds or (2 if asked.short else 12)
    failed = False
    for count in asked.people or ([2] if asked.short else [8, 15]):
        with server.served() as (url, _):
            people = [Person(number, Visitor(url)) for number in range(count)]
            for one in people:
                one.arrive(coded_portrait(one.number), asked.treat)
            found = working(people, rounds)
            print(f"{count} people: {told(found)}", flush=True)
            failed |= any(one.answered < one.asked for one in found.values())
            failed |= bool(in_wrong_hands(found))
            for one in people:
                one.visitor.leave()
    if failed:
        sys.exit(1)


if __name__ == "__main__":
    main()
