"""Whether an error says that memory ran out: every device says so in words of its own."""

from __future__ import annotations

import re

_WORDS = re.compile(r"out of memory|not enough memory|can't allocate|cannot allocate", re.I)


def out_of_memory(error: BaseException) -> bool:
    """Return whether an error says that memory ran out, on whatever device."""
    import torch

    if isinstance(error, MemoryError | torch.OutOfMemoryError):
        return True
    return isinstance(error, RuntimeError | OSError) and bool(_WORDS.search(str(error)))
