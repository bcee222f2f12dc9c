"""Does the picture show what the skin procedures promise, and only that?

    python -m benchmarks.skin_effect FOLDER [FOLDER ...] [--engine NAME] [--every N] [--json FILE]
    python -m benchmarks.skin_effect --short

FOLDER holds portraits; of those with a `people.csv` above it, only people the model never saw are
taken. Every skin procedure is done at its usual dose on every photo that shows its sign (severity
above `SEEN`). The skin of the result is read again: the share of the severity that went, beside the
published one, and what became of every sign in regions that the treatment's mask does not touch.
Shapes are left alone, so that a reading is compared with itself. --short does one procedure on
one sample portrait.
"""

from __future__ import annotations

import csv
import json
import re
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.common import held_out, markdown_table, options, parse, sample_set
from face_mesh import BeforehandError, Face, measure_face, open_photo
from face_mesh.regions import region_mask
from face_mesh.skin.signs import SIGNS, detect
from simulate import Plan, Treatment, procedures, simulate
from simulate.catalogue.procedure import LESIONS
from simulate.skin.blend import blend_parts
from simulate.skin.skin_effect import skin_mask_of
from simulate.skin.tasks import jobs_of

SEEN = 0.5  # of a grade
SHORT_PERSON, SHORT_PROCEDURE = "007", "crows_feet_toxin"


@dataclass(frozen=True)
class Row:
    """One sign of one procedure on one photo."""

    procedure: str
    sign: str
    group: str
    wanted: float
    went: float


def faces(folders: Sequence[Path], every: int) -> Iterator[tuple[str, str, Face]]:
    """Yield name, group and face of the held-out people of folders."""
    for folder in folders:
        groups = _groups(folder)
        files = [p for p in sorted(folder.glob("*.jpg")) if held_out(_number(p))]
        for path in files[::every]:
            try:
                face = measure_face(open_photo(path))
            except BeforehandError:
                continue
            yield path.stem, groups.get(re.match(r"\d+", path.stem)[0], "white"), face  # type: ignore[index]


def _number(path: Path) -> int:
    found = re.match(r"\d+", path.stem)
    return int(found[0]) if found else 0


def _groups(folder: Path) -> dict[str, str]:
    table = folder.parent / "people.csv"
    if not table.exists():
        return {}
    with table.open(encoding="utf-8") as file:
        return {row["face_id"]: row["face_eth"] for row in csv.DictReader(file)}


def rows_of(face: Face, name: str, group: str, engine: str) -> tuple[list[Row], float]:
    """Return what went of a procedure's signs, and the largest change anywhere else, in grades."""
    entry = procedures()[name]
    plan = Plan((Treatment(name, entry.dose.usual),))
    seen: dict[str, list[str]] = defaultdict(list)
    for job in jobs_of(plan):
        if detect(face, job.term.sign, job.region).severity > SEEN:
            seen[job.term.sign].append(job.region)
    if not seen:
        return [], 0.0
    outcome = simulate(face, plan, engine=engine)
    after = face.repainted(blend_parts(face.photo.image, outcome.skin.parts))
    rows = []
    for term in entry.skin:
        regions = seen.get(term.sign, [])
        if regions:
            before, now = (
                sum(detect(one, term.sign, region).severity for region in regions)
                for one in (face, after)
            )
            rows.append(Row(name, term.sign, group, term.share(1.0), 1.0 - now / before))
    return rows, _elsewhere(face, after, plan)


def _elsewhere(face: Face, after: Face, plan: Plan) -> float:
    mask = skin_mask_of(face, plan) > 0
    largest = 0.0
    for sign in SIGNS.values():
        for region in sign.regions:
            inside = region_mask(face, region) > 0.05
            if sign.id == LESIONS or (mask & inside).any():
                continue
            change = (
                detect(after, sign.id, region).severity - detect(face, sign.id, region).severity
            )
            largest = max(largest, abs(change))
    return largest


def main(arguments: Sequence[str] | None = None) -> None:
    """Print a table of procedures by sign and group."""
    parser = options(__doc__)
    parser.add_argument("folders", nargs="*", type=Path)
    parser.add_argument("--engine", default="embedded")
    parser.add_argument("--every", type=int, default=1, help="take every so many photos")
    parser.add_argument("--only", nargs="*", help="procedures; default all that paint skin")
    parser.add_argument("--json", type=Path)
    asked = parse(parser, arguments)
    if asked.short:
        with tempfile.TemporaryDirectory() as folder:
            photos = sample_set(Path(folder), [SHORT_PERSON]) / "neutral"
            found = measure([photos], asked.every, asked.only or [SHORT_PROCEDURE], asked.engine)
    elif not asked.folders:
        parser.error("name a folder of portraits")
    else:
        names = asked.only or [n for n, p in procedures().items() if p.skin]
        found = measure(asked.folders, asked.every, names, asked.engine)
    if asked.json:
        asked.json.write_text(json.dumps([vars(row) for row in found]), encoding="utf-8")


def measure(folders: Sequence[Path], every: int, names: Sequence[str], engine: str) -> list[Row]:
    """Print and return what went of the signs of procedures, on the held-out people of folders."""
    found: list[Row] = []
    elsewhere: dict[str, list[float]] = defaultdict(list)
    for stem, group, face in faces(folders, every):
        for name in names:
            rows, other = rows_of(face, name, group, engine)
            found += rows
            if rows:
                elsewhere[name].append(other)
        print(f"# {stem}", flush=True)
    _print(found, elsewhere)
    return found


def _print(found: list[Row], elsewhere: dict[str, list[float]]) -> None:
    groups = sorted({row.group for row in found})
    heads = ["procedure", "sign", "published", "picture, mean ± SD", "n", *groups]
    table: list[list[str]] = []
    keys = dict.fromkeys((row.procedure, row.sign) for row in found)
    for procedure, sign in keys:
        rows = [row for row in found if (row.procedure, row.sign) == (procedure, sign)]
        went = np.array([row.went for row in rows])
        cells = [procedure, sign, f"{rows[0].wanted:.2f}", f"{went.mean():.2f} ± {went.std():.2f}"]
        cells.append(str(len(rows)))
        for group in groups:
            of = [row.went for row in rows if row.group == group]
            cells.append(f"{np.mean(of):.2f} ({len(of)})" if of else "none")
        table.append(cells)
    print(markdown_table(heads, table))
    print("Largest change of any sign in regions not treated, grades (median, most):")
    for name, values in elsewhere.items():
        print(f"  {name:24s} {np.median(values):.3f} {max(values):.3f}")


if __name__ == "__main__":
    main()
