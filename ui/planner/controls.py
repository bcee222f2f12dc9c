"""Choosing procedures, doses and conditions. Nothing chosen here is written into the address."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from face_mesh import Face
from simulate import Plan, Procedure, procedures
from simulate.plan.conditions import Conditions
from simulate.wording.procedures import AREAS, means
from simulate.wording.times import moment_title
from ui.compute import faces
from ui.planner import (
    clinic_notes,
    dose_scale,
    phototype,
    plan_menu,
    retouch,
    skin_engine,
    totals,
    undo_buttons,
)
from ui.procedures import expected_changes, procedure_info
from ui.state import plan_book, plan_state, session
from ui.state.choice import Choice, picture_plan
from ui.state.clinic_policy import policy
from ui.state.widget_keys import CATALOGUE_KEY, RESPONDER_KEY, dose_key, seed, side_key
from ui.text import labels, language
from ui.text.language import N_, translate

ADD_KEY, AREA_KEY = "add", "area"
FULL_EFFECT = N_(
    "The full effect, once swelling and healing are over. How long it lasts is with each procedure."
)
MOST_EXPECTED = 3  # lines for patients, whose table is farther down
SIDES = {
    "both": N_("Both sides"),
    "left": N_("Left"),
    "right": N_("Right"),
    plan_book.EACH: N_("Each side"),
}
RESPONDERS = {  # short, as they stand in a row of choices
    "low": N_("Weak response"),
    "expected": N_("Expected"),
    "high": N_("Strong response"),
}
LOOKS = {session.FULLEST: N_("Settled"), session.DAY: N_("On a day")}
LIKELY = "likely"
REACTIONS = {
    LIKELY: N_("What most have"),
    "all": N_("All that can come"),
    "none": N_("None"),
}
REACTIONS_SAID = {
    LIKELY: N_(
        "Swelling, bruises and redness are drawn where at least half of the people studied had "
        "them. Yours may be more or less."
    ),
    "all": N_(
        "All swelling, bruises and redness that people were seen to have are drawn together. "
        "Few people have them all."
    ),
    "none": N_("Swelling, bruises and redness are left out; on this day you may have some."),
}


def is_expert() -> bool:
    """Return whether all there is to say is shown: to consultants."""
    return session.start().way == session.CONSULTANT


def choose(face: Face, near: DeltaGenerator) -> Choice | None:
    """Draw the controls and return what is chosen, None if no procedure is.

    Args:
        face: at the photo's own size.
        near: close to the picture, for the time and the totals.
    """
    state = session.start()
    if is_expert():
        plan_menu.choose()
    undo_buttons.draw()
    if is_expert() or state.everything or not policy().concerns:
        _choose_procedures()
    small = faces.preview(face.key, face)[0]
    with st.container():
        for name in state.chosen:
            _choose_dose(procedures()[name], small)
    plan = plan_state.plan()
    if not plan.treatments:
        st.caption(translate("Pick one or several; the dose of each can be changed."))
        if is_expert():
            clinic_notes.of_plan()
        return None
    responder = _choose_responder()
    said = phototype.choose(plan)
    totals.explain(plan)
    if is_expert():
        clinic_notes.of_plan()
    with near:
        if is_expert():
            totals.show(plan)
        when, reactions = _choose_time()
        retouch.say_what_does_not_fit(list(plan.treatments))
    engine, sample = skin_engine.choose(plan)
    return choice_of(plan, small, Conditions(when, responder, sample, engine, reactions, said))


def choice_of(plan: Plan, small: Face, conditions: Conditions) -> Choice:
    """Return the choice of a plan, with what was done by hand in the picture.

    Args:
        plan: as the widgets say it.
        small: the face at preview size.
        conditions: for when and for whom, and how skin is painted.
    """
    given = list(plan.treatments)
    noted = replace(plan, treatments=tuple(retouch.with_edits(given, small)))
    picks_moles = any(map(retouch.picks, given))
    return Choice(picture_plan(noted), conditions, picks_moles, noted)


def _choose_procedures() -> None:
    """Draw the whole catalogue: to search in, and by area."""
    offered = [procedure for procedure in procedures().values() if policy().offers(procedure.id)]
    st.selectbox(
        translate("Search and add a procedure"),
        [one.id for one in offered],
        index=None,
        format_func=_searched,
        placeholder=translate("For example: lips, filler, lid surgery"),
        key=ADD_KEY,
        on_change=_add,
    )
    if CATALOGUE_KEY not in st.session_state:
        st.session_state[CATALOGUE_KEY] = not session.start().chosen
    unfolded = st.expander(
        translate("All procedures by area"),
        key=CATALOGUE_KEY,
        icon=":material/apps:",
        on_change="rerun",
    )
    if unfolded.open:
        with unfolded:
            _choose_by_area(offered)
            procedure_info.withheld()


def _choose_by_area(offered: list[Procedure]) -> None:
    by_area = {area: [one for one in offered if one.area == area] for area in AREAS}
    areas = {area: _area(area) for area, entries in by_area.items() if entries}
    kept = st.session_state.get(AREA_KEY, next(iter(areas)))
    shown = st.pills(
        translate("Area"),
        list(areas),
        default=kept if kept in areas else None,
        format_func=areas.__getitem__,
        key=AREA_KEY,
        persist_state="session",
        wrap=True,
    )
    if shown in by_area:
        with st.container(horizontal=True, gap="xsmall", key="of_area"):
            for entry in by_area[shown]:
                _draw_toggle(entry)


def _draw_toggle(entry: Procedure) -> None:
    """Draw a button that takes a procedure into the plan or out of it.

    No pill, which would send its old state along with the next click while the page is still
    drawn, and so take out again what was just put in by another way.
    """
    on = entry.id in session.start().chosen
    st.button(
        translate(entry.name),
        key=f"toggle_{entry.id}",
        icon=":material/check:" if on else ":material/add:",
        type="primary" if on else "secondary",
        on_click=_toggle,
        args=(entry.id,),
    )


def _searched(name: str) -> str:
    """A procedure as it is searched for: its name, its area, what it is done with."""
    entry = procedures()[name]
    return f"{translate(entry.name)} · {translate(AREAS[entry.area])} · {translate(means(name))}"


def _area(name: str) -> str:
    """An area, and how many procedures in it are on."""
    count = sum(procedures()[one].area == name for one in session.start().chosen)
    return f"{translate(AREAS[name])} · {count}" if count else translate(AREAS[name])


def _add() -> None:
    added = st.session_state[ADD_KEY]
    if added:
        plan_state.add([added])
        st.session_state[AREA_KEY] = procedures()[added].area
        st.session_state[CATALOGUE_KEY] = False
    st.session_state[ADD_KEY] = None


def _toggle(name: str) -> None:
    if name in session.start().chosen:
        plan_state.remove(name)
    else:
        plan_state.add([name])


def _choose_dose(entry: Procedure, small: Face) -> None:
    """Draw one procedure of the plan: its doses, and what there is to know."""
    with st.container(border=True, gap="xsmall", key=f"card_{entry.id}"):
        above = st.container(gap="xsmall")  # the sliders are drawn last: their scale depends
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            if len(entry.sides) > 1 and (is_expert() or plan_state.sides_of(entry) != ("both",)):
                _choose_side(entry)
            st.button(
                translate("Remove"),
                key=f"remove_{entry.id}",
                icon=":material/close:",
                type="tertiary",
                help=translate("Takes {name!l} out of the plan.", name=translate(entry.name)),
                on_click=plan_state.remove,
                args=(entry.id,),
            )
        with above:
            for side in plan_state.sides_of(entry):
                _draw_slider(entry, side)
        _say_what_matters(entry, small)


def _draw_slider(entry: Procedure, side: str) -> None:
    """Draw the slider of a dose, with a mark at the usual one."""
    (dose,) = (one.dose for one in plan_state.group_of(entry) if one.side == side)
    key, most = seed(dose_key(entry.id, side), dose), plan_book.dose_limit(entry, side)
    with st.container(key=f"scale_{entry.id}_{side}"):
        st.slider(
            dose_scale.dose_label(entry, side, dose),
            min_value=0.0,
            max_value=most,
            value=float(dose),
            step=entry.dose.step,
            format=dose_scale.dose_format(entry),
            key=key,
            on_change=_set_dose,
            args=(session.start().letter, entry.id, side),
        )
        share = entry.usual_dose(side) / most
        st.html(f'<span class="usual" aria-hidden="true" style="--at: {share:.4f}"></span>')


def _set_dose(letter: str, procedure: str, side: str) -> None:
    plan_state.set_dose(letter, procedure, side, st.session_state[dose_key(procedure, side)])


def _choose_side(entry: Procedure) -> None:
    side = plan_book.side_of(plan_state.group_of(entry))
    st.segmented_control(
        translate("{name}: side (the patient's left and right)", name=translate(entry.name))
        if is_expert()
        else translate("{name}: side (your own left and right)", name=translate(entry.name)),
        [*entry.sides, plan_book.EACH],
        default=side,
        required=True,
        format_func=lambda one: translate(SIDES[one]),
        key=seed(side_key(entry.id), side),
        on_change=_set_side,
        args=(session.start().letter, entry.id),
        label_visibility="collapsed",
        wrap=True,
    )


def _set_side(letter: str, procedure: str) -> None:
    side = st.session_state[side_key(procedure)]
    if side:  # "required" binds the page alone, not what is sent
        plan_state.set_side(letter, procedure, side)


def _say_what_matters(entry: Procedure, small: Face) -> None:
    """Draw what to take care of in the open, and the rest to be unfolded."""
    if any(map(retouch.picks, plan_state.treatments(entry))):
        _ask_for_moles(entry, small)
    else:
        with st.container(key=f"caution_{entry.id}"):
            st.markdown(f":orange[{labels.ICONS['warn']}] :small[{translate(entry.cautions[0])}]")
    if is_expert():
        more = translate("Week, cost, range and sources")
    else:
        change = expected_changes.expected_change(list(plan_state.treatments(entry)), small)
        if change:
            lines = "".join(f"\n- :small[{line}]" for line in change[:MOST_EXPECTED])
            st.markdown(f":small[{translate(expected_changes.SETTLED)}]\n{lines}")
        st.caption(procedure_info.short(entry))
        more = translate("What to know, range and sources")
    with st.expander(more, icon=":material/menu_book:", type="compact"):
        if is_expert():
            amount = plan_book.amount_of(plan_state.treatments(entry))
            clinic_notes.of_treatment(entry, policy().cost(entry.id, amount))
        procedure_info.explain(entry)


def _ask_for_moles(entry: Procedure, small: Face) -> None:
    """Say what to pick, what of it was no mole, and above all who has to look at it first."""
    st.warning(translate(entry.cautions[0]), icon=labels.ICONS["warn"])
    spots, missed = session.start().edits.spots, retouch.misses(small)
    st.markdown(_picked(len(spots) - len(missed)))
    if missed:
        st.markdown(f":orange[{labels.ICONS['warn']}] {_missed(len(missed))}")


def _picked(count: int) -> str:
    """What to do about moles, or how many are picked."""
    if not count:
        said = translate("Tap the moles you would like to see removed.")
    elif count == 1:
        said = translate("1 mole picked. Tap it again to keep it.")
    else:
        said = translate("{count} moles picked. Tap one again to keep it.", count=count)
    return f"{labels.ICONS['pick']} {said}"


def _missed(count: int) -> str:
    """That nothing is found at some of the places picked."""
    return translate(
        "Nothing dark is found at one of the places you tapped, so nothing is removed there. Tap "
        "the middle of the mole, closer up."
        if count == 1
        else "Nothing dark is found at {count} of the places you tapped, so nothing is removed "
        "there. Tap the middle of the mole, closer up.",
        count=count,
    )


def _choose_responder() -> str:
    return st.segmented_control(
        translate("Response to the treatment")
        if is_expert()
        else translate("How strongly you respond"),
        list(RESPONDERS),
        required=True,
        default="expected",
        format_func=lambda name: translate(RESPONDERS[name]),
        key=RESPONDER_KEY,
        persist_state="session",
        help=translate(
            "The same dose does more in some people than in others: about two of three people "
            "fall between weak and strong. Look at both before you decide."
        ),
    )


def _choose_time() -> tuple[str | None, str]:
    """Draw the time after treatment and, on a day, which reactions are shown; return both.

    Either way it takes the same room, so that the picture below stays where it is.
    """
    time = None
    with st.container(key="time", gap="xsmall"):
        with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
            on_a_day = _choose_look() == session.DAY
            reactions = _choose_reactions(on_a_day)
        with st.container(key="time_row"):
            if on_a_day:
                time = _choose_day()
            else:
                st.caption(translate(FULL_EFFECT))
    return time, reactions


def _choose_look() -> str:
    key = session.LOOK_KEY
    look = st.segmented_control(
        translate("When to look"),
        list(LOOKS),
        required=True,
        default=st.session_state.get(key) or session.FULLEST,  # see `widget_keys.seed`
        format_func=lambda name: translate(LOOKS[name]),
        key=key,
        persist_state="session",
        help=translate(
            "Settled shows the full effect of every treatment, even if they get there at "
            "different times. How long each one lasts is with its range and sources."
        ),
    )
    return look or session.FULLEST


def _choose_day() -> str:
    _keep_time()
    return st.select_slider(
        translate("When to look"),
        session.DAYS,
        value=st.session_state.get(session.WHEN_KEY) or session.DAYS[0],  # see `widget_keys.seed`
        format_func=lambda name: translate(moment_title(name)),
        key=session.WHEN_KEY,
        persist_state="session",
        label_visibility="collapsed",
    )


def _keep_time() -> None:
    """Write the day anew once the language has changed: for a browser it is another scale."""
    values, spoken = st.session_state, language.current()
    if values.get(session.SPOKEN_KEY, spoken) != spoken and session.WHEN_KEY in values:
        values[session.WHEN_KEY] = values[session.WHEN_KEY]
    values[session.SPOKEN_KEY] = spoken


def _choose_reactions(on_a_day: bool) -> str:
    """Draw which reactions are shown; there are none to choose from in the settled result."""
    asked = st.popover(
        translate("Swelling and bruises"), key="reactions_menu", disabled=not on_a_day
    )
    if not on_a_day:
        return LIKELY
    with asked:
        shown = st.segmented_control(
            translate("Swelling, bruises and redness"),
            list(REACTIONS),
            required=True,
            default=LIKELY,
            format_func=lambda name: translate(REACTIONS[name]),
            key="reactions",
            persist_state="session",
            wrap=True,
        )
        st.caption(translate(REACTIONS_SAID[shown]))
    return shown
