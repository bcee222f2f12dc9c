"""Plans in words: the treatments, what they add up to, and what of them is seen at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from face_mesh.messages import N_, SEMICOLONS, Message, MessageList
from simulate.catalogue.time_course import DAYS, days_after, share_at
from simulate.plan.interactions import book
from simulate.plan.plan import Plan, Treatment
from simulate.plan.summary import Summary, Total
from simulate.wording.doses import UNITS, amount, dose, dose_of_each_side
from simulate.wording.procedures import days_off
from simulate.wording.times import oblique

RESPONSES = {
    "low": N_("weak response"),
    "expected": N_("expected response"),
    "high": N_("strong response"),
}
_PRODUCTS = {  # by the means of `simulate.plan.interactions`, with the unit that is added up
    "fillers": ("mL", N_("Filler {amount}")),
    "toxins": ("U", N_("Botulinum toxin {amount}")),
}
_OPERATIONS = ("surgery", "nose_surgery")
_GONE = N_("Nothing is left of the effect by then.")
_NOT_YET = N_("The effect has not begun by then.")


def response(responder: str) -> Message:
    """Return how strongly a responder, "low", "expected" or "high", responds: "weak response"."""
    return Message(RESPONSES[responder])


def response_title(responder: str) -> Message:
    """Return the same as it stands by itself: "Weak response"."""
    return Message("{response!u}", response=response(responder))


def dose_words(treatments: Sequence[Treatment]) -> Message:
    """Return the dose of one procedure, which may have one of its own on each side.

    Args:
        treatments: at least one, as `Plan.by_procedure` has them.
    """
    first = treatments[0]
    by_side = {treatment.side: treatment.dose for treatment in treatments}
    if by_side.keys() == {"left", "right"}:
        return dose_of_each_side(by_side["left"], by_side["right"], first.entry)
    return dose(first.dose, first.entry, first.side)


def treatment_words(treatments: Sequence[Treatment]) -> Message:
    """Return one procedure of a plan: "Lip filler: 1 mL in all"."""
    return Message(
        "{name}: {dose}", name=Message(treatments[0].entry.name), dose=dose_words(treatments)
    )


def treatment_line(treatments: Sequence[Treatment]) -> Message:
    """Return the same as a sentence, in which a length or an angle says what it is of."""
    words, what = treatment_words(treatments), treatments[0].entry.dose.what
    if not what or treatments[0].side != "both":
        return Message("{words}.", words=words)
    return Message("{words} ({what}).", words=words, what=Message(what))


def plan_words(plan: Plan) -> Message | MessageList:
    """Return a plan in one line: "Lip filler: 1 mL in all; Lip flip: 4 units in all"."""
    words = [treatment_words(ones) for ones in plan.by_procedure().values()]
    return MessageList(words, SEMICOLONS) if words else Message("No treatment")


def weeks(treatments: Iterable[Treatment]) -> list[Message]:
    """Return when a procedure is done, each week once: "first day", "week 2", "not said"."""
    return list(dict.fromkeys(_week(treatment.week) for treatment in treatments))


def _week(week: float | None) -> Message:
    if week is None:
        return Message("not said")
    return Message("first day") if week == 0.0 else Message("week {n:g}", n=week)


def products(plan: Plan) -> Iterator[Message]:
    """Yield how much of each product a plan needs, and how many operations and sessions."""
    means = book().means
    given = [treatment for treatment in plan.treatments if treatment.dose > 0.0]
    for name, (unit, words) in _PRODUCTS.items():
        own = [one for one in given if one.procedure in means[name]]
        whole = sum(one.amount for one in own if one.entry.dose.unit == unit)
        if whole:
            yield Message(words, amount=amount(whole, unit))
    surgical = {id_ for name in _OPERATIONS for id_ in means[name]}
    count = len({one.procedure for one in given if one.procedure in surgical})
    if count:
        yield Message("1 operation") if count == 1 else Message("{n} operations", n=count)
    sessions = sum(
        one.dose
        for one in given
        if one.entry.dose.unit == "sessions" and one.procedure not in surgical
    )
    if sessions:
        yield amount(sessions, "sessions")


def price(value: float, plan: Plan) -> Message:
    """Return an amount in the plan's currency, with the cents only if there are any."""
    template = "{n:,.0f}" if value == round(value) else "{n:,.2f}"
    if plan.currency:
        template += "\u00a0{currency}"
    return Message(template, n=float(value), currency=plan.currency)


def longest_days_off(summary: Summary) -> Message | None:
    """Return the days off of the longest recovery; None where nothing is known."""
    return None if summary.downtime_days is None else days_off(*summary.downtime_days)


def total(one: Total, body_kg: float | None = None) -> Message:
    """Return what is added up against a label, a sentence.

    Args:
        one: of `plan_summary`.
        body_kg: the body mass its limit is for; None is the label's own.
    """
    if one.id != "filler_per_year":
        template = N_(
            "{what!u}: {amount:.4g} {unit} in all; the label goes up to {most:.4g} {unit} in "
            "{within}."
        )
    elif body_kg is None:
        template = N_(
            "{what!u}: {amount:.4g} {unit} in all; the label goes up to {most:.4g} {unit} in "
            "{within} at the label's own body weight."
        )
    else:
        template = N_(
            "{what!u}: {amount:.4g} {unit} in all; the label goes up to {most:.4g} {unit} in "
            "{within} at {body_kg:g} kg of body weight."
        )
    return Message(
        template,
        what=Message(one.what),
        amount=float(one.amount),
        most=float(one.most),
        unit=Message(UNITS[one.unit]),
        within=oblique(DAYS["w"] * one.within_weeks),
        body_kg=0.0 if body_kg is None else body_kg,
    )


def no_effect(plan: Plan, when: str | None) -> str:
    """Return why nothing of a plan is seen at a time, a sentence; empty if something is.

    Args:
        plan: in which something is done.
        when: after the treatment; None is the settled result.
    """
    days = days_after(when)
    if any(share_at(treatment.entry, days) for treatment in plan.treatments):
        return ""
    to_come = days is not None and any(
        days < treatment.entry.course.peak_day for treatment in plan.treatments
    )
    return _NOT_YET if to_come else _GONE
