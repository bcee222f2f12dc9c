"""Plans, codes, clinic files and words of the command line, changed at random and read.

    python -m tests.fuzz.plans --count 1000000 --seed 1 --processes 2 [--seconds 1200] [--keep DIR]

Prints what came of it as JSON. Whatever is refused must be refused in a sentence; every other
exception is a crash, and a case of more than two seconds hangs: both are kept in a folder, to be
read again with `--again FILE`. A case depends on the seed and its number alone.
"""

from __future__ import annotations

import argparse
import base64
import json
import multiprocessing
import random
import resource
import signal
import tempfile
import time
import traceback
import zlib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from face_mesh import BeforehandError
from face_mesh.untrusted import number_of, whole_of
from simulate import Plan, Treatment
from simulate.catalogue.time_course import days_after
from simulate.plan.plan import Stroke
from simulate.plan.plan_code import MARK, plan_code
from simulate.plan.plan_file import PlanFile, plan_of_file
from simulate.plan.presets import presets
from simulate.wording.times import moment
from ui.state.clinic_policy import policy_of

HANG_S = 2.0
MEMORY = 4 << 30  # bytes of address space of a process: a blow-up must not take the machine along
ROUND_TRIP = 8  # of so many plans that are opened, one is written and read again
KINDS = {"plan": 10, "code": 5, "clinic": 3, "treat": 3, "when": 2, "number": 1}  # how often

NUMBERS = (
    *(b"0", b"-0", b"1", b"-1", b"1e400", b"-1e400", b"1e-400", b"nan", b"inf", b"-inf", b"NaN"),
    *(b"Infinity", b"9" * 25, b"9" * 79, b"9" * 81, b"9" * 400, b"9" * 5000, b"0x" + b"f" * 300),
    *(b"1_000", b"0o17", b"0b1", b"1.5.2", b".5", b"5.", b"+1", b"1e", b"true", b"false", b"null"),
    *("\uff13", "\u0663", "\uff11.\uff15", "\u00b2", "\u00bd", "1\u00a0", "1\n", "\t1 "),
    *(b"1979-05-27", b"07:32:00", b"1979-05-27T07:32:00Z", b"9999-99-99"),
)
BITS = (
    *(
        b'"',
        b"'",
        b'"""',
        b"'''",
        b"[",
        b"]",
        b"{",
        b"}",
        b"[[",
        b"]]",
        b",",
        b"=",
        b":",
        b".",
        b"#",
    ),
    *(b"\\", b"\\u0000", b"\\ud800", b"\\U0010ffff", b"\\x", b"\n", b"\r", b"\r\n", b"\t", b"\x00"),
    *(b"\x7f", b"\xff", b"\xc3", b"\xef\xbb\xbf", "\u2028".encode(), "\u202e".encode(), b"@", b" "),
    *(b"treatments", b"procedure", b"dose", b"spots", b"strokes", b"notes", b"__proto__", b"{0}"),
    *(b"{name!l}", b"%s", b"<b>", b"BEFOREHAND1:"),
)
CLINIC = b"""name = "Clinic on the Square"
contact = "Tel. 01 234 56 78"
country = "at"
currency = "EUR"
concerns = false
hidden = ["facelift", "buccal_fat_removal"]

[prices]
lip_filler = { base = 90, per_unit = 260 }
masseter_toxin = { per_unit = 8 }
lip_lift = 2100
"""
TREATS = (
    *("lip_filler=1.0", "masseter_toxin=25:left", "mole_removal=1@0.41,0.52@0.6,0.7"),
    *(" chin_filler = 2 : both ", "crows_feet_toxin=2.4e1", "lip_filler=nan", "cheek_filler=1e-05"),
)
WHENS = ("10d", "2w", "3mo", "1y", "0d", "1.5w", " 6 mo ", "24mo", "730d")
PLAIN = ("0", "1", "63.5", "-1", "1e-05", "4294967295", "nan")


@cache
def corpus(kind: str) -> tuple[bytes, ...]:
    """Small texts that are taken as they are, of a kind."""
    if kind == "plan":
        return tuple(text.encode() for one in _plans() for text in (one.to_toml(), one.to_json()))
    if kind == "code":
        return tuple(one.plan.without_places().to_toml().encode() for one in _plans())
    words = {"treat": TREATS, "when": WHENS, "number": PLAIN}
    return (CLINIC,) if kind == "clinic" else tuple(one.encode() for one in words[kind])


def _plans() -> tuple[PlanFile, ...]:
    stroke = Stroke("spare", ((0.5, 0.5), (0.25, 0.5)), 4.0)
    rich = Plan(
        (
            Treatment("lip_filler", 0.7, week=2.0, cost=310.5, clinic_downtime_days=3.0),
            Treatment("masseter_toxin", 20.0, "left"),
            Treatment("mole_removal", 1.0, spots=((0.25, 0.5), (0.75, 0.125))),
            Treatment("ipl_redness", 2.0, strokes=(stroke, stroke)),
        ),
        61.5,
        "EUR",
        'Says "not more" than\nthat; ü, 李.',
    )
    named = (PlanFile(one.plan) for one in list(presets().values())[:4])
    return (PlanFile(rich, "3mo", "low"), PlanFile(Plan()), *named)


# --- changing


def case(seed: int, number: int) -> tuple[str, bytes]:
    """Return the kind and the text of one case."""
    rng = random.Random(seed * 1_000_003 + number)
    kind = rng.choices(list(KINDS), list(KINDS.values()))[0]
    text = rng.choice(corpus(kind))
    for _ in range(rng.choice((0, 1, 1, 1, 2, 2, 3, 5))):
        text = rng.choice(MUTATORS)(rng, text)
    return kind, _packed(rng, text) if kind == "code" else text


def _packed(rng: random.Random, text: bytes) -> bytes:
    """As `plan_code` packs it; what is packed, or the code, may be changed once more."""
    data = zlib.compress(text, rng.choice((1, 9)))
    how = rng.random()
    if how < 0.2:
        data = rng.choice(BYTES)(rng, data)
    code = MARK.encode() + base64.urlsafe_b64encode(data)
    return rng.choice(BYTES)(rng, code) if how > 0.8 else code


def _span(rng: random.Random, text: bytes) -> tuple[int, int]:
    start = rng.randrange(len(text) + 1)
    return start, min(len(text), start + int(rng.expovariate(1 / 12)))


def _flipped(rng: random.Random, text: bytes) -> bytes:
    if not text:
        return b"\x00"
    at = rng.randrange(len(text))
    return text[:at] + bytes([text[at] ^ 1 << rng.randrange(8)]) + text[at + 1 :]


def _left_out(rng: random.Random, text: bytes) -> bytes:
    start, end = _span(rng, text)
    return text[:start] + text[end:]


def _twice(rng: random.Random, text: bytes) -> bytes:
    start, end = _span(rng, text)
    return text[:end] + text[start:end] * rng.choice((1, 2, 50)) + text[end:]


def _cut(rng: random.Random, text: bytes) -> bytes:
    return text[: rng.randrange(len(text) + 1)]


def _with_a_bit(rng: random.Random, text: bytes) -> bytes:
    start, end = _span(rng, text)
    return text[:start] + rng.choice(BITS) + text[rng.choice((start, end)) :]


def _with_a_number(rng: random.Random, text: bytes) -> bytes:
    """With another number in the place of one that is there."""
    digits = [i for i, one in enumerate(text) if 48 <= one < 58]
    start = end = rng.choice(digits) if digits else len(text)
    while end < len(text) and text[end : end + 1] in b"0123456789.e-":
        end += 1
    found = rng.choice(NUMBERS)
    return text[:start] + (found.encode() if isinstance(found, str) else found) + text[end:]


def _joined(rng: random.Random, text: bytes) -> bytes:
    other = rng.choice(corpus(rng.choice(("plan", "clinic", "treat"))))
    start, end = _span(rng, other)
    at = rng.randrange(len(text) + 1)
    return text[:at] + rng.choice((other[start:end], other[start:])) + text[at:]


def _a_line_more(rng: random.Random, text: bytes) -> bytes:
    lines = text.split(b"\n")
    lines.insert(rng.randrange(len(lines) + 1), rng.choice(lines))
    return b"\n".join(lines)


def _nested(rng: random.Random, text: bytes) -> bytes:
    start, end = _span(rng, text)
    opens, closes = rng.choice(((b"[", b"]"), (b"{a=", b"}"), (b'{"a":', b"}"), (b"{", b"}")))
    deep = rng.choice((1, 3, 11, 13, 200, 3000))
    return text[:start] + opens * deep + text[start:end] + closes * deep + text[end:]


def _dotted(rng: random.Random, text: bytes) -> bytes:
    part = rng.choice((b"a.", b'"".', b"'b' . ", b"1."))
    name = part * rng.choice((1, 3, 5, 1000)) + rng.choice((b"a=1", b"a", b"="))
    return rng.choice((name + b"\n" + text, text + b"\n" + name, text + b"\n[" + name + b"]"))


BYTES = (_flipped, _left_out, _twice, _cut)
MUTATORS: tuple[Callable[[random.Random, bytes], bytes], ...] = (
    *BYTES,
    *(_with_a_bit, _with_a_bit, _with_a_number, _with_a_number, _with_a_number, _joined),
    *(_a_line_more, _nested, _dotted),
)


# --- reading


def read(kind: str, data: bytes, written: bool = False) -> None:
    """Read a text as the product does; `written` writes a plan that is taken and reads it again.

    Raises:
        BeforehandError: it is refused in a sentence.
    """
    if kind in ("plan", "code"):
        found = plan_of_file(data)
        if written:
            for text in (found.to_toml(), found.to_json()):
                assert plan_of_file(text.encode("utf-8")) == found
            plan_of_file(plan_code(found.plan).encode())
        return
    if kind == "clinic":
        policy_of(data)
        return
    text = data.decode("utf-8", "surrogateescape")  # as the system hands words over
    if kind == "treat":
        Plan.parse([text])
    elif kind == "when":
        days_after(text)
        moment(text)
    else:
        _number(text)


def _number(text: str) -> None:
    """As an option of the command line: each either says a number or is refused as none."""
    for reader in (number_of, lambda one: whole_of(one, 0, 999)):
        try:
            assert isinstance(reader(text), int | float)
        except ValueError as error:
            if type(error) is not ValueError:
                raise


def sentence(error: BeforehandError) -> None:
    """Check that a refusal is one sentence of one line."""
    said = str(error)
    assert said.endswith("."), said[:200]
    assert "\n" not in said, said[:200]
    assert len(said) < 700, said[:200]


class Hang(BaseException):
    """A case takes too long."""


@dataclass
class Found:
    """What came of some cases; lists are of (kind of problem, kind of text, text)."""

    count: int = 0
    refused: int = 0
    opened: int = 0
    crashes: list[tuple[str, str, bytes]] = field(default_factory=list)
    hangs: list[tuple[str, str, bytes]] = field(default_factory=list)
    worst_s: float = 0.0  # of the processor: others may be at work too
    growth_mb: float = 0.0  # of the peak, the most that one case added


def run(count: int, seed: int, first: int = 0, step: int = 1, seconds: float = 1e9) -> Found:
    """Read `count` cases from number `first` on, each `step`-th, for at most so many seconds."""
    for kind in KINDS:  # loaded before memory is measured
        with suppress(Exception):
            read(kind, corpus(kind)[0])
    found, ends = Found(), time.monotonic() + seconds

    def too_long(*_: object) -> None:
        raise Hang

    before = signal.signal(signal.SIGALRM, too_long)
    try:
        for number in range(first, first + count * step, step):
            if number % 256 < step and time.monotonic() > ends:
                break
            _one(found, seed, number)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    return found


def _one(found: Found, seed: int, number: int) -> None:
    kind, data = case(seed, number)
    found.count += 1
    peak, start = _peak_mb(), time.process_time()
    signal.setitimer(signal.ITIMER_REAL, HANG_S)
    try:
        try:
            read(kind, data, number % ROUND_TRIP == 0)
            found.opened += 1
        except BeforehandError as error:
            sentence(error)
            found.refused += 1
    except Hang:
        found.hangs.append(("hang", kind, data))
    except Exception:
        found.crashes.append((traceback.format_exc(limit=-1), kind, data))
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
    if number > 200:  # by then all that is loaded late is there
        found.worst_s = max(found.worst_s, time.process_time() - start)
        found.growth_mb = max(found.growth_mb, _peak_mb() - peak)


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _limited(asked: tuple[int, int, int, int, float]) -> Found:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    return run(*asked)


def main() -> int:
    """Run as the command line asks; return 1 where something crashed or hung."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz.plans")
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=1e9)
    parser.add_argument("--keep", default=str(Path(tempfile.gettempdir()) / "beforehand-fuzz"))
    parser.add_argument("--again", metavar="FILE", help="read one kept case, named KIND-NUMBER")
    asked = parser.parse_args()
    if asked.again:
        path = Path(asked.again)
        read(path.name.split("-")[1], path.read_bytes(), True)
        return 0
    n, start = asked.processes, time.monotonic()
    shares = [(asked.count + n - 1 - i) // n for i in range(n)]
    work = [(share, asked.seed, i, n, asked.seconds) for i, share in enumerate(shares)]
    with multiprocessing.get_context("spawn").Pool(n) as pool:
        parts = pool.map(_limited, work, chunksize=1)
    problems = [one for part in parts for one in (*part.crashes, *part.hangs)]
    kept = _keep(Path(asked.keep), problems)
    spent = time.monotonic() - start
    count = sum(part.count for part in parts)
    told = {
        "count": count,
        "refused": sum(part.refused for part in parts),
        "opened": sum(part.opened for part in parts),
        "crashes": sum(len(part.crashes) for part in parts),
        "hangs": sum(len(part.hangs) for part in parts),
        "worst_s": round(max(part.worst_s for part in parts), 4),
        "worst_growth_mb": round(max(part.growth_mb for part in parts), 1),
        "seconds": round(spent, 1),
        "per_second": round(count / spent),
        "kept": kept,
        "first": [one[0].splitlines()[-1] for one in problems[:5]],
    }
    print(json.dumps(told, indent=2))
    return bool(problems)


def _keep(folder: Path, problems: list[tuple[str, str, bytes]]) -> list[str]:
    kept = []
    for number, (said, kind, data) in enumerate(problems[:200]):
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{'hang' if said == 'hang' else 'crash'}-{kind}-{number}"
        path.write_bytes(data)
        kept.append(str(path))
    return kept


if __name__ == "__main__":
    raise SystemExit(main())
