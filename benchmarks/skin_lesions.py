"""Lesions of known number painted into real skin and read back: found, and found where none is.

    python -m benchmarks.skin_lesions [--photos ../shared/faces/london] [--people 12] [--write]
    python -m benchmarks.skin_lesions --short

Into the photo of each person at rest who is held out, freckles, pimples, blackheads, moles and
vessels are painted in turn, of sizes and contrasts drawn at random; people are sorted by how dark
the skin of their cheek looks (ITA). Only what is painted is known: what a person has of their own
counts as "without". --short takes two sample portraits.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from benchmarks.common import (
    HALVED_PX,
    SHARED,
    held_out,
    markdown_table,
    options,
    parse,
    sample_set,
    stamp,
    write_figures,
)
from benchmarks.photo_copies import encoded
from face_mesh import Face, measure_face, open_photo
from face_mesh.arrays import Points
from face_mesh.regions import region_mask
from face_mesh.skin.acne import blackheads, inflamed_lesions
from face_mesh.skin.lesions import moles
from face_mesh.skin.pigment import freckles
from face_mesh.skin.skin_mask import skin_mask
from face_mesh.skin.skin_tone import ita_deg
from face_mesh.skin.vessels import vessel_map
from face_mesh.skin.working_view import View, linear

SHORT_PEOPLE = ("002", "007")
_BLUR_MM = 0.12  # of the lens, standard deviation
_NEAR_MM = 1.2  # from the middle of what was painted, what is found is that
_CHEEKS = ("malar_left", "malar_right")
TONES = ("dark", "tan", "light")
_DARK_ITA, _TAN_ITA = 10.0, 41.0


@dataclass(frozen=True)
class Lesion:
    """What is painted.

    Attributes:
        count: of a face.
        colour: what it takes of red, green and blue light; scaled to a mean of 1.
        size_mm: least and most diameter.
        contrast: least and most, ln of light.
        edge_mm: over which it fades.
        regions: where.
    """

    count: int
    colour: tuple[float, float, float]
    size_mm: tuple[float, float]
    contrast: tuple[float, float]
    edge_mm: float
    regions: tuple[str, ...]


# Colours read off freckles and pimples of sRGB portraits; sizes and contrasts are the author's.
LESIONS = {
    "freckles": Lesion(
        60, (0.39, 0.63, 0.84), (1.2, 3.0), (0.10, 0.25), 0.12, (*_CHEEKS, "nasal_dorsum")
    ),
    "pimples": Lesion(
        15, (0.15, 0.72, 0.66), (2.5, 6.0), (0.12, 0.30), 0.30, (*_CHEEKS, "forehead")
    ),
    "blackheads": Lesion(
        20, (0.95, 1.03, 1.08), (0.9, 1.5), (0.25, 0.60), 0.12, (*_CHEEKS, "nasal_dorsum")
    ),
    "moles": Lesion(8, (0.45, 0.63, 0.78), (2.0, 5.0), (0.4, 1.1), 0.12, (*_CHEEKS, "forehead")),
}


def places_found(face: Face, kind: str) -> Points:
    """Return (N, 2) places in px of the photo where lesions of a kind are found."""
    if kind == "moles":
        return np.array([(one.x_px, one.y_px) for one in moles(face)]).reshape(-1, 2)
    view = View.of(face)
    finders = {"freckles": freckles, "pimples": inflamed_lesions, "blackheads": blackheads}
    found = finders[kind](view)
    at = np.column_stack([found.x, found.y]) + 0.5
    return np.asarray(at * face.photo.width / view.face.photo.width - 0.5, np.float64)


def painted(face: Face, lesion: Lesion, seed: int) -> tuple[Face, Points]:
    """Return the face with lesions painted into its skin, and their (N, 2) places in px."""
    rng = np.random.default_rng(seed)
    ppm = face.px_per_mm
    at = _places(face, lesion, rng)
    amount = np.zeros(face.photo.image.shape[:2], np.float32)
    for column, row in at:
        radius_mm, contrast = 0.5 * rng.uniform(*lesion.size_mm), rng.uniform(*lesion.contrast)
        window, right, down = _around(face, column, row, radius_mm + 10.0 * lesion.edge_mm)
        edge = (np.hypot(right, down) - radius_mm) / lesion.edge_mm
        amount[window] += np.asarray(contrast / (1.0 + np.exp(edge)), np.float32)
    amount = np.asarray(cv2.GaussianBlur(amount, (0, 0), max(0.5, _BLUR_MM * ppm)), np.float32)
    return _with_density(face, amount, lesion.colour), at


def with_vessels(face: Face, count: int, seed: int) -> Face:
    """Return the face with winding red lines on its cheeks, each 7 mm long and 0.6 mm wide."""
    rng = np.random.default_rng(seed)
    line = LESIONS["pimples"]
    at = _places(face, Lesion(count, line.colour, (8.0, 8.0), (0.2, 0.2), 0.1, _CHEEKS), rng)
    amount = np.zeros(face.photo.image.shape[:2], np.float32)
    for column, row in at:
        turn = rng.uniform(0.0, np.pi)
        window, right, down = _around(face, column, row, 6.0)
        along = right * np.cos(turn) + down * np.sin(turn)
        across = down * np.cos(turn) - right * np.sin(turn) + 0.6 * np.sin(along)
        ends = np.clip(4.0 - np.abs(along), 0.0, 1.0)
        amount[window] += np.asarray(0.2 * np.exp(-0.5 * (across / 0.3) ** 2) * ends, np.float32)
    return _with_density(face, amount, line.colour)


def _around(
    face: Face, column: float, row: float, reach_mm: float
) -> tuple[tuple[slice, slice], np.ndarray, np.ndarray]:
    """The window of the photo about a place, and how many mm its pixels lie right and down."""
    reach, (height, width) = reach_mm * face.px_per_mm, face.photo.image.shape[:2]
    top, below = np.clip([row - reach, row + reach + 1], 0, height).astype(int)
    left, end = np.clip([column - reach, column + reach + 1], 0, width).astype(int)
    y, x = np.mgrid[top:below, left:end]
    window = slice(int(top), int(below)), slice(int(left), int(end))
    return window, (x - column) / face.px_per_mm, (y - row) / face.px_per_mm


def _places(face: Face, lesion: Lesion, rng: np.random.Generator) -> Points:
    inside = np.max([region_mask(face, name) for name in lesion.regions], axis=0) > 0.7
    wide = 2 * round(1.75 * face.px_per_mm) + 1
    free = cv2.erode((inside & (skin_mask(face) > 0.7)).astype(np.uint8), np.ones((wide, wide)))
    y, x = np.nonzero(free)
    found: list[tuple[float, float]] = []
    for i in rng.permutation(len(x)):
        off = [np.hypot(x[i] - a, y[i] - b) for a, b in found]
        if not off or min(off) > (1.5 * lesion.size_mm[1] + 0.5) * face.px_per_mm:
            found.append((float(x[i]), float(y[i])))
        if len(found) == lesion.count:
            break
    return np.array(found).reshape(-1, 2)


def _with_density(face: Face, amount: np.ndarray, colour: tuple[float, float, float]) -> Face:
    taken = amount[..., None] * (np.array(colour) / np.mean(colour))
    light = linear(face.photo.image) * np.exp(-taken)
    return face.repainted(encoded(light))


def tone_of(face: Face) -> str:
    """Return how dark a cheek looks: "dark", "tan" or "light"."""
    ita = float(np.mean([ita_deg(face, region) for region in _CHEEKS]))
    return "dark" if ita < _DARK_ITA else "tan" if ita < _TAN_ITA else "light"


def measure(folder: Path, most: int, docs: Path | None) -> None:
    """Print what is found of what was painted, by tone, and write down what is quoted."""
    counts: dict[tuple[str, str], list[tuple[float, float, float]]] = {}
    people = dict.fromkeys(TONES, 0)
    paths = [p for p in sorted((folder / "neutral").glob("*.jpg")) if held_out(int(p.name[:3]))]
    for path in paths[:most]:
        face = measure_face(open_photo(path))
        tone = tone_of(face)
        people[tone] += 1
        for kind, lesion in LESIONS.items():
            before = len(places_found(face, kind))
            there, at = painted(face, lesion, 1)
            found = places_found(there, kind)
            near = [_near(one, found, face.px_per_mm) for one in at]
            counts.setdefault((kind, tone), []).append((before, float(np.sum(near)), len(at)))
        before, after = (
            float(vessel_map(View.of(one))[1].sum()) for one in (face, with_vessels(face, 8, 1))
        )
        counts.setdefault(("vessels, mm", tone), []).append((before, after - before, 8 * 7.0))
    print(f"{sum(people.values())} people: {people}")
    heads = ("found, % (in a face without)", *TONES)
    rows = []
    for kind in (*LESIONS, "vessels, mm"):
        cells = []
        for tone in TONES:
            if not people[tone]:
                cells.append("–")
                continue
            without, hit, drawn = np.array(counts[kind, tone]).T
            cells.append(f"{100 * hit.sum() / max(drawn.sum(), 1):.0f} ({without.mean():.1f})")
        rows.append((kind, *cells))
        print(f"  {kind:14} " + "  ".join(f"{t} {c}" for t, c in zip(TONES, cells, strict=True)))
    rows.append(("people", *(f"{people[tone]}" for tone in TONES)))
    marked = f"{stamp(timed=False)}\n"
    write_figures(docs, "skin_lesions", {"": marked + markdown_table(heads, rows)})


def _near(one: np.ndarray, found: Points, px_per_mm: float) -> bool:
    off = np.hypot(*(found - one).T) if len(found) else np.array([np.inf])
    return bool(off.min() < _NEAR_MM * px_per_mm)


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the figures of docs/skin-signs.md about single lesions."""
    parser = options(__doc__, figures=True)
    parser.add_argument("--photos", type=Path, default=SHARED)
    parser.add_argument("--people", type=int, default=1000, help="at most")
    asked = parse(parser, arguments)
    if not asked.short:
        measure(asked.photos, asked.people, asked.write)
        return
    with tempfile.TemporaryDirectory() as folder:
        measure(sample_set(Path(folder), SHORT_PEOPLE, HALVED_PX), 2, asked.write)


if __name__ == "__main__":
    main()
