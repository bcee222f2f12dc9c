"""What the viewer turns: the mesh of a face, and how a plan moves it."""

from __future__ import annotations

import numpy as np

from face_mesh import Face
from simulate import Outcome
from simulate.export.turned_view import sentences
from simulate.outcome.movement_scale import FLOOR_MM, scale_end_mm, scale_stops
from simulate.outcome.turned_head import (
    MOST_DEG,
    head_mesh,
    profile_of,
    side_turn_deg,
    turning_shows,
)
from ui.components.viewer import Head, Turn

STEP_MM = 0.002  # finer than a screen shows, and 65 mm at most in 16 bits


def head_of(face: Face) -> Head:
    """Return the mesh of a face for the viewer."""
    mesh, pose = head_mesh(face), face.pose
    header = {
        "vertices": len(mesh.vertices_mm),
        "rotation": np.round(pose.rotation, 6).tolist(),
        "origin": np.round(pose.origin_px, 3).tolist(),
        "pxPerMm": pose.px_per_mm,
        "size": [face.photo.width, face.photo.height],
    }
    parts = (
        mesh.vertices_mm.astype("<f4"),
        np.round(255.0 * mesh.known).astype(np.uint8),
        mesh.triangles.astype("<u2"),
    )
    return Head(header, b"".join(part.tobytes() for part in parts))


def turn_of(outcome: Outcome) -> Turn | None:
    """Return what turning the head of an outcome shows, None where that is nothing."""
    if not turning_shows(outcome):
        return None
    profile, start = profile_of(outcome), side_turn_deg(outcome)
    steps = np.round(outcome.shift_mm_vertices / STEP_MM).astype("<i2")
    moved = np.flatnonzero(steps.any(axis=1)).astype("<u2")
    header = {
        "scale": STEP_MM,
        "moved": len(moved),
        "start": start,
        "most": MOST_DEG,
        "endMm": scale_end_mm(float(np.linalg.norm(outcome.shift_mm_vertices, axis=1).max())),
        "floorMm": FLOOR_MM,
        "colours": np.round(scale_stops() / 255.0, 4).ravel().tolist(),
        "profile": {
            "before": np.round(profile.before_mm, 2).tolist(),
            "after": np.round(profile.after_mm, 2).tolist(),
            "sd": np.round(profile.sd_mm, 2).tolist(),
        },
    }
    return Turn(header, sentences(outcome), moved.tobytes() + steps[moved].tobytes())
