"""Which way up a photo is whose face lies on its side, or in which none is found as it is."""

from __future__ import annotations

import numpy as np

from face_mesh.landmarks.detect import LEFT_EYE, RIGHT_EYE, Detection, find_faces
from face_mesh.photo.arrangement import Arrangement, arrange
from face_mesh.photo.photo import Photo
from face_mesh.pipeline import read_face

TURNED = "photo_turned"  # the finding about a face that is not upright
# Where no face is found at all it is upside down more often than on its side, where most are.
_QUARTERS = (2, 1, 3)


def upright_quarters(photo: Photo) -> int | None:
    """Return by how many clockwise quarter turns the largest face becomes upright; None if by none.

    For a photo that has no face as it is, or one that lies. A face on its side is found so, and its
    eyes say to which; one that is found upright there is upside down, where the model often draws
    it the other way round. Where there is none, the turned photos are looked at.

    Raises:
        EngineError: the landmark model is missing or damaged.
    """
    faces = find_faces(photo.image)
    if faces:
        return _quarters_of(faces[_largest(faces)]) or 2
    for quarters in _QUARTERS:
        turned = arrange(photo, Arrangement(quarters=quarters))
        faces = find_faces(turned.image)
        if faces and _is_upright(turned, faces):
            return quarters
    return None


def _is_upright(photo: Photo, faces: list[Detection]) -> bool:
    largest = _largest(faces)
    face = read_face(photo, which=largest, detections=faces)
    return _quarters_of(faces[largest]) == 0 and all(one.id != TURNED for one in face.findings)


def _largest(faces: list[Detection]) -> int:
    return int(np.argmax([np.ptp(one.points_px[:, :2], axis=0).max() for one in faces]))


def _quarters_of(face: Detection) -> int:
    """Return by how many clockwise quarter turns the line of the eyes becomes level."""
    eyes = [face.points_px[list(one), :2].mean(axis=0) for one in (RIGHT_EYE, LEFT_EYE)]
    x, y = eyes[1] - eyes[0]
    return round(-float(np.arctan2(y, x)) / (np.pi / 2)) % 4
