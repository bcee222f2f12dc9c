"""Second screen: the measured face, the procedures, and what they would change."""

import streamlit as st

from face_mesh import BeforehandError
from ui import choosing, intake, measuring, session, sheets, showing

state = session.start()
result = None

with st.container(horizontal=True, vertical_alignment="center"):
    st.title("Your preview", anchor=False, width="stretch")

stage, panel = st.columns([11, 9], gap="medium")
with panel:
    face = measuring.measure(state.active)
    choice = choosing.choose(face) if face else None

with stage, st.container(key="stage"):
    try:
        result = showing.show_face(face, choice) if face else showing.show_photo(state.active)
    except BeforehandError as error:
        panel.error(str(error), icon=":material/error:")

with panel:
    if result:
        showing.show_changes(result, choice)
    if face:
        with st.container(horizontal=True):
            if result:
                showing.offer_download(face, choice)
            st.button("Use another photo", icon=":material/add_a_photo:", on_click=intake.put_aside)
        measuring.show_photo(face)
if result:
    sheets.offer(face, choice)

with panel:
    if state.credit:
        st.caption(state.credit)
