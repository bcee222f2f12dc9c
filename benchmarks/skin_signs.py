"""Prove the skin detectors on photos of people: what rises with a smile, with age, and what stays.

    python -m benchmarks.skin_signs [--photos ../shared/faces/london] [--steady 12] [--write]
        [--portraits ../shared/faces/congress]
    python -m benchmarks.skin_signs --short

The folder holds `neutral/` and `smiling/`, in which a file name begins with a person's number, and
`people.csv` (face_id, face_age, face_gender, face_eth). Nothing was tuned on the held-out people.
The second folder holds small official portraits and `people.csv` (id, birth_year): sixty years of
age, and more tones of skin.
Every copy of a photo is measured anew: landmarks move too when light and size change.
--short takes two sample portraits, in several lights.
"""

from __future__ import annotations

import csv
import hashlib
import re
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from time import perf_counter

import numpy as np
from scipy.stats import spearmanr

from benchmarks.common import (
    HALVED_PX,
    SHARED,
    held_out,
    markdown_table,
    options,
    parse,
    sample,
    sample_set,
    save,
    stamp,
    write_figures,
)
from benchmarks.photo_copies import compressed, lit, smaller
from face_mesh import Face, Photo, measure_face, open_photo
from face_mesh.arrays import Rgb
from face_mesh.pipeline import read_face
from face_mesh.skin.signs import SIGNS, detect
from face_mesh.skin.skin_tone import ita_deg

RISING = ("crows_feet_lines", "nasolabial_fold")
AGEING = (
    "crows_feet_lines",
    "forehead_lines",
    "glabellar_lines",
    "perioral_lines",
    "nasolabial_fold",
    "marionette_fold",
    "tear_trough",
    "eye_bags",
)
ITA_STEP = 40.0  # degrees: from light skin to brown
SHORT_PEOPLE = ("002", "007")  # both held out
SHORT_PORTRAITS = 6  # more than what is fitted to them
SMILE = 0.3  # mean blendshape of both corners of the mouth under which nobody sees a smile
STEADY = 0.10  # of the severity, or
# this much of a grade, whichever is more: readings are printed to a tenth, and below one grade a
# tenth of the severity is less than what is printed.
FLOOR = 0.10


@dataclass(frozen=True)
class Person:
    """What the set says about somebody, and what was read off both photos."""

    number: str
    group: str
    sex: str
    age: float
    neutral: dict[str, float]
    smiling: dict[str, float]
    smile: float

    @property
    def held_out(self) -> bool:
        """Whether nothing was tuned on this person."""
        return held_out(int(self.number))

    @property
    def years(self) -> str:
        """Age group."""
        if np.isnan(self.age):
            return "age unknown"
        return "under 25" if self.age < 25 else "25 to 31" if self.age < 32 else "32 and over"


def severity(face: Face, sign: str) -> float:
    """Return the mean severity of a sign over its regions."""
    return float(np.mean([detect(face, sign, region).severity for region in SIGNS[sign].regions]))


def people(folder: Path) -> Iterator[Person]:
    """Yield everybody of whom there are both photos."""
    with (folder / "people.csv").open(encoding="utf-8") as file:
        about = {row["face_id"]: row for row in csv.DictReader(file)}
    smiling = {path.name[:3]: path for path in (folder / "smiling").glob("*.jpg")}
    for path in sorted((folder / "neutral").glob("*.jpg")):
        number = path.name[:3]
        if number not in smiling or number not in about:
            continue
        faces = [measure_face(open_photo(one)) for one in (path, smiling[number])]
        row = about[number]
        read = [{sign: severity(face, sign) for sign in SIGNS} for face in faces]
        shown = faces[1].expression
        yield Person(
            number,
            row["face_eth"],
            row["face_gender"],
            float(row["face_age"]) if re.fullmatch(r"[\d.]+", row["face_age"]) else np.nan,
            *read,
            (shown["mouthSmileLeft"] + shown["mouthSmileRight"]) / 2,
        )


def print_smiles(found: list[Person]) -> str:
    """Print who has deeper lines smiling than at rest; return the table for the docs."""
    print("\nSmiling above neutral")
    cuts: dict[str, Callable[[Person], bool]] = {
        "all": lambda one: True,
        "held out": lambda one: one.held_out,
        "all who smile": lambda one: one.smile >= SMILE,
        "held out who smile": lambda one: one.held_out and one.smile >= SMILE,
    }
    for key in ("group", "sex", "years"):
        for value in sorted({getattr(one, key) for one in found}):
            cuts[value] = lambda one, k=key, v=value: getattr(one, k) == v  # type: ignore[misc]
    shares: dict[str, list[str]] = {name: [] for name in cuts}
    for sign in RISING:
        for name, chosen in cuts.items():
            some = [one for one in found if chosen(one)]
            up = [one for one in some if one.smiling[sign] > one.neutral[sign]]
            not_up = ", ".join(
                f"{one.number} (smile {one.smile:.2f})" for one in some if one not in up
            )
            print(f"  {sign:18} {name:20} {len(up):3} of {len(some):3}  not: {not_up}")
            shares[name].append(f"{len(up)} of {len(some)}")
    heads = ("severity smiling above at rest", *RISING)
    return markdown_table(heads, [(name, *cells) for name, cells in shares.items()])


def print_ages(found: list[Person]) -> str:
    """Print the rank correlation with age at rest, with a bootstrap interval; return the table."""
    print("\nSpearman correlation of severity at rest with age, 95 % bootstrap interval")
    rng = np.random.default_rng(0)
    cells: dict[str, list[str]] = {sign: [] for sign in AGEING}
    for name, some in (("all", found), ("held out", [one for one in found if one.held_out])):
        known = [one for one in some if not np.isnan(one.age)]
        age = np.array([one.age for one in known])
        for sign in AGEING:
            value = np.array([one.neutral[sign] for one in known])
            rho, p = spearmanr(value, age)
            draws = rng.integers(0, len(age), (1000, len(age)))
            drawn = [spearmanr(value[d], age[d])[0] for d in draws if _vary(value[d], age[d])]
            low, high = np.quantile(drawn, [0.025, 0.975])
            cells[sign].append(f"{rho:+.2f} [{low:+.2f}, {high:+.2f}]")
            print(
                f"  {sign:18} {name:9} rho {rho:+.2f} [{low:+.2f}, {high:+.2f}] "
                f"p {p:.3f} n {len(age)}"
            )
    heads = ("correlation with age", "all", "held out")
    return markdown_table(heads, [(sign, *both) for sign, both in cells.items()])


@dataclass(frozen=True)
class Portrait:
    """What was read off an official portrait."""

    apart: bool
    born: int
    ita_deg: float
    read: dict[str, float]


def portraits(folder: Path) -> Iterator[Portrait]:
    """Yield everybody whose year of birth is known and whose cheeks show their tone."""
    with (folder / "people.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["birth_year"]]
    for row in rows:
        face = read_face(open_photo(folder / f"{row['id']}.jpg"))
        tone = float(np.nanmean([ita_deg(face, name) for name in ("malar_left", "malar_right")]))
        if np.isfinite(tone):
            read = {sign: severity(face, sign) for sign in AGEING}
            yield Portrait(portrait_held_out(row["id"]), int(row["birth_year"]), tone, read)


def portrait_held_out(who: str) -> bool:
    """Return whether nothing was tuned on a person of the official portraits."""
    return int(hashlib.sha256(who.encode()).hexdigest(), 16) // 2 % 2 == 1


def print_portraits(found: list[Portrait]) -> str:
    """Print the correlation with age and the slope with tone at equal age; return the table."""
    print(f"\nOfficial portraits: {len(found)}, {sum(one.apart for one in found)} held out")
    rows = []
    for sign in AGEING:
        cells = [sign]
        for some in (found, [one for one in found if one.apart]):
            age = np.array([-one.born for one in some], float)
            tone = np.array([one.ita_deg for one in some])
            value = np.array([one.read[sign] for one in some])
            rho, _ = spearmanr(value, age)
            slope, half = _tone_slope(value, age, tone)
            cells += [f"{rho:+.2f}", f"{slope:+.2f} ± {half:.2f}"]
        rows.append(tuple(cells))
        print("  " + "  ".join(cells))
    heads = ("official portraits", "age, all", "tone, all", "age, held out", "tone, held out")
    return markdown_table(heads, rows)


def _tone_slope(value: np.ndarray, age: np.ndarray, tone: np.ndarray) -> tuple[float, float]:
    """How much more is read for `ITA_STEP` less at equal age, in SD, and half its 95 % interval."""
    terms = np.column_stack([np.ones(len(age)), age, -tone / ITA_STEP])
    weights, *_ = np.linalg.lstsq(terms, value, rcond=None)
    left = value - terms @ weights
    variance = float(left @ left) / (len(age) - terms.shape[1])
    half = 1.96 * np.sqrt(np.linalg.inv(terms.T @ terms)[2, 2] * variance)
    return float(weights[2] / value.std()), float(half / value.std())


def _vary(*values: np.ndarray) -> bool:
    """Whether a draw can correlate: one that took one person again and again cannot."""
    return all(np.ptp(one) > 0.0 for one in values)


COPIES = ("+1/2 stop", "-1/2 stop", "JPEG 70", "half size")


def copies(image: Rgb) -> Iterator[tuple[str, Rgb]]:
    """Yield a photo lit half a stop more and less, compressed, and at half its size."""
    for name, stops in (("+1/2 stop", 0.5), ("-1/2 stop", -0.5)):
        yield name, lit(image, 2.0**stops)
    yield "JPEG 70", compressed(image, 70)
    yield "half size", smaller(image, 0.5)


def print_steady(photos: list[Path]) -> str:
    """Print how much readings move when light, compression and size change; return the table."""
    print(
        f"\nSteady on {len(photos)} held-out photos: share within 10 % or {FLOOR} grade "
        f"(in brackets: 10 % only), median and 95th percentile of the change in grades"
    )
    moved: dict[tuple[str, str], list[tuple[float, float]]] = {}
    for path in photos:
        face = measure_face(open_photo(path))
        for name, image in copies(face.photo.image):
            again = measure_face(Photo.from_rgb(image))
            for sign in SIGNS.values():
                for region in sign.regions:
                    pair = [detect(one, sign.id, region).severity for one in (face, again)]
                    moved.setdefault((sign.id, name), []).append((pair[0], pair[1]))
    shares: dict[str, dict[str, str]] = {}
    for (sign_id, name), pairs in sorted(moved.items()):
        before, after = np.array(pairs).T
        off = np.abs(after - before)
        floored = float(np.mean(off <= np.maximum(STEADY * before, FLOOR)))
        strict = float(np.mean(off <= STEADY * before + 1e-9))
        shares.setdefault(sign_id, {})[name] = f"{100 * floored:.0f}"
        print(
            f"  {sign_id:18} {name:10} {100 * floored:3.0f} % ({100 * strict:3.0f} %)  "
            f"{np.median(off):.3f}  {np.quantile(off, 0.95):.3f}  of {np.median(before):.2f}"
        )
    heads = ("share within the bounds, %", *COPIES)
    return markdown_table(heads, [(s, *(of[n] for n in COPIES)) for s, of in shares.items()])


def print_groups(found: list[Person]) -> None:
    """Print the median severity of every sign at rest by group."""
    groups = sorted({one.group for one in found})
    print("\nMedian severity at rest by group: " + ", ".join(groups))
    for sign in SIGNS:
        medians = [
            float(np.median([one.neutral[sign] for one in found if one.group == g])) for g in groups
        ]
        print(f"  {sign:18} " + "  ".join(f"{m:.2f}" for m in medians))


def print_times(path: Path) -> None:
    """Print what reading a photo costs."""
    face = measure_face(open_photo(path))
    begin = perf_counter()
    for sign in SIGNS:
        start = perf_counter()
        severity(face, sign)
        spent = 1000 * (perf_counter() - start)
        print(f"  {sign:18} {spent:5.0f} ms for {len(SIGNS[sign].regions)} regions")
    print(f"  all signs          {1000 * (perf_counter() - begin):5.0f} ms, view included")


def main(arguments: Sequence[str] | None = None) -> None:
    """Print every figure of docs/skin-signs.md."""
    parser = options(__doc__, figures=True)
    parser.add_argument("--photos", type=Path, default=SHARED)
    parser.add_argument("--portraits", type=Path, default=SHARED.parent / "congress")
    parser.add_argument("--steady", type=int, default=1000, help="photos at most for steadiness")
    asked = parse(parser, arguments)
    if not asked.short:
        measure(asked.photos, asked.steady, asked.write, asked.portraits)
        return
    with tempfile.TemporaryDirectory() as folder:
        official = sample_portraits(Path(folder) / "official")
        measure(sample_set(Path(folder), SHORT_PEOPLE, HALVED_PX), 1, asked.write, official)


def sample_portraits(folder: Path) -> Path:
    """Write the samples in several lights, as official portraits are laid out; return where."""
    folder.mkdir()
    rows = ["id,birth_year"]
    held_out = (f"S{n}" for n in count() if portrait_held_out(f"S{n}"))
    for i, who in zip(range(SHORT_PORTRAITS), held_out, strict=False):
        image = sample(("hopper", "collins")[i % 2]).image
        save(folder / f"{who}.jpg", lit(image, 0.7 + 0.1 * i))
        rows.append(f"{who},{1940 + 7 * i}")
    (folder / "people.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    return folder


def measure(folder: Path, steady: int, docs: Path | None, official: Path) -> None:
    """Print everything that a set of photos shows, and write down what is quoted."""
    found = list(people(folder))
    print(f"{len(found)} people, {sum(one.held_out for one in found)} held out")
    figures = {"smiles": print_smiles(found), "ages": print_ages(found)}
    figures["portraits"] = print_portraits(list(portraits(official)))
    print_groups(found)
    out = {one.number for one in found if one.held_out}
    photos = [
        path
        for kind in ("neutral", "smiling")
        for path in sorted((folder / kind).glob("*.jpg"))
        if path.name[:3] in out
    ]
    figures["steady"] = print_steady(photos[:steady])
    marked = f"{stamp(timed=False)}\n"
    write_figures(docs, "skin_signs", {part: marked + text for part, text in figures.items()})
    print("\nTime of one photo")
    for path in photos[:2]:
        print_times(path)


if __name__ == "__main__":
    main()
