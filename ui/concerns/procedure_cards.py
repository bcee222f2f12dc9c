"""From what a patient came with to the procedures that act on it.

Where on the face is asked first, so that nobody has to read through what others see in theirs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial

import streamlit as st

from face_mesh import Face
from face_mesh.messages import AND, COMMAS, Message, MessageList
from simulate import Procedure, Treatment, procedures
from simulate.wording.doses import dose as dose_words
from simulate.wording.procedures import means
from ui.compute import faces
from ui.concerns import concerns, search
from ui.concerns.concerns import Candidate, Concern
from ui.concerns.search import SearchResult
from ui.procedures import expected_changes, procedure_info
from ui.procedures.expected_changes import PhotoEffect
from ui.results import view_switch
from ui.state import plan_state, session
from ui.state.step import Step
from ui.text.language import translate

SEARCH_KEY, AREA_KEY = "find_concern", "concern_area"


def choose() -> None:
    """Draw the search, the areas, and the concerns to choose from."""
    offered = concerns.concerns()
    text = st.text_input(
        translate("Search in your own words"),
        key=SEARCH_KEY,
        placeholder=translate("For example: nose, tired, without needles"),
        icon=":material/search:",
        persist_state="session",
    )
    found = search.search(text)
    # In the place of what is found there is something at all times: what follows stays as it is.
    with st.container(key="found", gap="xsmall"):
        if text.strip():
            _say_how_well(found)
        _draw(found.concerns)
    all_areas = {one.id: translate(one.name) for one in concerns.areas()}
    area = st.pills(
        translate("Or where on your face?"),
        [one for one in all_areas if any(concern.area == one for concern in offered)],
        format_func=all_areas.__getitem__,
        key=AREA_KEY,
        persist_state="session",
        wrap=True,
    )
    chosen = session.start().concerns
    with st.container(key="concerns", gap="xsmall"):
        rest = [one for one in offered if one not in found.concerns]
        _draw([one for one in rest if one.area == area])
        _draw([one for one in rest if one.area != area and one.id in chosen])


def _say_how_well(found: SearchResult) -> None:
    if found.refused:
        said = translate("For this there is nothing here without what you do not want.")
    elif not found.concerns:
        said = translate(
            "Nothing is found for these words. Try another word, or choose where it is."
        )
    elif not found.whole:
        said = translate("Not all of your words are found. This comes closest:")
    else:
        said = translate("Tick what you would like to look at.")
    st.markdown(said)


def _draw(shown: Iterable[Concern]) -> None:
    for one in shown:
        key = f"concern_{one.id}"
        st.session_state[key] = one.id in session.start().concerns
        st.checkbox(translate(one.words), key=key, on_change=_choose, args=(one.id,))


def _choose(concern: str) -> None:
    state = session.start()
    rest = tuple(one for one in state.concerns if one != concern)
    state.concerns = (*rest, concern) if st.session_state[f"concern_{concern}"] else rest


def show_procedures(face: Face) -> None:
    """Draw a card of each procedure that acts on what was chosen, and of leaving it as it is.

    A card says what is compared first; the rest of it unfolds. What would not be seen in this photo
    comes last.
    """
    small = faces.preview(face.key, face)[0]
    st.header(translate("What can be done about it"), anchor=False)
    left_out = search.search(st.session_state.get(SEARCH_KEY) or "").left_out
    found = concerns.candidates(session.start().concerns)
    offered = [one for one in found if one[0] not in left_out]
    here = {
        name: expected_changes.visibility_in_photo(
            [_usual(name)], small, {sign for concern, _ in acts for sign in concern.signs}
        )
        for name, acts in offered
    }
    offered.sort(key=lambda one: not here[one[0]].shows)
    if len(offered) < len(found):
        names = [Message(procedures()[name].name) for name, _ in found if name in left_out]
        st.markdown(
            translate(
                "Left out, because you searched without it: {names}.",
                names=MessageList(names, COMMAS),
            )
        )
    drawn: list[Callable[[], None]] = [
        _leave_it,
        *(partial(_card, *one, here[one[0]], small) for one in offered),
    ]
    with st.container(key="cards", gap="small"):
        for first in range(0, len(drawn), 2):  # two in a row, so that no line is too long to read
            for column, draw in zip(st.columns(2), drawn[first : first + 2], strict=False):
                with column:
                    draw()


def _usual(name: str) -> Treatment:
    return Treatment(name, procedures()[name].dose.usual)


def _leave_it() -> None:
    with st.container(border=True, gap="small", key="card_as_it_is"):
        st.subheader(translate("Leave it as it is"), anchor=False)
        st.markdown(translate("No needle, no operation, no days off, no risk, no cost."))
        st.markdown(
            translate(
                "This choice is as good as the others, and it closes none of them: you can come "
                "back to them at any time."
            )
        )
        if session.start().chosen:
            st.button(
                translate("Look at my photo as it is"),
                key="as_it_is",
                icon=":material/visibility:",
                on_click=_go_on_without,
            )


def _go_on_without() -> None:
    plan_state.remove_all()
    session.start().enter(Step.PREVIEW)


def _card(name: str, acts: list[tuple[Concern, Candidate]], here: PhotoEffect, small: Face) -> None:
    entry = procedures()[name]
    with st.container(border=True, gap="small", key=f"card_{name}"):
        st.subheader(translate(entry.name), anchor=False)
        st.markdown(f"**{translate(means(name))}.** {procedure_info.short(entry)}")
        if here.said:
            st.markdown(f":material/photo_camera: {here.said}")
        _offer(entry)
        with st.expander(translate("What it can do, what can go wrong")):
            st.markdown(translate(entry.summary))
            for concern, one in acts:
                if len(acts) > 1:
                    st.markdown(f"*{translate(concern.words)}*")
                st.markdown(
                    f":green[:material/check:] **{translate('It can:')}** {translate(one.can)}\n\n"
                    f":gray[:material/remove:] **{translate('It cannot:')}** "
                    f"{translate(one.cannot)}"
                )
            _say_what_changes(entry, small)
            procedure_info.draw([(translate("Serious risks"), procedure_info.serious_risks(entry))])
            with st.expander(translate("All risks, whom it suits less, and sources")):
                procedure_info.explain(entry)


def _say_what_changes(entry: Procedure, small: Face) -> None:
    dose = translate("Usual dose: {dose}.", dose=dose_words(entry.dose.usual, entry))
    change = expected_changes.expected_change([_usual(entry.id)], small)
    if entry.in_smile:
        change = [translate("It shows in a smile; at rest hardly anything changes.")]
    procedure_info.draw([(translate("What changes"), [dose, *change])])
    st.caption(
        translate(
            "When settled, for the usual dose: millimetres are for your photo, shares are from "
            "people in studies. About two of three people fall within a range."
        )
    )


def _offer(entry: Procedure) -> None:
    """Draw the buttons that try the procedure, or take it out again."""
    chosen = session.start().chosen
    with st.container(horizontal=True, gap="small"):
        if entry.id in chosen:
            st.button(
                translate("Back to my photo"),
                key=f"try_{entry.id}",
                icon=":material/visibility:",
                on_click=_go_on,
            )
            st.button(
                translate("Take it out"),
                key=f"untry_{entry.id}",
                type="tertiary",
                on_click=plan_state.remove,
                args=(entry.id,),
            )
            return
        st.button(
            translate("Try it instead") if chosen else translate("Try it on my photo"),
            key=f"try_{entry.id}",
            icon=":material/visibility:",
            type="primary",
            on_click=_try,
            args=(entry.id, True),
            help=_instead_of(chosen),
        )
        if chosen:
            st.button(
                translate("Try it as well"),
                key=f"try_too_{entry.id}",
                icon=":material/add:",
                on_click=_try,
                args=(entry.id, False),
            )


def _instead_of(chosen: tuple[str, ...]) -> str | None:
    names = [Message("{name!l}", name=Message(procedures()[one].name)) for one in chosen]
    return translate("Instead of {names}.", names=MessageList(names, AND)) if names else None


def _try(name: str, alone: bool) -> None:
    """Go on to the preview with a procedure, by itself or with what is in the plan."""
    if alone:
        plan_state.replace_all(name)
    else:
        plan_state.add([name])
    session.start().enter(Step.PREVIEW)


def offer_to_go_on() -> None:
    """Draw the ways on without a concern: what is chosen already, or the whole catalogue."""
    state = session.start()
    with st.container(horizontal=True, gap="small", key="go_on_bar"):
        if state.chosen:
            st.button(
                translate("Go to my preview"),
                key="go_on_to_preview",
                icon=":material/arrow_forward:",
                type="primary",
                on_click=_go_on,
            )
        st.button(
            translate("Show all procedures"),
            key="show_everything",
            icon=":material/apps:",
            type="tertiary",
            on_click=view_switch.show_everything,
        )
    procedure_info.withheld()


def _go_on() -> None:
    session.start().enter(Step.PREVIEW)
