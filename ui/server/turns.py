"""Whose turn it is: a few at once, and of those who wait, first whoever has the fewest."""

from __future__ import annotations

import asyncio
from collections import Counter


class Turn:
    """Room for one piece of work, until it is given back or its time is over."""

    def __init__(self, turns: Turns, who: str, seconds: float) -> None:
        self._turns, self._who = turns, who
        self._over = asyncio.get_running_loop().call_later(seconds, self.give_back)
        self.held = True

    def give_back(self) -> None:
        """Let the next begin; nothing if that was done."""
        if self.held:
            self.held = False
            self._over.cancel()
            self._turns.free(self._who)


class Turns:
    """A queue in which nobody is passed over for somebody who asks more often.

    Args:
        at_once: how many may work.
        seconds: after which the next may begin although a piece of work goes on.
    """

    def __init__(self, at_once: int, seconds: float) -> None:
        self._at_once, self._seconds = at_once, seconds
        self._working: Counter[str] = Counter()
        self._waiting: list[tuple[str, asyncio.Future[None]]] = []

    async def take(self, who: str) -> Turn:
        """Return a turn of `who` as soon as it is theirs."""
        if self._working.total() >= self._at_once or self._waiting:
            mine = (who, asyncio.get_running_loop().create_future())
            self._waiting.append(mine)
            try:
                await mine[1]
            except asyncio.CancelledError:
                if mine in self._waiting:
                    self._waiting.remove(mine)
                else:  # it was given while we were told to stop
                    self.free(who)
                raise
        else:
            self._working[who] += 1
        return Turn(self, who, self._seconds)

    def free(self, who: str) -> None:
        """Take one of the turns of `who` and give it to the next."""
        self._working[who] -= 1
        if self._working[who] <= 0:
            del self._working[who]
        while self._waiting and self._working.total() < self._at_once:
            at = min(range(len(self._waiting)), key=lambda i: self._working[self._waiting[i][0]])
            next_, future = self._waiting.pop(at)
            if not future.done():
                self._working[next_] += 1
                future.set_result(None)
