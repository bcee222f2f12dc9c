"""Draw before/after sheets to look at: every procedure on a photo, at the usual and largest dose.

    python -m benchmarks.sheets OUT PHOTO [PHOTO ...] [--only lip_filler] [--width 640]

Writes OUT/<photo>-<procedure>.png: before, usual dose, largest dose, cropped to the face. With
--short both are left out: a sample portrait is taken, and what is drawn is thrown away.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

import cv2
import numpy as np

from benchmarks.common import options, parse, sample, save
from face_mesh import Face, measure_face, open_photo
from face_mesh.arrays import Rgb
from simulate import Plan, Treatment, procedures, simulate

MARGIN_MM = 28.0


def face_window(face: Face) -> tuple[slice, slice]:
    """Return the rows and columns of the photo around the face."""
    margin = MARGIN_MM * face.px_per_mm
    low = np.maximum(face.landmarks_px[:, :2].min(axis=0) - margin, 0).astype(int)
    high = (face.landmarks_px[:, :2].max(axis=0) + margin).astype(int)
    return slice(low[1], high[1]), slice(low[0], high[0])


def sheet(face: Face, name: str, width_px: int) -> Rgb:
    """Return before, usual and largest dose side by side, each `width_px` wide."""
    dose = procedures()[name].dose
    images = [face.photo.image]
    images += [simulate(face, Plan((Treatment(name, d),))).image for d in (dose.usual, dose.max)]
    window = face_window(face)
    crops = [image[window] for image in images]
    height = round(width_px * crops[0].shape[0] / crops[0].shape[1])
    shrink = cv2.INTER_AREA if crops[0].shape[1] > width_px else cv2.INTER_CUBIC
    return np.hstack([cv2.resize(c, (width_px, height), interpolation=shrink) for c in crops])


def write_sheets(out: Path, photos: Iterable[Path], names: Iterable[str], width_px: int) -> None:
    """Write a sheet of each photo and procedure into a folder, and print its path."""
    out.mkdir(parents=True, exist_ok=True)
    for photo in photos:
        face = measure_face(open_photo(photo))
        for name in names:
            path = out / f"{photo.stem}-{name}.png"
            save(path, sheet(face, name, width_px))
            print(path)


def main(arguments: Sequence[str] | None = None) -> None:
    """Write the sheets."""
    parser = options(__doc__)
    parser.add_argument("out", type=Path, nargs="?")
    parser.add_argument("photos", type=Path, nargs="*")
    parser.add_argument("--only", action="append")
    parser.add_argument("--width", type=int, default=640)
    asked = parse(parser, arguments)
    if asked.short:
        with tempfile.TemporaryDirectory() as folder:
            photo = Path(folder) / "sample.png"
            save(photo, sample().image)
            write_sheets(Path(folder), [photo], asked.only or ["lip_filler"], asked.width)
    elif not asked.photos:
        parser.error("name a folder to write into, and a photo")
    else:
        write_sheets(asked.out, asked.photos, asked.only or list(procedures()), asked.width)


if __name__ == "__main__":
    main()
