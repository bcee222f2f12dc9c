"""Crops of the shared portraits for the networks of covers, and who is kept for reports."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np

from face_mesh import Face, open_photo, read_face
from face_mesh.arrays import Rgb
from face_mesh.covers.face_crop import SIZE_PX, frame_of
from face_mesh.landmarks.crop_frame import Frame
from face_mesh.landmarks.detect import find_faces
from face_mesh.skin.skin_mask import skin_mask
from training.cover_samples import STORED_PX, STORED_SCALE, Crop
from training.people import held_out

SEARCH_PX = 1000
TURNED_DEG = 60.0  # of roll: a face upside down whose landmarks are too needs no network


def cover_crops(faces: Path) -> Iterator[tuple[Crop, bool]]:
    """Yield a crop of each portrait of a folder of shared sets, and whether it is held out.

    Half of the people of `congress` are held out, by a hash of their id; of `london` those of
    `training.people`, and a third of `canada`.
    """
    glasses = {}
    with open(faces / "congress" / "people.csv", newline="") as file:
        glasses = {row["id"]: row["glasses"] == "1" for row in csv.DictReader(file)}
    for path in sorted(faces.glob("congress/*.jpg")):
        digest = int(hashlib.sha256(path.stem.encode()).hexdigest(), 16)
        for crop in _crops(path, path.stem, glasses[path.stem]):
            yield crop, digest // 2 % 2 == 1
    for path in sorted(faces.glob("london/*/*.jpg")):
        for crop in _crops(path, path.stem[:3], False):
            yield crop, held_out(path.stem[:3])
    for path in sorted(faces.glob("canada/*.jpg")):
        digest = int(hashlib.sha256(path.stem.encode()).hexdigest(), 16)
        for crop in _crops(path, path.stem, False):
            yield crop, digest % 3 == 0


def _crops(path: Path, person: str, glasses: bool) -> Iterator[Crop]:
    """A portrait, and it upside down where an upright face is drawn on that."""
    face = read_face(open_photo(path))
    image, frame = face.photo.image, _frame(face.landmarks_px)
    skin = cv2.warpAffine(skin_mask(face), frame.matrix, (STORED_PX, STORED_PX))
    points = face.landmarks_px[:, :2] @ frame.matrix[:, :2].T + frame.matrix[:, 2]
    scale = face.px_per_mm * frame.scale
    yield Crop(person, frame.image(image), skin, points, scale, glasses)
    if (over := _upside_down(face)) is not None:
        yield Crop(person, over, skin, points, scale, glasses, turned=True)


def _frame(landmarks_px: np.ndarray) -> Frame:
    """The frame of the network, finer and with room around."""
    inner = round(SIZE_PX * STORED_SCALE)
    frame = frame_of(landmarks_px, inner)
    matrix = frame.matrix.copy()
    matrix[:, 2] += (STORED_PX - inner) / 2
    return Frame(matrix, STORED_PX, frame.scale)


def _upside_down(face: Face) -> Rgb | None:
    image = np.ascontiguousarray(face.photo.image[::-1, ::-1])
    factor = min(1.0, SEARCH_PX / max(image.shape[:2]))
    small = cv2.resize(image, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    found = find_faces(np.asarray(small, np.uint8))
    if not found:
        return None
    points = max(found, key=lambda one: float(np.ptp(one.points_px[:, 0]))).points_px
    eyes = points[263, :2] - points[33, :2]
    if abs(np.degrees(np.arctan2(eyes[1], eyes[0]))) > TURNED_DEG:
        return None
    return _frame(points).image(np.asarray(small, np.uint8))
