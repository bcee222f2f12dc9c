"""The browser's own Back and Forward lead through the visit, which is not in the address."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.arriving import agree, heading, send
from tests.browser.conftest import (
    Server,
    Visit,
    on_a_phone,
    on_a_phone_first,
    portrait_file,
    quiet,
    wait_until,
)
from tests.browser.test_accessibility import menu

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("unhurried")]

PLACES = {
    "What would you like to look at?": "concerns",
    "Your preview": "preview",
    "Is this photo good enough?": "check",
    "Your photo": "photo",
}


def standing(page: Page, title: str) -> None:
    """Wait until a step is on and stands in the history, where a run's end may precede it."""
    heading(page, title)
    quiet(page)
    wait_until(
        lambda: page.evaluate("history.state?.place") == PLACES[title],
        f"{title} to be in the history",
    )


def back(page: Page) -> None:
    """Go back once the step that is on stands in the history."""
    quiet(page)
    title = page.get_by_role("heading", level=1).inner_text()
    if title in PLACES:
        standing(page, title)
    page.evaluate("history.back()")


@on_a_phone_first
def test_back_leads_to_the_step_before_and_forward_again(visit: Visit, server: Server) -> None:
    page = visit.page
    heading(page, "See it beforehand")
    quiet(page)
    agree(page)
    send(page, portrait_file())
    standing(page, "Is this photo good enough?")  # who is quicker than that has no step there
    page.get_by_role("button", name="Use this photo").click()
    standing(page, "What would you like to look at?")
    page.get_by_role("button", name="Show all procedures").click()
    heading(page, "Your preview")
    addresses = {page.url}

    back(page)
    heading(page, "What would you like to look at?")
    addresses.add(page.url)
    back(page)
    heading(page, "Is this photo good enough?")
    quiet(page)
    page.evaluate("history.forward()")
    heading(page, "What would you like to look at?")
    quiet(page)
    page.evaluate("history.forward()")
    heading(page, "Your preview")
    expect(page.locator(".before .picture[src]")).to_be_visible()

    menu(page, "How it works")
    assert re.fullmatch(r".*/about", page.url)
    back(page)
    heading(page, "Your preview")
    for title in ("What would you like to look at?", "Is this photo good enough?"):
        back(page)
        heading(page, title)
    assert server.holds()["Photo"] >= 1
    back(page)
    heading(page, "Your photo")
    wait_until(lambda: not server.holds(), "the photo to be gone from the process")
    back(page)
    expect(page.get_by_role("heading", name="Before the first photo")).to_be_visible()
    expect(page.get_by_role("checkbox").first).not_to_be_checked()
    back(page)
    expect(page.get_by_role("button", name="For myself")).to_be_visible()
    addresses.add(page.url)
    assert addresses == {f"{visit.url}/"}
    assert visit.outside() == []
    assert visit.complaints == []


@on_a_phone
def test_back_does_not_bring_a_forgotten_photo_back(visit: Visit, server: Server) -> None:
    page = visit.page
    quiet(page)
    agree(page)
    send(page, portrait_file())
    page.get_by_role("button", name="Forget my photo").click()
    expect(page.get_by_text("are gone from this page")).to_be_visible()
    quiet(page)
    with page.expect_navigation(url="about:blank"):  # from where the visitor came
        page.evaluate("history.back()")
    wait_until(lambda: not server.holds(), "the photo to be gone from the process")
