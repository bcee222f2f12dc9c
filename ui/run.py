"""Measuring and simulating for one visitor.

Everything here comes from somebody's face, so every cache belongs to the visitor's session, ends
with it, and is keyed by content: Streamlit's own hash of a large array looks at a sample of it.
"""

from __future__ import annotations

import threading
from collections.abc import Generator
from contextlib import closing
from dataclasses import dataclass

import numpy as np
import streamlit as st

from face_mesh import BeforehandError, Face, Measure, Photo, ScaleHint, measure_all, read_face
from face_mesh.landmarks import find_faces
from simulate import Change, Plan, export, simulate, simulating
from simulate.skin.effect import skin_mask_of
from ui import pictures
from ui.viewer import Heat, Picture
from ui.viewer.viewer import Box

PREVIEW_PX = 1600  # enough to see the face at 1:1; files are made at the photo's own size
MOST_RESULTS = 16


@dataclass(frozen=True)
class Choice:
    """All that an outcome depends on besides the face.

    Attributes:
        plan: what is done; empty as long as only moles are to be removed and none is picked.
        when: time after treatment; None is at its fullest.
        responder: "low", "expected" or "high".
        engine: which model paints skin.
        seed: which sample of the painted skin.
        picks_moles: whether moles can be picked in the picture.
    """

    plan: Plan
    when: str | None = None
    responder: str = "expected"
    engine: str = "embedded"
    seed: int = 0
    picks_moles: bool = False


@dataclass(frozen=True)
class Result:
    """What the page shows of one outcome; small enough to keep a few."""

    jpeg: bytes
    heat: Heat | None
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


@st.cache_resource(scope="session", max_entries=4, show_spinner=False)
def skin_mask(key: str, skin: Plan, _face: Face) -> bytes:
    """Return what a plan repaints or fades, as a see-through PNG; `key` is the face's."""
    return pictures.mask(skin_mask_of(_face, skin))


@st.cache_resource(scope="session", show_spinner=False)
def results() -> dict[tuple[str, Choice], Result]:
    """Return the session's results by face and choice, oldest first.

    A shelf and not a cached function: what makes a result shows how far it is, and a cached
    function that draws would draw again each time it is read.
    """
    return {}


def working(choice: Choice, face: Face) -> Generator[float, None, Result]:
    """Work out what a choice does to a face, yielding the share done; close it to cancel.

    Raises:
        PlanError: the plan is impossible.
        EngineError: the model that paints skin is missing, broken or out of memory.
    """
    kept, asked = results(), (face.key, choice)
    if asked not in kept:
        made = yield from _made(choice, face)
        while len(kept) >= MOST_RESULTS:
            del kept[next(iter(kept))]
        kept[asked] = made
    return kept[asked]


def _made(choice: Choice, face: Face) -> Generator[float, None, Result]:
    arguments = (choice.plan, choice.when, choice.responder, choice.seed, choice.engine)
    with closing(simulating(face, *arguments)) as steps:
        outcome = yield from steps
    return Result(
        jpeg=pictures.jpeg(outcome.image),
        heat=pictures.heat(outcome.shift_mm),
        treated=pictures.treated(outcome.change_mask),
        changes=outcome.changes,
        changed_fraction=outcome.changed_fraction,
        warnings=outcome.warnings,
    )


def comparison_png(face: Face, choice: Choice) -> bytes:
    """Return before and after at the photo's own size, marked as a simulation; nothing is kept."""
    arguments = (choice.plan, choice.when, choice.responder, choice.seed, choice.engine)
    outcome = simulate(face, *arguments)
    sheet = export.comparison_image(outcome)
    return export.png_bytes(sheet, simulated=True, painted=outcome.painted)


def forget() -> None:
    """Empty this session's caches; treated skin goes with the faces that hold it."""
    for cached in (faces, measured, preview, measures, skin_mask, results):
        cached.clear()
