"""The page: its frame, and which screen is on."""

from pathlib import Path

import streamlit as st

from ui import run, session

st.set_page_config(page_title="Beforehand", page_icon="🪞", layout="wide")
st.html(Path(__file__).with_name("page.css"))
run.warm()
screen = "screens/preview.py" if session.start().photo else "screens/start.py"
page = st.navigation(
    [
        st.Page(screen, title="Preview", url_path="preview", default=True),
        st.Page("screens/about.py", title="How it works", url_path="about"),
    ],
    position="top",
)
page.run()
