"""The skin type as a person says it, which stands before what the photo shows."""

from __future__ import annotations

import streamlit as st

from simulate import Plan
from simulate.plan.conditions import PHOTOTYPES
from ui.text.language import N_, translate

_BURNS = {  # how skin answers an hour of sun, as Fitzpatrick asks it
    "I": N_("I: always burns, never tans"),
    "II": N_("II: burns easily, tans a little"),
    "III": N_("III: burns at times, tans"),
    "IV": N_("IV: burns seldom, tans well; light brown"),
    "V": N_("V: hardly ever burns; brown"),
    "VI": N_("VI: never burns; dark brown or black"),
}


def choose(plan: Plan) -> str | None:
    """Draw the choice if something in the plan warns by skin tone; return the type, None unsaid."""
    if not any(treatment.entry.dark_skin for treatment in plan.treatments):
        return None
    chosen: str | None = st.selectbox(
        translate("Your skin type, if you know it"),
        PHOTOTYPES,
        index=None,
        format_func=lambda one: translate(_BURNS[one]),
        placeholder=translate("not said"),
        key="phototype",
        persist_state="session",
        help=translate(
            "Lasers and peels mark some skin more than other. What you say here stands before what "
            "the photo shows. It is not kept."
        ),
    )
    return chosen
