"""From what a patient came with to what acts on it."""

import re
from time import perf_counter

import pytest
from streamlit.testing.v1 import AppTest

from simulate import procedures
from simulate.wording.procedures import duration_words
from tests.ui.viewing import shown, title
from ui.concerns.concerns import areas, candidates, concerns
from ui.concerns.search import search

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


def ids_of(text: str) -> list[str]:
    return [one.id for one in search(text).concerns]


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
    assert ids_of("WIDE nose") == ["nose_wide", "nostrils_wide"]
    assert ids_of("lip filler")[0] == "thin_lips"  # by what acts on it
    assert ids_of("") == ids_of("qwertz") == ids_of("I look like") == []
    assert ids_of("I hate my face") == ids_of("ugly") == ids_of("Ich hasse mein Gesicht") == []
    assert ids_of("wide face")[0] == "jaw_wide"
    assert ids_of("TRÄNENSÄCKE") == ids_of("tranensacke") == ["bags"]


SAID = {
    "wrinkles": {"forehead_lines", "lines_beside_eyes", "lines_at_mouth"},
    "dark circles": {"tired", "hollow_below_eyes"},
    "bags under my eyes": {"bags"},
    "my nose is too big": {"nose_wide", "nose_hump"},
    "red": {"redness"},  # and not a re(d)uction
    "ears": {"ears_out"},
    "double chin": {"below_chin_full"},
    "ojeras": {"tired", "hollow_below_eyes", "bags"},
    "patas de gallo": {"lines_beside_eyes"},
    "no me gusta mi nariz": {"nose_wide", "nose_hump", "tip_down"},
    "rojeces": {"redness"},
    "ojos hundidas": {"hollow_below_eyes"},
    "sag": {"face_hangs", "jaw_soft", "neck_loose"},
    "Falten": {"forehead_lines", "lines_beside_eyes", "lines_at_mouth"},
    "Krähenfüße": {"lines_beside_eyes"},
    "Nase zu groß": {"nose_wide", "nose_hump"},
}


@pytest.mark.parametrize("text", SAID)
def test_plain_words_are_found_in_every_language(text: str) -> None:
    found = search(text)
    assert {one.id for one in found.concerns} >= SAID[text]
    assert found.whole
    assert len({one.area for one in found.concerns}) <= 5


def test_a_word_of_any_length_is_answered_at_once() -> None:
    assert ids_of("nose")  # the file is read by now
    began = perf_counter()
    assert ids_of(" ".join(["e" * 100_000] * 3)) == []
    assert perf_counter() - began < 1.0


def test_a_word_is_not_found_inside_another() -> None:
    for one in search("old").concerns:  # a fold, and the skin above it
        assert not re.search(r"\bold", one.words)
        assert one.id not in ("nostrils_wide", "thin_lips", "long_upper_lip", "bridge_low")
    assert "face_hangs" in ids_of("old")
    assert ids_of("red") == ["redness"]


@pytest.mark.parametrize(
    "text", ["without needles", "I don't want needles", "sin agujas", "ohne Spritze"]
)
def test_what_is_not_wanted_is_left_out(text: str) -> None:
    found = search(text)
    assert {"lip_filler", "glabellar_toxin", "facelift", "scar_microneedling"} <= found.left_out
    assert not {"ipl_redness", "chemical_peel", "hifu_tightening"} & found.left_out
    assert "redness" in [one.id for one in found.concerns]
    assert "thin_lips" not in [one.id for one in found.concerns]


def test_what_is_not_wanted_goes_with_what_is() -> None:
    found = search("lines around my mouth without surgery")
    assert found.concerns[0].id == "lines_at_mouth"
    assert "facelift" in found.left_out
    assert "perioral_filler" not in found.left_out
    assert not search("my nose, without a reason").left_out


def test_it_is_said_when_nothing_is_left_of_what_is_wanted(patient_page: AppTest) -> None:
    assert search("dark circles").concerns
    found = search("dark circles without needles")
    assert found.refused
    assert not found.concerns
    assert not search("qwertz without needles").refused
    page = patient_page
    page.text_input(key="find_concern").set_value("dark circles without needles").run()
    said = "For this there is nothing here without what you do not want."
    assert said in [one.value for one in page.markdown]


def test_the_closest_is_found_where_not_all_words_are() -> None:
    found = search("acne on the elbow")
    assert [one.id for one in found.concerns] == ["acne_scars"]
    assert not found.whole


def test_a_procedure_that_acts_on_two_concerns_is_one_card() -> None:
    cards = dict(candidates(["bags", "hollow_below_eyes"]))
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
    assert cards == [
        "Leave it as it is",
        "Nasal narrowing (rhinoplasty width)",
        "Alar base reduction",
    ]
    assert "**Surgery.** Most people go out again after 1 to 2 weeks." in [
        one.value.removesuffix(" Lasting, as far as the figures reach (2 years).")
        for one in page.markdown
    ]
    written = "\n".join(one.value for one in page.markdown)
    entry = procedures()["alar_base_reduction"]
    assert "It narrows the base of the nose at the nostrils, for good." in written
    assert "It does not narrow the nostrils." in written
    assert "Usual dose: 3 mm on each side." in written
    change = re.search(
        r"Width of the nose at the nostrils: −(.+) mm; most people −(.+) mm", written
    )
    assert 2.0 < float(change[1]) < 8.0
    assert duration_words(entry.course) in written
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
    assert "When settled, with the expected response:" in written
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
    page.button(key="try_too_lip_filler").click().run()
    assert {one.key: one.value for one in page.slider} == {
        "dose_alar_base_reduction_both": 1.0,
        "dose_lip_filler_both": 1.0,
    }
    page.button(key="back_to_concerns").click().run()
    page.button(key="untry_lip_filler").click().run()
    page.button(key="go_on_to_preview").click().run()
    assert [one.key for one in page.slider] == ["dose_alar_base_reduction_both"]


def test_another_procedure_is_tried_instead(patient_page: AppTest) -> None:
    page = choose(patient_page, "nose_wide")
    page.button(key="try_alar_base_reduction").click().run()
    page.button(key="back_to_concerns").click().run()
    assert "try_too_alar_base_reduction" not in [one.key for one in page.button]
    choose(page, "thin_lips")
    assert page.button(key="try_lip_filler").help == "Instead of alar base reduction."
    page.button(key="try_lip_filler").click().run()
    assert [one.key for one in page.slider] == ["dose_lip_filler_both"]
    page.button(key="back_to_concerns").click().run()
    page.button(key="as_it_is").click().run()
    assert title(page) == "Your preview"
    assert not page.slider


def test_what_was_not_wanted_is_not_offered(patient_page: AppTest) -> None:
    page = patient_page
    page.text_input(key="find_concern").set_value("lines around my mouth without needles").run()
    page.checkbox(key="concern_lines_at_mouth").check().run()
    cards = [one.value for one in page.subheader]
    assert cards == ["Leave it as it is", procedures()["co2_resurfacing"].name]
    left_out = next(one.value for one in page.markdown if one.value.startswith("Left out"))
    assert procedures()["perioral_filler"].name in left_out
    page.text_input(key="find_concern").set_value("lines around my mouth").run()
    assert len(page.subheader) == 4


def test_what_would_not_be_seen_says_so_and_comes_last(patient_page: AppTest) -> None:
    """Grace Hopper's photo shows few lines on the forehead, but many beside the eyes."""
    page = choose(patient_page, "forehead_lines")
    told = [one.value for one in page.markdown if "In your photo: " in one.value]
    assert len(told) == 2
    for one in told:  # nothing of other signs on which the same procedure acts
        grade = re.search(r"photo: forehead lines ([\d.]+) of 3 \(hardly there\)\.", one)[1]
        assert 0.0 <= float(grade) < 1.0
    toxin, laser = told
    assert "You would see a small difference there." in toxin  # of the brows, which sink
    assert "You would see almost no difference there." in laser
    page = choose(
        page, "cheeks_round"
    )  # of which the photo shows a change, and by itself comes last
    ids = [name for name, _ in candidates(["forehead_lines", "cheeks_round"])]
    hardly = ids.index("co2_resurfacing")
    assert hardly < len(ids) - 1
    assert [
        procedures()[name].name for name in (*ids[:hardly], *ids[hardly + 1 :], ids[hardly])
    ] == [one.value for one in page.subheader[1:]]
    page = choose(page, "lines_beside_eyes")
    told = [one.value for one in page.markdown if "crow's feet 3.0 of 3" in one.value]
    assert told
    assert not any("almost no difference" in one for one in told)


def test_the_whole_catalogue_is_one_click_away(patient_page: AppTest) -> None:
    page = patient_page.button(key="show_everything").click().run()
    assert title(page) == "Your preview"
    assert len(page.selectbox(key="add").options) == len(procedures())


def test_a_search_shows_what_it_finds_and_keeps_what_is_chosen(patient_page: AppTest) -> None:
    page = choose(patient_page, "thin_lips")
    page.text_input(key="find_concern").set_value("tired").run()
    drawn = [one.key for one in page.checkbox]  # what is found, then what is of the area
    assert drawn[:2] == ["concern_tired", "concern_thin_lips"]
    assert len(drawn) == len(set(drawn)) == 1 + sum(one.area == "mouth" for one in concerns())
    page.button_group(key="concern_area").set_value("ears").run()
    drawn = [one.key for one in page.checkbox]
    assert drawn == ["concern_tired", "concern_ears_out", "concern_thin_lips"]
    page.text_input(key="find_concern").set_value("qwertz").run()
    assert any("Nothing is found" in one.value for one in page.markdown)
    page.checkbox(key="concern_thin_lips").uncheck().run()
    assert not page.subheader


def test_a_smile_is_needed_for_what_shows_in_one(patient_page: AppTest) -> None:
    page = choose(patient_page, "gums_in_smile")
    assert any("It shows in a smile" in one.value for one in page.markdown)


def test_the_private_check_leads_back_to_where_it_was_left(patient_page: AppTest) -> None:
    page = choose(patient_page, "nose_wide")
    page.button(key="try_alar_base_reduction").click().run()
    page.switch_page("../screens/care.py").run()
    back = [one.proto for one in page.get("page_link") if one.proto.label == "Back to my preview"]
    assert len(back) == 2
    page.switch_page("../screens/preview.py").run()
    assert title(page) == "Your preview"
    page.button(key="back_to_concerns").click().run()
    page.switch_page("../screens/care.py").run()
    labels = [one.proto.label for one in page.get("page_link")]
    assert labels.count("Back to where I was") == 2
