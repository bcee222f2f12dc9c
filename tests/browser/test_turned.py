"""The head turned in the viewer: by a drag, by keys and by its slider, and what is said of it."""

import base64
import io
import re

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import FilePayload, Page, expect

from tests.browser.arriving import add, bring, heading
from tests.browser.conftest import Visit, on_a_phone_first, quiet, wait_until

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("unhurried")]


def painted(page: Page) -> np.ndarray:
    """What is on the canvas, (H, W, 4): nothing of it is see-through where a head is known."""
    data = page.locator("canvas.turned").evaluate("one => one.toDataURL('image/png')")
    with Image.open(io.BytesIO(base64.b64decode(data.split(",")[1]))) as picture:
        return np.asarray(picture.convert("RGBA"))


def shares(image: np.ndarray) -> list[float]:
    """How much of the left and of the right half is head."""
    seen = image[..., 3] > 128
    half = seen.shape[1] // 2
    return [float(part.mean()) for part in (seen[:, :half], seen[:, half:])]


def tinted(image: np.ndarray) -> int:
    """How many pixels are purple, as skin is not."""
    red, green, blue = (image[..., i].astype(int) for i in range(3))
    return int(np.count_nonzero((blue > green + 40) & (red > green + 20)))


@on_a_phone_first
def test_the_head_is_turned(visit: Visit, photo: FilePayload) -> None:
    page = visit.page
    bring(page, photo)
    heading(page, "Your preview")
    turn = page.locator("label", has=page.get_by_role("radio", name="Turn", exact=True))
    expect(turn).to_be_hidden()  # nothing is planned
    add(page, "Chin filler")
    expect(page.locator(".viewer")).to_have_attribute("data-turn", "")
    quiet(page)
    page.get_by_role("radio", name="Turn", exact=True).check()
    quiet(page)
    wait_until(lambda: min(shares(painted(page))) > 0.1, "the heads to be painted")
    if visit.width > 640:  # before and after beside each other
        left, right = shares(painted(page))
        assert left == pytest.approx(right, abs=0.05)
    else:  # one of them, and nothing lies over its chin
        frame, hold = (page.locator(one).bounding_box() for one in (".frame", ".hold"))
        assert frame is not None
        assert hold is not None
        assert hold["y"] + hold["height"] < frame["y"] + 0.3 * frame["height"]
    expect(page.locator(".profile .is")).to_have_attribute("d", re.compile("^M"))
    expect(page.locator(".of-turn .said")).to_contain_text("estimated from one photo")
    slider = page.get_by_role("slider", name="Turn the head")
    expect(slider).to_have_value("25")
    first = painted(page)
    slider.press("ArrowLeft")
    expect(slider).to_have_value("24")
    expect(slider).to_have_attribute("aria-valuetext", "24° to the patient's left")
    slider.press("Home")
    expect(slider).to_have_attribute("aria-valuetext", "35° to the patient's right")
    quiet(page)
    differs = np.abs(painted(page).astype(int) - first).max(axis=2) > 20
    assert differs.mean() > 0.05
    plain = painted(page)
    expect(page.locator(".of-turn .most")).to_be_hidden()
    page.get_by_role("checkbox", name="Colour what moves, by how far").check()
    expect(page.locator(".of-turn .most")).to_have_text(re.compile("^[0-9]+ mm$"))
    wait_until(lambda: tinted(painted(page)) > 100, "what moves to be coloured")
    assert tinted(painted(page)[:, : plain.shape[1] // 2 if visit.width > 640 else 0]) <= tinted(
        plain
    )
    page.get_by_role("checkbox", name="Colour what moves, by how far").uncheck()
    wait_until(lambda: tinted(painted(page)) == tinted(plain), "the colours to go")
    page.locator(".frame").scroll_into_view_if_needed()
    box = page.locator(".frame").bounding_box()
    assert box is not None
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + 0.5 * box["width"], middle)
    page.mouse.down()
    page.mouse.move(box["x"] + 0.5 * box["width"] + 100, middle, steps=4)
    page.mouse.up()
    expect(slider).to_have_value("-10")
    surface = page.get_by_role("application")
    surface.press("ArrowRight")
    expect(slider).to_have_value("-5")
    assert visit.sideways_px() == 0
    page.get_by_role("radio", name="Slide").check()
    expect(page.locator("canvas.turned")).to_be_hidden()
    assert visit.complaints == []
    assert visit.outside() == []
