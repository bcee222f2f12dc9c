"""Plans as files: saved here, opened again here or by the command line, from a report's code too.

A plan never comes in by the address of the page: addresses are kept by browsers and servers, and
what somebody plans to have done is nobody's business.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import streamlit as st

from face_mesh import PlanError
from face_mesh.messages import COMMAS, Message, MessageList
from simulate.catalogue.time_course import days_after
from simulate.plan.plan_file import PlanFile, plan_of_file
from ui.intake import photo_store
from ui.state import plan_state, session
from ui.state.choice import Choice
from ui.state.step import Step
from ui.state.widget_keys import RESPONDER_KEY
from ui.text.language import message_of, translate

FORMATS = ("toml", "json", "txt")
CODE_KEY, PLACES_KEY = "plan_code", "plan_places"


def put(kept: PlanFile) -> None:
    """Let the widgets say a plan, for when and for whom it was looked at.

    To be called before they are drawn. The time is the nearest that the page offers.
    """
    left_out = plan_state.put(kept.plan)
    session.look_at(_nearest(kept.when))
    st.session_state[RESPONDER_KEY] = kept.responder
    state = session.start()
    if state.step == Step.CONCERNS:
        state.enter(Step.PREVIEW)
    state.plan_problem = (
        Message(
            "Not offered here, and left out of the plan: {names}.",
            names=MessageList(left_out, COMMAS),
        )
        if left_out
        else ""
    )


def _nearest(when: str | None) -> str:
    days = days_after(when)
    if days is None:
        return session.FULLEST
    return min(session.DAYS, key=lambda one: abs((days_after(one) or 0.0) - days))


def offer_to_save(choice: Choice) -> None:
    """Draw the downloads of the plan that is on."""
    kept = PlanFile(choice.full_plan, choice.conditions.when, choice.conditions.responder)
    if kept.without_places() != kept and not st.checkbox(
        translate("With the moles picked and the strokes painted, which belong to this photo"),
        key=PLACES_KEY,
        persist_state="session",
    ):
        kept = kept.without_places()
    with st.container(horizontal=True):
        for kind, text, mime in (
            ("TOML", kept.to_toml, "text/plain"),
            ("JSON", kept.to_json, "application/json"),
        ):
            st.download_button(
                translate("Download the plan ({kind})", kind=kind),
                partial(_encoded, text),
                file_name=f"beforehand-plan.{kind.lower()}",
                mime=mime,
                key=f"download_plan_{kind.lower()}",
                on_click="ignore",
                icon=":material/download:",
            )


def _encoded(text: Callable[[], str]) -> bytes:
    return text().encode("utf-8")


def offer_to_open(key: str = "plan") -> None:
    """Draw what opens a plan: a file, or the code of a report; `key` is one a place on the page."""
    state = session.start()
    if state.plan_problem:
        st.warning(translate(state.plan_problem), icon=":material/error:")
    upload = f"{key}_file_{state.attempt}"
    st.file_uploader(
        translate("Plan file (TOML or JSON)"),
        type=FORMATS,
        key=upload,
        on_change=_open_file,
        args=(upload,),
    )
    code = f"{key}_{CODE_KEY}"
    with st.form(f"{key}_form", border=False):
        st.text_input(
            translate("Or the text of a report's code"),
            key=code,
            placeholder="BEFOREHAND1:…",
            autocomplete="off",
        )
        st.form_submit_button(translate("Open the plan"), on_click=_open_code, args=(code,))


def _open_file(key: str) -> None:
    data = photo_store.upload_bytes(key)
    if data is not None:
        session.start().attempt += 1  # the next file meets a fresh widget
        _open(data)


def _open_code(key: str) -> None:
    text = st.session_state.get(key) or ""
    if text.strip():
        _open(text.encode("utf-8"))
        st.session_state[key] = ""


def _open(data: bytes) -> None:
    """Take the plan of a file; of one that cannot be read, only say so: nothing is lost."""
    try:
        kept = plan_of_file(data)
    except PlanError as error:
        session.start().plan_problem = message_of(error)
        return
    put(kept)
