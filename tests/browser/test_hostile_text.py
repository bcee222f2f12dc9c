"""What a real browser makes of a stranger's text: letters, and nothing else."""

import pytest
from playwright.sync_api import FilePayload, Locator, Page

from face_mesh.inert_text import inert
from tests.browser.conftest import Visit, at_a_desk, quiet, wait_until
from tests.hostile import ALONE, NAME
from tests.simulate.manifests import manifest, named, signed_as

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("unhurried")]
HARMLESS = "Doe"
MOST_BYTES = 64  # of a name in a certificate
# All that Streamlit draws when it reads a mark, counted.
DRAWN = """() => Object.fromEntries([
    'a', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'img', 'table', 'code', 'pre', 'strong', 'em', 'del',
    'b', 'script', 'ul', 'ol', 'li', 'blockquote', 'hr', 'br', 'sup', '.katex', '.footnotes',
    '[style*="color"]', '[style*="background"]', '[data-testid="stIconMaterial"]',
    '[class*="Badge"]', '[type="checkbox"]',
].map((one) => [one, document.querySelectorAll(`[data-testid="stMain"] :is(${one})`).length]))"""


def names() -> list[str]:
    """All that could be a mark, as many together as go into a certificate."""
    texts = [one for one in ALONE if one != "\ud800" and len(one.encode()) <= MOST_BYTES]
    joined = [""]
    for one in texts:
        longer = f"{joined[-1]} {one}".strip(" ")
        if len(longer.encode()) > MOST_BYTES:
            joined.append(one)
        else:
            joined[-1] = longer
    return [NAME, "a\n\n# h\n\n[x](http://a.bc)", *joined]


def check(page: Page, name: str, patch: pytest.MonkeyPatch) -> str:
    """Have a truly signed picture checked; return what is said about who signed it."""
    picture: FilePayload = {
        "name": "picture.png",
        "mimeType": "image/png",
        "buffer": signed_as(manifest(), named(name, patch)),
    }
    page.locator("input[type=file]").set_input_files(picture)
    told, said = page.get_by_text("Anybody can write any name there."), f"It says: {inert(name)}."
    wait_until(lambda: told.count() == 1 and letters(told).startswith(said), said)
    quiet(page)
    return letters(told)


def letters(told: Locator) -> str:
    return told.inner_text().replace("\u2060", "")


@at_a_desk
def test_a_name_in_a_certificate_is_letters_alone(
    visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = visit.page
    page.goto(f"{visit.url}/verify")
    check(page, HARMLESS, monkeypatch)
    harmless = page.evaluate(DRAWN)
    assert harmless["h3"] == 2
    for name in names():
        said = check(page, name, monkeypatch)
        assert said == f"It says: {inert(name)}. Anybody can write any name there."
        assert page.evaluate(DRAWN) == harmless, name
        assert page.get_by_role("link", name="x", exact=True).count() == 0
    assert visit.outside() == []
