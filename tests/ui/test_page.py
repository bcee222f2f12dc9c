"""The page without a browser: what leads to what, and in which words."""

import gc
import importlib

import pytest
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.testing.v1 import AppTest

from face_mesh import Face, Photo, PlanError, measure_face
from simulate import (
    Outcome,
    Plan,
    Treatment,
    procedures,
    simulate,
)
from simulate.catalogue.sources import citation
from simulate.plan.interactions import interactions
from simulate.plan.presets import presets
from simulate.provenance.verify import verify
from simulate.skin.treated_patch import TreatedPatch
from simulate.wording.procedures import duration_words
from tests.ui.arriving import arrive, upload, use
from tests.ui.viewing import look_at, notes, pick, planned, shown, strip, table, title


def test_a_sample_is_shown_before_anything_is_simulated(sample_page: AppTest) -> None:
    assert title(sample_page) == "Your preview"
    header, parts = shown(sample_page)
    assert set(parts) == {"before", "head"}
    assert parts["before"].startswith(b"\xff\xd8\xff")
    assert len(header["still"]["dots"]) == 478
    assert not sample_page.table
    assert any("public domain" in one.value for one in sample_page.caption)


def test_a_procedure_at_its_usual_dose_changes_picture_and_figures(sample_page: AppTest) -> None:
    page = pick(sample_page, "lip_filler")
    assert title(page) == "Your preview"
    assert page.slider(key="dose_lip_filler_both").value == procedures()["lip_filler"].dose.usual
    header, parts = shown(page)
    assert {"before", "after", "heat", "unsure"} <= set(parts)
    assert parts["after"] != parts["before"]
    assert parts["heat"].startswith(b"\x89PNG")
    assert header["mostMm"] > 0
    assert "Lip filler" in header["alt"]
    rows = {row[0]: row[1:] for row in table(page)}
    before, after, change, _ = rows["Height of the red of the lower lip (mm)"]
    assert float(after) > float(before)
    assert change.startswith("+")
    assert any("hardly visible in this photo" in name for name in rows)


def test_more_of_it_changes_more(sample_page: AppTest) -> None:
    page = pick(sample_page, "lip_filler")
    usual = float(table(page)[0][2])
    entry = procedures()["lip_filler"]
    page.slider(key="dose_lip_filler_both").set_value(entry.dose.max).run()
    assert float(table(page)[0][2]) > usual


def test_no_dose_is_no_change(sample_page: AppTest) -> None:
    page = pick(sample_page, "lip_filler")
    page.slider(key="dose_lip_filler_both").set_value(0.0).run()
    assert title(page) == "Your preview"
    header, parts = shown(page)
    assert parts["after"] == parts["before"]
    assert "heat" not in parts
    assert header["treated"] is None
    assert not page.table
    written = [one.value for one in page.markdown]
    assert "No measure changes by as much as can be written here." in written
    assert "Nothing is left of the effect by then." not in written


def test_when_nothing_is_left_the_page_says_so(sample_page: AppTest) -> None:
    page = pick(sample_page, "lip_flip")
    gone = "Nothing is left of the effect by then."
    assert page.table
    assert gone not in [one.value for one in page.markdown]
    look_at(page, "6mo")
    assert title(page) == "Your preview"
    header, parts = shown(page)
    assert "heat" not in parts
    assert header["mostMm"] is None
    assert not page.table
    assert gone in [one.value for one in page.markdown]
    pick(page, "chin_filler")  # of which most is left
    assert page.table


def test_a_strong_response_changes_more_than_a_weak_one(sample_page: AppTest) -> None:
    page = pick(sample_page, "lip_filler")
    after = []
    for responder in ("low", "expected", "high"):
        page.button_group(key="responder").set_value(responder).run()
        after.append(float(table(page)[0][2]))
    assert after == sorted(set(after))


def test_an_effect_is_at_its_fullest_unless_asked(sample_page: AppTest) -> None:
    page = pick(sample_page, "masseter_toxin")
    assert page.button_group(key="look").value == "fullest"
    fullest = shown(page)[1]["after"]
    look_at(page, "1w")
    assert shown(page)[1]["after"] != fullest


def test_a_day_is_chosen_with_what_is_drawn_of_swelling_and_bruises(sample_page: AppTest) -> None:
    page = pick(sample_page, "lip_filler")
    assert "reactions" not in [group.key for group in page.button_group]
    pictures = {}
    look_at(page, "3d")
    assert page.button_group(key="reactions").value == "likely"
    for shown_reactions in ("likely", "all", "none"):
        page.button_group(key="reactions").set_value(shown_reactions).run()
        pictures[shown_reactions] = shown(page)[1]["after"]
        said = [sentence for severity, sentence in notes(page) if severity == "info"]
        undrawn = [one.partition(" ")[0] for one in said if "is not drawn" in one]
        assert (
            undrawn
            == {"likely": ["Bruising"], "all": [], "none": ["Swelling", "Bruising"]}[
                shown_reactions
            ]
        )
    assert len(set(pictures.values())) == 3
    assert shown(page)[0]["tag"] == "Simulated, after 3 days"
    look_at(page, "fullest")
    assert "reactions" not in [group.key for group in page.button_group]


def test_before_an_effect_begins_nothing_is_said_to_be_over(sample_page: AppTest) -> None:
    page = pick(sample_page, "lip_flip")
    look_at(page, "0d")
    written = [one.value for one in page.markdown]
    assert "The effect has not begun by then." in written
    assert "Nothing is left of the effect by then." not in written


def test_a_wide_range_says_why_below_the_table(sample_page: AppTest) -> None:
    page = pick(sample_page, "lip_filler", "cheek_filler")
    captions = "\n".join(one.value for one in page.caption)
    marks = {row[4].partition("\u202f")[2] for row in table(page)} - {""}
    assert marks
    for mark in marks:
        assert f"{mark} No study" in captions


def test_where_it_is_unsure_is_shown_beside_where_it_changes(sample_page: AppTest) -> None:
    header, parts = shown(pick(sample_page, "lip_filler"))
    assert parts["unsure"].startswith(b"\x89PNG")
    assert len(header["steps"]) == 5


def test_the_film_is_made_when_asked_and_kept_while_it_is_true(sample_page: AppTest) -> None:
    page = pick(sample_page, "lip_filler")
    assert strip(page) == ([], [])
    page.button(key="make_film").click().run()
    assert title(page) == "Your preview"
    captions, pictures = strip(page)
    assert captions[:2] == ["Before", "Right after: swelling, bruising, redness"]
    assert captions[-1] == "After 2 years"
    assert len(captions) == len(pictures) == 10
    assert pictures[0].startswith(b"\xff\xd8\xff")
    assert len(set(pictures)) == 10
    assert not any(one.proto.url for one in page.get("download_button"))  # until asked for
    look_at(page, "1w")
    assert strip(page) == (captions, pictures)  # it shows every time anyway
    page.slider(key="dose_lip_filler_both").set_value(0.5).run()
    assert strip(page) == ([], [])


def test_the_range_of_responses_is_a_row_of_pictures(sample_page: AppTest) -> None:
    page = pick(sample_page, "lip_filler")
    page.button(key="make_range").click().run()
    captions, pictures = strip(page)
    assert captions == [
        "Before",
        "Weak response",
        "Expected response",
        "Strong response",
        "Uncertain here",
    ]
    assert len(set(pictures)) == 5
    page.button_group(key="responder").set_value("high").run()
    assert strip(page) == (captions, pictures)  # it shows every response anyway


def test_the_sheets_to_download_are_marked(sample_page: AppTest) -> None:
    files = importlib.import_module("ui.compute.files")
    face = measure_face(sample_page.session_state["beforehand"].photo)
    plan = Plan.parse(["lip_filler=1.0"])
    outcomes = [simulate(face, plan, responder=one) for one in ("low", "expected", "high")]
    made = files.sheet_of(files.RANGE, outcomes)
    assert b"DigitalSourceType" in made.png
    assert verify(made.png).state == "valid"
    assert len(made.panels) == 5


def test_a_plan_to_start_from_sets_doses_that_can_be_changed(sample_page: AppTest) -> None:
    page = pick(sample_page, "lip_filler", "hump_reduction")
    plan = presets()["liquid_facelift"]
    page.selectbox(key="preset").set_value("liquid_facelift").run()
    assert title(page) == "Your preview"
    doses = {
        one.key.removeprefix("dose_").removesuffix("_both"): one.value
        for one in page.slider
        if one.key != "when"
    }
    assert doses == {one.procedure: one.dose for one in plan.treatments}
    written = "\n".join(one.value for one in page.markdown)
    assert plan.summary in written
    assert all(one.who in written for one in plan.suits_less)
    assert all(one.derivation in written for one in plan.treatments)
    assert any(one.value.startswith("Filler: 9 mL in all") for one in page.caption)
    page.slider(key="dose_chin_filler_both").set_value(0.5).run()
    assert page.slider(key="dose_chin_filler_both").value == 0.5
    assert any(one.value.startswith("Filler: 8.5 mL in all") for one in page.caption)
    page.selectbox(key="preset").set_value(None).run()  # takes nothing away
    assert page.slider(key="dose_chin_filler_both").value == 0.5


@pytest.mark.parametrize("name", list(presets()))
def test_the_doses_of_a_plan_can_be_set_by_hand(name: str) -> None:
    for one in presets()[name].treatments:
        steps = one.dose / procedures()[one.procedure].dose.step
        assert steps == pytest.approx(round(steps), abs=1e-6)


def test_the_weeks_of_a_plan_count_as_long_as_they_are_said(sample_page: AppTest) -> None:
    (order,) = [
        one.reason
        for one in interactions(Plan.parse(["lip_flip=4", "lip_filler=1"]))
        if one.rule == "flip_before_lip_filler"
    ]
    page = sample_page
    page.selectbox(key="preset").set_value("lip_balance").run()
    assert page.slider(key="dose_lip_flip_both").value == 4
    assert order not in [sentence for _, sentence in notes(page)]  # the plan has the order right
    assert page.number_input(key="week_lip_filler").value > 0.0
    page.number_input(key="week_lip_filler").set_value(None).run()
    assert ("info", order) in notes(page)


def test_what_must_not_be_done_together_is_one_sentence(sample_page: AppTest) -> None:
    page = pick(sample_page, "facelift", "neck_lift")
    (refusal,) = page.error
    head, sentence = refusal.value.split("  \n")
    assert head == "**Not shown**"
    assert sentence in [
        one.reason for one in interactions(Plan.parse(["facelift=6", "neck_lift=1"]))
    ]
    assert "after" not in shown(page)[1]
    assert not page.table
    # Whichever of the two is taken out, the other one is shown.
    offered = [one.label for one in page.button if (one.key or "").startswith("refused_")]
    assert offered == ["Remove facelift (surgery)", "Remove neck lift (surgery)"]
    page.button(key="refused_neck_lift").click().run()
    assert not page.error
    assert "after" in shown(page)[1]


def test_what_is_done_later_is_said_with_a_time_before_it(sample_page: AppTest) -> None:
    page = pick(sample_page, "lip_filler", "chin_filler")
    page.number_input(key="week_lip_filler").set_value(6.0).run()
    assert shown(page)[0]["tag"] == "Simulated, settled"
    look_at(page, "3d")
    assert shown(page)[0]["tag"] == "Simulated, after 3 days; not all is done yet"
    assert notes(page)[0] == (
        "warn",
        "Lip filler: planned for week 6, and not done yet at this time.",
    )
    look_at(page, "3mo")
    assert shown(page)[0]["tag"] == "Simulated, after 3 months"


def test_rules_between_treatments_are_said_below_the_picture(sample_page: AppTest) -> None:
    page = pick(sample_page, "forehead_toxin", "glabellar_toxin")
    doses = [
        f"{name}={procedures()[name].dose.usual}" for name in ("glabellar_toxin", "forehead_toxin")
    ]
    rules = interactions(Plan.parse(doses))
    assert rules
    assert {(one.severity, one.reason) for one in rules} <= set(notes(page))
    written = "\n".join(one.value for one in page.markdown)
    assert all(citation(one.source) in written for one in rules)


def test_range_and_sources_says_what_comes_and_what_can_go_wrong(sample_page: AppTest) -> None:
    page = pick(sample_page, "lip_filler")
    facts = next(one.value for one in page.markdown if "What can go wrong" in one.value)
    entry = procedures()["lip_filler"]
    lines = facts.splitlines()[2:]
    serious = [line.startswith("- **Serious.**") for line in lines]
    assert serious == sorted(serious, reverse=True)
    assert sum(serious) == sum(one.serious for one in entry.risks) > 0
    written = "\n".join(one.value for one in page.markdown)
    assert all(one.frequency in written for one in entry.risks)
    assert all(one.who.removesuffix(".") in written for one in entry.suits_less)
    assert all(one.derivation in written for one in entry.reactions)
    assert "Bruising: 29 of 100 people have it; worst after 1 day, gone after 10 days." in written
    assert "Many people go out again the same day, others after up to 1 week." in written
    assert "the head is turned by no more than" in written


def test_a_side_can_be_chosen_where_the_procedure_allows(sample_page: AppTest) -> None:
    page = pick(sample_page, "masseter_toxin")
    both = shown(page)[0]["treated"]
    page.button_group(key="side_masseter_toxin").set_value("left").run()
    left = shown(page)[0]["treated"]
    assert left[0] > both[0] + 0.1  # the patient's left is on the right of the picture


def test_one_side_gets_half_of_a_total_dose(sample_page: AppTest) -> None:
    page = pick(sample_page, "lip_filler")
    entry = procedures()["lip_filler"]
    page.slider(key="dose_lip_filler_both").set_value(entry.dose.max).run()
    page.button_group(key="side_lip_filler").set_value("left").run()
    assert title(page) == "Your preview"
    slider = page.slider(key="dose_lip_filler_left")
    assert slider.max == slider.value == entry.max_dose("left") == 1.3
    assert "mL on the left side (usual 0.5 mL)" in slider.label
    page.button_group(key="side_lip_filler").set_value("both").run()
    slider = page.slider(key="dose_lip_filler_both")
    assert slider.max == entry.dose.max
    assert slider.value == 1.3
    assert "in all (usual 1 mL)" in slider.label


def test_the_figures_of_a_row_agree_with_each_other(sample_page: AppTest) -> None:
    rows = table(planned(sample_page, *together()[::2]))
    assert len(rows) == 12
    assert any(one.label == "Other measures" for one in sample_page.expander)
    numbers = [one.value.to_numpy().tolist() for one in sample_page.table]
    for row in (row for rows in numbers for row in rows):
        if row[1] == "–":  # of a neck or ear that a photo from the front does not measure
            assert row[2] == "–"
            continue
        before, after, change = (float(cell.replace("−", "-")) for cell in row[1:4])
        assert after - before == pytest.approx(change)
        assert change != 0.0


def test_what_limits_a_photo_is_said_with_what_to_do(sample_page: AppTest) -> None:
    face = importlib.import_module("ui.compute.faces").read_face(
        sample_page.session_state["beforehand"].photo
    )
    warnings = [one for one in face.findings if one.severity == "warn"]
    written = [one.value for one in sample_page.markdown]
    assert ":green[:material/check_circle:] This photo is good to use." in written or warnings
    for one in warnings:
        assert f":orange[:material/warning:] {one.message}" in written
        assert one.advice in [caption.value for caption in sample_page.caption]


@pytest.mark.parametrize("part", range(4))
def test_every_procedure_is_offered_with_its_sources(sample_page: AppTest, part: int) -> None:
    offered = list(procedures().values())[part::4]
    page = planned(sample_page, *(entry.id for entry in offered))
    assert title(page) == "Your preview"
    assert len(page.slider) == len(offered)
    written = "\n".join(one.value for one in page.markdown)
    for entry in offered:
        assert entry.summary in written
        assert all(evidence.claim in written for evidence in entry.evidence)
        assert all(caution in written for caution in entry.cautions)
        assert all(term.derivation in written for term in (*entry.terms, *entry.skin))
        assert duration_words(entry.course) in written
        assert entry.response.derivation in written


def test_ones_own_pupil_distance_replaces_the_estimate(sample_page: AppTest) -> None:
    pick(sample_page, "lip_filler")
    before = float(table(sample_page)[0][1])
    sample_page.number_input(key="pupils_mm").set_value(75.0).run()
    assert title(sample_page) == "Your preview"
    written = "\n".join(one.value for one in sample_page.markdown)
    assert "pupils 75 ±" in written
    assert "the pupil distance you gave" in written
    wide = float(table(sample_page)[0][1])
    assert wide > 1.1 * before
    sample_page.number_input(key="pupils_mm").set_value(60.0).run()  # it was mistyped
    assert float(table(sample_page)[0][1]) == pytest.approx(60.0 / 75.0 * wide, abs=0.11)


def test_another_photo_keeps_the_doses_and_drops_the_pupil_distance(sample_page: AppTest) -> None:
    page = pick(sample_page, "chin_filler")
    page.slider(key="dose_chin_filler_both").set_value(0.5).run()
    page.number_input(key="pupils_mm").set_value(70.0).run()
    look_at(page, "6mo")
    another(page).click().run()
    assert title(page) == "Your photo"
    page.button(key="sample_eileen_collins").click().run()
    assert title(page) == "Your preview"
    assert page.slider(key="dose_chin_filler_both").value == 0.5
    assert page.number_input(key="pupils_mm").value is None
    assert page.button_group(key="look").value == "fullest"


def test_the_choices_outlast_a_look_at_the_other_page(sample_page: AppTest) -> None:
    page = pick(sample_page, "chin_filler")
    page.slider(key="dose_chin_filler_both").set_value(0.5).run()
    page.switch_page("../screens/about.py").run()
    assert title(page) == "How it works"
    page.switch_page("../screens/preview.py").run()
    assert title(page) == "Your preview"
    assert page.slider(key="dose_chin_filler_both").value == 0.5


def test_another_view_of_the_person_is_worked_on_without_what_was_done_by_hand(
    sample_page: AppTest,
) -> None:
    page = pick(sample_page, "chin_filler")
    assert "view" not in [one.key for one in page.button_group]  # one photo alone
    state = page.session_state["beforehand"]
    front = shown(page)[0]["photo"]
    photo = type(state.photo)
    state.views["smile"] = photo(state.photo.image[:, ::-1].copy(), "another")
    state.edits = type(state.edits)(spots=((0.4, 0.4),))
    page.run()
    assert page.button_group(key="view").value == "front"
    page.button_group(key="view").set_value("smile").run()
    assert title(page) == "Your preview"
    assert shown(page)[0]["photo"] != front
    assert "after" in shown(page)[1]
    assert state.edits.spots == ()
    assert page.slider(key="dose_chin_filler_both").value == 2.0
    page.button_group(key="view").set_value("front").run()
    assert shown(page)[0]["photo"] == front


def test_what_to_take_care_of_is_said_without_opening_anything(sample_page: AppTest) -> None:
    page = pick(sample_page, "lip_filler")
    first = procedures()["lip_filler"].cautions[0]
    (line,) = (
        one.value
        for one in page.markdown
        if one.value.startswith(":orange[:material/w") and first in one.value
    )
    assert ":small[" in line


def test_the_catalogue_is_folded_away_by_area_and_counts_what_is_on(sample_page: AppTest) -> None:
    page = sample_page
    assert page.button_group(key="area").value == "lips"
    page.button(key="toggle_lip_filler").click().run()
    page.button(key="toggle_lip_flip").click().run()
    assert "Lips · 2" in page.button_group(key="area").options
    page.button_group(key="area").set_value("chin").run()
    page.button(key="toggle_chin_filler").click().run()
    assert [one.key for one in page.slider if one.key != "when"] == [
        "dose_lip_filler_both",
        "dose_lip_flip_both",
        "dose_chin_filler_both",
    ]
    page.button(key="remove_lip_flip").click().run()
    assert "Lips · 1" in page.button_group(key="area").options
    page.button_group(key="area").set_value("lips").run()
    page.button(key="toggle_lip_filler").click().run()
    assert [one.key for one in page.slider if one.key != "when"] == ["dose_chin_filler_both"]


def test_an_impossible_plan_is_one_sentence_and_loses_nothing(
    sample_page: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = pick(sample_page, "chin_filler")

    def refuse(*_: object, **__: object) -> None:
        raise PlanError("These two cannot be combined; leave one out.")

    monkeypatch.setattr(importlib.import_module("ui.compute.outcomes"), "simulation_steps", refuse)
    page.slider(key="dose_chin_filler_both").set_value(0.5).run()
    assert title(page) == "Your preview"
    assert [one.value for one in page.error] == [
        "**Not shown**  \nThese two cannot be combined; leave one out."
    ]
    assert page.slider(key="dose_chin_filler_both").value == 0.5


def test_forgetting_leaves_nothing_of_the_photo(
    page: AppTest, uploads: list[MemoryUploadedFileManager], photo_file: bytes
) -> None:
    held_before = living(Photo, Face, Outcome, TreatedPatch)  # by other tests
    use(upload(page, "me.jpg", photo_file))
    pick(page, "lip_filler", "forehead_toxin")
    page.button(key="make_range").click().run()
    assert strip(page)[0]
    assert living(Photo, Face, Outcome, TreatedPatch) > held_before
    sheet = importlib.import_module("ui.compute.files").Sheet
    assert living(sheet)
    forget = next(button for button in page.button if button.label == "Forget my photo")
    forget.click().run()
    assert title(page) == "See it beforehand"
    assert living(Photo, Face, Outcome, TreatedPatch) == held_before
    assert not living(sheet)
    assert stored(uploads) == 0
    state = page.session_state["beforehand"]
    assert state.photo is None
    assert not state.attested  # whoever comes next is asked again
    arrive(page, "consultant")
    page.button(key="sample_grace_hopper").click().run()
    assert not page.slider  # the choices are gone too


def test_nothing_is_put_at_an_address(sample_page: AppTest) -> None:
    page = pick(sample_page, "lip_filler")
    assert page.query_params == {}
    assert not page.get("imgs")


def test_the_comparison_is_made_when_asked_and_marked(sample_page: AppTest) -> None:
    page = pick(sample_page, "lip_filler")
    for button in page.get("download_button"):
        assert button.proto.deferred_file_id
        assert not button.proto.url
    files = importlib.import_module("ui.compute.files")
    face = measure_face(page.session_state["beforehand"].photo)
    png = files.comparison_png(face, files.Choice(Plan.parse(["lip_filler=1.0"])))
    assert png.startswith(b"\x89PNG")
    assert b"DigitalSourceType" in png
    assert verify(png).state == "valid"


def test_no_comparison_is_made_of_a_plan_that_is_refused(sample_page: AppTest) -> None:
    files = importlib.import_module("ui.compute.files")
    face = measure_face(sample_page.session_state["beforehand"].photo)
    with pytest.raises(PlanError, match="choose one of them"):
        files.comparison_png(face, files.Choice(Plan.parse(["facelift=6", "neck_lift=1"])))


def together() -> list[str]:
    """As many procedures as may be done together at their usual doses."""
    taken: list[Treatment] = []
    for entry in procedures().values():
        more = [*taken, Treatment(entry.id, entry.dose.usual)]
        if all(one.severity != "refuse" for one in interactions(Plan(tuple(more)))):
            taken = more
    assert len(taken) > 20
    return [one.procedure for one in taken]


def another(page: AppTest) -> object:
    return next(button for button in page.button if button.label == "Use another photo")


def living(*kinds: type) -> int:
    """How many instances the process still holds."""
    gc.collect()
    # By type: asking some objects of torch for their class draws a warning.
    return sum(issubclass(type(thing), kinds) for thing in gc.get_objects())


def stored(uploads: list[MemoryUploadedFileManager]) -> int:
    """How many raw uploads the last run's store holds."""
    return sum(len(files) for files in uploads[-1].file_storage.values())
