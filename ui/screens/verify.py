"""Whether a picture was made here, and what was changed in it."""

import streamlit as st

from ui import verifying
from ui.language import say

with st.container(width=720):
    st.title(say("Check a picture"), anchor=False)
    verifying.show()
