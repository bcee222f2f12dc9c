"""Count whose glasses are told, and who is said to wear some, by tone of skin and sex.

    python -m benchmarks.glasses [--photos ../shared/faces] [--write]
    python -m benchmarks.glasses --short

The folder holds `congress/` (`people.csv`: id, sex, glasses, as seen by eye) and, if there are,
`london/` and `canada/`, in which nobody wears any. Held out are people whom the networks of covers
never saw (`training.cover_crops`, which this package may not import). --short takes two sample
portraits, one with glasses.
"""

from __future__ import annotations

import csv
import hashlib
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.common import (
    SHARED,
    held_out,
    markdown_table,
    options,
    parse,
    sample,
    save,
    stamp,
    write_figures,
)
from face_mesh import open_photo
from face_mesh.pipeline import read_face
from face_mesh.skin.skin_tone import skin_tone

TAN, LIGHT = 10.0, 41.0  # degrees of ITA: brown and darker below, light and lighter above


@dataclass(frozen=True)
class Portrait:
    """Whether glasses are worn on a photo, and whether the product says so."""

    sex: str
    apart: bool
    worn: bool
    ita_deg: float
    told: bool


GROUPS: dict[str, Callable[[Portrait], bool]] = {
    "all": lambda one: True,
    "held out": lambda one: one.apart,
    "dark (ITA under 10°)": lambda one: one.ita_deg < TAN,
    "tan (under 41°)": lambda one: TAN <= one.ita_deg < LIGHT,
    "light": lambda one: one.ita_deg >= LIGHT,
    "women": lambda one: one.sex == "F",
    "men": lambda one: one.sex == "M",
}


def portraits(folder: Path) -> Iterator[Portrait]:
    """Yield every photo of the sets of a folder."""
    with (folder / "congress" / "people.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            apart = _digest(row["id"]) // 2 % 2 == 1
            photo = folder / "congress" / f"{row['id']}.jpg"
            yield _read(photo, row["sex"], apart, row["glasses"] == "1")
    for photo in sorted(folder.glob("london/*/*.jpg")):
        yield _read(photo, _london_sexes(folder)[photo.name[:3]], held_out(int(photo.name[:3])))
    for photo in sorted(folder.glob("canada/*.jpg")):
        yield _read(photo, photo.stem[-1].upper(), _digest(photo.stem) % 3 == 0)


def _digest(who: str) -> int:
    return int(hashlib.sha256(who.encode()).hexdigest(), 16)


def _london_sexes(folder: Path) -> dict[str, str]:
    with (folder / "london" / "people.csv").open(encoding="utf-8") as file:
        return {row["face_id"]: row["face_gender"][:1].upper() for row in csv.DictReader(file)}


def _read(photo: Path, sex: str, apart: bool, worn: bool = False) -> Portrait:
    face = read_face(open_photo(photo))
    told = any(finding.id == "glasses" for finding in face.findings)
    return Portrait(sex, apart, worn, skin_tone(face).ita_deg, told)


def table(found: Sequence[Portrait]) -> str:
    """Return what is told of each group, for the documentation."""
    rows = []
    for name, chosen in GROUPS.items():
        some = [one for one in found if chosen(one)]
        worn, others = ([one for one in some if one.worn == worn] for worn in (True, False))
        counts = [f"{sum(one.told for one in those)} of {len(those)}" for those in (worn, others)]
        rows.append([name, *counts])
    return markdown_table(["photos", "glasses found", "said of others"], rows)


def sample_portraits(folder: Path) -> Path:
    """Write two samples as the official portraits are laid out; return where."""
    (folder / "congress").mkdir(parents=True)
    rows = ["id,birth_year,sex,glasses"]
    for name, worn in (("hopper", 1), ("collins", 0)):
        save(folder / "congress" / f"{name}.jpg", sample(name).image)
        rows.append(f"{name},,F,{worn}")
    (folder / "congress" / "people.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    return folder


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table of docs/photo-limits.md."""
    parser = options(__doc__, figures=True)
    parser.add_argument("--photos", type=Path, default=SHARED.parent)
    asked = parse(parser, arguments)
    if not asked.short:
        measure(asked.photos, asked.write)
        return
    with tempfile.TemporaryDirectory() as folder:
        measure(sample_portraits(Path(folder)), asked.write)


def measure(folder: Path, docs: Path | None) -> None:
    """Print what is told on a set of photos, and write down what is quoted."""
    found = list(portraits(folder))
    print(f"{len(found)} photos, {sum(one.apart for one in found)} of people held out")
    text = table(found)
    print(text)
    write_figures(docs, "glasses", {"people": f"{stamp(timed=False)}\n{text}"})


if __name__ == "__main__":
    main()
