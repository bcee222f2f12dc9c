"""Choosing procedures, doses and circumstances. Nothing chosen here is written into the address."""

from __future__ import annotations

from itertools import groupby

import streamlit as st

from face_mesh import Face
from simulate import Plan, Procedure, Treatment, procedures
from ui import editing, explaining, painting, plans, run, session, wording
from ui.choice import Choice


def choose(face: Face) -> Choice | None:
    """Draw the controls and return what is chosen, None if no procedure is."""
    st.header("Procedures", anchor=False)
    plans.choose()
    treatments: list[Treatment] = []
    for area, entries in groupby(procedures().values(), key=lambda entry: entry.area):
        treatments += [
            _choose_dose(entry, face) for entry in _choose_procedures(area, list(entries))
        ]
    if not treatments:
        st.caption("Pick one or several; the dose of each can be changed.")
        return None
    plans.show_totals(Plan(tuple(treatments)))
    when, responder, reactions = _choose_circumstances()
    engine, seed = painting.choose(Plan(tuple(treatments)))
    small = run.preview(face.key, face)[0]
    picks_moles = any(map(editing.picks, treatments))
    plan = Plan(tuple(editing.edited(treatments, small)))
    return Choice(plan, when, responder, engine, seed, picks_moles, reactions)


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


def _choose_dose(entry: Procedure, face: Face) -> Treatment:
    with st.container(border=True, gap="small"):
        above = st.container()  # the slider is drawn last, as its scale depends on the side
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            side = _choose_side(entry)
            with st.popover("Range and sources", type="tertiary", icon=":material/menu_book:"):
                explaining.explain(entry)
        value = above.slider(
            wording.dose_label(entry, side),
            min_value=0.0,
            max_value=wording.dose_limit(entry, side),
            step=entry.dose.step,
            format=wording.dose_format(entry),
            key=_start_dose(entry, side),
            persist_state="session",
        )
        treatment = Treatment(entry.id, value, side, week=plans.week(entry.id))
        if editing.picks(treatment):
            _ask_for_moles(entry, face)
    return treatment


def _ask_for_moles(entry: Procedure, face: Face) -> None:
    """Say what to pick, what of it was no mole, and above all who has to look at it first."""
    st.warning(entry.cautions[0], icon=wording.ICONS["warn"])
    spots, missed = session.start().edits.spots, editing.missed(run.preview(face.key, face)[0])
    st.markdown(wording.picked(len(spots) - len(missed)))
    if missed:
        st.markdown(f":orange[{wording.ICONS['warn']}] {wording.missed(len(missed))}")


def _start_dose(entry: Procedure, side: str) -> str:
    """Return the slider's key, its value the usual dose at first.

    Not written in every run: that would pull back a slider that is being moved.
    """
    key = f"dose_{entry.id}"
    if key not in st.session_state:
        st.session_state[key] = entry.usual_dose(side)
    return key


def _keep_dose(entry: Procedure) -> None:
    """Take the dose over to another side, as far as that side allows.

    Written even if it stays: the browser recalls what was last set on a scale it has seen before.
    """
    limit = wording.dose_limit(entry, st.session_state[f"side_{entry.id}"])
    key = f"dose_{entry.id}"
    st.session_state[key] = min(st.session_state[key], limit)


def _choose_side(entry: Procedure) -> str:
    if len(entry.sides) == 1:
        return entry.sides[0]
    return st.segmented_control(
        f"{entry.name}: side (your own left and right)",
        entry.sides,
        required=True,
        # Only at first: a plan may have set the side, and a widget takes one of the two.
        default=None if f"side_{entry.id}" in st.session_state else entry.sides[0],
        format_func=wording.SIDES.__getitem__,
        key=f"side_{entry.id}",
        on_change=_keep_dose,
        args=(entry,),
        persist_state="session",
        label_visibility="collapsed",
    )


def _choose_circumstances() -> tuple[str | None, str, str]:
    st.header("Circumstances", anchor=False)
    responder = st.segmented_control(
        "How strongly you respond",
        list(wording.RESPONDERS),
        required=True,
        default="expected",
        format_func=wording.RESPONDERS.__getitem__,
        key="responder",
        persist_state="session",
        help="The same dose does more in some people than in others: about two of three people "
        "fall between weak and strong. Look at both before you decide.",
    )
    time = st.select_slider(
        "When to look",
        list(wording.TIMES),
        format_func=wording.TIMES.__getitem__,
        key=session.WHEN_KEY,
        persist_state="session",
        help="Settled shows the lasting effect of every treatment, even if they get there at "
        "different times. How long each one lasts is under Range and sources.",
    )
    if time == wording.FULLEST:
        return None, responder, wording.LIKELY
    return time, responder, _choose_reactions()


def _choose_reactions() -> str:
    shown = st.segmented_control(
        "Swelling, bruises and redness",
        list(wording.REACTIONS),
        required=True,
        default=wording.LIKELY,
        format_func=wording.REACTIONS.__getitem__,
        key="reactions",
        persist_state="session",
    )
    st.caption(wording.REACTIONS_SAID[shown])
    return shown
