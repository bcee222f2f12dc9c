"""How far some work is, with a button to stop it."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import TypeVar

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from simulate.progress import complete
from ui.text.language import translate

T = TypeVar("T")


def show(
    steps: Generator[float, None, T],
    place: DeltaGenerator,
    name: str,
    button: str,
    words: Callable[[float], str],
    cancel: Callable[..., None],
    arguments: tuple[object, ...],
) -> T:
    """Draw how far the work is, with a button to stop it; page.css hides the first moment.

    Any click ends the run at the next thing drawn, and the work with it; the button only sees to it
    that the next run does not begin it again.

    Args:
        steps: the work, yields the share that is done.
        place: where it is drawn; empty afterwards.
        name: key of the container.
        button: key of the button.
        words: for a share.
        cancel: called when the button is clicked.
        arguments: of `cancel`.
    """
    with place.container(key=name, gap="small"):
        bar = st.progress(0.0, words(0.0))
        st.button(translate("Cancel"), key=button, on_click=cancel, args=arguments)
    try:
        result = complete(steps, lambda share: bar.progress(share, words(share)))
    except Exception:
        place.empty()
        raise
    place.empty()
    return result
