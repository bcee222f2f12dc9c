"""A visit from the first screen to the last click, at a desk and on a phone."""

import io
import re
import urllib.error
import urllib.request
from itertools import pairwise

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import FilePayload, Locator, Page, expect

from tests.browser.arriving import add, agree, bring, heading, pick, saved, send
from tests.browser.conftest import (
    Server,
    Visit,
    at_a_desk,
    at_a_desk_first,
    on_a_phone_first,
    quiet,
    wait_until,
)
from tests.helpers import ROOT
from tests.ui.photos import MAKER, portrait
from ui.compute import overlays

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("unhurried")]
VIEWER, CODE = ROOT / "ui/components/viewer", (".js", ".css", ".html")


def start(visit: Visit, photo: FilePayload) -> Page:
    """The preview as a consultant gets it, with `photo`."""
    page = visit.page
    bring(page, photo)
    heading(page, "Your preview")
    expect(page.get_by_alt_text("The photo before any treatment")).to_be_visible()
    return page


def simulate(page: Page, *names: str) -> None:
    for name in names:
        add(page, name)
    expect(page.locator(".viewer")).to_have_attribute("data-after", "")
    quiet(page)


def show_tab(page: Page, name: str) -> None:
    quiet(page)
    page.get_by_role("tab", name=name).click()
    expect(page.get_by_role("tabpanel", name=name)).to_be_visible()


def forget(page: Page) -> None:
    page.get_by_role("button", name="Forget my photo").click()
    heading(page, "See it beforehand")


def split(page: Page) -> Locator:
    return page.get_by_role("slider", name="Move the border")


@at_a_desk_first
def test_from_upload_to_forgetting(visit: Visit, server: Server, photo: FilePayload) -> None:
    page = start(visit, photo)
    assert visit.sideways_px() == 0
    holds = server.holds()
    assert holds["Photo"] >= 1
    assert "UploadedFileRec" not in holds, "no raw upload is left"
    assert "UploadedFile" not in holds
    simulate(page, "Lip filler")

    # A new dose shows a new picture.
    after = page.locator(".after .picture")
    usual = after.get_attribute("src")
    page.get_by_role("slider", name="Lip filler").press("ArrowRight")
    expect(after).not_to_have_attribute("src", usual)
    expect(page.get_by_role("table")).to_contain_text("Height of the red of the upper lip")

    # Compare, by keyboard alone.
    border = split(page)
    at = int(border.input_value())
    assert 9 <= at < 50  # beside the lips, which are seen as they would be
    expect(border).to_have_attribute("aria-valuetext", f"{at} % before, {100 - at} % simulated")
    border.press("ArrowRight")
    expect(border).to_have_value(str(at + 1))
    border.press("Home")
    expect(border).to_have_attribute("aria-valuetext", "0 % before, 100 % simulated")
    border.press("End")
    expect(page.locator(".viewer")).to_have_attribute("style", re.compile("--split: 100%"))
    outline = page.locator(".frame").evaluate("frame => getComputedStyle(frame).outlineStyle")
    assert outline == "solid"
    expect(page.get_by_text("Simulation, not a promise.")).to_be_visible()
    for label in ("Before", "Simulated"):
        expect(page.locator(".tag", has_text=label)).to_be_visible()
    assert visit.sideways_px() == 0
    assert visit.media() == []

    # Download: made now, with a mark and no place.
    show_tab(page, "Take it home")
    download = saved(page, "Download the comparison")
    data = download.path().read_bytes()
    with Image.open(io.BytesIO(data)) as picture:
        assert picture.format == "PNG"
        assert picture.width > picture.height  # two upright pictures side by side
        assert not picture.getexif()
    assert b"DigitalSourceType" in data
    assert MAKER.encode() not in data
    assert download.suggested_filename == "beforehand-comparison.png"

    # Forget: nothing is left of it in the process, nor at the address of the download.
    assert server.holds()
    forget(page)
    wait_until(lambda: not server.holds(), "the photo to be gone from the process")
    with pytest.raises(urllib.error.HTTPError, match="404"):
        urllib.request.urlopen(download.url, timeout=5)
    assert visit.sideways_px() == 0
    assert visit.outside() == []
    assert visit.complaints == []


@at_a_desk
def test_the_photo_is_sent_to_the_browser_once(visit: Visit, photo: FilePayload) -> None:
    sizes: list[int] = []
    visit.page.on(
        "websocket",
        lambda socket: socket.on("framereceived", lambda frame: sizes.append(len(frame))),
    )
    visit.page.reload()
    page = start(visit, photo)
    simulate(page, "Lip filler")
    quiet(page)
    sizes.clear()
    after = page.locator(".after .picture")
    for key in ("ArrowRight", "ArrowRight"):
        old = after.get_attribute("src")
        page.get_by_role("slider", name="Lip filler").press(key)
        expect(after).not_to_have_attribute("src", old)
    one_picture = len(overlays.jpeg(np.asarray(portrait())))
    # Streamlit sends what a component is made of together with its data.
    code = sum(len(one.read_bytes()) for one in VIEWER.iterdir() if one.suffix in CODE)
    assert 0.8 * one_picture < max(sizes) < 1.5 * one_picture + code
    forget(page)


@on_a_phone_first
def test_the_ways_to_look(visit: Visit, photo: FilePayload) -> None:
    page = start(visit, photo)
    simulate(page, "Lip filler", "Jawline filler")
    viewer, frame = page.locator(".viewer"), page.locator(".frame")
    page.get_by_role("radio", name="Slide").press("ArrowRight")
    expect(page.get_by_role("radio", name="Side by side")).to_be_checked()
    before = page.locator(".pane.before").bounding_box()
    after = page.locator(".pane.after").bounding_box()
    assert before["x"] + 0.4 * before["width"] < after["x"]  # on a phone too
    assert before["y"] == after["y"]
    if visit.width < 600:  # where whole photos would be small
        expect(page.get_by_role("radio", name="Face", exact=True)).to_be_checked()
        assert after["x"] + after["width"] <= visit.width
    assert visit.sideways_px() == 0
    expect(split(page)).to_be_hidden()
    page.get_by_role("radio", name="Where it changes").check()
    expect(page.locator(".heat")).to_be_visible()
    expect(page.locator(".of-heat .most")).to_have_text(re.compile(r"^[\d.]+ mm$"))
    page.get_by_role("radio", name="Treated area").check()
    zoom = viewer.evaluate("viewer => Number(viewer.style.getPropertyValue('--z'))")
    assert zoom > 1.3
    page.get_by_role("checkbox", name="Landmarks").check()
    expect(page.locator(".marks")).to_be_visible()
    page.get_by_role("radio", name="Slide").check()
    frame.scroll_into_view_if_needed()
    box = frame.bounding_box()
    page.mouse.click(box["x"] + 0.25 * box["width"], box["y"] + 0.5 * box["height"])
    value = int(split(page).input_value())
    assert 23 <= value <= 27
    assert box["width"] <= visit.width
    assert visit.sideways_px() == 0
    assert visit.complaints == []
    forget(page)


@on_a_phone_first
def test_the_picture_stays_in_sight_while_doses_are_moved(visit: Visit, photo: FilePayload) -> None:
    page = start(visit, photo)
    simulate(page, "Brow lift (surgery)")
    dose = page.get_by_test_id("stSlider").filter(has_text="Brow lift (surgery)")
    dose.scroll_into_view_if_needed()
    expect(page.locator(".frame")).to_be_in_viewport(ratio=0.9)
    expect(dose).to_be_in_viewport(ratio=0.9)
    quiet(page)
    if visit.width < 600:  # what stays leaves room to read
        stuck, height = page.locator(".st-key-stage").bounding_box(), page.viewport_size["height"]
        assert page.locator(".frame").bounding_box()["height"] <= 0.4 * height
        assert stuck["y"] + stuck["height"] < 0.62 * height
    forget(page)


@on_a_phone_first
def test_range_and_sources_are_one_click_away(visit: Visit, photo: FilePayload) -> None:
    page = start(visit, photo)
    simulate(page, "Lip filler")
    facts = page.locator(".st-key-card_lip_filler")
    expect(facts).to_contain_text("A blocked blood vessel is rare")  # before anything is unfolded
    expect(facts.get_by_text("How long it lasts")).to_be_hidden()
    facts.get_by_text("Range and sources").click()
    expect(facts.get_by_text("How long it lasts")).to_be_visible()
    quiet(page)
    expect(page.locator(".frame")).to_be_in_viewport(ratio=0.5)  # nothing covers the picture
    facts.locator("li").last.scroll_into_view_if_needed()
    expect(facts.locator("li").last).to_be_in_viewport(ratio=0.9)
    assert visit.sideways_px() == 0
    forget(page)


@at_a_desk
def test_one_side_gets_half_of_a_total_dose(visit: Visit, photo: FilePayload) -> None:
    page = start(visit, photo)
    simulate(page, "Lip filler")
    dose = page.get_by_role("slider", name="Lip filler")
    dose.press("End")
    expect(dose).to_have_value("2.6")
    page.get_by_role("radio", name="Left", exact=True).click()
    dose = page.get_by_role("slider", name="mL on the left side (usual 0.5 mL)")
    expect(dose).to_have_attribute("max", "1.3")
    expect(dose).to_have_value("1.3")
    page.get_by_role("radio", name="Both sides", exact=True).click()
    dose = page.get_by_role("slider", name="mL in all (usual 1 mL)")
    expect(dose).to_have_attribute("max", "2.6")
    expect(dose).to_have_value("1.3")
    forget(page)


@at_a_desk
def test_when_nothing_is_left_there_is_no_scale_of_nothing(
    visit: Visit, photo: FilePayload
) -> None:
    page = start(visit, photo)
    simulate(page, "Lip flip")
    page.get_by_role("radio", name="Where it changes").check()
    expect(page.locator(".of-heat")).to_be_visible()
    page.get_by_role("radio", name="On a day").click()
    page.get_by_role("slider", name="When to look").press("End")
    expect(page.get_by_text("Nothing is left of the effect by then.")).to_be_visible()
    expect(page.locator(".of-heat")).to_be_hidden()
    expect(page.get_by_role("radio", name="Where it changes")).to_be_hidden()
    expect(page.get_by_role("radio", name="Slide")).to_be_checked()
    forget(page)


@on_a_phone_first
def test_time_is_scrubbed_and_what_is_left_out_is_said_below_the_picture(
    visit: Visit, photo: FilePayload
) -> None:
    page = start(visit, photo)
    simulate(page, "Lip filler")
    after, tag = page.locator(".after .picture"), page.locator(".tag-after")
    expect(tag).to_have_text("Simulated, settled")
    settled = after.get_attribute("src")
    day = page.get_by_role("radio", name="On a day")
    day.scroll_into_view_if_needed()
    quiet(page)
    place = page.locator(".frame").bounding_box()
    day.click()
    expect(tag).to_have_text("Simulated, right after")
    time = page.get_by_role("slider", name="When to look")
    expect(time).to_have_attribute("aria-valuetext", "Right after")
    assert page.locator(".frame").bounding_box() == place  # the picture stays where it is
    expect(after).not_to_have_attribute("src", settled)
    note = page.locator(".notes details li")
    page.locator(".notes summary").click()
    expect(note).to_contain_text("Bruising that may come is not drawn: lip filler")
    frame, modes, notes = (
        page.locator(one).bounding_box() for one in (".frame", ".modes", ".notes")
    )
    ends = [one["y"] + one["height"] for one in (frame, modes)]
    assert ends[0] <= notes["y"]
    above = max(end for end in ends if end <= notes["y"])  # on a phone the ways to look come first
    assert notes["y"] - above < 20
    assert notes["height"] < 140
    page.get_by_role("button", name="Swelling and bruises").click()
    page.get_by_role("radio", name="All that can come").click()
    expect(note).to_have_count(0)
    expect(page.locator(".notes")).to_be_hidden()
    assert visit.sideways_px() == 0
    assert visit.complaints == []
    forget(page)


@at_a_desk_first
def test_where_it_is_unsure_is_a_layer_with_a_legend(visit: Visit, photo: FilePayload) -> None:
    page = start(visit, photo)
    simulate(page, "Lip filler")
    page.get_by_role("radio", name="Uncertain here").check()
    expect(page.locator(".unsure")).to_be_visible()
    expect(page.locator(".heat")).to_be_hidden()
    legend = page.locator(".of-unsure")
    expect(legend).to_contain_text("How much your own result may differ")
    assert (
        len(
            {one.evaluate("e => e.style.background") for one in legend.locator(".steps span").all()}
        )
        == 5
    )
    expect(page.locator(".of-heat")).to_be_hidden()
    assert visit.sideways_px() == 0
    page.get_by_role("slider", name="Lip filler").press("Home")  # nothing is given
    expect(page.get_by_role("radio", name="Slide")).to_be_checked()
    expect(page.get_by_role("radio", name="Uncertain here")).to_be_hidden()
    assert visit.complaints == []
    forget(page)


@at_a_desk_first
def test_the_film_is_made_shown_and_forgotten(
    visit: Visit, server: Server, photo: FilePayload
) -> None:
    page = start(visit, photo)
    simulate(page, "Lip filler")
    show_tab(page, "Over time and range")
    page.get_by_role("button", name="The first two years").click()
    panels = page.locator(".strip img")
    expect(panels).to_have_count(10, timeout=60_000)
    assert panels.last.evaluate("image => image.decode().then(() => image.naturalWidth)") > 300
    expect(page.get_by_alt_text("The face: After 2 years")).to_be_attached()
    first, second = panels.nth(0).bounding_box(), panels.nth(1).bounding_box()
    assert first["x"] + first["width"] < second["x"]  # side by side, on a phone too
    assert first["y"] == second["y"]
    assert visit.sideways_px() == 0
    assert visit.media() == []
    pictures_made = saved(page, "Download these pictures")
    assert b"DigitalSourceType" in pictures_made.path().read_bytes()
    forget(page)
    expect(panels).to_have_count(0)
    wait_until(lambda: not server.holds(), "the pictures to be gone from the process")
    assert visit.outside() == []
    assert visit.complaints == []


@at_a_desk_first
def test_a_plan_to_start_from_and_one_that_must_not_be_done(
    visit: Visit, photo: FilePayload
) -> None:
    page = start(visit, photo)
    pick(page, page.get_by_role("combobox", name="Start from a plan"), "Surgical lift")
    expect(page.get_by_role("slider", name="Facelift (surgery)")).to_have_value("6")
    expect(page.locator(".viewer")).to_have_attribute("data-after", "")
    # It can be chosen all the same; why it is not done is said with the picture.
    add(page, "Neck lift (surgery)")
    refusal = page.locator(".st-key-refused")
    expect(refusal).to_be_in_viewport()
    expect(refusal.get_by_role("alert")).to_have_text(re.compile(r"Not shown[\s\S]*\.$"))
    expect(page.locator(".viewer")).not_to_have_attribute("data-after", "")
    refusal.get_by_role("button", name="Remove neck lift").click()
    expect(refusal).to_have_count(0)
    assert visit.sideways_px() == 0
    assert visit.complaints == []
    forget(page)


@at_a_desk
def test_a_bad_file_then_a_good_one(visit: Visit, photo: FilePayload) -> None:
    page = visit.page
    agree(page)
    bad: FilePayload = {"name": "notes.jpg", "mimeType": "image/jpeg", "buffer": b"not a photo"}
    page.get_by_role("tab", name="Choose a file").click()
    page.locator("input[type=file]").set_input_files(bad)
    expect(page.get_by_role("alert")).to_contain_text("The file is not a photo")
    expect(page.get_by_text("Traceback")).to_have_count(0)
    send(page, photo)
    assert visit.complaints == []
    forget(page)


@at_a_desk
def test_a_sample_is_one_click_away(visit: Visit) -> None:
    page = visit.page
    agree(page, "With a patient")
    expect(page.get_by_alt_text("Portrait of Eileen Collins")).to_be_visible()
    page.get_by_role("button", name="Eileen Collins").click()
    expect(page.get_by_alt_text("The photo before any treatment")).to_be_visible()
    assert visit.media() == []
    assert visit.outside() == []
    forget(page)


@at_a_desk
def test_headings_are_in_order_and_all_controls_have_names(
    visit: Visit, photo: FilePayload
) -> None:
    page = start(visit, photo)
    simulate(page, "Lip filler")
    levels = page.eval_on_selector_all(
        "h1, h2, h3, h4", "all => all.map((heading) => Number(heading.tagName[1]))"
    )
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(next_ - level <= 1 for level, next_ in pairwise(levels))
    for role in ("button", "slider", "radio", "checkbox", "combobox", "img"):
        for control in page.get_by_role(role).all():
            expect(control).to_have_accessible_name(re.compile(r"\S"))
    forget(page)
