"""Entry of the page: `streamlit run streamlit_app.py`."""

import streamlit as st

from ui.server.error_page import show_error
from ui.server.gates import gates
from ui.server.lifespan import lifespan
from ui.server.process_id import ROUTE

app = st.App(
    "ui/app/router.py",
    lifespan=lifespan,
    on_script_error=show_error,
    routes=[ROUTE],
    middleware=gates(),
)
