"""The result of a choice, and while its skin is painted: how far it is, and stopping it."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import closing

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from face_mesh import Face
from simulate import Plan
from simulate.progress import complete
from ui.components import progress_bar
from ui.compute import model_loading, outcomes
from ui.compute.outcomes import Result
from ui.state import session
from ui.state.choice import Choice
from ui.text.language import translate


def result(choice: Choice, face: Face, place: DeltaGenerator) -> Result | None:
    """Return the result of a choice, showing in `place` how far it is; None if it was cancelled.

    Raises:
        PlanError: the plan is impossible.
        EngineError: the model that paints skin failed.
    """
    state, skin = session.start(), outcomes.skin_plan(choice.plan)
    paints = bool(skin.treatments) and (face.key, choice) not in outcomes.results()
    if paints and state.cancelled == skin:
        _offer_to_go_on(place)
        return None
    with closing(outcomes.result_steps(choice, face)) as steps:
        return _with_progress(steps, skin, place) if paints else complete(steps)


def _with_progress(
    steps: Generator[float, None, Result], skin: Plan, place: DeltaGenerator
) -> Result:
    session.start().cancelled = None
    begun = model_loading.with_model(steps)
    return progress_bar.show(begun, place, "working", "cancel", _words, _cancel, (skin,))


def _words(share: float) -> str:
    thread = model_loading.warm_skin()
    if thread and thread.is_alive():
        return translate("Loading the skin model …")
    if share >= 1.0:  # all is painted, and still to be read for the table
        return translate("Measuring the painted skin …")
    return translate("Painting skin … {percent:.0f}\u00a0%", percent=100 * share)


def _cancel(skin: Plan) -> None:
    session.start().cancelled = skin


def _offer_to_go_on(place: DeltaGenerator) -> None:
    with place.container(
        key="cancelled", horizontal=True, vertical_alignment="center", gap="small"
    ):
        st.markdown(translate("Cancelled. The photo is shown as it is."), width="content")
        st.button(translate("Paint the skin"), key="go_on", on_click=_go_on)


def _go_on() -> None:
    session.start().cancelled = None
