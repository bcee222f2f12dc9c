"""Scrolls to the top when another step of the visit is on, which Streamlit does not."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

_mount = st.components.v2.component(
    "beforehand_stepping", js=Path(__file__).with_name("stepping.js").read_text("utf-8")
)


def begin(step: str) -> None:
    """Draw nothing, and see to it that a new step is looked at from its top.

    Args:
        step: which one is on.
    """
    _mount(key="stepping", data=step)
