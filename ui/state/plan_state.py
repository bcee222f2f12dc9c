"""The plans of the visit: what is read of them on the page, and every edit of them.

The session's history holds the truth; widgets show it and say what is to be changed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

import streamlit as st

from simulate.catalogue.loader import procedures
from simulate.catalogue.procedure import Procedure
from simulate.plan.plan import CURRENCY, Plan, Treatment
from simulate.plan.presets import presets
from ui.state import plan_book, session
from ui.state.clinic_policy import policy
from ui.state.history import History
from ui.state.plan_book import EACH, LETTERS, PAIR, Draft, Group, PlanBook
from ui.state.widget_keys import CATALOGUE_KEY, CURRENCY_KEY
from ui.text.language import N_, Words, plain, translate

TITLE = N_("{letter}: {name}")


def plan(letter: str = "") -> Plan:
    """Return a plan with the prices of the clinic, without what was done by hand in the picture.

    Args:
        letter: of the plan; without it, of the one that is on.
    """
    given = session.start().book.draft(letter).plan
    groups = given.by_procedure().items()
    priced = [one for name, group in groups if policy().offers(name) for one in _priced(group)]
    currency = given.currency or policy().currency
    return replace(given, treatments=tuple(priced), currency=currency)


def treatments(entry: Procedure) -> Group:
    """Return what is done of one procedure, with its price; the usual dose if it is not chosen."""
    return _priced(group_of(entry))


def group_of(entry: Procedure) -> Group:
    """Return what was chosen of one procedure; the usual dose if it is not chosen."""
    return draft().plan.by_procedure().get(entry.id) or plan_book.usual(entry)


def _priced(group: Group) -> Group:
    if plan_book.cost_of(group) is not None:
        return group
    return plan_book.with_cost(group, _listed(group))


def _listed(group: Group) -> float | None:
    """What the price list of the clinic asks for a procedure; None where it says nothing."""
    return policy().cost(group[0].procedure, plan_book.amount_of(group))


def draft() -> Draft:
    """Return the plan that is on as it was chosen."""
    return session.start().book.draft()


def sides_of(entry: Procedure) -> tuple[str, ...]:
    """Return the sides that have a dose of their own."""
    side = plan_book.side_of(group_of(entry))
    return PAIR if side == EACH else (side,)


def letters_in_use() -> tuple[str, ...]:
    """Return the letters of the plans in which something is planned."""
    drafts = session.start().plans
    return tuple(
        letter for letter in LETTERS if letter in drafts and drafts[letter].plan.treatments
    )


def title(letter: str) -> Words:
    """Return what a plan is called: its letter, and its name if it has one."""
    return translate(TITLE, **_named(letter)) if _name(letter) else Words(letter)


def plain_title(letter: str) -> str:
    """Return the same for what takes no Markdown: pictures and the report."""
    return plain(TITLE, **_named(letter)) if _name(letter) else letter


def _named(letter: str) -> dict[str, str]:
    return {"letter": letter, "name": _name(letter)}


def _name(letter: str) -> str:
    return session.start().book.draft(letter).name


def edit(change: Callable[[PlanBook], PlanBook]) -> None:
    """Change the plans, in a way that can be taken back."""
    _step(lambda history: history.edit(change(history.book)))


def _step(to: Callable[[History], History]) -> None:
    """Go on or back in the history: the one place that every change of a plan passes."""
    state = session.start()
    state.history = to(state.history)


def put(given: Plan, preset: str = "") -> tuple[str, ...]:
    """Put a plan in the place of the one that is on; return the names of what is not offered here.

    Strokes and spots are not taken: they belong to the photo.

    Args:
        given: the plan.
        preset: the plan of the program that it is, empty for none.
    """
    groups = given.by_procedure()
    offered = [_unlisted(group) for name, group in groups.items() if policy().offers(name)]
    currency = "" if given.currency == policy().currency else given.currency
    new = replace(given, treatments=tuple(t for group in offered for t in group), currency=currency)
    edit(lambda book: book.with_draft(replace(book.draft(), plan=new, preset=preset)))
    _turn_page()
    return tuple(procedures()[name].name for name in groups if not policy().offers(name))


def _unlisted(group: Group) -> Group:
    """Return a procedure without a cost that is that of the price list, and so follows the dose."""
    group = plan_book.dial_setting(group)
    return plan_book.with_cost(group, None) if plan_book.cost_of(group) == _listed(group) else group


def put_preset(name: str) -> None:
    """Take the treatments of a plan of the program; no name leaves what is chosen as it is."""
    if name:
        put(replace(draft().plan, treatments=presets()[name].plan.treatments), name)
    else:
        edit(lambda book: book.with_draft(replace(book.draft(), preset="")))


def add(names: Iterable[str]) -> None:
    """Put procedures at the end of the plan that are not in it yet."""
    edit(lambda book: book.with_procedures(names))


def remove(name: str) -> None:
    """Take a procedure out of the plan; its dose is kept should it come back."""
    edit(lambda book: book.without([name]))


def remove_all() -> None:
    """Take all procedures out of the plan."""
    edit(lambda book: book.without(book.draft().plan.by_procedure()))


def replace_all(name: str) -> None:
    """Plan one procedure alone, which makes it no plan of the program any more."""

    def alone(book: PlanBook) -> PlanBook:
        book = book.without(book.draft().plan.by_procedure()).with_procedures([name])
        return book.with_draft(replace(book.draft(), preset=""))

    edit(alone)


def set_dose(letter: str, procedure: str, side: str, dose: float) -> None:
    """Change the dose of a procedure on a side."""
    _edit_group(letter, procedure, lambda group: plan_book.with_dose(group, side, dose))


def set_side(letter: str, procedure: str, side: str) -> None:
    """Do a procedure on another side, with the dose it has."""
    _edit_group(letter, procedure, lambda group: plan_book.on_side(group, side))


def set_cost(letter: str, procedure: str, cost: float | None) -> None:
    """Change what a procedure costs in all; None is what the price list asks, if there is one."""
    _edit_group(letter, procedure, lambda group: plan_book.with_cost(group, cost))


def set_week(letter: str, procedure: str, week: float | None) -> None:
    """Change when a procedure is done, in weeks after the first one; None is not said."""
    _edit_treatments(letter, procedure, lambda one: replace(one, week=week))


def set_days_off(letter: str, procedure: str, days: float | None) -> None:
    """Change what the clinic says of the days off; None is not said."""
    _edit_treatments(letter, procedure, lambda one: replace(one, clinic_downtime_days=days))


def _edit_treatments(letter: str, procedure: str, change: Callable[[Treatment], Treatment]) -> None:
    _edit_group(letter, procedure, lambda group: tuple(map(change, group)))


def _edit_group(letter: str, procedure: str, change: Callable[[Group], Group]) -> None:
    """Change what is done of a procedure; one that is not in the plan any more is left alone."""
    group = session.start().book.draft(letter).plan.by_procedure().get(procedure)
    if group:
        edit(lambda book: book.with_group(change(group), letter))


def set_body(letter: str, body_kg: float | None) -> None:
    """Change what the patient weighs; None is not said."""
    _edit_plan(letter, lambda given: replace(given, body_kg=body_kg))


def set_notes(letter: str, notes: str) -> None:
    """Change the notes of a plan."""
    _edit_plan(letter, lambda given: replace(given, notes=notes))


def set_currency(letter: str, text: str) -> None:
    """Change the currency of a plan; what is none is the price list's."""
    _edit_plan(letter, lambda given: replace(given, currency=currency_of(text)))


def currency_of(text: str) -> str:
    """Return the currency that somebody typed; empty if it is none."""
    return text if CURRENCY.fullmatch(text) else ""


def _edit_plan(letter: str, change: Callable[[Plan], Plan]) -> None:
    edit(lambda book: book.with_plan(change(book.draft(letter).plan), letter))


def set_name(letter: str, name: str) -> None:
    """Change what a plan is called."""
    edit(lambda book: book.with_draft(replace(book.draft(letter), name=name.strip()), letter))


def copy_to(letter: str) -> None:
    """Put a copy of the plan that is on under another letter, and go on with the copy."""
    copy = Draft(plan=draft().plan)
    edit(lambda book: replace(book.with_draft(copy, letter), letter=letter))
    _turn_page()


def clear() -> None:
    """Empty the plan that is on."""
    edit(lambda book: book.with_draft(Draft()))
    _turn_page()


def go_to(letter: str) -> None:
    """Go on with the plan of a letter."""
    edit(lambda book: replace(book, letter=letter))
    _turn_page()


def undo() -> None:
    """Take back the last edit, if there is one."""
    _step(History.undo)
    _forget_mistyped()


def redo() -> None:
    """Do the edit again that was taken back last, if there is one."""
    _step(History.redo)
    _forget_mistyped()


def _turn_page() -> None:
    """Let what unfolds and what was mistyped begin anew with the plan that is on."""
    st.session_state[CATALOGUE_KEY] = not session.start().chosen
    _forget_mistyped()


def _forget_mistyped() -> None:
    st.session_state.pop(CURRENCY_KEY, None)  # in the plan there is only what is a currency
