"""The random number by which the server knows a browser again, in a cookie.

It says nothing about anybody. A browser makes no use of it itself, so no script may read it.
"""

from __future__ import annotations

import re
import secrets

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import Message, Scope, Send

COOKIE = "beforehand_browser"
# With TLS under a name that a browser takes from this very host alone, not from a neighbour's.
HOST_COOKIE = f"__Host-{COOKIE}"
NUMBER = re.compile(r"[\w-]{32}", re.ASCII)
HEALTH = "/_stcore/health"  # what a page asks before it connects


def secure(scope: Scope) -> bool:
    """Whether the browser asks by TLS, as far as is known here."""
    return scope.get("scheme") in ("https", "wss")


def cookie_name(scope: Scope) -> str:
    """What the cookie is called in this kind of connection."""
    return HOST_COOKIE if secure(scope) else COOKIE


def number(scope: Scope) -> str:
    """Return the number of the browser; empty if it has none, or says two."""
    name, found = cookie_name(scope), set()
    for header in Headers(scope=scope).getlist("cookie"):
        for pair in header.split(";"):
            key, _, value = pair.partition("=")
            if key.strip() == name:
                found.add(value.strip())
    value = found.pop() if len(found) == 1 else ""
    return value if NUMBER.fullmatch(value) else ""


def with_number(scope: Scope, send: Send) -> Send:
    """Return `send`, which gives a browser that has no number one together with the page."""
    if scope["method"] != "GET" or number(scope) or not (asks_for_page(scope) or pings(scope)):
        return send
    # Lax, not Strict: whoever comes by a link would get a new number, and tabs open before lose
    # their files. No lifetime: it ends with the browser.
    cookie = f"{cookie_name(scope)}={secrets.token_urlsafe(24)}; HttpOnly; SameSite=Lax; Path=/"
    cookie += "; Secure" * secure(scope)

    async def send_with_number(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message).append("Set-Cookie", cookie)
        await send(message)

    return send_with_number


def asks_for_page(scope: Scope) -> bool:
    """Whether a browser asks for a page to show, not for a part of one."""
    return "text/html" in Headers(scope=scope).get("accept", "")


def pings(scope: Scope) -> bool:
    """Whether a page that is open asks whether it may connect; no program that watches does."""
    site = Headers(scope=scope).get("sec-fetch-site")
    return str(scope["path"]).endswith(HEALTH) and site == "same-origin"
