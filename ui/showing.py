"""Showing what a plan would change: picture, table, download."""

from __future__ import annotations

from functools import partial

import streamlit as st

from face_mesh import Face, Photo
from simulate import Change, export
from ui import run, viewer, wording
from ui.choosing import Choice


def show_photo(photo: Photo) -> None:
    """Draw the photo as it is, its faces numbered if they are several.

    Raises:
        EngineError: the landmark model is missing or damaged.
    """
    viewer.show(run.faces(photo.sha256, photo)[1])


def show_face(face: Face, choice: Choice | None) -> run.Result | None:
    """Draw the viewer, with the outcome of the choice if there is one.

    Raises:
        PlanError: the plan is impossible.
    """
    small, picture = run.preview(face.key, face)
    if choice is None:
        viewer.show(picture)
        return None
    result = run.result(small.key, choice.plan, choice.when, choice.responder, small)
    alt = f"The same photo, simulated: {export.plan_words(choice.plan)}"
    viewer.show(picture, result.jpeg, alt=alt, heat=result.heat, treated=result.treated)
    return result


def show_changes(result: run.Result) -> None:
    """Draw the warnings of the outcome and the table of its changes."""
    st.header("What changes", anchor=False)
    for sentence in result.warnings:
        st.warning(sentence, icon=":material/warning:")
    changes = [one for one in result.changes if wording.is_noticeable(one)]
    if changes:
        st.table(
            _table(sorted(changes, key=lambda one: not one.in_picture)),
            border="horizontal",
            hide_index=True,
            alt="Measures of the face before and after, with the range to be expected",
        )
    share = 100.0 * result.changed_fraction
    st.caption(
        "About two of three people would fall within the range: it covers how differently people "
        f"respond and how sure the measuring is. {share:.1f}\u00a0% of the picture changed; every "
        "other pixel is the photo's own."
    )


def offer_download(face: Face, choice: Choice) -> None:
    """Draw the download; the picture is made when it is asked for."""
    st.download_button(
        "Download the comparison",
        partial(run.comparison_png, face, choice.plan, choice.when, choice.responder),
        file_name="beforehand-comparison.png",
        mime="image/png",
        key="download",
        on_click="ignore",
        icon=":material/download:",
    )


def _table(changes: list[Change]) -> dict[str, list[str]]:
    return {
        "Measure": [wording.measure(one) for one in changes],
        "Before": [wording.figure(one.before, one.unit) for one in changes],
        "After": [wording.figure(one.after, one.unit) for one in changes],
        "Change (range)": [wording.change(one) for one in changes],
    }
