"""The page: its frame, and which screen is on."""

from pathlib import Path

import streamlit as st

from ui import run, session, shell
from ui.language import say

st.set_page_config(page_title="Beforehand", page_icon="🪞", layout="wide")
st.html(Path(__file__).with_name("page.css"))
run.warm()
page = st.navigation(
    [
        st.Page(
            f"screens/{session.screen()}.py", title=say("Preview"), url_path="preview", default=True
        ),
        st.Page("screens/verify.py", title=say("Check a picture"), url_path="verify"),
        st.Page("screens/care.py", title=say("How you feel"), url_path="care"),
        st.Page("screens/about.py", title=say("How it works"), url_path="about"),
    ],
    position="top",
)
shell.head()
page.run()
shell.foot()
