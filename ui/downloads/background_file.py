"""What takes a while to make: asked for, watched, stopped, and kept as long as it is true."""

from __future__ import annotations

from collections.abc import Callable, Generator, Hashable
from contextlib import closing
from typing import Any, TypeVar

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from ui.components import progress_bar
from ui.compute import files
from ui.server import error_page
from ui.state import session
from ui.text.language import translate

MOST_FILES = 8  # of one visitor; the oldest go first
ICONS = {
    files.FILM: ":material/movie:",
    files.RANGE: ":material/compare:",
    files.VIDEO: ":material/play_circle:",
    files.REPORT: ":material/picture_as_pdf:",
}
T = TypeVar("T")


def get_or_make(
    kind: str,
    of: Hashable,
    begin: Callable[[], Generator[float, None, T]],
    place: DeltaGenerator,
) -> T | None:
    """Return what was asked for, making it first if need be; None if nobody asked.

    Args:
        kind: of what is made, one at a time of each.
        of: all that it depends on; what was made of something else is not returned.
        begin: starts the work, which yields the share that is done.
        place: where it is drawn how far the work is, and what went wrong.
    """
    kept: dict[tuple[str, object], Any] = files.file_cache()
    if (kind, of) in kept:
        cached: T = kept[kind, of]
        return cached
    asked = session.start().asked
    if asked.get(kind) != of:
        asked.pop(kind, None)  # of other doses
        return None
    try:
        with closing(begin()) as steps:
            found = progress_bar.show(
                steps, place, f"making_{kind}", f"cancel_{kind}", _words, _take_back, (kind,)
            )
    except Exception as error:  # of whatever kind: the page goes on
        asked.pop(kind, None)  # or the next run of the page would begin it again
        place.error(error_page.sentence_of(error), icon=":material/error:")
        return None
    while len(kept) >= MOST_FILES:
        del kept[next(iter(kept))]
    kept[kind, of] = found
    return found


def request_button(
    kind: str, of: Hashable, label: str, *, visible: bool = False, key: str = ""
) -> None:
    """Draw the button that asks for something; `visible` shows it over time as well."""
    st.button(
        label,
        key=key or f"make_{kind}",
        icon=ICONS[kind],
        on_click=_ask,
        args=(kind, of, visible),
    )


def _ask(kind: str, of: Hashable, visible: bool) -> None:
    state = session.start()
    state.asked[kind] = of
    if visible:
        state.sheet = (kind, of)


def _take_back(kind: str) -> None:
    state = session.start()
    state.asked.pop(kind, None)
    if state.sheet and state.sheet[0] == kind:
        state.sheet = None


def _words(share: float) -> str:
    return translate("Making it … {percent:.0f}\u00a0%", percent=100 * min(share, 1.0))
