"""Entry of the page: `streamlit run streamlit_app.py`."""

import streamlit as st
from starlette.middleware import Middleware

from ui.addresses import OwnAddresses
from ui.headers import PrivateHeaders
from ui.lifespan import lifespan

app = st.App(
    "ui/router.py",
    lifespan=lifespan,
    middleware=[Middleware(PrivateHeaders), Middleware(OwnAddresses)],
)
