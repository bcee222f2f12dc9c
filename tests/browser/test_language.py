"""The browser is told the language, and Streamlit's own words are in it too."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from benchmarks.live import portrait
from tests.browser.arriving import add, bring
from tests.browser.conftest import Server
from ui.state.widget_keys import dose_key

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("unhurried")]
SIDE_PX = 900


def test_the_browser_is_told_and_streamlit_speaks_the_language(
    server: Server, browser: Browser
) -> None:
    context = browser.new_context(locale="de-AT", viewport={"width": 1280, "height": 860})
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(f"{server.url}/verify")
    expect(page.locator("html")).to_have_attribute("lang", "de", timeout=30_000)
    expect(page.get_by_role("heading", level=1)).to_have_text("Bild prüfen")
    files = page.get_by_test_id("stFileUploaderDropzone")
    expect(files).to_contain_text("Datei wählen")
    expect(files).to_contain_text("MB je Datei")
    assert "Upload" not in files.inner_text()

    _choose(page, "English")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(files).to_contain_text("Upload")
    expect(files).to_contain_text("MB per file")

    _choose(page, "Español")
    expect(page.locator("html")).to_have_attribute("lang", "es")
    expect(page.get_by_role("heading", level=1)).to_have_text("Comprobar una imagen")
    expect(files).to_contain_text("MB por archivo")
    assert complaints == []
    context.close()


def test_the_figures_of_a_slider_have_the_languages_decimal_sign(
    server: Server, browser: Browser
) -> None:
    context = browser.new_context(locale="en-GB", viewport={"width": 1280, "height": 860})
    page = context.new_page()
    page.set_default_timeout(30_000)
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(server.url)
    bring(page, portrait(SIDE_PX))
    add(page, "Lip filler")
    slider = page.locator(f".st-key-{dose_key('lip_filler', 'both')}")
    dose, shown = slider.get_by_role("slider"), slider.get_by_test_id("stSliderThumbValue")
    expect(shown).to_have_text(re.compile(r"^\d\.\d"))
    usual, number = shown.inner_text(), dose.input_value()

    _choose(page, "Deutsch")
    expect(shown).to_have_text(usual.replace(".", ","))
    expect(slider).not_to_contain_text(re.compile(r"\d\.\d"))
    expect(dose).not_to_have_attribute("aria-valuetext", re.compile(r"\d\.\d"))
    assert dose.input_value() == number  # which is what moves the picture
    dose.press("ArrowRight")  # and what Streamlit writes anew
    expect(shown).not_to_have_text(usual.replace(".", ","))
    expect(shown).to_have_text(re.compile(r"^\d,\d"))
    assert float(dose.input_value()) > float(number)
    dose.press("ArrowLeft")
    expect(shown).to_have_text(usual.replace(".", ","))

    _choose(page, "English")
    expect(shown).to_have_text(usual)
    assert complaints == []
    context.close()


def _choose(page: Page, name: str) -> None:
    languages = page.locator(".st-key-language").get_by_role("combobox")
    if not languages.is_visible():  # the menu stays open when another language is chosen
        page.get_by_test_id("stPopover").get_by_role("button").first.click()
    languages.click()
    page.get_by_role("option", name=name).click()
