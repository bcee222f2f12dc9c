"""A connection that is lost is told at once, and so is what became of the work."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Locator, Page, Route, WebSocketRoute, expect

from simulate.plan.plan_file import plan_of_file
from tests.browser.arriving import add, bring, heading
from tests.browser.conftest import (
    Server,
    Visit,
    on_a_phone,
    portrait_file,
    quiet,
    serving,
    wait_until,
)
from ui.server import memory_cleanup, process_id

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("unhurried")]
KEPT_SECONDS = 5  # after which a visit is forgotten here; 60 unless a test is in a hurry
AT_ONCE_MS = 2000
LOST = "The connection is lost."
STARTED = "The program was started again."
AWAY = "You were away for more than"
REMOVED = "your photo and choices were removed, as promised"


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    seconds = str(KEPT_SECONDS)
    with serving(STREAMLIT_SERVER_DISCONNECTED_SESSION_TTL=seconds) as started:
        yield started


@dataclass
class Line:
    """The connection of a page to its server, which can be cut."""

    page: Page
    cut_now: bool = False
    sockets: list[tuple[WebSocketRoute, WebSocketRoute]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.route_web_socket("**/_stcore/stream", self._connect)
        for kind in ("_stcore/health", "_stcore/host-config", process_id.NAME):
            self.page.route(f"**/{kind}", self._ask)
        self.page.reload()

    def cut(self) -> None:
        self.cut_now = True
        for end in self.sockets[-1]:
            end.close(code=3000)

    def mend(self) -> None:
        self.cut_now = False

    def _connect(self, one: WebSocketRoute) -> None:
        if self.cut_now:
            one.close(code=3000)
        else:
            self.sockets.append((one, one.connect_to_server()))

    def _ask(self, route: Route) -> None:
        if self.cut_now:
            route.abort()
        else:
            route.continue_()


def told(page: Page) -> Locator:
    return page.locator("body > [role=status].connection")


def at_work(page: Page) -> None:
    """A preview with a plan."""
    bring(page, portrait_file())
    heading(page, "Your preview")
    add(page, "Lip filler")
    quiet(page)
    expect(told(page)).to_be_empty()


def picture(page: Page) -> float:
    """How far the picture is from being seen in full."""
    return page.locator(".st-key-stage > *").first.evaluate(
        "(one) => Number(getComputedStyle(one).opacity)"
    )


@on_a_phone
def test_a_short_cut_is_told_and_all_is_kept(visit: Visit) -> None:
    page = visit.page
    line = Line(page)
    at_work(page)
    line.cut()
    expect(told(page)).to_contain_text(LOST, timeout=AT_ONCE_MS)
    expect(told(page)).to_contain_text(f"kept for {KEPT_SECONDS} seconds")
    assert picture(page) < 1.0, "what is seen is marked as old"
    page.wait_for_timeout(1500)
    line.mend()
    expect(told(page)).to_be_empty()
    heading(page, "Your preview")
    quiet(page)
    assert picture(page) == 1.0
    expect(page.get_by_role("slider", name="Lip filler")).to_be_visible()
    expect(told(page)).to_be_empty()


@on_a_phone
def test_a_long_cut_is_told_as_the_end_of_the_work(visit: Visit, server: Server) -> None:
    page = visit.page
    line = Line(page)
    at_work(page)
    line.cut()
    expect(told(page)).to_contain_text(LOST, timeout=AT_ONCE_MS)
    expect(told(page)).to_contain_text(REMOVED, timeout=1000 * KEPT_SECONDS + 5000)
    wait_until(lambda: not server.holds(), "the photo to be gone from the process")
    line.mend()
    expect(told(page)).to_contain_text(AWAY)
    heading(page, "See it beforehand")
    assert saved_plan(page) == ["lip_filler"], "the plan is in the tab"
    told(page).get_by_role("button", name="Close").click()
    expect(told(page)).to_be_empty()
    at_work(page)  # all can begin again


def saved_plan(page: Page) -> list[str]:
    with page.expect_download() as waiting:
        told(page).get_by_role("button", name="Save the plan").click()
    kept = plan_of_file(waiting.value.path().read_bytes())
    return [one.procedure for one in kept.plan.treatments]


@on_a_phone
def test_a_cut_that_nobody_notices_is_found_by_asking(visit: Visit) -> None:
    page = visit.page
    line = Line(page)
    quiet(page)
    line.cut_now = True  # the connection stays open, and nothing comes any more
    expect(told(page)).to_contain_text(LOST, timeout=20_000)
    line.mend()
    expect(told(page)).to_be_empty()
    heading(page, "See it beforehand")


def test_a_server_that_was_started_again_is_told_at_once(browser: Browser) -> None:
    page = browser.new_page(locale="en")
    with serving() as first:
        page.goto(first.url)
        at_work(page)
        first.process.kill()
        expect(told(page)).to_contain_text(LOST, timeout=AT_ONCE_MS)
        assert picture(page) < 1.0
        assert saved_plan(page) == ["lip_filler"]
        page.wait_for_timeout(8000)  # by then Streamlit has tried so often that it opens a dialog
        expect(page.get_by_role("dialog")).to_have_count(0)
    with serving(port=urlsplit(first.url).port or 0) as second:
        assert second.url == first.url
        expect(told(page)).to_contain_text(STARTED, timeout=AT_ONCE_MS + 3000)
        heading(page, "See it beforehand")
        expect(told(page)).to_contain_text(STARTED)
        assert saved_plan(page) == ["lip_filler"]
        told(page).get_by_role("button", name="Close").click()
        at_work(page)
    page.close()


def test_who_has_nothing_to_lose_is_told_of_nothing_lost(browser: Browser) -> None:
    page = browser.new_page(locale="en")
    with serving() as first:
        page.goto(first.url)
        quiet(page)
        first.process.kill()
        expect(told(page)).to_contain_text(LOST, timeout=AT_ONCE_MS)
        expect(told(page).get_by_role("button")).to_have_count(0)
    with serving(port=urlsplit(first.url).port or 0):
        expect(told(page)).to_be_empty(timeout=30_000)
        heading(page, "See it beforehand")
    page.close()


@pytest.mark.slow
@pytest.mark.parametrize(("seconds", "kept"), [(20, True), (90, False)])
def test_as_it_is_set_up(browser: Browser, seconds: int, kept: bool) -> None:
    page = browser.new_page(locale="en")
    with serving(SWEEP_SECONDS=str(memory_cleanup.SWEEP_SECONDS)) as started:
        page.goto(started.url)
        line = Line(page)
        at_work(page)
        line.cut()
        expect(told(page)).to_contain_text("kept for 60 seconds", timeout=AT_ONCE_MS)
        page.wait_for_timeout(1000 * seconds)
        line.mend()
        if kept:
            expect(told(page)).to_be_empty()
            heading(page, "Your preview")
        else:
            expect(told(page)).to_contain_text(AWAY)
            heading(page, "See it beforehand")
    page.close()
