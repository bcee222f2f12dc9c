"""What one visitor's tab holds between two runs of the page: this dataclass and nothing else."""

from __future__ import annotations

from dataclasses import dataclass, field

import streamlit as st

from face_mesh import Photo
from simulate.plan import Place, Plan, Stroke
from ui import wording

KEY = "beforehand"
WHICH_KEY = "which"  # of the widgets whose answers belong to one photo
PUPILS_KEY = "pupils_mm"
WHEN_KEY = "when"  # starts anew with each photo, so that no picture is of a time nobody asked for


@dataclass(frozen=True)
class Edits:
    """What the visitor did by hand in the picture.

    Attributes:
        strokes: of the brush, on what was found on the skin.
        spots: moles picked, as shares of the photo's width and height.
    """

    strokes: tuple[Stroke, ...] = ()
    spots: tuple[Place, ...] = ()


@dataclass
class Session:
    """One visitor's state; the widgets keep their own values.

    Attributes:
        photo: the photo in use, None on the first screen.
        credit: whose picture it is, for a sample.
        problem: the sentence about the last photo that could not be used.
        attempt: numbers the upload widgets, so that each photo meets a fresh one.
        shown: key of the picture the viewer was last given; edits of another one are not taken.
        edits: made by hand in that picture; they belong to the photo and go with it.
        cancelled: the skin work that was stopped and is not begun again unasked.
        sheet: the sheet that was asked for last, by kind and choice; None is none.
    """

    photo: Photo | None = None
    credit: str = ""
    problem: str = ""
    attempt: int = 0
    shown: str = ""
    edits: Edits = field(default_factory=Edits)
    cancelled: Plan | None = None
    sheet: tuple[str, object] | None = None


def start() -> Session:
    """Return this tab's state, new on its first run."""
    if KEY not in st.session_state:
        st.session_state[KEY] = Session()
    session: Session = st.session_state[KEY]
    return session


def take(photo: Photo | None, credit: str = "") -> None:
    """Put `photo` in the place of the one in use; what was said about that one goes with it."""
    state = start()
    state.photo, state.credit, state.problem = photo, credit, ""
    state.shown, state.edits, state.cancelled, state.sheet = "", Edits(), None, None
    for key in (WHICH_KEY, PUPILS_KEY):
        st.session_state[key] = None
    st.session_state[WHEN_KEY] = wording.FULLEST


def forget() -> None:
    """Drop the state and every widget's value: photo, choices, doses."""
    state = start()
    state.photo, state.edits = None, Edits()  # should anything still hold the state itself
    st.session_state.clear()
    start().attempt = state.attempt + 1
