"""What a plan adds up to: doses by product, cost, days off, and what the labels allow."""

from __future__ import annotations

import streamlit as st

from simulate import Plan, plan_summary
from simulate.plan.interactions import book, interactions
from simulate.plan.summary import Summary
from ui.text import labels
from ui.text.duration import time
from ui.text.language import N_, number, say

PRODUCTS = {  # by the means of `simulate.plan.interactions`, with the unit that is added up
    "fillers": ("mL", N_("Filler {amount} mL")),
    "toxins": ("U", N_("Botulinum toxin {amount} units")),
}
OPERATIONS = ("surgery", "nose_surgery")
WORTH_SAYING = 0.25  # of what a label allows: the author's estimate of when it is of interest


def products(plan: Plan) -> list[str]:
    """Return how much of each product a plan needs, and how many operations and sessions."""
    means, given = book().means, [one for one in plan.treatments if one.dose > 0.0]
    said: list[str] = []
    for name, (unit, words) in PRODUCTS.items():
        own = [one for one in given if one.procedure in means[name]]
        amount = sum(one.amount for one in own if one.entry.dose.unit == unit)
        if amount:
            said.append(say(words, amount=number(amount, ".4g")))
    surgical = {id_ for name in OPERATIONS for id_ in means[name]}
    count = len({one.procedure for one in given if one.procedure in surgical})
    if count:
        said.append(say("1 operation") if count == 1 else say("{n} operations", n=count))
    sessions = sum(
        one.dose
        for one in given
        if one.entry.dose.unit == "sessions" and one.procedure not in surgical
    )
    if sessions:
        said.append(say("1 session") if sessions == 1 else say("{n:g} sessions", n=sessions))
    return said


def cost(plan: Plan, summary: Summary) -> str:
    """Return what a plan costs as far as costs are known; empty where none is."""
    if summary.cost is None:
        return ""
    amount = number(summary.cost, ",.2f" if summary.cost % 1 else ",.0f")
    shown = f"{amount}\u00a0{plan.currency}".strip()
    if not summary.costs_missing:
        return say("Cost {amount}", amount=shown)
    if summary.costs_missing == 1:
        return say("Cost {amount}, one treatment without a price", amount=shown)
    return say(
        "Cost {amount}, {n} treatments without a price", amount=shown, n=summary.costs_missing
    )


def days_off(summary: Summary) -> str:
    """Return the days off of the longest treatment; empty where nothing is known."""
    if summary.downtime_days is None:
        return ""
    low, high = (number(round(days)) for days in summary.downtime_days)
    if low == high:
        return say("1 day off") if high == "1" else say("{days} days off", days=high)
    return say("{low} to {high} days off", low=low, high=high)


def line(plan: Plan) -> str:
    """Return all that is added up, in one line."""
    summary = plan_summary(plan)
    said = [*products(plan), cost(plan, summary), days_off(summary)]
    if summary.weeks:
        said.append(say("over {time}", time=time(7.0 * summary.weeks)))
    return " · ".join(filter(None, said))


def show(plan: Plan) -> None:
    """Draw the line of totals, which stays in sight beside the picture."""
    with st.container(key="totals"):
        if not any(one.severity == "refuse" for one in interactions(plan)):
            st.markdown(f"**{line(plan)}**")


def explain(plan: Plan) -> None:
    """Draw what is added up against a label, if anything is, and where the rules are from."""
    summary, rules = plan_summary(plan), interactions(plan)
    totals = [one for one in summary.totals if one.amount > 0.0]
    for one in totals:
        if one.amount >= WORTH_SAYING * one.most:
            st.caption(labels.total(one, summary.body_kg))
    if totals or rules:
        with st.expander(say("Rules for this plan"), icon=":material/menu_book:"):
            lines = {labels.sourced(one.reason, one.source): None for one in rules}
            lines |= {
                labels.sourced(labels.total(one, summary.body_kg), one.source): None
                for one in totals
            }
            with st.container(key="facts_rules"):
                st.markdown("".join(f"\n- {line}" for line in lines))
