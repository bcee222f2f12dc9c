"""Which browser each session and each file belongs to: who was told of it first.

A session is kept as long as Streamlit may give it back, which is some time after its connection was
lost. A file is reached as long as a tab that was told of it is open.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from hmac import compare_digest

from streamlit import config

MARGIN_SECONDS = 10.0  # after Streamlit has let go of a session


class Ledger:
    """Browsers by the sessions and files that were told to them."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._owner: dict[str, str] = {}  # of a session, by its id
        self._open: Counter[str] = Counter()  # connections of a session
        self._ends: dict[str, float] = {}  # of those without any: when they are forgotten
        self._told: Counter[tuple[str, str]] = Counter()  # (browser, file), by connections

    def begin(self, browser: str, session: str) -> bool:
        """Note that a connection of `browser` is that of a session; whether it is theirs."""
        self._forget()
        mine = compare_digest(self._owner.setdefault(session, browser), browser)
        if mine:
            self._open[session] += 1
            self._ends.pop(session, None)
        return mine

    def end(self, session: str) -> None:
        """Note that a connection of a session, which had begun, has ended."""
        self._open[session] -= 1
        if self._open[session] <= 0:
            del self._open[session]
            kept = float(config.get_option("server.disconnectedSessionTTL")) + MARGIN_SECONDS
            self._ends[session] = self._now() + kept

    def owns(self, browser: str, session: str) -> bool:
        """Whether a session was told to `browser`, and no other."""
        self._forget()
        return bool(browser) and compare_digest(self._owner.get(session, ""), browser)

    def sessions(self, browser: str) -> list[str]:
        """Return all sessions of a browser, those whose connection was lost too."""
        self._forget()
        return [session for session, owner in self._owner.items() if owner == browser]

    def tell(self, browser: str, file: str) -> None:
        """Let a browser reach a file."""
        self._told[browser, file] += 1

    def untell(self, browser: str, file: str) -> None:
        """Take back what one `tell` allowed."""
        self._told[browser, file] -= 1
        if self._told[browser, file] <= 0:
            del self._told[browser, file]

    def may(self, browser: str, file: str) -> bool:
        """Whether a browser may reach a file."""
        return bool(browser) and (browser, file) in self._told

    def _forget(self) -> None:
        now = self._now()
        for session in [one for one, end in self._ends.items() if end < now]:
            del self._ends[session], self._owner[session]
