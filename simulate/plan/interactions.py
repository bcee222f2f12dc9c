"""What the treatments of a plan do to each other, and their totals against the labels.

Rules and limits are data, in `interactions.toml`: clinicians can read and correct them. Each has a
source, or is an author's estimate and says why. A rule holds between two treatments that share a
side of the face and have a dose above 0.

A rule of time is broken by the weeks of a plan, or reminded of where they are not said. Of two
treatments in the same week, the one that is listed first is done first.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import product
from math import fsum
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, TypeVar
from weakref import WeakKeyDictionary

from pydantic import model_validator

from face_mesh.errors import PlanError
from face_mesh.messages import N_, Message
from face_mesh.untrusted.shapes import Number, ShapeError, Switch, one_of, read_shape
from simulate.catalogue.loader import CatalogueError
from simulate.catalogue.sources import Derivation, Sentence, Source
from simulate.plan.plan import Plan, Treatment

FILE = Path(__file__).with_name("interactions.toml")
T = TypeVar("T")
SEVERITIES = ("refuse", "warn", "info")
USUAL_KG = 60.0  # of the label's limit, taken where no body mass is given
TIMED = ("first_then_second", "not_soon_after", "apart")
KINDS = ("together", "without", "alone", *TIMED)
MEANS = "@"  # before the name of a means, which stands for all procedures done with it
# What is said of a total: whether it is above the label's, and whose body mass that depends on.
_TOTALS = {
    (False, "for all"): N_(
        "This plan holds {total:.4g} {unit} of {what} within {weeks:g} weeks, close to the "
        "{most:.4g} {unit} of the label."
    ),
    (False, "given"): N_(
        "This plan holds {total:.4g} {unit} of {what} within {weeks:g} weeks, close to the "
        "{most:.4g} {unit} of the label for {body_kg:g} kg of body mass."
    ),
    (False, "usual"): N_(
        "This plan holds {total:.4g} {unit} of {what} within {weeks:g} weeks, close to the "
        "{most:.4g} {unit} of the label for {body_kg:g} kg of body mass, taken because no weight "
        "is given."
    ),
    (True, "for all"): N_(
        "This plan holds {total:.4g} {unit} of {what} within {weeks:g} weeks, more than the "
        "{most:.4g} {unit} of the label; lower a dose or spread them over more time."
    ),
    (True, "given"): N_(
        "This plan holds {total:.4g} {unit} of {what} within {weeks:g} weeks, more than the "
        "{most:.4g} {unit} of the label for {body_kg:g} kg of body mass; lower a dose or spread "
        "them over more time."
    ),
    (True, "usual"): N_(
        "This plan holds {total:.4g} {unit} of {what} within {weeks:g} weeks, more than the "
        "{most:.4g} {unit} of the label for {body_kg:g} kg of body mass, taken because no weight "
        "is given; lower a dose or spread them over more time."
    ),
}


@dataclass(frozen=True)
class Rule:
    """What is known of one group of procedures in the presence of another.

    Attributes:
        id: of the rule.
        kind: "together" holds whenever both are there, "without" when the second is missing,
            "alone" whenever the first is there. "first_then_second" wants the second at least
            `weeks` after the first; "not_soon_after" wants the second not within `weeks` after the
            first, and does not mind it before; "apart" wants `weeks` between them either way.
        first: ids of procedures, or "@means".
        second: likewise.
        severity: "refuse", "warn" or "info".
        reason: one sentence for a patient.
        source: citation keys, or "author's estimate".
        derivation: how the rule follows from the source.
        weeks: see `kind`.
        same_day: whether "apart" allows the same week.
        factor: what is left of the displacement of `acts_on` beside the usual dose of the other.
        acts_on: id of the procedure whose effect changes; empty for none.
    """

    id: str
    kind: Annotated[str, one_of(KINDS)]
    first: tuple[str, ...]
    severity: Annotated[str, one_of(SEVERITIES)]
    reason: Sentence
    source: Source
    derivation: Derivation
    second: tuple[str, ...] = ()
    weeks: Number = 0.0
    same_day: Switch = False
    factor: Number = 1.0
    acts_on: str = ""

    @model_validator(mode="after")
    def _check(self) -> Rule:
        if (self.kind == "alone") == bool(self.second):
            raise ValueError("second goes with every kind but alone")
        if self.weeks < 0.0 or (self.weeks > 0.0 and self.kind not in TIMED):
            raise ValueError(f"weeks go with {', '.join(TIMED)}, from 0")
        if self.kind in ("apart", "not_soon_after") and not self.weeks:
            raise ValueError("say how many weeks")
        if self.same_day and self.kind != "apart":
            raise ValueError("same_day goes with apart")
        if bool(self.acts_on) != (self.factor != 1.0) or not 0.0 <= self.factor <= 1.0:
            raise ValueError("factor from 0 to 1 goes with acts_on")
        if self.acts_on and (self.kind != "together" or self.acts_on not in self.first):
            raise ValueError("acts_on is one of first, in a rule of together")
        return self


@dataclass(frozen=True)
class Limit:
    """A total that a label sets.

    Attributes:
        id: of the limit.
        what: is added up, in words.
        of: ids of procedures, or "@means".
        unit: "mL" or "U".
        most: the largest total within `within_weeks`.
        within_weeks: length of any stretch of time in which the total holds.
        severity: of a total above it, "refuse" or "warn".
        source: citation keys.
        derivation: how the limit follows from the source.
        near: share of it from which a warning says so; 0 for no such warning.
        per_kg: body mass for which `most` holds, in proportion; 0 if it holds for everybody.
    """

    id: str
    what: str
    of: tuple[str, ...]
    unit: str
    most: Number
    within_weeks: Number
    severity: Annotated[str, one_of(SEVERITIES)]
    source: Source
    derivation: Derivation
    near: Number = 0.0
    per_kg: Number = 0.0


@dataclass(frozen=True)
class Interaction:
    """What a patient is told of a plan.

    Attributes:
        severity: "refuse", "warn" or "info".
        reason: one sentence.
        source: citation keys, or "author's estimate".
        rule: id of the rule or limit behind it.
        procedures: ids of those concerned, in the order of the plan.
        factor: what is left of the displacement of `acts_on`; 1 changes nothing.
        acts_on: id of the procedure whose effect changes; empty for none.
    """

    severity: str
    reason: str
    source: str
    rule: str
    procedures: tuple[str, ...]
    factor: float = 1.0
    acts_on: str = ""


@dataclass(frozen=True)
class Book:
    """All rules and limits; `means` says what each procedure is done with."""

    means: Mapping[str, tuple[str, ...]]
    rules: tuple[Rule, ...]
    limits: tuple[Limit, ...]

    def members(self, names: tuple[str, ...]) -> frozenset[str]:
        """Return the procedures of names, of which one with @ stands for a means."""
        found: set[str] = set()
        for name in names:
            found |= set(self.means[name[1:]]) if name.startswith(MEANS) else {name}
        return frozenset(found)

    def means_of(self, procedure: str) -> str:
        """Return what a procedure is done with, of which there is exactly one."""
        return next(one for one, members in self.means.items() if procedure in members)


# What was said of the plans that somebody still holds: a plan is asked about by all who draw it.
# An entry ends with its plan, which may have places in a photo.
_OF_PLANS: WeakKeyDictionary[Plan, tuple[Interaction, ...]] = WeakKeyDictionary()


def interactions(plan: Plan) -> tuple[Interaction, ...]:
    """Return all there is to say of a plan: what refuses it, what warns, what informs."""
    found = _OF_PLANS.get(plan)
    if found is None:
        found = _OF_PLANS[plan] = _judge(plan)
    return found


def _judge(plan: Plan) -> tuple[Interaction, ...]:
    given = [treatment for treatment in plan.treatments if treatment.dose > 0.0]
    found = [*_over(plan, given)]
    for rule in book().rules:
        found += _held(rule, given)
    return tuple(sorted(found, key=lambda one: SEVERITIES.index(one.severity)))


def check_plan(plan: Plan) -> None:
    """Refuse a plan that must not be simulated.

    Raises:
        PlanError: with the first reason, of a forbidden combination or a total above a label.
    """
    for interaction in interactions(plan):
        if interaction.severity == "refuse":
            raise PlanError(interaction.reason)


def plan_warnings(plan: Plan) -> tuple[str, ...]:
    """Return the sentences that go with a picture of the plan: what warns, or changes the picture.

    What merely informs, as of spacing, goes with the plan (`interactions`).
    """
    found = interactions(plan)
    return tuple(one.reason for one in found if one.severity != "info" or one.acts_on)


def adjustments(plan: Plan) -> Mapping[str, float]:
    """Return the factor on the displacement of each procedure that another one changes."""
    found: dict[str, float] = {}
    for interaction in interactions(plan):
        if interaction.acts_on:
            found[interaction.acts_on] = found.get(interaction.acts_on, 1.0) * interaction.factor
    return MappingProxyType(found)


def total_within(limit: Limit, treatments: Sequence[Treatment]) -> float:
    """Return the largest total of a limit in any stretch of its length, mL or U.

    A treatment whose week is not said may fall into any stretch, and is counted in each.
    """
    counted = _members(limit.of)
    own = [treatment for treatment in treatments if treatment.procedure in counted]
    own = [one for one in own if one.entry.dose.unit == limit.unit]
    anytime = [one.amount for one in own if one.week is None]
    dated = [(one.week, one.amount) for one in own if one.week is not None]
    stretches = [
        [amount for week, amount in dated if 0.0 <= week - start < limit.within_weeks]
        for start, _ in dated
    ]
    return max(fsum([*anytime, *stretch]) for stretch in ([], *stretches))


def most_of(limit: Limit, body_kg: float | None) -> float:
    """Return the largest total that a limit allows, mL or U."""
    return limit.most * ((body_kg or USUAL_KG) / limit.per_kg if limit.per_kg else 1.0)


@cache
def book() -> Book:
    """Return the rules and limits of `interactions.toml`.

    Raises:
        CatalogueError: one of them is wrong; the message names its id.
    """
    return read_book(FILE.read_text("utf-8"))


@cache
def _members(names: tuple[str, ...]) -> frozenset[str]:
    """Of `book`, told once: a plan whose dose is dragged is looked through dozens of times."""
    return book().members(names)


def read_book(text: str) -> Book:
    """Return the checked rules and limits of a TOML text; see `book`."""
    table = tomllib.loads(text)
    means = {name: tuple(members) for name, members in table["means"].items()}
    rules = tuple(_read_all(Rule, table["rules"]))
    limits = tuple(_read_all(Limit, table["limits"]))
    everything: list[Rule | Limit] = [*rules, *limits]
    ids = [one.id for one in everything]
    if len(ids) != len(set(ids)):
        raise CatalogueError("interactions: an id is given twice")
    for one in everything:
        _check_named(one, means)
    return Book(MappingProxyType(means), rules, limits)


def _read_all(shape: type[T], tables: list[dict[str, Any]]) -> Iterator[T]:
    for table in tables:
        try:
            yield read_shape(shape, table)
        except ShapeError as error:
            raise CatalogueError(f"{table.get('id')}: {error}") from None


def _check_named(one: Rule | Limit, means: Mapping[str, tuple[str, ...]]) -> None:
    known = {MEANS + name for name in means} | {id_ for ids in means.values() for id_ in ids}
    names = (*one.first, *one.second) if isinstance(one, Rule) else one.of
    for name in names:
        if name not in known:
            raise CatalogueError(f"{one.id}: {name!r} is among no means")


def _over(plan: Plan, given: Sequence[Treatment]) -> Iterator[Interaction]:
    for limit in book().limits:
        total, most = total_within(limit, given), most_of(limit, plan.body_kg)
        above = total > most
        if not above and (not limit.near or total < limit.near * most):
            continue
        counted = _members(limit.of)
        yield Interaction(
            limit.severity if above else "warn",
            Message(
                _TOTALS[above, _weighed(limit, plan)],
                total=total,
                most=most,
                unit=Message(limit.unit),
                what=Message(limit.what),
                weeks=limit.within_weeks,
                body_kg=plan.body_kg or USUAL_KG,
            ),
            limit.source,
            limit.id,
            tuple(dict.fromkeys(one.procedure for one in given if one.procedure in counted)),
        )


def _weighed(limit: Limit, plan: Plan) -> str:
    if not limit.per_kg:
        return "for all"
    return "usual" if plan.body_kg is None else "given"


def _held(rule: Rule, given: Sequence[Treatment]) -> Iterator[Interaction]:
    """Yield the rule once, at its most severe, with all treatments between which it holds."""
    firsts = [one for one in given if one.procedure in _members(rule.first)]
    seconds = [one for one in given if one.procedure in _members(rule.second)]
    severities: set[str] = set()
    concerned: set[str] = set()
    if rule.kind in TIMED or rule.kind == "together":
        for one, two in product(firsts, seconds):
            severity = _between(rule, one, two, given)
            if severity:
                severities.add(severity)
                concerned |= {one.procedure, two.procedure}
    else:
        for one in firsts:
            if not any(_meet(one, two) for two in seconds):
                severities.add(rule.severity)
                concerned.add(one.procedure)
    factor = _factor(rule, firsts, seconds)
    if not severities or (rule.acts_on and factor == 1.0):
        return
    yield Interaction(
        min(severities, key=SEVERITIES.index),
        rule.reason,
        rule.source,
        rule.id,
        tuple(dict.fromkeys(one.procedure for one in given if one.procedure in concerned)),
        factor,
        rule.acts_on,
    )


def _between(rule: Rule, one: Treatment, two: Treatment, given: Sequence[Treatment]) -> str:
    """Return how much the rule minds two treatments, empty if it does not."""
    if one.procedure == two.procedure or not _meet(one, two):
        return ""
    if rule.kind == "together":
        return rule.severity
    if one.week is None or two.week is None:
        return "info"
    later = two.week - one.week
    reversed_that_day = later == 0.0 and given.index(two) < given.index(one)
    if rule.kind == "first_then_second":
        minded = later < rule.weeks or reversed_that_day
    elif rule.kind == "not_soon_after":
        minded = 0.0 <= later < rule.weeks and not reversed_that_day
    else:
        minded = abs(later) < rule.weeks and not (rule.same_day and later == 0.0)
    return rule.severity if minded else ""


def _meet(one: Treatment, two: Treatment) -> bool:
    return bool(set(one.treated_sides) & set(two.treated_sides))


def _factor(rule: Rule, firsts: Sequence[Treatment], seconds: Sequence[Treatment]) -> float:
    """What the seconds leave of the rule's procedure, on every side where it acts.

    In proportion to their dose up to the usual one, so that a trace of the one does not undo the
    other; where one side is spared nothing is taken, for an effect is drawn alike on both.
    """
    strengths = [
        max(
            (min(1.0, two.relative_dose) for two in seconds if side in two.treated_sides), default=0
        )
        for first in firsts
        if first.procedure == rule.acts_on
        for side in first.treated_sides
    ]
    return 1.0 - (1.0 - rule.factor) * min(strengths, default=0.0)
