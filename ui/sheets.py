"""The film of the first two years, and the range of responses: made when asked for."""

from __future__ import annotations

from contextlib import closing
from functools import partial

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from face_mesh import BeforehandError, Face
from simulate.skin.progress import finished
from ui import painting, run, session, wording
from ui.choice import Choice
from ui.run import Sheet
from ui.viewer import strip

BUTTONS = {
    run.FILM: ("The first two years", ":material/movie:"),
    run.RANGE: ("Weak, expected, strong", ":material/compare:"),
}
FILES = {run.FILM: "beforehand-two-years.png", run.RANGE: "beforehand-range.png"}


def offer(face: Face, choice: Choice) -> None:
    """Draw the buttons for the sheets, and the sheet that was asked for, as long as it is true."""
    st.header("More pictures", anchor=False)
    with st.container(horizontal=True):
        for kind, (label, icon) in BUTTONS.items():
            asked = (kind, run.sheet_choice(kind, choice))
            st.button(label, key=f"make_{kind}", icon=icon, on_click=_ask, args=asked)
    state, place = session.start(), st.empty()
    if state.sheet is None:
        st.caption(wording.SHEETS_OFFERED)
        return
    kind = state.sheet[0]
    if state.sheet[1] != run.sheet_choice(kind, choice):
        state.sheet = None  # of other doses
        st.caption(wording.SHEETS_OFFERED)
        return
    try:
        made = _made(kind, choice, run.preview(face.key, face)[0], place)
    except BeforehandError as error:
        st.error(str(error), icon=":material/error:")
        return
    _show(kind, made)


def _made(kind: str, choice: Choice, face: Face, place: DeltaGenerator) -> Sheet:
    with closing(run.sheet(kind, choice, face)) as steps:
        if (face.key, kind, run.sheet_choice(kind, choice)) in run.kept_sheets():
            return finished(steps)
        return painting.watched(steps, place, "filming", "cancel_sheet", _words, _ask, (None,))


def _show(kind: str, made: Sheet) -> None:
    strip.show(made.panels, key="strip")
    st.caption(wording.SHEETS_SAID[kind])
    st.download_button(
        "Download these pictures",
        partial(_png, made),
        file_name=FILES[kind],
        mime="image/png",
        key=f"download_{kind}",
        on_click="ignore",
        icon=":material/download:",
    )


def _png(made: Sheet) -> bytes:
    return made.png


def _words(share: float) -> str:
    return f"Making the pictures … {100 * min(share, 1.0):.0f}\u00a0%"


def _ask(kind: str | None, choice: Choice | None = None) -> None:
    """Ask for a sheet; of no kind, take back what was asked."""
    session.start().sheet = (kind, choice) if kind else None
