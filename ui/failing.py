"""What a visitor is told when something of ours breaks: that it did, and nothing of what it was.

Streamlit's own box speaks of logs and clouds. What an exception holds may be of a photo.
"""

from __future__ import annotations

import streamlit as st

from ui.language import N_, say

SENTENCE = N_(
    "Something went wrong on this page. Reload it to go on. Your photo has not left the computer "
    "that runs this page."
)


def told(error: Exception) -> bool:
    """Say so in the place of Streamlit's own box; the program's log has the rest."""
    st.error(say(SENTENCE), icon=":material/error:")
    return True
