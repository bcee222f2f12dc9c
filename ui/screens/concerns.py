"""Third screen, for patients: what brings them here, and which procedures act on it."""

import streamlit as st

from ui import leading, measuring, session
from ui.language import say

state = session.start()
st.title(say("What would you like to look at?"), anchor=False)
st.markdown(
    say(
        "Choose what you came with, in your own words. Nothing is chosen for you, and nothing has "
        "to be changed."
    )
)
leading.choose()
if state.concerns:
    face = measuring.measure(state.active)
    if face:
        leading.show_procedures(face)
leading.offer_to_go_on()
