"""What Streamlit does not do for a file that is chosen while the connection is lost: wait for it.

A phone may cut the connection while its list of photos is open. The upload field is off then, and a
photo that was picked would be gone without a word.
"""

from __future__ import annotations

from pathlib import Path

import streamlit as st

_mount = st.components.v2.component(
    "beforehand_upload_retry", js=Path(__file__).with_name("upload_retry.js").read_text("utf-8")
)


def wait() -> None:
    """Draw nothing; let files that an upload field could not take wait until it can."""
    _mount(key="upload_retry")
