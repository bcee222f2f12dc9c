"""Python's side of the guided camera: a mirrored preview with a frame to fill, and advice.

About once a second the browser sends a small frame, as a trigger: Streamlit hands it to the one run
it starts and keeps it no longer. A new frame is sent when the advice on the last one has come back,
so a slow server is asked less often, not more.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import streamlit as st

from ui.text.language import N_, words

_HERE = Path(__file__).parent
_mount = st.components.v2.component(
    "beforehand_camera",
    html=(_HERE / "camera.html").read_text("utf-8"),
    css=(_HERE / "camera.css").read_text("utf-8"),
    js=(_HERE / "camera.js").read_text("utf-8"),
)

# Share of the picture's height that the oval has; `camera_live` asks for a face of this size.
OVAL_SHARE = 0.5
TEXTS = (
    N_("Start the camera"),
    N_("Take the photo"),
    N_("Stop the camera"),
    N_("Wait three seconds before taking it"),
    N_("Camera"),
    N_("Starting the camera …"),
    N_("Taking the photo …"),
    N_("Fit your face into the oval."),
    N_("Good. Hold still and take the photo."),
    N_("Hold still."),
    N_("It is too dark. Face a window or a lamp."),
    N_("It is too bright. Move away from the lamp."),
    N_("One side is darker. Turn until the light falls evenly on your face."),
    N_(
        "The camera was not allowed. Allow it in the browser's settings for this page, or choose "
        "a file instead."
    ),
    N_("No camera was found. Choose a file instead."),
    N_("Another program is using the camera. Close it and try again, or choose a file instead."),
    N_(
        "The browser inside this app has no camera. Open this page in Safari, Chrome or Firefox, "
        "or choose a file instead."
    ),
    N_("This page may use the camera only at a secure address (https). Choose a file instead."),
    N_("The live picture of the camera, mirrored, with an oval to fit the face into"),
    N_("The live picture of the camera, with an oval to fit the face into"),
)


def show(
    key: str,
    *,
    advice: Sequence[str] | None,
    good: bool,
    answered: int,
    turned: bool = False,
    back: bool = False,
    on_frame: Callable[[], None],
    on_taken: Callable[[], None],
) -> None:
    """Draw the camera.

    Args:
        key: of the component; its state is {"frame": ..., "taken": ...}, data URLs of a JPEG.
        advice: what to change, said in the visitor's language; None as long as nothing was asked.
        good: whether the photo can be taken as it is.
        answered: number of the frame that the advice is about, as it was sent.
        turned: whether the head is to be turned, which changes the oval.
        back: whether to begin with the camera that looks away from the screen, if there is one.
        on_frame: called when a frame has come.
        on_taken: called when the photo was taken.
    """
    _mount(
        key=key,
        data={
            "words": words(TEXTS),
            "advice": list(advice) if advice is not None else None,
            "good": good,
            "answered": answered,
            "oval": OVAL_SHARE,
            "turned": turned,
            "back": back,
        },
        on_frame_change=on_frame,
        on_taken_change=on_taken,
    )
