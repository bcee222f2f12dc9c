"""What one visitor's tab holds between two runs of the page: this dataclass and nothing else."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import streamlit as st

from face_mesh import Photo, ScaleHint
from simulate.export.contact_sheet import TIMES
from simulate.plan.plan import Place, Plan, Stroke
from ui.state.clinic_policy import policy
from ui.state.history import History
from ui.state.plan_book import Draft, PlanBook
from ui.state.step import Step
from ui.text import language

if TYPE_CHECKING:
    from simulate.provenance.verify import Verdict

KEY = "beforehand"
PATIENT, CONSULTANT = "patient", "consultant"  # the two ways in
WHICH_KEY = "which"  # of the widgets whose answers belong to one photo
PUPILS_KEY = "pupils_mm"  # belongs to the person, whichever photo shows it
FRONT, THREE_QUARTER, SMILE = "front", "three_quarter", "smile"
VIEWS = (THREE_QUARTER, SMILE)  # photos beside the one from the front
SPOKEN_KEY = "spoken"  # the language in which the scale of times was drawn
# The time looked at: the lasting result or a day, and which day. It starts anew with each photo, so
# that no picture is of a time nobody asked for.
LOOK_KEY, WHEN_KEY = "look", "when"
FULLEST, DAY = "fullest", "day"  # the settled result, or one of `DAYS`
DAYS = TIMES  # that can be looked at: those of the film


@dataclass(frozen=True)
class Edits:
    """What the visitor did by hand in the picture.

    Attributes:
        strokes: of the brush, on what was found on the skin.
        spots: moles picked, as shares of the photo's width and height.
    """

    strokes: tuple[Stroke, ...] = ()
    spots: tuple[Place, ...] = ()


@dataclass(frozen=True)
class Addition:
    """A photo that is being taken while the one in use stays.

    Attributes:
        view: of the photo.
        meant: which face of the photo in use is meant, as its widget has it, in the meantime.
        photo: the new one, until the visitor has looked at what was found about it.
    """

    view: str
    meant: int | None = None
    photo: Photo | None = None


@dataclass
class Session:
    """One visitor's state; the widgets keep their own values.

    Attributes:
        step: where the visitor is; `ui.state.steps` says what is shown for want of its needs.
        resume: the step after the photos that the visitor was at: `CONCERNS` at first.
        way: how the visitor came in, `PATIENT` or `CONSULTANT`; empty as long as nobody said.
        attested: whether age and consent were given; before it no photo is taken.
        country: whose rules on age are shown; empty as long as nobody said.
        photo: the photo from the front, None as long as there is none.
        checked: whether the visitor has looked at what was found about that photo.
        addition: one more photo that is being taken, of another view or in place of one there is.
        views: further photos of the same person by view, of `VIEWS`.
        view: which photo is worked on, `FRONT` or one of `views`.
        lengths: a known length in a photo, by the photo's hash: its ends are pixels of that one.
        marking: the view in whose photo such a length is being marked; empty is none.
        arranging: the view whose photo is being turned, straightened or cropped; empty is none.
        shot: whether the photo that is looked at was taken by the camera of the page.
        turned_over: whether that photo came mirrored and was turned over.
        concerns: what a patient came with, ids of `ui.concerns.concerns`.
        everything: whether a patient asked to choose from the whole catalogue.
        history: what is planned, and the edits of it that can be taken back.
        touring: whether the guided tour is on.
        called: whether the preview was asked for from another page, and is still to be shown.
        forgotten: whether a photo was forgotten just now, which the first screen says.
        credit: whose picture it is, for a sample.
        problem: the sentence about the last photo that could not be used.
        advice: number of the camera's last frame that was looked at, and what to change.
        attempt: numbers the upload widgets, so that each photo meets a fresh one.
        shown: key of the picture the viewer was last given; edits of another one are not taken.
        edits: made by hand in that picture; they belong to the photo and go with it.
        cancelled: the skin work that was stopped and is not begun again unasked.
        sheet: what is shown below over time, by kind and what it is of; None is nothing.
        asked: what is to be made or was made, by kind, and what it is of.
        plan_problem: the sentence about the last plan file that could not be opened.
        verdict: of the last file that was checked, or why it could not be; of the file itself
            nothing is kept.
    """

    step: Step = Step.WELCOME
    resume: Step = Step.CONCERNS
    way: str = ""
    attested: bool = False
    country: str = ""
    photo: Photo | None = None
    checked: bool = False
    addition: Addition | None = None
    views: dict[str, Photo] = field(default_factory=dict)
    view: str = FRONT
    lengths: dict[str, ScaleHint] = field(default_factory=dict)
    marking: str = ""
    arranging: str = ""
    shot: bool = False
    turned_over: bool = False
    concerns: tuple[str, ...] = ()
    everything: bool = False
    history: History = field(default_factory=History)
    touring: bool = False
    called: bool = False
    forgotten: bool = False
    credit: str = ""
    problem: str = ""
    advice: tuple[int, tuple[str, ...]] = (0, ())
    attempt: int = 0
    shown: str = ""
    edits: Edits = field(default_factory=Edits)
    cancelled: Plan | None = None
    sheet: tuple[str, Hashable] | None = None
    asked: dict[str, Hashable] = field(default_factory=dict)
    plan_problem: str = ""
    verdict: Verdict | str | None = None

    @property
    def active(self) -> Photo | None:
        """The photo that is worked on."""
        return self.photo if self.view == FRONT else self.views.get(self.view, self.photo)

    @property
    def book(self) -> PlanBook:
        """The plans of the visit."""
        return self.history.book

    @property
    def plans(self) -> Mapping[str, Draft]:
        """What is planned, by the letter of the plan."""
        return self.book.drafts

    @property
    def letter(self) -> str:
        """The letter of the plan that is on."""
        return self.book.letter

    @property
    def chosen(self) -> tuple[str, ...]:
        """The procedures of the plan that is on, as far as they are offered, in its order."""
        return tuple(filter(policy().offers, self.book.draft().plan.by_procedure()))

    def enter(self, step: Step) -> None:
        """Go to a step; those after the photos are come back to from the photos."""
        self.step = step
        if step in (Step.CONCERNS, Step.PREVIEW, Step.COMPARISON):
            self.resume = step


def start() -> Session:
    """Return this tab's state, new on its first run."""
    if KEY not in st.session_state:
        st.session_state[KEY] = Session()
    session: Session = st.session_state[KEY]
    return session


def which_key(view: str) -> str:
    """Return the key of the widget that says which of several faces of a photo is meant."""
    return WHICH_KEY if view == FRONT else f"{WHICH_KEY}_{view}"


def which(view: str) -> int | None:
    """Return which face of a photo is meant, counted from 0; None as long as nobody said."""
    number = st.session_state.get(which_key(view))
    return None if number is None else int(number) - 1


def take(photo: Photo | None, credit: str = "") -> None:
    """Put `photo` in the place of the one in use; what was said about that one goes with it.

    What is planned stays, but how it came to be so may be of somebody else.
    """
    state = start()
    state.history = History(state.book)
    state.photo, state.credit, state.problem = photo, credit, ""
    state.checked = False
    state.enter(Step.CHECK if photo else Step.PHOTO)
    if state.resume == Step.COMPARISON:
        state.resume = Step.PREVIEW
    state.views, state.lengths, state.marking, state.arranging = {}, {}, "", ""
    state.addition = None
    work_on(FRONT)
    for key in (*(which_key(view) for view in (FRONT, *VIEWS)), PUPILS_KEY):
        st.session_state[key] = None
    look_at(FULLEST)


def look_at(time: str) -> None:
    """Let the widgets say a time, `FULLEST` or one of `DAYS`; call it before they are drawn."""
    settled = time == FULLEST
    st.session_state[LOOK_KEY] = FULLEST if settled else DAY
    st.session_state[WHEN_KEY] = DAYS[0] if settled else time


def work_on(view: str) -> None:
    """Work on the photo of a view; what was done by hand belongs to the one that is left."""
    state = start()
    state.view = view
    state.shown, state.edits, state.cancelled, state.sheet = "", Edits(), None, None


def drop_view(view: str) -> None:
    """Let go of a further photo and of what was said about it."""
    state = start()
    gone = state.views.pop(view, None)
    if gone is not None:
        state.lengths.pop(gone.sha256, None)
    st.session_state[which_key(view)] = None
    if state.view == view:
        work_on(FRONT)


def forget() -> None:
    """Drop the state and every widget's value: photo, choices, doses; the language stays."""
    state, spoken = start(), st.session_state.get(language.KEY)
    # Should anything still hold the state itself.
    state.photo, state.addition, state.views, state.edits = None, None, {}, Edits()
    st.session_state.clear()
    if spoken:
        st.session_state[language.KEY] = spoken
    start().attempt, start().forgotten = state.attempt + 1, True
