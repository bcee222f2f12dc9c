"""Whose session a connection gets, and who may connect at all."""

import asyncio
from typing import Any

import pytest

from tests.ui.network import (
    ANNA,
    BEN,
    HOST,
    ORIGIN,
    OTHER,
    SESSION,
    Page,
    Tab,
    new_session,
    run,
    run_asked,
    settle,
)
from ui.server import origins
from ui.server.browsers import COOKIE, HOST_COOKIE
from ui.server.ledger import Ledger
from ui.server.tabs import OwnTabs

TOKEN = "2|abc|def|1"
NAMED = "sec-websocket-protocol"


class Clock:
    """A time that is set by hand."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def site(clock: Clock | None = None) -> tuple[Page, Any]:
    page = Page()
    return page, OwnTabs(page, Ledger(clock or Clock()))


async def offered(page: Page, app: Any, browser: str, protocols: str) -> str:
    """What Streamlit sees of the protocols that a new connection offers."""
    tab = Tab(app, browser, sec_websocket_protocol=protocols)
    await settle()
    assert tab.closed is None
    await tab.close()
    return page.offered[-1]


async def begun(page: Page, app: Any, browser: str = ANNA, session: str = SESSION) -> Tab:
    """A tab that was told its session."""
    tab = Tab(app, browser)
    await settle()
    await page.tell[-1](new_session(session))
    return tab


def test_only_the_browser_that_began_a_session_gets_it_back() -> None:
    async def visit() -> None:
        page, app = site()
        asked = f"streamlit, {TOKEN}, {SESSION}"
        tab = await begun(page, app)
        for _ in range(2):  # while it is connected, and after
            assert await offered(page, app, ANNA, asked) == asked
            for stranger in (BEN, ANNA[:-1] + "b"):
                assert await offered(page, app, stranger, asked) == f"streamlit, {TOKEN}"
            if not tab.task.done():
                await tab.close()

    run(visit())


def test_a_stranger_who_named_it_first_or_is_told_it_later_gets_nothing() -> None:
    async def visit() -> None:
        page, app = site()
        asked = f"streamlit, x, {SESSION}"
        assert await offered(page, app, BEN, asked) == "streamlit, x"
        await begun(page, app)
        echo = await begun(page, app, BEN)  # the same id in a message to somebody else
        assert await offered(page, app, BEN, asked) == "streamlit, x"
        assert await offered(page, app, ANNA, asked) == asked
        await echo.close()
        assert await offered(page, app, ANNA, asked) == asked

    run(visit())


def test_a_session_is_given_back_for_as_long_as_it_may_be_there() -> None:
    async def visit() -> None:
        clock = Clock()
        page, app = site(clock)
        asked = f"streamlit, x, {SESSION}"
        tab = await begun(page, app)
        clock.now += 7200.0
        assert await offered(page, app, ANNA, asked) == asked, "two hours at one connection"
        await tab.close()
        clock.now += 55.0
        again = Tab(app, ANNA, sec_websocket_protocol=asked)
        await settle()
        assert page.offered[-1] == asked, "a phone that slept"
        clock.now += 7200.0
        await again.close()
        clock.now += 3600.0
        assert await offered(page, app, ANNA, asked) == "streamlit, x"

    run(visit())


@pytest.mark.parametrize(
    ("protocols", "passed"),
    [
        ("streamlit", "streamlit"),
        ("streamlit, x", "streamlit, x"),
        (f"streamlit,x,{SESSION}", f"streamlit,x,{SESSION}"),
        (f"streamlit, , {SESSION}", f"streamlit, , {SESSION}"),
        (f"streamlit, x, {OTHER}", "streamlit, x"),
        (f"streamlit, x, {SESSION.upper()}", "streamlit, x"),
        (f"streamlit, x, {SESSION}, y", "streamlit, x"),
        (f"streamlit, x, , {SESSION}", "streamlit, x"),
        (f"streamlit, {SESSION}", f"streamlit, {SESSION}"),
        (", , ", ""),
        ("", ""),
    ],
)
def test_odd_protocols_bring_nobody_a_session(protocols: str, passed: str) -> None:
    async def visit() -> None:
        page, app = site()
        await begun(page, app)
        assert await offered(page, app, ANNA, protocols) == passed
        assert SESSION not in (await offered(page, app, BEN, protocols)).split(", ")[2:]

    run(visit())


def test_a_header_in_several_parts_is_read_as_one() -> None:
    async def visit() -> None:
        page, app = site()
        await begun(page, app)
        tab = Tab(app, BEN)
        own = [one for one in tab.scope["headers"] if one[0] != NAMED.encode()]
        own += [(NAMED.encode(), one) for one in (b"streamlit", f"x, {SESSION}".encode())]
        tab.scope["headers"] = own
        await settle()
        assert page.offered[-1] == "streamlit, x"
        await tab.close()

    run(visit())


@pytest.mark.parametrize("browser", ["", "short", f"{ANNA}; {COOKIE}={BEN}", f"{ANNA}\t{BEN}"])
def test_without_a_number_nobody_connects(browser: str) -> None:
    async def visit() -> None:
        page, app = site()
        tab = Tab(app, browser)
        await asyncio.wait_for(tab.task, 5)
        assert tab.closed == 1008
        assert page.offered == []

    run(visit())


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "-"},
        {"origin": "null"},
        {"origin": "http://localhost:9999"},
        {"origin": "http://localhost"},
        {"origin": "http://127.0.0.1:8501"},
        {"origin": "http://evil.example"},
        {"origin": f"http://{HOST}.evil.example"},
        {"origin": f"http://evil.example/{ORIGIN}"},
        {"origin": "http://evil.example:8501", "host": "evil.example:8501"},
        {"origin": ORIGIN, "sec_fetch_site": "same-site"},
        {"origin": ORIGIN, "sec_fetch_site": "cross-site"},
        {"origin": f"http://user@{HOST}", "host": f"user@{HOST}"},
    ],
)
def test_a_page_of_another_origin_does_not_connect(headers: dict[str, str]) -> None:
    async def visit() -> None:
        page, app = site()
        tab = Tab(app, ANNA, **headers)
        await asyncio.wait_for(tab.task, 5)
        assert tab.closed == 1008
        assert page.offered == []

    run(visit())


@pytest.mark.parametrize(
    ("scheme", "origin", "host", "connects"),
    [
        ("ws", "http://localhost:8501", "localhost:8501", True),
        ("ws", "HTTP://LOCALHOST:8501", "LocalHost:8501", True),
        ("ws", "https://localhost", "localhost", True),  # TLS ends at a proxy that is not trusted
        ("ws", "http://localhost", "localhost:80", True),
        ("wss", "https://localhost", "localhost", True),
        ("wss", "https://localhost", "localhost:443", True),
        ("wss", "http://localhost", "localhost", False),  # whoever reads and writes plain HTTP
        ("ws", "https://front.example", "localhost:8501", True),  # a proxy that tells its own name
        ("ws", "https://front.example:8501", "localhost:8501", False),
    ],
)
def test_behind_a_proxy_the_name_in_front_counts(
    scheme: str, origin: str, host: str, connects: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(origins, "_configured", lambda: ["front.example"])

    async def visit() -> None:
        page, app = site()
        tab = Tab(app, scheme=scheme, origin=origin, host=host)
        name = HOST_COOKIE if scheme == "wss" else COOKIE
        tab.scope["headers"].append((b"cookie", f"{name}={ANNA}".encode()))
        await settle()
        assert (len(page.offered) == 1) is connects
        if connects:
            await tab.close()

    run(visit())


def test_what_a_tab_asks_reaches_the_page_unchanged() -> None:
    async def visit() -> None:
        page, app = site()
        tab = await begun(page, app)
        await tab.send(run_asked())
        assert page.heard == [run_asked()]
        await tab.close()

    run(visit())
