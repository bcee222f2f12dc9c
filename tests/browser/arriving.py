"""From the first screen to the preview, as somebody in a hurry goes."""

import re

from playwright.sync_api import Download, FilePayload, Locator, Page, expect

from tests.browser.conftest import quiet

WAYS = {
    "For myself": ("I am 18 or older.", "I agree that my photo is used in this way."),
    "With a patient": ("The patient is 18 or older.", "The patient has been told this and agrees"),
}


def heading(page: Page, text: str) -> None:
    """Wait for the one heading of the first order."""
    expect(page.get_by_role("heading", level=1)).to_have_text(text)


def agree(page: Page, way: str = "For myself") -> None:
    """Give age and consent, one of `WAYS`; ends on the screen that asks for a photo."""
    page.get_by_role("button", name=way).click()
    expect(page.get_by_role("heading", name="Before the first photo")).to_be_visible()
    for label in WAYS[way]:
        page.get_by_text(label).click()
        expect(page.get_by_role("checkbox", name=label)).to_be_checked()
    pick(page, page.get_by_role("combobox", name="Country"), "I'd rather not say")
    page.get_by_role("button", name="Continue").click()
    heading(page, "Your photo")


def send(page: Page, photo: FilePayload) -> None:
    """Choose a file; ends on the screen that says whether it is good enough."""
    page.get_by_role("tab", name="Choose a file").click()
    quiet(page)  # nobody picks a file in a millisecond
    page.locator("input[type=file]").set_input_files(photo)
    heading(page, "Is this photo good enough?")


def bring(page: Page, photo: FilePayload, way: str = "With a patient") -> None:
    """Everything up to the first screen with procedures: the preview of a consultant."""
    agree(page, way)
    send(page, photo)
    page.get_by_role("button", name="Use this photo").click()


def add(page: Page, name: str) -> None:
    """Search for a procedure and take it."""
    pick(page, page.get_by_role("combobox", name="Search and add a procedure"), name)
    expect(page.get_by_role("slider", name=name).first).to_be_visible()


def saved(page: Page, button: str | re.Pattern[str]) -> Download:
    """Press a button that brings a file, once no run can exchange what it brings."""
    quiet(page)
    with page.expect_download() as waiting:
        page.get_by_role("button", name=button).first.click()
    return waiting.value


def pick(page: Page, field: Locator, option: str, words: str = "") -> None:
    """Search a list for an option, by its name or in other `words`, and take it."""
    field.evaluate("field => field.scrollIntoView({block: 'center'})")
    quiet(page)  # a list that opens while the page still scrolls is closed again
    (field.tap if page.evaluate("matchMedia('(pointer: coarse)').matches") else field.click)()
    field.fill(words or option)
    page.get_by_role("option", name=option).first.click(timeout=60_000)
