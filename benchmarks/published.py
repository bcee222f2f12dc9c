"""Does the simulation give the changes that publications report?

For every `[[published]]` figure of the catalogue: the change simulated for the expected responder
at that dose, side and time, as the mean over people, beside the published mean and SD. It agrees
within one SD; where none is published, within the procedure's own spread of the published mean.

    python -m benchmarks.published PHOTO_FOLDER [--people N] [--first 0|1] [--skin] [--markdown]
    python -m benchmarks.published --short [--skin]

Shapes are measured on the mesh, without drawing a picture or swelling. With `--skin` the signs of
the skin are painted and read again instead, on people who show them, eight unless told otherwise;
lines of expression on the photos of a folder `smiling` beside PHOTO_FOLDER if there is one. With
`--first` every second photo is taken, as in `benchmarks.requested_measured`.
--short takes one sample portrait.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from benchmarks.common import markdown_table, options, parse, sample_photos
from benchmarks.requested_measured import groups
from benchmarks.skin_effect import SEEN
from face_mesh import BeforehandError, Face, measure_face, open_photo
from face_mesh.measures import measure_points
from face_mesh.skin.signs import SIGNS, detect
from simulate import Plan, Treatment, procedures, simulate
from simulate.catalogue.procedure import Procedure, PublicationFigure
from simulate.catalogue.sources import keys_of
from simulate.catalogue.time_course import days_after, share_at
from simulate.geometry.basis import (
    beyond_measures,
    displaced_landmarks,
    measures_before,
)
from simulate.geometry.displacement import (
    Part,
    grid_shift_px,
    mesh_shift_mm,
    parts_of,
    surface_shift_mm,
)
from simulate.geometry.grid import Grid
from simulate.geometry.inverse_field import safe_share
from simulate.geometry.neck_and_ears import surface_of
from simulate.geometry.volume import swept_ml
from simulate.outcome.changes import SPECS
from simulate.outcome.faint_effects import EXPRESSIVE
from simulate.skin.tasks import jobs_of

VOLUME = "surface_volume"
SKIN_PEOPLE = 8
NAMED = ("procedure", "measures", "dose", "source")
TO_EXPLAIN = "**to explain**"


@dataclass
class Compared:
    """One published figure, and what was simulated for each person.

    Attributes:
        entry: the procedure.
        figure: the published figure.
        changes: by photo, in the figure's unit, or as a share of the value before.
        before: by photo, the value before; of volume none.
    """

    entry: Procedure
    figure: PublicationFigure
    changes: dict[str, float] = field(default_factory=dict)
    before: dict[str, float] = field(default_factory=dict)

    @property
    def mean(self) -> float:
        """Mean simulated change."""
        return float(np.mean(list(self.changes.values())))

    @property
    def allowed(self) -> float:
        """How far the mean may lie from the published one."""
        return self.figure.sd or self.entry.spread * abs(self.figure.mean)

    @property
    def fitted(self) -> bool:
        """Whether a coefficient of the effect rests on the same source: agreement proves less."""
        sources = [one.source for one in self.entry.terms]
        sources += [one.source for one in self.entry.skin]
        used = {key for source in sources for key in keys_of(source)}
        return any(key in used for key in keys_of(self.figure.source))

    @property
    def within(self) -> bool:
        """Whether the simulated mean lies as near the published one as it should."""
        return abs(self.mean - self.figure.mean) <= self.allowed


def of_skin(figure: PublicationFigure) -> bool:
    """Return whether a figure is of signs of the skin, not of shapes.

    Raises:
        ValueError: of both, or of something that is not measured.
    """
    signs = [one in SIGNS for one in figure.measures]
    known = all(one in SIGNS or one in SPECS or one == VOLUME for one in figure.measures)
    if not known or any(signs) != all(signs) or (figure.relative and VOLUME in figure.measures):
        raise ValueError(f"no such change can be simulated: {', '.join(figure.measures)}")
    return all(signs)


def amounts_of(face: Face, treatment: Treatment, when: str | None) -> list[tuple[Part, float]]:
    """Return the parts of a treatment and how many units of each the mean responder shows."""
    entry = treatment.entry
    units = treatment.relative_dose * entry.usual_dose(treatment.side)
    units *= share_at(entry, days_after(when))
    parts = parts_of(entry, treatment.side)
    forward = grid_shift_px(face, [(part, units) for part in parts])
    units *= safe_share(forward, Grid.of(face).node_px)
    return [(part, units) for part in parts]


def shape_change(face: Face, entry: Procedure, figure: PublicationFigure) -> tuple[float, float]:
    """Return the mean of a figure's measures before, and by how much it changes."""
    treatment = Treatment(entry.id, figure.dose, figure.side)
    amounts = amounts_of(face, treatment, figure.when or None)
    before = measures_before(face) | beyond_measures(face, [(part, 0.0) for part, _ in amounts])
    moved = displaced_landmarks(face, mesh_shift_mm(face, amounts))
    after = measure_points(moved) | beyond_measures(face, amounts)
    before[VOLUME], after[VOLUME] = 0.0, _volume_ml(face, amounts)
    start, end = np.mean([(before[one], after[one]) for one in figure.measures], axis=0).tolist()
    return start, end - start


def _volume_ml(face: Face, amounts: Sequence[tuple[Part, float]]) -> float:
    """Return the volume between the skin before and after, on every surface that moves."""
    total = 0.0
    for surface in dict.fromkeys(part.surface for part, _ in amounts):
        mesh, shift = surface_of(face, surface), surface_shift_mm(face, surface, amounts)
        total += sum(swept_ml(mesh.vertices_mm, mesh.triangles, shift))
    return total


def skin_change(
    face: Face, entry: Procedure, figure: PublicationFigure
) -> tuple[float, float] | None:
    """Return the same of signs of the skin, painted and read again; None where there are hardly."""
    plan = Plan((Treatment(entry.id, figure.dose, figure.side),))
    seen = [
        detect(face, job.term.sign, job.region).severity
        for job in jobs_of(plan)
        if job.term.sign in figure.measures
    ]
    if not seen or np.mean(seen) < SEEN:
        return None
    outcome = simulate(face, plan, when=figure.when or None, reactions="none")
    read = {one.measure: (one.before, one.after) for one in outcome.changes}
    start, end = np.mean([read[one] for one in figure.measures], axis=0).tolist()
    return start, end - start


def compared(photos: Sequence[Path], *, skin: bool) -> list[Compared]:
    """Return every published figure of shapes, or of skin, with what each person's photo gives."""
    found = [
        Compared(entry, figure)
        for entry in procedures().values()
        for figure in entry.published
        if of_skin(figure) == skin
    ]
    for photo in photos:
        faces: dict[Path, Face | None] = {}
        for one in found:
            path = _smiling(photo) if set(one.figure.measures) <= set(EXPRESSIVE) else photo
            if path not in faces:
                faces[path] = _face(path)
            face = faces[path]
            change = face and (skin_change if skin else shape_change)(face, one.entry, one.figure)
            if change:
                before, by = change
                one.before[photo.stem] = before
                one.changes[photo.stem] = by / before if one.figure.relative else by
    return found


def _smiling(photo: Path) -> Path:
    same = sorted((photo.parent.parent / "smiling").glob(f"{photo.stem.split('_')[0]}_*.jpg"))
    return same[0] if same else photo


def _face(path: Path) -> Face | None:
    try:
        return measure_face(open_photo(path))
    except BeforehandError:
        return None


def rows_of(found: Sequence[Compared]) -> Iterator[tuple[str, ...]]:
    """Yield a row of the table for each figure that somebody was measured for."""
    for one in found:
        if not one.changes:
            continue
        factor, unit, signed = _scale(one.figure)
        digits = 3 if unit == "ratio" else 2
        spread = f"± {factor * one.allowed:.{digits}f}" + ("" if one.figure.sd else " (own spread)")
        sd = factor * float(np.std(list(one.changes.values())))
        yield (
            *_named(one),
            f"{factor * one.figure.mean:+.{digits}f} {spread} {unit}",
            f"{factor * one.mean:+.{digits}f} ± {sd:.{digits}f}",
            f"{np.mean(list(one.before.values())):.2f}" if signed else "",
            str(len(one.changes)),
            f"{one.mean / one.figure.mean:.2f}" if one.figure.mean else "",
            "yes" if one.within else "no",
            "yes" if one.fitted else "no",
            "" if one.within else TO_EXPLAIN,
        )


def _scale(figure: PublicationFigure) -> tuple[float, str, bool]:
    """Factor and unit that a figure is written with, and whether there is a value before."""
    id_ = figure.measures[0]
    unit = "mL" if id_ == VOLUME else SPECS[id_].unit if id_ in SPECS else "grades"
    return (100.0, "%", True) if figure.relative else (1.0, unit, id_ != VOLUME)


def _named(one: Compared) -> tuple[str, ...]:
    figure, unit = one.figure, one.entry.dose.unit
    side = "" if figure.side == "both" else f" {figure.side}"
    when = f", {figure.when}" if figure.when else ""
    dose = f"{figure.dose:g} {unit}{side}{when}"
    return one.entry.id, _together(figure.measures), dose, figure.source


def _together(measures: Sequence[str]) -> str:
    """Name measures, those of both sides once."""
    names: dict[str, list[str]] = {}
    for one in measures:
        stem = one.removesuffix("_left").removesuffix("_right")
        names.setdefault(stem, []).append(one)
    return ", ".join(both[0] if len(both) == 1 else stem for stem, both in names.items())


def group_rows(
    found: Sequence[Compared], people: Mapping[str, set[str]]
) -> Iterator[tuple[str, ...]]:
    """Yield for each figure the mean simulated change in each group."""
    for one in found:
        if not one.changes:
            continue
        factor, unit, _ = _scale(one.figure)
        means = []
        for who in people.values():
            of = [by for person, by in one.changes.items() if person in who]
            means.append(f"{factor * np.mean(of):+.2f} ({len(of)})" if of else "none")
        yield one.entry.id, _together(one.figure.measures), unit, *means


def table(heads: Sequence[str], rows: Sequence[Sequence[str]], *, markdown: bool) -> str:
    """Return rows under heads, in Markdown or in columns."""
    if markdown:
        return markdown_table(heads, rows)
    lines = [heads, *rows]
    widths = [max(len(line[i]) for line in lines) for i in range(len(heads))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the tables."""
    parser = options(__doc__)
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--people", type=int, help="default all, or 8 with --skin")
    parser.add_argument("--first", type=int, choices=(0, 1), help="every second photo from here")
    parser.add_argument("--skin", action="store_true", help="paint and read signs of the skin")
    parser.add_argument("--markdown", action="store_true")
    asked = parse(parser, arguments)
    if asked.short:
        with tempfile.TemporaryDirectory() as folder:
            photos = sample_photos(Path(folder), ["001"])
            print_tables(photos, skin=asked.skin, markdown=asked.markdown)
        return
    if asked.folder is None:
        parser.error("name a folder of portraits")
    photos = sorted(asked.folder.glob("*.jpg"))
    if asked.first is not None:
        photos = photos[asked.first :: 2]
    photos = photos[: asked.people or (SKIN_PEOPLE if asked.skin else None)]
    print_tables(photos, skin=asked.skin, markdown=asked.markdown)


def print_tables(photos: Sequence[Path], *, skin: bool, markdown: bool) -> None:
    """Print every figure beside what is simulated, and the same by group."""
    found = compared(photos, skin=skin)
    columns = (
        *NAMED,
        *("published", "simulated, mean ± SD", "before", "people", "ratio", "within", "fitted"),
    )
    print(table((*columns, "why not"), list(rows_of(found)), markdown=markdown))
    measured = [one for one in found if one.changes]
    free = [one for one in measured if not one.fitted]
    print(
        f"\nwithin: {sum(one.within for one in measured)} of {len(measured)} published figures; "
        f"{sum(one.within for one in free)} of {len(free)} of those from sources that no "
        "coefficient of the procedure rests on (fitted: no)"
    )
    for one in found:
        if not one.changes:
            print(f"nobody to measure: {' '.join(_named(one))}")
    people = groups(list(photos))
    names = [f"{group} ({len(who)})" for group, who in people.items()]
    print("\nmean simulated change in each group (people)\n")
    heads = ("procedure", "measures", "unit", *names)
    print(table(heads, list(group_rows(found, people)), markdown=markdown))


if __name__ == "__main__":
    main()
