"""The steps of a visit by name, and going back to one: what the browser's own Back button does.

A name says where somebody is in the page, and nothing of their photo or of what they chose.
"""

from __future__ import annotations

from collections.abc import Callable

from ui.intake import photo_store
from ui.state import session
from ui.state.clinic_policy import policy


def now() -> str:
    """Return the name of the step that is on."""
    state, screen = session.start(), session.screen()
    if screen == "welcome":
        return "consent" if state.way else "welcome"
    if screen == "photo":
        return _of_photo()
    if screen == "concerns":
        return "concerns"
    return "presenting" if state.presenting else "comparing" if state.comparing else "preview"


def _of_photo() -> str:
    state = session.start()
    if state.marking:
        return "marking"
    if state.adding:
        return "adding"
    if state.photo is None:
        return "photo"
    return "photos" if state.checked else "check"


def open_now() -> list[str]:
    """Return the steps one can go to from here; the others would show what is not there."""
    state = session.start()
    photo = state.photo is not None
    led = photo and state.way == session.PATIENT and policy().concerns
    begun = state.led or state.everything or bool(state.chosen)
    can = {
        # To leave the photo is the step in between, so that nobody loses it unawares.
        "welcome": not photo,
        "consent": not photo and bool(state.way),
        "photo": state.attested,
        "check": photo,
        "photos": photo and state.checked,
        "concerns": led,
        "preview": photo and (begun or not led),
    }
    return [step for step, possible in can.items() if possible and step != now()]


def go(step: str) -> None:
    """Go to a step of `open_now`; any other is left alone, for the browser may ask for anything."""
    if step in open_now():
        _WAYS[step]()


def _welcome() -> None:
    state = session.start()
    state.attested, state.way = False, ""


def _consent() -> None:
    session.start().attested = False


def _photo() -> None:
    _leave_photo()
    if session.start().photo:
        photo_store.put_aside()


def _check() -> None:
    _leave_photo()
    state = session.start()
    state.checked = state.accepted = False


def _photos() -> None:
    _leave_photo()
    photo_store.look_after()


def _leave_photo() -> None:
    """Take no further photo, and measure nothing in one."""
    state = session.start()
    state.marking = ""
    if state.adding:
        photo_store.leave_out()


def _concerns() -> None:
    _preview()
    session.start().led = False


def _preview() -> None:
    _leave_photo()
    state = session.start()
    state.checked = state.accepted = state.led = True
    state.comparing = state.presenting = False


_WAYS: dict[str, Callable[[], None]] = {
    "welcome": _welcome,
    "consent": _consent,
    "photo": _photo,
    "check": _check,
    "photos": _photos,
    "concerns": _concerns,
    "preview": _preview,
}
