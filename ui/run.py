"""Measuring and simulating for one visitor.

Everything here comes from somebody's face, so every cache belongs to the visitor's session, ends
with it, and is keyed by content: Streamlit's own hash of a large array looks at a sample of it.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass

import numpy as np
import streamlit as st

from face_mesh import BeforehandError, Face, Measure, Photo, ScaleHint, measure_all, read_face
from face_mesh.landmarks import find_faces
from simulate import Change, Plan, export, simulate
from ui import pictures
from ui.viewer import Heat, Picture
from ui.viewer.viewer import Box

PREVIEW_PX = 1600  # enough to see the face at 1:1; files are made at the photo's own size


@dataclass(frozen=True)
class Result:
    """What the page shows of one outcome; small enough to keep a few."""

    jpeg: bytes
    heat: Heat
    treated: Box | None
    changes: tuple[Change, ...]
    changed_fraction: float
    warnings: tuple[str, ...]


@st.cache_resource(show_spinner=False)
def warm() -> threading.Thread:
    """Load the landmark model beside the first screen, once a process; wait with `join`.

    In a thread of its own not only to be ready sooner: MediaPipe keeps an exception of its first
    import for good, and with it every frame that led there. None of them may hold a photo.
    """
    thread = threading.Thread(target=_load_model, name="load the landmark model", daemon=True)
    thread.start()
    return thread


def _load_model() -> None:
    try:
        find_faces(np.zeros((64, 64, 3), np.uint8))
    except BeforehandError:
        return  # said to the visitor when a photo comes


@st.cache_resource(scope="session", max_entries=4, show_spinner="Looking for the face …")
def faces(sha256: str, _photo: Photo) -> tuple[int, Picture]:
    """Return how many faces there are, and the photo with them numbered if they are several."""
    warm().join()
    found = find_faces(_photo.image)
    several = tuple(one.points_px for one in found) if len(found) > 1 else ()
    return len(found), pictures.plain(_photo, several)


@st.cache_resource(scope="session", max_entries=4, show_spinner=False)
def measured(sha256: str, which: int | None, pupils_mm: float | None, _photo: Photo) -> Face:
    """Return the measured face at the photo's own size.

    Raises:
        PhotoError: no face, several without a choice, an impossible pupil distance.
    """
    hint = None if pupils_mm is None else ScaleHint(interpupillary_mm=pupils_mm)
    return read_face(_photo, which=which, hint=hint)


@st.cache_resource(scope="session", max_entries=4, show_spinner=False)
def preview(key: str, _face: Face) -> tuple[Face, Picture]:
    """Return the face at preview size and its picture for the viewer; `key` is the face's."""
    small = _face.resized(PREVIEW_PX)
    return small, pictures.picture(small)


@st.cache_resource(scope="session", max_entries=4, show_spinner=False)
def measures(key: str, _face: Face) -> dict[str, Measure]:
    """Return the measures of a face by id; `key` is the face's."""
    return {one.id: one for one in measure_all(_face)}


@st.cache_resource(scope="session", max_entries=16, show_spinner=False)
def result(key: str, plan: Plan, when: str | None, responder: str, _face: Face) -> Result:
    """Return what a plan does to a face; `key` is the face's.

    Raises:
        PlanError: the plan is impossible.
    """
    outcome = simulate(_face, plan, when=when, responder=responder)
    return Result(
        jpeg=pictures.jpeg(outcome.image),
        heat=pictures.heat(outcome.shift_mm),
        treated=pictures.treated(outcome.change_mask),
        changes=outcome.changes,
        changed_fraction=outcome.changed_fraction,
        warnings=outcome.warnings,
    )


def comparison_png(face: Face, plan: Plan, when: str | None, responder: str) -> bytes:
    """Return before and after at the photo's own size, marked as a simulation; nothing is kept."""
    outcome = simulate(face, plan, when=when, responder=responder)
    return export.png_bytes(export.comparison_image(outcome), simulated=True)


def forget() -> None:
    """Empty this session's caches."""
    for cached in (faces, measured, preview, measures, result):
        cached.clear()
