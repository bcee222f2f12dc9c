"""Does the picture show the millimetres that were asked for?

Run the landmarker again on the after-picture and compare its change of a measure with the change
the mesh was given, over doses and people: slope of measured on requested, and R².

    python -m benchmarks.requested_measured PHOTO_FOLDER [--people 24] [--first 1]

Photos are taken every second one in order of name from `--first`, so that 0 gives the development
half of the London set and 1 the half held out from tuning.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from face_mesh import Face, measure_face, open_photo
from face_mesh.landmarks import find_faces, refine
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
    "nasal_narrowing": ("nasal_dorsum_width",),
    "nasal_tip_rotation": ("nasal_tip_height",),
    "surgical_brow_lift": ("brow_height_left", "brow_height_right"),
}


def _value(measures: dict[str, float], names: tuple[str, ...]) -> float:
    return float(np.mean([measures[n] for n in names]))


def _again(face: Face, image: np.ndarray) -> dict[str, float]:
    """Measure a picture of the same head with the first photo's pose and scale."""
    seen = refine(image, find_faces(image)[0])
    return measure_points(face.pose.to_head(seen.points_px))


def pairs(face: Face) -> Iterator[tuple[str, float, float]]:
    """Yield (procedure, requested mm, measured mm) for one person."""
    start = measure_points(face.mesh_mm)
    for name, measures in TARGETS.items():
        entry = procedures()[name]
        for share in SHARES:
            outcome = simulate(face, Plan((Treatment(name, share * entry.dose.max),)))
            moved = {c.measure: c.after for c in outcome.changes}
            wanted = _value(start | moved, measures) - _value(start, measures)
            got = _value(_again(face, outcome.image), measures) - _value(start, measures)
            yield name, wanted, got


def fit(wanted: np.ndarray, got: np.ndarray) -> tuple[float, float]:
    """Return slope and R² of the least-squares line."""
    slope, offset = np.polyfit(wanted, got, 1)
    rest = got - (slope * wanted + offset)
    return float(slope), float(1.0 - rest.var() / got.var())


def main() -> None:
    """Print one line a procedure."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--people", type=int, default=24)
    parser.add_argument("--first", type=int, default=1)
    asked = parser.parse_args()
    photos = sorted(asked.folder.glob("*.jpg"))[asked.first :: 2][: asked.people]
    rows = [row for photo in photos for row in pairs(measure_face(open_photo(photo)))]
    print(f"{len(photos)} people, doses {SHARES} of the largest")
    print(f"{'procedure':22s}{'slope':>7s}{'R2':>7s}{'largest mm':>12s}")
    for name in TARGETS:
        wanted, got = np.array([r[1:] for r in rows if r[0] == name]).T
        slope, r2 = fit(wanted, got)
        print(f"{name:22s}{slope:7.2f}{r2:7.2f}{wanted[np.abs(wanted).argmax()]:12.2f}")


if __name__ == "__main__":
    main()
