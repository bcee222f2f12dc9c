"""The measured face, the procedures, and what they would change."""

import streamlit as st

from ui import (
    choosing,
    comparing,
    failing,
    intake,
    measuring,
    planfiles,
    presenting,
    session,
    sheets,
    showing,
    taking,
    tour,
    viewing,
)
from ui.language import say

state = session.start()
result = choice = None

st.title(say("Your preview"), anchor=False)
# Places that are sometimes empty: without them what follows would be drawn anew.
bar = st.container()
if state.presenting:
    with bar:
        presenting.head()
beside = st.container(key="compared_plans")  # of the plans, which the controls below say

stage, panel = st.columns([11, 9], gap="medium")
with stage:
    viewing.choose()
    near = st.container(key="near", gap="small")
    picture = st.container(key="stage")
with panel, st.container(key="panel"):
    viewing.offer_way_back()
    controls = st.container()
    face = measuring.measure(state.active)  # what limits the photo is said below the doses
    if face:
        with controls:
            choice = choosing.choose(face, near)
with picture:
    try:
        result = showing.show_face(face, choice) if face else showing.show_photo(state.active)
    except Exception as error:  # of whatever kind: the page goes on
        panel.error(failing.said(error), icon=":material/error:")

if state.presenting and choice:
    with panel:
        presenting.foot(choice)
if state.comparing and face and choice:
    with beside:
        comparing.show(face, choice)
if result:
    with st.container(key="results"):
        changes, time, take = st.tabs(
            [say("What changes"), say("Over time and range"), say("Take it home")]
        )
        with changes:
            showing.show_changes(result, choice)
        with time:
            sheets.offer(face, choice)
        with take:
            taking.show(face, choice)
elif face and not state.presenting:
    tour.invite()
    with st.expander(say("Open a plan"), icon=":material/folder_open:", type="compact"):
        planfiles.offer_to_open()
if face:
    with st.container(key="about_photo"):
        measuring.show_photo(face)
        st.button(
            say("Use another photo"), icon=":material/add_a_photo:", on_click=intake.put_aside
        )
        if state.credit:
            st.caption(say(state.credit))
