"""Second screen: the photo, taken or chosen, what was found about it, and further views."""

import streamlit as st

from ui import session
from ui.arriving import asking, checking
from ui.arriving.views import VIEWS
from ui.language import say

state = session.start()
view = state.adding or session.FRONT
waiting = state.pending if state.adding else state.photo

with st.container(key="start", gap="medium"):
    if state.checked and not state.adding and state.photo:
        st.title(say("Your photos"), anchor=False)
        checking.overview(state.photo)
    elif waiting:
        marking = state.marking == view
        asked = say("How large is the face?") if marking else say("Is this photo good enough?")
        st.title(asked, anchor=False)
        checking.check(waiting, view)
    else:
        further = say("One more photo: {view!l}", view=VIEWS[view].name)
        first = view == session.FRONT
        st.title(say("Your photo") if first else further, anchor=False)
        asking.ask(view)
