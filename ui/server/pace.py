"""How often something may happen: so many times at once, and so many a second after that."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable


class Pace:
    """A store of permissions that fills up again.

    Args:
        at_once: how many there are at first, and at most.
        a_second: how many come back.
        now: returns the time, s.
    """

    def __init__(
        self, at_once: float, a_second: float, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._most, self._a_second, self._now = at_once, a_second, now
        self._left, self._since = at_once, now()

    def allows(self) -> bool:
        """Whether there is a permission."""
        now = self._now()
        self._left = min(self._most, self._left + self._a_second * (now - self._since))
        self._since = now
        return self._left >= 1.0

    def take(self) -> None:
        """Use one."""
        self.allows()
        self._left -= 1.0

    async def wait(self) -> None:
        """Use one as soon as there is one."""
        while not self.allows():
            await asyncio.sleep((1.0 - self._left) / self._a_second)
        self._left -= 1.0

    @property
    def full(self) -> bool:
        """Whether nothing was used lately."""
        return self.allows() and self._left >= self._most
