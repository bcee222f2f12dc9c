"""Two ends of something of known length, set in the photo by hand, by finger or by keyboard."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import streamlit as st

from ui.components.viewer.viewer import Picture, pack, script
from ui.text.language import N_, words

_HERE = Path(__file__).parent
_mount = st.components.v2.component(
    "beforehand_ruler",
    html=(_HERE / "ruler.html").read_text("utf-8"),
    css=(_HERE / "ruler.css").read_text("utf-8"),
    js=script(_HERE / "ruler.js"),
)

Ends = tuple[tuple[float, float], tuple[float, float]]  # (x, y) as shares of width and height
START: Ends = ((0.35, 0.85), (0.65, 0.85))
TEXTS = (
    N_("The photo, with two marks to put on the ends of something of known length"),
    N_("First end"),
    N_("Second end"),
    N_("Arrow keys move this mark; with the shift key, in larger steps."),
)


def show(picture: Picture, key: str) -> Ends:
    """Draw the photo with its two marks and return where they are.

    Args:
        picture: the photo.
        key: of the component; its state is {"ends": [[x, y], [x, y]]}.
    """
    header = {"words": words(TEXTS), "width": picture.width, "height": picture.height}
    result = _mount(
        key=key,
        data=pack({**header, "key": picture.key, "start": START}, {"picture": picture.jpeg}),
        on_ends_change=lambda: None,
    )
    return ends_of(result.ends)


def ends_of(sent: Any) -> Ends:
    """Return what the browser sent, held to the picture; where the marks begin if it is no ends."""
    try:
        (x0, y0), (x1, y1) = ((float(x), float(y)) for x, y in sent)
    except (TypeError, ValueError):
        return START
    inside = [min(max(one, 0.0), 1.0) for one in (x0, y0, x1, y1)]
    return (inside[0], inside[1]), (inside[2], inside[3])
