"""The steps of a visit: one table says which screen shows a step and what it needs to be shown."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ui.state.clinic_policy import policy
from ui.state.session import PATIENT, Session
from ui.state.step import Step


@dataclass(frozen=True)
class Place:
    """How a step is shown.

    Attributes:
        screen: the name of its file in screens/, and of its mark in the head of the page.
        needs: whether all is there that it shows.
        opens: whether one can go back or forward to it, or only by its own button.
    """

    screen: str
    needs: Callable[[Session], bool]
    opens: bool = True


def _starts_from_concerns(state: Session) -> bool:
    return state.photo is not None and state.way == PATIENT and policy().concerns


def _has_preview(state: Session) -> bool:
    begun = state.resume != Step.CONCERNS or state.everything or bool(state.chosen)
    return state.photo is not None and (begun or not _starts_from_concerns(state))


TABLE = {
    # To leave the photo is the step in between, so that nobody loses it unawares.
    Step.WELCOME: Place("welcome", lambda state: state.photo is None),
    Step.CONSENT: Place("welcome", lambda state: state.photo is None and bool(state.way)),
    Step.PHOTO: Place("photo", lambda state: state.attested),
    Step.CHECK: Place("photo", lambda state: state.photo is not None),
    Step.PHOTOS: Place("photo", lambda state: state.photo is not None and state.checked),
    Step.VIEW: Place("photo", lambda state: bool(state.photo and state.addition), opens=False),
    Step.ARRANGEMENT: Place(
        "photo", lambda state: bool(state.photo and state.arranging), opens=False
    ),
    Step.LENGTH: Place("photo", lambda state: bool(state.photo and state.marking), opens=False),
    Step.CONCERNS: Place("concerns", _starts_from_concerns),
    Step.PREVIEW: Place("preview", _has_preview),
    Step.COMPARISON: Place("preview", _has_preview, opens=False),
    Step.PRESENTATION: Place("preview", _has_preview, opens=False),
}


def current(state: Session) -> Step:
    """Return the step that is on: the session's, or the last before it that can be shown."""
    steps = list(Step)
    if TABLE[state.step].needs(state):
        return state.step
    before = steps[: steps.index(state.step)]
    return next(
        (one for one in reversed(before) if TABLE[one].opens and TABLE[one].needs(state)),
        Step.WELCOME,
    )


def screen(state: Session) -> str:
    """Return the name of the file in screens/ that shows the step that is on."""
    return TABLE[current(state)].screen


def after_photos(state: Session) -> Step:
    """Return the step that the photos lead to: where the visitor was, or the first there is."""
    return state.resume if TABLE[state.resume].needs(state) else Step.PREVIEW


def reachable(state: Session) -> list[Step]:
    """Return the steps one can go to from here; the others would show what is not there."""
    now = current(state)
    return [one for one in Step if one != now and TABLE[one].opens and TABLE[one].needs(state)]
