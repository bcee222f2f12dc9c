"""A private check of how much worries about looks weigh on somebody."""

import streamlit as st

from ui.intake import bdd_screening
from ui.text.language import translate

st.html(bdd_screening.CSS)
with st.container(key="care", width=760, gap="medium"):
    st.title(translate("How you feel"), anchor=False)
    st.markdown(
        translate(
            "Most people dislike something about their looks. For some, the thoughts take over "
            "the day, and then it helps to talk before deciding on a procedure. Seven questions "
            "can point to that."
        )
    )
    st.markdown(
        translate(
            ":material/lock: **Only you see this.** Your answers are forgotten when you leave this "
            "page. They are in no report, nobody is told, and everything on the other pages stays "
            "open to you whatever you answer."
        )
    )
    bdd_screening.offer_way_back()
    bdd_screening.ask()
    bdd_screening.offer_way_back()
