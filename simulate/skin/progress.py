"""Progress of a part of the work as progress of the whole."""

from __future__ import annotations

from collections.abc import Generator
from typing import TypeVar

T = TypeVar("T")


def scaled(
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
