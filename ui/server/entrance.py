"""What can be asked for at all, and from where. What is not listed is not there.

Streamlit answers at more addresses than the page uses: figures about everybody, a login, a way in
for programs. A later version may have more of them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send
from streamlit import config

from ui.server import limits, origins, process_id
from ui.server.refusals import (
    CROWDED,
    FOREIGN,
    NOWHERE,
    Refusal,
    refuse,
)

PAGES = ("preview", "about", "care", "verify")
READ, PREFLIGHT = ("GET", "HEAD"), ("OPTIONS",)
NAME = r"[\w-]+"
# Patterns of a whole path, below `server.baseUrlPath`, and how it may be asked for.
OPEN = {
    r"/?": READ,
    rf"/(?:{'|'.join(PAGES)})/?": READ,
    r"/(?:index\.html|favicon\.png|manifest\.json)": READ,
    r"/static/.+": READ,
    r"/_stcore/(?:health|host-config)": (*READ, *PREFLIGHT),
    rf"/{process_id.NAME}": READ,
}
# `ui.server.addresses` asks whose they are, `ui.server.tabs` whose the connection is.
GUARDED = {
    r"/media/[\w.-]+": (*READ, *PREFLIGHT),
    rf"/_stcore/upload_file/{NAME}/{NAME}": ("PUT", "DELETE", *PREFLIGHT),
}
SOCKET = "/_stcore/stream"
FRAMES = {"iframe", "frame", "embed", "object", "fencedframe"}


class Entrance:
    """ASGI middleware that turns away what is not part of the page, or comes from another one."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._asked = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what may be asked for."""
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
        elif no := self._hinders(scope):
            await refuse(no, scope, send)
        elif scope["type"] == "websocket":
            await self.app(scope, receive, send)
        else:
            self._asked += 1
            try:
                await self.app(scope, receive, send)
            finally:
                self._asked -= 1

    def _hinders(self, scope: Scope) -> Refusal | None:
        path = _below_base(scope["path"])
        if scope["type"] == "websocket":
            return None if path == SOCKET else NOWHERE
        if not _listed(OPEN | GUARDED, path, scope["method"]):
            return NOWHERE
        asked = Headers(scope=scope)
        foreign = asked.get("sec-fetch-dest") in FRAMES
        if _listed(GUARDED, path, scope["method"]):
            foreign |= asked.get("sec-fetch-site", "none") not in ("same-origin", "none")
            foreign |= "origin" in asked and asked["origin"].lower() not in origins.own(scope)
        if foreign:
            return FOREIGN
        return CROWDED if self._asked >= limits.REQUESTS_AT_ONCE else None


def _listed(patterns: Mapping[str, tuple[str, ...]], path: str, method: str) -> bool:
    found = (how for pattern, how in patterns.items() if re.fullmatch(pattern, path, re.ASCII))
    return any(method in how for how in found)


def _below_base(path: str) -> str:
    """The path without `server.baseUrlPath`; one that is not below it is nowhere."""
    base = "/" + str(config.get_option("server.baseUrlPath") or "").strip("/")
    if base == "/":
        return path
    return path.removeprefix(base) if f"{path}/".startswith(f"{base}/") else "//"
