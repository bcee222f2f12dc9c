"""Measuring the face on the page: which one, how large, and what was noticed about the photo."""

from __future__ import annotations

import streamlit as st

from face_mesh import BeforehandError, Face, Photo
from face_mesh.scale import PUPILS_RANGE_MM
from ui import intake, run, wording
from ui.session import PUPILS_KEY, WHICH_KEY


def measure(photo: Photo) -> Face | None:
    """Return the face to simulate on, or say on the page why there is none (yet)."""
    try:
        count = run.faces(photo.sha256, photo)[0]
        which = _choose_face(count) if count > 1 else None
        if count > 1 and which is None:
            return None
        face = run.measured(photo.sha256, which, st.session_state.get(PUPILS_KEY), photo)
    except BeforehandError as error:
        st.error(str(error), icon=wording.ICONS["block"])
        return _offer_another()
    _show_findings(face)
    if any(one.severity == "block" for one in face.findings):
        return _offer_another()
    return face


def _choose_face(count: int) -> int | None:
    """Ask whose face is meant; counted from 0, None as long as nobody chose."""
    picked = st.segmented_control(
        f"There are {count} faces in the photo. Which one is yours?",
        range(1, count + 1),
        format_func=lambda number: f"Face {number}",
        key=WHICH_KEY,
        persist_state="session",
    )
    return picked - 1 if picked else None


def _show_findings(face: Face) -> None:
    """Draw what limits the photo and what to do about it, or that nothing does."""
    for one in face.findings:
        if one.severity == "block":
            st.error(f"{one.message} {one.advice}", icon=wording.ICONS["block"])
        elif one.severity == "warn":
            with st.container(gap=None):
                st.markdown(f":orange[{wording.ICONS['warn']}] {one.message}")
                st.caption(one.advice)
    if not any(one.severity in ("block", "warn") for one in face.findings):
        st.markdown(f":green[{wording.ICONS['info']}] {wording.GOOD_PHOTO}")


def _offer_another() -> None:
    st.button("Use another photo", on_click=intake.put_aside)


def show_photo(face: Face) -> None:
    """Draw all findings with their advice, how large the face is, and let that be corrected."""
    with st.expander("About this photo", icon=":material/straighten:"):
        for one in face.findings:
            st.markdown(f"{wording.ICONS[one.severity]} {wording.finding(one)}")
        st.markdown(wording.size(face, run.measures(face.key, face)))
        low, high = PUPILS_RANGE_MM
        st.number_input(
            "Own distance between the pupils, in mm (PD on a spectacle prescription)",
            min_value=low,
            max_value=high,
            value=None,
            step=0.5,
            format="%.1f",
            placeholder="not known",
            key=PUPILS_KEY,
            persist_state="session",
        )
