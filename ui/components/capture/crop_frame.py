"""A photo turned by quarters, straightened and cropped by hand, by finger, mouse or keyboard."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import streamlit as st

from face_mesh import Arrangement, PlanError
from face_mesh.photo.arrangement import MOST_STRAIGHTEN_DEG
from ui.components.viewer.viewer import Picture, pack, script
from ui.text import language
from ui.text.language import N_, words

_HERE = Path(__file__).parent
_mount = st.components.v2.component(
    "beforehand_crop_frame",
    html=(_HERE / "crop_frame.html").read_text("utf-8"),
    css=(_HERE / "crop_frame.css").read_text("utf-8"),
    js=script(_HERE / "crop_frame.js"),
)

TEXTS = (
    N_("The photo as it will be, with a frame around what is kept"),
    N_("Turn to the left"),
    N_("Turn to the right"),
    N_("Straighten"),
    N_("Top left corner"),
    N_("Top right corner"),
    N_("Bottom left corner"),
    N_("Bottom right corner"),
    N_("Arrow keys move a corner; with the shift key, in larger steps."),
)


def show(picture: Picture, key: str) -> None:
    """Draw the photo with what can be done to it.

    Args:
        picture: the photo; another one begins anew.
        key: of the component; its state is {"laid": {"quarters", "straighten", "crop"}}.
    """
    header = {
        "words": words(TEXTS),
        "language": language.current(),
        "key": picture.key,
        "most": MOST_STRAIGHTEN_DEG,
    }
    _mount(key=key, data=pack(header, {"picture": picture.jpeg}), on_laid_change=lambda: None)


def arrangement(key: str) -> Arrangement:
    """Return what was done to the photo of a component, up to now.

    In a callback this is what the browser sent with the click, or before it; a run that was
    overtaken never saw it.
    """
    state = st.session_state.get(key)
    return arrangement_of(state and state.get("laid"))


def arrangement_of(sent: Any) -> Arrangement:
    """Return what the browser sent; nothing done if it is none that can be."""
    try:
        left, top, right, bottom = map(float, sent["crop"])
        return Arrangement(
            quarters=int(sent["quarters"]),
            straighten_deg=float(sent["straighten"]),
            crop=(left, top, right, bottom),
        )
    except (TypeError, KeyError, ValueError, OverflowError, PlanError):
        return Arrangement()
