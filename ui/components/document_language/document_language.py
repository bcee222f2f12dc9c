"""What of a page is not ours to write: the document's `lang`, and Streamlit's own few words.

Streamlit leaves the one at "en" (WCAG 3.1.1) and has the others in English only. The browser puts
the visitor's words in their place, as they come, and the visitor's decimal sign into the figures of
sliders.
"""

from __future__ import annotations

from pathlib import Path

import streamlit as st
from babel.numbers import get_decimal_symbol

from ui.server import media_access
from ui.server.refusals import OF_UPLOADS
from ui.text import language
from ui.text.language import N_

# As Streamlit 1.67 writes them; * stands for what it fills in. Labels are only heard.
TEXTS = (
    N_("Skip to main content"),
    N_("Upload"),
    N_("*MB per file"),
    N_("Drag and drop a file here"),
    N_("Drag and drop files here"),
    N_("* files are not allowed."),
    N_("File must be * or smaller."),
    N_("Only one file is allowed."),
    N_("No results"),
    N_("Press Enter to apply"),
    N_("Press Ctrl+Enter to apply"),
    N_("Press ⌘+Enter to apply"),
    N_("Connecting"),
    N_("Connection error"),
    N_("Connection failed with status *, and response:"),
    N_("Please wait..."),
    N_("Running..."),
    # Below a download that did not come: Streamlit's own, and what the server answers in English.
    N_("Connection closed"),
    N_("Request timed out"),
    media_access.NOT_MADE,
    media_access.TOO_MANY,
)
# What the uploader says of an upload that was refused, and why it was, which it does not say.
BEFORE = "Error: "  # a piece of text by itself; what follows is a sentence
REFUSED = {
    f"AxiosError: Request failed with status code {refusal.status}": refusal.sentence
    for refusal in OF_UPLOADS
}
LABELS = (
    N_("file upload"),
    N_("Remove *"),
    N_("Choose an option"),
    N_("Clear value"),
    N_("Open"),
    N_("Close"),
    N_("Increment"),
    N_("Decrement"),
    N_("Help for *"),
    N_("Scroll tabs left"),
    N_("Scroll tabs right"),
    N_("Running..."),
)

_mount = st.components.v2.component(
    "beforehand_document_language",
    js=Path(__file__).with_name("document_language.js").read_text("utf-8"),
)


def tell() -> None:
    """Draw nothing; name the visitor's language, and say and write in it what Streamlit does."""
    spoken = language.current()
    texts, labels = ({}, {}) if spoken == "en" else map(language.words, (TEXTS, LABELS))
    decimal = get_decimal_symbol(spoken)
    texts |= {BEFORE: ""} | {text: language.plain(why) for text, why in REFUSED.items()}
    data = {"language": spoken, "texts": texts, "labels": labels, "decimal": decimal}
    _mount(key="document_language", data=data)
