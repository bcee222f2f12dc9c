"""Addresses of downloads and uploads, answered only to the browser they were told to.

Streamlit answers whoever knows such an address, from any computer, as long as the file is there.
Here each browser carries a random number in a cookie, an address is noted when it is sent over the
connection of a tab, and anybody else gets the answer there is for an address that does not exist.
When the tab goes, its addresses go with it.

Plain ASGI: neither the body of an upload nor a picture is read, only where an address is written.
"""

from __future__ import annotations

import re
import secrets
from collections import Counter
from collections.abc import Iterator
from http.cookies import CookieError, SimpleCookie

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

COOKIE = "beforehand_browser"
# Under any base path; /static/media/ holds fonts.
GUARDED = re.compile(r"(?<!/static)/media/[^/]+$|/_stcore/upload_file/")
MEDIA = re.compile(rb"/media/([0-9a-f]{16,}\.\w+)")
UPLOAD = re.compile(rb"/_stcore/upload_file/([0-9a-f-]{36}/[0-9a-f-]{36})")


class OwnAddresses:
    """ASGI middleware that lets a browser reach only the files of its own tabs."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._told: Counter[tuple[str, str]] = Counter()  # (browser, file), by connections

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything through but what asks for a file of somebody else."""
        if scope["type"] == "websocket":
            await self._listen(scope, receive, send)
        elif scope["type"] != "http":
            await self.app(scope, receive, send)
        elif GUARDED.search(scope["path"]) and not self._may(scope):
            await _not_found(send)
        else:
            await self.app(scope, receive, _with_cookie(scope, send))

    async def _listen(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Note what addresses a tab is told of, until it closes."""
        browser, told = _browser(scope), set[tuple[str, str]]()

        async def noting(message: Message) -> None:
            if browser and message["type"] == "websocket.send":
                new = {(browser, file) for file in _addresses(message.get("bytes") or b"")} - told
                told.update(new)
                self._told.update(new)
            await send(message)

        try:
            await self.app(scope, receive, noting)
        finally:
            self._told.subtract(told)
            for one in told:
                if self._told[one] <= 0:
                    del self._told[one]

    def _may(self, scope: Scope) -> bool:
        """Whether a tab of this browser was told the address; a preflight carries no cookie."""
        if scope["method"] == "OPTIONS":
            return True
        if "/upload_file/" in scope["path"] and scope["method"] not in ("PUT", "DELETE"):
            return False  # there is nothing to be had from it, and Streamlit would give its page
        return (_browser(scope), _file(scope["path"])) in self._told


def _addresses(data: bytes) -> Iterator[str]:
    for pattern in (MEDIA, UPLOAD):
        for found in pattern.finditer(data):
            yield found[1].decode()


def _file(path: str) -> str:
    """What identifies a file in an address: for an upload the session with it."""
    parts = path.split("/")
    return parts[-1] if parts[-2] == "media" else "/".join(parts[-2:])


def _browser(scope: Scope) -> str:
    """The random number of the browser, empty if it has none."""
    cookie: SimpleCookie = SimpleCookie()
    try:
        cookie.load(Headers(scope=scope).get("cookie", ""))
    except CookieError:
        return ""
    return cookie[COOKIE].value if COOKIE in cookie else ""


def _with_cookie(scope: Scope, send: Send) -> Send:
    """Return `send`, which gives the page to a browser that has no number together with one."""
    headers = Headers(scope=scope)
    if scope["method"] != "GET" or "text/html" not in headers.get("accept", "") or _browser(scope):
        return send
    # Lax, not Strict: whoever comes by a link would get a new number, and tabs open before lose
    # their files. No lifetime: it ends with the browser.
    cookie = f"{COOKIE}={secrets.token_urlsafe(24)}; HttpOnly; SameSite=Lax; Path=/"
    cookie += "; Secure" * (scope["scheme"] == "https")

    async def send_with_cookie(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message).append("Set-Cookie", cookie)
        await send(message)

    return send_with_cookie


async def _not_found(send: Send) -> None:
    plain = [(b"content-type", b"text/plain; charset=utf-8"), (b"cache-control", b"no-store")]
    await send({"type": "http.response.start", "status": 404, "headers": plain})
    await send({"type": "http.response.body", "body": b"File not found"})
