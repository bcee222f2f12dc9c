"""First screen: what this is, for whom, and the consent without which no photo is taken."""

import streamlit as st

from ui.intake import consent, privacy_notice
from ui.state import session
from ui.text.language import translate

state = session.start()
st.html(consent.CSS)
if not state.way:
    st.html(consent.DRAWING)  # beside the words; it stands first and floats
with st.container(key="welcome", width=1120 if state.way else 760, gap="medium"):
    st.title(translate("See it beforehand"), anchor=False)
    if state.forgotten:
        st.success(
            translate(
                "Your photo and everything made from it are gone from this page. Files you "
                "downloaded stay where you saved them."
            ),
            icon=":material/check_circle:",
        )
    about = translate(
        "Beforehand shows on your own photo what a cosmetic procedure would change, in "
        "millimetres and with how sure that is. It is a picture to talk about."
    )
    st.markdown(f"{about} {privacy_notice.in_short()}")
    if state.way:
        consent.ask()
    else:
        consent.choose_way()
