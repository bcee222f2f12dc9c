"""Laying a photo right before it is used: upright, straight, cropped, and not mirrored."""

from __future__ import annotations

import streamlit as st

from face_mesh import Arrangement, Face, Photo
from face_mesh.upright import TURNED
from ui.components.capture import crop_frame
from ui.compute import faces
from ui.intake import photo_store
from ui.state import session
from ui.state.step import Step
from ui.text import labels
from ui.text.language import N_, translate

MIRRORED, AS_SEEN = "mirrored", "as_seen"  # what one can say of a photo
ANSWERS = {MIRRORED: N_("Mirrored"), AS_SEEN: N_("Not mirrored")}
TURNS = {
    1: N_("The photo lies on its side. Turned to the right, the face is upright."),
    2: N_("The photo is upside down. Turned over, the face is upright."),
    3: N_("The photo lies on its side. Turned to the left, the face is upright."),
}


def offer_turn(photo: Photo, view: str, face: Face | None) -> bool:
    """Draw the turn after which the face is upright, if it is not; return whether there is one.

    Args:
        photo: that is looked at.
        view: of the photo.
        face: in it, None where there is none.
    """
    lies = face is None or any(one.id == TURNED for one in face.findings)
    quarters = faces.upright_turn(photo.sha256, photo) if lies else None
    if quarters is None:
        return False
    st.markdown(f"{labels.ICONS['turn']} {translate(TURNS[quarters])}")
    st.button(
        translate("Turn the photo upright"),
        key="turn_upright",
        type="primary",
        icon=labels.ICONS["turn"],
        on_click=photo_store.rearrange,
        args=(view, Arrangement(quarters=quarters)),
    )
    return True


def ask_mirror(view: str) -> None:
    """Draw the question whether left and right are exchanged in a photo; nobody guesses it."""
    state = session.start()
    if state.shot:  # our camera does not mirror what it takes
        return
    key = f"mirrored_{view}_{state.attempt}"
    st.segmented_control(
        translate("Is this picture mirrored, as in a mirror selfie?"),
        list(ANSWERS),
        format_func=lambda answer: translate(ANSWERS[answer]),
        key=key,
        persist_state="session",
        on_change=_take_answer,
        args=(view, key),
    )
    st.caption(
        translate("It was turned over: left is left again, in the plan and in the report.")
        if state.turned_over
        else translate(
            "It is if writing in it reads backwards or a mole is on the wrong side. Left and right "
            "would then change places in the plan."
        )
    )


def _take_answer(view: str, key: str) -> None:
    state = session.start()
    mirrored = st.session_state.get(key) == MIRRORED
    if mirrored != state.turned_over:
        photo_store.rearrange(view, Arrangement(mirrored=True))
        session.start().turned_over = mirrored


def offer(view: str) -> None:
    """Draw the way to turn, straighten and crop a photo by hand."""
    st.button(
        translate("Turn, straighten or crop"),
        key="arrange",
        type="tertiary",
        icon=":material/crop_rotate:",
        on_click=_set_arranging,
        args=(view,),
    )


def draw(photo: Photo, view: str) -> None:
    """Draw the photo with what can be done to it by hand, and the two ways on."""
    state = session.start()
    st.markdown(
        translate("What is outside the frame is gone from this page once you use what is inside.")
    )
    key = f"crop_{view}_{state.attempt}"
    crop_frame.show(faces.photo_picture(photo.sha256, photo), key)
    if state.problem:
        st.error(translate(state.problem), icon=labels.ICONS["block"])
    with st.container(horizontal=True):
        st.button(
            translate("Use it like this"),
            key="arranged",
            type="primary",
            on_click=_use,
            args=(view, key),
        )
        st.button(translate("Leave it as it was"), key="left_as_is", on_click=_set_arranging)


def _use(view: str, key: str) -> None:
    photo_store.rearrange(view, crop_frame.arrangement(key))
    if not session.start().problem:
        _set_arranging()


def _set_arranging(view: str = "") -> None:
    state = session.start()
    state.arranging, state.problem = view, ""
    further = Step.VIEW if state.addition else Step.CHECK
    state.enter(Step.ARRANGEMENT if view else further)
