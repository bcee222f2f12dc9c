"""From what a patient came with to the procedures that act on it.

Where on the face is asked first, so that nobody has to read through what others see in theirs.
"""

from __future__ import annotations

from collections.abc import Iterable

import streamlit as st

from face_mesh import Face
from simulate import Procedure, Treatment, procedures
from ui import (
    concerns,
    expecting,
    explaining,
    plans,
    run,
    searching,
    session,
    viewing,
    wording,
)
from ui.concerns import Acting, Concern
from ui.language import N_, say
from ui.searching import Found

SEARCH_KEY, AREA_KEY = "find_concern", "concern_area"
USUAL = {  # by what the dose is of
    "total": N_("Usual dose: {dose} in all."),
    "per_side": N_("Usual dose: {dose} on each side."),
}


def choose() -> None:
    """Draw the search, the areas, and the concerns to choose from."""
    offered = concerns.concerns()
    text = st.text_input(
        say("Search in your own words"),
        key=SEARCH_KEY,
        placeholder=say("For example: nose, tired, without needles"),
        icon=":material/search:",
        persist_state="session",
    )
    found = searching.search(text)
    # In the place of what is found there is something at all times: what follows stays as it is.
    with st.container(key="found", gap="xsmall"):
        if text.strip():
            _say_how_well(found)
        _draw(found.concerns)
    all_areas = {one.id: say(one.name) for one in concerns.areas()}
    area = st.pills(
        say("Or where on your face?"),
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


def _say_how_well(found: Found) -> None:
    if not found.concerns:
        said = say("Nothing is found for these words. Try another word, or choose where it is.")
    elif not found.whole:
        said = say("Not all of your words are found. This comes closest:")
    else:
        said = say("Tick what you would like to look at.")
    st.markdown(said)


def _draw(shown: Iterable[Concern]) -> None:
    for one in shown:
        key = f"concern_{one.id}"
        st.session_state[key] = one.id in session.start().concerns
        st.checkbox(say(one.words), key=key, on_change=_choose, args=(one.id,))


def _choose(concern: str) -> None:
    state = session.start()
    rest = tuple(one for one in state.concerns if one != concern)
    state.concerns = (*rest, concern) if st.session_state[f"concern_{concern}"] else rest


def show_procedures(face: Face) -> None:
    """Draw a card of each procedure that acts on what was chosen."""
    small = run.preview(face.key, face)[0]
    st.header(say("What can be done about it"), anchor=False)
    st.caption(
        say(
            "All figures are for the usual dose: the millimetres for your photo, the shares for "
            "people in studies. About two of three people fall within a range. To do nothing is "
            "always one of the choices."
        )
    )
    found = concerns.acting(session.start().concerns)
    with st.container(key="cards", gap="medium"):
        for first in range(0, len(found), 2):  # two in a row, so that no line is too long to read
            for column, (name, acts) in zip(st.columns(2), found[first : first + 2], strict=False):
                with column:
                    _card(procedures()[name], acts, small)


def _card(entry: Procedure, acts: list[tuple[Concern, Acting]], small: Face) -> None:
    with st.container(border=True, gap="small", key=f"card_{entry.id}"):
        st.subheader(say(entry.name), anchor=False)
        st.markdown(say(entry.summary))
        for concern, one in acts:
            if len(acts) > 1:
                st.markdown(f"*{say(concern.words)}*")
            st.markdown(
                f":green[:material/check:] **{say('It can:')}** {say(one.can)}\n\n"
                f":gray[:material/remove:] **{say('It cannot:')}** {say(one.cannot)}"
            )
        explaining.draw(iter(_facts(entry, small)))
        with st.expander(say("All risks, whom it suits less, and sources")):
            explaining.explain(entry)
        _offer(entry)


def _facts(entry: Procedure, small: Face) -> list[explaining.Section]:
    dose = say(USUAL[entry.dose.scope], dose=wording.dose(entry.dose.usual, entry))
    change = expecting.expected([Treatment(entry.id, entry.dose.usual)], small)
    if entry.in_smile:
        change = [say("It shows in a smile; at rest hardly anything changes.")]
    return [
        (say("Serious risks"), explaining.serious_risks(entry)),
        (say("What changes"), [dose, *change]),
        (say("Time"), [explaining.short(entry)]),
    ]


def _offer(entry: Procedure) -> None:
    """Draw the button that tries the procedure, or takes it out again."""
    with st.container(horizontal=True, gap="small"):
        if entry.id in session.start().chosen:
            st.button(
                say("Back to my photo"),
                key=f"try_{entry.id}",
                icon=":material/visibility:",
                on_click=_try,
                args=(entry.id,),
            )
            st.button(
                say("Take it out"),
                key=f"untry_{entry.id}",
                type="tertiary",
                on_click=plans.remove,
                args=(entry.id,),
            )
        else:
            st.button(
                say("Try it on my photo"),
                key=f"try_{entry.id}",
                icon=":material/visibility:",
                type="primary",
                on_click=_try,
                args=(entry.id,),
            )


def _try(name: str) -> None:
    plans.add([name])
    session.start().led = True


def offer_to_go_on() -> None:
    """Draw the ways on without a concern: what is chosen already, or the whole catalogue."""
    state = session.start()
    with st.container(horizontal=True, gap="small", key="go_on_bar"):
        if state.chosen:
            st.button(
                say("Go to my preview"),
                key="go_on_to_preview",
                icon=":material/arrow_forward:",
                type="primary",
                on_click=_go_on,
            )
        st.button(
            say("Show all procedures"),
            key="show_everything",
            icon=":material/apps:",
            type="tertiary",
            on_click=viewing.show_everything,
        )
    explaining.withheld()


def _go_on() -> None:
    session.start().led = True
