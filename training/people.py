"""Portraits for training: who is on them, who is held out, and their skin at several scales."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from face_mesh import BeforehandError, measure_face, open_photo
from face_mesh.arrays import Mask, Rgb
from face_mesh.skin.skin_mask import skin_mask
from simulate.inpaint.network import COARSEST_PX_PER_MM, SCALE_PX_PER_MM

# A person whose number leaves one of these when divided by nine is never trained on. Of the London
# set that is 23 people of all four groups, 12 men, 9 older than thirty.
HELD_OUT = (9, (2, 7))

SCALE_STEP = 0.8
MARGIN_MM = 6.0


@dataclass(frozen=True, eq=False)
class Portrait:
    """One photo, cropped to its skin.

    Attributes:
        person: who; two photos of one person share it.
        group: skin tone group or ethnicity, for even sampling and reports.
        sex, age: as the set says, "" and 0 if it does not.
        levels: (picture, skin mask, px per mm) from the finest to the coarsest scale.
    """

    person: str
    group: str
    sex: str
    age: int
    levels: tuple[tuple[Rgb, Mask, float], ...]


def held_out(person: str) -> bool:
    """Return whether a person is kept for reports; people are split, never photos."""
    divisor, kept_out = HELD_OUT
    return int(re.sub(r"\D", "", person)) % divisor in kept_out


def portraits(
    folders: Iterable[Path], cache: Path, finest: float = SCALE_PX_PER_MM
) -> Iterator[Portrait]:
    """Yield the portraits of folders of JPEGs, measuring each once.

    The first level is at the photo's own scale, but at no finer one than `finest`, px per mm.

    A file name begins with the person's number. A `people.csv` in the folder or the one above it
    (face_id, face_age, face_gender, face_eth) says more about them.
    """
    cache.mkdir(parents=True, exist_ok=True)
    for folder in folders:
        about = _about(folder)
        files = sorted(folder.glob("*.jpg"))
        for path in files:
            found = re.match(r"\d+", path.stem)
            if found is None:
                continue
            kept = cache / f"{folder.parent.name}-{folder.name}-{path.stem}.npz"
            if not kept.exists():
                _prepare(path, kept)
            with np.load(kept) as data:
                picture, skin, ppm = data["picture"], data["skin"], float(data["ppm"])
            if not picture.size:
                continue
            levels = _levels(picture, skin, ppm, finest)
            if not levels:
                continue  # too small a face: coarser than the coarsest scale
            row = about.get(found.group(), {})
            yield Portrait(
                f"{_set(folder)}{found.group()}",
                row.get("face_eth", "white"),
                row.get("face_gender", ""),
                _age(row.get("face_age", "")),
                levels,
            )


def _age(text: str) -> int:
    return int(float(text)) if re.fullmatch(r"[\d.]+", text) else 0


def _set(folder: Path) -> str:
    name = folder.parent.name if (folder.parent / "people.csv").exists() else folder.name
    return re.sub(r"\d", "", name) + "-"


def _about(folder: Path) -> dict[str, dict[str, str]]:
    for place in (folder, folder.parent):
        if (place / "people.csv").exists():
            with (place / "people.csv").open(encoding="utf-8") as file:
                return {row["face_id"]: row for row in csv.DictReader(file)}
    return {}


def _prepare(path: Path, kept: Path) -> None:
    """Measure a photo and keep its skin; a photo that cannot be measured is kept empty."""
    try:
        face = measure_face(open_photo(path))
    except BeforehandError:
        np.savez(kept, picture=np.zeros((0, 0, 3), np.uint8), skin=np.zeros(0), ppm=0.0)
        return
    skin = skin_mask(face)
    rows, columns = np.nonzero(skin > 0.5)
    pad = round(MARGIN_MM * face.px_per_mm)
    window = (
        slice(max(0, int(rows.min()) - pad), int(rows.max()) + pad),
        slice(max(0, int(columns.min()) - pad), int(columns.max()) + pad),
    )
    np.savez_compressed(
        kept,
        picture=face.photo.image[window],
        skin=np.round(255 * skin[window]).astype(np.uint8),
        ppm=face.px_per_mm,
    )


def _levels(
    picture: Rgb, skin: Rgb, ppm: float, finest: float
) -> tuple[tuple[Rgb, Mask, float], ...]:
    """Bring a photo to its own scale, at most the finest, and to coarser ones."""
    levels = []
    scale = min(ppm, finest)
    while scale >= COARSEST_PX_PER_MM:
        size = tuple(round(n * scale / ppm) for n in picture.shape[1::-1])
        small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
        mask = cv2.resize(skin, size, interpolation=cv2.INTER_AREA).astype(np.float32) / 255
        levels.append((np.asarray(small, np.uint8), mask, scale))
        scale *= SCALE_STEP
    return tuple(levels)
