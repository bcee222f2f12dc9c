"""The plans of a visit: what the widgets say as a plan, a plan as what the widgets say, A, B and C.

A plan that is on lives in the widgets, each under a key of its own; the others are put aside in the
session. `written` and `put` are the only two ways between them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import streamlit as st

from face_mesh.messages import COMMAS, Listed
from simulate import Plan, Procedure, Treatment, procedures
from simulate.catalogue.procedure import AMOUNTS
from simulate.plan.plan import CURRENCY
from simulate.plan.presets import Preset, Step, presets
from simulate.wording.plans import products, treatment_line
from simulate.wording.times import oblique
from ui.planner import dose_scale
from ui.procedures import procedure_info
from ui.state import session
from ui.state.clinic_policy import policy
from ui.state.session import Saved
from ui.state.widget_keys import dose_key
from ui.text import labels
from ui.text.language import N_, Words, plain, say

LETTERS = ("A", "B", "C")
_PAIR = ("left", "right")
EACH = "each"  # a dose of its own on either side, which makes two treatments of one procedure
KEY, LETTER_KEY, NAME_KEY = "preset", "letter", "plan_name"
BODY_KEY, CURRENCY_KEY, NOTES_KEY = "body_kg", "currency", "notes"
CATALOGUE_KEY = "catalogue"  # whether the whole catalogue is unfolded
MOST_NAME = 40
TITLE = N_("{letter}: {name}")
LATER = N_("It is done {time} after the first treatment.")


def side_key(procedure: str) -> str:
    """Return the key of the widget that says on which side a procedure is done."""
    return f"side_{procedure}"


def detail_key(what: str, procedure: str) -> str:
    """Return the key of the widget for the "week", the "cost" or the days "off" of a procedure."""
    return f"{what}_{procedure}"


def side_of(entry: Procedure) -> str:
    """Return the side a procedure is on: "both", "left", "right" or `EACH`."""
    return st.session_state.get(side_key(entry.id)) or entry.sides[0]


def sides_of(entry: Procedure) -> tuple[str, ...]:
    """Return the sides that have a dose of their own."""
    side = side_of(entry)
    return ("left", "right") if side == EACH else (side,)


def written() -> Plan:
    """Return the plan that the widgets say, without what was done by hand in the picture."""
    given = [one for name in session.start().chosen for one in treatments(procedures()[name])]
    values = st.session_state
    currency = values.get(CURRENCY_KEY) or ""
    return Plan(
        tuple(given),
        values.get(BODY_KEY),
        currency if CURRENCY.fullmatch(currency) and currency else policy().currency,
        values.get(NOTES_KEY) or "",
    )


def treatments(entry: Procedure) -> list[Treatment]:
    """Return what the widgets say of one procedure: one treatment, or one for each side."""
    values = st.session_state
    sides = sides_of(entry)
    made = [
        Treatment(
            entry.id,
            float(values.get(dose_key(entry.id, side), entry.usual_dose(side))),
            side,
            week=values.get(detail_key("week", entry.id)),
            clinic_downtime_days=values.get(detail_key("off", entry.id)),
        )
        for side in sides
    ]
    cost = values.get(detail_key("cost", entry.id))
    if cost is None:
        cost = policy().cost(entry.id, amount_of(made))
    return [replace(one, cost=None if cost is None else cost / len(made)) for one in made]


def amount_of(given: Sequence[Treatment]) -> float:
    """Return the dose of the whole face of one procedure: a length is no sum of two sides."""
    whole = given[0].entry.dose.scope == "total" and given[0].entry.dose.unit not in AMOUNTS
    return (max if whole else sum)(one.amount for one in given)


def put(plan: Plan) -> tuple[str, ...]:
    """Let the widgets say a plan, and return the names of procedures that are not offered here.

    To be called before the widgets are drawn, as in a callback. Strokes and spots are not taken:
    they belong to the photo.
    """
    state, values = session.start(), st.session_state
    by_procedure = plan.by_procedure()
    left_out = tuple(procedures()[name].name for name in by_procedure if not policy().offers(name))
    state.chosen = tuple(name for name in by_procedure if policy().offers(name))
    for name in state.chosen:
        _put_treatments(procedures()[name], by_procedure[name])
    values[BODY_KEY], values[NOTES_KEY] = plan.body_kg, plan.notes
    values[CATALOGUE_KEY] = not state.chosen
    values[CURRENCY_KEY] = "" if plan.currency == policy().currency else plan.currency
    return left_out


def _put_treatments(entry: Procedure, given: Sequence[Treatment]) -> None:
    values, state = st.session_state, session.start()
    side = given[0].side if len(given) == 1 else EACH
    if len(entry.sides) > 1:
        values[side_key(entry.id)] = state.sides[entry.id] = side
    for one in given:
        limit = dose_scale.dose_limit(entry, one.side)
        values[dose_key(entry.id, one.side)] = min(one.dose, limit)
    values[detail_key("week", entry.id)] = given[0].week
    values[detail_key("off", entry.id)] = given[0].clinic_downtime_days
    costs = [one.cost for one in given if one.cost is not None]
    listed = policy().cost(entry.id, amount_of(given))
    asked = sum(costs) if costs else None
    values[detail_key("cost", entry.id)] = None if asked == listed else asked


def add(names: Iterable[str]) -> None:
    """Put procedures at the end of the plan that are not in it yet."""
    state = session.start()
    state.chosen = tuple(dict.fromkeys((*state.chosen, *names)))


def remove(name: str) -> None:
    """Take a procedure out of the plan; its dose is kept should it come back."""
    state = session.start()
    state.chosen = tuple(one for one in state.chosen if one != name)


def move_dose(entry: Procedure) -> None:
    """Take the dose over to another side, as far as that side allows.

    A total is halved for two sides of their own, and added up again. Written even if it stays: the
    browser recalls what was last set on a scale it has seen before.
    """
    state, values = session.start(), st.session_state
    side, before = side_of(entry), state.sides.get(entry.id, entry.sides[0])
    state.sides[entry.id] = side
    halves = entry.dose.scope == "total" and entry.dose.unit in AMOUNTS
    sides = ("left", "right") if before == EACH else (before,)
    doses = [float(values.get(dose_key(entry.id, s), entry.usual_dose(s))) for s in sides]
    if side == EACH:
        wanted = {s: doses[0] / (2.0 if halves and before == "both" else 1.0) for s in _PAIR}
    elif before == EACH:
        both = sum(doses) if halves else max(doses)
        wanted = {side: both if side == "both" else doses[_PAIR.index(side)]}
    else:
        wanted = {side: doses[0]}
    for one, dose in wanted.items():
        steps = round(min(dose, dose_scale.dose_limit(entry, one)) / entry.dose.step)
        values[dose_key(entry.id, one)] = round(steps * entry.dose.step, 6)


def remember(plan: Plan) -> None:
    """Put the plan that is on aside as well, so that it is there when another one is on."""
    state = session.start()
    name = (st.session_state.get(NAME_KEY) or "").strip()
    if plan.treatments or name or plan.notes:
        state.plans[state.letter] = Saved(name, plan)
    else:
        state.plans.pop(state.letter, None)


def title(letter: str) -> Words:
    """Return what a plan is called: its letter, and its name if it has one."""
    return say(TITLE, **_named(letter)) if _name(letter) else Words(letter)


def plain_title(letter: str) -> str:
    """Return the same for what takes no Markdown: pictures and the report."""
    return plain(TITLE, **_named(letter)) if _name(letter) else letter


def _named(letter: str) -> dict[str, str]:
    return {"letter": letter, "name": _name(letter)}


def _name(letter: str) -> str:
    return session.start().plans.get(letter, Saved()).name


def filled() -> tuple[str, ...]:
    """Return the letters of the plans in which something is planned."""
    made = session.start().plans
    return tuple(one for one in LETTERS if one in made and made[one].plan.treatments)


def switch() -> None:
    """Put the plan that is on aside and take the one whose letter was chosen."""
    go_to(st.session_state[LETTER_KEY])


def copy_to(letter: str) -> None:
    """Put a copy of the plan that is on under another letter, and go on with the copy."""
    session.start().plans[letter] = Saved("", written())
    go_to(letter)


def clear() -> None:
    """Empty the plan that is on."""
    put(Plan())
    st.session_state[NAME_KEY] = ""
    st.session_state[KEY] = None
    session.start().plans.pop(session.start().letter, None)


def go_to(letter: str) -> None:
    """Put the plan that is on aside and take the one of a letter."""
    state = session.start()
    remember(written())
    state.letter = st.session_state[LETTER_KEY] = letter
    saved = state.plans.get(letter, Saved())
    put(saved.plan)
    st.session_state[NAME_KEY] = saved.name
    st.session_state[KEY] = None


def choose() -> None:
    """Draw which plan is on, and what can be done with it as a whole."""
    state, values = session.start(), st.session_state
    values[LETTER_KEY] = state.letter
    titles = {letter: title(letter) for letter in LETTERS}
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        st.segmented_control(
            say("Plan"),
            LETTERS,
            required=True,
            format_func=titles.__getitem__,
            key=LETTER_KEY,
            on_change=switch,
        )
        # Another key is another menu, and a new one is shut: as after a copy, or once it is empty.
        menu = f"plan_menu_{state.letter}_{bool(state.chosen)}"
        with st.popover(say("This plan"), icon=":material/more_horiz:", key=menu):
            _manage()
            if state.chosen:
                _choose_preset()
        if len(filled()) > 1 and not state.comparing:
            st.button(
                say("Compare plans"),
                key="compare",
                icon=":material/view_column:",
                on_click=compare,
                args=(True,),
            )
        st.button(
            say("Present"),
            key="present",
            icon=":material/slideshow:",
            on_click=present,
            args=(True,),
            help=say("Shows the picture and the plan alone, in large type."),
        )
    with st.container():  # also when it is empty, so that what follows is not drawn anew
        if not state.chosen:
            _choose_preset()
        chosen = _chosen()
        if chosen:
            st.markdown(say(chosen.summary))
            with st.expander(say("About this plan"), icon=":material/menu_book:"):
                _explain(chosen)


def _manage() -> None:
    state = session.start()
    st.text_input(
        say("Name of this plan"), key=NAME_KEY, max_chars=MOST_NAME, persist_state="session"
    )
    with st.container(horizontal=True, gap="small"):
        for letter in LETTERS:
            if letter != state.letter:
                st.button(
                    say("Copy to {letter}", letter=letter),
                    key=f"copy_to_{letter}",
                    icon=":material/content_copy:",
                    on_click=copy_to,
                    args=(letter,),
                )
        st.button(say("Clear"), key="clear_plan", icon=":material/delete_sweep:", on_click=clear)


def compare(wanted: bool) -> None:
    """Begin or end showing the plans beside each other."""
    session.start().comparing = wanted


def present(wanted: bool) -> None:
    """Begin or end showing the picture by itself."""
    session.start().presenting = wanted


def _choose_preset() -> None:
    offered = [name for name, one in presets().items() if policy().offers_plan(one)]
    if not offered:
        return
    st.selectbox(
        say("Start from a plan"),
        offered,
        index=None,
        format_func=_offered,
        placeholder=say("Choose one, or pick procedures yourself"),
        key=KEY,
        on_change=_take,
        persist_state="session",
        help=say(
            "Sets procedures and doses, which you can change afterwards. A plan is a starting "
            "point for a talk with a doctor, and no advice."
        ),
    )


def _offered(name: str) -> str:
    """A plan that comes with the program: its name, how much in all, and what is done."""
    preset = presets()[name]
    return plain(
        "{name} ({amounts}): {procedures}",
        name=plain(preset.name),
        procedures=Listed([procedures()[one].name for one in preset.plan.by_procedure()], COMMAS),
        amounts=Listed(products(preset.plan), COMMAS),
    )


def _chosen() -> Preset | None:
    name = st.session_state.get(KEY)
    return presets()[name] if name else None


def _take() -> None:
    """Put the plan in the place of what was chosen; nothing chosen leaves it as it is."""
    chosen, now = _chosen(), written()
    if chosen is not None:
        put(replace(now, treatments=chosen.plan.treatments))


def _explain(chosen: Preset) -> None:
    with st.container(key=f"facts_{chosen.id}", gap="small"):
        sections: dict[str, Sequence[str]] = {
            say("Who it suits less"): [labels.suits_less(one) for one in chosen.suits_less],
            say("Doses"): [_step(one) for one in chosen.treatments],
        }
        procedure_info.draw(sections.items())


def _step(one: Step) -> str:
    told = [say(treatment_line([Treatment(one.procedure, one.dose, one.side)]))]
    if one.week:
        told.append(say(LATER, time=oblique(7.0 * one.week)))
    return " ".join([*told, labels.sourced(one.derivation, one.source)])
