"""Everything read off a photo: pixels in, a measured face out."""

from face_mesh.errors import (
    BeforehandError,
    EngineError,
    PhotoError,
    PlanError,
)
from face_mesh.face import Face, Finding, Measure
from face_mesh.landmarks.scale import Scale, ScaleHint
from face_mesh.measures import measure_all
from face_mesh.photo.arrangement import Arrangement, arrange
from face_mesh.photo.photo import Photo, open_photo, open_photo_isolated
from face_mesh.pipeline import measure_face, read_face

__all__ = [
    "Arrangement",
    "BeforehandError",
    "EngineError",
    "Face",
    "Finding",
    "Measure",
    "Photo",
    "PhotoError",
    "PlanError",
    "Scale",
    "ScaleHint",
    "arrange",
    "measure_all",
    "measure_face",
    "open_photo",
    "open_photo_isolated",
    "read_face",
]
