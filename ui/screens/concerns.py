"""Third screen, for patients: what brings them here, and which procedures act on it."""

import streamlit as st

from ui import leading, measuring, planfiles, session
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
cards = st.container()
leading.offer_to_go_on()
with st.expander(say("Open a plan"), icon=":material/folder_open:", type="compact"):
    planfiles.offer_to_open()
if state.concerns:
    face = measuring.measure(state.active)  # what limits the photo is said below the cards
    if face:
        with cards:
            leading.show_procedures(face)
