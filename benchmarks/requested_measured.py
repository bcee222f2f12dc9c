"""Does the picture show the millimetres that were asked for?

Two instruments look at the after-picture and neither knows the field it was made with: the
landmarker, run again as on a new photo, and optical flow (DIS) from the before-picture, read at the
landmarks. For each, over doses and people: slope of measured on requested change, and R².
The landmarker pulls faces towards the shapes it was trained on, so its slope says as much about it
as about the picture; the flow tells the two apart.

    python -m benchmarks.requested_measured PHOTO_FOLDER [--people 24] [--first 1]

Photos are taken every second one in order of name from `--first`, so that 0 gives the development
half of the London set and 1 the half held out from tuning.
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np

from benchmarks.sheets import face_window
from face_mesh import Face, measure_face, open_photo
from face_mesh.landmarks.detect import find_faces, refine
from face_mesh.measures import measure_points
from simulate import Plan, Treatment, procedures, simulate

SHARES = (0.25, 0.5, 0.75, 1.0)  # of the largest dose

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


def _flowed(face: Face, image: np.ndarray) -> dict[str, float]:
    """Measure the first landmarks carried along by optical flow from photo to picture."""
    window = face_window(face)
    grey = [cv2.cvtColor(i[window], cv2.COLOR_RGB2GRAY) for i in (face.photo.image, image)]
    finder = cv2.DISOpticalFlow_create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    finder.setFinestScale(0)
    flow = finder.calc(grey[0], grey[1], None)
    moved = face.landmarks_px.copy()
    at = (moved[:468, :2] - (window[1].start, window[0].start)).astype(np.float32)
    moved[:468, :2] += cv2.remap(flow, at[None], None, cv2.INTER_LINEAR)[0]
    return measure_points(face.pose.to_head(moved))


def pairs(face: Face) -> Iterator[tuple[str, float, float, float]]:
    """Yield (procedure, requested, landmarker's and flow's change in mm) for one person."""
    start = measure_points(face.mesh_mm)
    for name, measures in TARGETS.items():
        entry = procedures()[name]
        for share in SHARES:
            outcome = simulate(face, Plan((Treatment(name, share * entry.dose.max),)))
            moved = {c.measure: c.after for c in outcome.changes}
            wanted = _value(start | moved, measures) - _value(start, measures)
            seen = (_again(face, outcome.image), _flowed(face, outcome.image))
            marks, flow = (_value(m, measures) - _value(start, measures) for m in seen)
            yield name, wanted, marks, flow


def fit(wanted: np.ndarray, got: np.ndarray) -> tuple[float, float]:
    """Return slope and R² of the least-squares line."""
    slope, offset = np.polyfit(wanted, got, 1)
    rest = got - (slope * wanted + offset)
    return float(slope), float(1.0 - rest.var() / got.var())


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


def show(rows: list[Row], people: dict[str, set[str]]) -> None:
    """Print both instruments for everyone, and the flow for each group."""
    print(f"{'':22s}{'largest mm':>12s}{'landmarker':>16s}{'optical flow':>16s}")
    print(f"{'procedure':22s}{'asked':>12s}{'slope':>9s}{'R2':>7s}{'slope':>9s}{'R2':>7s}")
    for name in TARGETS:
        wanted, marks, flow = np.array([r[2:] for r in rows if r[1] == name]).T
        (a, ra), (b, rb) = fit(wanted, marks), fit(wanted, flow)
        most = wanted[np.abs(wanted).argmax()]
        print(f"{name:22s}{most:12.2f}{a:9.2f}{ra:7.2f}{b:9.2f}{rb:7.2f}")
    print("\nslope by optical flow, by group (people)")
    heads = [f"{name} ({len(who)})" for name, who in people.items()]
    print(" " * 22 + "".join(f"{head:>18s}" for head in heads))
    for name in TARGETS:
        slopes = []
        for who in people.values():
            pairs_ = np.array([r[2:] for r in rows if r[1] == name and r[0] in who]).T
            slopes.append(fit(pairs_[0], pairs_[2])[0])
        print(f"{name:22s}" + "".join(f"{slope:18.2f}" for slope in slopes))


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--people", type=int, default=24)
    parser.add_argument("--first", type=int, default=1)
    asked = parser.parse_args()
    photos = sorted(asked.folder.glob("*.jpg"))[asked.first :: 2][: asked.people]
    rows = [(p.stem, *row) for p in photos for row in pairs(measure_face(open_photo(p)))]
    print(f"{len(photos)} people, doses {SHARES} of the largest")
    show(rows, groups(photos))


if __name__ == "__main__":
    main()
