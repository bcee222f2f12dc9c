"""Entry of the page: `streamlit run streamlit_app.py`."""

import streamlit as st

from ui.failing import told
from ui.lifespan import lifespan
from ui.process import ROUTE
from ui.server.gates import gates

app = st.App(
    "ui/router.py",
    lifespan=lifespan,
    on_script_error=told,
    routes=[ROUTE],
    middleware=gates(),
)
