"""Arriving with a real browser: consent, the guided camera, the check, and a known length."""

import io
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import ExifTags, Image
from playwright.sync_api import Browser, FilePayload, Locator, Page, Playwright, expect

from tests.browser.arriving import agree, heading, send
from tests.browser.conftest import ARGUMENTS, Server, Visit, at_a_desk, on_a_phone_first, wait_until
from tests.helpers import chromium_executable
from tests.ui.photos import portrait

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("unhurried")]
WIDTH, HEIGHT = 1280, 720  # of the camera's picture
PART = (540, 720)  # of it that is shown and taken: upright, three to four, all of its height

# Keeps the streams that were opened, to see whether they have ended.
WATCH = """
  window.streams = [];
  const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  navigator.mediaDevices.getUserMedia = async (wish) => {
    const stream = await ask(wish);
    window.streams.push(stream);
    return stream;
  };
"""
REFUSE = """
  navigator.mediaDevices.getUserMedia = () =>
    Promise.reject(new DOMException("no", "NotAllowedError"));
"""
# As in a browser inside of another app, and at an address that is not secure.
WITHOUT_INTERFACE = 'Object.defineProperty(navigator, "mediaDevices", { value: undefined });'
NOT_SECURE = 'Object.defineProperty(window, "isSecureContext", { value: false });'
STATES = "() => window.streams.flatMap((one) => one.getTracks().map((track) => track.readyState))"


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Grace Hopper sitting before a camera, her face as large as the oval."""
    one = portrait()
    high = round(HEIGHT * 1.42)
    one = one.resize((round(one.width * high / one.height), high), Image.Resampling.LANCZOS)
    picture = Image.new("RGB", (WIDTH, HEIGHT), (110, 115, 120))
    picture.paste(one, (round(WIDTH / 2 - 0.51 * one.width), round(HEIGHT * 0.475 - 0.42 * high)))
    yuv = cv2.cvtColor(np.asarray(picture), cv2.COLOR_RGB2YUV_I420)
    path = tmp_path_factory.mktemp("camera") / "face.y4m"
    head = f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F20:1 Ip A1:1 C420mpeg2\n".encode()
    path.write_bytes(head + 2 * (b"FRAME\n" + yuv.tobytes()))
    return path


@pytest.fixture(scope="module")
def browser(film: Path, playwright: Playwright) -> Iterator[Browser]:
    """A browser whose camera sees her."""
    arguments = [*ARGUMENTS, f"--use-file-for-fake-video-capture={film}"]
    launched = playwright.chromium.launch(executable_path=chromium_executable(), args=arguments)
    yield launched
    launched.close()


def camera_advice(page: Page) -> Locator:
    """What the camera says; the page has another place for what the connection does."""
    return page.get_by_role("status").and_(page.locator(".advice"))


@on_a_phone_first
def test_from_consent_to_a_photo_of_the_camera(visit: Visit, server: Server) -> None:
    page = visit.page
    page.add_init_script(WATCH)
    page.goto(visit.url)
    heading(page, "See it beforehand")
    assert visit.sideways_px() == 0
    agree(page)
    assert visit.sideways_px() == 0
    assert page.evaluate(STATES) == []  # no camera before it is asked for

    page.get_by_role("button", name="Start the camera").click()
    advice = camera_advice(page)
    expect(advice).to_contain_text("Take off your glasses.")  # what Python saw in a frame
    expect(advice).not_to_contain_text("closer")
    video = page.locator("video")
    assert video.evaluate("video => getComputedStyle(video).transform").startswith("matrix(-1")
    assert video.get_attribute("aria-label").startswith("The live picture of the camera, mirrored")
    held = server.holds()  # the newest frame at most, while it is looked at
    assert held.get("camera frames", 0) <= 1
    assert held.get("Photo", 0) <= 1
    wait_until(lambda: not server.holds(), "nothing to be held between two frames")
    assert visit.sideways_px() == 0

    page.get_by_role("button", name="Take the photo").click()
    heading(page, "Is this photo good enough?")
    assert page.evaluate(STATES) == ["ended"]
    picture = page.get_by_alt_text("Your photo.")
    expect(picture).to_be_visible()
    assert picture.evaluate("one => [one.naturalWidth, one.naturalHeight]") == [*PART]
    # Her flag stands on the left of the portrait: the picture is not mirrored.
    left, right = picture.evaluate(
        """one => {
          const canvas = document.createElement("canvas");
          [canvas.width, canvas.height] = [one.naturalWidth, one.naturalHeight];
          const pen = canvas.getContext("2d");
          pen.drawImage(one, 0, 0);
          return [0.06, 0.86].map((x) => {
            const { data } = pen.getImageData(x * canvas.width, 200, 40, 300);
            let red = 0;
            for (let i = 0; i < data.length; i += 4) red += data[i] - data[i + 2];
            return red / (data.length / 4);
          });
        }"""
    )
    assert left > right + 40
    wait_until(lambda: "camera frames" not in server.holds(), "the frames to be gone")
    expect(page.get_by_text("You seem to wear glasses")).to_be_visible()
    assert visit.sideways_px() == 0
    assert visit.media() == []

    page.get_by_role("button", name="Use this photo").click()
    heading(page, "What would you like to look at?")
    page.get_by_role("button", name="Forget my photo").click()
    heading(page, "See it beforehand")
    wait_until(lambda: not server.holds(), "the photo to be gone from the process")
    assert visit.outside() == []
    assert visit.complaints == []


@at_a_desk
def test_the_camera_ends_when_it_is_left(visit: Visit, server: Server) -> None:
    page = visit.page
    page.add_init_script(WATCH)
    page.goto(visit.url)
    agree(page)
    page.get_by_role("button", name="Start the camera").click()
    expect(page.get_by_role("button", name="Take the photo")).to_be_visible()
    page.get_by_role("button", name="Stop the camera").click()
    assert page.evaluate(STATES) == ["ended"]
    page.get_by_role("button", name="Start the camera").click()
    expect(camera_advice(page)).to_contain_text("glasses")
    page.get_by_role("tab", name="Choose a file").click()
    with suppress(AssertionError):  # on a busy machine the page is now and then left as it was
        expect(page.locator("video")).to_have_count(0, timeout=6000)
    if page.locator("video").count():  # as people do
        page.get_by_role("tab", name="Take a photo").click()
        page.get_by_role("tab", name="Choose a file").click()
    expect(page.locator("video")).to_have_count(0)
    assert page.evaluate(STATES) == ["ended", "ended"]
    wait_until(lambda: not server.holds(), "the last frame to be gone")


@at_a_desk
def test_a_countdown_waits_before_the_photo(visit: Visit) -> None:
    page = visit.page
    agree(page)
    page.get_by_role("button", name="Start the camera").click()
    page.get_by_text("Wait three seconds before taking it").click()
    page.get_by_role("button", name="Take the photo").press("Enter")
    expect(page.locator(".count")).to_have_text("3")
    expect(page.locator(".count")).to_have_text("1")
    heading(page, "Is this photo good enough?")


@at_a_desk
def test_a_camera_that_is_refused_leaves_the_file(visit: Visit, photo: FilePayload) -> None:
    page = visit.page
    page.add_init_script(REFUSE)
    page.goto(visit.url)
    agree(page)
    page.get_by_role("button", name="Start the camera").click()
    expect(camera_advice(page)).to_contain_text("The camera was not allowed.")
    expect(page.get_by_role("button", name="Start the camera")).to_be_enabled()
    send(page, photo)
    assert visit.complaints == []


@at_a_desk
@pytest.mark.parametrize(
    ("script", "said"),
    [
        (WITHOUT_INTERFACE, "The browser inside this app has no camera."),
        (WITHOUT_INTERFACE + NOT_SECURE, "only at a secure address (https)"),
    ],
)
def test_why_there_is_no_camera_is_said_rightly(visit: Visit, script: str, said: str) -> None:
    page = visit.page
    page.add_init_script(script)
    page.goto(visit.url)
    agree(page)
    page.get_by_role("button", name="Start the camera").click()
    expect(camera_advice(page)).to_contain_text(said)
    expect(camera_advice(page)).to_contain_text("hoose a file instead.")
    assert visit.complaints == []


@on_a_phone_first
def test_a_photo_is_turned_straightened_and_cropped_by_hand(visit: Visit, server: Server) -> None:
    page = visit.page
    agree(page)
    send(page, lying_file())
    expect(page.get_by_text("This photo cannot be used.")).to_be_visible()
    page.get_by_role("button", name="Turn, straighten or crop").click()
    heading(page, "Turn, straighten or crop")
    page.get_by_role("button", name="Turn to the left").press("Enter")
    slider = page.get_by_role("slider", name="Straighten")
    slider.focus()
    for _ in range(4):
        slider.press("ArrowRight")
    expect(page.get_by_text("2.0°")).to_be_visible()
    corner = page.get_by_role("button", name="Top left corner")
    before = corner.bounding_box()
    for _ in range(2):
        corner.press("Shift+ArrowRight")
    after = corner.bounding_box()
    assert before
    assert after
    assert after["x"] == pytest.approx(before["x"] + 40, abs=1.5)
    assert after["y"] == pytest.approx(before["y"], abs=1.5)
    other = page.get_by_role("button", name="Bottom right corner").bounding_box()
    assert other
    page.mouse.move(other["x"] + 22, other["y"] + 22)
    page.mouse.down()
    page.mouse.move(other["x"] - 18, other["y"] + 2, steps=4)
    page.mouse.up()
    stage = page.locator("canvas").bounding_box()
    assert stage
    assert visit.sideways_px() == 0
    page.get_by_role("button", name="Use it like this").click()
    heading(page, "Is this photo good enough?")
    picture = page.get_by_alt_text("Your photo.")
    expect(picture).to_be_visible()
    wide, high = picture.evaluate("one => [one.naturalWidth, one.naturalHeight]")
    assert wide / high == pytest.approx((stage["width"] - 80) / (stage["height"] - 20), rel=0.02)
    expect(page.get_by_text("This photo cannot be used.")).to_have_count(0)
    assert server.holds()["Photo"] == 1
    page.get_by_role("button", name="Forget my photo").click()
    heading(page, "See it beforehand")
    wait_until(lambda: not server.holds(), "the photo to be gone from the process")
    assert visit.media() == []
    assert visit.outside() == []
    assert visit.complaints == []


def lying_file() -> FilePayload:
    """An upright portrait that says that it is to be turned to the right."""
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    buffer = io.BytesIO()
    portrait().save(buffer, "PNG", exif=exif)
    return {"name": "me.png", "mimeType": "image/png", "buffer": buffer.getvalue()}


@on_a_phone_first
def test_a_face_is_meant_by_pointing_at_it(visit: Visit) -> None:
    page = visit.page
    agree(page)
    send(page, group_file(6))
    expect(page.get_by_text("There are 6 faces in the photo.")).to_be_visible()
    expect(page.locator("figure").get_by_role("button")).to_have_count(6)
    shown = page.locator("figure").bounding_box()
    assert shown
    assert visit.sideways_px() == 0
    # Beside the face, where a finger lands that is wider than the face is.
    page.mouse.click(shown["x"] + shown["width"] * 0.48, shown["y"] + shown["height"] * 0.1)
    expect(page.get_by_role("heading", name="This photo")).to_be_visible()
    framed = page.locator("figure button[aria-pressed=true]")
    expect(framed).to_have_count(1)
    middle = framed.bounding_box()
    assert middle
    assert 0.33 < (middle["x"] + middle["width"] / 2 - shown["x"]) / shown["width"] < 0.67
    assert (middle["y"] + middle["height"] / 2 - shown["y"]) / shown["height"] < 0.5
    last = page.locator("figure").get_by_role("button", name="Face 6")
    last.press("Enter")
    expect(last).to_have_attribute("aria-pressed", "true")
    expect(framed).to_have_count(1)
    assert visit.complaints == []


def group_file(count: int) -> FilePayload:
    """The portrait as often as is wanted, three beside each other."""
    one = portrait().crop((110, 90, 410, 410))
    rows = -(-count // 3)
    both = Image.new("RGB", (3 * 340, rows * 360), (120, 130, 140))
    for i in range(count):
        both.paste(one, (20 + i % 3 * 340, 20 + i // 3 * 360))
    buffer = io.BytesIO()
    both.save(buffer, "PNG")
    return {"name": "us.png", "mimeType": "image/png", "buffer": buffer.getvalue()}


@at_a_desk
def test_a_known_length_is_set_by_keyboard_and_by_hand(visit: Visit, photo: FilePayload) -> None:
    page = visit.page
    agree(page)
    send(page, photo)
    page.get_by_text("How large is the face?").click()
    page.get_by_role("button", name="Mark something of known length").click()
    first = page.get_by_role("button", name="First end")
    expect(first).to_be_visible()
    before = first.bounding_box()
    first.focus()
    for _ in range(3):
        first.press("Shift+ArrowLeft")
    first.press("ArrowUp")
    after = first.bounding_box()
    assert before
    assert after
    assert after["x"] == pytest.approx(before["x"] - 60, abs=1.5)
    assert after["y"] == pytest.approx(before["y"] - 1, abs=1.5)
    second = page.get_by_role("button", name="Second end")
    at = second.bounding_box()
    assert at
    page.mouse.move(at["x"] + 22, at["y"] + 22)
    page.mouse.down()
    page.mouse.move(at["x"] + 62, at["y"] + 22, steps=4)
    expect(page.locator(".loupe")).to_be_visible()
    page.mouse.up()
    expect(page.locator(".loupe")).to_be_hidden()
    page.get_by_role("button", name="Use this length").click()
    expect(page.get_by_role("alert")).to_contain_text("is not possible")  # a card is not that long
    page.get_by_role("combobox", name="What it is").click()
    page.get_by_role("option", name="Something else").click()
    length = page.get_by_role("spinbutton", name="Its length in mm")
    length.fill("190")
    length.press("Tab")
    page.get_by_role("button", name="Use this length").click()
    heading(page, "Is this photo good enough?")
    page.get_by_text("How large is the face?").click()
    expect(page.get_by_text("A length of 190 mm in this photo sets the scale.")).to_be_visible()
    # The marks began 30 % of the picture's width apart, and were drawn apart by 100 px of the
    # screen, where it is 512 px wide as in the file: 254 px are 190 mm.
    expect(page.get_by_text(re.compile(r"pupils 6[0-9] ± 2 mm.*may be off by 3 %"))).to_be_visible()
    assert visit.complaints == []


@at_a_desk
def test_a_question_of_the_private_check_is_answered_by_keyboard(visit: Visit) -> None:
    page = visit.page
    page.get_by_role("link", name="A private check, if you like.").click()
    heading(page, "How you feel")
    group = page.get_by_role("radiogroup").first
    group.get_by_role("radio").first.focus()
    page.keyboard.press("Space")
    expect(group.get_by_role("radio").first).to_be_checked()
    page.keyboard.press("ArrowDown")
    expect(group.get_by_role("radio").nth(1)).to_be_checked()
    assert "?" not in page.url
    assert visit.outside() == []
