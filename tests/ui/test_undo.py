"""Taking back what was changed in the plans, and doing it again."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from simulate import Plan, procedures
from simulate.plan.plan_file import PlanFile
from simulate.plan.presets import presets
from tests.ui.arriving import arrive, upload, use
from tests.ui.test_plan_files import open_file
from tests.ui.viewing import pick, shown
from ui.state import plan_state, session
from ui.state.history import MOST_EDITS, Edit, History
from ui.state.plan_book import LETTERS

NAMES = ("lip_filler", "cheek_filler", "masseter_toxin", "facelift")
Change = Callable[[], object]


def shares(most: float) -> st.SearchStrategy[float]:
    return st.floats(0.0, most)


@st.composite
def changes(draw: st.DrawFn) -> Change:
    """Anything that the page does to the plans, with whatever it is given."""
    letter, name = draw(st.sampled_from(LETTERS)), draw(st.sampled_from(NAMES))
    entry = procedures()[name]
    side = draw(st.sampled_from(entry.sides))
    dose = draw(st.integers(0, 4)) / 4.0 * entry.max_dose(side)
    several = draw(st.lists(st.sampled_from(NAMES), max_size=3))
    sides = [*entry.sides, *(["each"] if len(entry.sides) > 1 else [])]
    maybe = draw(st.none() | shares(100.0))
    return draw(
        st.sampled_from(
            [
                partial(plan_state.add, several),
                partial(plan_state.remove, name),
                plan_state.remove_all,
                partial(plan_state.replace_all, name),
                partial(plan_state.set_dose, letter, name, side, dose),
                partial(plan_state.set_side, letter, name, draw(st.sampled_from(sides))),
                partial(plan_state.set_cost, letter, name, maybe),
                partial(plan_state.set_week, letter, name, maybe),
                partial(plan_state.set_days_off, letter, name, maybe),
                partial(plan_state.set_body, letter, draw(st.none() | st.floats(40.0, 200.0))),
                partial(plan_state.set_notes, letter, draw(st.text("ab \n", max_size=5))),
                partial(plan_state.set_currency, letter, draw(st.sampled_from(["", "EUR", "12"]))),
                partial(plan_state.set_name, letter, draw(st.sampled_from(["", "Soft", " x "]))),
                partial(plan_state.put_preset, draw(st.sampled_from(["", *presets()]))),
                partial(plan_state.put, Plan.parse([f"{one}=0" for one in dict.fromkeys(several)])),
                partial(plan_state.copy_to, letter),
                partial(plan_state.go_to, letter),
                plan_state.clear,
            ]
        )
    )


@given(st.lists(changes(), max_size=30), st.integers(1, 40))
def test_what_is_taken_back_and_done_again_is_the_same_plans(made: list[Change], n: int) -> None:
    state = session.Session()
    page = SimpleNamespace(session_state={})
    with patch.object(session, "start", lambda: state), patch.object(plan_state, "st", page):
        drafts = [dict(state.plans)]
        for change in made:
            change()
            if state.plans != drafts[-1]:
                drafts.append(dict(state.plans))
        assert len(state.history.past) == len(drafts) - 1
        ended, back = state.plans, min(n, len(drafts) - 1)
        for steps in range(1, back + 1):
            plan_state.undo()
            assert state.plans == drafts[-1 - steps]
        for steps in range(back, 0, -1):
            plan_state.redo()
            assert state.plans == drafts[len(drafts) - steps]
        assert state.plans == ended
        assert not state.history.future


def test_as_much_is_kept_as_a_visit_needs_and_no_more() -> None:
    history = History()
    for week in range(MOST_EDITS + 5):
        plan = replace(Plan.parse("lip_filler=1"), notes=f"Week {week}.")
        history = history.edit(history.book.with_plan(plan))
    assert len(history.past) == MOST_EDITS
    for _ in range(MOST_EDITS + 5):
        history = history.undo()
    assert history.book.draft().plan.notes == "Week 4."
    assert history.undo() == history


def test_what_is_changed_after_taking_back_leaves_nothing_to_do_again() -> None:
    history = History()
    for name in ("lip_filler", "chin_filler"):
        history = history.edit(history.book.with_procedures([name]))
    history = history.undo()
    assert [type(one) for one in history.future] == [Edit]
    looked = history.edit(replace(history.book, letter="B"))
    assert looked.future == history.future  # to look at another plan changes none
    assert history.edit(history.book.with_procedures(["facelift"])).future == ()


def buttons(page: AppTest) -> tuple[bool, bool]:
    """Whether something can be taken back, and done again."""
    return not page.button(key="undo").disabled, not page.button(key="redo").disabled


def undo(page: AppTest) -> AppTest:
    return page.button(key="undo").click().run()


def redo(page: AppTest) -> AppTest:
    return page.button(key="redo").click().run()


def doses(page: AppTest) -> dict[str, Any]:
    return {one.key: one.value for one in page.slider if one.key != "when"}


def test_the_buttons_take_back_and_do_again_what_the_widgets_said(sample_page: AppTest) -> None:
    page = sample_page
    assert [page.button(key=one).label for one in ("undo", "redo")] == [
        "Undo change",
        "Redo change",
    ]
    assert buttons(page) == (False, False)
    pick(page, "cheek_filler")
    assert buttons(page) == (True, False)
    page.slider(key="dose_cheek_filler_both").set_value(1.2).run()
    picture = shown(page)[1]["after"]
    page.button_group(key="side_cheek_filler").set_value("each").run()
    page.slider(key="dose_cheek_filler_left").set_value(1.0).run()
    page.number_input(key="week_cheek_filler").set_value(2.0).run()
    page.text_area(key="notes").set_value("Softly.").run()
    undo(undo(page))
    assert page.text_area(key="notes").value == ""
    assert page.number_input(key="week_cheek_filler").value is None
    undo(page)
    assert doses(page) == {"dose_cheek_filler_left": 0.6, "dose_cheek_filler_right": 0.6}
    undo(page)
    assert doses(page) == {"dose_cheek_filler_both": 1.2}
    assert page.button_group(key="side_cheek_filler").value == "both"
    assert shown(page)[1]["after"] == picture
    undo(undo(page))
    assert not page.slider
    assert buttons(page) == (False, True)
    for _ in range(6):
        redo(page)
    assert buttons(page) == (True, False)
    assert doses(page) == {"dose_cheek_filler_left": 1.0, "dose_cheek_filler_right": 0.6}
    assert page.text_area(key="notes").value == "Softly."
    assert page.number_input(key="week_cheek_filler").value == 2.0


def test_whole_plans_are_taken_back_too(sample_page: AppTest) -> None:
    page = pick(sample_page, "lip_filler")
    page.selectbox(key="preset").set_value("liquid_facelift").run()
    assert len(page.slider) > 1
    open_file(page, PlanFile(Plan.parse("chin_filler=2")).to_toml().encode())
    assert doses(page) == {"dose_chin_filler_both": 2.0}
    assert page.selectbox(key="preset").value is None
    undo(page)
    assert page.selectbox(key="preset").value == "liquid_facelift"
    undo(page)
    assert doses(page) == {"dose_lip_filler_both": 1.0}
    assert page.selectbox(key="preset").value is None
    page.button(key="remove_lip_filler").click().run()
    assert doses(undo(page)) == {"dose_lip_filler_both": 1.0}


def test_the_plan_is_shown_in_which_something_is_taken_back(sample_page: AppTest) -> None:
    page = pick(sample_page, "lip_filler")
    page.slider(key="dose_lip_filler_both").set_value(0.5).run()
    page.button(key="copy_to_B").click().run()
    page.slider(key="dose_lip_filler_both").set_value(2.0).run()
    page.button_group(key="letter").set_value("C").run()
    undo(page)
    assert page.button_group(key="letter").value == "B"
    assert doses(page) == {"dose_lip_filler_both": 0.5}
    undo(undo(page))
    assert page.button_group(key="letter").value == "A"
    assert doses(page) == {"dose_lip_filler_both": 1.0}
    assert list(page.session_state["beforehand"].plans) == ["A"]


def test_patients_take_back_what_they_try(page: AppTest) -> None:
    arrive(page, "patient").button(key="sample_grace_hopper").click().run()
    page.button_group(key="concern_area").set_value("eyes").run()
    page.checkbox(key="concern_tired").check().run()
    page.button(key="try_tear_trough_filler").click().run()
    assert len(doses(page)) == 1
    undo(page)
    assert not doses(page)
    assert buttons(page) == (False, True)


@pytest.mark.parametrize("way", ["another photo", "forget"])
def test_nobody_takes_back_what_was_planned_for_somebody_else(
    sample_page: AppTest, way: str
) -> None:
    page = pick(sample_page, "lip_filler", "chin_filler")
    undo(page)
    assert buttons(page) == (True, True)
    if way == "forget":
        page.button(key="forget").click().run()
        arrive(page, "consultant")
    else:
        (button,) = (one for one in page.button if one.label == "Use another photo")
        button.click().run()
    page.button(key="sample_eileen_collins").click().run()
    assert buttons(page) == (False, False)
    assert bool(doses(page)) is (way == "another photo")


def test_a_better_photo_of_the_same_person_loses_nothing(page: AppTest, photo_file: bytes) -> None:
    use(upload(page, "me.jpg", photo_file))
    pick(page, "lip_filler")
    page.button(key="look_after_photos").click().run()
    page.button(key="again_front").click().run()
    use(upload(page, "again.jpg", photo_file))
    page.button(key="go_on").click().run()
    assert buttons(page) == (True, False)
