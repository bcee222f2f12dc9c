"""A photo picked while a phone had cut the connection is sent once it is back."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, WebSocketRoute, expect

from tests.browser.arriving import agree, heading
from tests.browser.conftest import Server, Visit, on_a_phone, portrait_file, quiet, serving

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("unhurried")]
FIELD = '[data-testid="stFileUploaderDropzone"]'


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """One that keeps a session for as long as people have to come back."""
    with serving() as started:
        yield started


def cut(page: Page, sockets: list[tuple[WebSocketRoute, WebSocketRoute]]) -> None:
    """Cut the connection, which the page then sets up again."""
    for end in sockets[-1]:
        end.close(code=3000)
    expect(page.locator(FIELD)).to_have_attribute("aria-disabled", "true")


@on_a_phone
@pytest.mark.parametrize("later_ms", [0, pytest.param(150, marks=pytest.mark.slow)])
def test_a_photo_picked_without_a_connection_arrives(visit: Visit, later_ms: int) -> None:
    page = visit.page
    sockets: list[tuple[WebSocketRoute, WebSocketRoute]] = []
    page.route_web_socket(
        "**/_stcore/stream", lambda one: sockets.append((one, one.connect_to_server()))
    )
    page.reload()
    agree(page, "With a patient")
    page.get_by_role("tab", name="Choose a file").click()
    quiet(page)
    cut(page, sockets)
    page.wait_for_timeout(later_ms)
    expect(page.locator(FIELD)).to_have_attribute("aria-disabled", "true")
    page.locator("input[type=file]").set_input_files(portrait_file())
    heading(page, "Is this photo good enough?")
    assert len(sockets) > 1
