"""Python's side of the player. The film travels in the component's data and has no address."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import streamlit as st

from ui.components.viewer.viewer import pack, script

_HERE = Path(__file__).parent
_mount = st.components.v2.component(
    "beforehand_player",
    html=(_HERE / "player.html").read_text("utf-8"),
    css=(_HERE / "player.css").read_text("utf-8"),
    js=script(_HERE / "player.js"),
)


def show(
    mp4: bytes,
    size: tuple[int, int],
    dates: Sequence[tuple[float, str]],
    words: Mapping[str, str],
    key: str,
) -> None:
    """Draw a film with a button and a line of time below it; nothing moves until it is played.

    Args:
        mp4: the film.
        size: its width and height in px.
        dates: from which second on which date is shown, in words.
        words: "alt" is what it shows, for somebody who cannot see it; "play", "pause" and "time"
            name the controls; "unplayed" is said where the browser cannot play it.
        key: of the component.
    """
    header = {"words": dict(words), "dates": dates, "width": size[0], "height": size[1]}
    _mount(key=key, data=pack(header, {"film": mp4}))
