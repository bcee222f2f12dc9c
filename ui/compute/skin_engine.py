"""Painting skin: by which model, which sample of it, how far it is, and stopping it."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Generator
from contextlib import closing
from typing import TypeVar

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from face_mesh import BeforehandError, Face
from simulate import Plan, Treatment
from simulate.inpaint.registry import EMBEDDED
from simulate.progress import finished
from ui.compute import run
from ui.state import session
from ui.text.language import N_, say

# Settings of whoever runs the server, not of its visitors.
ENGINE = "BEFOREHAND_SKIN_ENGINE"  # the engine used unless another is chosen; for tests of pages
HUB = "BEFOREHAND_HUB_ENGINES"  # "1" lets everybody who reaches the page load models of others
MOST_SEED = 999
LOOK_SECONDS = 0.25  # after which it is looked whether it is loaded; a click is heard then
BUILT_IN, OTHER = N_("The built-in model"), N_("A model of others")
T = TypeVar("T")


def warm() -> threading.Thread | None:
    """Load the built-in model while a visitor looks at a photo, once a process.

    It takes some 130 MB. In a thread that is given nothing, so that no exception of an import can
    hold a photo in its frames; of the same priority as others, for whoever wants skin painted soon
    would wait for one that comes last.

    Returns:
        The thread, to be waited for; None where another engine paints.
    """
    return _loading() if os.environ.get(ENGINE, EMBEDDED) == EMBEDDED else None


@st.cache_resource(show_spinner=False)
def _loading() -> threading.Thread:
    thread = threading.Thread(target=_load, name="load the skin model", daemon=True)
    thread.start()
    return thread


def _load() -> None:
    from simulate.inpaint.weights import model

    try:
        model()
    except (BeforehandError, MemoryError, RuntimeError, ImportError):
        return  # said to the visitor when skin is to be painted


def _once_loaded(steps: Generator[float, None, T]) -> Generator[float, None, T]:
    """Yield no share as long as the model is not there, then the steps; returns what they do."""
    thread = warm()
    while thread and thread.is_alive():
        yield 0.0
        thread.join(LOOK_SECONDS)
    return (yield from steps)


def choose(plan: Plan) -> tuple[str, int]:
    """Draw how skin is painted, if the plan paints any; return the engine's name and the seed."""
    default = os.environ.get(ENGINE, EMBEDDED)
    if not any(one.entry.skin for one in plan.treatments):
        return default, 0
    with st.expander(say("How skin is painted"), icon=":material/brush:"):
        st.markdown(
            say(
                "A small model that comes with Beforehand paints what skin looks like without the "
                "lines or marks that are treated. It runs on the computer that shows this page."
            )
        )
        seed = st.number_input(
            say("Sample (another number is another sample of the same skin)"),
            min_value=0,
            max_value=MOST_SEED,
            value=0,
            key="seed",
            persist_state="session",
        )
        named = _choose_other() if os.environ.get(HUB) == "1" else ""
    return f"hub:{named}" if named else default, int(seed)


def _choose_other() -> str:
    """Return the folder or hub name of another model; empty for the built-in one."""
    kind = st.radio(
        say("Model"), (BUILT_IN, OTHER), format_func=say, key="engine", persist_state="session"
    )
    if kind == BUILT_IN:
        return ""
    named = st.text_input(
        say("Folder on this computer, or name on the Hugging Face hub"),
        key="engine_name",
        placeholder="owner/name-inpainting",  # as the hub writes it in every language
        persist_state="session",
    )
    st.caption(
        say(
            "An inpainting model of the diffusers library. If it is not a folder on this computer, "
            "several gigabytes are downloaded first; the photo itself is not sent anywhere. "
            "Without a graphics card each picture takes minutes. Choose one only if this computer "
            "is yours."
        )
    )
    return named.strip()


def skin_work(plan: Plan) -> Plan:
    """Return what is painted or found for a plan, whatever the dose: what masks depend on."""
    return Plan(
        tuple(
            Treatment(t.procedure, t.entry.usual_dose(t.side), t.side, t.spots, t.strokes)
            for t in plan.treatments
            if t.entry.skin and t.dose > 0
        )
    )


def outcome(choice: run.Choice, face: Face, place: DeltaGenerator) -> run.Result | None:
    """Return the result of a choice, showing in `place` how far it is; None if it was cancelled.

    Raises:
        PlanError: the plan is impossible.
        EngineError: the model that paints skin failed.
    """
    state, skin = session.start(), skin_work(choice.plan)
    paints = bool(skin.treatments) and (face.key, choice) not in run.results()
    if paints and state.cancelled == skin:
        _offer_to_go_on(place)
        return None
    with closing(run.working(choice, face)) as steps:
        return _watched(steps, skin, place) if paints else finished(steps)


def _watched(
    steps: Generator[float, None, run.Result], skin: Plan, place: DeltaGenerator
) -> run.Result:
    session.start().cancelled = None
    begun = _once_loaded(steps)
    return watched(begun, place, "working", "cancel", _words, _cancel, (skin,))


def watched(
    steps: Generator[float, None, T],
    place: DeltaGenerator,
    name: str,
    button: str,
    words: Callable[[float], str],
    cancel: Callable[..., None],
    arguments: tuple[object, ...],
) -> T:
    """Draw how far the work is, with a button to stop it; page.css hides the first moment.

    Any click ends the run at the next thing drawn, and the work with it; the button only sees to it
    that the next run does not begin it again.

    Args:
        steps: the work, yields the share that is done.
        place: where it is drawn; empty afterwards.
        name: key of the container.
        button: key of the button.
        words: for a share.
        cancel: called when the button is clicked.
        arguments: of `cancel`.
    """
    with place.container(key=name, gap="small"):
        bar = st.progress(0.0, words(0.0))
        st.button(say("Cancel"), key=button, on_click=cancel, args=arguments)
    try:
        result = finished(steps, lambda share: bar.progress(share, words(share)))
    except Exception:
        place.empty()
        raise
    place.empty()
    return result


def _words(share: float) -> str:
    thread = warm()
    if thread and thread.is_alive():
        return say("Loading the skin model …")
    if share >= 1.0:  # all is painted, and still to be read for the table
        return say("Measuring the painted skin …")
    return say("Painting skin … {percent:.0f}\u00a0%", percent=100 * share)


def _cancel(skin: Plan) -> None:
    session.start().cancelled = skin


def _offer_to_go_on(place: DeltaGenerator) -> None:
    with place.container(
        key="cancelled", horizontal=True, vertical_alignment="center", gap="small"
    ):
        st.markdown(say("Cancelled. The photo is shown as it is."), width="content")
        st.button(say("Paint the skin"), key="go_on", on_click=_go_on)


def _go_on() -> None:
    session.start().cancelled = None
