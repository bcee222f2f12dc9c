"""Which of the faces in a photo is meant."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from face_mesh.errors import PhotoError
from face_mesh.landmarks.detect import Detection
from face_mesh.messages import Message

# Among several faces, one this many times wider than any other is the one that was meant.
CLEARLY_LARGEST = 2.5


def choose(faces: Sequence[Detection], which: int | None) -> int:
    """Return the index of the face to measure.

    Args:
        faces: every face, left to right in the picture.
        which: the user's choice, counted from 0; None takes the only one, or the clearly largest.

    Raises:
        PhotoError: there is no face, several without a choice, or not as many as `which` says.
    """
    if not faces:
        raise PhotoError(
            "No face was found; use a sharp, upright, well-lit photo of a face from the front."
        )
    if which is not None:
        if not 0 <= which < len(faces):
            raise PhotoError(
                Message(
                    "The photo shows {faces}, so there is no number {number}; count from the left "
                    "of the picture.",
                    faces=_faces(len(faces)),
                    number=which + 1,
                )
            )
        return which
    widths = np.array([np.ptp(d.points_px[:, 0]) for d in faces])
    largest = int(widths.argmax())
    if len(faces) > 1 and np.sort(widths)[-2] * CLEARLY_LARGEST > widths[largest]:
        raise PhotoError(
            Message(
                "The photo shows {faces}; choose one, counted from the left of the picture, or "
                "crop the photo to one face.",
                faces=_faces(len(faces)),
            )
        )
    return largest


def _faces(count: int) -> Message:
    return Message("one face") if count == 1 else Message("{count} faces", count=count)
