"""The connections of tabs: whose session each is, how many there are, and what they may ask.

Streamlit gives a session to whoever names its id, which stands in the address of every upload. Here
a browser gets back only a session that was begun by it, and whoever names another gets a new one,
as if theirs had gone. What a tab sends is let through at a pace that leaves time for the others.
"""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from contextlib import suppress

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from ui.server import browsers, limits, messages, origins
from ui.server.addresses import file_of
from ui.server.ledger import Ledger
from ui.server.messages import MalformedError
from ui.server.pace import Pace
from ui.server.refusals import (
    CROWDED,
    FOREIGN,
    MANY_TABS,
    UNKNOWN_BROWSER,
    Refusal,
    refuse,
)
from ui.server.turns import Turn, Turns

PROTOCOLS = "sec-websocket-protocol"
RUN, DOWNLOAD, FILES = "rerun_script", "backend_operation_request", "file_urls_request"
PROTOCOL_ERROR = 1002
# All that our page sends, one at a time. Not "clear_cache", which clears everybody's, for example.
ALLOWED = {RUN, DOWNLOAD, FILES, "stop_script", "app_heartbeat"}


class OwnTabs:
    """ASGI middleware that gives each browser its own sessions, and its share."""

    def __init__(self, app: ASGIApp, ledger: Ledger) -> None:
        self.app, self._ledger = app, ledger
        self._open: Counter[str] = Counter()  # connections of a browser
        self._new = Pace(*limits.NEW)
        self._new_of: dict[str, Pace] = {}
        self._turns = Turns(limits.RUNS_AT_ONCE, limits.RUN_SECONDS)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything through but connections that are not granted."""
        if scope["type"] == "websocket":
            await self._connect(scope, receive, send)
        elif scope["type"] == "http" and browsers.pings(scope) and (no := self._foretold(scope)):
            await refuse(no, scope, send)  # which the page shows, unlike that of a connection
        else:
            await self.app(scope, receive, send)

    def _foretold(self, scope: Scope) -> Refusal | None:
        return self._hinders(scope, back=bool(self._ledger.sessions(browsers.number(scope))))

    async def _connect(self, scope: Scope, receive: Receive, send: Send) -> None:
        asked = Headers(scope=scope)
        foreign = asked.get("origin", "").lower() not in origins.own(scope)
        foreign |= asked.get("sec-fetch-site", "same-origin") != "same-origin"
        browser, session = browsers.number(scope), _session(scope)
        mine = self._ledger.owns(browser, session)
        if no := FOREIGN if foreign else self._hinders(scope, back=mine):
            await refuse(no, scope, send)
            return
        self._arrive(browser, back=mine)
        tab = _Tab(browser, self._ledger, self._turns, receive, send)
        if mine:
            tab.begin(session)
        try:
            await self.app(scope if mine else _anew(scope), tab.receive, tab.send)
        finally:
            tab.close()
            self._open[browser] -= 1
            if self._open[browser] <= 0:
                del self._open[browser]

    def _hinders(self, scope: Scope, back: bool = False) -> Refusal | None:
        """What there is against one more connection; `back` is one of a session that goes on."""
        browser = browsers.number(scope)
        if not browser:
            return UNKNOWN_BROWSER
        if self._open[browser] >= limits.TABS_OF_A_VISITOR:
            return MANY_TABS
        often = browser in self._new_of and not self._new_of[browser].allows()
        crowded = self._open.total() >= limits.TABS or not (back or self._new.allows())
        return CROWDED if often or crowded else None

    def _arrive(self, browser: str, back: bool) -> None:
        self._new_of = {one: pace for one, pace in self._new_of.items() if not pace.full}
        self._new_of.setdefault(browser, Pace(*limits.NEW_OF_A_VISITOR)).take()
        if not back:
            self._new.take()
        self._open[browser] += 1


class _Tab:
    """One connection: what comes in by it, and what it was told."""

    def __init__(
        self, browser: str, ledger: Ledger, turns: Turns, receive: Receive, send: Send
    ) -> None:
        self._browser, self._ledger, self._turns = browser, ledger, turns
        self._receive, self._send = receive, send
        self._sessions: list[str] = []
        self._told: deque[str] = deque()
        self._pace = Pace(*limits.MESSAGES)
        self._run: Turn | None = None
        self._may_make = asyncio.Semaphore(limits.DOWNLOADS_AT_ONCE)
        self._making: deque[Turn] = deque()

    def begin(self, session: str) -> None:
        """Note whose connection it is."""
        if session not in self._sessions and self._ledger.begin(self._browser, session):
            self._sessions.append(session)

    def close(self) -> None:
        """Let go of all that was this connection's."""
        for session in self._sessions:
            self._ledger.end(session)
        for file in self._told:
            self._ledger.untell(self._browser, file)
        for turn in (self._run, *self._making):
            if turn is not None:
                turn.give_back()

    async def receive(self) -> Message:
        """Return the next message of the browser that may be passed on, when it is its turn.

        While one waits no other is read, and the browser cannot send more.
        """
        while True:
            message = await self._receive()
            if message["type"] != "websocket.receive":
                return message
            await self._pace.wait()
            try:
                kind = _asked(message.get("bytes") or b"")
            except MalformedError:
                await self._send({"type": "websocket.close", "code": PROTOCOL_ERROR})
                return {"type": "websocket.disconnect", "code": PROTOCOL_ERROR}
            if kind in ALLOWED:
                await self._wait(kind)
                return message

    async def _wait(self, kind: str) -> None:
        if kind == RUN and not (self._run and self._run.held):
            self._run = await self._turns.take(self._browser)
        elif kind == DOWNLOAD:
            with suppress(TimeoutError):  # one that is never answered does not hold up all others
                await asyncio.wait_for(self._may_make.acquire(), limits.DOWNLOAD_SECONDS)
            self._making.append(await self._turns.take(self._browser))

    async def send(self, message: Message) -> None:
        """Note what the browser is told, and tell it."""
        if message["type"] == "websocket.send":
            for kind, content in messages.to_browser(message.get("bytes") or b""):
                self._note(kind, content)
        await self._send(message)

    def _note(self, kind: str, content: bytes) -> None:
        if kind == "new_session":
            self.begin(messages.session_of(content))
        elif kind == "file_urls_response":
            for address in messages.uploads_of(content):
                self._tell(address)
        elif kind == "backend_operation_response":
            self._tell(messages.download_of(content))
            if self._making:
                self._making.popleft().give_back()
                self._may_make.release()
        elif kind == "script_finished" and self._run is not None:
            if messages.varint(content)[0] != ForwardMsg.FINISHED_EARLY_FOR_RERUN:
                self._run.give_back()

    def _tell(self, address: str) -> None:
        if not address:
            return
        file = file_of(address)
        self._ledger.tell(self._browser, file)
        self._told.append(file)
        if len(self._told) > limits.FILES_TOLD:
            self._ledger.untell(self._browser, self._told.popleft())


def _asked(data: bytes) -> str:
    """Return what kind of message it is; empty for what our page does not send.

    Raises:
        MalformedError: the bytes are no message.
    """
    fields = list(messages.to_server(data))
    if len(fields) != 1:  # of several the last would count, or all together
        return ""
    kind, content = fields[0]
    if kind == DOWNLOAD and not messages.asks_for_download(content):
        return ""
    if kind == FILES and messages.names_in(content) > limits.NAMES_OF_FILES:
        return ""
    return kind


def _protocols(scope: Scope) -> list[str]:
    """All that is offered as a protocol: its name, a token, and the session to go on with."""
    joined = ",".join(Headers(scope=scope).getlist(PROTOCOLS))
    return [one.strip() for one in joined.split(",")]


def _session(scope: Scope) -> str:
    offered = _protocols(scope)
    return offered[2] if len(offered) == 3 else ""


def _anew(scope: Scope) -> Scope:
    """The same request, but for a new session."""
    offered = _protocols(scope)
    own = {**scope, "headers": list(scope["headers"]), "subprotocols": offered[:2]}
    headers = MutableHeaders(scope=own)
    del headers[PROTOCOLS]
    if any(offered):
        headers[PROTOCOLS] = ", ".join(offered[:2])
    return own
