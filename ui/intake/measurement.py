"""Measuring the face in a photo: which one, how large, and what was noticed about the photo."""

from __future__ import annotations

import streamlit as st

from face_mesh import Face, Finding, Photo
from ui.compute import faces
from ui.intake import photo_store, scaling, views
from ui.server import error_page
from ui.state import session
from ui.text import labels
from ui.text.language import N_, translate

WORDS = {"block": N_("Cannot be used"), "warn": N_("Worth improving"), "info": N_("Good to know")}
GOOD_PHOTO = N_("This photo is good to use.")
COLOURS = {"block": "red", "warn": "orange", "info": "blue"}


def measure(photo: Photo) -> Face | None:
    """Return the face to simulate on, or say on the page why there is none.

    What was found about a photo of one's own was said when it was taken; of a sample it is said
    here.
    """
    state = session.start()
    face = read(photo, state.view)
    if face is None or not usable(face.findings):
        if face is not None:
            show_findings(face.findings)
        st.button(
            translate("Use another photo"), key="another_instead", on_click=photo_store.put_aside
        )
        return None
    if state.credit and state.view == session.FRONT:
        _show_limits(face)
    return face


def read(photo: Photo, view: str) -> Face | None:
    """Return the face of a photo of `view`, or None and say why there is none or not yet one."""
    try:
        count = len(faces.detections(photo.sha256, photo))
        which = session.which(view) if count > 1 else None
        if count > 1 and which is None:
            return None
        return faces.face(photo.sha256, which, scaling.hint(photo), photo)
    except Exception as error:  # of whatever kind: the page goes on
        st.error(error_page.sentence_of(error), icon=labels.ICONS["block"])
        return None


def usable(findings: tuple[Finding, ...]) -> bool:
    """Return whether a photo with these findings can be used."""
    return all(finding.severity != "block" for finding in findings)


def show_findings(findings: tuple[Finding, ...]) -> None:
    """Draw each finding: how serious it is, what was seen, what to do about it."""
    for finding in findings:
        with st.container(gap=None):
            icon = (
                labels.ICONS[finding.severity] if finding.severity != "info" else ":material/info:"
            )
            colour, word = COLOURS[finding.severity], translate(WORDS[finding.severity])
            st.markdown(f":{colour}[{icon} **{word}**] {translate(finding.message)}")
            if finding.advice:
                st.caption(translate(finding.advice))


def _show_limits(face: Face) -> None:
    limits = [finding for finding in face.findings if finding.severity == "warn"]
    for limit in limits:
        with st.container(gap=None):
            st.markdown(f":orange[{labels.ICONS['warn']}] {translate(limit.message)}")
            st.caption(translate(limit.advice))
    if not limits:
        st.markdown(f":green[{labels.ICONS['info']}] {translate(GOOD_PHOTO)}")


def show_photo(face: Face) -> None:
    """Draw what is known about the photo in use, how large the face is, and the way back to it."""
    state = session.start()
    photo = state.active
    with st.expander(translate("About this photo"), icon=":material/straighten:"):
        show_findings(views.findings(state.view, face))
        if photo is not None:
            scaling.choose(face, photo, state.view)
        st.button(
            translate("Photos of other views"),
            key="look_after_photos",
            icon=":material/photo_library:",
            on_click=photo_store.look_after,
        )
