"""What a plan adds up to: doses by product, cost, days off, and what the labels allow."""

from __future__ import annotations

import streamlit as st

from simulate import Plan, plan_summary
from simulate.plan.interactions import interactions
from simulate.plan.summary import Summary
from simulate.wording.plans import longest_days_off, price, products, total
from simulate.wording.times import oblique
from ui.text import labels
from ui.text.language import translate

WORTH_SAYING = 0.25  # of what a label allows: the author's estimate of when it is of interest


def in_all(plan: Plan) -> str:
    """Return how much of each product a plan needs, and how many operations and sessions."""
    return " · ".join(map(translate, products(plan)))


def cost(plan: Plan, summary: Summary) -> str:
    """Return what a plan costs as far as costs are known; empty where none is."""
    if summary.cost is None:
        return ""
    amount = price(summary.cost, plan)
    if not summary.costs_missing:
        return translate("Cost {amount}", amount=amount)
    if summary.costs_missing == 1:
        return translate("Cost {amount}, one treatment without a price", amount=amount)
    return translate(
        "Cost {amount}, {n} treatments without a price", amount=amount, n=summary.costs_missing
    )


def days_off(summary: Summary) -> str:
    """Return the days off of the longest recovery; empty where nothing is known."""
    days = longest_days_off(summary)
    return translate("Days off: {time}", time=days) if days else ""


def line(plan: Plan) -> str:
    """Return all that is added up, in one line."""
    summary = plan_summary(plan)
    said = [in_all(plan), cost(plan, summary), days_off(summary)]
    if summary.weeks:
        said.append(translate("over {time}", time=oblique(7.0 * summary.weeks)))
    return " · ".join(filter(None, said))


def show(plan: Plan) -> None:
    """Draw the line of totals, which stays in sight beside the picture."""
    with st.container(key="totals"):
        if not any(interaction.severity == "refuse" for interaction in interactions(plan)):
            st.markdown(f"**{line(plan)}**")


def explain(plan: Plan) -> None:
    """Draw what is added up against a label, if anything is, and where the rules are from."""
    summary, rules = plan_summary(plan), interactions(plan)
    totals = [one for one in summary.totals if one.amount > 0.0]
    for one in totals:
        if one.amount >= WORTH_SAYING * one.most:
            st.caption(translate(total(one, summary.body_kg)))
    if totals or rules:
        with st.expander(translate("Rules for this plan"), icon=":material/menu_book:"):
            lines = {labels.with_source(rule.reason, rule.source): None for rule in rules}
            lines |= {
                labels.with_source(total(one, summary.body_kg), one.source): None for one in totals
            }
            with st.container(key="facts_rules"):
                st.markdown("".join(f"\n- {line}" for line in lines))
