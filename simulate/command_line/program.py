"""The program around the command line: nothing but a sentence and a status comes of it.

What takes time to load is loaded once interruptions, and everything else that may end a program,
are looked after.
"""

from __future__ import annotations

import errno
import io
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from types import FrameType
from typing import NoReturn

INTERRUPTED = 130  # what a shell says of a program that Ctrl-C ended
BROKEN = (
    "A part of this program could not be loaded or broke; free some memory, or install the pinned "
    "requirements again."
)
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO}
_PATIENCE_S = 1.0
UNSAID = "The output could not be written; free some space, or send it elsewhere."


def _status() -> int:
    """Run the command; what it does not know ends in a sentence too."""
    from simulate.command_line.command import run

    _answer(_end)
    try:
        status = run()
        if sys.stdout is not None:
            sys.stdout.flush()
    except OSError as error:
        if error.errno not in _FULL:
            return _said(BROKEN, 4)
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # what is left unsaid must not be tried again
        return _said(UNSAID, 2)
    return status


def _said(sentence: str, status: int) -> int:
    if sys.stderr is not None:
        sys.stderr.write(f"{sentence}\n")
    return status


def _answer(how: Callable[[int, FrameType | None], object]) -> None:
    """Say what is done when the system or a key asks the program to end, if anything may be."""
    for one in _ENDING:
        if signal.getsignal(one) is not signal.SIG_IGN:  # as nohup wants it
            signal.signal(one, how)


class Termination(KeyboardInterrupt):
    """The system asks the program to end; it cleans up as if it were interrupted."""

    def __init__(self, number: int) -> None:
        """Keep which signal it was."""
        self.number = number


_ENDING = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
)


def _end(number: int, _: FrameType | None) -> NoReturn:
    """Clean up and end. One key press may come twice, and must not break the cleaning up off."""
    first = time.monotonic()

    def again(number: int, _: FrameType | None) -> None:
        if time.monotonic() - first > _PATIENCE_S:  # it was lost, in code that lets none through
            _end_at_once(number, _)

    _answer(again)
    raise Termination(number)


def _end_at_once(number: int, _: FrameType | None) -> NoReturn:
    """End while nothing is made yet: what is loading might answer with a traceback."""
    if number == signal.SIGINT:
        os._exit(INTERRUPTED)
    _end_by(number)


def _end_by(number: int) -> NoReturn:
    """End as a program does that knows nothing of a signal, so that others see which it was."""
    signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)
    os._exit(128 + number)


def _keep_stderr_ours() -> None:
    """Send what native libraries log to nowhere: a refusal is one line on standard error."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    while nowhere <= 2:  # closed by whoever started us: a picture must not become our output
        nowhere = os.dup(nowhere)
    sys.stderr = os.fdopen(os.dup(2), "w", buffering=1, encoding="utf-8", errors="replace")
    os.dup2(nowhere, 2)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a terminal may not know every sign
    # What breaks where nobody can catch it is nothing that a reader could act on.
    sys.unraisablehook = _say_nothing
    threading.excepthook = _say_nothing


def _say_nothing(_: object) -> None:
    pass


def program() -> NoReturn:
    """Run the command that was typed and end as it does."""
    _answer(_end_at_once)
    if sys.platform == "linux":
        from simulate.command_line.parent_watch import apart

        apart()
    _keep_stderr_ours()
    try:
        ended = _status()
    except Termination as error:
        if error.number != signal.SIGINT:
            _end_by(error.number)
        ended = INTERRUPTED
    except Exception:  # damaged, or refused its memory
        ended = _said(BROKEN, 4)
    _answer(_end_at_once)  # what is left is to end
    sys.exit(ended)
