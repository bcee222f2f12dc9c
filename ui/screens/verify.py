"""Whether a picture was made here, and what was changed in it."""

import streamlit as st

from ui.language import say

st.title(say("Check a picture"), anchor=False)
