"""Does the picture show the millimetres that were asked for?

Two instruments look at the after-picture and neither knows the field it was made with: the
landmarker, run again as on a new photo, and optical flow (DIS) from the before-picture, read at the
landmarks. For each, over doses and people: slope of measured on requested change, and R².
The landmarker pulls faces towards the shapes it was trained on, so its slope says as much about it
as about the picture; the flow tells the two apart.

    python -m benchmarks.requested_measured PHOTO_FOLDER [--people 24] [--first 1] [--write]
    python -m benchmarks.requested_measured --short

Photos are taken every second one in order of name from `--first`, so that 0 gives the development
half of the London set and 1 the half held out from tuning. --short takes one sample portrait and
two doses.
"""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np

from benchmarks.common import (
    HALVED_PX,
    markdown_table,
    options,
    parse,
    sample_photos,
    stamp,
    write_figures,
)
from face_mesh import Face, measure_face, open_photo
from face_mesh.landmarks.detect import find_faces, refine
from face_mesh.measures import measure_points
from simulate import Plan, Treatment, procedures, simulate

MARGIN_MM = 28.0  # around the face, within which optical flow is sought
SHARES = (0.25, 0.5, 0.75, 1.0)  # of the largest dose
SHORT_SHARES = (0.5, 1.0)

# What a procedure is meant to change in the picture plane, as one length in mm. A mean of both
# sides or lips halves the noise of the landmarker.
TARGETS: dict[str, tuple[str, ...]] = {
    "lip_filler": ("upper_vermilion_height", "lower_vermilion_height"),
    "lip_flip": ("upper_vermilion_height",),
    "chin_filler": ("chin_height",),
    "jawline_filler": ("bigonial_width",),
    "masseter_toxin": ("bigonial_width",),
    "alar_base_reduction": ("nasal_width",),
    "nasal_narrowing": ("nasal_sidewall_width",),
    "nasal_tip_rotation": ("nasal_tip_height",),
    "surgical_brow_lift": ("brow_height_left", "brow_height_right"),
}


def _value(measures: dict[str, float], names: tuple[str, ...]) -> float:
    return float(np.mean([measures[n] for n in names]))


def _again(face: Face, image: np.ndarray) -> dict[str, float]:
    """Measure a picture of the same head with the first photo's pose and scale."""
    seen = refine(image, find_faces(image)[0])
    return measure_points(face.pose.to_head(seen.points_px))


def _face_window(face: Face) -> tuple[slice, slice]:
    margin = MARGIN_MM * face.px_per_mm
    low = np.maximum(face.landmarks_px[:, :2].min(axis=0) - margin, 0).astype(int)
    high = (face.landmarks_px[:, :2].max(axis=0) + margin).astype(int)
    return slice(low[1], high[1]), slice(low[0], high[0])


def _flowed(face: Face, image: np.ndarray) -> dict[str, float]:
    """Measure the first landmarks carried along by optical flow from photo to picture."""
    window = _face_window(face)
    grey = [cv2.cvtColor(i[window], cv2.COLOR_RGB2GRAY) for i in (face.photo.image, image)]
    finder = cv2.DISOpticalFlow_create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    finder.setFinestScale(0)
    flow = finder.calc(grey[0], grey[1], None)
    moved = face.landmarks_px.copy()
    at = (moved[:468, :2] - (window[1].start, window[0].start)).astype(np.float32)
    moved[:468, :2] += cv2.remap(flow, at[None], None, cv2.INTER_LINEAR)[0]
    return measure_points(face.pose.to_head(moved))


def pairs(
    face: Face, shares: Sequence[float] = SHARES
) -> Iterator[tuple[str, float, float, float]]:
    """Yield (procedure, requested, landmarker's and flow's change in mm) for one person."""
    start = measure_points(face.mesh_mm)
    for name, measures in TARGETS.items():
        entry = procedures()[name]
        for share in shares:
            outcome = simulate(face, Plan((Treatment(name, share * entry.dose.max),)))
            moved = {c.measure: c.after for c in outcome.changes}
            wanted = _value(start | moved, measures) - _value(start, measures)
            seen = (_again(face, outcome.image), _flowed(face, outcome.image))
            marks, flow = (_value(m, measures) - _value(start, measures) for m in seen)
            yield name, wanted, marks, flow


def fit(wanted: np.ndarray, got: np.ndarray) -> tuple[float, float]:
    """Return slope and R² of the least-squares line; R² is NaN where the same was got each time."""
    slope, offset = np.polyfit(wanted, got, 1)
    rest = got - (slope * wanted + offset)
    return float(slope), float(1.0 - rest.var() / got.var()) if got.var() else np.nan


def groups(photos: list[Path]) -> dict[str, set[str]]:
    """Return group name to photo names, from the people.csv beside the folder if there is one."""
    table = photos[0].parent.parent / "people.csv"
    found: dict[str, set[str]] = {"everyone": {p.stem for p in photos}}
    if not table.is_file():
        return found
    for row in csv.DictReader(table.read_text("utf-8").splitlines()):
        age = row["face_age"]
        decade = "age unknown" if not age.isdigit() else "under 30" if int(age) < 30 else "30 to 54"
        mine = {p.stem for p in photos if p.stem.startswith(row["face_id"] + "_")}
        for name in (row["face_eth"], row["face_gender"], decade):
            found[name] = found.get(name, set()) | mine
    return {name: people for name, people in found.items() if people}


Row = tuple[str, str, float, float, float]


def fits(rows: list[Row]) -> list[tuple[str, ...]]:
    """Return, for everyone, procedure, largest mm asked, and slope and R² of both instruments."""
    found = []
    for name in TARGETS:
        wanted, marks, flow = np.array([r[2:] for r in rows if r[1] == name]).T
        most = wanted[np.abs(wanted).argmax()]
        numbers = (most, *fit(wanted, marks), *fit(wanted, flow))
        found.append((name, *(f"{number:.2f}" for number in numbers)))
    return found


def slopes(rows: list[Row], people: dict[str, set[str]]) -> list[tuple[str, ...]]:
    """Return, for each group, its name and people, and the slope by optical flow by procedure."""
    found = []
    for group, who in people.items():
        mine = [np.array([r[2:] for r in rows if r[1] == n and r[0] in who]).T for n in TARGETS]
        numbers = [fit(wanted, flow)[0] for wanted, _, flow in mine]
        found.append((f"{group} ({len(who)})", *(f"{number:.2f}" for number in numbers)))
    return found


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the tables."""
    parser = options(__doc__, figures=True)
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--people", type=int, default=24)
    parser.add_argument("--first", type=int, default=1)
    asked = parse(parser, arguments)
    if asked.short:
        with tempfile.TemporaryDirectory() as folder:
            photos = sample_photos(Path(folder), ["001"], HALVED_PX)
            measure(photos, SHORT_SHARES, asked.write)
    elif asked.folder is None:
        parser.error("name a folder of portraits")
    else:
        photos = sorted(asked.folder.glob("*.jpg"))[asked.first :: 2][: asked.people]
        measure(photos, SHARES, asked.write)


def measure(photos: list[Path], shares: Sequence[float], docs: Path | None) -> None:
    """Print both instruments for everyone and the flow for each group, and write them down."""
    rows = [(p.stem, *row) for p in photos for row in pairs(measure_face(open_photo(p)), shares)]
    print(f"{len(photos)} people, doses {tuple(shares)} of the largest\n")
    heads = ("procedure", "mm asked", "landmarker slope", "R²", "optical flow slope", "R²")
    instruments = markdown_table(heads, fits(rows))
    by_group = markdown_table(("people", *TARGETS), slopes(rows, groups(photos)))
    print(f"{instruments}\nslope by optical flow in each group\n\n{by_group}")
    marked = f"{stamp(timed=False)}\n"
    figures = {"instruments": marked + instruments, "groups": marked + by_group}
    write_figures(docs, "requested_measured", figures)


if __name__ == "__main__":
    main()
