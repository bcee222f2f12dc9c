"""What the visitor does by hand in the picture: strokes of a brush, and moles picked one by one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import streamlit as st

from face_mesh import BeforehandError, Face
from face_mesh.skin.lesions import mole_at, moles
from face_mesh.untrusted import real
from simulate.plan.plan import (
    MOST_PLACES,
    MOST_SPOTS,
    MOST_STROKES,
    Place,
    Stroke,
    Treatment,
)
from ui.components.viewer import Retouch
from ui.components.viewer.viewer import KEY, Mark
from ui.state import session
from ui.state.choice import Choice
from ui.state.session import Edits
from ui.text.language import translate

MOST_SENT = 100  # strokes that the browser keeps
MOST_OFFERED = 8  # of the moles found; with more marks than that nobody finds their own
SURE_PX_PER_MM = 2.5  # below it most of what looks like a mole is a pore or a shadow


def picks(treatment: Treatment) -> bool:
    """Whether a treatment removes lesions that are picked in the picture."""
    return treatment.entry.removes_lesions


def with_edits(treatments: list[Treatment], face: Face) -> list[Treatment]:
    """Return the treatments with the visitor's strokes and spots.

    Moles are removed one by one: where none is picked, none is removed.
    """
    edits, done = session.start().edits, []
    strokes = strokes_that_fit(treatments)
    found = tuple(spot for spot in edits.spots if _mole(face, spot) is not None)
    picking = sum(map(picks, treatments)) or 1
    for treatment in treatments:
        if treatment.entry.skin:
            treatment = replace(treatment, strokes=strokes)
        if picks(treatment):
            if not found:
                continue
            treatment = replace(treatment, spots=found[: MOST_SPOTS // picking])
        done.append(treatment)
    return done


def strokes_that_fit(treatments: list[Treatment]) -> tuple[Stroke, ...]:
    """Return the strokes that a plan can have with each of its treatments of the skin."""
    strokes = session.start().edits.strokes
    painted = sum(bool(treatment.entry.skin) for treatment in treatments) or 1
    kept, places = [], 0
    for stroke in strokes[: MOST_STROKES // painted]:
        places += len(stroke.points) * painted
        if places > MOST_PLACES:
            break
        kept.append(stroke)
    return tuple(kept)


def say_what_does_not_fit(treatments: list[Treatment]) -> None:
    """Say which of the strokes painted the picture leaves out, if any."""
    left_out = len(session.start().edits.strokes) - len(strokes_that_fit(treatments))
    if left_out:
        st.warning(
            translate(
                "The picture leaves out the last strokes you painted ({n}): with these treatments "
                "a plan has no room for more. Undo some, or take a treatment off.",
                n=left_out,
            ),
            icon=":material/brush:",
        )


def misses(face: Face) -> tuple[Place, ...]:
    """Return which of the picked places show nothing dark."""
    return tuple(spot for spot in session.start().edits.spots if _mole(face, spot) is None)


def _mole(face: Face, spot: Place) -> object:
    x, y = spot
    return mole_at(face, x * face.photo.width - 0.5, y * face.photo.height - 0.5)


def retouch(face: Face, choice: Choice, mask: bytes | None) -> Retouch | None:
    """Return what can be edited in the viewer; None if the choice does nothing to the skin."""
    if mask is None and not choice.picks_moles:
        return None
    if not choice.picks_moles:
        return Retouch(mask)
    return Retouch(mask, True, _offered(face), misses(face))


def edits_json() -> dict[str, Any]:
    """Return the session's edits as the browser writes them."""
    edits = session.start().edits
    strokes = [(stroke.kind, stroke.radius_mm, stroke.points) for stroke in edits.strokes]
    return {"strokes": strokes, "spots": edits.spots}


def _offered(face: Face) -> tuple[Mark, ...]:
    """The darkest moles found, as (x, y, diameter) in shares; the diameter of the width."""
    if face.px_per_mm < SURE_PX_PER_MM:
        return ()
    width, height = face.photo.width, face.photo.height
    return tuple(
        (
            round((mole.x_px + 0.5) / width, 5),
            round((mole.y_px + 0.5) / height, 5),
            round(mole.diameter_mm * face.px_per_mm / width, 5),
        )
        for mole in moles(face)[:MOST_OFFERED]
    )


def take() -> None:
    """Keep what the viewer reports, if it is of the picture that is shown."""
    state = session.start()
    sent = st.session_state[KEY].get("edits")
    if isinstance(sent, dict) and sent.get("photo") == state.shown:
        state.edits = read(sent)


def read(sent: dict[str, Any]) -> Edits:
    """Return the edits in what the browser sent; what is none is left out."""
    strokes = [_stroke(row) for row in _rows(sent, "strokes", MOST_SENT)]
    spots = [_place(row) for row in _rows(sent, "spots", MOST_SPOTS)]
    return Edits(tuple(filter(None, strokes)), tuple(filter(None, spots)))


def _rows(sent: dict[str, Any], name: str, most: int) -> list[Any]:
    rows = sent.get(name)
    return rows[:most] if isinstance(rows, list) else []


def _stroke(row: Any) -> Stroke | None:
    try:
        kind, radius_mm, points = row
        return Stroke(kind, tuple((real(x), real(y)) for x, y in points), real(radius_mm))
    except (TypeError, ValueError, BeforehandError):
        return None


def _place(row: Any) -> Place | None:
    try:
        x, y = (min(1.0, max(0.0, real(share))) for share in row)
    except (TypeError, ValueError):
        return None
    return x, y
