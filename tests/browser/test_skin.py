"""Painting skin in a browser: progress and cancel, the brush, picking moles, and looking at 1:1."""

import base64
import io
import re
import time
from collections.abc import Iterator

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import FilePayload, Locator, Page, expect

from tests.browser.arriving import add
from tests.browser.conftest import (
    Server,
    Visit,
    at_a_desk,
    at_a_desk_first,
    on_a_phone_first,
    quiet,
    wait_until,
)
from tests.browser.serve import BROKEN
from tests.browser.test_page import forget, show_tab, simulate, start
from tests.ui.photos import MOLES, jpeg_with_place, portrait_with_moles

pytestmark = pytest.mark.browser
PICK_HINT = "Tap the moles you would like to see removed."


@pytest.fixture
def large_photo() -> FilePayload:
    """A portrait larger than the viewer, with two moles."""
    buffer = jpeg_with_place(portrait_with_moles())
    return {"name": "me.jpg", "mimeType": "image/jpeg", "buffer": buffer}


@pytest.fixture(autouse=True)
def quick_again(server: Server) -> Iterator[None]:
    yield
    server.paint(0.0)


@at_a_desk_first
def test_painting_says_how_far_it_is_and_can_be_cancelled(
    visit: Visit, server: Server, photo: FilePayload
) -> None:
    page = start(visit, photo)
    server.paint(0.4)
    add(page, "Fractional CO2 resurfacing")
    box = page.locator(".st-key-working")
    expect(box).to_be_visible()
    expect(box).to_have_css("animation-delay", "0.3s")  # what is quicker is never seen
    expect(box.get_by_role("progressbar")).to_be_visible()
    expect(box).to_contain_text(re.compile(r"Painting skin … [1-9]\d?\s%"))
    expect(page.locator(".before .picture")).to_be_in_viewport()
    assert visit.sideways_px() == 0

    begun = time.monotonic()
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_text("Cancelled. The photo is shown as it is.")).to_be_in_viewport()
    assert time.monotonic() - begun < 3.0
    expect(box).to_have_count(0)
    expect(page.locator(".viewer")).not_to_have_attribute("data-after", "")
    page.wait_for_timeout(600)  # the step that was under way
    stopped = server.paint(0.4)
    page.wait_for_timeout(1500)
    assert server.paint(0.0) == stopped  # nothing goes on in the background
    assert visit.sideways_px() == 0

    go_on = page.get_by_role("button", name="Paint the skin")
    go_on.click()
    expect(page.locator(".viewer")).to_have_attribute("data-after", "")
    expect(go_on).to_have_count(0)
    expect(page.get_by_role("table").first).to_contain_text("(grade, 0 none to 3 severe)")
    assert server.paint(0.0) > stopped
    forget(page)
    wait_until(lambda: not server.holds(), "the treated skin to be gone from the process")
    assert visit.outside() == []
    assert visit.complaints == []


@at_a_desk
def test_making_a_film_can_be_cancelled(visit: Visit, server: Server, photo: FilePayload) -> None:
    page = start(visit, photo)
    add(page, "Forehead toxin")
    expect(page.locator(".viewer")).to_have_attribute("data-after", "")
    show_tab(page, "Over time and range")
    quiet(page)  # a click into a run that draws anew may be lost
    server.paint(1.5)  # or it is made sooner than Playwright has aimed
    page.get_by_role("button", name="The first two years").click()
    cancel = page.locator(".st-key-making_film").get_by_role("button", name="Cancel")
    expect(page.locator(".st-key-making_film").get_by_role("progressbar")).to_be_visible()
    cancel.click()
    expect(page.locator(".st-key-making_film")).to_have_count(0)
    expect(page.locator(".strip")).to_have_count(0)
    expect(page.locator(".viewer")).to_have_attribute("data-after", "")
    page.wait_for_timeout(1500)
    expect(page.locator(".strip")).to_have_count(0)
    forget(page)
    wait_until(lambda: not server.holds(), "the face to be gone from the process")


@at_a_desk
def test_another_dose_while_painting_is_painted_instead(
    visit: Visit, server: Server, photo: FilePayload
) -> None:
    page = start(visit, photo)
    server.paint(0.4)
    add(page, "Light or laser for redness")  # only fades: quick
    add(page, "Forehead toxin")
    expect(page.locator(".st-key-working")).to_be_visible()
    server.paint(0.0)
    page.get_by_role("slider", name="Forehead toxin").press("ArrowLeft")
    expect(page.locator(".st-key-working")).to_have_count(0)
    expect(page.get_by_role("table").first).to_contain_text("Forehead lines")
    expect(page.get_by_text("Cancelled.")).to_have_count(0)
    forget(page)


@at_a_desk
def test_a_broken_engine_is_one_sentence(visit: Visit, server: Server, photo: FilePayload) -> None:
    page = start(visit, photo)
    server.break_engine()
    add(page, "Forehead toxin")
    expect(page.get_by_role("alert").filter(has_text=BROKEN)).to_be_visible()
    expect(page.get_by_text("Traceback")).to_have_count(0)
    expect(page.locator(".st-key-working")).to_have_count(0)
    expect(page.get_by_alt_text("The photo before any treatment")).to_be_visible()
    server.paint(0.0)
    page.get_by_role("slider", name="Forehead toxin").press("ArrowLeft")
    expect(page.locator(".viewer")).to_have_attribute("data-after", "")
    expect(page.get_by_text(BROKEN)).to_have_count(0)
    forget(page)


def pixels(picture: Locator, window: tuple[float, float, float, float]) -> np.ndarray:
    """(h, w, 4) of a window, in shares, of an <img> or <canvas> as the browser decodes it."""
    url = picture.evaluate(
        """(image, [left, top, right, bottom]) => {
            const width = image.naturalWidth || image.width;
            const height = image.naturalHeight || image.height;
            const x = Math.round(left * width), y = Math.round(top * height);
            const canvas = document.createElement("canvas");
            canvas.width = Math.round(right * width) - x;
            canvas.height = Math.round(bottom * height) - y;
            canvas.getContext("2d").drawImage(image, -x, -y);
            return canvas.toDataURL("image/png");
        }""",
        list(window),
    )
    png = base64.b64decode(url.partition(",")[2])
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGBA"), int)


WHOLE = (0.0, 0.0, 1.0, 1.0)
WALL = (0.74, 0.35)  # beside the face


def at(page: Page, place: tuple[float, float]) -> tuple[float, float]:
    """Where on the screen a place of the picture is."""
    box = page.locator(".before .picture").bounding_box()
    return box["x"] + place[0] * box["width"], box["y"] + place[1] * box["height"]


@at_a_desk_first
def test_what_is_spared_with_the_brush_stays_as_it_was(visit: Visit, photo: FilePayload) -> None:
    page = start(visit, photo)
    simulate(page, "Light or laser for redness")
    before, after = (page.locator(f".{side} .picture") for side in ("before", "after"))
    # A cheek of the portrait, wide enough that the brush covers whole blocks of the JPEG.
    cheek = (0.355, 0.36, 0.4, 0.395)
    changed = pixels(before, cheek) != pixels(after, cheek)
    assert changed.any()

    page.get_by_role("radio", name="What is treated").check()
    mask = page.locator("canvas.mask")
    expect(mask).to_be_visible()
    assert (pixels(mask, WHOLE)[..., 3] > 0).mean() > 0.005
    assert (pixels(mask, (0.0, 0.0, 0.2, 0.2))[..., 3] == 0).all()  # the wall is not treated
    page.get_by_role("radio", name="Face").check()
    page.get_by_role("radio", name="Spare").check()
    page.get_by_label("Brush").fill("12")
    page.locator(".frame").scroll_into_view_if_needed()
    quiet(page)
    found = pixels(mask, cheek)
    old = after.get_attribute("src")
    left, top, right, bottom = cheek
    for y in np.linspace(top - 0.02, bottom + 0.02, 6):
        page.mouse.move(*at(page, (left - 0.03, y)))
        page.mouse.down()
        page.mouse.move(*at(page, (right + 0.03, y)), steps=6)
        page.mouse.up()
    assert (pixels(mask, cheek) != found).any()  # shown at once
    assert after.get_attribute("src") == old
    page.get_by_role("button", name="Apply").click()
    expect(after).not_to_have_attribute("src", old)
    expect(page.get_by_role("button", name="Apply")).to_be_disabled()
    assert (pixels(before, cheek) == pixels(after, cheek)).all()
    assert (pixels(before, WHOLE) != pixels(after, WHOLE)).any()
    assert visit.sideways_px() == 0

    # Clear brings the treatment back.
    old = after.get_attribute("src")
    page.get_by_role("button", name="Clear").click()
    expect(after).not_to_have_attribute("src", old)
    assert ((pixels(before, cheek) != pixels(after, cheek)) == changed).all()
    assert visit.complaints == []
    forget(page)


@at_a_desk
def test_the_brush_works_by_keyboard_and_can_be_taken_back(
    visit: Visit, photo: FilePayload
) -> None:
    page = start(visit, photo)
    simulate(page, "Light or laser for redness")
    page.get_by_role("radio", name="What is treated").check()
    page.get_by_role("radio", name="Add", exact=True).check()
    mask, surface = page.locator("canvas.mask"), page.get_by_role("application")
    undo, apply = (page.get_by_role("button", name=name, exact=True) for name in ("Undo", "Apply"))
    quiet(page)
    found = pixels(mask, WHOLE)
    expect(undo).to_be_disabled()
    surface.press("ArrowRight")
    surface.press(" ")
    assert (pixels(mask, WHOLE) != found).any()
    expect(apply).to_be_enabled()
    undo.click()
    assert (pixels(mask, WHOLE) == found).all()
    expect(apply).to_be_disabled()

    # What waits is applied when its picture is left, and outlasts a look at the other page.
    after = page.locator(".after .picture")
    old = after.get_attribute("src")
    surface.press("ArrowRight")
    surface.press(" ")
    page.get_by_role("radio", name="Slide").check()
    expect(after).not_to_have_attribute("src", old)
    for link in ("How it works", "Preview"):
        page.get_by_role("button", name="Menu").click()
        page.get_by_role("link", name=link).click()
        expect(page.get_by_role("heading", level=1)).to_contain_text(link, ignore_case=True)
    expect(page.locator(".viewer")).to_have_attribute("data-after", "")
    page.get_by_role("radio", name="What is treated").check()
    expect(undo).to_be_enabled()
    forget(page)


@on_a_phone_first
def test_moles_are_picked_by_tapping_them(visit: Visit, large_photo: FilePayload) -> None:
    page = start(visit, large_photo)
    add(page, "Mole removal")
    panel = page.get_by_test_id("stMarkdown")
    expect(panel.get_by_text(PICK_HINT)).to_be_visible()
    expect(page.get_by_role("alert").filter(has_text="A doctor must examine")).to_be_visible()
    expect(page.get_by_role("radio", name="Pick moles")).to_be_checked()
    viewer, pressed = page.locator(".viewer"), page.locator('.picks [aria-pressed="true"]')
    expect(viewer).not_to_have_attribute("data-after", "")

    def tap(place: tuple[float, float]) -> None:
        quiet(page)
        (page.mouse.click if visit.width > 600 else page.touchscreen.tap)(*at(page, place))

    page.locator(".frame").scroll_into_view_if_needed()
    tap(MOLES[0])
    expect(pressed).to_have_count(1)
    expect(panel.get_by_text("1 mole picked.")).to_be_visible()
    expect(viewer).to_have_attribute("data-after", "")
    tap(WALL)
    expect(panel.get_by_text("Nothing dark is found at one of the places")).to_be_visible()
    expect(page.locator(".picks .missed")).to_have_count(1)
    tap(WALL)
    expect(page.locator(".picks .missed")).to_have_count(0)
    tap(MOLES[0])
    expect(pressed).to_have_count(0)
    expect(panel.get_by_text(PICK_HINT)).to_be_visible()
    expect(viewer).not_to_have_attribute("data-after", "")

    # The keyboard picks one of those that were found.
    mark = page.locator(".picks button").first
    expect(mark).to_have_accessible_name("Mole 1")
    mark.press("Enter")
    expect(pressed).to_have_count(1)
    expect(viewer).to_have_attribute("data-after", "")
    assert visit.sideways_px() == 0
    assert visit.complaints == []
    forget(page)


def shown_at(page: Page) -> tuple[float, float]:
    """By how many pixels of the screen the picture begins left of and above its pane."""
    scene = page.locator(".before .scene").bounding_box()
    pane = page.locator(".pane.before").bounding_box()
    return pane["x"] - scene["x"], pane["y"] - scene["y"]


@at_a_desk_first
def test_at_one_to_one_a_pixel_is_a_pixel(visit: Visit, large_photo: FilePayload) -> None:
    page = start(visit, large_photo)
    simulate(page, "Nasolabial-fold filler")
    page.get_by_role("radio", name="1:1").check()
    picture, scene = page.locator(".before .picture"), page.locator(".before .scene")
    natural = picture.evaluate("image => [image.naturalWidth, image.naturalHeight]")
    box = scene.bounding_box()
    assert [box["width"], box["height"]] == pytest.approx(natural, abs=0.5)

    # The pixels on the screen are those of the picture, neither blurred nor shifted.
    page.get_by_role("slider", name="Move the border").press("End")  # before, all across
    frame = page.locator(".frame")
    frame.scroll_into_view_if_needed()
    seen = np.asarray(Image.open(io.BytesIO(page.screenshot())).convert("RGB"), int)
    box, pane = scene.bounding_box(), page.locator(".pane.before").bounding_box()
    left, top = round(pane["x"]) + 20, round(pane["y"]) + 150
    window = [(left - box["x"]) / natural[0], (top - box["y"]) / natural[1]]
    window += [window[0] + 100 / natural[0], window[1] + 80 / natural[1]]
    there = pixels(picture, tuple(window))[..., :3]
    assert np.abs(seen[top : top + 80, left : left + 100] - there).mean() < 0.1

    # It moves with the pointer and with the arrow keys, both pictures alike.
    page.get_by_role("radio", name="Side by side").check()
    page.locator(".pane.after").scroll_into_view_if_needed()
    before = shown_at(page)
    pane = page.locator(".pane.after").bounding_box()
    x, y = pane["x"] + 60, pane["y"] + 0.5 * pane["height"]
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 30, y + 20, steps=4)
    page.mouse.up()
    assert shown_at(page) == pytest.approx((before[0] - 30, before[1] - 20), abs=1)
    page.get_by_role("application").press("ArrowRight")
    assert shown_at(page)[0] == pytest.approx(before[0] - 30 + 0.02 * natural[0], abs=1.5)
    scenes = [page.locator(f".{side} .scene").bounding_box() for side in ("before", "after")]
    panes = [page.locator(f".pane.{side}").bounding_box() for side in ("before", "after")]
    away = [(s["x"] - p["x"], s["y"] - p["y"]) for s, p in zip(scenes, panes, strict=True)]
    assert away[0] == pytest.approx(away[1], abs=3)  # the line between the two is 2 px
    assert visit.sideways_px() == 0

    # The border between before and after can still be grabbed.
    page.get_by_role("radio", name="Slide").check()
    frame.scroll_into_view_if_needed()
    page.get_by_role("slider", name="Move the border").press("Home")
    box, still = frame.bounding_box(), shown_at(page)
    page.mouse.move(box["x"] + 5, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 4, box["y"] + box["height"] / 2, steps=4)
    page.mouse.up()
    assert page.get_by_role("slider", name="Move the border").input_value() == "25"
    assert shown_at(page) == still
    assert visit.complaints == []
    forget(page)


@at_a_desk
@pytest.mark.parametrize(
    ("fineness", "covers"), [(1.25, 1), pytest.param(2.0, 2, marks=pytest.mark.slow), (3.0, 3)]
)
def test_at_one_to_one_a_pixel_covers_whole_pixels_of_any_screen(
    visit: Visit, large_photo: FilePayload, fineness: float, covers: int
) -> None:
    browser = visit.page.context.browser
    context = browser.new_context(
        viewport={"width": 1000, "height": 800}, device_scale_factor=fineness
    )
    page = context.new_page()
    page.goto(visit.url)
    start(Visit(page, visit.url, 1000), large_photo)
    page.get_by_role("radio", name="1:1").check()
    shown = page.locator(".before .scene").bounding_box()["width"] * fineness
    natural = page.locator(".before .picture").evaluate("image => image.naturalWidth")
    assert shown == pytest.approx(covers * natural, abs=1.0)
    forget(page)
    context.close()
