"""Taking back a change of the plans by the keys that everybody knows."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visit, at_a_desk, quiet
from tests.browser.test_two_ways import add, enter

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("unhurried")]


@at_a_desk
def test_keys_take_back_a_dose_but_not_while_somebody_is_typing(visit: Visit) -> None:
    page = enter(visit, "With a patient")
    undo, redo = (page.get_by_role("button", name=f"{one} change") for one in ("Undo", "Redo"))
    expect(undo).to_be_disabled()
    expect(redo).to_be_disabled()
    add(visit, "lip fill", "Lip filler")
    dose = page.get_by_role("slider", name="Lip filler")
    before = dose.input_value()
    for _ in range(2):
        dose.press("ArrowRight")
        quiet(page)  # else a busy machine may take both for one step
    moved = dose.input_value()
    assert float(moved) > float(before)
    page.keyboard.press("Control+z")
    expect(dose).not_to_have_value(moved)
    quiet(page)
    page.keyboard.press("Control+y")
    expect(dose).to_have_value(moved)
    quiet(page)

    page.get_by_text("Notes, body weight and currency").click()
    notes = page.get_by_role("textbox", name="Notes")
    notes.click()
    page.keyboard.type("Softly")
    page.keyboard.press("Control+z")  # the browser's own, of what is typed
    expect(notes).not_to_have_value("Softly")
    quiet(page)
    expect(dose).to_have_value(moved)

    notes.fill("")
    undo.focus()
    for _ in range(2):  # the two steps of the dose
        page.keyboard.press("Meta+z")
        quiet(page)
    expect(dose).to_have_value(before)
    page.keyboard.press("Meta+Shift+z")
    quiet(page)
    expect(dose).not_to_have_value(before)
    expect(redo).to_be_enabled()
    assert visit.sideways_px() == 0
    assert visit.complaints == []
