"""Asking for a photo: by the guided camera, as a file, or one of the sample portraits."""

from __future__ import annotations

import streamlit as st

from ui.components.capture import camera
from ui.intake import camera_live, check_photo, photo_store, samples, views
from ui.state import session
from ui.text import labels
from ui.text.language import translate


def ask(view: str) -> None:
    """Draw the ways to bring a photo of `view`."""
    state = session.start()
    if state.problem:
        st.error(translate(state.problem), icon=labels.ICONS["block"])
    st.markdown(translate(views.VIEWS[view].asks))
    if state.addition:
        _own(view)
        check_photo.leave_out()
        return
    own, portraits = st.columns([3, 2], gap="large")
    with own:
        _own(view)
    with portraits:
        _samples()


def _own(view: str) -> None:
    state = session.start()
    shoot, choose = translate("Take a photo"), translate("Choose a file")
    tabs = st.tabs([shoot, choose], key=f"source_{view}", on_change="rerun")
    with tabs[0]:
        if tabs[0].open:
            _camera(view, f"camera_{view}_{state.attempt}", state.attempt)
    with tabs[1]:
        key = f"upload_{state.attempt}"
        st.file_uploader(
            translate("Choose a photo of one face from this phone or computer."),
            type=photo_store.FORMATS,
            key=key,
            on_change=photo_store.take_upload,
            args=(key,),
        )


@st.fragment
def _camera(view: str, key: str, attempt: int) -> None:
    """Draw the camera; for each frame only this is run again."""
    state = session.start()
    if state.attempt != attempt:  # the photo was taken
        st.rerun()
    number, texts = state.advice
    camera.show(
        key,
        advice=[translate(text) for text in texts] if number else None,
        good=number > 0 and not texts,
        answered=number,
        turned=view == session.THREE_QUARTER,
        back=state.way == session.CONSULTANT,
        on_frame=lambda: _advise(view, key),
        on_taken=lambda: _take(key),
    )


def _advise(view: str, key: str) -> None:
    """Look at a frame and keep what to change; the frame goes with this run of the page."""
    sent = st.session_state[key].get("frame")
    if isinstance(sent, dict) and isinstance(sent.get("number"), int):
        advice = camera_live.advise(view, sent.get("picture"))
        session.start().advice = sent["number"], advice.texts


def _take(key: str) -> None:
    taken = st.session_state[key].get("taken")
    if isinstance(taken, str):
        session.start().advice = 0, ()
        photo_store.take_shot(taken)


def _samples() -> None:
    st.header(translate("Or try a sample portrait"), anchor=False)
    for column, sample in zip(st.columns(2, wrap=False), samples.available(), strict=False):
        with column:
            st.html(samples.thumbnail_html(sample))
            st.caption(translate(sample.about))
            st.button(
                sample.name,
                key=f"sample_{sample.id}",
                on_click=photo_store.take_sample,
                args=(sample,),
                width="stretch",
            )
    st.caption(translate("Both portraits are in the public domain."))
