"""What somebody reads whose request is not granted, in the language that the browser asks for."""

from __future__ import annotations

import json
from dataclasses import dataclass

from starlette.datastructures import Headers
from starlette.types import Receive, Scope, Send

from ui.server import browsers
from ui.text import language
from ui.text.language import N_


@dataclass(frozen=True)
class Refusal:
    """An HTTP status and a sentence, in English."""

    status: int
    sentence: str


NOWHERE = Refusal(404, N_("There is no such page or file here."))
FOREIGN = Refusal(403, N_("Another page may not use this one."))
UNKNOWN_BROWSER = Refusal(
    428,
    N_(
        "This page needs one cookie, so that nobody else reaches your photo. Allow cookies for "
        "this page and reload it."
    ),
)
MANY_TABS = Refusal(
    429,
    N_(
        "This page is open too often in this browser. Close some of its tabs; it then goes on "
        "here by itself."
    ),
)
CROWDED = Refusal(
    503, N_("Too many people use this page just now. It tries again by itself in a moment.")
)
MANY_UPLOADS = Refusal(
    429, N_("Too many files of yours wait to be looked at. Try again in a minute.")
)
UPLOADS_FULL = Refusal(
    507, N_("There is no room for another file just now. Try again in a minute.")
)
TOO_LARGE = Refusal(413, N_("The file is too large."))
STALLED = Refusal(408, N_("The connection is too slow: the file did not arrive. Try again."))
# Of uploads, which a browser is told of by a number alone.
OF_UPLOADS = (MANY_UPLOADS, UPLOADS_FULL, TOO_LARGE, STALLED)


async def refuse(refusal: Refusal, scope: Scope, send: Send) -> None:
    """Answer a request; what would become a WebSocket gets a 403, whose body no page sees."""
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008, "reason": ""})
        return
    sentence = language.said_in(_language(scope), refusal.sentence)
    # Streamlit's page shows what it is told by a ping if that is JSON.
    shown = browsers.asks_for_page(scope)
    kind = b"text/plain; charset=utf-8" if shown else b"application/json"
    text = (sentence if shown else json.dumps(sentence, ensure_ascii=False)).encode()
    headers = [
        (b"content-type", kind),
        (b"content-length", str(len(text)).encode()),
        (b"cache-control", b"no-store"),
    ]
    await send({"type": "http.response.start", "status": refusal.status, "headers": headers})
    await send({"type": "http.response.body", "body": text})


async def drained(receive: Receive, most_bytes: int) -> None:
    """Let the body of a request pass by: a browser that is still sending hears no answer."""
    while most_bytes > 0:
        message = await receive()
        most_bytes -= len(message.get("body", b""))
        if message["type"] != "http.request" or not message.get("more_body"):
            return


def _language(scope: Scope) -> str:
    """The first language a browser asks for that the page has."""
    asked = Headers(scope=scope).get("accept-language", "")[:200]
    wanted = [part.split(";")[0].split("-")[0].strip().lower() for part in asked.split(",")]
    return next((one for one in wanted if one in language.LANGUAGES), "en")
