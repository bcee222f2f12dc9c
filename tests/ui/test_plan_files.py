"""Plans saved and opened on the page: they set what is chosen, and a bad file loses nothing."""

import json

import pytest
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.testing.v1 import AppTest

from simulate import Plan, Treatment
from simulate.plan.plan_code import plan_code
from simulate.plan.plan_file import PlanFile

PLAN = Plan(
    (
        Treatment("lip_filler", 0.5, week=1.0, cost=99.0),
        Treatment("masseter_toxin", 20.0, "left"),
        Treatment("masseter_toxin", 10.0, "right"),
    ),
    notes="Softly.",
)


def open_file(page: AppTest, data: bytes, name: str = "plan.toml") -> AppTest:
    (uploader,) = (one for one in page.file_uploader if "plan" in one.label.lower())
    return uploader.upload(name, data).run()


def warned(page: AppTest) -> list[str]:
    return [one.value for one in page.warning if "plan" in one.value.lower()]


def chosen(page: AppTest) -> tuple[str, ...]:
    return page.session_state["beforehand"].chosen


@pytest.mark.parametrize("kind", ["toml", "json"])
def test_a_file_sets_procedures_doses_sides_and_time(sample_page: AppTest, kind: str) -> None:
    kept = PlanFile(PLAN, "3mo", "high")
    text = kept.to_toml() if kind == "toml" else kept.to_json()
    open_file(sample_page, text.encode(), f"plan.{kind}")
    assert not sample_page.exception
    assert chosen(sample_page) == ("lip_filler", "masseter_toxin")
    state = sample_page.session_state
    assert state["dose_lip_filler_both"] == 0.5
    assert state["dose_masseter_toxin_left"] == 20.0
    assert state["dose_masseter_toxin_right"] == 10.0
    assert (state["when"], state["responder"]) == ("3mo", "high")
    from ui.planner import plan_state

    sample_page.run()
    assert plan_state  # imported with the page: the widgets say the same plan again
    assert sample_page.slider(key="dose_lip_filler_both").value == 0.5


def test_a_time_the_page_does_not_offer_is_the_nearest_it_does(sample_page: AppTest) -> None:
    open_file(sample_page, PlanFile(Plan.parse("lip_filler=1"), "80d").to_toml().encode())
    assert sample_page.session_state["when"] == "3mo"


def test_the_code_of_a_report_opens_its_plan(sample_page: AppTest) -> None:
    (field,) = (one for one in sample_page.text_input if one.key.endswith("plan_code"))
    field.set_value(plan_code(PLAN))
    (button,) = (one for one in sample_page.button if one.label == "Open the plan")
    button.click().run()
    assert not sample_page.exception
    assert chosen(sample_page) == ("lip_filler", "masseter_toxin")


@pytest.mark.parametrize("data", [b"\x89PNG", b'{"treatments": 1}', b"BEFOREHAND1:xx"])
def test_a_bad_file_is_one_sentence_and_nothing_is_lost(sample_page: AppTest, data: bytes) -> None:
    open_file(sample_page, PlanFile(PLAN).to_toml().encode())
    photo = sample_page.session_state["beforehand"].photo
    open_file(sample_page, data)
    assert not sample_page.exception
    (said,) = warned(sample_page)
    assert said.endswith(".")
    assert "\n" not in said
    assert chosen(sample_page) == ("lip_filler", "masseter_toxin")
    assert sample_page.session_state["dose_lip_filler_both"] == 0.5
    assert sample_page.session_state["beforehand"].photo is photo
    sample_page.session_state["language"] = "de"
    sample_page.run()
    assert said not in [one.value for one in sample_page.warning]  # it is said anew
    assert len(sample_page.warning) == 1
    sample_page.session_state["language"] = "en"
    open_file(sample_page.run(), PlanFile(PLAN).to_json().encode())
    assert warned(sample_page) == []


def test_the_upload_is_removed(
    sample_page: AppTest, uploads: list[MemoryUploadedFileManager]
) -> None:
    open_file(sample_page, PlanFile(PLAN).to_toml().encode())
    assert not any(store.file_storage.get(key) for store in uploads for key in store.file_storage)


def test_no_plan_comes_in_by_the_address(welcome_page: AppTest) -> None:
    welcome_page.query_params["plan"] = plan_code(PLAN)
    welcome_page.run()
    assert chosen(welcome_page) == ()


def test_what_is_saved_is_what_was_opened(sample_page: AppTest) -> None:
    """Through the widgets and back: the plan of the page, with its notes and costs."""
    kept = PlanFile(PLAN, "3mo", "low")
    open_file(sample_page, kept.to_toml().encode())
    page = sample_page.run()
    labels = [one.proto.label for one in page.get("download_button")]
    assert "Download the plan (TOML)" in labels
    saved = page.session_state["beforehand"].plans["A"].plan
    assert json.loads(PlanFile(saved).to_json()) == json.loads(PlanFile(PLAN).to_json())


def test_a_patient_can_open_the_plan_of_a_report_at_once(
    welcome_page: AppTest,
) -> None:
    state = welcome_page.session_state["beforehand"]
    state.way, state.attested = "patient", True
    page = welcome_page.run().button(key="sample_grace_hopper").click().run()
    assert page.title[0].value == "What would you like to look at?"
    open_file(page, PlanFile(Plan.parse("lip_filler=0.8")).to_toml().encode())
    assert not page.exception
    assert page.slider(key="dose_lip_filler_both").value == 0.8
