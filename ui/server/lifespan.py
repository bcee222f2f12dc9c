"""What the server does besides answering, from its start to its end."""

from __future__ import annotations

import sys
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import streamlit as st

from ui.server import limits, media_access, memory_cleanup, streamlit_patches


@asynccontextmanager
async def lifespan(app: Any) -> AsyncIterator[None]:
    """Load what every visitor needs beside the first page, and look after what is let go."""
    streamlit_patches.keep()
    media_access.keep()
    sys.setswitchinterval(limits.SWITCH_SECONDS)
    warm_landmarks()
    async with memory_cleanup.sweeping():
        yield


@st.cache_resource(show_spinner=False)
def warm_landmarks() -> threading.Thread:
    """Load the landmark model before anybody asks, once a process; wait with `join`.

    In a thread of its own not only to be ready sooner: MediaPipe keeps an exception of its first
    import for good, and with it every frame that led there. None of them may hold a photo.
    """
    thread = threading.Thread(target=_load, name="load the landmark model", daemon=True)
    thread.start()
    return thread


def _load() -> None:
    """Import what takes longest and load the model.

    Not the page itself, whose components want a running server.
    """
    import numpy as np

    import simulate.outcome.pipeline  # noqa: F401
    from face_mesh import BeforehandError
    from face_mesh.isolation import sandbox
    from face_mesh.landmarks.detect import find_faces

    try:
        find_faces(np.zeros((64, 64, 3), np.uint8))
    except BeforehandError:
        return  # said to the visitor when a face is to be found
    sandbox.warm(sandbox.PHOTO)
