"""The browser is told the language, and Streamlit's own words are in it too."""

from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Server


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


def _choose(page: Page, name: str) -> None:
    languages = page.locator(".st-key-language").get_by_role("combobox")
    if not languages.is_visible():  # the menu stays open when another language is chosen
        page.get_by_test_id("stPopover").get_by_role("button").first.click()
    languages.click()
    page.get_by_role("option", name=name).click()
