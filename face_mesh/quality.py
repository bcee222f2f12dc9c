"""Is this photo good enough, and what would make it better. (Being written.)"""

from __future__ import annotations

from face_mesh.errors import PhotoError
from face_mesh.face import Face, Finding
from face_mesh.landmarks import Detection


def choose(found: list[Detection], which: int | None) -> int:
    """Return the index of the face to measure."""
    if not found:
        raise PhotoError("No face was found; use a sharp, well-lit photo from the front.")
    return which or 0


def assess(face: Face, faces_seen: int) -> tuple[Finding, ...]:
    """Return the findings, worst first."""
    return ()
