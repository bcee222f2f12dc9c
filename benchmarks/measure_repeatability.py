"""How far the landmarks let a measure be trusted: makes the table `LANDMARK_SD` of `face_mesh`.

On the development people of the London set (every other one of the sorted list, from the first):

repeat   spread of a measure when the same photo is shifted, turned, resized, lit or compressed anew
hand     root mean square difference (bias included) from the same measure of hand-placed points

The scale is held fixed, for its uncertainty is added elsewhere. The result is the quadrature sum.
Where no hand-placed points belong to a measure in the picture plane, `hand` is taken as `repeat`
times the median of hand/repeat of the measures that have them.

Depth has no hand-placed points, and repeats well because the model guesses the same every time. Its
table entry is what the mesh leaves unexplained: people differ by a nasolabial angle of 10.0 and a
nasofrontal angle of 8.9 deg (standard deviation, 59 Turkish women), meshes of people by far less.
The mean of the two factors, times the spread of a measure among the meshes, is taken as the spread
of people; less the spread of the meshes, in quadrature, it is the uncertainty.

    python -m benchmarks.measure_repeatability [--points] [--photos ../shared/faces/london/neutral]
    python -m benchmarks.measure_repeatability --short

--short takes sample portraits, and for hand-placed points those of the landmarker.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

import cv2
import numpy as np

from benchmarks.common import HALVED_PX, SHARED, options, parse, sample_photos
from face_mesh import Face, Photo, measure_face, open_photo
from face_mesh.arrays import Points, Rgb
from face_mesh.landmarks.anatomy import curve, point
from face_mesh.measures import MEASURES, measure_points

POPULATION_SD_DEG = {"nasolabial_angle": 10.0, "nasofrontal_angle": 8.9}
PHOTOS = SHARED / "neutral"
POINTS = 189  # of the template
SHORT_PEOPLE = ("001", "002")

# The set's template of hand-placed points, read off plots of it: name of ours to number of theirs.
HAND_POINTS = {
    **{"pupil_right": 0, "pupil_left": 1, "exocanthion_right": 18, "exocanthion_left": 27},
    **{"endocanthion_right": 22, "endocanthion_left": 23, "subnasale": 55},
    **{"alare_right": 63, "alare_left": 68, "subalare_right": 64, "subalare_left": 69},
    **{"dorsum_edge_right": 53, "dorsum_edge_left": 59},
    **{"cheilion_right": 87, "cheilion_left": 93},
    **{"crista_philtri_right": 89, "crista_philtri_left": 91, "labrale_superius": 90},
    **{"stomion_superius": 96, "stomion_inferius": 101, "labrale_inferius": 106},
    **{"sublabiale": 177, "menton": 129},
}
# Outlines on which a landmark may slide: (our landmarks, their outline, the axis that is compared).
HAND_CURVES = [
    ("brow_upper_right", (71, 72, 73, 74, 75), 1),  # 76 and 77 are the lower corners of the heads
    ("brow_upper_left", (78, 79, 80, 81, 82), 1),
    ("upper_lid_right", (18, 19, 20, 21, 22), 1),
    ("upper_lid_left", (23, 24, 25, 26, 27), 1),
    ("lower_lid_right", (18, 28, 29, 30, 22), 1),
    ("lower_lid_left", (23, 31, 32, 33, 27), 1),
]
HAND_CONTOURS = [
    (("zygion_right", "midface_right", "gonion_right"), (109, 110, 111, 125, 126, 127, 128, 129)),
    (("zygion_left", "midface_left", "gonion_left"), (112, 113, 114, 133, 132, 131, 130, 129)),
]


def hand_points(photo: Path) -> Points:
    """Return the (`POINTS`, 2) px of the .tem file beside a photo."""
    count, *rows = photo.with_suffix(".tem").read_text().split("\n")
    return np.array([row.split() for row in rows[: int(count)]], dtype=np.float64)


def pretend_hand_points(photo: Path) -> None:
    """Write a .tem file beside a photo whose points are where the landmarker sees them."""
    px = measure_face(open_photo(photo)).landmarks_px[:, :2]
    hand = np.zeros((POINTS, 2))
    outlines = [(list(curve(name)), numbers) for name, numbers, _ in HAND_CURVES]
    outlines += [([point(n) for n in names], numbers) for names, numbers in HAND_CONTOURS]
    for landmarks, numbers in outlines:
        along = np.linspace(0.0, 1.0, len(landmarks)), np.linspace(0.0, 1.0, len(numbers))
        for axis in (0, 1):
            hand[list(numbers), axis] = np.interp(along[1], along[0], px[landmarks, axis])
    for name, number in HAND_POINTS.items():
        hand[number] = px[point(name)]
    rows = [str(POINTS), *(f"{x:.2f} {y:.2f}" for x, y in hand)]
    photo.with_suffix(".tem").write_text("\n".join(rows) + "\n")


def hand_mesh(face: Face, hand: Points) -> Points:
    """Return the mesh of a face with x and y of the hand-placed points in place of its own."""
    px = face.landmarks_px.copy()
    for name, number in HAND_POINTS.items():
        px[point(name), :2] = hand[number]
    for name, outline, axis in HAND_CURVES:
        _slide(px, list(curve(name)), hand[list(outline)], axis)
    for names, outline in HAND_CONTOURS:
        _slide(px, [point(n) for n in names], hand[list(outline)], 0)
    return face.pose.to_head(px)


def _slide(px: Points, landmarks: list[int], outline: Points, axis: int) -> None:
    """Put `landmarks` on `outline` along one axis; the place along it stays theirs."""
    order = outline[:, 1 - axis].argsort()
    along = outline[order, 1 - axis]
    px[landmarks, axis] = np.interp(px[landmarks, 1 - axis], along, outline[order, axis])


def by_hand(mesh: Points) -> set[str]:
    """The measures in the picture plane that depend on hand-placed points and on no other."""
    placed = {point(n) for n in HAND_POINTS} | {i for name, *_ in HAND_CURVES for i in curve(name)}
    placed |= {point(n) for names, _ in HAND_CONTOURS for n in names}
    others = sorted(set(range(478)) - placed)
    noise = np.random.default_rng(0).normal(size=(478, 3)) * (1.0, 1.0, 0.0)
    other, every = mesh.copy(), mesh + 0.1 * noise
    other[others] += noise[others]
    before, free, all_ = measure_points(mesh), measure_points(other), measure_points(every)
    front = [m for m, spec in MEASURES.items() if spec.seen_from_front]
    return {m for m in front if before[m] == free[m] and before[m] != all_[m]}


def variants(image: Rgb) -> Iterator[tuple[Rgb, float]]:
    """Yield the same face framed, turned, sized, lit and stored otherwise; and its size factor."""
    height, width = image.shape[:2]
    for turn_deg, shift, size in ((0, 23.4, 1.0), (7, -31.7, 1.0), (-12, 11.3, 0.8), (3, 5.1, 0.6)):
        matrix = cv2.getRotationMatrix2D((width / 2, height / 2), turn_deg, size)
        matrix[:, 2] += (shift, -0.6 * shift)
        moved = cv2.warpAffine(image, matrix, (width, height), borderMode=cv2.BORDER_REPLICATE)
        yield np.asarray(moved, np.uint8), size
    for gamma in (0.7, 1.4):
        yield np.round(255 * (image / 255.0) ** gamma).astype(np.uint8), 1.0
    stored = cv2.imencode(".jpg", image[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, 50])[1]
    yield np.asarray(cv2.imdecode(stored, cv2.IMREAD_COLOR)[:, :, ::-1], np.uint8), 1.0


def _values(mesh: Points) -> Points:
    found = measure_points(mesh)
    return np.array([found[m] for m in MEASURES])


def repeats(face: Face) -> Points:
    """Return (variants, measures): the difference of each variant from the photo as it is."""
    rows = []
    for image, size in variants(face.photo.image):
        again = measure_face(Photo.from_rgb(np.ascontiguousarray(image)))
        rows.append(_values(again.mesh_mm * (again.px_per_mm / (face.px_per_mm * size))))
    return np.array(rows) - _values(face.mesh_mm)


@cache
def _stem(measure: str) -> str:
    return measure.removesuffix("_left").removesuffix("_right")


def depth_sd(values: Points) -> Points:
    """Return what (people, measures) of meshes leave unexplained of a depth measure."""
    spread = dict(zip(MEASURES, values.std(axis=0, ddof=1), strict=True))
    factor = np.mean([sd / spread[m] for m, sd in POPULATION_SD_DEG.items()])
    unexplained: Points = np.array(list(spread.values())) * np.sqrt(factor**2 - 1.0)
    return unexplained


def table(photos: list[Path]) -> dict[str, tuple[float, str]]:
    """Return the standard uncertainty and how it came about, by measure without its side."""
    values, again, hand = [], [], []
    for path in photos:
        face = measure_face(open_photo(path))
        values.append(_values(face.mesh_mm))
        again.append(repeats(face))
        hand.append(values[-1] - _values(hand_mesh(face, hand_points(path))))
    repeat_sd, hand_sd = (np.sqrt((np.concatenate(v) ** 2).mean(axis=0)) for v in (again, [hand]))
    bias, unseen, measured = (
        np.mean(hand, axis=0),
        depth_sd(np.array(values)),
        by_hand(face.mesh_mm),
    )
    ratio = np.median((hand_sd / repeat_sd)[[m in measured for m in MEASURES]])
    rows: dict[str, tuple[float, str]] = {}
    for i, (name, spec) in enumerate(MEASURES.items()):
        said = f"repeat {repeat_sd[i]:.2f}, "
        if not spec.seen_from_front:
            other, said = unseen[i], said + f"unseen depth {unseen[i]:.1f}"
        elif name in measured:
            other, said = hand_sd[i], said + f"hand {hand_sd[i]:.2f} of which bias {bias[i]:+.2f}"
        else:
            other, said = ratio * repeat_sd[i], said + f"hand taken as {ratio:.1f} times that"
        rows[_stem(name)] = float(np.hypot(repeat_sd[i], other)), said
    return rows


def print_points(photos: list[Path]) -> None:
    """Print the mean offset and the spread of our named points from the hand-placed ones, in mm."""
    offsets = []
    for path in photos:
        face, hand = measure_face(open_photo(path)), hand_points(path)
        ours = face.landmarks_px[[point(n) for n in HAND_POINTS], :2]
        offsets.append((ours - hand[list(HAND_POINTS.values())]) / face.px_per_mm)
    mean, spread = np.mean(offsets, axis=0), np.std(offsets, axis=0, ddof=1)
    for name, (x, y), (sx, sy) in zip(HAND_POINTS, mean, spread, strict=True):
        print(
            f"{name:24s} offset {x:+5.2f} {y:+5.2f}   spread {sx:4.2f} {sy:4.2f} mm (right, down)"
        )


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table, ready to be pasted."""
    parser = options(__doc__)
    parser.add_argument("--photos", type=Path, default=PHOTOS)
    parser.add_argument("--points", action="store_true", help="offsets of the named points instead")
    asked = parse(parser, arguments)
    if not asked.short:
        print_table(sorted(asked.photos.glob("*.jpg"))[::2], points=asked.points)
        return
    with tempfile.TemporaryDirectory() as folder:
        photos = sample_photos(Path(folder), SHORT_PEOPLE, HALVED_PX)
        for photo in photos:
            pretend_hand_points(photo)
        print_table(photos, points=asked.points)


def print_table(photos: list[Path], *, points: bool) -> None:
    """Print the uncertainty of every measure, or the offsets of the named points instead."""
    if points:
        print_points(photos)
        return
    for name, (sd, said) in table(photos).items():
        print(f'    "{name}": {sd:.2g},  # {said}')


if __name__ == "__main__":
    main()
