"""The plans of a visit as values: A, B and C, and what an edit makes of them.

Nothing here knows of widgets, so that what is undone and redone is a plan and nothing else. Strokes
and spots stay out: they belong to the photo.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import floor

from simulate.catalogue.loader import procedures
from simulate.catalogue.procedure import AMOUNTS, Procedure
from simulate.plan.plan import Plan, Treatment

LETTERS = ("A", "B", "C")
EACH = "each"  # a dose of its own on either side, which makes two treatments of one procedure
PAIR = ("left", "right")
Group = tuple[Treatment, ...]  # what is done of one procedure: one treatment, or one for each side


@dataclass(frozen=True)
class Draft:
    """A plan in the making.

    Attributes:
        name: what it is called, empty for its letter alone.
        plan: what was chosen; what nobody said, as a cost, is not filled in from the price list.
        preset: the plan of the program that it began with, empty for none.
    """

    name: str = ""
    plan: Plan = field(default_factory=Plan)
    preset: str = ""


@dataclass(frozen=True)
class PlanBook:
    """All plans of a visit.

    Attributes:
        letter: of the plan that is on.
        drafts: by letter, never changed in place; an empty one is left out.
        withdrawn: what was done of procedures that were taken out, should they come back.
    """

    letter: str = LETTERS[0]
    drafts: Mapping[str, Draft] = field(default_factory=dict)
    withdrawn: Mapping[str, Group] = field(default_factory=dict)

    def draft(self, letter: str = "") -> Draft:
        """Return the draft of a letter; without one, of the plan that is on."""
        return self.drafts.get(letter or self.letter, Draft())

    def with_draft(self, draft: Draft, letter: str = "") -> PlanBook:
        """Return the book with a draft under a letter; without one, as the plan that is on."""
        drafts = {**self.drafts, letter or self.letter: draft}
        return replace(self, drafts={key: one for key, one in drafts.items() if one != Draft()})

    def with_plan(self, plan: Plan, letter: str = "") -> PlanBook:
        """Return the book with another plan in the draft of a letter."""
        return self.with_draft(replace(self.draft(letter), plan=plan), letter)

    def with_group(self, group: Group, letter: str = "") -> PlanBook:
        """Return the book with what is done of one procedure: in its place, or at the end."""
        return self.with_plan(_with_group(self.draft(letter).plan, group), letter)

    def with_procedures(self, names: Iterable[str]) -> PlanBook:
        """Return the book with procedures that are not in the plan yet at its end."""
        book = self
        for name in names:
            if name not in book.draft().plan.by_procedure():
                book = book.with_group(self.withdrawn.get(name) or usual(procedures()[name]))
        return book

    def without(self, names: Iterable[str]) -> PlanBook:
        """Return the book without procedures in the plan; their doses are kept aside."""
        plan, gone = self.draft().plan, set(names)
        kept = tuple(treatment for treatment in plan.treatments if treatment.procedure not in gone)
        aside = {key: one for key, one in plan.by_procedure().items() if key in gone}
        book = replace(self, withdrawn={**self.withdrawn, **aside})
        return book.with_plan(replace(plan, treatments=kept))


def _with_group(plan: Plan, group: Group) -> Plan:
    groups = {**plan.by_procedure(), group[0].procedure: group}
    return replace(plan, treatments=tuple(one for each in groups.values() for one in each))


def usual(entry: Procedure) -> Group:
    """Return the usual dose of a procedure, which it begins with."""
    side = entry.sides[0]
    return (Treatment(entry.id, entry.usual_dose(side), side),)


def side_of(group: Sequence[Treatment]) -> str:
    """Return the side a procedure is on: "both", "left", "right" or `EACH`."""
    return group[0].side if len(group) == 1 else EACH


def amount_of(group: Sequence[Treatment]) -> float:
    """Return the dose of the whole face of one procedure: a length is no sum of two sides."""
    whole = group[0].entry.dose.scope == "total" and group[0].entry.dose.unit not in AMOUNTS
    return (max if whole else sum)(one.amount for one in group)


def cost_of(group: Sequence[Treatment]) -> float | None:
    """Return what a procedure costs in all; None where it is not said."""
    costs = [one.cost for one in group if one.cost is not None]
    return sum(costs) if costs else None


def with_cost(group: Sequence[Treatment], cost: float | None) -> Group:
    """Return a procedure at a cost in all, of which each side has its part."""
    part = None if cost is None else cost / len(group)
    return tuple(replace(one, cost=part) for one in group)


def with_dose(group: Sequence[Treatment], side: str, dose: float) -> Group:
    """Return a procedure with another dose on a side."""
    return tuple(replace(one, dose=dose) if one.side == side else one for one in group)


def on_side(group: Sequence[Treatment], side: str) -> Group:
    """Take the dose over to another side, as far as that side allows.

    A total is halved for two sides of their own, and added up again.
    """
    entry, before = group[0].entry, side_of(group)
    halves = entry.dose.scope == "total" and entry.dose.unit in AMOUNTS
    doses = [one.dose for one in group]
    if side == EACH:
        moved = dict.fromkeys(PAIR, doses[0] / (2.0 if halves and before == "both" else 1.0))
    elif before == EACH:
        both = sum(doses) if halves else max(doses)
        moved = {side: both if side == "both" else doses[PAIR.index(side)]}
    else:
        moved = {side: doses[0]}
    sides = [replace(group[0], side=s, dose=_whole_steps(entry, s, d)) for s, d in moved.items()]
    return with_cost(sides, cost_of(group))


def _whole_steps(entry: Procedure, side: str, dose: float) -> float:
    steps = round(min(dose, dose_limit(entry, side)) / entry.dose.step)
    return round(steps * entry.dose.step, 6)


def dose_limit(entry: Procedure, side: str) -> float:
    """Return the most that can be set, at a whole step of the slider."""
    steps = floor(entry.max_dose(side) / entry.dose.step + 1e-6)
    return round(steps * entry.dose.step, 6)


def dial_setting(group: Sequence[Treatment]) -> Group:
    """Return a procedure of any plan as its controls can say it: week and days off are one."""
    first = group[0]
    dialled = [
        Treatment(
            one.procedure,
            min(one.dose, dose_limit(one.entry, one.side)),
            one.side,
            week=first.week,
            clinic_downtime_days=first.clinic_downtime_days,
        )
        for one in sorted(group, key=lambda one: one.side)  # left before right
    ]
    return with_cost(dialled, cost_of(group))
