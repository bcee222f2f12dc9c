"""`python -m simulate`: see `simulate.command_line`, `command` for what it does and `program` how.

As little as can be stands before the first line that answers an interruption: until then Python
does, with a traceback.
"""

from __future__ import annotations

import os
import signal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

INTERRUPTED = 130  # what a shell says of a program that Ctrl-C ended


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command in this process; return its exit status."""
    from simulate.command_line.command import run  # which loads everything else

    try:
        return run(argv)
    except KeyboardInterrupt:
        return INTERRUPTED


if __name__ == "__main__":
    signal.signal(signal.SIGINT, lambda *_: os._exit(INTERRUPTED))
    from simulate.command_line.program import program

    program()
