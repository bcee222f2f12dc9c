"""How large the face really is: estimated, or from what the visitor knows."""

from __future__ import annotations

import streamlit as st

from face_mesh import BeforehandError, Face, Photo, ScaleHint
from face_mesh.landmarks.scale import (
    IRIS_REL_SD,
    LENGTH_RANGE_MM,
    LENGTH_REL_SD,
    PUPILS_RANGE_MM,
)
from face_mesh.messages import COMMAS, Message, MessageList
from ui.components.capture import ruler
from ui.compute import faces
from ui.state import session
from ui.state.step import Step
from ui.state.steps import TABLE
from ui.text import labels
from ui.text.language import N_, translate, translate_error

# A bank card by ISO/IEC 7810 (ID-1); euro coins by the European Central Bank; the quarter by the
# United States Mint.
THINGS_MM = {
    N_("Long side of a bank card (85.6 mm)"): 85.60,
    N_("Coin of 1 euro (23.25 mm)"): 23.25,
    N_("Coin of 2 euro (25.75 mm)"): 25.75,
    N_("US quarter (24.26 mm)"): 24.26,
    N_("Something else"): None,
}

WIDTHS = {
    "interpupillary_distance": N_("pupils {mm:.0f} ± {sd:.0f} mm"),
    "bizygomatic_width": N_("cheekbones {mm:.0f} ± {sd:.0f} mm"),
    "mouth_width": N_("mouth {mm:.0f} ± {sd:.0f} mm"),
}
SCALES = {
    "iris": N_("judged from the size of the irises"),
    "interpupillary_distance": N_("from the pupil distance you gave"),
    "known_length": N_("from the length you gave"),
    "face_size": N_("judged from the size of the face, because the irises cannot be used"),
}


def hint(photo: Photo) -> ScaleHint | None:
    """Return what the visitor knows of the size of the face in a photo; None if nothing.

    The distance between the pupils goes first: it is the person's, and the surer of the two.
    """
    pupils_mm = st.session_state.get(session.PUPILS_KEY)
    if pupils_mm is not None:
        return ScaleHint(interpupillary_mm=pupils_mm)
    return session.start().lengths.get(photo.sha256)


def choose(face: Face, photo: Photo, view: str) -> None:
    """Draw how large the face is, how sure that is, and what would make it surer."""
    state = session.start()
    st.markdown(_size(face))
    low, high = PUPILS_RANGE_MM
    st.number_input(
        translate("Own distance between the pupils, in mm (PD on a spectacle prescription)"),
        min_value=low,
        max_value=high,
        value=None,
        step=0.5,
        format="%.1f",
        placeholder=translate("not known"),
        key=session.PUPILS_KEY,
        persist_state="session",
    )
    if state.marking == view:
        mark(photo, view)
    elif photo.sha256 in state.lengths:
        mm = state.lengths[photo.sha256].length_mm or 0.0
        st.markdown(translate("A length of {mm:g} mm in this photo sets the scale.", mm=mm))
        st.button(
            translate("Take this length away"),
            key=f"length_off_{view}",
            on_click=_forget_length,
            args=(photo.sha256,),
        )
    else:
        st.button(
            translate("Mark something of known length"),
            key=f"length_on_{view}",
            icon=":material/straighten:",
            on_click=_set_marking,
            args=(view,),
            help=translate(
                "A ruler, a coin or a bank card, held against the forehead or cheek, flat towards "
                "the camera: each millimetre is then off by about {known:.0f} % instead of "
                "{eyes:.0f} %.",
                known=100 * LENGTH_REL_SD,
                eyes=100 * IRIS_REL_SD,
            ),
        )


def _size(face: Face) -> str:
    """Return how large the face is, and how sure that is."""
    found = faces.measures(face.key, face)
    widths = [
        Message(template, mm=one.value, sd=one.sd)
        for name, template in WIDTHS.items()
        if (one := found.get(name))
    ]
    return translate(
        "Widths: {widths}; {scale}. Every millimetre may be off by {percent:.0f} %.",
        widths=MessageList(widths, COMMAS),
        scale=Message(SCALES[face.scale.source]),
        percent=100.0 * face.scale.relative_sd,
    )


def mark(photo: Photo, view: str) -> None:
    """Draw the photo with two marks to put on the ends of something of known length."""
    state = session.start()
    st.markdown(translate("Put the two marks on its ends, then say how long it is."))
    ends = ruler.show(faces.photo_picture(photo.sha256, photo), key=f"ruler_{view}_{state.attempt}")
    thing = st.selectbox(
        translate("What it is"), list(THINGS_MM), format_func=translate, key=f"thing_{view}"
    )
    length_mm = THINGS_MM[thing]
    if length_mm is None:
        length_mm = st.number_input(
            translate("Its length in mm"),
            *LENGTH_RANGE_MM,
            value=None,
            step=0.5,
            format="%.1f",
            key=f"length_mm_{view}",
        )
    refused = st.container()
    with st.container(horizontal=True):
        used = st.button(
            translate("Use this length"),
            key=f"length_use_{view}",
            disabled=length_mm is None,
            type="primary",
        )
        st.button(
            translate("Do without"), key=f"length_no_{view}", on_click=_set_marking, args=("",)
        )
    if used:
        with refused:
            _use(ends, float(length_mm or 0.0), photo, view)


def _use(ends: ruler.Ends, length_mm: float, photo: Photo, view: str) -> None:
    (x0, y0), (x1, y1) = ends
    width, height = photo.width, photo.height
    ends_px = (
        (x0 * width - 0.5, y0 * height - 0.5),  # px centres have whole coordinates
        (x1 * width - 0.5, y1 * height - 0.5),
    )
    given = ScaleHint(length_mm=length_mm, length_px=ends_px)
    which = session.which(view)
    try:
        faces.face(photo.sha256, which, given, photo)
    except BeforehandError as error:
        st.error(translate_error(error), icon=labels.ICONS["block"])
        return
    state = session.start()
    state.lengths[photo.sha256] = given
    _set_marking("")
    st.rerun()


def _set_marking(view: str) -> None:
    """Begin to mark a length in the photo of a view, or end it; in the preview it is no step."""
    state = session.start()
    state.marking = view
    if TABLE[state.step].screen == "photo":
        state.enter(Step.LENGTH if view else Step.VIEW if state.addition else Step.CHECK)


def _forget_length(sha256: str) -> None:
    session.start().lengths.pop(sha256, None)
