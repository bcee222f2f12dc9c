"""What the server does besides answering, from its start to its end."""

from __future__ import annotations

import sys
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from ui.server import limits, media_access, memory_cleanup, streamlit_patches


@asynccontextmanager
async def lifespan(app: Any) -> AsyncIterator[None]:
    """Load what every visitor needs beside the first page, and look after what is let go."""
    streamlit_patches.keep()
    media_access.keep()
    sys.setswitchinterval(limits.SWITCH_SECONDS)
    threading.Thread(target=load, name="load the engine", daemon=True).start()
    async with memory_cleanup.sweeping():
        yield


def load() -> None:
    """Import what takes longest and load the landmark model, before anybody asks.

    Not the page itself, whose components want a running server. See `compute.model_loading` for
    why in a thread, and for what happens where the model is missing.
    """
    import numpy as np

    import simulate.outcome.pipeline  # noqa: F401
    from face_mesh import BeforehandError
    from face_mesh.isolation import sandbox
    from face_mesh.landmarks.detect import find_faces

    try:
        find_faces(np.zeros((64, 64, 3), np.uint8))
    except BeforehandError:
        return
    sandbox.warm(sandbox.PHOTO)
