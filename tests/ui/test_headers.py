"""Which headers an answer carries, and that nothing else of it is touched."""

import asyncio
import base64
import hashlib
import re
from pathlib import Path
from typing import Any

import pytest
import streamlit

from ui.headers import CONTENT_POLICY, HEADERS, PrivateHeaders


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

    scope = {"type": kind, "path": path}
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


def test_nothing_from_elsewhere_is_allowed() -> None:
    assert not re.search(r"https?:|\*|unsafe-eval", CONTENT_POLICY)
    policy = dict(part.split(" ", 1) for part in CONTENT_POLICY.split("; "))
    assert policy["default-src"] == "'self'"
    assert policy["frame-ancestors"] == "'none'"
    assert "unsafe-inline" not in policy["script-src"]


def test_the_scripts_written_into_streamlits_page_are_allowed_by_their_digest() -> None:
    html = (Path(streamlit.__file__).parent / "static" / "index.html").read_text()
    scripts = re.findall(r"<script>(.*?)</script>", html, re.DOTALL)
    assert scripts
    for script in scripts:
        digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in CONTENT_POLICY
