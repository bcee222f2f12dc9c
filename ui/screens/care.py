"""A private check of how much worries about looks weigh on somebody."""

import streamlit as st

from ui.language import say

st.title(say("How you feel"), anchor=False)
