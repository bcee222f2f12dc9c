"""Python's side of the tour: what it says, and when it is on."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from ui.intake import photo_store, samples
from ui.state import plan_state, session
from ui.text.language import N_, plain, translate

_HERE = Path(__file__).parent
_mount = st.components.v2.component(
    "beforehand_tour",
    html=(_HERE / "tour.html").read_text("utf-8"),
    css=(_HERE / "tour.css").read_text("utf-8"),
    js=(_HERE / "tour.js").read_text("utf-8"),
)
EXAMPLE = "lip_filler"


@dataclass(frozen=True)
class Stop:
    """One thing that is pointed at.

    Attributes:
        at: CSS selectors of it; the first that is on the page is taken.
        title: what it is.
        text: what it is for.
        exercise: what to try out.
    """

    at: tuple[str, ...]
    title: str
    text: str
    exercise: str = ""


STOPS = (
    Stop(
        (".st-key-stage",),
        N_("The picture"),
        N_(
            "The photo and what the plan would make of it. Outside the treated area not one pixel "
            "is changed, so that moles, pores and light are your patient's own."
        ),
        N_("Move the border, then look at both side by side, and enlarge the picture to 1:1."),
    ),
    Stop(
        (".st-key-add", ".st-key-panel"),
        N_("Procedures"),
        N_(
            "The whole catalogue by area, or a ready plan to start from. Each procedure says what "
            "to take care of, and where its figures are from."
        ),
        N_("Lip filler is chosen for this tour. Look for another procedure and add it."),
    ),
    Stop(
        ("[class*='st-key-dose_']",),
        N_("Doses"),
        N_(
            "In the units you work in: mL, units, millimetres, sessions. The picture follows while "
            "you drag. Where a side can be treated alone, each side can have its own dose."
        ),
        N_("Drag the dose up and down and watch the lips."),
    ),
    Stop(
        (".st-key-time",),
        N_("When to look"),
        N_(
            "Settled is the full effect. Any earlier day shows how much of it is there by then, "
            "with the swelling, bruises and redness that people were seen to have."
        ),
        N_("Look at the third day, then at six months."),
    ),
    Stop(
        (".st-key-responder",),
        N_("Weak, expected, strong"),
        N_(
            "Nobody can tell beforehand how strongly somebody responds. About two of three people "
            "fall between the weak and the strong picture: show both before a patient decides."
        ),
    ),
    Stop(
        (".st-key-letter", "[class*='st-key-plan_menu']"),
        N_("Plans A, B and C"),
        N_(
            "Up to three plans on the same photo. Copy one, change it, and show them beside each "
            "other with total dose, cost and days off."
        ),
        N_("Copy plan A to B, and change a dose in B."),
    ),
    Stop(
        (".st-key-results [role='tablist']", ".st-key-results"),
        N_("What changes, over time, and how surely"),
        N_(
            "Millimetres and degrees with their range, the first two years day by day, and where "
            "the picture is unsure."
        ),
    ),
    Stop(
        (".st-key-results [role='tab']:last-of-type", ".st-key-results"),
        N_("To take home"),
        N_(
            "A report to print with the risks and sources, pictures, a film, and the plan as a "
            "file that opens again. Every picture is marked as a simulation and can be checked."
        ),
    ),
    Stop(
        (".st-key-forget",),
        N_("Forget the photo"),
        N_(
            "When your patient leaves, one click removes the photo and everything made from it. "
            "Nothing was stored, and nothing was sent anywhere."
        ),
    ),
)


def offer() -> None:
    """Draw the button that begins the tour, with a sample portrait if there is no photo yet."""
    st.button(
        translate("Guided tour, five minutes"), key="tour", icon=":material/tour:", on_click=_begin
    )


def show() -> None:
    """Draw the tour, if it is on."""
    if not session.start().touring:
        return
    steps = [
        {
            "at": list(stop.at),
            "title": plain(stop.title),
            "text": plain(stop.text),
            "exercise": plain("Try it: {what}", what=plain(stop.exercise)) if stop.exercise else "",
            "count": plain("{number} of {count}", number=number, count=len(STOPS)),
        }
        for number, stop in enumerate(STOPS, 1)
    ]
    labels = {
        "next": plain("Next"),
        "back": plain("Back"),
        "end": plain("End the tour"),
        "done": plain("Done"),
    }
    _mount(key="tour_stops", data={"steps": steps, "words": labels}, on_ended_change=_end)


def invite() -> None:
    """Offer the tour to a consultant whose plan is still empty."""
    if session.start().way == session.CONSULTANT and not session.start().touring:
        with st.container(key="invite", horizontal=True, vertical_alignment="center", gap="small"):
            st.markdown(translate("New here? Let the page show you around."), width="content")
            st.button(translate("Guided tour, five minutes"), key="invited", on_click=_begin)


def _begin() -> None:
    state = session.start()
    if state.photo is None:
        photo_store.take_sample(samples.available()[0])
    if not state.chosen:  # there would be nothing to point at
        plan_state.add([EXAMPLE])
    state.way, state.touring, state.called = session.CONSULTANT, True, True


def _end() -> None:
    session.start().touring = False
