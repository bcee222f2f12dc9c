"""What a browser asks the server is answered, even when the page is run again meanwhile.

It asks where to send a file that was chosen, and for one to be made that is to be downloaded.
Streamlit empties what waits to be sent when a run begins, and the answer with it: the file then
never moves, and nobody is told.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from streamlit.runtime.forward_msg_queue import ForwardMsgQueue

KINDS = ("file_urls_response", "backend_operation_response")


def keep() -> None:
    """Keep answers in what waits to be sent, in every visit from now on.

    Streamlit has no documented way to do it; its version is pinned, and tests/ui/test_answers.py
    fails once it keeps them itself.
    """
    ForwardMsgQueue.clear = _keeping(ForwardMsgQueue.clear)  # type: ignore[method-assign]


def _keeping(clear: Callable[..., None]) -> Callable[..., None]:
    @wraps(clear)
    def keeping(queue: ForwardMsgQueue, retain_lifecycle_msgs: bool = False, **others: Any) -> None:
        before = queue._queue
        clear(queue, retain_lifecycle_msgs, **others)
        if retain_lifecycle_msgs:  # else all was sent, or the visit is over
            left = {id(one) for one in queue._queue}
            queue._queue = [
                one for one in before if id(one) in left or one.WhichOneof("type") in KINDS
            ]

    return keeping
