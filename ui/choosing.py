"""Choosing procedures, doses and circumstances. Nothing chosen here is written into the address."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

import streamlit as st

from simulate import Plan, Procedure, Treatment, procedures
from ui import wording


@dataclass(frozen=True)
class Choice:
    """All that an outcome depends on besides the face."""

    plan: Plan
    when: str | None
    responder: str


def choose() -> Choice | None:
    """Draw the controls and return what is chosen, None if no procedure is."""
    st.header("Procedures", anchor=False)
    treatments: list[Treatment] = []
    for area, entries in groupby(procedures().values(), key=lambda entry: entry.area):
        treatments += [_choose_dose(entry) for entry in _choose_procedures(area, list(entries))]
    if not treatments:
        st.caption("Pick one or several; the dose of each can be changed.")
        return None
    when, responder = _choose_circumstances()
    return Choice(Plan(tuple(treatments)), when, responder)


def _choose_procedures(area: str, entries: list[Procedure]) -> list[Procedure]:
    picked = st.pills(
        wording.area(area),
        [entry.id for entry in entries],
        selection_mode="multi",
        format_func=lambda name: procedures()[name].name,
        key=f"procedures_{area}",
        persist_state="session",
        wrap=True,
    )
    return [entry for entry in entries if entry.id in picked]


def _choose_dose(entry: Procedure) -> Treatment:
    dose = entry.dose
    with st.container(border=True, gap="small"):
        value = st.slider(
            wording.dose_label(entry),
            min_value=0.0,
            max_value=dose.max,
            value=dose.usual,
            step=dose.step,
            format=wording.dose_format(entry),
            key=f"dose_{entry.id}",
            persist_state="session",
        )
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            side = _choose_side(entry)
            with st.popover("Range and sources", type="tertiary", icon=":material/menu_book:"):
                _explain(entry)
    return Treatment(entry.id, value, side)


def _choose_side(entry: Procedure) -> str:
    if len(entry.sides) == 1:
        return entry.sides[0]
    return st.segmented_control(
        f"{entry.name}: side (your own left and right)",
        entry.sides,
        required=True,
        default=entry.sides[0],
        format_func=wording.SIDES.__getitem__,
        key=f"side_{entry.id}",
        persist_state="session",
        label_visibility="collapsed",
    )


def _explain(entry: Procedure) -> None:
    dose = entry.dose
    st.markdown(f"**{entry.name}.** {entry.summary}")
    st.markdown(
        f"- Usual dose: {wording.dose(dose.usual, entry)} {wording.SCOPES[dose.scope]} "
        f"(source: {wording.source(dose.usual_source)})\n"
        f"- Most that can be set here: {wording.dose(dose.max, entry)} "
        f"(source: {wording.source(dose.max_source)})"
    )
    st.markdown("**What is known**")
    st.markdown("\n".join(f"- {e.claim} ({wording.source(e.source)})" for e in entry.evidence))
    if entry.cautions:
        st.markdown("**Take care**")
        st.markdown("\n".join(f"- {caution}" for caution in entry.cautions))


def _choose_circumstances() -> tuple[str | None, str]:
    st.header("Circumstances", anchor=False)
    responder = st.segmented_control(
        "How strongly you respond",
        list(wording.RESPONDERS),
        required=True,
        default="expected",
        format_func=wording.RESPONDERS.__getitem__,
        key="responder",
        persist_state="session",
        help="The same dose does more in some people than in others. Look at a weak and a strong "
        "effect before you decide.",
    )
    time = st.selectbox(
        "When to look",
        list(wording.TIMES),
        format_func=wording.TIMES.__getitem__,
        key="when",
        persist_state="session",
    )
    return (None if time == wording.SETTLED else time), responder
