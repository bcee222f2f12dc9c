"""A photo as it is, with its faces framed and numbered where there are several."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from ui.components.viewer.viewer import Picture, pack, script

_HERE = Path(__file__).parent
_mount = st.components.v2.component(
    "beforehand_framed_photo",
    html="""<figure class="shown">
  <img alt="" />
  <div class="boxes" aria-hidden="true"></div>
</figure>
""",
    css=(_HERE / "framed_photo.css").read_text("utf-8"),
    js=script(_HERE / "framed_photo.js"),
)


def show(picture: Picture, alt: str, key: str) -> None:
    """Draw a picture; it travels in the component's data and is nowhere at an address.

    Args:
        picture: from `ui.compute.overlays.plain`.
        alt: what it shows, said in the visitor's language.
        key: of the component.
    """
    header = {"alt": alt, "width": picture.width, "height": picture.height, "boxes": picture.boxes}
    _mount(key=key, data=pack(header, {"picture": picture.jpeg}))
