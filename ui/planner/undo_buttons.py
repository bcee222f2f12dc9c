"""Taking back a change of the plans, and doing it again."""

from __future__ import annotations

import streamlit as st

from ui.components.undo_keys.undo_keys import REDO_KEY, UNDO_KEY
from ui.state import plan_state, session
from ui.text.language import translate


def draw() -> None:
    """Draw the two buttons, each to be clicked as long as there is something for it to do."""
    history = session.start().history
    with st.container(key="edits", horizontal=True, gap="small"):
        st.button(
            translate("Undo change"),
            key=UNDO_KEY,
            icon=":material/undo:",
            type="tertiary",
            disabled=not history.past,
            on_click=plan_state.undo,
            help=translate("Takes back the last change of your plans; Ctrl+Z does the same."),
        )
        st.button(
            translate("Redo change"),
            key=REDO_KEY,
            icon=":material/redo:",
            type="tertiary",
            disabled=not history.future,
            on_click=plan_state.redo,
            help=translate("Makes the change again that was taken back; Ctrl+Y does the same."),
        )
