"""What is around every screen: language, forgetting, and the way back."""

from __future__ import annotations

import streamlit as st

from ui import intake, language, session
from ui.language import say


def head() -> None:
    """Draw what stands above every screen."""
    with st.container(key="head", horizontal=True, vertical_alignment="center", gap="small"):
        st.selectbox(
            say("Language"),
            list(language.LANGUAGES),
            index=list(language.LANGUAGES).index(language.current()),
            format_func=language.LANGUAGES.__getitem__,
            key=language.KEY,
            persist_state="session",
            label_visibility="collapsed",
            width=130,
        )
        if session.start().photo:
            st.button(
                say("Forget my photo"),
                key="forget",
                icon=":material/delete:",
                on_click=intake.forget,
            )


def foot() -> None:
    """Draw what stands below every screen."""
    st.caption(say("A picture to talk about, not a promise and no medical advice."))
