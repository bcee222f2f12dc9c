"""Faces for the tests of `face_mesh`: two public-domain portraits, shared photos, and copies."""

import csv
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import cv2
import matplotlib.cbook
import numpy as np
import skimage.data

from face_mesh import (
    Face,
    Photo,
    PhotoError,
    ScaleHint,
    measure_face,
    open_photo,
)
from face_mesh.arrays import Points, Rgb
from face_mesh.cache import name_of
from face_mesh.landmarks.model_file import canonical_mesh
from face_mesh.landmarks.pose import Pose
from face_mesh.landmarks.scale import Scale
from tests.helpers import FACES, use_photo

MEN_MM, WOMEN_MM = 64.0, 61.7  # interpupillary distance of adults, ANSUR II


@cache
def hopper() -> Face:
    """Grace Hopper: spectacles, deep lines, pupils 84 px apart. Matplotlib ships her."""
    path = matplotlib.cbook.get_sample_data("grace_hopper.jpg", asfileobj=False)
    return measure_face(open_photo(path))


@cache
def collins() -> Face:
    """Eileen Collins: smiling, head tilted, pupils 43 px apart. Scikit-image ships her."""
    return measure_face(Photo.from_rgb(skimage.data.astronaut()))


def kept_of(face: Face, function: Callable[..., object]) -> list[object]:
    """What a face keeps of a function, for all arguments and sizes."""
    return [v for (key, _), v in face.workspace.items() if key.function == name_of(function)]


def remeasured(image: Rgb, hint: ScaleHint | None = None) -> Face:
    """The face of changed pixels."""
    return measure_face(Photo.from_rgb(np.ascontiguousarray(image)), hint=hint)


def moved(
    image: Rgb, turn_deg: float = 0.0, shift_px: tuple[float, float] = (0.0, 0.0), size: float = 1.0
) -> tuple[Rgb, Points]:
    """A picture turned, shifted and resized about its centre, and the (2, 3) matrix that did it."""
    height, width = image.shape[:2]
    matrix = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), turn_deg, size)
    matrix[:, 2] += shift_px
    flags = cv2.INTER_AREA if size < 1 else cv2.INTER_LINEAR
    out = cv2.warpAffine(
        image, matrix, (width, height), flags=flags, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(out, np.uint8), matrix


def resized(face: Face, pupils_px: float) -> Rgb:
    """The photo at the size that brings the pupils `pupils_px` apart."""
    eyes = face.landmarks_px[[468, 473], :2]
    factor = pupils_px / float(np.linalg.norm(eyes[1] - eyes[0]))
    image = face.photo.image
    size = (round(image.shape[1] * factor), round(image.shape[0] * factor))
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)


def beside(left: Rgb, right: Rgb) -> Rgb:
    """Two pictures as one."""
    height = max(len(left), len(right))
    return np.hstack(
        [np.pad(i, ((0, height - len(i)), (0, 0), (0, 0)), "edge") for i in (left, right)]
    )


def turned_head(face: Face, yaw_deg: float, pitch_deg: float = 0.0) -> Rgb:
    """The mesh of a face with its own skin, looking elsewhere, before a grey wall."""
    yaw, pitch = np.radians([yaw_deg, pitch_deg])
    about_y = [[np.cos(yaw), 0, np.sin(yaw)], [0, 1, 0], [-np.sin(yaw), 0, np.cos(yaw)]]
    about_x = [[1, 0, 0], [0, np.cos(pitch), np.sin(pitch)], [0, -np.sin(pitch), np.cos(pitch)]]
    pose = Pose(np.array(about_x) @ np.array(about_y), np.array([400.0, 330.0, 0.0]), 3.0)
    there = pose.to_photo(face.mesh_mm)
    out = np.full((800, 800, 3), 190, np.uint8)
    triangles = canonical_mesh().triangles
    for corners in triangles[np.argsort(-there[triangles][:, :, 2].mean(axis=1))]:
        _paint(out, there[corners, :2], face.photo.image, face.landmarks_px[corners, :2])
    return out


def _paint(out: Rgb, to: Points, image: Rgb, source: Points) -> None:
    """Paint one triangle unless it is seen from behind."""
    (ax, ay), (bx, by) = to[1] - to[0], to[2] - to[0]
    if ax * by - ay * bx >= 0:
        return
    low, high = np.floor(to.min(axis=0)).astype(int) - 1, np.ceil(to.max(axis=0)).astype(int) + 2
    matrix = cv2.getAffineTransform(source.astype(np.float32), (to - low).astype(np.float32))
    size = tuple((high - low).tolist())
    piece = cv2.warpAffine(image, matrix, size, borderMode=cv2.BORDER_REPLICATE)
    inside = np.zeros(size[::-1], np.uint8)
    cv2.fillConvexPoly(inside, np.round(to - low).astype(np.int32), 1)
    out[low[1] : high[1], low[0] : high[0]][inside > 0] = piece[inside > 0]


@dataclass(frozen=True, eq=False)
class Seen:
    """What was read off a shared photo, without its pixels: two hundred of those are a gigabyte."""

    name: str
    landmarks_px: Points
    mesh_mm: Points
    pose: Pose
    scale: Scale
    findings: dict[str, str]
    expression: dict[str, float]


@cache
def seen(path: Path) -> Seen | str:
    """What `measure_face` reads off a shared photo, or the sentence with which it refuses."""
    try:
        face = measure_face(open_photo(use_photo(path)))
    except PhotoError as error:
        return str(error)
    return Seen(
        path.relative_to(FACES).as_posix(),
        face.landmarks_px,
        face.mesh_mm,
        face.pose,
        face.scale,
        {f.id: f.severity for f in face.findings},
        face.expression,
    )


def measured(path: Path) -> Seen:
    """What was read off a shared photo that must be measured."""
    found = seen(path)
    assert isinstance(found, Seen), f"{path.name}: {found}"
    return found


def development() -> list[Path]:
    """The photos of the London people on which anything was tuned."""
    return sorted((FACES / "london" / "neutral").glob("*.jpg"))[::2]


def held_out() -> list[Path]:
    """The photos of the London people on which nothing was."""
    return sorted((FACES / "london" / "neutral").glob("*.jpg"))[1::2]


def sexes(paths: list[Path]) -> list[str]:
    """Sex of the person on each London photo."""
    with open(FACES / "london" / "people.csv", newline="") as file:
        people = {row["face_id"]: row["face_gender"] for row in csv.DictReader(file)}
    return [people[path.name[:3]] for path in paths]
