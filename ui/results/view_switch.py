"""Around the picture: which photo of the person it is of, and the way back to the concerns."""

from __future__ import annotations

import streamlit as st

from ui.state import session
from ui.state.clinic_policy import policy
from ui.state.step import Step
from ui.text.language import N_, translate

KEY = "view"
NAMES = {
    session.FRONT: N_("From the front"),
    session.THREE_QUARTER: N_("Three-quarter"),
    session.SMILE: N_("Smile"),
}


def choose() -> None:
    """Draw which photo is worked on, where there are several."""
    state = session.start()
    if not state.views:
        return
    st.session_state[KEY] = state.view
    st.segmented_control(
        translate("Photo"),
        [session.FRONT, *(view for view in session.VIEWS if view in state.views)],
        required=True,
        format_func=lambda view: translate(NAMES[view]),
        key=KEY,
        on_change=_switch,
        label_visibility="collapsed",
    )


def _switch() -> None:
    session.work_on(st.session_state[KEY])


def offer_way_back() -> None:
    """Draw, for patients, the ways to look at something else."""
    state = session.start()
    if state.way == session.CONSULTANT or not policy().concerns:
        return
    with st.container(horizontal=True, gap="small"):
        st.button(
            translate("Look at something else"),
            key="back_to_concerns",
            icon=":material/arrow_back:",
            on_click=_go_back,
        )
        if not state.everything:
            st.button(
                translate("Show all procedures"),
                key="show_everything",
                icon=":material/apps:",
                type="tertiary",
                on_click=show_everything,
            )


def _go_back() -> None:
    session.start().enter(Step.CONCERNS)


def show_everything() -> None:
    """Go on to the preview with the whole catalogue to choose from."""
    state = session.start()
    state.everything = True
    state.enter(Step.PREVIEW)
