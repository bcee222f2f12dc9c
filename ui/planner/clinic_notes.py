"""What a clinic writes down beside the doses: order, cost, days off, weight, notes.

All of it stays in the visitor's session and in the files the visitor asks for; nothing of it is put
into an address or a code to scan.
"""

from __future__ import annotations

import streamlit as st

from simulate import Procedure
from simulate.plan.plan import (
    BODY_KG,
    CURRENCY,
    MOST_COST,
    MOST_DAYS,
    MOST_NOTES,
    MOST_WEEKS,
)
from ui.planner import plan_state
from ui.state.clinic_policy import policy
from ui.text.language import number, say

CODE_LETTERS = 8  # of a currency


def of_treatment(entry: Procedure, listed: float | None) -> None:
    """Draw week, cost and days off of one procedure; `listed` is what the price list asks."""
    off = entry.downtime
    with st.container(key=f"noted_{entry.id}", horizontal=True, vertical_alignment="bottom"):
        st.number_input(
            say("Week after the first treatment"),
            min_value=0.0,
            max_value=MOST_WEEKS,
            value=None,
            step=1.0,
            format="%.0f",
            placeholder=say("not said"),
            key=plan_state.detail_key("week", entry.id),
            persist_state="session",
            help=say("Time is counted from the first treatment of the plan."),
        )
        st.number_input(
            say("Cost"),
            min_value=0.0,
            max_value=MOST_COST,
            value=None,
            step=10.0,
            format="%.2f",
            placeholder=say("not said") if listed is None else number(listed, ",.2f"),
            key=plan_state.detail_key("cost", entry.id),
            persist_state="session",
        )
        st.number_input(
            say("Days off"),
            min_value=0.0,
            max_value=MOST_DAYS,
            value=None,
            step=1.0,
            format="%.0f",
            placeholder=say("not said")
            if off is None
            else say(
                "{low} to {high} as published",
                low=number(off.days_low),
                high=number(off.days_high),
            ),
            key=plan_state.detail_key("off", entry.id),
            persist_state="session",
        )


def of_plan() -> None:
    """Draw what is noted of the plan as a whole."""
    with st.expander(say("Notes, body weight and currency"), icon=":material/edit_note:"):
        st.text_area(
            say("Notes"),
            key=plan_state.NOTES_KEY,
            max_chars=MOST_NOTES,
            persist_state="session",
            help=say(
                "They stay in this session and in the files you save; never in an address or a "
                "code to scan."
            ),
        )
        st.number_input(
            say("Body weight in kg, for the limit of filler in a year"),
            min_value=BODY_KG[0],
            max_value=BODY_KG[1],
            value=None,
            step=1.0,
            format="%.0f",
            placeholder=say("not said"),
            key=plan_state.BODY_KEY,
            persist_state="session",
        )
        shown = st.text_input(
            say("Currency"),
            key=plan_state.CURRENCY_KEY,
            max_chars=CODE_LETTERS,
            placeholder=policy().currency or say("for example EUR"),
            persist_state="session",
        )
        if shown and not CURRENCY.fullmatch(shown):
            st.caption(say("The currency is a short name of letters, for example EUR."))
