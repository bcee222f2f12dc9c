"""A real server and a real browser, both for all tests here that need no other.

They end with this folder: as long as Playwright's event loop is there, no other test can run one.
"""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import (
    Browser,
    ConsoleMessage,
    FilePayload,
    Locator,
    Page,
    Playwright,
    Response,
    expect,
    sync_playwright,
)

from tests.browser.serve import ANSWER
from tests.helpers import ROOT, chromium_executable
from tests.ui.photos import jpeg_with_place, portrait

# A machine that also runs other tests is slow; nobody waits longer than for what is there.
expect.set_options(timeout=20_000)
SIZES = {"desk": (1280, 860), "tablet": (820, 1180), "phone": (390, 844)}
CLOSED_SECONDS = "2"  # after which a closed tab is forgotten; 60 unless a test is in a hurry
SWEEP_SECONDS = "0.5"  # how often the server looks after what is let go
ARGUMENTS = [
    "--no-sandbox",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
]


@dataclass
class Server:
    """The running page and what can be asked of its process."""

    url: str
    process: subprocess.Popen[str]
    temporary: Path | None = None  # where it may put temporary files, if that was asked for

    def holds(self) -> dict[str, int]:
        """What the process still holds of photos, by kind, without the zeros."""
        return {kind: n for kind, n in self._ask("?").items() if n}

    def paint(self, seconds: float) -> int:
        """Let a step of painting, film or range take so long from now on.

        Returns how many of painting were taken so far.
        """
        return self._ask(str(seconds))

    def break_engine(self) -> None:
        """Let painting fail from now on."""
        self._ask("-1")

    def _ask(self, line: str) -> Any:
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(f"{line}\n")
        self.process.stdin.flush()
        for answer in self.process.stdout:
            if answer.startswith(ANSWER):
                return json.loads(answer[len(ANSWER) :])
        raise AssertionError("the server has ended")


@dataclass
class Visit:
    """A page of the browser and all it asked for and complained about."""

    page: Page
    url: str
    width: int
    requested: list[str] = field(default_factory=list)
    fetched: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def media(self) -> list[str]:
        """What was fetched from where Streamlit publishes pictures and downloads."""
        return [url for url in self.fetched if url.startswith(f"{self.url}/media/")]

    def outside(self) -> list[str]:
        """What was asked of anybody but the server."""
        own = (self.url, self.url.replace("http", "ws"), "data:", f"blob:{self.url}")
        return [url for url in self.requested if not url.startswith(own)]

    def sideways_px(self) -> int:
        """By how much the page is wider than the window."""
        return self.page.evaluate(
            """() => Math.max(...[document.documentElement,
                document.querySelector('[data-testid="stMain"]')]
                .map((box) => box.scrollWidth - box.clientWidth))"""
        )


@contextmanager
def serving(port: int = 0, **environment: str) -> Iterator[Server]:
    """Start the page in a process of its own, with more settings; at a port that is free.

    `tests.browser.serve` says which of these shorten what people wait for.
    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(("localhost", port))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.browser.serve", str(port)],
        cwd=ROOT,
        env={
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "SWEEP_SECONDS": SWEEP_SECONDS,
            **environment,
        },
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    url = f"http://localhost:{port}"
    try:
        wait_until(lambda: healthy(url), "the server to start", seconds=60)
        yield Server(url, process)
    finally:
        process.terminate()
        process.communicate(timeout=20)


@dataclass
class SharedServer(Server):
    """One that all tests ask, and in whose place another can be started at any time."""

    stack: ExitStack = field(default_factory=ExitStack)

    def restart(self) -> None:
        """Serve from a fresh process from now on, at another address."""
        self.stack.close()
        fresh = self.stack.enter_context(
            serving(STREAMLIT_SERVER_DISCONNECTED_SESSION_TTL=CLOSED_SECONDS)
        )
        self.url, self.process = fresh.url, fresh.process

    def empty(self) -> None:
        """Wait until nothing is held; fail where something stays, and let no other test meet it."""
        try:
            self.paint(0.0)  # or what was slowed down may go on for long
            wait_until(lambda: not self.holds(), "what tests have left to be forgotten", 30.0)
        except (AssertionError, OSError):  # it holds on to something, or has ended
            self.restart()
            raise


@pytest.fixture(scope="package")
def any_server() -> Iterator[SharedServer]:
    with ExitStack() as stack:
        started = stack.enter_context(
            serving(STREAMLIT_SERVER_DISCONNECTED_SESSION_TTL=CLOSED_SECONDS)
        )
        yield SharedServer(started.url, started.process, stack=stack)


@pytest.fixture(scope="module")
def server(any_server: SharedServer) -> Iterator[Server]:
    """The server, on which the tests of a module leave nobody."""
    yield any_server
    any_server.empty()


@pytest.fixture(scope="package")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="package")
def browser(playwright: Playwright) -> Iterator[Browser]:
    launched = playwright.chromium.launch(executable_path=chromium_executable(), args=ARGUMENTS)
    yield launched
    launched.close()


@pytest.fixture(autouse=True)
def nobody_stays(request: pytest.FixtureRequest) -> Iterator[None]:
    """Close what a test that failed has left open, or its photo would stay on the server.

    The next test waits until the server is empty, or gets another one.
    """
    failures = request.session.testsfailed
    yield
    if "browser" in request.fixturenames:
        opened: Browser = request.getfixturevalue("browser")
        for context in opened.contexts:
            context.close()
    if request.session.testsfailed > failures and "any_server" in request.fixturenames:
        shared: SharedServer = request.getfixturevalue("any_server")
        shared.empty()


def sizes(first: str, *others: str) -> pytest.MarkDecorator:
    """Visit in a window of one size, and in those of others among the slow tests."""
    slow = [pytest.param(one, marks=pytest.mark.slow) for one in others]
    return pytest.mark.parametrize("visit", [first, *slow], indirect=True)


# Width changes nothing where only one of them is named.
at_a_desk, on_a_phone = sizes("desk"), sizes("phone")
at_a_desk_first, on_a_phone_first = sizes("desk", "phone"), sizes("phone", "desk")


@pytest.fixture
def visit(server: Server, browser: Browser, request: pytest.FixtureRequest) -> Iterator[Visit]:
    """A fresh visitor, in a window of one of `SIZES`."""
    width, height = SIZES[request.param]
    context = browser.new_context(
        viewport={"width": width, "height": height},
        has_touch=request.param != "desk",
        accept_downloads=True,
        permissions=["camera"],
    )
    page = context.new_page()
    page.set_default_timeout(30_000)
    visit = Visit(page, server.url, width)

    def note(message: ConsoleMessage) -> None:
        if message.type == "error":
            visit.complaints.append(message.text)

    def got(response: Response) -> None:
        visit.fetched.append(response.url)

    page.on("console", note)
    page.on("pageerror", lambda error: visit.complaints.append(str(error)))
    page.on("request", lambda asked: visit.requested.append(asked.url))
    page.on("websocket", lambda socket: visit.requested.append(socket.url))
    page.on("response", got)
    page.goto(server.url)
    yield visit
    context.close()


def portrait_file() -> FilePayload:
    """A portrait as a phone saves it, with place and camera."""
    return {"name": "IMG_0001.jpg", "mimeType": "image/jpeg", "buffer": jpeg_with_place(portrait())}


@pytest.fixture(scope="session")
def photo() -> FilePayload:
    return portrait_file()


def quiet(page: Page) -> None:
    """Wait until the page has been at rest, with a connection, for as long as nobody notices.

    One run may follow another, and what is looked at between them goes again; what unfolds moves
    what is below it. What scrolls does so until it has stopped.
    """
    assert _rests(page, 200, 20_000), "the page does not come to rest"


def _rests(page: Page, for_ms: int, at_most_ms: int) -> bool:
    return page.evaluate(
        """async ([forMs, atMostMs]) => {
            const app = document.querySelector('[data-testid="stApp"]')?.dataset;
            const main = document.querySelector('[data-testid="stMain"]');
            const rests = () => app?.testScriptState === "notRunning"
                && app.testConnectionState === "CONNECTED";
            const end = performance.now() + atMostMs;
            const place = () => `${main?.scrollHeight} ${main?.scrollTop}`;
            let last = place();
            for (let since = performance.now(), now = since; now - since < forMs; ) {
                if (now > end) return false;
                await new Promise((go) => setTimeout(go, 20));
                now = performance.now();
                if (!rests() || place() !== last) since = now;
                last = place();
            }
            return true;
        }""",
        [for_ms, at_most_ms],
    )


@pytest.fixture
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Click as people do, who let the page come to rest first, if it does within three seconds.

    While a run is on, Streamlit has what was drawn before beside what is drawn now, and a click
    may find both, or what is about to go.
    """
    for act in ("click", "tap"):
        monkeypatch.setattr(Locator, act, _unhurried(getattr(Locator, act)))


def _unhurried(act: Callable[..., None]) -> Callable[..., None]:
    def acting(locator: Locator, **options: Any) -> None:
        _rests(locator.page, 100, 3000)
        act(locator, **options)

    return acting


def healthy(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/_stcore/health", timeout=2) as answer:
            return answer.status == 200
    except OSError:
        return False


def wait_until(true: Callable[[], bool], what: str, seconds: float = 15.0) -> None:
    """Return when `true()` is; fail saying what was waited for."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, f"waited {seconds} s for {what}"
        time.sleep(0.2)
