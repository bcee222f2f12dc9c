"""The page without a browser: what leads to what, and in which words."""

import gc
import importlib

import pytest
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.testing.v1 import AppTest

from face_mesh import Face, Photo, PlanError
from simulate import Outcome, procedures
from simulate.skin.treated import Treated
from tests.ui.photos import MAKER
from tests.ui.viewing import pick, shown, table, title
from ui.lasting import lasting


def upload(page: AppTest, name: str, data: bytes) -> AppTest:
    page.file_uploader[0].upload(name, data).run()
    return page


def test_the_first_screen_offers_a_file_a_camera_and_two_portraits(page: AppTest) -> None:
    assert title(page) == "See it beforehand"
    assert "never leaves this computer" in page.markdown[0].value
    assert len(page.file_uploader) == 1
    assert [tab.label for tab in page.tabs] == ["Choose a file", "Take a photo"]
    assert [b.label for b in page.button] == ["Grace Hopper", "Eileen Collins"]


def test_a_sample_is_shown_before_anything_is_simulated(sample_page: AppTest) -> None:
    assert title(sample_page) == "Your preview"
    header, parts = shown(sample_page)
    assert set(parts) == {"before"}
    assert parts["before"].startswith(b"\xff\xd8\xff")
    assert len(header["still"]["dots"]) == 478
    assert not sample_page.table
    assert "public domain" in sample_page.caption[-1].value


def test_a_procedure_at_its_usual_dose_changes_picture_and_figures(sample_page: AppTest) -> None:
    page = pick(sample_page, "lip_filler")
    assert title(page) == "Your preview"
    assert page.slider(key="dose_lip_filler").value == procedures()["lip_filler"].dose.usual
    header, parts = shown(page)
    assert set(parts) == {"before", "after", "heat"}
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
    page.slider(key="dose_lip_filler").set_value(entry.dose.max).run()
    assert float(table(page)[0][2]) > usual


def test_no_dose_is_no_change(sample_page: AppTest) -> None:
    page = pick(sample_page, "lip_filler")
    page.slider(key="dose_lip_filler").set_value(0.0).run()
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
    page.selectbox(key="when").set_value("6mo").run()
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
    assert page.selectbox(key="when").value == "fullest"
    fullest = shown(page)[1]["after"]
    page.selectbox(key="when").set_value("1w").run()
    assert shown(page)[1]["after"] != fullest


def test_a_side_can_be_chosen_where_the_procedure_allows(sample_page: AppTest) -> None:
    page = pick(sample_page, "masseter_toxin")
    both = shown(page)[0]["treated"]
    page.button_group(key="side_masseter_toxin").set_value("left").run()
    left = shown(page)[0]["treated"]
    assert left[0] > both[0] + 0.1  # the patient's left is on the right of the picture


def test_one_side_gets_half_of_a_total_dose(sample_page: AppTest) -> None:
    page = pick(sample_page, "lip_filler")
    entry = procedures()["lip_filler"]
    page.slider(key="dose_lip_filler").set_value(entry.dose.max).run()
    page.button_group(key="side_lip_filler").set_value("left").run()
    assert title(page) == "Your preview"
    slider = page.slider(key="dose_lip_filler")
    assert slider.max == slider.value == entry.max_dose("left") == 1.3
    assert "mL on the left side (usual 0.5 mL)" in slider.label
    page.button_group(key="side_lip_filler").set_value("both").run()
    slider = page.slider(key="dose_lip_filler")
    assert slider.max == entry.dose.max
    assert slider.value == 1.3
    assert "in all (usual 1.0 mL)" in slider.label


def test_the_figures_of_a_row_agree_with_each_other(sample_page: AppTest) -> None:
    rows = table(pick(sample_page, *procedures()))
    assert len(rows) == 12
    assert any(one.label == "Other measures" for one in sample_page.expander)
    numbers = [one.value.to_numpy().tolist() for one in sample_page.table]
    for row in (row for rows in numbers for row in rows):
        before, after, change = (float(cell.replace("−", "-")) for cell in row[1:4])
        assert after - before == pytest.approx(change)
        assert change != 0.0


def test_what_limits_a_photo_is_said_with_what_to_do(sample_page: AppTest) -> None:
    face = importlib.import_module("ui.run").read_face(
        sample_page.session_state["beforehand"].photo
    )
    warnings = [one for one in face.findings if one.severity == "warn"]
    written = [one.value for one in sample_page.markdown]
    assert ":green[:material/check_circle:] This photo is good to use." in written or warnings
    for one in warnings:
        assert f":orange[:material/warning:] {one.message}" in written
        assert one.advice in [caption.value for caption in sample_page.caption]


def test_every_procedure_is_offered_with_its_sources(sample_page: AppTest) -> None:
    page = pick(sample_page, *procedures())
    assert title(page) == "Your preview"
    assert len(page.slider) == len(procedures())
    written = "\n".join(one.value for one in page.markdown)
    for entry in procedures().values():
        assert entry.summary in written
        assert all(evidence.claim in written for evidence in entry.evidence)
        assert all(caution in written for caution in entry.cautions)
        assert all(term.derivation in written for term in (*entry.terms, *entry.skin))
        assert lasting(entry.course) in written
        assert entry.response.derivation in written


def test_a_photo_of_ones_own_is_used_and_its_file_is_gone(
    page: AppTest, uploads: list[MemoryUploadedFileManager], photo_file: bytes
) -> None:
    upload(page, "IMG_0001.JPG", photo_file)
    assert title(page) == "Your preview"
    assert stored(uploads) == 0
    assert MAKER.encode() in photo_file
    assert MAKER.encode() not in shown(page)[1]["before"]
    pick(page, "chin_filler")
    assert stored(uploads) == 0


def test_a_photo_from_the_camera_is_used_and_its_file_is_gone(
    page: AppTest, uploads: list[MemoryUploadedFileManager], photo_file: bytes
) -> None:
    page.session_state["source"] = "Take a photo"
    page.run()
    page.camera_input[0].upload("shot.jpg", photo_file).run()
    assert title(page) == "Your preview"
    assert stored(uploads) == 0


def test_a_file_that_is_no_photo_is_refused_in_one_sentence(
    page: AppTest, uploads: list[MemoryUploadedFileManager]
) -> None:
    upload(page, "notes.jpg", b"This is not a photo.")
    assert title(page) == "See it beforehand"
    (error,) = page.error
    assert error.value.startswith("The file is not a photo")
    assert stored(uploads) == 0
    assert len(page.file_uploader) == 1


def test_a_refused_file_is_forgotten_with_the_next_good_one(
    page: AppTest, photo_file: bytes
) -> None:
    upload(page, "notes.jpg", b"This is not a photo.")
    upload(page, "me.jpg", photo_file)
    assert title(page) == "Your preview"
    assert not page.error


def test_a_photo_without_a_face_is_explained(page: AppTest, empty_file: bytes) -> None:
    upload(page, "wall.jpg", empty_file)
    assert title(page) == "Your preview"
    assert page.error[0].value.startswith("No face")
    assert not page.slider
    assert set(shown(page)[1]) == {"before"}
    another(page).click().run()
    assert title(page) == "See it beforehand"


def test_a_photo_that_would_mislead_is_explained(page: AppTest, small_face_file: bytes) -> None:
    upload(page, "far.jpg", small_face_file)
    assert title(page) == "Your preview"
    assert "too small" in page.error[0].value
    assert not page.button_group
    assert another(page).label == "Use another photo"


def test_of_several_faces_one_is_chosen(page: AppTest, two_faces_file: bytes) -> None:
    upload(page, "two.jpg", two_faces_file)
    assert title(page) == "Your preview"
    boxes = shown(page)[0]["still"]["boxes"]
    assert len(boxes) == 2
    assert boxes[0][2] < 0.5 < boxes[1][0]
    assert [group.key for group in page.button_group] == ["which"]
    page.button_group(key="which").set_value(2).run()
    assert title(page) == "Your preview"
    dots = shown(page)[0]["still"]["dots"]
    assert all(x > 0.5 for x, _ in dots)


def test_ones_own_pupil_distance_replaces_the_estimate(sample_page: AppTest) -> None:
    pick(sample_page, "lip_filler")
    before = float(table(sample_page)[0][1])
    sample_page.number_input(key="pupils_mm").set_value(75.0).run()
    assert title(sample_page) == "Your preview"
    written = "\n".join(one.value for one in sample_page.markdown)
    assert "pupils 75 ±" in written
    assert "the pupil distance you gave" in written
    assert float(table(sample_page)[0][1]) > 1.1 * before


def test_another_photo_keeps_the_doses_and_drops_the_pupil_distance(sample_page: AppTest) -> None:
    page = pick(sample_page, "chin_filler")
    page.slider(key="dose_chin_filler").set_value(0.5).run()
    page.number_input(key="pupils_mm").set_value(70.0).run()
    page.selectbox(key="when").set_value("6mo").run()
    another(page).click().run()
    assert title(page) == "See it beforehand"
    page.button(key="sample_eileen_collins").click().run()
    assert title(page) == "Your preview"
    assert page.slider(key="dose_chin_filler").value == 0.5
    assert page.number_input(key="pupils_mm").value is None
    assert page.selectbox(key="when").value == "fullest"


def test_the_choices_outlast_a_look_at_the_other_page(sample_page: AppTest) -> None:
    page = pick(sample_page, "chin_filler")
    page.slider(key="dose_chin_filler").set_value(0.5).run()
    page.switch_page("screens/about.py").run()
    assert title(page) == "How it works"
    page.switch_page("screens/preview.py").run()
    assert title(page) == "Your preview"
    assert page.slider(key="dose_chin_filler").value == 0.5


def test_an_impossible_plan_is_one_sentence_and_loses_nothing(
    sample_page: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = pick(sample_page, "chin_filler")

    def refuse(*_: object, **__: object) -> None:
        raise PlanError("These two cannot be combined; leave one out.")

    monkeypatch.setattr(importlib.import_module("ui.run"), "simulating", refuse)
    page.slider(key="dose_chin_filler").set_value(0.5).run()
    assert title(page) == "Your preview"
    assert [error.value for error in page.error] == ["These two cannot be combined; leave one out."]
    assert page.slider(key="dose_chin_filler").value == 0.5


def test_forgetting_leaves_nothing_of_the_photo(
    page: AppTest, uploads: list[MemoryUploadedFileManager], photo_file: bytes
) -> None:
    held_before = living(Photo, Face, Outcome, Treated)  # by other tests
    upload(page, "me.jpg", photo_file)
    pick(page, "lip_filler", "forehead_toxin")
    assert living(Photo, Face, Outcome, Treated) > held_before
    forget = next(button for button in page.button if button.label == "Forget my photo")
    forget.click().run()
    assert title(page) == "See it beforehand"
    assert living(Photo, Face, Outcome, Treated) == held_before
    assert stored(uploads) == 0
    assert page.session_state["beforehand"].photo is None
    page.button(key="sample_grace_hopper").click().run()
    assert not page.slider  # the choices are gone too


def test_nothing_is_put_at_an_address(sample_page: AppTest) -> None:
    page = pick(sample_page, "lip_filler")
    assert page.query_params == {}
    assert not page.get("imgs")


def test_the_comparison_is_made_when_asked_and_marked(sample_page: AppTest) -> None:
    page = pick(sample_page, "lip_filler")
    (button,) = page.get("download_button")
    assert button.proto.deferred_file_id
    assert not button.proto.url
    run = importlib.import_module("ui.run")
    from face_mesh import measure_face
    from simulate import Plan

    face = measure_face(page.session_state["beforehand"].photo)
    png = run.comparison_png(face, run.Choice(Plan.parse(["lip_filler=1.0"])))
    assert png.startswith(b"\x89PNG")
    assert b"DigitalSourceType" in png


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
