"""Nobody gets another's session, no page of elsewhere connects, and who is refused reads why."""

import http.server
import json
import re
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.exceptions import InvalidStatus
from websockets.sync.client import ClientConnection, connect

from benchmarks.sessions import Person, Visitor, coded_portrait
from benchmarks.visitor import parts_of
from tests.browser.arriving import agree
from tests.browser.conftest import (
    ARGUMENTS,
    Server,
    Visit,
    on_a_phone,
    portrait_file,
    quiet,
    serving,
)
from tests.helpers import chromium_executable
from ui.server import limits
from ui.server.browsers import COOKIE

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("unhurried")]
OPENS = """(url) => new Promise((done) => {
    try {
        const socket = new WebSocket(url, ["streamlit"]);
        socket.onopen = () => done(true);
        socket.onerror = () => done(false);
    } catch { done(false); }
})"""


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """One that keeps a session for as long as people have to come back."""
    with serving() as started:
        yield started


def socket(url: str, session: str, cookie: str = "") -> ClientConnection:
    return connect(
        f"{url.replace('http', 'ws')}/_stcore/stream",
        subprotocols=["streamlit", "x", session],  # type: ignore[list-item]
        origin=url,  # type: ignore[arg-type]
        additional_headers={"Cookie": cookie} if cookie else {},
        max_size=2**30,
    )


def received(connection: ClientConnection) -> list[bytes]:
    """All that is told to a connection that asks for a run, to its end."""
    asked = BackMsg()
    asked.rerun_script.SetInParent()
    connection.send(asked.SerializeToString())
    return until_the_end(connection)


def until_the_end(connection: ClientConnection) -> list[bytes]:
    """All that is told until a run has ended."""
    told = []
    for data in connection:
        told.append(bytes(data))  # type: ignore[arg-type]
        if ForwardMsg.FromString(told[-1]).WhichOneof("type") == "script_finished":
            break
    return told


def pictures(told: list[bytes]) -> list[str]:
    return [name for data in told for name in parts_of(data) if name in ("before", "after")]


def session_in(told: list[bytes]) -> str:
    messages = (ForwardMsg.FromString(data) for data in told)
    return next(
        one.new_session.initialize.session_id
        for one in messages
        if one.WhichOneof("type") == "new_session"
    )


def test_whoever_knows_the_id_of_a_session_gets_nothing_of_it(server: Server) -> None:
    """While its owner is connected, and in the minute after."""
    person = Person(3, Visitor(server.url))
    person.arrive(coded_portrait(3), "Lip filler")
    owner, session = person.visitor, person.visitor.session_id
    stranger = Visitor(server.url)
    cookies = {name: f"{COOKIE}={of.cookies[COOKIE]}" for name, of in
               (("own", owner), ("other", stranger))}  # fmt: skip
    for connected in (True, False):
        for cookie in ("", f"{COOKIE}=x", f"{COOKIE}={'x' * 31}"):
            with pytest.raises(InvalidStatus, match="403"):
                socket(server.url, session, cookie)
        for cookie in (cookies["other"], f"{COOKIE}={'x' * 32}"):
            with socket(server.url, session, cookie) as taken:
                told = received(taken)
                assert pictures(told) == []
                assert session_in(told) != session
        if connected:
            before = owner.runs
            owner.run()  # it goes on, as if nothing had been
            assert owner.runs == before + 1
            assert owner.session_id == session
            owner.leave()
    with socket(server.url, session, cookies["own"]) as again:
        told = received(again)
        assert session_in(told) == session
        assert "before" in pictures(told), "its own browser gets all of it back"
    stranger.leave()


def test_a_cut_connection_and_a_second_one_go_on_with_the_same_work(server: Server) -> None:
    person = Person(4, Visitor(server.url))
    person.arrive(coded_portrait(4), "Lip filler")
    session = person.visitor.session_id
    cookie = f"{COOKIE}={person.visitor.cookies[COOKIE]}"
    for _ in range(3):  # a phone that lost it, before the server has noticed
        with socket(server.url, session, cookie) as again:
            assert session_in(received(again)) == session
    person.visitor.leave()


def test_a_plan_that_names_an_address_opens_none(server: Server) -> None:
    """The hash of a picture in what the page repeats of a file is no address that was told."""
    person = Person(5, Visitor(server.url))
    person.arrive(coded_portrait(5), "Lip filler")
    key = next(key for key in person.visitor.keys() if key.startswith("download"))
    person.visitor.download(key)
    address = next(one for one in person.visitor.fetched if "/media/" in one)
    thief = Visitor(server.url)
    thief.click("enter_consultant")
    before = len(thief.received)
    asked = BackMsg()
    asked.file_urls_request.request_id = address  # which the answer repeats
    asked.file_urls_request.file_names.append(address)
    thief._send(asked)
    thief.wait(lambda: any(address.encode() in one for one in thief.received[before:]), "an echo")
    assert thief.request("GET", address) == (404, b"There is no such page or file here.")
    thief.leave()
    person.visitor.leave()


def test_nobody_reads_figures_about_everybody(server: Server) -> None:
    visitor = Visitor(server.url)
    for path in ("/_stcore/metrics", "/_stcore/script-health-check", "/auth/login"):
        status, body = visitor.request("GET", path)
        assert (status, body) == (404, b"There is no such page or file here.")
    visitor.leave()


def test_a_crowd_leaves_the_server_answering(server: Server) -> None:
    """As many tabs as may be, of one browser each, that all ask for a run at the same moment."""
    waits = []
    asked = BackMsg()
    asked.rerun_script.SetInParent()
    with ExitStack() as open_ones:
        tabs = []
        for number in range(40):
            try:
                tab = socket(server.url, "none", f"{COOKIE}={number:032d}")
                tabs.append(open_ones.enter_context(tab))
            except InvalidStatus:  # as many as may come
                break
        assert len(tabs) > 10
        for tab in tabs:
            tab.send(asked.SerializeToString())
        for _ in range(8):
            begun = time.monotonic()
            with urllib.request.urlopen(f"{server.url}/_stcore/health", timeout=30) as answer:
                assert answer.status == 200
            waits.append(time.monotonic() - begun)
        for tab in tabs:
            assert session_in(until_the_end(tab))
    assert sorted(waits)[len(waits) // 2] < 5.0, "on a machine that does other work too"


# --- in a browser


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[str]:
    """The address of another page at another port of this machine."""
    (tmp_path / "index.html").write_text("<title>Elsewhere</title>")

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *of: object) -> None:
            super().__init__(*of, directory=str(tmp_path))  # type: ignore[arg-type]

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("localhost", 0), Quiet) as other:
        threading.Thread(target=other.serve_forever, daemon=True).start()
        yield f"http://localhost:{other.server_port}"
        other.shutdown()


@pytest.fixture
def page(server: Server, browser: Browser) -> Iterator[Page]:
    context = browser.new_context(locale="en-GB")
    opened = context.new_page()
    opened.goto(server.url)
    expect(opened.get_by_role("button", name="With a patient")).to_be_visible()
    yield opened
    context.close()


def stream(url: str) -> str:
    return f"{url.replace('http', 'ws')}/_stcore/stream"


def test_our_page_connects_to_its_own_server_alone(
    page: Page, server: Server, elsewhere: str
) -> None:
    assert page.evaluate(OPENS, stream(server.url))
    stopped: list[str] = []
    page.on("console", lambda one: stopped.append(one.text) if "Content" in one.text else None)
    for url in (stream(elsewhere), stream(server.url).replace("localhost", "127.0.0.1")):
        assert not page.evaluate(OPENS, url)
    assert not page.evaluate(OPENS, "wss://example.org/")
    assert len([one for one in stopped if "connect-src" in one]) == 3, "stopped by the browser"


def test_a_page_at_another_port_reaches_nothing(page: Page, server: Server, elsewhere: str) -> None:
    assert page.context.cookies()
    other = page.context.new_page()
    other.goto(elsewhere)
    assert other.evaluate("document.cookie").find(COOKIE) < 0, "no script reads it"
    assert not other.evaluate(OPENS, stream(server.url))
    framed = """(url) => new Promise((done) => {
        const frame = document.createElement("iframe");
        frame.onload = () => {
            try { done(frame.contentWindow.location.href === "about:blank" ? "blank" : "read"); }
            catch { done("hidden"); }
        };
        frame.src = url;
        document.body.append(frame);
    })"""
    assert other.evaluate(framed, server.url) == "hidden"
    assert other.frames[1].locator("#root").count() == 0
    opened = """async (url) => {
        const one = open(url);
        for (let n = 0; n < 100 && !one.closed; n++) await new Promise((go) => setTimeout(go, 100));
        return one.closed;
    }"""
    assert other.evaluate(opened, server.url), "as seen from there, which has no hold on it"


def test_a_browser_without_cookies_reads_why_nothing_comes(
    server: Server, browser: Browser, tmp_path: Path
) -> None:
    blocked = {"profile": {"default_content_setting_values": {"cookies": 2}}}
    (tmp_path / "Default").mkdir()
    (tmp_path / "Default" / "Preferences").write_text(json.dumps(blocked))
    context: BrowserContext = browser.browser_type.launch_persistent_context(
        tmp_path, executable_path=chromium_executable(), args=ARGUMENTS, locale="en-GB"
    )
    page = context.new_page()
    page.goto(server.url)
    expect(page.get_by_role("dialog")).to_contain_text("This page needs one cookie", timeout=60_000)
    context.close()


def test_one_tab_too_many_says_so_and_goes_on_when_another_is_closed(
    server: Server, browser: Browser
) -> None:
    context = browser.new_context(locale="de-DE")
    tabs = [context.new_page() for _ in range(limits.TABS_OF_A_VISITOR + 1)]
    for tab in tabs:
        tab.goto(server.url)
        if tab is not tabs[-1]:
            expect(tab.get_by_role("heading", level=1)).to_be_visible()
    said = "Diese Seite ist in diesem Browser zu oft geöffnet."
    expect(tabs[-1].get_by_role("dialog")).to_contain_text(said, timeout=60_000)
    tabs[0].close()
    expect(tabs[-1].get_by_role("dialog")).to_have_count(0, timeout=60_000)
    expect(tabs[-1].get_by_role("heading", level=1)).to_be_visible()
    context.close()


@on_a_phone
@pytest.mark.parametrize(
    ("status", "said"), [(429, "Too many files of yours wait"), (507, "There is no room for")]
)
def test_a_refused_upload_says_why(visit: Visit, status: int, said: str) -> None:
    page = visit.page

    def refuse(route: Route) -> None:
        if route.request.method == "PUT":
            route.fulfill(status=status, body="no")
        else:
            route.continue_()

    page.route("**/_stcore/upload_file/**", refuse)
    agree(page, "With a patient")
    page.get_by_role("tab", name="Choose a file").click()
    quiet(page)
    page.locator("input[type=file]").set_input_files(portrait_file())
    told = page.get_by_test_id("stFileUploader").get_by_role("alert")
    expect(told).to_have_text(re.compile(f"^{said}"))
    expect(told).to_be_visible()
    box = told.bounding_box()
    assert box
    assert box["width"] > 60
    assert box["height"] > 10
    assert visit.sideways_px() <= 0
