"""Take it home in a browser: the video plays when asked and not before, files come at a click."""

import re

import pytest
from playwright.sync_api import Page, expect

from simulate.plan.plan_file import plan_of_file
from simulate.provenance.verify import verify
from tests.browser.arriving import bring, heading, saved
from tests.browser.conftest import Visit, at_a_desk, portrait_file

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("unhurried")]
SIGNED = {
    "Download the comparison": ".png",
    "Download the video (MP4)": ".mp4",
    "Download as a GIF": ".gif",
    "Download the report": ".pdf",
}
VIDEO = """() => {
    const find = (root) => {
        for (const one of root.querySelectorAll("*")) {
            if (one.tagName === "VIDEO") return one;
            const inside = one.shadowRoot && find(one.shadowRoot);
            if (inside) return inside;
        }
        return null;
    };
    const video = find(document);
    return {paused: video.paused, at: video.currentTime, wide: video.videoWidth, src: video.src};
}"""


def planned(page: Page) -> None:
    """The preview with a plan opened from a file."""
    bring(page, portrait_file())
    heading(page, "Your preview")
    page.get_by_text("Open a plan").first.click()
    plan = b'{"treatments": [{"procedure": "lip_filler", "dose": 0.8}]}'
    field = page.locator(".stExpander input[type=file]").first
    field.set_input_files({"name": "plan.json", "mimeType": "application/json", "buffer": plan})
    expect(page.get_by_role("slider", name="Lip filler")).to_have_value("0.8")
    page.get_by_role("tab", name="Take it home").click()


def downloaded(page: Page, name: str) -> tuple[str, bytes]:
    download = saved(page, name)
    return download.suggested_filename, download.path().read_bytes()


@at_a_desk
def test_files_come_at_a_click_signed_and_the_video_plays_when_asked(visit: Visit) -> None:
    page = visit.page
    page.set_default_timeout(60_000)
    planned(page)
    page.get_by_role("button", name="Make the video").click()
    play = page.get_by_role("button", name="Play", exact=True)
    expect(play).to_be_visible(timeout=60_000)
    page.get_by_role("button", name="Make the report").click()
    expect(page.get_by_role("button", name="Download the report")).to_be_visible(timeout=60_000)
    assert visit.media() == []

    page.wait_for_function(f"() => ({VIDEO})().wide > 0")
    still = page.evaluate(VIDEO)
    assert (still["paused"], still["at"]) == (True, 0)
    assert still["wide"] == 720
    assert still["src"].startswith("blob:")
    play.focus()
    page.keyboard.press("Enter")
    pause = page.get_by_role("button", name="Pause", exact=True)
    expect(pause).to_be_visible()
    page.wait_for_function(f"() => ({VIDEO})().at > 0")
    pause.click()
    place = page.get_by_role("slider", name="Place in the video")
    place.focus()
    expect(place).to_have_attribute("aria-valuetext", re.compile("Before|Day"))
    page.keyboard.press("End")
    page.wait_for_function(f"() => ({VIDEO})().at > 10")

    expect(place).to_have_attribute("aria-valuetext", "Month 24")
    for name, ending in SIGNED.items():
        file, data = downloaded(page, name)
        assert file.endswith(ending)
        assert verify(data).state in ("valid", "stranger")  # the server has a key of its own
    for kind in ("TOML", "JSON"):
        _, data = downloaded(page, f"Download the plan ({kind})")
        assert plan_of_file(data).plan.treatments[0].dose == 0.8
    assert visit.outside() == []
    assert visit.complaints == []


@at_a_desk
def test_a_picture_is_checked_and_told_in_plain_words(visit: Visit) -> None:
    page = visit.page
    page.goto(f"{visit.url}/verify")
    heading(page, "Check a picture")
    page.locator("input[type=file]").set_input_files(portrait_file())
    expect(page.get_by_text("Cannot tell.")).to_be_visible()
    assert visit.media() == []
