"""Looking at a photo before it is used: what is good, what is wrong, and how to mend it."""

from __future__ import annotations

import streamlit as st

from face_mesh import Face, Finding, Photo
from ui.components.capture import framed_photo
from ui.components.viewer import Picture
from ui.compute import faces
from ui.intake import arrangement, measurement, photo_store, scaling, views
from ui.intake.views import VIEWS
from ui.server import error_page
from ui.state import session
from ui.text import labels
from ui.text.language import N_, translate

# What a photo without a finding of these ids is good in.
GOOD = {
    N_("The light is good."): {"too_dark", "too_bright", "uneven_light"},
    N_("The photo is sharp."): {"blurred", "face_small"},
    N_("The head is straight."): {
        "head_turned", "head_tilted", "head_leaning", "photo_turned", "not_turned", "turn",
    },
    N_("The face is relaxed and free."): {
        "smile", "mouth_open", "eyes_closed", "brows_raised", "glasses", "eyes_hidden",
        "face_covered", "grimace", "no_smile",
    },
    N_("The distance is good."): {"too_near", "face_cut_off"},
}  # fmt: skip
ONLY_FRONTAL = {N_("The head is straight.")}
NOT_OF_A_SMILE = {N_("The face is relaxed and free.")}


def check(photo: Photo, view: str) -> None:
    """Draw a photo, what was found about it, and what can be done: use it, or take another."""
    if session.start().marking == view:
        with st.container(width=760):
            scaling.mark(photo, view)
        return
    if session.start().arranging == view:
        with st.container(width=760):
            arrangement.draw(photo, view)
        return
    picture, panel = st.columns([1, 1], gap="large")
    try:
        with st.spinner(translate("Looking for the face …")):
            count = len(faces.detections(photo.sha256, photo))
            plain = faces.photo_picture(photo.sha256, photo)
    except Exception as error:  # of whatever kind: the page goes on
        st.error(error_page.sentence_of(error), icon=labels.ICONS["block"])
        _ways_on(None, view, ())
        return
    with picture:
        _show(plain, count, view)
    with panel:
        if count > 1:
            _choose_face(count, view)
        face = measurement.read(photo, view)
        found = views.findings(view, face) if face else ()
        if face:
            _verdict(found, view)
            measurement.show_findings(found)
        looked_at = face is not None or count == 0
        turn = looked_at and arrangement.offer_turn(photo, view, face)
        if face:
            _show_good(found, view)
        if face and measurement.usable(found):
            arrangement.ask_mirror(view)
        _ways_on(face, view, found, turn=turn)
        arrangement.offer(view)
        if face and measurement.usable(found):
            with st.expander(translate("How large is the face?"), icon=":material/straighten:"):
                scaling.choose(face, photo, view)


def _show(plain: Picture, count: int, view: str) -> None:
    """Draw the photo; of several faces one can be pointed at, or chosen in `_choose_face`."""
    key = f"shown_{view}"
    if count <= 1:
        framed_photo.show(plain, translate("Your photo."), key)
        return
    alt = translate("Your photo, with {n} faces numbered from left to right.", n=count)
    framed_photo.show(
        plain,
        alt,
        key,
        chosen=session.which(view),
        on_chosen=lambda: _take_pointed(key, count, view),
    )


def _take_pointed(key: str, count: int, view: str) -> None:
    number = framed_photo.number_of(st.session_state[key].get("chosen"), count)
    if number is not None:
        st.session_state[session.which_key(view)] = number


def _choose_face(count: int, view: str) -> None:
    asked = (
        translate(
            "There are {n} faces in the photo. Which one is you? Choose it here or in the picture.",
            n=count,
        )
        if session.start().way == session.PATIENT
        else translate(
            "There are {n} faces in the photo. Which one is meant? Choose it here or in the "
            "picture.",
            n=count,
        )
    )
    st.pills(
        asked,
        range(1, count + 1),
        format_func=lambda number: translate("Face {n}", n=number),
        key=session.which_key(view),
        wrap=True,
        persist_state="session",
    )


def _verdict(found: tuple[Finding, ...], view: str) -> None:
    worst = found[0].severity if found else "info"
    said = {
        "block": translate("This photo cannot be used."),
        "warn": translate("This photo can be used, but a better one would show more."),
        "info": translate(measurement.GOOD_PHOTO),
    }
    st.header(said[worst], anchor=False)
    if worst != "block":
        st.caption(translate(VIEWS[view].good_for))


def _show_good(found: tuple[Finding, ...], view: str) -> None:
    wrong = {one.id for one in found if one.severity != "info" or one.id == "head_leaning"}
    left_out = {
        session.THREE_QUARTER: ONLY_FRONTAL, session.SMILE: NOT_OF_A_SMILE,
    }.get(view, set())  # fmt: skip
    for text, ids in GOOD.items():
        if not ids & wrong and text not in left_out:
            st.markdown(f":green[{labels.ICONS['info']}] {translate(text)}")


def _ways_on(
    face: Face | None, view: str, found: tuple[Finding, ...], *, turn: bool = False
) -> None:
    usable = face is not None and measurement.usable(found)
    front, adding = view == session.FRONT, bool(session.start().addition)
    with st.container(horizontal=True, key=f"ways_on_{view}"):
        if usable:
            st.button(
                translate("Use this photo"), key="use", type="primary", on_click=photo_store.use
            )
        st.button(
            translate("Take another photo"),
            key="retake",
            icon=":material/replay:",
            type="secondary" if usable or turn else "primary",
            on_click=photo_store.retake,
        )
        leave_out()
    if usable and front and not adding:
        st.button(
            translate("Use it and add a view from the side or a smile"),
            key="use_and_add",
            type="tertiary",
            icon=":material/add_a_photo:",
            on_click=photo_store.look_after,
        )


def leave_out() -> None:
    """Draw the way back to the photos there are, if there are any."""
    addition = session.start().addition
    if addition:
        kept = addition.view == session.FRONT or addition.view in session.start().views
        label = translate("Keep the one there is") if kept else translate("Leave it out")
        st.button(label, key="leave_out", on_click=photo_store.leave_out)


def overview(photo: Photo) -> None:
    """Draw all photos of the person, what each is good for, and how to change them."""
    state = session.start()
    photos = {session.FRONT: photo, **state.views}
    for column, (view, about) in zip(st.columns(len(VIEWS)), VIEWS.items(), strict=True):
        with column, st.container(border=True, height="stretch"):
            st.header(translate(about.name), anchor=False)
            st.caption(translate(about.good_for))
            if view in photos:
                plain = faces.photo_picture(photos[view].sha256, photos[view])
                alt = translate("Your photo: {view!l}.", view=about.name)
                framed_photo.show(plain, alt, f"shown_{view}")
                _buttons_of(view)
            else:
                st.markdown(translate(about.asks))
                st.button(
                    translate("Add this view"),
                    key=f"add_{view}",
                    icon=":material/add_a_photo:",
                    on_click=photo_store.add,
                    args=(view,),
                    width="stretch",
                )
    st.button(translate("Go on"), key="go_on", type="primary", on_click=photo_store.go_on)


def _buttons_of(view: str) -> None:
    st.button(
        translate("Take another photo"),
        key=f"again_{view}",
        icon=":material/replay:",
        on_click=photo_store.add,
        args=(view,),
        width="stretch",
    )
    if view != session.FRONT:
        st.button(
            translate("Leave it out"),
            key=f"remove_{view}",
            on_click=photo_store.remove_view,
            args=(view,),
            width="stretch",
        )
