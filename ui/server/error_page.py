"""What a visitor is told when something of ours breaks: that it did, and nothing of what it was.

Streamlit's own box speaks of logs and clouds. What an exception holds may be of a photo. Whatever
broke, the photo and the choices are in the session still: the page goes on, and may be tried again.
"""

from __future__ import annotations

import logging

import streamlit as st

from face_mesh import BeforehandError
from ui.text.language import N_, translate, translate_error

SENTENCE = N_(
    "Something went wrong on this page. Your photo and your choices are still there: try again, or "
    "choose something else."
)
NO_MEMORY = N_(
    "There is not enough memory for this now. Your photo and your choices are still there: try "
    "again in a moment."
)


def show_error(error: Exception) -> bool:
    """Say so in the place of Streamlit's own box, which has put the rest into the program's log."""
    st.error(_sentence(error), icon=":material/error:")
    st.button(translate("Try again"), key="try_again", icon=":material/refresh:")
    return True


def sentence_of(error: Exception) -> str:
    """Return what an error says in the visitor's language, of ours or not.

    What is none of ours goes to the program's log, for no visitor can mend it.
    """
    if not isinstance(error, BeforehandError):
        logging.getLogger(__name__).exception("Not worked out", exc_info=error)
    return _sentence(error)


def _sentence(error: Exception) -> str:
    if isinstance(error, BeforehandError):
        return translate_error(error)
    return translate(NO_MEMORY if isinstance(error, MemoryError) else SENTENCE)
