"""Take it home: everything that can be kept, in one place. Each file is made when it is asked for.

Nothing lies at an address before it is clicked, and each picture is marked and signed.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import streamlit as st

from face_mesh import Face
from ui.compute import files
from ui.compute.faces import PREVIEW_PX
from ui.compute.outcomes import skin_plan
from ui.downloads import background_file, report_parts, time_and_range
from ui.planner import plan_files
from ui.state import plan_state, session
from ui.state.choice import Choice
from ui.state.clinic_policy import policy
from ui.text import language
from ui.text.language import N_, translate

SIGNED = N_(
    "Every picture and the report carry a visible mark and a signature that say that they are "
    "simulated. Where a file goes after that is up to you."
)
PAINTED_AGAIN = N_(
    "Made at the photo's own size, for which skin is painted anew: give it a minute."
)
SAID = {
    files.RANGE: N_("The same plan in somebody who responds weakly, as expected, and strongly."),
    files.FILM: N_("The face right after, after days, weeks and months, on one sheet."),
    files.VIDEO: N_("From the photo through the first days to month 24, moving."),
}
MAKE = {
    files.RANGE: N_("Make the range"),
    files.FILM: N_("Make the two years"),
    files.VIDEO: N_("Make the video"),
    files.REPORT: N_("Make the report"),
}


def show(face: Face, choice: Choice) -> None:
    """Draw all that can be taken home of a choice.

    Args:
        face: at the photo's own size.
        choice: what is chosen now.
    """
    st.header(translate("Take it home"), anchor=False)
    st.caption(translate(SIGNED))
    left, right = st.columns(2, gap="medium")
    with left:
        _show_comparison(face, choice)
        _show_report(face, choice)
        _show_plan(choice)
    with right:
        for kind in (files.VIDEO, files.FILM, files.RANGE):
            _show_sheet(kind, face, choice)


@contextmanager
def _card(title: str, text: str, key: str) -> Iterator[None]:
    with st.container(border=True, gap="small", key=f"take_card_{key}"):
        st.subheader(translate(title), anchor=False)
        st.markdown(translate(text))
        yield


def _show_comparison(face: Face, choice: Choice) -> None:
    with _card(
        N_("Before and after"),
        N_("Both side by side with the plan in words, at the photo's own size (PNG)."),
        "comparison",
    ):
        paints = bool(skin_plan(choice.plan).treatments)
        again = max(face.photo.width, face.photo.height) > PREVIEW_PX
        if paints and again:
            st.caption(translate(PAINTED_AGAIN))
        st.download_button(
            translate("Download the comparison"),
            partial(files.comparison_png, face, choice, language.translator(language.current())),
            file_name="beforehand-comparison.png",
            mime="image/png",
            key="download",
            on_click="ignore",
            icon=":material/download:",
        )


def _show_report(face: Face, choice: Choice) -> None:
    with _card(
        N_("Report"),
        N_(
            "The pictures, the plan, what changes and how surely, the first weeks, the risks with "
            "their sources, and what to settle before you decide (PDF)."
        ),
        "report",
    ):
        options = _report_options(choice)
        every = len(plan_state.letters_in_use()) > 1 and st.checkbox(
            translate("With all plans, not only the one that is on"),
            key="report_plans",
            persist_state="session",
        )
        parts, spoken = report_parts.parts(face, choice, every=every), language.current()
        asked = (tuple(part.key for part in parts), options, spoken)
        begin = partial(files.report, parts, language.translator(spoken), spoken, options)
        place = st.empty()
        pdf = background_file.get_or_make(files.REPORT, asked, begin, place)
        if pdf is None:
            background_file.request_button(
                files.REPORT, asked, translate(MAKE[files.REPORT]), key="take_make_report"
            )
            return
        st.download_button(
            translate("Download the report (PDF, {mb:.1f} MB)", mb=len(pdf) / 1e6),
            partial(bytes, pdf),
            file_name="beforehand-report.pdf",
            mime="application/pdf",
            key="download_report",
            on_click="ignore",
            icon=":material/download:",
        )


def _report_options(choice: Choice) -> files.ReportOptions:
    film = st.checkbox(
        translate("With the pictures of the first two years"),
        value=True,
        key="report_film",
        persist_state="session",
    )
    code = st.checkbox(
        translate("With a QR code of the plan, which opens it again; never of the face"),
        key="report_code",
        persist_state="session",
    )
    notes = bool(choice.full_plan.notes) and st.checkbox(
        translate("With the notes on the plan"), key="report_notes", persist_state="session"
    )
    here = policy()
    clinic = " · ".join(filter(None, (here.name, here.contact)))
    return files.ReportOptions(film, code, notes, clinic, session.start().way != session.CONSULTANT)


def _show_plan(choice: Choice) -> None:
    with _card(
        N_("Plan file"),
        N_(
            "Procedures, doses, sides, costs and notes, to open again here or on another computer. "
            "No photo."
        ),
        "plan",
    ):
        plan_files.offer_to_save(choice)
        with st.expander(translate("Open a plan"), icon=":material/folder_open:", type="compact"):
            plan_files.offer_to_open("take")


def _show_sheet(kind: str, face: Face, choice: Choice) -> None:
    asked, begin = time_and_range.of(kind, choice, face)
    with _card(
        time_and_range.LABELS[kind] if kind != files.VIDEO else N_("Video"), SAID[kind], kind
    ):
        place = st.empty()
        found = background_file.get_or_make(kind, asked, begin, place)
        if found is None:
            background_file.request_button(
                kind, asked, translate(MAKE[kind]), key=f"take_make_{kind}"
            )
        elif kind == files.VIDEO:
            shown = session.start().sheet
            if shown is None or shown[0] != kind:
                time_and_range.show_video(found, choice, key="take_player")
            time_and_range.save_video(found, key="take_video")
        else:
            time_and_range.save_sheet(kind, found, key=f"take_{kind}_save")
