"""Requests and connections as a server would bring them, to whatever stands before Streamlit."""

import asyncio
import json
from collections.abc import Coroutine
from typing import Any

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

HOST = "localhost:8501"
ORIGIN = f"http://{HOST}"
ANNA, BEN = "anna".ljust(32, "a"), "ben".ljust(32, "b")  # numbers of browsers
SESSION, OTHER = (f"0123456{n}-89ab-cdef-0123-456789abcdef" for n in (7, 8))
PICTURE = "/media/0123456789abcdef0123456789abcdef.png"
UPLOAD = f"/_stcore/upload_file/{SESSION}/{SESSION}"
NOTHING: dict[str, str] = {}


def headers_of(browser: str, more: dict[str, str], cookie: str = "") -> list[tuple[bytes, bytes]]:
    told = {"host": HOST, **more}
    if browser:
        told["cookie"] = f"{cookie or 'beforehand_browser'}={browser}; other=1"
    return [(name.encode(), value.encode()) for name, value in told.items()]


async def ask(
    app: Any,
    path: str,
    browser: str = "",
    method: str = "GET",
    scheme: str = "http",
    body: tuple[bytes, ...] = (b"",),
    cookie: str = "",
    **headers: str,
) -> tuple[int, dict[str, str], str]:
    """Return status, headers and body of an answer; "_" in the name of a header is a hyphen."""
    start: dict[str, Any] = {}
    parts, said = list(body), []

    async def receive() -> Any:
        if not parts:
            await asyncio.Event().wait()
        return {"type": "http.request", "body": parts.pop(0), "more_body": bool(parts)}

    async def send(message: Any) -> None:
        start.update(message if message["type"] == "http.response.start" else NOTHING)
        said.append(message.get("body", b""))

    more = {name.replace("_", "-"): value for name, value in headers.items()}
    scope = {"type": "http", "method": method, "path": path, "scheme": scheme}
    scope["headers"] = headers_of(browser, more, cookie)
    await app(scope, receive, send)
    told = {name.decode().lower(): value.decode() for name, value in start["headers"]}
    return start["status"], told, b"".join(said).decode()


class Tab:
    """A connection, whose other end is an app."""

    def __init__(self, app: Any, browser: str = "", scheme: str = "ws", **headers: str) -> None:
        self.told: list[bytes] = []
        self.closed: int | None = None  # the code it was closed with
        self._coming: asyncio.Queue[Any] = asyncio.Queue()
        more = {"origin": ORIGIN, "sec-websocket-protocol": "streamlit"}
        more |= {name.replace("_", "-"): value for name, value in headers.items()}
        more = {name: value for name, value in more.items() if value != "-"}
        self.scope = {"type": "websocket", "path": "/_stcore/stream", "scheme": scheme}
        self.scope["headers"] = headers_of(browser, more)
        self.task = asyncio.create_task(app(self.scope, self._coming.get, self._hear))

    async def _hear(self, message: Any) -> None:
        if message["type"] == "websocket.send":
            self.told.append(message["bytes"])
        elif message["type"] == "websocket.close":
            self.closed = message["code"]

    async def send(self, *messages: bytes) -> None:
        for data in messages:
            self._coming.put_nowait({"type": "websocket.receive", "bytes": data})
        await settle()

    async def close(self) -> None:
        self._coming.put_nowait({"type": "websocket.disconnect", "code": 1005})
        await asyncio.wait_for(self.task, 5)


def run(visit: Coroutine[Any, Any, Any]) -> Any:
    """Run a visit to its end, which is not far."""
    return asyncio.run(asyncio.wait_for(visit, 20))


async def settle() -> None:
    """Let everything happen that can."""
    for _ in range(20):
        await asyncio.sleep(0)


class Page:
    """Streamlit's part: takes connections and requests, and tells a tab what it is told to."""

    def __init__(self) -> None:
        self.offered: list[str] = []  # protocols of each connection that came this far
        self.heard: list[bytes] = []  # from all tabs, in order
        self.asked: list[str] = []  # paths
        self.tell: list[Any] = []  # how to tell each tab something, in order of their coming
        self.work: asyncio.Event | None = None  # an answer waits for it

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "websocket":
            await self._talk(scope, receive, send)
            return
        self.asked.append(scope["path"])
        while (await receive()).get("more_body"):
            pass
        if self.work:
            await self.work.wait()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"face"})

    async def _talk(self, scope: Any, receive: Any, send: Any) -> None:
        headers = [value for name, value in scope["headers"] if name == b"sec-websocket-protocol"]
        self.offered.append(b" + ".join(headers).decode())

        async def tell(data: bytes) -> None:
            await send({"type": "websocket.send", "bytes": data})

        self.tell.append(tell)
        while (message := await receive())["type"] == "websocket.receive":
            self.heard.append(message["bytes"])


def new_session(session: str = SESSION) -> bytes:
    message = ForwardMsg(hash="0")
    message.new_session.initialize.session_id = session
    return message.SerializeToString()


def told_upload(address: str = UPLOAD) -> bytes:
    message = ForwardMsg()
    message.file_urls_response.file_urls.add(upload_url=address)
    return message.SerializeToString()


def told_download(address: str = PICTURE) -> bytes:
    message = ForwardMsg()
    message.backend_operation_response.deferred_file.url = address
    return message.SerializeToString()


def run_ended() -> bytes:
    return ForwardMsg(script_finished=ForwardMsg.FINISHED_SUCCESSFULLY).SerializeToString()


def run_asked() -> bytes:
    message = BackMsg()
    message.rerun_script.query_string = ""
    message.rerun_script.SetInParent()
    return message.SerializeToString()


def download_asked() -> bytes:
    message = BackMsg()
    message.backend_operation_request.deferred_file.file_id = "one"
    return message.SerializeToString()


def sentence(body: str) -> str:
    return str(json.loads(body))
