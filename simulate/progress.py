"""Work that says how far it is: a part of it as a share of the whole, and all of it to its end."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import TypeVar

T = TypeVar("T")


def share_of(
    steps: Generator[float, None, T], share: float, start: float = 0.0
) -> Generator[float, None, T]:
    """Yield what a part of the work yields, as the share of the whole; return what it returns.

    Args:
        steps: the part, yields shares of itself that are done.
        share: of the whole that it is.
        start: of the whole before it.
    """
    while True:
        try:
            fraction = next(steps)
        except StopIteration as end:
            made: T = end.value
            return made
        yield start + share * fraction


def complete(
    steps: Generator[float, None, T], show: Callable[[float], object] = lambda share: None
) -> T:
    """Do the work, showing each share that is done, and return its result."""
    while True:
        try:
            share = next(steps)
        except StopIteration as end:
            made: T = end.value
            return made
        show(share)
