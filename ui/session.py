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
PATIENT, CONSULTANT = "patient", "consultant"
FRONT = "front"
VIEWS = ("three_quarter", "smile")  # photos beside the one from the front
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
        way: how the visitor came in, `PATIENT` or `CONSULTANT`; empty as long as nobody said.
        attested: whether age and consent were given; before it no photo is taken.
        photo: the photo from the front, None as long as there is none.
        views: further photos of the same person by view, of `VIEWS`.
        view: which photo is worked on, `FRONT` or one of `views`.
        accepted: whether the visitor has looked at what was found about the photo and goes on.
        led: whether a patient has said what they came for; consultants choose from everything.
        credit: whose picture it is, for a sample.
        problem: the sentence about the last photo that could not be used.
        attempt: numbers the upload widgets, so that each photo meets a fresh one.
        shown: key of the picture the viewer was last given; edits of another one are not taken.
        edits: made by hand in that picture; they belong to the photo and go with it.
        cancelled: the skin work that was stopped and is not begun again unasked.
        sheet: the sheet that was asked for last, by kind and choice; None is none.
    """

    way: str = ""
    attested: bool = False
    photo: Photo | None = None
    views: dict[str, Photo] = field(default_factory=dict)
    view: str = FRONT
    accepted: bool = False
    led: bool = False
    credit: str = ""
    problem: str = ""
    attempt: int = 0
    shown: str = ""
    edits: Edits = field(default_factory=Edits)
    cancelled: Plan | None = None
    sheet: tuple[str, object] | None = None

    @property
    def active(self) -> Photo | None:
        """The photo that is worked on."""
        return self.photo if self.view == FRONT else self.views.get(self.view, self.photo)


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
    state.views, state.view, state.accepted = {}, FRONT, False
    state.shown, state.edits, state.cancelled, state.sheet = "", Edits(), None, None
    for key in (WHICH_KEY, PUPILS_KEY):
        st.session_state[key] = None
    st.session_state[WHEN_KEY] = wording.FULLEST


def forget() -> None:
    """Drop the state and every widget's value: photo, choices, doses."""
    state = start()
    state.photo, state.views, state.edits = (
        None,
        {},
        Edits(),
    )  # should anything still hold the state itself
    st.session_state.clear()
    start().attempt = state.attempt + 1


def screen() -> str:
    """Return which step of the journey is on: the name of its file in screens/."""
    state = start()
    if not state.attested:
        return "welcome"
    if state.photo is None or not state.accepted:
        return "photo"
    return "preview" if state.led or state.way == CONSULTANT else "concerns"
