"""Several pictures beside each other with their captions, packed like those of the viewer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from ui.components.viewer.viewer import pack, script
from ui.text.language import plain

_HERE = Path(__file__).parent
_mount = st.components.v2.component(
    "beforehand_strip",
    html='<ol class="strip"></ol>\n',
    css=(_HERE / "strip.css").read_text("utf-8"),
    js=script(_HERE / "strip.js"),
)


@dataclass(frozen=True)
class Panel:
    """One picture, JPEG, and what it shows."""

    jpeg: bytes
    caption: str


def show(panels: Sequence[Panel], key: str) -> None:
    """Draw the pictures in their order, as many side by side as there is room for."""
    parts = {f"panel_{i}": one.jpeg for i, one in enumerate(panels)}
    captions = [panel.caption for panel in panels]
    alts = [plain("The face: {caption}", caption=caption) for caption in captions]
    _mount(key=key, data=pack({"captions": captions, "alts": alts}, parts))
