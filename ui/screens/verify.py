"""Whether a picture was made here, and what was changed in it."""

import streamlit as st

from ui.downloads import verify_file
from ui.text.language import translate

with st.container(width=720):
    st.title(translate("Check a picture"), anchor=False)
    verify_file.show()
