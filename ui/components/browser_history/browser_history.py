"""What Streamlit does not do between two steps of a visit: begin at the top, and lead back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import streamlit as st

KEY = "browser_history"
_mount = st.components.v2.component(
    "beforehand_browser_history",
    js=Path(__file__).with_name("browser_history.js").read_text("utf-8"),
)


def begin(page: str, step: str, others: Sequence[str], go: Callable[[str], None]) -> None:
    """Draw nothing; show a new step from its top, and make the browser's Back lead to the last one.

    The history of the browser holds the names given here, and the address stays as it is.

    Args:
        page: which page is on.
        step: which step of the visit is on.
        others: the steps one can go to from here.
        go: called with one of them when the visitor went back, or forward again, to it.
    """
    _mount(
        key=KEY,
        data={"page": page, "step": step, "others": list(others)},
        on_go_change=partial(_go, go),
    )


def _go(go: Callable[[str], None]) -> None:
    step = st.session_state[KEY].get("go")
    if isinstance(step, str):
        go(step)
