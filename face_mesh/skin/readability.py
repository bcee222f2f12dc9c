"""Whether a sign can be read in a photo at all: "not readable in this photo" is an answer."""

from __future__ import annotations

import math

import numpy as np

from face_mesh.face import Face
from face_mesh.landmarks.anatomy import point
from face_mesh.messages import Message
from face_mesh.skin.sign_types import Sign

EXPRESSION = 0.35  # blendshape score from which a sign is seen in expression, not at rest


def unreadable(face: Face, sign: Sign, region: str) -> str:
    """Return why a sign cannot be graded in a region of this photo; empty if it can."""
    if face.px_per_mm < sign.least_px_per_mm:
        pupils = face.mesh_mm[[point("pupil_right"), point("pupil_left")]]
        apart_mm = float(np.linalg.norm(pupils[1] - pupils[0]))
        return Message(
            "The photo is too small for it: the pupils need to be {pixels} pixels apart.",
            pixels=math.ceil(sign.least_px_per_mm * apart_mm),
        )
    return ""


def at_rest(face: Face, sign: Sign) -> bool:
    """Return whether a sign is seen at rest rather than in expression."""
    return all(face.expression.get(name, 0.0) <= EXPRESSION for name in sign.expressions)
