"""Which plan is on, what can be done with it as a whole, and the plans to start from."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from face_mesh.messages import COMMAS, MessageList
from simulate import Treatment, procedures
from simulate.plan.presets import Preset, Step, presets
from simulate.wording.plans import products, treatment_line
from simulate.wording.times import oblique
from ui.procedures import procedure_info
from ui.state import plan_state, session, steps
from ui.state.clinic_policy import policy
from ui.state.plan_book import LETTERS
from ui.state.step import Step as VisitStep
from ui.state.widget_keys import LETTER_KEY, NAME_KEY, PRESET_KEY, seed
from ui.text import labels
from ui.text.language import N_, plain, translate

MOST_NAME = 40
LATER = N_("It is done {time} after the first treatment.")


def choose() -> None:
    """Draw which plan is on, and what can be done with it as a whole."""
    state = session.start()
    titles = {letter: plan_state.title(letter) for letter in LETTERS}
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        st.segmented_control(
            translate("Plan"),
            LETTERS,
            default=state.letter,
            required=True,
            format_func=titles.__getitem__,
            key=seed(LETTER_KEY, state.letter),
            on_change=_switch,
        )
        # Another key is another menu, and a new one is shut: as after a copy, or once it is empty.
        menu = f"plan_menu_{state.letter}_{bool(state.chosen)}"
        with st.popover(translate("This plan"), icon=":material/more_horiz:", key=menu):
            _manage()
            if state.chosen:
                _choose_preset()
        if len(plan_state.letters_in_use()) > 1 and state.step != VisitStep.COMPARISON:
            st.button(
                translate("Compare plans"),
                key="compare",
                icon=":material/view_column:",
                on_click=compare,
                args=(True,),
            )
        st.button(
            translate("Present"),
            key="present",
            icon=":material/slideshow:",
            on_click=present,
            args=(True,),
            help=translate("Shows the picture and the plan alone, in large type."),
        )
    with st.container():  # also when it is empty, so that what follows is not drawn anew
        if not state.chosen:
            _choose_preset()
        chosen = _chosen()
        if chosen:
            st.markdown(translate(chosen.summary))
            with st.expander(translate("About this plan"), icon=":material/menu_book:"):
                _explain(chosen)


def _manage() -> None:
    state = session.start()
    st.text_input(
        translate("Name of this plan"),
        value=plan_state.draft().name,
        key=seed(NAME_KEY, plan_state.draft().name, str.strip),
        max_chars=MOST_NAME,
        on_change=_rename,
        args=(state.letter,),
    )
    with st.container(horizontal=True, gap="small"):
        for letter in LETTERS:
            if letter != state.letter:
                st.button(
                    translate("Copy to {letter}", letter=letter),
                    key=f"copy_to_{letter}",
                    icon=":material/content_copy:",
                    on_click=plan_state.copy_to,
                    args=(letter,),
                )
        st.button(
            translate("Clear"),
            key="clear_plan",
            icon=":material/delete_sweep:",
            on_click=plan_state.clear,
        )


def _rename(letter: str) -> None:
    plan_state.set_name(letter, st.session_state[NAME_KEY])


def _switch() -> None:
    letter = st.session_state[LETTER_KEY]
    if letter:  # "required" binds the page alone, not what is sent
        plan_state.go_to(letter)


def compare(wanted: bool) -> None:
    """Begin or end showing the plans beside each other."""
    session.start().enter(VisitStep.COMPARISON if wanted else VisitStep.PREVIEW)


def present(wanted: bool) -> None:
    """Begin or end showing the picture by itself."""
    state = session.start()
    state.enter(VisitStep.PRESENTATION if wanted else steps.after_photos(state))


def _choose_preset() -> None:
    offered = [name for name, one in presets().items() if policy().offers_plan(one)]
    if not offered:
        return
    begun = plan_state.draft().preset
    st.selectbox(
        translate("Start from a plan"),
        offered,
        index=None,
        format_func=_offered,
        placeholder=translate("Choose one, or pick procedures yourself"),
        key=seed(PRESET_KEY, begun if begun in offered else None),
        on_change=_take,
        help=translate(
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
        procedures=MessageList(
            [procedures()[one].name for one in preset.plan.by_procedure()], COMMAS
        ),
        amounts=MessageList(products(preset.plan), COMMAS),
    )


def _chosen() -> Preset | None:
    name = plan_state.draft().preset
    return presets()[name] if name else None


def _take() -> None:
    plan_state.put_preset(st.session_state[PRESET_KEY] or "")


def _explain(chosen: Preset) -> None:
    with st.container(key=f"facts_{chosen.id}", gap="small"):
        sections: dict[str, Sequence[str]] = {
            translate("Who it suits less"): [labels.suits_less(one) for one in chosen.suits_less],
            translate("Doses"): [_step(step) for step in chosen.treatments],
        }
        procedure_info.draw(sections.items())


def _step(one: Step) -> str:
    told = [translate(treatment_line([Treatment(one.procedure, one.dose, one.side)]))]
    if one.week:
        told.append(translate(LATER, time=oblique(7.0 * one.week)))
    return " ".join([*told, labels.with_source(one.derivation, one.source)])
