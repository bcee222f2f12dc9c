"""Second screen: the photo, taken or chosen, what was found about it, and further views."""

import streamlit as st

from ui.intake import check_photo, photo_request
from ui.intake.views import VIEWS
from ui.state import session, steps
from ui.state.step import Step
from ui.text.language import translate

state = session.start()
step = steps.current(state)
addition = state.addition
view = addition.view if addition else session.FRONT
waiting = addition.photo if addition else state.photo

with st.container(key="start", gap="medium"):
    if step == Step.PHOTOS and state.photo:
        st.title(translate("Your photos"), anchor=False)
        check_photo.overview(state.photo)
    elif waiting:
        if state.arranging == view:
            asked = translate("Turn, straighten or crop")
        elif state.marking == view:
            asked = translate("How large is the face?")
        else:
            asked = translate("Is this photo good enough?")
        st.title(asked, anchor=False)
        check_photo.check(waiting, view)
    else:
        further = translate("One more photo: {view!l}", view=VIEWS[view].name)
        first = view == session.FRONT
        st.title(translate("Your photo") if first else further, anchor=False)
        photo_request.ask(view)
