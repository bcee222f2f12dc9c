"""Who may ask for the address of a download or an upload."""

import asyncio
import re
from typing import Any

import pytest

from ui.addresses import COOKIE, OwnAddresses

PICTURE = "/media/0123456789abcdef0123456789abcdef.png"
UPLOAD = "/_stcore/upload_file/" + "/".join(["01234567-89ab-cdef-0123-456789abcdef"] * 2)
OK, NOT_FOUND = 200, 404


class Site:
    """A page behind the middleware; whoever connects is told `told`."""

    def __init__(self, told: bytes) -> None:
        self.told = told
        self.app = OwnAddresses(self._page)
        self.open = asyncio.Event()

    async def _page(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "websocket":
            await send({"type": "websocket.send", "bytes": self.told})
            await self.open.wait()
        else:
            await send({"type": "http.response.start", "status": OK, "headers": []})
            await send({"type": "http.response.body", "body": b"face"})

    async def ask(
        self, path: str, browser: str, method: str = "GET", accept: str = "*/*"
    ) -> tuple[int, dict[str, str]]:
        start: dict[str, Any] = {}

        async def send(message: Any) -> None:
            start.update(message if message["type"] == "http.response.start" else {})

        scope = {"type": "http", "method": method, "path": path, "scheme": "https"}
        scope["headers"] = [(b"accept", accept.encode()), *cookie(browser)]
        await self.app(scope, nothing, send)
        return start["status"], {k.decode().lower(): v.decode() for k, v in start["headers"]}

    async def connect(self, browser: str) -> asyncio.Task[None]:
        async def send(message: Any) -> None:
            assert message["bytes"] == self.told, "passed on as it is"

        scope = {"type": "websocket", "path": "/_stcore/stream", "headers": cookie(browser)}
        tab = asyncio.create_task(self.app(scope, nothing, send))
        await asyncio.sleep(0)
        return tab

    async def close(self, *tabs: asyncio.Task[None]) -> None:
        self.open.set()
        await asyncio.gather(*tabs)


async def nothing() -> Any:
    raise AssertionError("what is sent is not the middleware's business")


def cookie(browser: str) -> list[tuple[bytes, bytes]]:
    return [(b"cookie", f"{COOKIE}={browser}; other=1".encode())] if browser else []


@pytest.mark.parametrize(
    ("path", "method"), [(PICTURE, "GET"), (UPLOAD, "PUT"), (UPLOAD, "DELETE")]
)
@pytest.mark.parametrize("base", ["", "/clinic"])
def test_only_the_browser_that_was_told_an_address_gets_an_answer(
    path: str, method: str, base: str
) -> None:
    async def visit() -> None:
        site = Site(b"\x0a\x12" + f"{base}{path}".encode() + b"\x1a")
        assert (await site.ask(base + path, "anna", method))[0] == NOT_FOUND
        tab = await site.connect("anna")
        assert (await site.ask(base + path, "anna", method))[0] == OK
        for other in ("ben", "", "anna2"):
            status, headers = await site.ask(base + path, other, method)
            assert status == NOT_FOUND
            assert headers["cache-control"] == "no-store"
        assert (await site.ask(base + path, "ben", method="OPTIONS"))[0] == OK
        await site.close(tab)
        assert (await site.ask(base + path, "anna", method))[0] == NOT_FOUND

    asyncio.run(visit())


def test_an_upload_can_be_read_by_nobody() -> None:
    async def visit() -> None:
        site = Site(UPLOAD.encode())
        tab = await site.connect("anna")
        assert (await site.ask(UPLOAD, "anna", "PUT"))[0] == OK
        assert (await site.ask(UPLOAD, "anna", "GET"))[0] == NOT_FOUND
        await site.close(tab)

    asyncio.run(visit())


def test_an_address_lives_as_long_as_one_of_the_tabs_that_know_it() -> None:
    async def visit() -> None:
        site = Site(PICTURE.encode())
        first, second = await site.connect("anna"), await site.connect("anna")
        first.cancel()
        await asyncio.gather(first, return_exceptions=True)
        assert (await site.ask(PICTURE, "anna"))[0] == OK
        await site.close(second)
        assert (await site.ask(PICTURE, "anna"))[0] == NOT_FOUND

    asyncio.run(visit())


def test_without_a_cookie_nothing_is_noted_for_anybody() -> None:
    async def visit() -> None:
        site = Site(PICTURE.encode())
        tab = await site.connect("")
        assert (await site.ask(PICTURE, ""))[0] == NOT_FOUND
        await site.close(tab)

    asyncio.run(visit())


def test_the_page_brings_a_number_once_and_fonts_bring_none() -> None:
    async def visit() -> None:
        site = Site(b"")
        set_ = [(await site.ask("/", "", accept="text/html"))[1]["set-cookie"] for _ in range(2)]
        assert set_[0] != set_[1]
        for one in set_:
            assert re.fullmatch(
                rf"{COOKIE}=[\w-]{{32}}; HttpOnly; SameSite=Lax; Path=/; Secure", one
            )
        assert "set-cookie" not in (await site.ask("/", "anna", accept="text/html"))[1]
        status, headers = await site.ask("/static/media/font.woff2", "")
        assert status == OK
        assert headers == {}

    asyncio.run(visit())
