"""What a clinic writes down beside the doses: order, cost, days off, weight, notes.

All of it stays in the visitor's session and in the files the visitor asks for; nothing of it is put
into an address or a code to scan.
"""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from simulate import Procedure
from simulate.plan.plan import (
    BODY_KG,
    MOST_COST,
    MOST_DAYS,
    MOST_NOTES,
    MOST_WEEKS,
)
from ui.state import plan_book, plan_state, session
from ui.state.clinic_policy import policy
from ui.state.widget_keys import BODY_KEY, CURRENCY_KEY, NOTES_KEY, detail_key, seed
from ui.text.language import number, translate

CODE_LETTERS = 8  # of a currency


def of_treatment(entry: Procedure, price: float | None) -> None:
    """Draw week, cost and days off of one procedure; `price` is what the price list asks."""
    off, group, letter = entry.downtime, plan_state.group_of(entry), session.start().letter
    with st.container(key=f"noted_{entry.id}", horizontal=True, vertical_alignment="bottom"):
        st.number_input(
            translate("Week after the first treatment"),
            min_value=0.0,
            max_value=MOST_WEEKS,
            value=None,
            step=1.0,
            format="%.0f",
            placeholder=translate("not said"),
            key=seed(detail_key("week", entry.id), group[0].week),
            on_change=_take,
            args=(detail_key("week", entry.id), plan_state.set_week, letter, entry.id),
            help=translate("Time is counted from the first treatment of the plan."),
        )
        st.number_input(
            translate("Cost"),
            min_value=0.0,
            max_value=MOST_COST,
            value=None,
            step=10.0,
            format="%.2f",
            placeholder=translate("not said") if price is None else number(price, ",.2f"),
            key=seed(detail_key("cost", entry.id), plan_book.cost_of(group)),
            on_change=_take,
            args=(detail_key("cost", entry.id), plan_state.set_cost, letter, entry.id),
        )
        st.number_input(
            translate("Days off"),
            min_value=0.0,
            max_value=MOST_DAYS,
            value=None,
            step=1.0,
            format="%.0f",
            placeholder=translate("not said")
            if off is None
            else translate(
                "{low} to {high} as published",
                low=number(off.days_low),
                high=number(off.days_high),
            ),
            key=seed(detail_key("off", entry.id), group[0].clinic_downtime_days),
            on_change=_take,
            args=(detail_key("off", entry.id), plan_state.set_days_off, letter, entry.id),
        )


def of_plan() -> None:
    """Draw what is noted of the plan as a whole."""
    letter, given = session.start().letter, plan_state.draft().plan
    with st.expander(translate("Notes, body weight and currency"), icon=":material/edit_note:"):
        st.text_area(
            translate("Notes"),
            value=given.notes,
            key=seed(NOTES_KEY, given.notes),
            max_chars=MOST_NOTES,
            on_change=_take,
            args=(NOTES_KEY, plan_state.set_notes, letter),
            help=translate(
                "They stay in this session and in the files you save; never in an address or a "
                "code to scan."
            ),
        )
        st.number_input(
            translate("Body weight in kg, for the limit of filler in a year"),
            min_value=BODY_KG[0],
            max_value=BODY_KG[1],
            value=None,
            step=1.0,
            format="%.0f",
            placeholder=translate("not said"),
            key=seed(BODY_KEY, given.body_kg),
            on_change=_take,
            args=(BODY_KEY, plan_state.set_body, letter),
        )
        shown = st.text_input(
            translate("Currency"),
            value=given.currency,
            key=seed(CURRENCY_KEY, given.currency, plan_state.currency_of),
            max_chars=CODE_LETTERS,
            placeholder=policy().currency or translate("for example EUR"),
            on_change=_take,
            args=(CURRENCY_KEY, plan_state.set_currency, letter),
        )
        if shown and not plan_state.currency_of(shown):
            st.caption(translate("The currency is a short name of letters, for example EUR."))


def _take(key: str, change: Callable[..., None], *of: str) -> None:
    """Put what a widget says into the plan; `of` is what of it, the first arguments of `change`."""
    change(*of, st.session_state[key])
