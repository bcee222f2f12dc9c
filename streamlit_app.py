"""Entry of the page: `streamlit run streamlit_app.py`."""

import streamlit as st
from starlette.middleware import Middleware

from ui.addresses import OwnAddresses
from ui.failing import told
from ui.headers import PrivateHeaders
from ui.lifespan import lifespan
from ui.process import ROUTE

app = st.App(
    "ui/router.py",
    lifespan=lifespan,
    on_script_error=told,
    routes=[ROUTE],
    middleware=[Middleware(PrivateHeaders), Middleware(OwnAddresses)],
)
