"""A patient alone and a consultant beside one, from the first screen to forgetting."""

import io
import re
from collections.abc import Iterator

import pytest
from PIL import Image
from playwright.sync_api import FilePayload, Locator, Page, expect

from tests.browser.arriving import WAYS, add, agree, heading, saved, send
from tests.browser.conftest import Server, Visit, at_a_desk, quiet, sizes, wait_until
from tests.ui.photos import MAKER

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("unhurried")]


@pytest.fixture(autouse=True)
def nothing_leaves(visit: Visit) -> Iterator[None]:
    """No journey asks anybody else, leaves a picture at an address, or complains."""
    yield
    assert visit.outside() == []
    assert visit.complaints == []


def settled(page: Page) -> None:
    """Wait for the server's picture."""
    quiet(page)
    expect(page.locator(".viewer")).to_have_attribute("data-after", "")
    expect(page.locator(".viewer")).not_to_have_attribute("data-live", "")


def doses(page: Page) -> Locator:
    return page.locator(".st-key-panel").get_by_test_id("stSlider")


def drag(page: Page, slider: Locator, by_px: float) -> None:
    """Take a slider by its knob and let go of it elsewhere; the new picture is waited for."""
    slider.scroll_into_view_if_needed()
    quiet(page)
    after, knob = page.locator(".after .picture"), slider.get_by_test_id("stSliderThumbValue")
    old, dose = after.get_attribute("src"), knob.inner_text()
    box = knob.locator("xpath=..").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + by_px, y, steps=6)
    page.mouse.up()
    expect(after).not_to_have_attribute("src", old, timeout=30_000)
    assert knob.inner_text() != dose
    settled(page)


def scrub(page: Page) -> None:
    """Look at the first day after."""
    tag = page.locator(".tag-after")
    expect(tag).to_contain_text("settled")
    page.get_by_role("radio", name="On a day").click()
    expect(tag).to_have_text("Simulated, right after")
    settled(page)


def take_home(page: Page) -> Locator:
    page.get_by_role("tab", name="Take it home").click()
    expect(page.get_by_role("heading", name="Take it home")).to_be_visible()
    return page.get_by_role("tabpanel", name="Take it home")


def forget(visit: Visit, server: Server) -> None:
    assert server.holds()
    visit.page.get_by_role("button", name="Forget my photo").click()
    heading(visit.page, "See it beforehand")
    expect(visit.page.locator(".viewer")).to_have_count(0)
    wait_until(lambda: not server.holds(), "the photo to be gone from the process")
    assert visit.sideways_px() == 0


@sizes("phone", "tablet", "desk")
def test_a_patient_with_a_photo_of_their_own(
    visit: Visit, server: Server, photo: FilePayload
) -> None:
    page = visit.page
    heading(page, "See it beforehand")
    assert visit.sideways_px() == 0
    agree(page, "For myself")
    send(page, photo)
    assert visit.sideways_px() == 0
    page.get_by_role("button", name="Use this photo").click()
    heading(page, "What would you like to look at?")
    field = page.get_by_role("textbox", name="Search in your own words")
    field.fill("nose wide")
    field.press("Enter")
    page.get_by_text("My nose looks wide from the front.").click()
    try_it = page.get_by_role("button", name="Try it on my photo").last
    expect(try_it).to_be_visible()
    assert visit.sideways_px() == 0
    try_it.click()
    heading(page, "Your preview")
    settled(page)
    assert visit.sideways_px() == 0
    drag(page, doses(page).first, 80)
    scrub(page)
    assert visit.media() == []

    take_home(page)
    assert visit.sideways_px() == 0
    comparison = saved(page, "Download the comparison").path().read_bytes()
    with Image.open(io.BytesIO(comparison)) as picture:
        assert picture.format == "PNG"
        assert not picture.getexif()
    assert b"DigitalSourceType" in comparison
    assert MAKER.encode() not in comparison
    forget(visit, server)


@sizes("tablet", "phone", "desk")
def test_a_consultant_with_a_sample(visit: Visit, server: Server) -> None:
    page = visit.page
    agree(page, "With a patient")
    assert visit.sideways_px() == 0
    page.get_by_role("button", name="Grace Hopper").click()
    heading(page, "Your preview")
    for words in ("Lip filler", "Chin filler"):
        add(page, words)
    settled(page)
    drag(page, doses(page).filter(has_text="Lip filler"), 80)
    scrub(page)
    assert visit.sideways_px() == 0

    take_home(page)
    page.get_by_role("button", name="Make the report").click()
    report = saved(page, re.compile("Download the report")).path().read_bytes()
    assert report.startswith(b"%PDF")
    plan = saved(page, "Download the plan (TOML)").path().read_bytes()
    assert b"lip_filler" in plan
    assert b"chin_filler" in plan
    assert len(plan) < 4000, "a plan, and no picture"
    assert visit.sideways_px() == 0
    forget(visit, server)


@at_a_desk
def test_the_main_path_by_keyboard_alone(visit: Visit, server: Server) -> None:
    page = visit.page
    heading(page, "See it beforehand")

    def reach(what: Locator) -> None:
        """Press Tab until it has the focus, which must be seen."""
        expect(what).to_be_visible()
        for _ in range(60):
            page.keyboard.press("Tab")
            if what.evaluate("one => one === one.getRootNode().activeElement"):
                return
        raise AssertionError(f"{what} is not reached by Tab")

    reach(page.get_by_role("button", name="For myself"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Before the first photo")).to_be_visible()
    country = page.get_by_role("combobox", name="Country")
    reach(country)
    page.keyboard.type("rather")
    page.keyboard.press("Enter")
    for label in WAYS["For myself"]:
        box = page.get_by_role("checkbox", name=label)
        reach(box)
        page.keyboard.press("Space")
        expect(box).to_be_checked()
    reach(page.get_by_role("button", name="Continue"))
    page.keyboard.press("Enter")
    heading(page, "Your photo")
    reach(page.get_by_role("button", name="Grace Hopper"))
    page.keyboard.press("Enter")
    heading(page, "What would you like to look at?")
    reach(page.get_by_role("textbox", name="Search in your own words"))
    page.keyboard.type("lips")
    page.keyboard.press("Enter")
    concern = page.get_by_role("checkbox").first
    expect(concern).to_be_attached()
    reach(concern)
    page.keyboard.press("Space")
    reach(page.get_by_role("button", name="Try it on my photo").first)
    page.keyboard.press("Enter")
    heading(page, "Your preview")
    settled(page)
    dose = doses(page).first.get_by_role("slider")
    reach(dose)
    old = page.locator(".after .picture").get_attribute("src")
    page.keyboard.press("ArrowRight")
    expect(page.locator(".after .picture")).not_to_have_attribute("src", old)
    settled(page)
    reach(page.get_by_role("button", name="Forget my photo"))
    page.keyboard.press("Enter")
    heading(page, "See it beforehand")
    wait_until(lambda: not server.holds(), "the photo to be gone from the process")
