"""What is let go is gone: from the memory of the process too, and without anybody coming by.

Two things would otherwise keep a face longer than the page promises. The C library leaves what was
freed as it is until the memory is used again; it is asked to overwrite it. And Streamlit drops the
session of a closed tab only when another tab closes; here that is looked after every few seconds.
"""

from __future__ import annotations

import asyncio
import ctypes
import gc
import logging
import platform
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import ModuleType

from streamlit.runtime import get_instance
from streamlit.runtime.app_session import AppSession

from ui.server import media_access

SWEEP_SECONDS = 5.0
M_PERTURB = -6  # of glibc's mallopt: overwrite what is freed, and what is given out, with a byte
BYTE = 0xA5


@asynccontextmanager
async def sweeping() -> AsyncIterator[None]:
    """Look after what is let go for as long as the page is served."""
    overwrite_freed()
    task = asyncio.create_task(_sweep())
    try:
        yield
    finally:
        task.cancel()


def overwrite_freed() -> bool:
    """Have the C library overwrite memory when it is freed; return whether it can.

    Blocks of up to a kilobyte may be left out, for they are reused at once. glibc alone knows how.
    """
    if platform.libc_ver()[0] != "glibc":
        return False
    return bool(ctypes.CDLL(None).mallopt(M_PERTURB, BYTE))


async def _sweep() -> None:
    while True:
        await asyncio.sleep(SWEEP_SECONDS)
        try:
            media_access.SHELF.drop_old()
            if drop_expired_sessions():
                await asyncio.to_thread(gc.collect)  # what is left holds itself
        except Exception:  # or nobody else's photo would ever be let go
            logging.getLogger(__name__).exception("A visit could not be let go; tried again soon")


def drop_expired_sessions() -> int:
    """Empty the sessions of tabs that were closed too long ago to come back; return how many.

    To be called where the server's own loop runs. Streamlit has no documented way to do it; its
    version is pinned, and tests/browser/test_forget.py closes a tab.
    """
    server = get_instance()
    kept = server._session_mgr._session_storage._cache  # type: ignore[attr-defined]
    expired = [info.session for key, info in list(kept._data.items()) if key not in kept]
    kept.expire()
    for session in expired:
        _end(session)
    if expired:
        # Nor the names of the screen that was run last, whosever it was; each run makes its own.
        sys.modules["__main__"] = ModuleType("__main__")
    return len(expired)


def _end(session: AppSession) -> None:
    try:
        session.shutdown()
    except Exception:  # or what is below, and the other visits, would be kept
        logging.getLogger(__name__).exception("A visit did not end as it should")
    # Not only let go: the server's loop keeps the last session it looked at, until the next.
    session._session_state.clear()
    session._client_state.Clear()
    session._browser_queue.clear()
