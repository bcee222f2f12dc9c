"""Third screen, for patients: what brings them here, and which procedures act on it."""

import streamlit as st

from ui.concerns import procedure_cards
from ui.intake import measurement
from ui.planner import plan_files
from ui.state import session
from ui.text.language import translate

state = session.start()
st.title(translate("What would you like to look at?"), anchor=False)
st.markdown(
    translate(
        "Choose what you came with, in your own words. Nothing is chosen for you, and nothing has "
        "to be changed."
    )
)
procedure_cards.choose()
cards = st.container()
procedure_cards.offer_to_go_on()
with st.expander(translate("Open a plan"), icon=":material/folder_open:", type="compact"):
    plan_files.offer_to_open()
if state.concerns:
    assert state.active is not None  # nobody comes here without one
    face = measurement.measure(state.active)  # what limits the photo is said below the cards
    if face:
        with cards:
            procedure_cards.show_procedures(face)
