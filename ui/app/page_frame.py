"""What is around every screen: the name, how far the visit is, the menu, and forgetting."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from ui import tour
from ui.components import document_language
from ui.intake import bdd_screening, photo_store, privacy_notice
from ui.state import session, steps
from ui.state.clinic_policy import policy
from ui.text import language
from ui.text.language import N_, translate

STEPS = {
    session.PATIENT: {
        "photo": N_("Photo"),
        "concerns": N_("What it is about"),
        "preview": N_("Preview"),
    },
    session.CONSULTANT: {"photo": N_("Photo"), "preview": N_("Preview")},
}


def head(pages: Mapping[StreamlitPage, str], now: StreamlitPage) -> None:
    """Draw the bar above every screen.

    Args:
        pages: what the menu leads to, each with the name of its icon.
        now: the one that is on.
    """
    # Another key is another menu, and a new one is shut: as is to be after something was chosen.
    menu = f"menu_{now.url_path}_{session.start().touring}_{language.current()}"
    with st.container(key="head", horizontal=True, vertical_alignment="center", gap="small"):
        st.html('<div class="brand"><span>Beforehand</span></div>')
        _steps()
        if session.start().photo:
            st.button(
                translate("Forget my photo"),
                key="forget",
                icon=":material/delete_forever:",
                type="tertiary",
                on_click=photo_store.forget,
                help=translate(
                    "Removes the photo and everything made from it, at once and for good."
                ),
            )
        with st.popover(translate("Menu"), icon=":material/menu:", type="tertiary", key=menu):
            _language()
            for page, icon in pages.items():
                st.page_link(page, icon=f":material/{icon}:")
            if session.start().attested and session.start().way == session.CONSULTANT:
                tour.offer()


def _steps() -> None:
    """Say how far the visit is; nothing before it has begun."""
    state = session.start()
    now, marks = steps.screen(state), STEPS.get(state.way, {}) if state.attested else {}
    items = "".join(
        f"<li{' aria-current=step' if name == now else ''}>{escape(translate(label))}</li>"
        for name, label in marks.items()
        if name != "concerns" or policy().concerns
    )
    st.html(f'<ol class="steps" aria-label="{escape(translate("Steps"))}">{items}</ol>')


def _language() -> None:
    names = list(language.LANGUAGES)
    st.selectbox(
        translate("Language"),
        names,
        index=names.index(language.current()),
        format_func=language.LANGUAGES.__getitem__,
        key=language.KEY,
        persist_state="session",
    )


def foot(now: StreamlitPage) -> None:
    """Draw what stands below every screen; `now` is the page that is on."""
    with st.container(key="foot", gap="small"):
        legal = translate("A picture to talk about, not a promise and no medical advice.")
        st.caption(f"{legal} {privacy_notice.in_short()}")
        state = session.start()  # the first screen has the link among its own words
        if state.attested and state.way == session.PATIENT and now.url_path != "care":
            bdd_screening.offer()
        document_language.tell()
