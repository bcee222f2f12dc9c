"""First screen: what this is, for whom, and the consent without which no photo is taken."""

import streamlit as st

from ui import session
from ui.language import say

state = session.start()
st.title(say("See it beforehand"), anchor=False)


def _enter(way: str) -> None:
    state.way, state.attested = way, True


for way, label in ((session.PATIENT, "For myself"), (session.CONSULTANT, "With a patient")):
    st.button(say(label), key=f"enter_{way}", on_click=_enter, args=(way,))
