"""Plans A, B and C: what the widgets say as a plan and back, and plans beside each other."""

import importlib
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from simulate import Plan, Treatment, procedures
from simulate.plan.presets import presets
from tests.ui.viewing import pick, shown, strip, table, title
from ui.state.clinic_policy import SETTING


def doses(page: AppTest) -> dict[str, float]:
    return {one.key.removeprefix("dose_"): one.value for one in page.slider if one.key != "when"}


def kept(page: AppTest) -> dict[str, Plan]:
    return {key: one.plan for key, one in page.session_state["beforehand"].plans.items()}


def totals(page: AppTest) -> str:
    (line,) = (
        one.value for one in page.markdown if one.value.startswith("**") and "·" in one.value
    )
    return line.strip("*")


def test_each_side_has_its_own_dose(sample_page: AppTest) -> None:
    page = pick(sample_page, "jawline_filler")
    both = shown(page)[1]["after"]
    page.button_group(key="side_jawline_filler").set_value("each").run()
    assert title(page) == "Your preview"
    usual = procedures()["jawline_filler"].dose.usual
    assert doses(page) == {"jawline_filler_left": usual / 2, "jawline_filler_right": usual / 2}
    labels = [one.label for one in page.slider if one.key != "when"]
    assert "on the left side" in labels[0]
    assert "on the right side" in labels[1]
    page.slider(key="dose_jawline_filler_left").set_value(4.0).run()
    page.slider(key="dose_jawline_filler_right").set_value(1.0).run()
    assert [(one.side, one.dose) for one in kept(page)["A"].treatments] == [
        ("left", 4.0),
        ("right", 1.0),
    ]
    assert shown(page)[1]["after"] != both
    change = {row[0]: float(row[3].replace("−", "-")) for row in table(page)}
    assert change["Angle of the jaw, left (°)"] < 2 * change["Angle of the jaw, right (°)"] < 0


@pytest.mark.parametrize(
    ("before", "after", "wanted"),
    [
        ("both", "each", {"left": 0.8, "right": 0.8}),
        ("left", "each", {"left": 1.6, "right": 1.6}),
        ("both", "right", {"right": 1.6}),
    ],
)
def test_a_dose_is_taken_over_to_another_side(
    sample_page: AppTest, before: str, after: str, wanted: dict[str, float]
) -> None:
    page = pick(sample_page, "cheek_filler")
    group = page.button_group(key="side_cheek_filler")
    if before != "both":
        group.set_value(before).run()
    page.slider(key=f"dose_cheek_filler_{before}").set_value(1.6).run()
    page.button_group(key="side_cheek_filler").set_value(after).run()
    assert doses(page) == {f"cheek_filler_{side}": dose for side, dose in wanted.items()}


def test_the_doses_of_two_sides_are_added_up_again(sample_page: AppTest) -> None:
    page = pick(sample_page, "cheek_filler")
    page.button_group(key="side_cheek_filler").set_value("each").run()
    page.slider(key="dose_cheek_filler_left").set_value(1.0).run()
    page.slider(key="dose_cheek_filler_right").set_value(0.8).run()
    page.button(key="present").click().run()
    said = "Cheek filler: 1 mL on the left side, 0.8 mL on the right."
    assert any(said in one.value for one in page.markdown)
    page.button(key="present_end").click().run()
    page.button_group(key="side_cheek_filler").set_value("both").run()
    assert doses(page) == {"cheek_filler_both": 1.8}
    page.button_group(key="side_cheek_filler").set_value("each").run()
    assert doses(page) == {"cheek_filler_left": 0.8, "cheek_filler_right": 0.8}  # whole steps
    page.slider(key="dose_cheek_filler_left").set_value(1.2).run()
    page.button_group(key="side_cheek_filler").set_value("right").run()
    assert doses(page) == {"cheek_filler_right": 0.8}  # and not that of the left one


def test_a_copy_can_be_changed_without_the_first(sample_page: AppTest) -> None:
    page = pick(sample_page, "lip_filler")
    page.text_input(key="plan_name").set_value("Natural").run()
    page.slider(key="dose_lip_filler_both").set_value(0.5).run()
    page.button(key="copy_to_B").click().run()
    assert page.button_group(key="letter").value == "B"
    assert page.text_input(key="plan_name").value == ""
    pick(page, "chin_filler")
    page.slider(key="dose_lip_filler_both").set_value(2.0).run()
    page.button_group(key="letter").set_value("A").run()
    assert doses(page) == {"lip_filler_both": 0.5}
    assert page.text_input(key="plan_name").value == "Natural"
    page.button_group(key="letter").set_value("B").run()
    assert doses(page) == {"lip_filler_both": 2.0, "chin_filler_both": 2.0}
    page.button_group(key="letter").set_value("C").run()
    assert doses(page) == {}
    assert sorted(kept(page)) == ["A", "B"]
    page.button_group(key="letter").set_value("B").run()
    page.button(key="clear_plan").click().run()
    assert title(page) == "Your preview"
    assert doses(page) == {}
    assert sorted(kept(page)) == ["A"]


def test_what_the_browser_begins_with_is_the_plan(sample_page: AppTest) -> None:
    """Or the browser, to which a value said but once is lost, would send that none was chosen."""
    page = pick(sample_page, "lip_filler")
    page.slider(key="dose_lip_filler_both").set_value(0.5).run()
    page.text_area(key="notes").set_value("Softly").run()
    page.button_group(key="look").set_value("day").run()
    page.button_group(key="letter").set_value("B").run()
    assert list(page.button_group(key="letter").proto.default) == [1]
    page.button_group(key="letter").set_value("A").run()
    assert list(page.button_group(key="letter").proto.default) == [0]
    assert list(page.button_group(key="side_lip_filler").proto.default) == [0]
    assert list(page.button_group(key="look").proto.default) == [1]
    assert list(page.slider(key="dose_lip_filler_both").proto.default) == [0.5]
    assert page.text_area(key="notes").proto.default == "Softly"


@pytest.mark.parametrize("key", ["letter", "side_lip_filler"])
def test_a_choice_that_is_sent_empty_leaves_the_plan_as_it_is(
    sample_page: AppTest, key: str
) -> None:
    page = pick(sample_page, "lip_filler")
    before, said = kept(page), page.button_group(key=key).value
    page.button_group(key=key).set_value(None).run()
    assert title(page) == "Your preview"
    assert kept(page) == before
    assert page.session_state["beforehand"].letter == "A"
    assert page.button_group(key=key).value == said


def test_what_is_typed_last_goes_with_the_plan_it_was_typed_for(sample_page: AppTest) -> None:
    page = pick(sample_page, "lip_filler")
    page.text_area(key="notes").set_value("Back in two weeks.")
    page.button_group(key="letter").set_value("B").run()  # both in one run, as a browser sends it
    assert page.text_area(key="notes").value == ""
    assert kept(page)["A"].notes == "Back in two weeks."
    page.button_group(key="letter").set_value("A").run()
    assert page.text_area(key="notes").value == "Back in two weeks."


def test_plans_are_compared_with_pictures_doses_and_figures(sample_page: AppTest) -> None:
    page = pick(sample_page, "lip_filler")
    assert "compare" not in [one.key for one in page.button]  # one plan alone
    page.button(key="copy_to_B").click().run()
    pick(page, "masseter_toxin")
    page.button(key="compare").click().run()
    assert title(page) == "Your preview"
    captions, pictures = strip(page)
    assert captions == ["Before", "A", "B"]
    assert len(set(pictures)) == 3
    compared = page.table[0].value
    assert list(compared.columns) == ["Compared", "Before", "A", "B"]
    rows = {row[0]: row[1:] for row in compared.to_numpy().tolist()}
    assert rows["Doses"][1:] == [
        "Lip filler: 1 mL in all",
        "Lip filler: 1 mL in all; Masseter toxin (jaw slimming): 25 units on each side",
    ]
    assert rows["In all"][1:] == ["Filler 1 mL", "Filler 1 mL · Botulinum toxin 50 units"]
    assert rows["Days off"][2] == "none to 1 week"
    jaw = next(cells for name, cells in rows.items() if name.startswith("Width of the face at the"))
    assert jaw[1] == "–"
    assert jaw[2].startswith("−")
    assert "to" in jaw[2]
    page.button(key="compare_end").click().run()
    assert strip(page) == ([], [])


def test_a_forbidden_plan_is_left_out_of_the_comparison_with_its_reason(
    sample_page: AppTest,
) -> None:
    page = pick(sample_page, "facelift")
    page.button(key="copy_to_B").click().run()
    pick(page, "neck_lift")
    page.button(key="compare").click().run()
    captions, _ = strip(page)
    assert len(captions) == 2
    assert any("Plan B is not shown" in one.value for one in page.markdown)


def test_what_a_plan_adds_up_to_is_said_beside_the_picture_and_kept_right(
    sample_page: AppTest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "clinic.toml"
    file.write_text(
        'currency = "EUR"\n[prices]\nlip_filler = { base = 100, per_unit = 200 }', "utf-8"
    )
    monkeypatch.setenv(SETTING, str(file))
    page = pick(sample_page, "lip_filler")
    assert totals(page) == "Filler 1 mL · Cost 300\u00a0EUR · Days off: none to 1 week"
    page.slider(key="dose_lip_filler_both").set_value(2.0).run()
    assert totals(page).startswith("Filler 2 mL · Cost 500\u00a0EUR")
    page.button_group(key="side_lip_filler").set_value("each").run()
    assert "Cost 500\u00a0EUR" in totals(page)  # a base that is not counted twice
    pick(page, "glabellar_toxin", "co2_resurfacing")
    assert "Botulinum toxin 20 units · 1 session" in totals(page)
    assert "2 treatments without a price" in totals(page)
    page.number_input(key="cost_glabellar_toxin").set_value(250.5).run()
    assert "Cost 750.50\u00a0EUR, one treatment without a price" in totals(page)
    page.number_input(key="off_co2_resurfacing").set_value(12.0).run()
    assert "Days off: 12 days" in totals(page)
    page.number_input(key="week_lip_filler").set_value(0.0).run()
    page.number_input(key="week_glabellar_toxin").set_value(2.0).run()
    page.number_input(key="week_co2_resurfacing").set_value(8.0).run()
    assert totals(page).endswith("over 8 weeks")


def test_the_limit_of_filler_follows_the_body_weight(sample_page: AppTest) -> None:
    page = pick(sample_page, "lip_filler")
    page.number_input(key="body_kg").set_value(90.0).run()
    assert not any("30 mL in 1 year" in one.value for one in page.caption)  # far from it
    pick(page, "jawline_filler", "cheek_filler", "chin_filler", "temple_filler")
    assert any("30 mL in 1 year at 90 kg" in one.value for one in page.caption)


def test_notes_and_costs_change_no_picture_and_stay_out_of_the_address(
    sample_page: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = pick(sample_page, "lip_filler")
    worked_out: list[object] = []
    outcomes = importlib.import_module("ui.compute.outcomes")
    made = outcomes.simulation_steps
    monkeypatch.setattr(
        outcomes, "simulation_steps", lambda *of: worked_out.append(of) or made(*of)
    )
    page.text_area(key="notes").set_value("A private word.").run()
    page.number_input(key="cost_lip_filler").set_value(300.0).run()
    page.text_input(key="currency").set_value("EUR").run()
    assert not worked_out
    assert page.query_params == {}
    assert kept(page)["A"].notes == "A private word."
    assert kept(page)["A"].currency == "EUR"
    page.text_input(key="currency").set_value("12").run()
    assert title(page) == "Your preview"
    assert kept(page)["A"].currency == ""


def test_the_presentation_shows_one_plan_at_a_time(sample_page: AppTest) -> None:
    page = pick(sample_page, "lip_filler")
    page.button(key="copy_to_B").click().run()
    pick(page, "chin_filler")
    page.button(key="present").click().run()
    assert title(page) == "Your preview"
    assert page.subheader[0].value == "Plan B"
    assert any("Chin filler: 2 mL in all." in one.value for one in page.markdown)
    both = shown(page)[1]["after"]
    page.button(key="present_A").click().run()
    assert page.subheader[0].value == "Plan A"
    assert shown(page)[1]["after"] != both
    page.button(key="present_end").click().run()
    assert not {"Plan A", "Plan B"} & {one.value for one in page.subheader}


def test_the_plans_go_with_forgetting(sample_page: AppTest) -> None:
    page = pick(sample_page, "lip_filler")
    page.text_area(key="notes").set_value("A private word.").run()
    page.button(key="forget").click().run()
    state = page.session_state
    assert state["beforehand"].plans == {}
    assert state["beforehand"].chosen == ()
    assert "notes" not in state


PUT = """
import streamlit as st
from simulate.plan.plan import Plan
from ui.state import plan_state as plans
plan = Plan.from_toml(st.session_state["file"])
if "done" not in st.session_state:
    st.session_state["left_out"] = plans.put(plan)
    st.session_state["done"] = True
st.session_state["written"] = plans.plan()
"""


@pytest.mark.parametrize("name", list(presets()))
def test_a_plan_put_into_the_widgets_is_read_back_as_it_was(name: str) -> None:
    there_and_back(presets()[name].plan)


def test_sides_weeks_costs_and_notes_come_back_as_well() -> None:
    there_and_back(
        Plan(
            (
                Treatment("cheek_filler", 1.2, "left", week=0.0, cost=150.0),
                Treatment("cheek_filler", 0.4, "right", week=0.0, cost=150.0),
                Treatment("masseter_toxin", 24.0, "right", week=6.0, clinic_downtime_days=2.0),
                Treatment("lip_filler", 0.6),
            ),
            72.0,
            "CHF",
            "Bring photos.",
        )
    )


def there_and_back(plan: Plan) -> None:
    page = AppTest.from_string(PUT)
    page.session_state["file"] = plan.to_toml().encode()
    page.run()
    assert not page.exception
    assert page.session_state["left_out"] == ()
    assert page.session_state["written"] == plan


def test_a_plan_leaves_out_what_is_not_offered_and_says_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "clinic.toml"
    file.write_text('hidden = ["lip_filler"]', "utf-8")
    monkeypatch.setenv(SETTING, str(file))
    page = AppTest.from_string(PUT)
    page.session_state["file"] = Plan.parse(["lip_filler=1", "chin_filler=2"]).to_toml().encode()
    page.run()
    assert page.session_state["left_out"] == ("Lip filler",)
    assert [one.procedure for one in page.session_state["written"].treatments] == ["chin_filler"]
