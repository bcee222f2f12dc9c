"""What photos still tell of the skin: one tone in uneven light, and what is told to be unreadable.

    python -m benchmarks.photo_limits [--photos ../shared/faces/london] [--write]
    python -m benchmarks.photo_limits --short

The folder is laid out as that of `benchmarks.skin_signs`, and of the people at rest those are taken
on whom nothing was tuned. Copies are made worse by a known amount at the landmarks of the original.
--short takes two sample portraits.
"""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np

from benchmarks.common import (
    HALVED_PX,
    SHARED,
    held_out,
    markdown_table,
    options,
    parse,
    sample_set,
    stamp,
    write_figures,
)
from benchmarks.photo_copies import compressed, lit
from face_mesh import Face, Photo, measure_face, open_photo
from face_mesh.arrays import Rgb
from face_mesh.fidelity.faults import faults
from face_mesh.regions import REGIONS
from face_mesh.skin.skin_tone import ita_deg, skin_tone

SHORT_PEOPLE = ("002", "007")  # both held out
SKIN = [name for name in REGIONS if "vermilion" not in name]
WARM = (1.9, 1.0, 0.22)  # of linear R, G, B: about 2,700 K with a camera set for daylight
SEPIA = np.array([[0.393, 0.769, 0.189], [0.349, 0.686, 0.168], [0.272, 0.534, 0.131]])


def _grey(image: Rgb) -> Rgb:
    return np.repeat(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)[..., None], 3, axis=2)


COPIES: dict[str, Callable[[Rgb], Rgb]] = {
    "as it is": lambda image: image,
    "grey": _grey,
    "sepia": lambda image: np.clip(image @ SEPIA.T, 0, 255).astype(np.uint8),
    "lamp of 2,700 K": lambda image: lit(image, WARM),
    **{f"JPEG {q}": (lambda image, q=q: compressed(image, q)) for q in (8, 20, 30, 50, 70)},
    "bilateral 40, 7": lambda image: np.asarray(cv2.bilateralFilter(image, 0, 40, 7), np.uint8),
    "median 5": lambda image: np.asarray(cv2.medianBlur(image, 5), np.uint8),
}
LIGHTS: dict[str, Sequence[float]] = {
    "+1/2 stop": (2**0.5,) * 3,
    "-1/2 stop": (2**-0.5,) * 3,
    "warmer by 500 K": (1.05, 1.0, 0.91),
    "cooler by 500 K": (0.96, 1.0, 1.08),
}


@dataclass(frozen=True)
class Person:
    """What was read off one photo.

    Attributes:
        group: as the set says it.
        ita: of the person, degrees.
        width: of its interval.
        spread: standard deviation over the regions.
        within: whether the interval holds what each of `LIGHTS` reads.
        told: ids of the faults of each of `COPIES`.
    """

    group: str
    ita: float
    width: float
    spread: float
    within: dict[str, bool]
    told: dict[str, set[str]]


def people(folder: Path) -> Iterator[Person]:
    """Yield everybody at rest on whom nothing was tuned."""
    with (folder / "people.csv").open(encoding="utf-8") as file:
        groups = {row["face_id"]: row["face_eth"] for row in csv.DictReader(file)}
    for path in sorted((folder / "neutral").glob("*.jpg")):
        if held_out(int(path.name[:3])):
            yield _read(measure_face(open_photo(path)), groups[path.name[:3]])


def _read(face: Face, group: str) -> Person:
    tone = skin_tone(face)
    spread = float(np.nanstd([ita_deg(face, region) for region in SKIN]))
    image = face.photo.image
    tones = {name: skin_tone(_on(face, lit(image, gains))) for name, gains in LIGHTS.items()}
    within = {name: tone.low <= one.ita_deg <= tone.high for name, one in tones.items()}
    told = {
        name: {one.id for one in faults(_on(face, made(image)))} for name, made in COPIES.items()
    }
    return Person(group, tone.ita_deg, tone.high - tone.low, spread, within, told)


def _on(face: Face, image: Rgb) -> Face:
    return replace(face, photo=Photo.from_rgb(np.ascontiguousarray(image)), workspace={})


def print_tones(found: list[Person]) -> str:
    """Print the tone of each group, and how far regions and lights change it."""
    rows = []
    for group in ("all", *sorted({one.group for one in found})):
        those = [one for one in found if group in ("all", one.group)]
        numbers = [
            np.median([getattr(one, n) for one in those]) for n in ("ita", "width", "spread")
        ]
        held = [100.0 * np.mean([one.within[name] for one in those]) for name in LIGHTS]
        rows.append([f"{group} ({len(those)})", *(f"{n:.0f}" for n in numbers[:2])])
        rows[-1] += [f"{numbers[2]:.1f}", *(f"{share:.0f}" for share in held)]
    heads = ["people", "ITA°", "width of its interval°", "SD over regions°"]
    text = markdown_table([*heads, *(f"within it at {name}, %" for name in LIGHTS)], rows)
    print(f"\nTone: medians\n{text}")
    return text


def print_faults(found: list[Person]) -> str:
    """Print what share of each kind of copy is told to have which fault."""
    ids = ("no_colour", "colour_cast", "compressed", "smoothed")
    rows = [
        [name, *(f"{100.0 * np.mean([id_ in one.told[name] for one in found]):.0f}" for id_ in ids)]
        for name in COPIES
    ]
    text = markdown_table(["told, % of photos", *ids], rows)
    print(f"\nFaults\n{text}")
    return text


def main(arguments: Sequence[str] | None = None) -> None:
    """Print every table of docs/photo-limits.md."""
    parser = options(__doc__, figures=True)
    parser.add_argument("--photos", type=Path, default=SHARED)
    asked = parse(parser, arguments)
    if not asked.short:
        measure(asked.photos, asked.write)
        return
    with tempfile.TemporaryDirectory() as folder:
        measure(sample_set(Path(folder), SHORT_PEOPLE, HALVED_PX), asked.write)


def measure(folder: Path, docs: Path | None) -> None:
    """Print what a set of photos shows, and write down what is quoted."""
    found = list(people(folder))
    print(f"{len(found)} people, all held out")
    figures = {"tones": print_tones(found), "faults": print_faults(found)}
    marked = f"{stamp(timed=False)}\n"
    write_figures(docs, "photo_limits", {part: marked + text for part, text in figures.items()})


if __name__ == "__main__":
    main()
