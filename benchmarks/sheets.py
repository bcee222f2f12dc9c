"""Draw contact sheets to look at: every procedure on a folder of people, with alarms.

    python -m benchmarks.sheets OUT PHOTO-OR-FOLDER [...] [--only lip_filler]

Writes OUT/<procedure>.png, one page a procedure: of each person before, usual and largest dose, cut
out 1:1 where something changes (once where the usual is the largest), what most needs a look first,
with what a machine finds wrong (`benchmarks.picture_alarms`) and what the product says.
OUT/alarms.md is the table of all of it.
With --short all of that is left out: a sample portrait is taken, and what is drawn is thrown away.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from benchmarks.common import markdown_table, options, parse, sample, save
from benchmarks.picture_alarms import Alarm, alarms
from face_mesh import BeforehandError, Face, measure_face, open_photo
from face_mesh.arrays import Bool, Rgb
from simulate import Outcome, Plan, Treatment, procedures, simulate
from simulate.composite import window_around
from simulate.drawing import INK, PAPER, QUIET, font, wrap_text

PHOTOS = (".jpg", ".jpeg", ".png", ".webp", ".heic", ".tif", ".tiff")
MARGIN_MM = 8.0
LEAST_MM = 50.0  # of a crop: less shows a change without the face it is on
LETTERS_PX, GAP_PX = 16, 6
DOSES = ("usual", "most")
RED = (176, 32, 32)
Ink = tuple[int, int, int]


@dataclass(frozen=True, eq=False)
class Row:
    """One person on a sheet.

    Attributes:
        person: name of the photo.
        crops: before, usual, largest dose if it is another; empty if it is not offered.
        alarms: of each dose.
        said: what the product says, or why it is not offered.
    """

    person: str
    crops: tuple[Rgb, ...]
    alarms: tuple[tuple[Alarm, ...], ...]
    said: tuple[str, ...]

    @property
    def worst(self) -> float:
        """The share of the worst alarm of its bar."""
        return max((alarm.share for dose in self.alarms for alarm in dose), default=-1.0)


def row_of(person: str, face: Face, name: str, doses: Sequence[float]) -> Row:
    """Return a procedure on a person at some doses."""
    entry = procedures()[name]
    outcomes: list[Outcome] = []
    try:
        for dose in doses:
            outcomes.append(simulate(face, Plan((Treatment(name, dose),))))
    except BeforehandError as error:
        return Row(person, (), (), (f"Not offered: {error}",))
    window = _window(face, [outcome.change_mask for outcome in outcomes])
    crops = [image[window].copy() for image in (face.photo.image, *(o.image for o in outcomes))]
    said = {f"{warning}": None for outcome in outcomes for warning in outcome.warnings}
    return Row(person, tuple(crops), tuple(alarms(entry, o) for o in outcomes), tuple(said))


def _window(face: Face, masks: Sequence[Bool]) -> tuple[slice, slice]:
    """Return the rows and columns of all changes, with the part of the face that they are on."""
    used = np.any(masks, axis=0)
    if not used.any():
        x, y = np.round(face.landmarks_px[:, :2].mean(axis=0)).astype(int)
        used[y, x] = True
    spans = []
    for span, size in zip(
        window_around(used, round(MARGIN_MM * face.px_per_mm)), used.shape, strict=True
    ):
        short = round(LEAST_MM * face.px_per_mm) - (span.stop - span.start)
        grow = max(0, (short + 1) // 2)
        spans.append(slice(max(0, span.start - grow), min(size, span.stop + grow)))
    return spans[0], spans[1]


def page(name: str, rows: Sequence[Row]) -> Rgb:
    """Return the rows as one sheet, (H, W, 3) uint8, worst first."""
    small = font(LETTERS_PX)
    ordered = sorted(rows, key=lambda row: -row.worst)
    wide = max([3 * 320, *(_across(row) for row in ordered)])
    entry = procedures()[name]
    title = [(entry.name, INK)]
    if entry.dose.usual == entry.dose.max:
        title.append(("The usual dose is the largest.", QUIET))
    pieces = [_words(title, wide, font(2 * LETTERS_PX), 2)]
    for row in ordered:
        lines: list[tuple[str, Ink]] = [(row.person, INK)]
        for dose, those in zip(DOSES, row.alarms, strict=False):
            rung = [str(alarm) for alarm in those if alarm.share >= 1.0]
            if rung:
                lines.append((f"{dose}: " + ", ".join(rung), RED))
        lines += [(said, QUIET) for said in row.said]
        pieces.append(_words(lines, wide, small, 1))
        if row.crops:
            pieces.append(_beside(row.crops, wide))
    return np.vstack(pieces)


def _across(row: Row) -> int:
    return sum(crop.shape[1] + GAP_PX for crop in row.crops)


def _beside(crops: Sequence[Rgb], wide: int) -> Rgb:
    out = np.full((crops[0].shape[0] + GAP_PX, wide, 3), PAPER, np.uint8)
    x = 0
    for crop in crops:
        out[: crop.shape[0], x : x + crop.shape[1]] = crop
        x += crop.shape[1] + GAP_PX
    return out


def _words(
    lines: Iterable[tuple[str, Ink]], wide: int, letters: ImageFont.FreeTypeFont, times: int
) -> Rgb:
    flat = [(part, ink) for text, ink in lines for part in wrap_text(text, letters, wide - 8)]
    high = round(1.4 * LETTERS_PX * times)
    image = Image.new("RGB", (wide, high * len(flat) + 8), PAPER)
    draw = ImageDraw.Draw(image)
    for i, (text, ink) in enumerate(flat):
        draw.text((4, 6 + i * high), text, ink, letters)
    return np.asarray(image, np.uint8)


def photos_of(places: Iterable[Path]) -> Iterator[Path]:
    """Yield the photos named, and those in folders named, in order."""
    for place in places:
        if place.is_dir():
            yield from sorted(p for p in place.iterdir() if p.suffix.lower() in PHOTOS)
        else:
            yield place


def write_sheets(out: Path, photos: Iterable[Path], names: Sequence[str]) -> str:
    """Write the sheet of each procedure and the table of alarms into a folder; return the table."""
    out.mkdir(parents=True, exist_ok=True)
    people: dict[str, Face] = {}
    for photo in photos:
        try:
            who = str(photo) if photo.stem in people else photo.stem
            people[who] = measure_face(open_photo(photo))
        except BeforehandError as error:
            print(f"{photo.name}: {error}")
    table = []
    for name in names:
        dose = procedures()[name].dose
        doses = tuple(dict.fromkeys((dose.usual, dose.max)))  # one where no larger one is known
        rows = [row_of(person, face, name, doses) for person, face in people.items()]
        save(out / f"{name}.png", page(name, rows))
        print(out / f"{name}.png", flush=True)
        table += [_counted(name, rows, i) for i in range(len(doses))]
        for face in people.values():
            face.workspace.clear()  # of so many procedures on so many people
    text = markdown_table(("procedure", "dose", "people", "not offered", "alarms"), table)
    (out / "alarms.md").write_text(text, "utf-8")
    return text


def _counted(name: str, rows: Sequence[Row], dose: int) -> tuple[str, ...]:
    counts: dict[str, int] = {}
    for row in rows:
        for alarm in row.alarms[dose] if row.alarms else ():
            if alarm.share >= 1.0:
                counts[alarm.name] = counts.get(alarm.name, 0) + 1
    refused = sum(not row.crops for row in rows)
    rung = ", ".join(f"{what} {count}" for what, count in sorted(counts.items()))
    return name, DOSES[dose], str(len(rows)), str(refused), rung or "none"


def main(arguments: Sequence[str] | None = None) -> None:
    """Write the sheets."""
    parser = options(__doc__)
    parser.add_argument("out", type=Path, nargs="?")
    parser.add_argument("photos", type=Path, nargs="*")
    parser.add_argument("--only", action="append")
    asked = parse(parser, arguments)
    if asked.short:
        with tempfile.TemporaryDirectory() as folder:
            photo = Path(folder) / "sample.png"
            save(photo, sample().image)
            print(write_sheets(Path(folder), [photo], asked.only or ["lip_filler"]))
    elif not asked.photos:
        parser.error("name a folder to write into, and photos or folders of them")
    else:
        names = asked.only or list(procedures())
        print(write_sheets(asked.out, photos_of(asked.photos), names))


if __name__ == "__main__":
    main()
