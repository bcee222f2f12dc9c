"""How much may lie in memory of what was uploaded, of one visitor and of all.

Streamlit keeps an upload until it is removed, which the page does in its next run; what is sent
without one would stay. Room is taken as soon as an upload is announced, so that many at the same
time get no more of it.
"""

from __future__ import annotations

import asyncio
from collections import Counter

from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit import config
from streamlit.runtime import get_instance

from ui.server import browsers, limits
from ui.server.ledger import Ledger
from ui.server.refusals import (
    MANY_UPLOADS,
    STALLED,
    TOO_LARGE,
    UPLOADS_FULL,
    Refusal,
    drained,
    refuse,
)


class Held:
    """What Streamlit keeps of uploads, in bytes."""

    def of(self, session: str) -> int:
        """Return what it keeps of a session."""
        files = get_instance().uploaded_file_mgr.file_storage.get(session, {})  # type: ignore[attr-defined]
        return sum(len(file.data) for file in list(files.values()))

    def in_all(self) -> int:
        """Return what it keeps of all sessions."""
        sessions = list(get_instance().uploaded_file_mgr.file_storage)  # type: ignore[attr-defined]
        return sum(self.of(session) for session in sessions)


class UploadQuota:
    """ASGI middleware that refuses an upload there is no room for, and one that does not come."""

    def __init__(self, app: ASGIApp, ledger: Ledger, held: Held | None = None) -> None:
        self.app, self._ledger, self._held = app, ledger, held or Held()
        self._coming: Counter[str] = Counter()  # bytes, by browser
        self._count: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything through but such uploads."""
        if scope["type"] != "http" or scope["method"] != "PUT":
            await self.app(scope, receive, send)
            return
        browser, size = browsers.number(scope), _announced(scope)
        upload = _Upload(receive, send)
        try:
            if no := self._hinders(browser, size):
                await drained(upload.receive, _most())
                await refuse(no, scope, send)
                return
            self._coming[browser] += size
            self._count[browser] += 1
            try:
                await self.app(scope, upload.receive, upload.send)
            finally:
                self._coming[browser] -= size
                self._count[browser] -= 1
                self._coming, self._count = +self._coming, +self._count
        except ClientDisconnect:
            if upload.stalled and not upload.answered:
                await refuse(STALLED, scope, send)

    def _hinders(self, browser: str, size: int) -> Refusal | None:
        if size > _most():
            return TOO_LARGE
        of_visitor = sum(map(self._held.of, self._ledger.sessions(browser)))
        of_visitor += self._coming[browser]
        if self._count[browser] >= limits.UPLOADS_AT_ONCE_OF_A_VISITOR:
            return MANY_UPLOADS
        if of_visitor + size > limits.UPLOADED_OF_A_VISITOR:
            return MANY_UPLOADS
        full = self._held.in_all() + self._coming.total() + size > limits.UPLOADED
        return UPLOADS_FULL if full or self._count.total() >= limits.UPLOADS_AT_ONCE else None


class _Upload:
    """One upload on its way."""

    def __init__(self, receive: Receive, send: Send) -> None:
        self._receive, self._send = receive, send
        self.stalled = self.answered = False

    async def receive(self) -> Message:
        """Return the next part of it; that nobody is there any more if none comes for long."""
        try:
            return await asyncio.wait_for(self._receive(), limits.STALLED_SECONDS)
        except TimeoutError:
            self.stalled = True
            return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        """Pass the answer on."""
        self.answered = True
        await self._send(message)


def _announced(scope: Scope) -> int:
    """How large the upload says it is; as large as any may be if it does not say."""
    said = Headers(scope=scope).get("content-length", "")
    return int(said) if said.isdecimal() and len(said) < 16 else _most()


def _most() -> int:
    """What the server takes of an upload, with what is around the file."""
    return int(config.get_option("server.maxUploadSize")) * limits.MIB + limits.MIB
