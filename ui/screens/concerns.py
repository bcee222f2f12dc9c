"""Third screen, for patients: what brings them here, and which procedures act on it."""

import streamlit as st

from ui import session
from ui.language import say

state = session.start()
st.title(say("What would you like to look at?"), anchor=False)


def _go_on() -> None:
    state.led = True


st.button(say("Show all procedures"), key="go_on_to_preview", on_click=_go_on)
