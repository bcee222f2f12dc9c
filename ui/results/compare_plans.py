"""Plans beside each other on one photo: their pictures, and a table of what sets them apart."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from face_mesh import Face
from simulate import Change, Plan, plan_summary
from simulate.progress import complete
from simulate.wording import changes
from simulate.wording.plans import longest_days_off, plan_words
from simulate.wording.times import moment
from ui.components import progress_bar
from ui.components.viewer import strip
from ui.components.viewer.strip import Panel
from ui.compute import faces, outcomes, overlays
from ui.compute.outcomes import Result
from ui.planner import controls, plan_menu, totals
from ui.server import error_page
from ui.state import plan_state
from ui.state.choice import Choice
from ui.text import labels
from ui.text.language import N_, plain, translate

ROWS_OF_A_PROCEDURE = 2  # of the measures that it is meant to change
NOTHING = "–"
ROWS: dict[str, Callable[[Plan], str]] = {  # what is added up, by what says it
    N_("Doses"): lambda plan: translate(plan_words(plan)),
    N_("In all"): totals.in_all,
    N_("Cost"): lambda plan: totals.cost(plan, plan_summary(plan)),
    N_("Days off"): lambda plan: translate(longest_days_off(plan_summary(plan)) or ""),
}


def show(face: Face, choice: Choice) -> None:
    """Draw all plans of the visit, each at the time and response of the one that is on."""
    small = faces.preview(face.key, face)[0]
    with st.container(horizontal=True, vertical_alignment="center"):
        st.header(translate("Plans side by side"), anchor=False, width="stretch")
        st.button(
            translate("Stop comparing"),
            key="compare_end",
            icon=":material/close:",
            type="tertiary",
            on_click=plan_menu.compare,
            args=(False,),
        )
    place = st.empty()
    found: dict[str, Result] = {}
    for letter in plan_state.letters_in_use():
        plan = plan_state.plan(letter)
        asked = controls.choice_of(plan, small, choice.conditions)
        try:
            if asked.plan.treatments:
                found[letter] = _result(letter, asked, small, place)
        except Exception as error:  # of whatever kind: the page goes on
            sentence = translate(
                "Plan {plan} is not shown: {why}",
                plan=plan_state.title(letter),
                why=error_page.sentence_of(error),
            )
            st.markdown(f":red[{labels.ICONS['block']}] {sentence}")
    panels = [Panel(overlays.head(small, small.photo.image), plain("Before"))]
    panels += [Panel(one.head, plan_state.plain_title(letter)) for letter, one in found.items()]
    strip.show(panels, key="compared")
    st.caption(
        translate(
            "Time: {time!l}. Response: {response!l}. About two of three people would fall within "
            "the ranges.",
            time=moment(choice.conditions.when),
            response=translate(controls.RESPONDERS[choice.conditions.responder]),
        )
    )
    st.table(
        _table({letter: plan_state.plan(letter) for letter in found}, found),
        border="horizontal",
        hide_index=True,
        alt=translate("The plans: doses, cost, days off, and what each changes with its range"),
    )


def _result(letter: str, asked: Choice, face: Face, place: DeltaGenerator) -> Result:
    with closing(outcomes.result_steps(asked, face)) as steps:
        if (face.key, asked) in outcomes.results():
            return complete(steps)
        return progress_bar.show(
            steps,
            place,
            f"comparing_{letter}",
            f"cancel_{letter}",
            lambda share: translate("Working out plan {letter} …", letter=letter),
            plan_menu.compare,
            (False,),
        )


def _table(made: dict[str, Plan], found: dict[str, Result]) -> dict[str, list[str]]:
    """Return the columns: what is compared, how it is now, and each plan."""
    measures: dict[str, str] = {}
    now: dict[str, str] = {}
    cells: dict[str, dict[str, str]] = {}
    for letter, result in found.items():
        for one in _main(made[letter], result):
            measures.setdefault(one.measure, translate(changes.measure(one)))
        for change in result.changes:
            now[change.measure] = translate(changes.level(change, change.before))
            difference, range_ = changes.difference(change), changes.difference_range(change)
            cells.setdefault(change.measure, {})[letter] = (
                f"{translate(difference)} ({translate(range_)})"
            )
    columns: dict[str, list[str]] = {
        translate("Compared"): [*map(translate, ROWS), *measures.values()],
        translate("Before"): [*[""] * len(ROWS), *(now[id_] for id_ in measures)],
    }
    for letter, plan in made.items():
        summed = [row(plan) or NOTHING for row in ROWS.values()]
        changed = [cells[id_].get(letter, NOTHING) for id_ in measures]
        columns[plan_state.title(letter)] = [*summed, *changed]
    return columns


def _main(plan: Plan, result: Result) -> list[Change]:
    """Return the changes that the procedures of a plan are meant to make, a few of each."""
    noticed = {change.measure: change for change in result.changes if changes.is_noticeable(change)}
    meant: list[str] = []
    for treatment in plan.treatments:
        own = [*(term.sign for term in treatment.entry.skin), *treatment.entry.measures]
        meant += [id_ for id_ in own if id_ in noticed][:ROWS_OF_A_PROCEDURE]
    return [noticed[id_] for id_ in dict.fromkeys(meant)]
