"""Response headers that keep a photo on this page: nothing is sent, framed, or kept by a cache.

Plain ASGI: it looks at answers only, so the body of an upload passes by unread.
"""

from __future__ import annotations

import base64
import hashlib
import re
from pathlib import Path

import streamlit
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ui.server import origins


def _inline_scripts() -> list[str]:
    """What a policy calls the scripts written into Streamlit's own page, read from that page."""
    page = Path(streamlit.__file__).parent / "static" / "index.html"
    scripts = re.findall(r"<script>(.*?)</script>", page.read_text("utf-8"), re.DOTALL)
    digests = (hashlib.sha256(script.encode()).digest() for script in scripts)
    return [f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests]


# blob: because the code of a component is imported from a blob, and its pictures are shown from
# blobs; data: in connect-src because the camera widget fetches its own data URL.
POLICY = (
    "default-src 'self'",
    " ".join(["script-src 'self' blob:", *_inline_scripts()]),
    "worker-src 'self' blob:",
    "img-src 'self' data: blob:",
    "media-src 'self' blob:",
    "style-src 'self' 'unsafe-inline'",
    "font-src 'self' data:",
    "object-src 'none'",
    "base-uri 'self'",
    "form-action 'self'",
    "frame-ancestors 'none'",
)
HEADERS = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), microphone=(), geolocation=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
# Where pictures, downloads and uploads go by, under any base path; /static/media/ holds fonts.
NEVER_STORED = re.compile(r"(?<!/static)/(media|_stcore)/")


class PrivateHeaders:
    """ASGI middleware that adds `HEADERS` and the content policy to every answer."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything through; only the first message of an HTTP answer is changed."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_private(message: Message) -> None:
            if message["type"] == "http.response.start":
                _add_headers(MutableHeaders(scope=message), scope)
            await send(message)

        await self.app(scope, receive, send_private)


def content_policy(scope: Scope) -> str:
    """Return what the page may do that is asked for: connect to its own origin, and no other.

    The origin is named, for not every browser takes 'self' to mean its WebSockets too.
    """
    sockets = " ".join(["connect-src 'self' data:", *origins.sockets(scope)])
    return "; ".join((*POLICY, sockets))


def _add_headers(headers: MutableHeaders, scope: Scope) -> None:
    for name, value in HEADERS.items():
        headers[name] = value
    headers["Content-Security-Policy"] = content_policy(scope)
    if NEVER_STORED.search(scope["path"]):
        headers["Cache-Control"] = "no-store"
