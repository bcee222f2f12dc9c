"""Both ways in, from the first click to the preview: a patient's and a consultant's."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.arriving import agree, heading, pick
from tests.browser.conftest import Visit, at_a_desk_first, on_a_phone_first, quiet

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("unhurried")]


def enter(visit: Visit, way: str) -> Page:
    """The first screen behind the photo, with the portrait of Eileen Collins."""
    page = visit.page
    agree(page, way)
    page.get_by_role("button", name="Eileen Collins").click()
    return page


def add(visit: Visit, words: str, name: str) -> None:
    """Search for a procedure and take what is found first."""
    page = visit.page
    pick(page, page.get_by_role("combobox", name="Search and add a procedure"), name, words)
    expect(page.get_by_role("slider", name=name).first).to_be_visible()
    expect(page.locator(".viewer")).to_have_attribute("data-after", "")


def top_px(page: Page) -> int:
    """How far the page is scrolled."""
    return page.get_by_test_id("stMain").evaluate("main => main.scrollTop")


@on_a_phone_first
def test_a_patient_is_led_from_a_concern_to_a_picture(visit: Visit) -> None:
    page = enter(visit, "For myself")
    heading(page, "What would you like to look at?")
    assert page.get_by_role("checkbox").count() == 0
    field = page.get_by_role("textbox", name="Search in your own words")
    field.fill("nose wide")
    field.press("Enter")
    page.get_by_text("My nose looks wide from the front.").click()
    cards = page.get_by_role("heading", level=3)
    expect(cards).to_have_text([re.compile("Leave it"), re.compile("Nasal"), re.compile("Alar")])
    page.get_by_text("What it can do, what can go wrong").first.click()
    expect(page.get_by_text("It does not narrow the nostrils.")).to_be_visible()
    assert visit.sideways_px() == 0
    last = page.get_by_role("button", name="Try it on my photo").last
    last.scroll_into_view_if_needed()
    assert top_px(page) > 0
    last.click()
    heading(page, "Your preview")
    expect(page.locator(".viewer")).to_have_attribute("data-after", "")
    expect(page.get_by_role("heading", level=1)).to_be_in_viewport()  # a step begins at its top
    dose = page.get_by_role("slider", name="Alar base reduction")
    quiet(page)
    dose.scroll_into_view_if_needed()
    expect(page.locator(".frame")).to_be_in_viewport(ratio=0.9)
    expect(page.get_by_role("radiogroup", name="When to look")).to_have_count(1)
    expect(page.get_by_role("combobox", name="Search and add a procedure")).to_have_count(0)
    assert visit.sideways_px() == 0
    page.get_by_role("button", name="Look at something else").click()
    heading(page, "What would you like to look at?")
    expect(page.get_by_role("checkbox", name="My nose looks wide from the front.")).to_be_checked()
    assert visit.outside() == []
    assert visit.complaints == []


@at_a_desk_first
def test_a_consultant_compares_two_plans_and_presents_one(visit: Visit) -> None:
    page = enter(visit, "With a patient")
    heading(page, "Your preview")
    add(visit, "lip fill", "Lip filler")
    page.get_by_text("Each side", exact=True).click()
    left = page.get_by_role("slider", name="mL on the left side")
    right = page.get_by_role("slider", name="mL on the right side")
    expect(left).to_have_value("0.5")
    right.press("ArrowRight")
    expect(page.locator(".st-key-totals")).to_contain_text("Filler 1.1 mL")
    page.get_by_role("button", name="This plan").click()
    page.get_by_role("button", name="Copy to B").click()
    expect(page.get_by_role("button", name="Compare plans")).to_be_visible()
    page.keyboard.press("Escape")
    add(visit, "chin fill", "Chin filler")
    expect(page.locator(".st-key-totals")).to_contain_text("Filler 3.1 mL")
    page.get_by_role("button", name="Compare plans").click()
    expect(page.get_by_role("heading", name="Plans side by side")).to_be_in_viewport()
    expect(page.locator(".strip img")).to_have_count(3)
    assert visit.sideways_px() == 0
    page.get_by_role("button", name="Stop comparing").click()
    expect(page.locator(".strip img")).to_have_count(0)

    page.get_by_role("button", name="Present").click()
    expect(page.get_by_role("heading", name="Plan B")).to_be_visible()
    for key in ("panel", "head", "results"):
        expect(page.locator(f".st-key-{key}")).to_be_hidden()
    expect(page.locator(".frame")).to_be_visible()
    assert visit.sideways_px() == 0
    if visit.width > 1000:  # the picture fills what the words leave
        frame, words = (page.locator(one).bounding_box() for one in (".frame", ".st-key-presented"))
        assert frame["width"] > 0.6 * visit.width
        assert frame["height"] > 0.7 * page.viewport_size["height"]
        assert frame["x"] + frame["width"] < words["x"]
    expect(page.locator(".st-key-presented")).not_to_contain_text("rice")  # unless it is asked for
    page.get_by_text("Show the cost").click()
    expect(page.locator(".st-key-presented")).to_contain_text("No price is known.")
    page.get_by_role("button", name="A", exact=True).click()
    expect(page.get_by_role("heading", name="Plan A")).to_be_visible()
    page.get_by_role("button", name="Leave the presentation").click()
    expect(page.locator(".st-key-panel")).to_have_count(1)
    expect(page.locator(".st-key-panel")).to_be_visible()
    expect(page.get_by_role("slider", name="mL on the right side")).to_have_value("0.6")
    expect(page.get_by_role("slider", name="Chin filler")).to_have_count(0)  # that was plan B
    assert visit.media() == []
    assert visit.outside() == []
    assert visit.complaints == []
