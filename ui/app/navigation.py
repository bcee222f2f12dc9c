"""Going back to a step of the visit, or forward again: what the browser's own buttons do."""

from __future__ import annotations

from collections.abc import Callable

from ui.intake import photo_store
from ui.state import session, steps
from ui.state.step import Step


def now() -> Step:
    """Return the step that is on."""
    return steps.current(session.start())


def open_now() -> list[str]:
    """Return the names of the steps one can go to from here."""
    return [one.value for one in steps.reachable(session.start())]


def go(name: str) -> None:
    """Go to a step of `open_now`; any other is left alone, for the browser may ask for anything."""
    if name in open_now():
        step = Step(name)
        _leave_photo()
        _BEFORE.get(step, _keep_photo)()
        session.start().enter(step)


def _leave_photo() -> None:
    """Take no further photo, and measure nothing in one."""
    state = session.start()
    state.marking = state.arranging = ""
    if state.addition:
        photo_store.leave_out()


def _leave_way() -> None:
    _take_back_consent()
    session.start().way = ""


def _take_back_consent() -> None:
    session.start().attested = False


def _put_photo_aside() -> None:
    if session.start().photo:
        photo_store.put_aside()


def _look_again() -> None:
    session.start().checked = False


def _keep_photo() -> None:
    session.start().checked = True


# What goes with going to a step; to any other one goes with the photo there is.
_BEFORE: dict[Step, Callable[[], None]] = {
    Step.WELCOME: _leave_way,
    Step.CONSENT: _take_back_consent,
    Step.PHOTO: _put_photo_aside,
    Step.CHECK: _look_again,
}
