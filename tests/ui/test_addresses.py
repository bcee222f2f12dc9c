"""Who may ask for the address of a download or an upload."""

import asyncio
import re
from typing import Any

import pytest
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from tests.ui.network import (
    ANNA,
    BEN,
    PICTURE,
    UPLOAD,
    Page,
    Tab,
    ask,
    run,
    settle,
    told_download,
    told_upload,
)
from ui.server import limits
from ui.server.addresses import OwnAddresses
from ui.server.browsers import COOKIE, HOST_COOKIE
from ui.server.ledger import Ledger
from ui.server.tabs import OwnTabs

OK, NOT_FOUND = 200, 404


def site() -> tuple[Page, Any]:
    page, ledger = Page(), Ledger()
    return page, OwnAddresses(OwnTabs(page, ledger), ledger)


async def status(app: Any, *of: str, **more: str) -> int:
    return (await ask(app, *of, **more))[0]


@pytest.mark.parametrize(
    ("path", "method", "told"),
    [
        (PICTURE, "GET", told_download),
        (PICTURE, "HEAD", told_download),
        (UPLOAD, "PUT", told_upload),
        (UPLOAD, "DELETE", told_upload),
    ],
)
@pytest.mark.parametrize("base", ["", "/clinic"])
def test_only_the_browser_that_was_told_an_address_gets_an_answer(
    path: str, method: str, told: Any, base: str
) -> None:
    async def visit() -> None:
        page, app = site()
        assert await status(app, base + path, ANNA, method) == NOT_FOUND
        tab = Tab(app, ANNA)
        await settle()
        message = told(base + path)
        await page.tell[0](message)
        assert tab.told == [message], "passed on as it is"
        assert await status(app, base + path, ANNA, method) == OK
        for other in (BEN, "", ANNA[:-1], ANNA.upper()):
            answer, headers, _ = await ask(app, base + path, other, method)
            assert answer == NOT_FOUND
            assert headers["cache-control"] == "no-store"
        assert await status(app, base + path, BEN, "OPTIONS") == OK
        await tab.close()
        assert await status(app, base + path, ANNA, method) == NOT_FOUND

    run(visit())


def echoes() -> list[bytes]:
    """Messages in which an address stands that somebody else wrote there."""
    text = f"{PICTURE} {UPLOAD}"
    warning, data, name, wrong, title = (ForwardMsg() for _ in range(5))
    warning.delta.new_element.alert.body = text
    data.delta.new_element.bidi_component.json = text
    name.file_urls_response.response_id = text
    wrong.backend_operation_response.error_msg = text
    title.page_config_changed.title = text
    button = ForwardMsg()
    button.delta.new_element.download_button.url = PICTURE
    new = ForwardMsg()
    new.new_session.name = text
    return [one.SerializeToString() for one in (warning, data, name, wrong, title, button, new)]


@pytest.mark.parametrize("echo", echoes())
def test_an_address_that_is_only_repeated_is_not_told(echo: bytes) -> None:
    async def visit() -> None:
        page, app = site()
        tab = Tab(app, ANNA)
        await settle()
        await page.tell[0](echo)
        assert tab.told == [echo]
        for method in ("GET", "PUT", "DELETE"):
            assert await status(app, PICTURE, ANNA, method) == NOT_FOUND
            assert await status(app, UPLOAD, ANNA, method) == NOT_FOUND
        await tab.close()

    run(visit())


def test_an_upload_can_be_read_by_nobody() -> None:
    async def visit() -> None:
        page, app = site()
        tab = Tab(app, ANNA)
        await settle()
        await page.tell[0](told_upload())
        assert await status(app, UPLOAD, ANNA, "PUT") == OK
        assert await status(app, UPLOAD, ANNA, "GET") == NOT_FOUND
        await tab.close()

    run(visit())


def test_an_address_lives_as_long_as_one_of_the_tabs_that_know_it() -> None:
    async def visit() -> None:
        page, app = site()
        first, second = Tab(app, ANNA), Tab(app, ANNA)
        await settle()
        for tell in page.tell:
            await tell(told_download())
        first.task.cancel()
        await asyncio.gather(first.task, return_exceptions=True)
        assert await status(app, PICTURE, ANNA) == OK
        await second.close()
        assert await status(app, PICTURE, ANNA) == NOT_FOUND

    run(visit())


def test_a_tab_that_is_told_ever_more_addresses_keeps_the_last(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(limits, "FILES_TOLD", 2)
    names = [PICTURE.replace("0123", f"012{n}") for n in range(4)]

    async def visit() -> None:
        page, app = site()
        tab = Tab(app, ANNA)
        await settle()
        for name in names:
            await page.tell[0](told_download(name))
        answers = [await status(app, name, ANNA) for name in names]
        assert answers == [NOT_FOUND, NOT_FOUND, OK, OK]
        await tab.close()

    run(visit())


def test_the_page_brings_a_number_once_and_fonts_bring_none() -> None:
    async def visit() -> None:
        _, app = site()
        for scheme, name, ending in (("http", COOKIE, ""), ("https", HOST_COOKIE, "; Secure")):
            asked = [await ask(app, "/", accept="text/html", scheme=scheme) for _ in range(2)]
            given = [headers["set-cookie"] for _, headers, _ in asked]
            assert given[0] != given[1]
            for one in given:
                assert re.fullmatch(
                    rf"{name}=[\w-]{{32}}; HttpOnly; SameSite=Lax; Path=/{ending}", one
                )
        _, headers, _ = await ask(app, "/", ANNA, accept="text/html")
        assert "set-cookie" not in headers
        answer, headers, _ = await ask(app, "/static/media/font.woff2")
        assert answer == OK
        assert headers == {}

    run(visit())


@pytest.mark.parametrize(
    "cookie",
    [
        f"{COOKIE}=short",
        f"{COOKIE}={ANNA}; {COOKIE}={BEN}",
        f"{COOKIE}={ANNA}=",
        f"not_{COOKIE}={ANNA}",
        f"{HOST_COOKIE}={ANNA}",
    ],
)
def test_a_number_that_is_not_one_of_ours_is_exchanged(cookie: str) -> None:
    async def visit() -> None:
        _, app = site()
        start: dict[str, Any] = {}

        async def send(message: Any) -> None:
            start.update(message if message["type"] == "http.response.start" else {})

        async def receive() -> Any:
            return {"type": "http.request"}

        scope = {"type": "http", "method": "GET", "path": "/", "scheme": "http"}
        scope["headers"] = [(b"accept", b"text/html"), (b"cookie", cookie.encode())]
        await app(scope, receive, send)
        assert "set-cookie" in {name.decode() for name, _ in start["headers"]}

    run(visit())


def test_a_page_that_goes_on_without_a_number_is_told_why_and_given_one() -> None:
    """As after cookies were cleared, or where they are blocked."""

    async def visit() -> None:
        _, app = site()
        ping = {"sec_fetch_site": "same-origin", "sec_fetch_mode": "cors"}
        answer, headers, body = await ask(app, "/_stcore/health", **ping)
        assert answer == 428
        assert headers["set-cookie"].startswith(COOKIE)
        assert body.startswith('"This page needs one cookie')
        german = {"accept_language": "fr-FR,de-DE;q=0.8,en;q=0.5"}
        assert "Cookie" in (await ask(app, "/_stcore/health", **ping, **german))[2]
        assert "Diese Seite" in (await ask(app, "/_stcore/health", **ping, **german))[2]
        assert (await ask(app, "/_stcore/health", ANNA, **ping))[0] == OK
        assert (await ask(app, "/_stcore/health"))[0] == OK, "whoever watches the server"

    run(visit())


def test_two_numbers_in_one_request_are_none() -> None:
    async def visit() -> None:
        page, app = site()
        tab = Tab(app, ANNA)
        await settle()
        await page.tell[0](told_download())
        both = f"{ANNA}; {COOKIE}={BEN}"
        assert await status(app, PICTURE, both) == NOT_FOUND
        assert await status(app, PICTURE, f"{ANNA}; {COOKIE}={ANNA}") == OK
        await tab.close()

    run(visit())
