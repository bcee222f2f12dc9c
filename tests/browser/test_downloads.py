"""Downloads on a busy day: every one comes to whoever pressed it, and to nobody else."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from playwright.sync_api import Browser, Download, Locator, Page, expect
from playwright.sync_api import TimeoutError as PlaywrightTimeout
from streamlit.proto.BackMsg_pb2 import BackMsg

from benchmarks import downloads
from benchmarks.downloads import PICTURE, PLAN
from benchmarks.sessions import Person, Visitor, coded_portrait, together
from simulate.plan.plan_file import plan_of_file
from tests.browser.arriving import add, bring, heading
from tests.browser.conftest import CLOSED_SECONDS, Server, portrait_file, quiet, serving, wait_until

pytestmark = pytest.mark.browser
FETCHED_SECONDS = "6"  # after which a file that was fetched is gone; 30 where nobody is in a hurry
TREAT = "Lip filler"
TRIES = (10, 11, 30)  # seconds that a press is waited for


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serving(
        STREAMLIT_SERVER_DISCONNECTED_SESSION_TTL=CLOSED_SECONDS, FETCHED_SECONDS=FETCHED_SECONDS
    ) as started:
        yield started


@pytest.fixture
def people(server: Server) -> Iterator[list[Person]]:
    """Three people at work."""
    arrived = [Person(number, Visitor(server.url)) for number in range(3)]
    together(arrived, lambda one: one.arrive(coded_portrait(one.number), TREAT))
    yield arrived
    for one in arrived:
        one.visitor.leave()


def promise(visitor: Visitor, key: str) -> str:
    return str(visitor.element(key).download_button.deferred_file_id)


def press(visitor: Visitor, key: str) -> None:
    """Press a download without waiting for it."""
    asked = BackMsg()
    one = asked.backend_operation_request
    one.request_id, one.session_id = "pressed", visitor.session_id
    one.deferred_file.file_id = promise(visitor, key)
    visitor._send(asked)


def test_all_who_work_at_once_get_what_they_press(people: list[Person]) -> None:
    found = downloads.working(people, rounds=4)
    assert [one.asked for one in found.values()] == [4, 4, 4]
    assert [(one.refused, one.missing) for one in found.values()] == [(0, 0)] * 3
    assert sum(len(one.pictures) for one in found.values()) == 6
    assert downloads.in_wrong_hands(found) == 0
    found[0].pictures, found[1].pictures = found[1].pictures, found[0].pictures
    assert downloads.in_wrong_hands(found) == 4, "and it would be seen"


def test_several_pressed_at_once_in_one_tab_all_come(people: list[Person]) -> None:
    visitor = people[0].visitor
    keys = [PICTURE, PLAN, PICTURE, "download_plan_toml"]
    promises = [promise(visitor, key) for key in keys]
    with ThreadPoolExecutor(len(keys)) as pool:
        addresses = list(pool.map(visitor.promise, promises))
    assert len(set(addresses)) == len(keys)
    assert [visitor.request("GET", one)[0] for one in addresses] == [200] * len(keys)


def test_the_same_plan_of_two_people_goes_with_each_of_them(people: list[Person]) -> None:
    one, two = people[0].visitor, people[1].visitor
    mine, yours = (who.promise(promise(who, PLAN)) for who in (one, two))
    assert mine != yours
    assert one.request("GET", yours)[0] == 404
    assert two.promise(promise(one, PLAN)) == "", "what was promised to somebody else"
    one.click("forget")
    assert one.request("GET", mine)[0] == 404, "one's own, at once"
    status, plan = two.request("GET", yours)
    assert status == 200
    assert plan_of_file(plan).plan.treatments[0].procedure == "lip_filler"


def test_what_was_pressed_when_the_tab_was_closed_is_gone_with_it(
    server: Server, people: list[Person]
) -> None:
    leaver, stayer = people[0].visitor, people[1].visitor
    for _ in range(3):
        press(leaver, PICTURE)
    time.sleep(0.1)
    leaver.leave()
    address = stayer.promise(promise(stayer, PLAN))
    wait_until(lambda: server.holds().get("downloads") == 1, "what was made for nobody to be gone")
    assert stayer.request("GET", address)[0] == 200


def test_a_made_file_is_gone_soon_after_it_was_fetched(
    server: Server, people: list[Person]
) -> None:
    for one in people:
        one.visitor.download(PLAN)
    assert server.holds()["downloads"] == 3
    wait_until(lambda: "downloads" not in server.holds(), "what was fetched to be gone", seconds=30)


def pressed(page: Page, button: Locator) -> Download:
    """What a button brings; pressed again, as people do, if the page exchanged it meanwhile.

    On a machine kept busy a press may fall between the old button and the new one.
    """
    for seconds in TRIES:
        try:
            with page.expect_download(timeout=1000 * seconds) as waiting:
                button.click()
            return waiting.value
        except PlaywrightTimeout:
            if seconds == TRIES[-1]:
                raise
    raise AssertionError("there are tries")


def test_a_browser_gets_what_it_presses_while_the_page_is_drawn_anew(
    server: Server, browser: Browser, people: list[Person]
) -> None:
    page = browser.new_page(locale="en", accept_downloads=True)
    page.goto(server.url)
    bring(page, portrait_file())
    heading(page, "Your preview")
    add(page, TREAT)
    page.get_by_role("tab", name="Take it home").click()
    quiet(page)
    button = page.get_by_role("button", name="Download the plan (JSON)")
    slider = page.get_by_role("slider", name=TREAT).first
    for turn in range(4):
        slider.press("ArrowRight" if turn % 2 else "ArrowLeft")  # and the page is drawn anew
        download = pressed(page, button)
        assert plan_of_file(download.path().read_bytes()).plan.treatments
    expect(page.get_by_test_id("stDownloadButtonError")).to_have_count(0)
    page.close()
