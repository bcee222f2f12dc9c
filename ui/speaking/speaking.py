"""The attribute `lang` of the document, which Streamlit leaves at "en" (WCAG 3.1.1)."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from ui import language

_mount = st.components.v2.component(
    "beforehand_speaking", js=Path(__file__).with_name("speaking.js").read_text("utf-8")
)


def tell() -> None:
    """Draw nothing, and name the visitor's language to the browser."""
    _mount(key="speaking", data=language.current())
