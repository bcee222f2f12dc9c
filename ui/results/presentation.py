"""Showing the picture by itself, to somebody across the table: plans by name, in large type.

Everything else stays on the page, so that nothing is set anew, and is hidden by page.css as long as
there is the container `presenting`.
"""

from __future__ import annotations

import streamlit as st

from simulate import Plan, plan_summary
from simulate.wording.plans import treatment_line
from simulate.wording.times import moment_title
from ui.planner import plan_menu, totals
from ui.state import plan_state, session
from ui.state.choice import Choice
from ui.text.language import translate


def head() -> None:
    """Draw which plan is shown, and the way back."""
    state = session.start()
    with st.container(key="presenting", horizontal=True, vertical_alignment="center", gap="small"):
        for letter in plan_state.letters_in_use():
            st.button(
                plan_state.title(letter),
                key=f"present_{letter}",
                type="primary" if letter == state.letter else "secondary",
                on_click=plan_state.go_to,
                args=(letter,),
            )
        st.button(
            translate("Leave the presentation"),
            key="present_end",
            icon=":material/close:",
            type="tertiary",
            on_click=plan_menu.present,
            args=(False,),
        )


def foot(choice: Choice) -> None:
    """Draw, in large type, what is shown: the doses, the time, and what they add up to."""
    plan = choice.full_plan
    lines = [translate(treatment_line(ones)) for ones in plan.by_procedure().values()]
    with st.container(key="presented", gap="medium"):
        st.subheader(
            translate("Plan {plan}", plan=plan_state.title(session.start().letter)), anchor=False
        )
        st.markdown("  \n".join(lines))
        st.markdown(f"**{translate(moment_title(choice.conditions.when))}**")
        place = st.container()
        with_cost = st.toggle(
            translate("Show the cost"), key="present_cost", persist_state="session"
        )
        place.markdown(_total(plan, with_cost))


def _total(plan: Plan, with_cost: bool) -> str:
    summary = plan_summary(plan)
    said = [totals.in_all(plan), totals.days_off(summary)]
    if with_cost:
        said.append(totals.cost(plan, summary) or translate("No price is known."))
    return " · ".join(filter(None, said))
