"""Over time and range: the film of two years, the same moving, and weak to strong responses."""

from __future__ import annotations

from collections.abc import Callable, Generator, Hashable
from functools import partial
from typing import Any

import streamlit as st

from face_mesh import Face
from simulate.export.contact_sheet import FILM_SAID, RANGE_SAID
from simulate.wording.plans import plan_words
from ui.components import player
from ui.components.viewer import strip
from ui.compute import faces, files
from ui.downloads import background_file
from ui.state import session
from ui.state.choice import Choice
from ui.text import language
from ui.text.language import N_, plain, translate

LABELS = {
    files.FILM: N_("The first two years"),
    files.VIDEO: N_("The same as a video"),
    files.RANGE: N_("Weak, expected, strong"),
}
FILES = {files.FILM: "beforehand-two-years.png", files.RANGE: "beforehand-range.png"}
SHEETS = {files.FILM: FILM_SAID, files.RANGE: RANGE_SAID}
OFFERED = N_(
    "Your face right after, after days, weeks, months and up to two years; or the same plan in "
    "somebody who responds weakly and somebody who responds strongly."
)
VIDEO_SAID = N_(
    "Every picture is simulated for its own day. All swelling, bruises and redness that were seen "
    "in people are drawn together; few have them all."
)
Begin = Callable[[], Generator[float, None, Any]]


def of(kind: str, choice: Choice, face: Face) -> tuple[Hashable, Begin]:
    """Return all that a film, range or video depends on, and what begins to make it.

    Args:
        kind: of `LABELS`.
        choice: what is chosen now.
        face: at the photo's own size.
    """
    small = faces.preview(face.key, face)[0]
    spoken = language.current()
    say_so = language.translator(spoken)
    if kind == files.VIDEO:
        film = files.sheet_choice(files.FILM, choice)
        return (small.key, film, spoken), partial(files.video, film, small, say_so)
    shown = files.sheet_choice(kind, choice)
    return (small.key, shown, spoken), partial(files.sheet, kind, shown, small, say_so)


def offer(face: Face, choice: Choice) -> None:
    """Draw the buttons for the sheets, and the sheet that was asked for, as long as it is true."""
    st.header(translate("More pictures"), anchor=False)
    now = {kind: of(kind, choice, face) for kind in LABELS}
    with st.container(horizontal=True):
        for kind, label in LABELS.items():
            background_file.request_button(kind, now[kind][0], translate(label), visible=True)
    state, place = session.start(), st.empty()
    if state.sheet is None or state.sheet[1] != now[state.sheet[0]][0]:
        state.sheet = None  # of other doses
        st.caption(translate(OFFERED))
        return
    kind = state.sheet[0]
    found = background_file.get_or_make(kind, *now[kind], place)
    if found is not None and kind == files.VIDEO:
        show_video(found, choice, key="player")
        save_video(found, key="download_video")
    elif found is not None:
        strip.show(found.panels, key="strip")
        st.caption(translate(SHEETS[kind]))
        save_sheet(kind, found, key=f"download_{kind}")


def show_video(made: files.TimelapseFiles, choice: Choice, key: str) -> None:
    """Draw the player, and what is seen in it."""
    words = {
        "alt": plain(
            "The face from before the treatment to two years after it, simulated: {plan}",
            plan=plan_words(choice.plan),
        ),
        "play": plain("Play"),
        "pause": plain("Pause"),
        "time": plain("Place in the video"),
        "unplayed": plain("This browser cannot play the video; download it, or the GIF."),
    }
    player.show(made.mp4, made.size, made.dates, words, key)
    st.caption(translate(VIDEO_SAID))


def save_sheet(kind: str, made: files.Sheet, key: str) -> None:
    """Draw the download of a film or range."""
    _save(translate("Download these pictures"), made.png, FILES[kind], "image/png", key)


def save_video(made: files.TimelapseFiles, key: str) -> None:
    """Draw the downloads of the video."""
    with st.container(horizontal=True):
        _save(
            translate("Download the video (MP4)"),
            made.mp4,
            "beforehand-video.mp4",
            "video/mp4",
            key,
        )
        _save(
            translate("Download as a GIF"),
            made.gif,
            "beforehand-video.gif",
            "image/gif",
            f"{key}_gif",
        )


def _save(label: str, data: bytes, name: str, mime: str, key: str) -> None:
    st.download_button(
        label,
        partial(bytes, data),  # called at the click: before it the file has no address
        file_name=name,
        mime=mime,
        key=key,
        on_click="ignore",
        icon=":material/download:",
    )
