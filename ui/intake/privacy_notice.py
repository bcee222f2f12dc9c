"""Which computer a photo is on, in the visitor's own terms: whoever holds a phone may wonder."""

from __future__ import annotations

from urllib.parse import urlsplit

import streamlit as st

from face_mesh.inert_text import inert
from ui.state.clinic_policy import policy
from ui.text.language import N_, translate

MOST_HOST = 100  # letters of a name in the address bar
OWN = {"localhost", "127.0.0.1", "::1"}
# What is said in each case: where the photo is, in one sentence and in full.
HERE = (
    N_("Your photo does not leave this computer."),
    N_(
        "It is opened and measured in the memory of this computer. It is sent to nobody and never "
        "written to a disk by us. There is no account, no statistics and no face recognition."
    ),
)
AT_HOST = (
    N_("Your photo goes to the computer that runs this page, {host}, and to nobody else."),
    N_(
        "It is sent to the computer that runs this page, {host}, and is opened and measured in its "
        "memory. It is sent to nobody else and never written to a disk by us. There is no account, "
        "no statistics and no face recognition."
    ),
)
AT_CLINIC = (
    N_("Your photo goes to the computer of {clinic}, at {host}, and to nobody else."),
    N_(
        "It is sent to the computer of {clinic}, at {host}, and is opened and measured in its "
        "memory. It is sent to nobody else and never written to a disk by us. There is no account, "
        "no statistics and no face recognition."
    ),
)


def in_short() -> str:
    """Return where the photo is, in one sentence."""
    return _said(0)


def in_full() -> str:
    """Return where the photo is and what is done there."""
    return _said(1)


def _said(number: int) -> str:
    host = _host()
    if not host:
        return translate(HERE[number])
    if policy().name:
        return translate(AT_CLINIC[number], clinic=policy().name, host=host)
    return translate(AT_HOST[number], host=host)


def _host() -> str:
    """Return the name in the address bar; empty if it is the visitor's own computer."""
    try:
        host = urlsplit(st.context.url or "").hostname or ""
    except ValueError:  # brackets that are no address: the browser of a visitor says what it likes
        host = "?"
    return "" if host in OWN else inert(host, most=MOST_HOST)
