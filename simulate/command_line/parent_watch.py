"""Work in a child process, so that what ends it without a word is answered with a sentence.

Native code (OpenBLAS, MediaPipe, PyTorch) ends the whole process where memory is refused to it, and
a system without any left kills it; neither can be caught within. A parent that does nothing but
wait can say so. It begins before anything large is loaded, and costs a few milliseconds.

On Linux only: elsewhere the work is done in the process itself.
"""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import sys
from types import FrameType

ENDED = (
    "The program was ended by the system, most likely for want of memory; make the photo smaller, "
    "or free some memory."
)
OURS = (0, 2, 3, 4, 130)  # no other status is the program's own: OpenBLAS ends with 1
PASSED_ON = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_PR_SET_PDEATHSIG = 1


def apart() -> None:
    """Go on in a child process; return in it alone, while this one waits and ends as it does.

    Signals to this process are passed on. If this process is killed, so is the child.
    """
    parent = os.getpid()
    try:
        child = os.fork()
    except OSError:  # no more processes are allowed: then without one that watches
        return
    if child:
        _ended_as(child)
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it was killed before it could be told
        os._exit(0)
    # One byte, as none would leave a copy of the memory, and of the face in it, to the system's
    # own collector of such copies.
    hard = resource.getrlimit(resource.RLIMIT_CORE)[1]
    resource.setrlimit(resource.RLIMIT_CORE, (min(1, hard) if hard >= 0 else 1, hard))


def _ended_as(child: int) -> None:
    """Wait for a child and end this process in the same way."""

    def pass_on(number: int, _: FrameType | None) -> None:
        os.kill(child, number)  # it is there, or is waited for below

    for one in PASSED_ON:
        if signal.getsignal(one) is not signal.SIG_IGN:  # as nohup wants it
            signal.signal(one, pass_on)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if status in OURS:
        os._exit(status)
    if -status in PASSED_ON:
        signal.signal(-status, signal.SIG_DFL)
        os.kill(os.getpid(), -status)
    if sys.stderr is not None:
        sys.stderr.write(f"{ENDED}\n")
        sys.stderr.flush()
    os._exit(4)
