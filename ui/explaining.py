"""What is behind a procedure's figures: cautions first, then each figure and where it is from."""

from __future__ import annotations

from collections.abc import Iterator

import streamlit as st

from simulate import Procedure
from ui import wording
from ui.lasting import lasting


def explain(entry: Procedure) -> None:
    """Draw all that is known of a procedure, what it warns of first."""
    with st.container(key=f"facts_{entry.id}", gap="small"):
        st.markdown(f"**{entry.name}.** {entry.summary}")
        for heading, lines in _sections(entry):
            if lines:
                st.markdown(f"**{heading}**\n" + "".join(f"\n- {line}" for line in lines))


def _sections(entry: Procedure) -> Iterator[tuple[str, list[str]]]:
    dose, response, course = entry.dose, entry.response, entry.course
    yield "Take care", list(entry.cautions)
    yield "How far it moves", [wording.term(one, entry) for one in entry.terms]
    yield "What it does to the skin", [wording.skin_term(one) for one in entry.skin]
    yield (
        "How people differ",
        [
            f"About two of three people are within ±{100 * response.relative_sd:.0f} % of the "
            f"expected effect. {response.derivation} ({wording.source(response.source)})"
        ],
    )
    yield (
        "How long it lasts",
        [lasting(course), f"{course.derivation} ({wording.source(course.source)})"],
    )
    yield (
        "Dose",
        [
            f"Usual dose: {wording.dose(dose.usual, entry)} {wording.SCOPES[dose.scope]} "
            f"({wording.source(dose.usual_source)})",
            f"Most that can be set here: {wording.dose(dose.max, entry)} "
            f"{wording.SCOPES[dose.scope]} ({wording.source(dose.max_source)})",
        ],
    )
    yield (
        "What is known",
        [f"{one.claim} ({wording.source(one.source)})" for one in entry.evidence],
    )
