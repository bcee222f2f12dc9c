"""What a second photo of the same face reads otherwise: makes `face_mesh/repeatability.toml`.

    python -m benchmarks.retakes [--photos ../shared/faces/london] [--write]
    python -m benchmarks.retakes --short

A photo of each person at rest is taken again: half a stop lighter and darker, under light 500 K
warmer and colder, as JPEG 70, at half its size, cropped to the face, tilted by 5 deg, with the
noise of another frame, and turned by 10 deg (rendered, and compared with the same render unturned,
as in `benchmarks.turned`). Every copy is measured anew. What the copies read otherwise is squared
and added up, as if all came together between two visits, and

    sd(v)^2 = floor^2 + (share v)^2

is fitted to it over the values v that people have, on those that are not held out. Both are then
made larger, where they must be, until 95 % of pairs of their photos that were taken again in all
these ways at once differ by less than 1.96 sqrt(2) sd. The same share is then told for the people
held out. No real light, lens or day is in it: a phone in a bathroom does worse than this.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from scipy.optimize import nnls

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
from benchmarks.photo_copies import compressed, encoded, lit, smaller
from benchmarks.turned import turned_photo, turned_pose
from face_mesh import Face, Photo, PhotoError, measure_all, measure_face, open_photo
from face_mesh.arrays import Points, Rgb
from face_mesh.repeatability import TABLE, Z_OF_PAIR
from face_mesh.skin.signs import SIGNS, read_skin
from face_mesh.skin.working_view import linear

SHORT_PEOPLE = ("001", "002", "007")  # the last is held out
STOPS, KELVIN, DAYLIGHT_KELVIN, TILT_DEG, YAW_DEG, JPEG = 0.5, 500.0, 5500.0, 5.0, 10.0, 70
CROP_MM = 12.0  # that is left beside the mesh
# Noise of a frame: of light itself, as a share of full scale at full scale, and of the sensor.
# Author's estimates, of a phone indoors.
SHOT_NOISE, READ_NOISE = 0.010, 0.0015
FEW = 8  # readings under which nothing is fitted
SHORT_FEW = 2  # the same in a short run
COVERED = 0.95
Values = dict[tuple[str, str], float]  # by kind of reading and the place or the measure


# --- the same face once more


def balanced(image: Rgb, kelvin: float) -> Rgb:
    """Return a picture of white balance `DAYLIGHT_KELVIN` under light of another temperature."""
    gain = white(kelvin) / white(DAYLIGHT_KELVIN)
    return lit(image, gain / gain[1])


def white(kelvin: float) -> Points:
    """Return (3,) linear sRGB of a black body, by the cubic of Kim et al. (US patent 7024034)."""
    t = 1000.0 / kelvin
    if kelvin < 4000.0:
        x = -0.2661239 * t**3 - 0.2343589 * t**2 + 0.8776956 * t + 0.179910
        y = -0.9549476 * x**3 - 1.37418593 * x**2 + 2.09137015 * x - 0.16748867
    else:
        x = -3.0258469 * t**3 + 2.1070379 * t**2 + 0.2226347 * t + 0.240390
        y = 3.0817580 * x**3 - 5.87338670 * x**2 + 3.75112997 * x - 0.37001483
    xyz = np.array([x / y, 1.0, (1.0 - x - y) / y])
    to_rgb = [[3.2406, -1.5372, -0.4986], [-0.9689, 1.8758, 0.0415], [0.0557, -0.2040, 1.0570]]
    return np.asarray(np.array(to_rgb) @ xyz)


def cropped(face: Face, image: Rgb) -> Rgb:
    """Return what is near the mesh only; the image is of the size of the face's photo."""
    low = face.landmarks_px[:, :2].min(axis=0) - CROP_MM * face.px_per_mm
    high = face.landmarks_px[:, :2].max(axis=0) + CROP_MM * face.px_per_mm
    (x0, y0), (x1, y1) = np.maximum(low, 0).astype(int), high.astype(int)
    return image[y0:y1, x0:x1]


def tilted(image: Rgb, degrees: float) -> Rgb:
    """Return a picture turned in its plane."""
    height, width = image.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    turned = cv2.warpAffine(
        image, matrix, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(turned, np.uint8)


def noisy(image: Rgb, rng: np.random.Generator) -> Rgb:
    """Return another frame: shot noise and the sensor's, in linear light."""
    light = linear(image)
    sd = np.sqrt(SHOT_NOISE**2 * light + READ_NOISE**2)
    return encoded(light + sd * rng.standard_normal(light.shape))


def retakes(face: Face, rng: np.random.Generator) -> Iterator[tuple[str, list[Rgb], Rgb]]:
    """Yield what changes, the photos in which it has, and the photo they are compared with."""
    image = face.photo.image
    yield "exposure", [lit(image, 2.0**stops) for stops in (STOPS, -STOPS)], image
    warmer, colder = DAYLIGHT_KELVIN - KELVIN, DAYLIGHT_KELVIN + KELVIN
    yield "white balance", [balanced(image, kelvin) for kelvin in (warmer, colder)], image
    yield f"JPEG {JPEG}", [compressed(image, JPEG)], image
    yield "half size", [smaller(image, 0.5)], image
    yield "crop", [cropped(face, image)], image
    yield "tilt", [tilted(image, d) for d in (TILT_DEG, -TILT_DEG)], image
    yield "noise", [noisy(image, rng)], noisy(image, rng)
    level, *turns = (turned_photo(face, turned_pose(d)) for d in (0.0, YAW_DEG, -YAW_DEG))
    yield "yaw", turns, level


def second_photo(face: Face, rng: np.random.Generator) -> Rgb:
    """Return a photo taken again in all these ways at once, each as far as it goes or less."""
    image = turned_photo(face, turned_pose(YAW_DEG * rng.uniform(-1, 1)))
    image = lit(image, 2.0 ** (STOPS * rng.uniform(-1, 1)))
    image = balanced(image, DAYLIGHT_KELVIN + KELVIN * rng.uniform(-1, 1))
    image = noisy(tilted(image, TILT_DEG * rng.uniform(-1, 1)), rng)
    return compressed(smaller(image, rng.uniform(0.5, 1.0)), JPEG)


# --- what it reads


def values(image: Rgb) -> Values:
    """Return every measure, and every sign that can be read in each of its regions."""
    face = measure_face(Photo.from_rgb(np.ascontiguousarray(image)))
    read = {(m.id, ""): m.value for m in measure_all(face)}
    return read | {(r.id, r.region): r.severity for r in read_skin(face) if r.severity is not None}


@dataclass(frozen=True)
class Repeat:
    """What one person's photos read.

    Attributes:
        first: of the photo as it is.
        squares: by what changes, the mean squared difference of each reading.
        pair: of two photos that were taken again.
    """

    first: Values
    squares: dict[str, Values]
    pair: tuple[Values, Values]


def repeat(photo: Path, seed: int) -> Repeat:
    """Photograph somebody again and again."""
    rng = np.random.default_rng(seed)
    face = measure_face(open_photo(photo))
    first = values(face.photo.image)
    squares: dict[str, Values] = {}
    for what, images, level in retakes(face, rng):
        base = first if level is face.photo.image else values(level)
        again = [values(image) for image in images]
        shared = set(base).intersection(*again)
        squares[what] = {
            key: float(np.mean([(one[key] - base[key]) ** 2 for one in again])) for key in shared
        }
    again = [values(second_photo(face, rng)) for _ in range(2)]
    return Repeat(first, squares, (again[0], again[1]))


@dataclass(frozen=True)
class Fit:
    """How well one kind of reading repeats.

    Attributes:
        floor, share: see above.
        parts: by what changes, root mean square.
        usual: median of the readings.
        inside: share of the held-out pairs that differ by less than the smallest real change.
    """

    floor: float
    share: float
    parts: dict[str, float]
    usual: float
    inside: float

    def smallest(self, value: float) -> float:
        """Return the smallest change that is more than noise."""
        return Z_OF_PAIR * float(np.hypot(self.floor, self.share * value))


def kinds(repeats: Sequence[Repeat]) -> list[str]:
    """Return the ids of all that was read, measures first, a pair of sides as one."""
    return list(dict.fromkeys(stem(id_) for one in repeats for id_, _ in one.first))


def stem(id_: str) -> str:
    """Return an id without its side."""
    return id_.removesuffix("_left").removesuffix("_right")


def fit(id_: str, tuned: Sequence[Repeat], out: Sequence[Repeat], few: int) -> Fit | None:
    """Return how well a kind of reading repeats; None if fewer than `few` could be read."""
    level, whole = [], []
    parts: dict[str, list[float]] = {}
    for one in tuned:
        for key, value in one.first.items():
            found = {what: of[key] for what, of in one.squares.items() if key in of}
            if stem(key[0]) != id_ or len(found) < len(one.squares):
                continue
            level.append(value)
            whole.append(sum(found.values()))
            for what, square in found.items():
                parts.setdefault(what, []).append(square)
    if len(level) < few:
        return None
    v, y = np.abs(level), np.array(whole)
    weight = 1.0 / (v**2 + np.median(v) ** 2 + 1e-9)
    terms = np.column_stack([np.ones_like(v), v**2])
    (floor2, share2), _ = nnls(terms * weight[:, None], y * weight)
    floor, share = float(np.sqrt(floor2)), float(np.sqrt(share2))
    ratios = pair_ratios(id_, tuned, floor, share)
    grow = max(1.0, float(np.quantile(ratios, COVERED))) if len(ratios) else 1.0
    rms = {what: float(np.sqrt(np.mean(squares))) for what, squares in parts.items()}
    floor, share = grow * floor, grow * share
    inside = float(np.mean(pair_ratios(id_, out, floor, share) <= 1.0))
    return Fit(floor, share, rms, float(np.median(level)), inside)


def pair_ratios(id_: str, repeats: Sequence[Repeat], floor: float, share: float) -> Points:
    """Return by how much pairs of photos differ, over the smallest real change, (n,)."""
    found = []
    for one in repeats:
        for key in set(one.pair[0]) & set(one.pair[1]):
            if stem(key[0]) == id_:
                a, b = one.pair[0][key], one.pair[1][key]
                least = Z_OF_PAIR * np.hypot(floor, share * (a + b) / 2.0)
                found.append(abs(a - b) / max(least, 1e-9))
    return np.array(found)


# --- what is told and kept


def table(fits: dict[str, Fit]) -> str:
    """Return the figures as Markdown."""
    whats = list(next(iter(fits.values())).parts)
    heads = ("reading", "usual", "smallest real change", "of it, %", *whats, "held-out pairs, %")
    rows = []
    for id_, one in fits.items():
        least = one.smallest(one.usual)
        of_it = f"{100 * least / abs(one.usual):.0f}" if abs(one.usual) > 1e-6 else "–"
        cells = [f"{one.parts[what]:.2g}" for what in whats]
        row = (id_, f"{one.usual:.3g}", f"{least:.2g}", of_it, *cells, f"{100 * one.inside:.0f}")
        rows.append(row)
    return markdown_table(heads, rows)


def toml(fits: dict[str, Fit]) -> str:
    """Return the file that the product reads."""
    lines = [
        "# How well readings repeat from photo to photo: sd(v)^2 = floor^2 + (share v)^2, in the",
        "# unit of the reading. Made by `python -m benchmarks.retakes --write`.",
        "",
    ]
    lines += [
        f"{id_} = {{ floor = {one.floor:.3g}, share = {one.share:.3g} }}"
        for id_, one in fits.items()
    ]
    return "\n".join(lines) + "\n"


def measure(folder: Path, docs: Path | None, kept: Path | None, few: int = FEW) -> None:
    """Photograph everybody again; print, and write what is quoted and what is kept."""
    groups: dict[bool, list[Repeat]] = {False: [], True: []}
    for path in sorted((folder / "neutral").glob("*.jpg")):
        number = int(path.name[:3])
        try:
            groups[held_out(number)].append(repeat(path, number))
        except PhotoError as error:  # a copy that is refused cannot be compared
            print(f"{path.name}: {error}")
    tuned, out = groups[False], groups[True]
    print(f"{len(tuned)} people, and {len(out)} held out")
    fits = {id_: one for id_ in kinds(tuned) if (one := fit(id_, tuned, out, few)) is not None}
    signs = {id_: one for id_, one in fits.items() if id_ in SIGNS}
    measures = {id_: one for id_, one in fits.items() if id_ not in SIGNS}
    figures = {"signs": signs, "measures": measures}
    marked = {part: f"{stamp(timed=False)}\n{table(of)}" for part, of in figures.items() if of}
    print("\n".join(marked.values()))
    write_figures(docs, "retakes", marked)
    if kept is not None:
        kept.write_text(toml(fits), "utf-8")


def main(arguments: Sequence[str] | None = None) -> None:
    """Print how well everything that is read off a photo repeats."""
    parser = options(__doc__, figures=True)
    parser.add_argument("--photos", type=Path, default=SHARED)
    asked = parse(parser, arguments)
    if not asked.short:
        measure(asked.photos, asked.write, TABLE if asked.write else None)
        return
    with tempfile.TemporaryDirectory() as folder:
        measure(sample_set(Path(folder), SHORT_PEOPLE, HALVED_PX), asked.write, None, SHORT_FEW)


if __name__ == "__main__":
    main()
