"""Whether an error says that memory ran out: every library says so in words of its own."""

from __future__ import annotations

import re

_WORDS = re.compile(
    r"out of memory|not enough memory|can't allocate|cannot allocate|failed to allocate|bad_alloc"
    r"|failed to map segment",  # the last of a library that does not fit any more
    re.I,
)


def out_of_memory(error: BaseException) -> bool:
    """Return whether an error says that memory ran out, on whatever device."""
    if isinstance(error, MemoryError):
        return True
    told = isinstance(error, RuntimeError | OSError | ImportError)
    return told and bool(_WORDS.search(str(error)))
