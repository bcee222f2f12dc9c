"""Checking a file: whether it is a simulation of ours, whole, by whom, and what was changed how."""

from __future__ import annotations

import streamlit as st

from face_mesh import BeforehandError
from simulate.provenance.png_metadata import source_type
from simulate.provenance.signing import SELF_SIGNED
from simulate.provenance.verify import Edit, Verdict
from simulate.provenance.verify_job import verify_apart
from ui.intake import photo_store
from ui.server import presence
from ui.state import session
from ui.text.language import N_, Words, message_of, translate

FORMATS = ("png", "jpg", "jpeg", "gif", "mp4", "pdf")
# What a visitor is told first: how sure it is, by a colour, a sign and, above all, the words.
HEADINGS = {
    "valid": N_("Made by Beforehand, and whole"),
    "stranger": N_("Whole, but signed by somebody this computer does not know"),
    "foreign": N_("Signed, but not by Beforehand"),
    "tampered": N_("Changed after it was signed"),
    "unsigned": N_("Cannot tell"),
}
MEANING = {
    "valid": N_(
        "This file is a simulation, no photo of a result. Nothing in it was changed since it was "
        "signed, and this computer knows the signature."
    ),
    "stranger": N_(
        "Nothing in this file was changed since it was signed as a simulation. But anybody can "
        "make such a signature; ask whoever gave you the file who signed it."
    ),
    "foreign": N_("Another program signed this file. What it says of itself is not judged here."),
    "tampered": N_(
        "Do not trust this picture. It was changed after it was signed as it is, or its signature "
        "is damaged or out of date."
    ),
    "unsigned": N_(
        "There is no signature in this file. It may be a photo, a picture of another program, or "
        "one of ours whose signature was dropped: messengers and screenshots do that. This is no "
        "proof that the picture is real."
    ),
}
LOOK = N_(
    "Look at the picture itself: those made here carry a dark strip with the words *SIMULATED by "
    "Beforehand, not a promise*, at the top of the head or below the chin. If you see it, this "
    "is a simulation. If you do not, it may have been cut away."
)
HOW = {
    "warped": N_("The shape was changed by moving skin in the picture, without a trained model."),
    "recoloured": N_("Light and colour were changed by a formula, without a trained model."),
    "painted": N_("Skin was painted by a trained model."),
}
PLACE = N_(
    "{how} All of it lies within {left:.0f} to {right:.0f} % of the width from the left and "
    "{top:.0f} to {bottom:.0f} % of the height from the top."
)
NOT_PAINTED = N_("No part was painted by a trained model.")
BOXES = {
    "valid": (st.success, ":material/verified:"),
    "stranger": (st.warning, ":material/help:"),
    "foreign": (st.info, ":material/info:"),
    "tampered": (st.error, ":material/gpp_bad:"),
    "unsigned": (st.info, ":material/question_mark:"),
}


def show() -> None:
    """Draw the place to put a file and what was found about the last one."""
    state = session.start()
    st.markdown(
        translate(
            "Put in a picture, video or report to see whether it was made by Beforehand and is "
            "still as it was. The file is looked at on the computer that runs this page, sent to "
            "nobody else, and removed as soon as it was checked."
        )
    )
    key = f"verify_{state.attempt}"
    st.file_uploader(
        translate("PNG, JPEG, GIF, MP4 or PDF"),
        type=FORMATS,
        key=key,
        on_change=_check,
        args=(key,),
    )
    if isinstance(state.verdict, Verdict):
        _show(state.verdict)
    elif isinstance(state.verdict, str):
        st.error(translate(state.verdict), icon=":material/error:")


def _check(key: str) -> None:
    """Check a file; only what was found about it is kept."""
    data, state = photo_store.upload_bytes(key), session.start()
    if data is None:
        return
    state.attempt += 1
    try:
        state.verdict = verify_apart(data, cancelled=presence.disconnection_check())
    except BeforehandError as error:
        state.verdict = message_of(error)


def _show(found: Verdict) -> None:
    draw, icon = BOXES[found.state]
    draw(f"**{translate(HEADINGS[found.state])}.** {translate(MEANING[found.state])}", icon=icon)
    if found.state in ("unsigned", "tampered"):
        st.markdown(translate(LOOK))
        return
    st.subheader(translate("Who signed"), anchor=False)
    st.markdown(_signer(found))
    if found.state in ("valid", "stranger"):
        st.subheader(translate("What was changed"), anchor=False)
        st.markdown("".join(f"\n- {line}" for line in _changes(found)))


def _signer(found: Verdict) -> Words:
    """Who signed, as far as that can be relied on."""
    if found.state == "valid" and found.signer == SELF_SIGNED:
        return translate(
            "This computer, with a certificate that it made for itself. Nobody has checked who is "
            "behind it."
        )
    name = found.signer or "?"
    if found.state == "stranger":
        return translate("It says: {name}. Anybody can write any name there.", name=name)
    return translate("{name}", name=name)


def _changes(found: Verdict) -> list[Words]:
    lines = [_line(edit) for edit in found.edits]
    if found.source_type == source_type(painted=False):
        lines.append(translate(NOT_PAINTED))
    return lines


def _line(edit: Edit) -> Words:
    """What was done, and in which rectangle if the file says so."""
    said = translate(HOW[edit.how])
    if edit.box is None:
        return said
    left, top, wide, high = edit.box
    return translate(PLACE, how=said, left=left, right=left + wide, top=top, bottom=top + high)
