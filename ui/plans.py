"""Starting from a plan that comes with the program, and what a plan adds up to."""

from __future__ import annotations

import streamlit as st

from simulate import Plan, plan_summary, procedures
from simulate.entry import AREAS
from simulate.interactions import interactions
from simulate.presets import Preset, Step, presets
from ui import wording
from ui.lasting import time

KEY = "preset"


def choose() -> None:
    """Draw the choice of a plan to start from, and what is to be known of it."""
    st.selectbox(
        "Start from a plan",
        list(presets()),
        index=None,
        format_func=lambda name: presets()[name].name,
        placeholder="Choose one, or pick procedures yourself",
        key=KEY,
        on_change=_take,
        persist_state="session",
        help="Sets procedures and doses, which you can change afterwards. A plan is a starting "
        "point for a talk with a doctor, and no advice.",
    )
    chosen = _chosen()
    if chosen:
        st.markdown(chosen.summary)
        with st.popover("About this plan", type="tertiary", icon=":material/menu_book:"):
            _explain(chosen)


def week(procedure: str) -> float | None:
    """Return when the chosen plan does a procedure, in weeks after its first; None is not said."""
    chosen = _chosen()
    found = [one.week for one in chosen.treatments if one.procedure == procedure] if chosen else []
    return found[0] if found else None


def show_totals(plan: Plan) -> None:
    """Draw what is added up against a label, if anything is, and where the rules are from."""
    summary, rules = plan_summary(plan), interactions(plan)
    totals = [one for one in summary.totals if one.amount > 0.0]
    for one in totals:
        st.caption(wording.total(one, summary.body_kg))
    if totals or rules:
        with st.popover("Rules for this plan", type="tertiary", icon=":material/menu_book:"):
            lines = {wording.sourced(one.reason, one.source): None for one in rules}
            lines |= {
                wording.sourced(wording.total(one, summary.body_kg), one.source): None
                for one in totals
            }
            with st.container(key="facts_rules"):
                st.markdown("".join(f"\n- {line}" for line in lines))


def _chosen() -> Preset | None:
    name = st.session_state.get(KEY)
    return presets()[name] if name else None


def _take() -> None:
    """Put the plan in the place of what was chosen; nothing chosen leaves it as it is."""
    chosen = _chosen()
    if chosen is None:
        return
    for area in AREAS:
        st.session_state[f"procedures_{area}"] = [
            one.procedure for one in chosen.treatments if procedures()[one.procedure].area == area
        ]
    for one in chosen.treatments:
        st.session_state[f"dose_{one.procedure}"] = one.dose
        if len(procedures()[one.procedure].sides) > 1:
            st.session_state[f"side_{one.procedure}"] = one.side


def _explain(chosen: Preset) -> None:
    with st.container(key=f"facts_{chosen.id}", gap="small"):
        sections = {
            "Who it suits less": [wording.suits_less(one) for one in chosen.suits_less],
            "Doses": [_step(one) for one in chosen.treatments],
        }
        for heading, lines in sections.items():
            st.markdown(f"**{heading}**\n" + "".join(f"\n- {line}" for line in lines))


def _step(one: Step) -> str:
    entry = procedures()[one.procedure]
    where = wording.SCOPES[entry.dose.scope] if one.side == "both" else f"on the {one.side} side"
    later = f", {time(7.0 * one.week)} after the first treatment" if one.week else ""
    dose = f"{entry.name}: {wording.dose(one.dose, entry)} {where}{later}."
    return wording.sourced(f"{dose} {one.derivation}", one.source)
