"""From what a patient came with to what acts on it."""

import re

import pytest
from streamlit.testing.v1 import AppTest

from simulate import procedures
from tests.ui.viewing import shown, title
from ui.concerns import acting, areas, concerns, found
from ui.lasting import lasting

JUDGING = r"\b(ugly|flaw|flawed|defect|problem|too|bad|wrong|should|must|old|fix|correct|improve)\b"


@pytest.fixture
def patient_page(page: AppTest) -> AppTest:
    """The page of a patient with the portrait of Grace Hopper."""
    page.session_state["beforehand"].way = "patient"
    return page.button(key="sample_grace_hopper").click().run()


def choose(page: AppTest, concern: str) -> AppTest:
    area = next(one.area for one in concerns() if one.id == concern)
    page.button_group(key="concern_area").set_value(area).run()
    return page.checkbox(key=f"concern_{concern}").check().run()


def test_every_procedure_is_reached_from_a_concern() -> None:
    named = {one.id for concern in concerns() for one in concern.procedures}
    assert named == set(procedures())


def test_concerns_are_said_in_sentences_that_judge_nobody() -> None:
    ids = [one.id for one in concerns()]
    assert len(ids) == len(set(ids)) > 30
    for one in concerns():
        assert one.words.endswith(".")
        assert not re.search(JUDGING, one.words, re.IGNORECASE), one.words


@pytest.mark.parametrize("concern", concerns(), ids=lambda one: one.id)
def test_each_procedure_says_what_it_can_and_cannot_do(concern: object) -> None:
    names = [one.id for one in concern.procedures]
    assert len(names) == len(set(names))
    for one in concern.procedures:
        for sentence in (one.can, one.cannot):
            assert sentence[0].isupper()
            assert sentence.endswith(".")
        assert one.can != one.cannot


def test_every_area_has_a_concern() -> None:
    assert {one.area for one in concerns()} == {one.id for one in areas()}


def test_words_are_found_whatever_their_case_and_in_any_order() -> None:
    assert [one.id for one in found("WIDE nose")] == ["nose_wide", "nostrils_wide"]
    assert "thin_lips" in [one.id for one in found("lip filler")]  # by what acts on it
    assert found("") == ()
    assert found("qwertz") == ()


def test_a_procedure_that_acts_on_two_concerns_is_one_card() -> None:
    cards = dict(acting(["bags", "hollow_below_eyes"]))
    assert [concern.id for concern, _ in cards["lower_blepharoplasty"]] == [
        "hollow_below_eyes",
        "bags",
    ]


def test_nothing_is_chosen_or_suggested_unasked(patient_page: AppTest) -> None:
    page = patient_page
    assert title(page) == "What would you like to look at?"
    assert not page.checkbox  # where on the face is asked first
    assert page.button_group(key="concern_area").value in (None, [])
    assert not page.slider
    assert not page.subheader
    page.button_group(key="concern_area").set_value("eyes").run()
    assert page.checkbox
    assert not any(one.value for one in page.checkbox)
    assert not page.subheader


def test_a_card_says_what_a_patient_has_to_know(patient_page: AppTest) -> None:
    page = choose(patient_page, "nose_wide")
    assert title(page) == "What would you like to look at?"
    cards = [one.value for one in page.subheader]
    assert cards == ["Nasal narrowing (rhinoplasty width)", "Alar base reduction"]
    written = "\n".join(one.value for one in page.markdown)
    entry = procedures()["alar_base_reduction"]
    assert "It narrows the base of the nose at the nostrils, for good." in written
    assert "It does not narrow the nostrils." in written
    assert "Usual dose: 3.0 mm on each side." in written
    change = re.search(
        r"Width of the nose at the nostrils: −(.+) mm; most people −(.+) mm", written
    )
    assert 2.0 < float(change[1]) < 8.0
    assert lasting(entry.course) in written
    assert "Most people go out again after 1 to 2 weeks." in written
    assert written.index("Serious risks") < written.index("What can go wrong")
    assert all(one.what in written for one in entry.risks)
    assert all(one.claim in written for one in entry.evidence)


def test_a_concern_about_skin_says_how_much_of_it_goes(patient_page: AppTest) -> None:
    page = choose(patient_page, "look_stern")
    written = "\n".join(one.value for one in page.markdown)
    assert re.search(r"less; most people \d+ to \d+\u00a0%", written)


def test_trying_leads_to_the_preview_with_that_procedure_alone(patient_page: AppTest) -> None:
    page = choose(patient_page, "nose_wide")
    page.button(key="try_alar_base_reduction").click().run()
    assert title(page) == "Your preview"
    assert [one.key for one in page.slider] == ["dose_alar_base_reduction_both"]
    assert "add" not in [one.key for one in page.selectbox]
    assert "letter" not in [one.key for one in page.button_group]
    assert "after" in shown(page)[1]
    written = "\n".join(one.value for one in page.markdown)
    assert "Width of the nose at the nostrils: −" in written  # at the dose that is on
    page.slider(key="dose_alar_base_reduction_both").set_value(1.0).run()
    less = "\n".join(one.value for one in page.markdown)
    wide, narrow = (
        float(re.search(r"at the nostrils: −([\d.]+) mm", text)[1]) for text in (written, less)
    )
    assert narrow == pytest.approx(wide / 3.0, abs=0.2)
    first = procedures()["alar_base_reduction"].cautions[0]
    assert any(one.value.startswith(":orange") and first in one.value for one in page.markdown)


def test_looking_at_something_else_keeps_what_was_tried(patient_page: AppTest) -> None:
    page = choose(patient_page, "nose_wide")
    page.button(key="try_alar_base_reduction").click().run()
    page.slider(key="dose_alar_base_reduction_both").set_value(1.0).run()
    page.button(key="back_to_concerns").click().run()
    assert title(page) == "What would you like to look at?"
    assert page.checkbox(key="concern_nose_wide").value
    choose(page, "thin_lips")
    page.button(key="try_lip_filler").click().run()
    assert {one.key: one.value for one in page.slider} == {
        "dose_alar_base_reduction_both": 1.0,
        "dose_lip_filler_both": 1.0,
    }
    page.button(key="back_to_concerns").click().run()
    page.button(key="untry_lip_filler").click().run()
    page.button(key="go_on_to_preview").click().run()
    assert [one.key for one in page.slider] == ["dose_alar_base_reduction_both"]


def test_the_whole_catalogue_is_one_click_away(patient_page: AppTest) -> None:
    page = patient_page.button(key="show_everything").click().run()
    assert title(page) == "Your preview"
    assert len(page.selectbox(key="add").options) == len(procedures())


def test_a_search_shows_what_it_finds_and_keeps_what_is_chosen(patient_page: AppTest) -> None:
    page = choose(patient_page, "thin_lips")
    page.text_input(key="find_concern").set_value("tired").run()
    assert [one.key for one in page.checkbox] == ["concern_tired", "concern_thin_lips"]
    page.text_input(key="find_concern").set_value("qwertz").run()
    assert any("Nothing is found" in one.value for one in page.markdown)
    page.checkbox(key="concern_thin_lips").uncheck().run()
    assert not page.subheader


def test_a_smile_is_needed_for_what_shows_in_one(patient_page: AppTest) -> None:
    page = choose(patient_page, "gums_in_smile")
    assert any("It shows in a smile" in one.value for one in page.markdown)
