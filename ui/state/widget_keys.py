"""Names of the widgets of a plan, on which what draws them and what watches them agree."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import streamlit as st

PRESET_KEY, LETTER_KEY, NAME_KEY = "preset", "letter", "plan_name"
BODY_KEY, CURRENCY_KEY, NOTES_KEY = "body_kg", "currency", "notes"
RESPONDER_KEY = "responder"
CATALOGUE_KEY = "catalogue"  # whether the whole catalogue is unfolded
T = TypeVar("T")


def dose_key(procedure: str, side: str) -> str:
    """Return the key of the slider that sets the dose of a procedure on "both", "left" or "right".

    Streamlit marks the slider with the class `st-key-` and this key, by which the viewer finds it.
    """
    return f"dose_{procedure}_{side}"


def side_key(procedure: str) -> str:
    """Return the key of the widget that says on which side a procedure is done."""
    return f"side_{procedure}"


def detail_key(what: str, procedure: str) -> str:
    """Return the key of the widget for the "week", the "cost" or the days "off" of a procedure."""
    return f"{what}_{procedure}"


def seed(key: str, value: T, meaning: Callable[[T], T] = lambda value: value) -> str:
    """Let the widget of a key say a value of the plan, before it is drawn, and return the key.

    One that means it already is left alone: a slider that is being moved would be pulled back. The
    widget has to begin with the value too: what is said here comes to the browser with one run, and
    is lost if the next run is there before it was drawn. The browser would then send what it began
    with, as if somebody had chosen that. A field that can be cleared begins empty all the same: for
    Streamlit, one that begins with a value has that value once it is cleared.

    Args:
        key: of the widget.
        value: of the plan.
        meaning: of what the widget says, in the plan.
    """
    if key not in st.session_state or meaning(st.session_state[key]) != value:
        st.session_state[key] = value
    return key
