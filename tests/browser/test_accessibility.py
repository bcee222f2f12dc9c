"""No screen has what axe-core calls a serious or critical violation, by day or by night."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import axe_playwright_python
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.arriving import add, agree, bring, heading, send
from tests.browser.conftest import SIZES, Server, portrait_file, quiet

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("unhurried")]
AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text("utf-8")
RUN = """() => axe.run(document, {resultTypes: ["violations"], runOnly: {type: "tag",
    values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}})"""
GRAVE = ("serious", "critical")
# What Streamlit draws, we cannot reach, and does nobody harm: rule, part of the element, reason.
NOT_OURS: tuple[tuple[str, str, str], ...] = ()


@pytest.fixture(
    params=[
        ("desk", "light"),
        ("phone", "dark"),
        pytest.param(("desk", "dark"), marks=pytest.mark.slow),
        pytest.param(("phone", "light"), marks=pytest.mark.slow),
    ],
    ids=str,
)
def page(server: Server, browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A fresh visitor at a desk or with a phone, by day or by night."""
    size, scheme = request.param
    width, height = SIZES[size]
    context = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme=scheme,
        has_touch=size == "phone",
        reduced_motion="reduce",
    )
    opened = context.new_page()
    opened.set_default_timeout(60_000)
    opened.goto(server.url)
    yield opened
    context.close()


def grave(page: Page, screen: str) -> list[str]:
    """A line for each element of a screen that breaks a rule gravely."""
    quiet(page)
    page.evaluate(AXE)
    found: dict[str, Any] = page.evaluate(RUN)
    return [
        f"{screen}: {one['id']} ({one['impact']}): {node['html'][:160]} … {node['target']} "
        f"{node['failureSummary'][:300]}"
        for one in found["violations"]
        if one["impact"] in GRAVE
        for node in one["nodes"]
        if not any(rule == one["id"] and part in node["html"] for rule, part, _ in NOT_OURS)
    ]


def menu(page: Page, name: str) -> None:
    """Go to a page of the menu."""
    page.get_by_role("button", name="Menu").click()
    page.get_by_role("link", name=name).click()
    heading(page, name)


def test_a_patient_meets_no_barrier(page: Page) -> None:
    heading(page, "See it beforehand")
    found = grave(page, "welcome")
    page.get_by_role("button", name="For myself").click()
    expect(page.get_by_role("heading", name="Before the first photo")).to_be_visible()
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("alert").first).to_be_visible()
    found += grave(page, "consent, with what is missing")
    page.get_by_role("button", name="Back").click()
    agree(page, "For myself")
    found += grave(page, "photo")
    send(page, portrait_file())
    found += grave(page, "check of the photo")
    page.get_by_role("button", name="Use this photo").click()
    heading(page, "What would you like to look at?")
    found += grave(page, "concerns")
    field = page.get_by_role("textbox", name="Search in your own words")
    field.fill("nose wide")
    field.press("Enter")
    page.get_by_text("My nose looks wide from the front.").click()
    expect(page.get_by_role("button", name="Try it on my photo").first).to_be_visible()
    found += grave(page, "procedures for a concern")
    page.get_by_role("button", name="Try it on my photo").last.click()
    expect(page.locator(".viewer")).to_have_attribute("data-after", "")
    found += grave(page, "preview of a patient")
    page.get_by_role("button", name="Menu").click()
    found += grave(page, "menu")
    page.keyboard.press("Escape")
    for name in ("How it works", "How you feel", "Check a picture"):
        menu(page, name)
        found += grave(page, name)
    assert found == []


def test_a_consultant_meets_no_barrier(page: Page) -> None:
    bring(page, portrait_file(), "With a patient")
    heading(page, "Your preview")
    found = grave(page, "preview without a procedure")
    add(page, "Lip filler")
    expect(page.locator(".viewer")).to_have_attribute("data-after", "")
    found += grave(page, "preview")
    for name in ("Where it changes", "Uncertain here", "Side by side"):
        page.get_by_role("radio", name=name).check()
        found += grave(page, name)
    for tab in page.get_by_role("tab").all():
        tab.click()
        found += grave(page, f"tab {tab.inner_text()}")
    assert found == []


def test_a_barrier_would_be_seen(browser: Browser) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.set_content(
        "<html lang=en><title>t</title><div data-testid=stApp data-test-script-state=notRunning"
        " data-test-connection-state=CONNECTED>"
        "<h1>Here</h1><input type=text><p style='color:#bbb;background:#fff'>pale</p></div>"
    )
    assert {line.split(": ")[1].split(" ")[0] for line in grave(page, "made up")} == {
        "label",
        "color-contrast",
    }
    context.close()
