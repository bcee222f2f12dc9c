"""The models that find landmarks and paint skin, loaded before anybody waits for them."""

from __future__ import annotations

import os
import threading
from collections.abc import Generator
from typing import TypeVar

import streamlit as st

from face_mesh import BeforehandError
from simulate.inpaint.registry import EMBEDDED
from ui.server.lifespan import warm_landmarks as warm_landmarks  # the server begins with it

ENGINE = "BEFOREHAND_SKIN_ENGINE"  # the engine used unless another is chosen; for tests of pages
LOOK_SECONDS = 0.25  # after which it is looked whether it is loaded; a click is heard then
T = TypeVar("T")


def default_engine() -> str:
    """Return the engine that paints unless another is chosen, a setting of whoever serves."""
    return os.environ.get(ENGINE, EMBEDDED)


def warm_skin() -> threading.Thread | None:
    """Load the built-in model while a visitor looks at a photo, once a process.

    It takes some 130 MB. In a thread that is given nothing, so that no exception of an import can
    hold a photo in its frames; of the same priority as others, for whoever wants skin painted soon
    would wait for one that comes last.

    Returns:
        The thread, to be waited for; None where another engine paints.
    """
    return _loading() if default_engine() == EMBEDDED else None


@st.cache_resource(show_spinner=False)
def _loading() -> threading.Thread:
    thread = threading.Thread(target=_load, name="load the skin model", daemon=True)
    thread.start()
    return thread


def _load() -> None:
    from simulate.inpaint.weights import model

    try:
        model()
    except (BeforehandError, MemoryError, RuntimeError, ImportError):
        return  # said to the visitor when skin is to be painted


def with_model(steps: Generator[float, None, T]) -> Generator[float, None, T]:
    """Yield no share as long as the model is not there, then the steps; returns what they do."""
    thread = warm_skin()
    while thread and thread.is_alive():
        yield 0.0
        thread.join(LOOK_SECONDS)
    return (yield from steps)
