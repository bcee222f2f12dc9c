"""What Streamlit does not say: that what is seen is old, and whether the work is still there.

It only greys the page out while there is no connection, and draws the first screen without a word
when the server does not know the visit any more.
"""

from __future__ import annotations

from base64 import b64encode
from hashlib import blake2b
from pathlib import Path

import streamlit as st
from streamlit import config
from streamlit.runtime.scriptrunner import get_script_run_ctx

from simulate.plan.plan_file import PlanFile
from ui.server import process_id
from ui.state import plan_state, session
from ui.text.language import N_, plain

# What is said in a state of the connection, and on the buttons; see connection.js.
WORDS = {
    "lost": N_("The connection is lost. It comes back by itself as soon as the server answers."),
    "lostAtWork": N_(
        "The connection is lost. Your photo and choices are kept for {seconds} seconds; it comes "
        "back by itself as soon as the server answers."
    ),
    "over": N_(
        "The connection has been lost for more than {seconds} seconds, so your photo and choices "
        "were removed, as promised. It comes back by itself as soon as the server answers."
    ),
    "expired": N_(
        "You were away for more than {seconds} seconds, so your photo and choices were removed, "
        "as promised: begin again."
    ),
    "restarted": N_(
        "The program was started again. Your photo and your choices are gone from it: begin again."
    ),
    "old": N_("From before the connection was lost"),
    "again": N_("Begin again"),
    "save": N_("Save the plan"),
    "close": N_("Close"),
}
_HERE = Path(__file__)
_mount = st.components.v2.component(
    "beforehand_connection", js=_HERE.with_name("connection.js").read_text("utf-8")
)


def watch() -> None:
    """Draw nothing as long as all is well; the rest is up to the browser.

    The plan goes along so that the browser can offer it as a file when the server has lost it. It
    is kept in the memory of the tab and nowhere else; the face never is.
    """
    seconds = int(config.get_option("server.disconnectedSessionTTL"))
    _mount(
        key="connection",
        on_back_change=lambda: None,  # the run that follows tells whether the visit is the same
        data={
            "process": process_id.IDENTITY,
            "path": process_id.NAME,
            "visit": _visit(),
            "work": session.start().photo is not None,
            "plan": _plan(),
            "seconds": seconds,
            "words": {name: plain(text, seconds=seconds) for name, text in WORDS.items()},
        },
    )


def _visit() -> str:
    """A name of the visit that does not tell the one it is known by to the server."""
    context = get_script_run_ctx()
    known_by = context.session_id if context else ""
    return blake2b(known_by.encode(), digest_size=8).hexdigest()


def _plan() -> str:
    """The plan as a file, in base64, as nobody reads it; empty if there is none."""
    plan = plan_state.plan()
    return b64encode(PlanFile(plan).to_json().encode()).decode() if plan.treatments else ""
