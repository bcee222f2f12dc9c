"""Python's side of the player. The film travels in the component's data and has no address."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from ui.viewer.viewer import pack

_HERE = Path(__file__).parent
_mount = st.components.v2.component(
    "beforehand_player",
    html='<video class="player" controls muted loop playsinline preload="auto"></video>\n'
    '<p class="unplayed" hidden></p>\n',
    css=(_HERE / "player.css").read_text("utf-8"),
    js=(_HERE / "player.js").read_text("utf-8"),
)


def show(mp4: bytes, size: tuple[int, int], *, alt: str, unplayed: str, key: str) -> None:
    """Draw a film with the browser's own controls; nothing moves until it is played.

    Args:
        mp4: the film.
        size: its width and height in px.
        alt: what it shows, for somebody who cannot see it.
        unplayed: what is said where the browser cannot play it.
        key: of the component.
    """
    header = {"alt": alt, "unplayed": unplayed, "width": size[0], "height": size[1]}
    _mount(key=key, data=pack(header, {"film": mp4}))
