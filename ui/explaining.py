"""What there is to know of a procedure: what matters to a patient first, then every figure."""

from __future__ import annotations

from collections.abc import Iterator

import streamlit as st

from simulate import Procedure
from simulate.aftermath import SIGN_WORDS
from simulate.entry import ESTIMATE, Reaction
from simulate.turned import max_yaw_deg
from ui import wording
from ui.lasting import beginning, lasting, time

Section = tuple[str, list[str]]


def explain(entry: Procedure) -> None:
    """Draw all that is known of a procedure, what it warns of first."""
    with st.container(key=f"facts_{entry.id}", gap="small"):
        st.markdown(f"**{entry.name}.** {entry.summary}")
        _draw(_for_patients(entry))
        st.divider()
        st.markdown("**Where the figures are from**")
        _draw(_for_consultants(entry))


def _draw(sections: Iterator[Section]) -> None:
    for heading, lines in sections:
        if lines:
            st.markdown(f"**{heading}**\n" + "".join(f"\n- {line}" for line in lines))


def _for_patients(entry: Procedure) -> Iterator[Section]:
    yield "Take care", list(entry.cautions)
    yield "The first days", list(_first_days(entry))
    yield (
        "What can go wrong",
        [wording.risk(one) for one in sorted(entry.risks, key=lambda one: not one.serious)],
    )
    yield "Who it suits less", [wording.suits_less(one) for one in entry.suits_less]
    swells = any(one.sign == "swelling" for one in entry.reactions)
    yield "How long it lasts", [beginning(entry.course, swells), lasting(entry.course)]
    yield "How people differ", list(_differing(entry))
    yield (
        "In your photo",
        [f"It is shown as long as the head is turned by no more than {max_yaw_deg(entry):g}°."],
    )


def _first_days(entry: Procedure) -> Iterator[str]:
    if entry.downtime:
        yield wording.days_off(entry.downtime.days_low, entry.downtime.days_high)
    for sign, ones in _by_sign(entry).items():
        yield wording.reaction(sign, ones)


def _differing(entry: Procedure) -> Iterator[str]:
    yield (
        f"About two of three people are within ±{100 * entry.spread:.0f}\u00a0% of the expected "
        "effect."
    )
    if entry.thin:
        yield (
            "No study measured all of this effect, so the expected effect itself is unsure, and "
            "the range is widened for it."
        )


def _for_consultants(entry: Procedure) -> Iterator[Section]:
    dose, response, course = entry.dose, entry.response, entry.course
    yield "How far it moves", [wording.term(one, entry) for one in entry.terms]
    yield "What it does to the skin", [wording.skin_term(one) for one in entry.skin]
    yield "Spread between people", [wording.sourced(response.derivation, response.source)]
    yield (
        "Course",
        [
            wording.sourced(course.derivation, course.source),
            *(
                wording.sourced(f"After {time(p.day)}: {p.note}", p.source)
                for p in course.published
            ),
        ],
    )
    yield "Swelling, bruising, redness", [_reaction(one) for one in entry.reactions]
    if entry.downtime:
        off = entry.downtime
        yield "Days off", [wording.sourced(off.derivation, off.source)]
    if entry.view:
        yield "Turned head", [wording.sourced(entry.view.derivation, entry.view.source)]
    yield (
        "Dose",
        [
            f"Usual dose: {wording.dose(dose.usual, entry)} {wording.SCOPES[dose.scope]} "
            f"({wording.source(dose.usual_source)})",
            f"Most that can be set here: {wording.dose(dose.max, entry)} "
            f"{wording.SCOPES[dose.scope]} ({wording.source(dose.max_source)})",
            *filter(None, (dose.derivation, entry.dose_response.derivation)),
        ],
    )
    yield "What is known", [wording.sourced(one.claim, one.source) for one in entry.evidence]


def _by_sign(entry: Procedure) -> dict[str, list[Reaction]]:
    found: dict[str, list[Reaction]] = {}
    for one in entry.reactions:
        found.setdefault(one.sign, []).append(one)
    return found


def _reaction(one: Reaction) -> str:
    """One line: the sign and where, how many people have it, how its curve follows, sources."""
    keys = dict.fromkeys((one.source, one.frequency_source))
    said = "; ".join(wording.source(key) for key in keys if key != ESTIMATE)
    if ESTIMATE in keys:
        said += f"{'; and in part ' if said else ''}{wording.source(ESTIMATE)}"
    place = one.patch.centre.replace("_", " ")
    what = f"{SIGN_WORDS[one.sign].capitalize()} ({place}), {wording.people(one.frequency)}"
    return f"{what}. {one.derivation} ({said})"
