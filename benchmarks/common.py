"""What every benchmark shares: its options, portraits that are always there, figures for the docs.

A benchmark is a module of this package with a `main`, which takes the arguments of its command line
and prints what it found. `--short` goes the same way in seconds, on tiny inputs that come with the
product's own packages: its figures mean nothing, and `tests/benchmarks` runs every one of them.
`--write` puts the figures that the documentation quotes into it, between two marks:

    <!-- figures: benchmarks.geometry -->
    ...
    <!-- end -->
"""

from __future__ import annotations

import argparse
import ast
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path

import cv2
import matplotlib.cbook
import numpy as np
import skimage.data

from face_mesh import Photo, open_photo
from face_mesh.arrays import Rgb

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
SHARED = ROOT.parent / "shared" / "faces" / "london"
SIDE_PX = 1350
SHORT_PX = 480  # longest side of a sample portrait in a short run,
HALVED_PX = 960  # and where the photo is also measured at half its size
BLOCK = re.compile(
    r"<!-- figures: benchmarks\.(?P<benchmark>\w+)(?: (?P<part>\w+))? -->\n"
    r"(?P<text>.*?)<!-- end -->",
    re.DOTALL,
)
# Of a set of photos made of the two samples: two people are tuned on, and two are held out.
PEOPLE = {
    "001": ("hopper", "40", "female", "white"),
    "002": ("collins", "35", "female", "white"),
    "003": ("collins mirrored", "36", "female", "white"),
    "007": ("hopper mirrored", "41", "female", "white"),
}


# --- what there is, and its options


def benchmarks() -> list[str]:
    """Return the names of all modules of this package with a `main`."""
    return sorted(path.stem for path in Path(__file__).parent.glob("*.py") if _has_main(path))


def _has_main(path: Path) -> bool:
    nodes = ast.parse(path.read_bytes()).body
    return any(isinstance(node, ast.FunctionDef) and node.name == "main" for node in nodes)


def options(doc: str | None, *, figures: bool = False) -> argparse.ArgumentParser:
    """Return a parser with what every benchmark takes.

    Args:
        doc: of the benchmark's module; the first line says what it measures.
        figures: whether the documentation quotes it, so that it can write there.
    """
    parser = argparse.ArgumentParser(
        description=doc, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--short", action="store_true", help="seconds, on tiny inputs")
    if figures:
        parser.add_argument(
            "--write",
            type=Path,
            nargs="?",
            const=DOCS,
            metavar="DOCS",
            help="put the figures into the documentation",
        )
    return parser


def parse(parser: argparse.ArgumentParser, arguments: Sequence[str] | None) -> argparse.Namespace:
    """Read a command line; figures of a short run are kept out of the documentation."""
    asked = parser.parse_args(arguments)
    if asked.short and getattr(asked, "write", None) == DOCS:
        parser.error("what --short finds means nothing, so it is not written")
    return asked


# --- portraits


def sample(name: str = "hopper", side_px: int = SHORT_PX) -> Photo:
    """Return a public-domain portrait, "hopper" or "collins", with a longest side of `side_px`."""
    if name == "collins":
        photo = Photo.from_rgb(skimage.data.astronaut())
    else:
        photo = open_photo(matplotlib.cbook.get_sample_data("grace_hopper.jpg", asfileobj=False))
    return resized(photo, side_px / max(photo.image.shape))


def default_photo(*, short: bool = False) -> tuple[str, Photo]:
    """Return what a portrait is, and the portrait: a shared one, or a sample of the same size."""
    shared = sorted((SHARED / "neutral").glob("*.jpg"))
    if short:
        return "a small sample portrait", sample()
    if shared:
        return "a shared London portrait", open_photo(shared[0])
    return "a sample portrait, enlarged", sample(side_px=SIDE_PX)


def resized(photo: Photo, factor: float) -> Photo:
    """Return the photo made larger or smaller."""
    how = cv2.INTER_CUBIC if factor > 1.0 else cv2.INTER_AREA
    image = cv2.resize(photo.image, None, fx=factor, fy=factor, interpolation=how)
    return Photo.from_rgb(np.asarray(image, np.uint8))


def held_out(person: int) -> bool:
    """As `training.people.held_out` of a person's number, which this package may not import."""
    return person % 9 in (2, 7)


def sample_set(folder: Path, people: Sequence[str], side_px: int = SHORT_PX) -> Path:
    """Write the samples as a set of photos of `PEOPLE` is laid out; return the folder."""
    for kind in ("neutral", "smiling"):
        (folder / kind).mkdir(parents=True)
        for number in people:
            name, *mirrored = PEOPLE[number][0].split()
            image = sample(name, side_px).image
            save(folder / kind / f"{number}_03.jpg", image[:, ::-1] if mirrored else image)
    rows = ["face_id,face_age,face_gender,face_eth"]
    rows += [",".join((number, *PEOPLE[number][1:])) for number in people]
    (folder / "people.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    return folder


def sample_photos(folder: Path, people: Sequence[str], side_px: int = SHORT_PX) -> list[Path]:
    """Write such a set; return its photos of people at rest."""
    return sorted((sample_set(folder, people, side_px) / "neutral").glob("*.jpg"))


def save(path: Path, image: Rgb) -> None:
    """Write a picture, in the format that the name of the file asks for."""
    cv2.imwrite(str(path), np.ascontiguousarray(image[..., ::-1]))


# --- figures


def markdown_table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return rows under heads, in Markdown."""
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def stamp(*, timed: bool) -> str:
    """Say when figures were measured and, of times, how busy the machine was."""
    machine = f", on {os.cpu_count()} cores with a load of {os.getloadavg()[0]:.1f}"
    return f"*Measured on {date.today().isoformat()}{machine if timed else ''}.*\n"


def blocks(text: str) -> Iterator[re.Match[str]]:
    """Yield every block of figures of a document: `benchmark`, `part` (or None) and `text`."""
    return BLOCK.finditer(text)


def write_figures(docs: Path | None, benchmark: str, figures: Mapping[str, str]) -> None:
    """Put figures into the documentation.

    Args:
        docs: folder of Markdown files; None writes nothing.
        benchmark: name of the module.
        figures: Markdown by part; the part of a benchmark with one block is "".

    Raises:
        LookupError: the documentation has no block for a part, or one of a part not measured.
    """
    if docs is None:
        return
    missing = set(figures)
    for path in sorted(docs.glob("*.md")):
        text = path.read_text("utf-8")
        mine = [one for one in blocks(text) if one["benchmark"] == benchmark]
        for one in reversed(mine):
            start, end = one.span("text")
            text = text[:start] + figures[one["part"] or ""] + text[end:]
            missing.discard(one["part"] or "")
        if mine:
            path.write_text(text, "utf-8")
    if missing:
        raise LookupError(f"{docs} has no block for {benchmark}: {', '.join(sorted(missing))}")
