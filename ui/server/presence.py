"""Whether the visitor that something is worked out for is still there."""

from __future__ import annotations

from collections.abc import Callable

from streamlit.runtime import exists, get_instance
from streamlit.runtime.scriptrunner import get_script_run_ctx


def disconnection_check() -> Callable[[], bool]:
    """Return a question that may be asked from any thread: has this tab lost its connection?"""
    context = get_script_run_ctx()
    if context is None or not exists():
        return lambda: False
    runtime, session_id = get_instance(), context.session_id
    return lambda: not runtime.is_active_session(session_id)
