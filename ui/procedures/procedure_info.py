"""What there is to know of a procedure: what matters to a patient first, then every figure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import streamlit as st

from face_mesh.messages import Message, MessageList
from simulate import Procedure, procedures
from simulate.catalogue.procedure import CurvePoint, Reaction, SkinTerm, Term
from simulate.catalogue.sources import ESTIMATE
from simulate.outcome.view_check import max_yaw_deg
from simulate.recovery.reactions import SIGN_WORDS
from simulate.wording.doses import dose as dose_words
from simulate.wording.procedures import (
    back_among_people,
    by_sign,
    duration_words,
    onset_words,
    people,
    place,
    reaction,
    risk,
    risks,
    skin_term,
    term,
)
from simulate.wording.times import oblique
from ui.state.clinic_policy import policy
from ui.text import labels
from ui.text.language import Words, translate

Section = tuple[str, Sequence[str]]


def explain(entry: Procedure) -> None:
    """Draw all that is known of a procedure, what it warns of first."""
    with st.container(key=f"facts_{entry.id}", gap="small"):
        st.markdown(f"**{translate(entry.name)}.** {translate(entry.summary)}")
        draw(_for_patients(entry))
        st.divider()
        st.markdown(f"**{translate('Where the figures are from')}**")
        draw(_for_consultants(entry))


def short(entry: Procedure) -> str:
    """Return what a patient plans by: the days off, and how long the effect lasts."""
    off = [back_among_people(entry.downtime)] if entry.downtime else []
    return translate(MessageList([*off, duration_words(entry.course)]))


def withheld() -> None:
    """Say what is not shown because the law forbids it, and where that stands."""
    for ban in policy().bans:
        st.caption(
            translate(
                "Not shown here: {name}. {reason} ({source})",
                name=translate(procedures()[ban.procedure].name),
                reason=translate(ban.reason),
                source=Words(ban.source),
            )
        )


def serious_risks(entry: Procedure) -> list[str]:
    """Return what is an emergency or lasting, and how often; sources are with `explain`."""
    return [translate(risk(one)) for one in entry.risks if one.serious]


def draw(sections: Iterable[Section]) -> None:
    """Draw headings with their lines, those without a line left out."""
    for heading, lines in sections:
        if lines:
            st.markdown(f"**{heading}**\n" + "".join(f"\n- {line}" for line in lines))


def _for_patients(entry: Procedure) -> Iterator[Section]:
    yield translate("Take care"), [translate(caution) for caution in entry.cautions]
    yield translate("The first days"), list(_first_days(entry))
    yield translate("What can go wrong"), [labels.risk(one) for one in risks(entry)]
    yield translate("Who it suits less"), [labels.suits_less(one) for one in entry.suits_less]
    yield (
        translate("How long it lasts"),
        [translate(onset_words(entry)), translate(duration_words(entry.course))],
    )
    yield translate("How people differ"), list(_differing(entry))
    shown = translate(
        "It is shown as long as the head is turned by no more than {degrees:g}°.",
        degrees=max_yaw_deg(entry),
    )
    yield translate("In your photo"), [shown]


def _first_days(entry: Procedure) -> Iterator[str]:
    if entry.downtime:
        yield translate(back_among_people(entry.downtime))
    for sign, ones in by_sign(entry).items():
        yield translate(reaction(sign, ones))


def _differing(entry: Procedure) -> Iterator[str]:
    yield translate(
        "About two of three people are within ±{share:.0f}\u00a0% of the expected effect.",
        share=100.0 * entry.spread,
    )
    if entry.thin:
        yield translate(
            "No study measured all of this effect, so the expected effect itself is unsure, and "
            "the range is widened for it."
        )


def _for_consultants(entry: Procedure) -> Iterator[Section]:
    dose, response, course = entry.dose, entry.response, entry.course
    yield translate("How far it moves"), [_with_why(term(one, entry), one) for one in entry.terms]
    yield (
        translate("What it does to the skin"),
        [_with_why(skin_term(one), one) for one in entry.skin],
    )
    yield (
        translate("Spread between people"),
        [labels.with_source(response.derivation, response.source)],
    )
    yield (
        translate("Course"),
        [labels.with_source(course.derivation, course.source), *map(_point, course.published)],
    )
    yield translate("Swelling, bruising, redness"), [_reaction(one) for one in entry.reactions]
    if entry.downtime:
        off = entry.downtime
        yield translate("Days off"), [labels.with_source(off.derivation, off.source)]
    if entry.view:
        yield (
            translate("Turned head"),
            [labels.with_source(entry.view.derivation, entry.view.source)],
        )
    why = [translate(one) for one in (dose.derivation, entry.dose_response.derivation) if one]
    usual = translate(
        "Usual dose: {dose} ({source})",
        dose=dose_words(dose.usual, entry),
        source=labels.source(dose.usual_source),
    )
    most = translate(
        "Most that can be set here: {dose} ({source})",
        dose=dose_words(dose.max, entry),
        source=labels.source(dose.max_source),
    )
    yield translate("Dose"), [usual, most, *why]
    yield (
        translate("What is known"),
        [labels.with_source(one.claim, one.source) for one in entry.evidence],
    )


def _with_why(line: Message, one: Term | SkinTerm) -> str:
    return f"{translate(line)} {labels.with_source(one.derivation, one.source)}"


def _point(point: CurvePoint) -> str:
    note = labels.with_source(point.note, point.source)
    return translate("After {time}: {note}", time=oblique(point.day), note=note)


def _reaction(one: Reaction) -> str:
    """One line: the sign and where, how many people have it, how its curve follows, sources."""
    keys = dict.fromkeys((one.source, one.frequency_source))
    said = [labels.source(key) for key in keys if key != ESTIMATE]
    if ESTIMATE in keys:
        estimate = labels.source(ESTIMATE)
        said.append(translate("and in part {estimate}", estimate=estimate) if said else estimate)
    what = translate(
        "{sign!u} ({place}), {who}.",
        sign=Message(SIGN_WORDS[one.sign]),
        place=place(one.patch.centre),
        who=people(one.frequency),
    )
    return f"{what} {translate(one.derivation)} ({'; '.join(said)})"
