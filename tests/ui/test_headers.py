"""Which headers an answer carries, and that nothing else of it is touched."""

import asyncio
import base64
import hashlib
import re
from pathlib import Path
from typing import Any

import pytest
import streamlit

from tests.ui.network import HOST
from ui.server.security_headers import (
    HEADERS,
    PrivateHeaders,
    content_policy,
)


def answer(
    path: str, headers: list[tuple[bytes, bytes]], kind: str = "http"
) -> list[dict[str, Any]]:
    """What the middleware passes on of an app that answers `path` with `headers`."""
    sent: list[dict[str, Any]] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"body"})

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        raise AssertionError("the body of a request is not the middleware's business")

    scope = {"type": kind, "path": path, "scheme": "http", "headers": [(b"host", HOST.encode())]}
    asyncio.run(PrivateHeaders(app)(scope, receive, send))
    return sent


def headers_of(path: str, *given: tuple[bytes, bytes]) -> dict[str, str]:
    start, body = answer(path, list(given))
    assert body == {"type": "http.response.body", "body": b"body"}
    return {name.decode(): value.decode() for name, value in start["headers"]}


def test_every_answer_carries_the_private_headers() -> None:
    got = headers_of("/", (b"content-type", b"text/html"))
    assert got["content-type"] == "text/html"
    assert {name.lower(): value for name, value in HEADERS.items()}.items() <= got.items()
    assert got["referrer-policy"] == "no-referrer"
    assert got["cross-origin-resource-policy"] == "same-origin"
    assert got["content-security-policy"].startswith("default-src 'self'; ")


@pytest.mark.parametrize("path", ["/media/face.png", "/clinic/media/face.png", "/_stcore/health"])
def test_what_may_hold_a_face_is_never_stored(path: str) -> None:
    got = headers_of(path, (b"cache-control", b"public, max-age=3600"))
    assert got["cache-control"] == "no-store"


@pytest.mark.parametrize("path", ["/", "/static/js/index.js", "/static/media/font.woff2"])
def test_what_holds_no_face_may_be_stored(path: str) -> None:
    got = headers_of(path, (b"cache-control", b"public"))
    assert got["cache-control"] == "public"


def test_a_websocket_passes_untouched() -> None:
    start, _ = answer("/_stcore/stream", [], kind="websocket")
    assert start["headers"] == []


def policy(host: str = HOST, scheme: str = "http") -> dict[str, str]:
    scope = {"type": "http", "scheme": scheme, "headers": [(b"host", host.encode("latin-1"))]}
    return dict(part.split(" ", 1) for part in content_policy(scope).split("; "))


def test_nothing_from_elsewhere_is_allowed() -> None:
    got = policy()
    assert not re.search(r"https?:|\*|unsafe-eval", " ".join(got.values()))
    assert got["default-src"] == "'self'"
    assert got["frame-ancestors"] == "'none'"
    assert "unsafe-inline" not in got["script-src"]


@pytest.mark.parametrize(
    ("host", "scheme", "sockets"),
    [
        ("localhost:8501", "http", "ws://localhost:8501 wss://localhost:8501"),
        ("LOCALHOST", "https", "wss://localhost"),
        ("127.0.0.1:80", "http", "ws://127.0.0.1 wss://127.0.0.1:80"),
        ("evil.example", "http", ""),
        ("localhost; script-src *", "http", ""),
        ("localhost:8501 wss://evil.example", "http", ""),
        ("localhost:8501,evil.example", "http", ""),
        ("localhost@evil.example", "http", ""),
        ("localhost/*", "http", ""),
        ("*", "http", ""),
        ("", "http", ""),
        ("localhost\u00e9", "http", ""),
        ("localhost" + "." * 300, "http", ""),
    ],
)
def test_the_page_connects_to_its_own_origin_and_no_other(
    host: str, scheme: str, sockets: str
) -> None:
    assert policy(host, scheme)["connect-src"] == f"'self' data: {sockets}".strip()
    assert "*" not in policy(host, scheme)["script-src"]


def test_the_scripts_written_into_streamlits_page_are_allowed_by_their_digest() -> None:
    html = (Path(streamlit.__file__).parent / "static" / "index.html").read_text()
    scripts = re.findall(r"<script>(.*?)</script>", html, re.DOTALL)
    assert scripts
    for script in scripts:
        digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in policy()["script-src"]
