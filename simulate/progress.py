"""Work that says how far it is: a part of it as a share of the whole, and all of it to its end."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import TypeVar

T = TypeVar("T")


def share_of(
    working: Generator[float, None, T], share: float, done: float = 0.0
) -> Generator[float, None, T]:
    """Yield what a part of the work yields, as the share of the whole; return what it returns.

    Args:
        working: the part, yields shares of itself that are done.
        share: of the whole that it is.
        done: of the whole before it.
    """
    while True:
        try:
            fraction = next(working)
        except StopIteration as end:
            made: T = end.value
            return made
        yield done + share * fraction


def complete(
    working: Generator[float, None, T], show: Callable[[float], object] = lambda share: None
) -> T:
    """Do the work, showing each share that is done, and return its result."""
    while True:
        try:
            share = next(working)
        except StopIteration as end:
            made: T = end.value
            return made
        show(share)
