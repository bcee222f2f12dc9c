"""A photo as it is, with its faces framed and numbered where there are several, to point at one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import streamlit as st

from ui.components.viewer.viewer import Picture, pack, script
from ui.text.language import N_, plain

_HERE = Path(__file__).parent
_mount = st.components.v2.component(
    "beforehand_framed_photo",
    html="""<figure class="shown">
  <img alt="" />
  <div class="boxes"></div>
</figure>
""",
    css=(_HERE / "framed_photo.css").read_text("utf-8"),
    js=script(_HERE / "framed_photo.js"),
)

FACE = N_("Face {n}")


def show(
    picture: Picture,
    alt: str,
    key: str,
    *,
    chosen: int | None = None,
    on_chosen: Callable[[], None] | None = None,
) -> None:
    """Draw a picture; it travels in the component's data and is nowhere at an address.

    Args:
        picture: from `ui.compute.overlays.plain`.
        alt: what it shows, said in the visitor's language.
        key: of the component; its state has `chosen`, the number of a face from 1, for one run.
        chosen: the face that is meant, counted from 0.
        on_chosen: called when a face was pointed at; without it none can be.
    """
    header = {
        "alt": alt,
        "width": picture.width,
        "height": picture.height,
        "boxes": picture.boxes,
        "names": [plain(FACE, n=n) for n in range(1, len(picture.boxes) + 1)],
        "points": on_chosen is not None,
        "chosen": chosen,
    }
    _mount(
        key=key,
        data=pack(header, {"picture": picture.jpeg}),
        on_chosen_change=on_chosen or (lambda: None),
    )


def number_of(sent: Any, count: int) -> int | None:
    """Return which of `count` faces the browser sent, from 1; None if it is none of them."""
    return sent if isinstance(sent, int) and 1 <= sent <= count else None
