"""The measured face, the procedures, and what they would change."""

import streamlit as st

from ui import tour
from ui.compute.outcomes import Result
from ui.downloads import download_page, time_and_range
from ui.intake import measurement, photo_store
from ui.planner import controls as choosing
from ui.planner import plan_files
from ui.results import (
    compare_plans,
    presentation,
    result_view,
    view_switch,
)
from ui.server import error_page
from ui.state import session, steps
from ui.state.choice import Choice
from ui.state.step import Step
from ui.text.language import translate

state = session.start()
step = steps.current(state)
photo = state.active
assert photo is not None  # nobody comes here without one
result: Result | None = None
choice: Choice | None = None

st.title(translate("Your preview"), anchor=False)
# Places that are sometimes empty: without them what follows would be drawn anew.
bar = st.container()
if step == Step.PRESENTATION:
    with bar:
        presentation.head()
beside = st.container(key="compared_plans")  # of the plans, which the controls below say

stage, panel = st.columns([11, 9], gap="medium")
with stage:
    view_switch.choose()
    near = st.container(key="near", gap="small")
    picture = st.container(key="stage")
with panel, st.container(key="panel"):
    view_switch.offer_way_back()
    controls = st.container()
    face = measurement.measure(photo)  # what limits the photo is said below the doses
    if face:
        with controls:
            choice = choosing.choose(face, near)
with picture:
    try:
        if face:
            result = result_view.show_face(face, choice)
        else:
            result_view.show_photo(photo)
    except Exception as error:  # of whatever kind: the page goes on
        panel.error(error_page.sentence_of(error), icon=":material/error:")

if step == Step.PRESENTATION and choice:
    with panel:
        presentation.foot(choice)
if step == Step.COMPARISON and face and choice:
    with beside:
        compare_plans.show(face, choice)
if result and face and choice:
    with st.container(key="results"):
        changes, time, take = st.tabs(
            [translate("What changes"), translate("Over time and range"), translate("Take it home")]
        )
        with changes:
            result_view.show_changes(result, choice)
        with time:
            time_and_range.offer(face, choice)
        with take:
            download_page.show(face, choice)
elif face and step != Step.PRESENTATION:
    tour.invite()
    with st.expander(translate("Open a plan"), icon=":material/folder_open:", type="compact"):
        plan_files.offer_to_open()
if face:
    with st.container(key="about_photo"):
        measurement.show_photo(face)
        st.button(
            translate("Use another photo"),
            icon=":material/add_a_photo:",
            on_click=photo_store.put_aside,
        )
        if state.credit:
            st.caption(translate(state.credit))
