"""What a shortcut of Streamlit's buttons cannot: several keys, and none while somebody is typing.

In a text field the browser's own undo is meant.
"""

from __future__ import annotations

from pathlib import Path

import streamlit as st

UNDO_KEY, REDO_KEY = "undo", "redo"  # of the buttons; see undo_keys.js
_mount = st.components.v2.component(
    "beforehand_undo_keys", js=Path(__file__).with_name("undo_keys.js").read_text("utf-8")
)


def listen() -> None:
    """Draw nothing; let the keys press the two buttons, as long as they are to be seen."""
    _mount(key="undo_keys")
