"""Two ways in, and what somebody agrees to before a photo is taken: in plain words, none ticked."""

from __future__ import annotations

import base64
from pathlib import Path

import streamlit as st

from ui.intake import ages, bdd_screening, privacy_notice
from ui.state import session
from ui.state.clinic_policy import policy
from ui.state.session import CONSULTANT, PATIENT
from ui.state.step import Step
from ui.text import labels
from ui.text.language import N_, translate

CSS = Path(__file__).with_name("intake.css")
# Streamlit takes drawings out of HTML, but not images.
_DRAWN = base64.b64encode(Path(__file__).with_name("face.svg").read_bytes()).decode()
DRAWING = f'<img class="drawn-face" alt="" src="data:image/svg+xml;base64,{_DRAWN}">'
AGE_KEY, AGREED_KEY, COUNTRY_KEY = "age_attested", "agreed", "country"
OTHER, UNSAID = "other", "unsaid"
NO_COUNTRY = {OTHER: N_("Another country"), UNSAID: N_("I'd rather not say")}
WAYS = {
    PATIENT: (
        N_("For myself"),
        N_(
            "You begin with what brings you here and see what could be done about it, step by step."
        ),
    ),
    CONSULTANT: (
        N_("With a patient"),
        N_("You get every procedure with its doses, several plans side by side and a report."),
    ),
}
# Icon, heading and words of what is agreed to; the first ones depend on where the page runs.
POINTS = (
    (
        "lock",
        N_("What happens to the photo"),
        "",
    ),
    (
        "image",
        N_("What the picture is"),
        N_(
            "A calculation from published studies of other people. Your own result may differ, "
            "and the page says by how much. It shows no scars and no complications."
        ),
    ),
    (
        "block",
        N_("What it is not"),
        N_("No promise, no diagnosis, and no advice on whether to have a procedure."),
    ),
    (
        "delete_forever",
        N_("How to forget it"),
        N_(
            "“Forget my photo” at the top removes the photo and all that was made from it at "
            "once. Closing the page does the same after about a minute."
        ),
    ),
)


def choose_way() -> None:
    """Draw the two ways in."""
    for column, (way, (name, about)) in zip(st.columns(2), WAYS.items(), strict=True):
        with column, st.container(border=True, height="stretch"):
            st.button(
                translate(name),
                key=f"enter_{way}",
                type="primary",
                width="stretch",
                on_click=_enter,
                args=(way,),
            )
            st.markdown(translate(about))
    bdd_screening.offer()


def ask() -> None:
    """Draw what is agreed to, and go on once age and consent are given."""
    state = session.start()
    theirs = state.way == CONSULTANT
    st.header(translate("Before the first photo"), anchor=False)
    if theirs:
        st.markdown(translate("Please go through this with your patient."))
    told, given = st.columns(2, gap="large")
    with told, st.container(border=True):
        for icon, heading, words in POINTS:
            said = translate(words) if words else privacy_notice.in_full()
            st.markdown(f":material/{icon}: **{translate(heading)}**  \n{said}")
    with given:
        _give(theirs)
    bdd_screening.offer()


def _give(theirs: bool) -> None:
    """Draw what is to be said and ticked, and the way on."""
    _country()
    age = translate("The patient is 18 or older.") if theirs else translate("I am 18 or older.")
    agreed = (
        translate("The patient has been told this and agrees that the photo is used in this way.")
        if theirs
        else translate("I agree that my photo is used in this way.")
    )
    with st.container(key="given", gap=None):
        st.checkbox(age, key=AGE_KEY)
        st.checkbox(agreed, key=AGREED_KEY)
    missing = st.container()
    with st.container(horizontal=True):
        if st.button(translate("Continue"), key="begin", type="primary"):
            with missing:
                _begin()
        st.button(translate("Back"), key="back", type="tertiary", on_click=_enter, args=("",))


def _enter(way: str) -> None:
    state = session.start()
    state.way, state.forgotten = way, False
    state.enter(Step.CONSENT if way else Step.WELCOME)


def _begin() -> None:
    """Go on if all is given; say what is missing otherwise."""
    given = bool(st.session_state.get(AGE_KEY)), bool(st.session_state.get(AGREED_KEY))
    country = st.session_state.get(COUNTRY_KEY)
    if country and all(given):
        state = session.start()
        state.country = "" if country in NO_COUNTRY else country
        state.attested = True
        state.enter(Step.PHOTO)
        st.rerun()
    if not country:
        st.error(
            translate("Please choose a country, or that you would rather not say it."),
            icon=labels.ICONS["block"],
        )
    if not given[0]:
        st.error(
            translate(
                "Please confirm the age; this page is for people of 18 or more, in every country."
            ),
            icon=labels.ICONS["block"],
        )
    if not given[1]:
        st.error(
            translate(
                "Without agreement no photo can be taken; please tick the second box to agree."
            ),
            icon=labels.ICONS["block"],
        )


def _country() -> None:
    rules = ages.rules()
    given = policy().country
    names = {code: rule.name for code, rule in rules.items()} | NO_COUNTRY
    picked = st.selectbox(
        translate("Country, for its rules on age and waiting times"),
        list(names),
        index=list(names).index(given) if given in names else None,
        format_func=lambda code: translate(names[code]),
        placeholder=translate("Choose a country"),
        key=COUNTRY_KEY,
        persist_state="session",
    )
    if not picked or picked == UNSAID:
        return
    rule = rules.get(picked)
    if rule is None or not rule.summary:
        st.caption(translate("No source was found for the rules there; from 18 on here."))
        return
    st.caption(translate(rule.summary))
    if rule.advice:
        st.caption(translate(rule.advice))
    with st.popover(translate("Sources"), type="tertiary"):
        st.markdown("\n".join(f"- {source}" for source in rule.sources))
        st.caption(translate("Read in November 2026. This is no legal advice."))
