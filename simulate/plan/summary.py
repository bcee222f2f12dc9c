"""What a plan adds up to: doses against the labels, sessions, cost and days off."""

from __future__ import annotations

from dataclasses import dataclass
from math import fsum

from simulate.plan.interactions import USUAL_KG, book, most_of, total_within
from simulate.plan.plan import Plan, Treatment

Days = tuple[float, float]


@dataclass(frozen=True)
class Row:
    """One treatment of a plan.

    Attributes:
        procedure: id in the catalogue.
        name: for people.
        dose: in `unit`.
        unit: "mL", "U", "mm", "deg" or "sessions".
        scope: of the dose, "per_side" or "total".
        side: "both", "left" or "right".
        week: after the first treatment; None is not said.
        cost: in the plan's currency; None is not filled in.
        downtime_days: from and to, of the catalogue; None where it says nothing.
        downtime_source: citation keys of it.
        clinic_downtime_days: what the clinic filled in.
    """

    procedure: str
    name: str
    dose: float
    unit: str
    scope: str
    side: str
    week: float | None
    cost: float | None
    downtime_days: Days | None
    downtime_source: str | None
    clinic_downtime_days: float | None


@dataclass(frozen=True)
class Total:
    """What is added up against a label: `amount` of at most `most`, in `unit`."""

    id: str
    what: str
    amount: float
    most: float
    unit: str
    within_weeks: float
    source: str


@dataclass(frozen=True)
class Summary:
    """A plan at a glance.

    Attributes:
        rows: its treatments.
        totals: those against which a label sets a limit, in any stretch of time it names.
        sessions: of all treatments whose dose is a number of sessions.
        body_kg: body mass the totals are for.
        body_kg_given: whether the plan says it; else it is the label's own.
        cost: sum of the costs filled in; None where there is none.
        costs_missing: procedures without a cost; one with a dose of its own on each side is one.
        downtime_days: of the longest treatment, from and to, the clinic's own before the
            catalogue's; None where nothing is known. They are not added: days off after
            treatments of one day are the same days.
        weeks: from the first treatment to the last, None where one is not scheduled.
    """

    rows: tuple[Row, ...]
    totals: tuple[Total, ...]
    sessions: float
    body_kg: float
    body_kg_given: bool
    cost: float | None
    costs_missing: int
    downtime_days: Days | None
    weeks: float | None


def plan_summary(plan: Plan) -> Summary:
    """Return what a plan adds up to."""
    given = plan.treatments
    costs = [one.cost for one in given if one.cost is not None]
    weeks = [one.week for one in given if one.week is not None]
    spans = [span for one in given if (span := _days_off(one))]
    scheduled = bool(weeks) and len(weeks) == len(given)
    return Summary(
        rows=tuple(_row(one) for one in given),
        totals=tuple(
            Total(
                limit.id,
                limit.what,
                total_within(limit, given),
                most_of(limit, plan.body_kg),
                limit.unit,
                limit.within_weeks,
                limit.source,
            )
            for limit in book().limits
        ),
        sessions=fsum(one.dose for one in given if one.entry.dose.unit == "sessions"),
        body_kg=USUAL_KG if plan.body_kg is None else plan.body_kg,
        body_kg_given=plan.body_kg is not None,
        cost=fsum(costs) if costs else None,
        costs_missing=len({one.procedure for one in given if one.cost is None}),
        downtime_days=(max(low for low, _ in spans), max(high for _, high in spans))
        if spans
        else None,
        weeks=max(weeks) - min(weeks) if scheduled else None,
    )


def _row(one: Treatment) -> Row:
    entry = one.entry
    off = entry.downtime
    return Row(
        one.procedure,
        entry.name,
        one.dose,
        entry.dose.unit,
        entry.dose.scope,
        one.side,
        one.week,
        one.cost,
        (off.days_low, off.days_high) if off else None,
        off.source if off else None,
        one.clinic_downtime_days,
    )


def _days_off(one: Treatment) -> Days | None:
    if one.clinic_downtime_days is not None:
        return one.clinic_downtime_days, one.clinic_downtime_days
    off = one.entry.downtime
    return (off.days_low, off.days_high) if off else None
