"""Showing what a plan would change: picture and table."""

from __future__ import annotations

from functools import partial

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from face_mesh import Face, Photo, PlanError
from face_mesh.messages import Message
from simulate import Change, procedures
from simulate.plan.interactions import interactions
from simulate.wording import changes
from simulate.wording.plans import no_effect, plan_words, response
from simulate.wording.times import moment, moment_title
from ui.components import viewer
from ui.compute import faces, outcomes
from ui.compute.outcomes import Result
from ui.planner import retouch as editing
from ui.results import result_progress
from ui.server import error_page
from ui.state import plan_state, session
from ui.state.choice import Choice
from ui.text import labels
from ui.text.language import N_, plain, translate

UNCHANGED = N_("No measure changes by as much as can be written here.")
FIRST_ROWS = 12  # of a table in the open; the rest can be unfolded


def show_photo(photo: Photo) -> None:
    """Draw the photo as it is, its faces numbered if they are several.

    Raises:
        EngineError: the landmark model is missing or damaged.
    """
    viewer.show(faces.photo_picture(photo.sha256, photo))


def show_face(face: Face, choice: Choice | None) -> Result | None:
    """Draw the viewer, with the outcome of the choice if there is one.

    Why a plan cannot be shown is said below the picture, as all else that goes with it.
    """
    small, picture = faces.preview(face.key, face)
    session.start().shown = picture.key
    place = st.empty()
    show = partial(viewer.show, picture, edits=editing.edits_json(), on_edits=editing.take)
    if choice is None:
        show()
        return None
    try:
        result = result_progress.result(choice, small, place) if choice.plan.treatments else None
    except Exception as error:  # of whatever kind: the page goes on
        show()
        _say_why_not(choice, error, place)
        return None
    skin = outcomes.skin_plan(choice.plan)
    mask = outcomes.skin_mask(small.key, skin, small) if result and skin.treatments else None
    retouch = editing.retouch(small, choice, mask)
    if result is None:
        show(retouch=retouch)
        return None
    time = moment(choice.conditions.when)
    show(
        result.jpeg,
        alt=plain(
            "The same photo, simulated, {time!l}: {plan}",
            time=time,
            plan=plan_words(choice.plan),
        ),
        tag=_tag(choice, time),
        heat=result.heat,
        unsure=result.unsure,
        treated=result.treated,
        moved=result.moved,
        turn=result.turn,
        notes=result.notes,
        retouch=retouch,
        live=result.live,
    )
    return result


def _say_why_not(choice: Choice, error: Exception, place: DeltaGenerator) -> None:
    """Say over the picture that it shows nothing of the plan, why, and what would help."""
    found = (
        interaction for interaction in interactions(choice.plan) if interaction.severity == "refuse"
    )
    concerned = next((one.procedures for one in found), ())
    with place.container(key="refused", gap="small"):
        st.error(
            f"**{translate('Not shown')}**  \n{error_page.sentence_of(error)}",
            icon=labels.ICONS["block"],
        )
        with st.container(horizontal=True, gap="small"):
            for name in concerned:
                st.button(
                    translate("Remove {name!l}", name=translate(procedures()[name].name)),
                    key=f"refused_{name}",
                    on_click=plan_state.remove,
                    args=(name,),
                )
            if not isinstance(error, PlanError):  # which another try does not mend
                st.button(
                    translate("Try again"), key="try_picture_again", icon=":material/refresh:"
                )


def _tag(choice: Choice, time: Message) -> str:
    """What the simulated picture is called, which says if some of the plan cannot be seen yet."""
    said = _simulated(choice, time)
    if choice.conditions.responder == "expected":
        return said
    return plain(
        "{simulated}; {response}", simulated=said, response=response(choice.conditions.responder)
    )


def _simulated(choice: Choice, time: Message) -> str:
    days = choice.conditions.days
    weeks = (treatment.week or 0.0 for treatment in choice.plan.treatments if treatment.dose)
    if days is not None and any(7.0 * week > days for week in weeks):
        return plain("Simulated, {time!l}; not all is done yet", time=time)
    return plain("Simulated, {time!l}", time=time)


def show_changes(result: Result, choice: Choice) -> None:
    """Draw the table of changes, and below it why some ranges are wide."""
    st.header(translate("What changes"), anchor=False)
    noticed = [change for change in result.changes if changes.is_noticeable(change)]
    if not noticed:
        st.markdown(translate(no_effect(choice.plan, choice.conditions.when) or UNCHANGED))
        return
    _show_table(noticed[:FIRST_ROWS])
    if noticed[FIRST_ROWS:]:
        with st.expander(translate("Other measures")):
            _show_table(noticed[FIRST_ROWS:])
    st.caption(
        translate(
            "{time}. About two of three people would fall within the range: it covers how "
            "differently people respond and how sure the measuring is. {share:.1f}\u00a0% of the "
            "picture changed; every other pixel is the photo's own.",
            time=moment_title(choice.conditions.when),
            share=100.0 * result.changed_fraction,
        )
    )
    if (small := changes.within_noise(noticed)) is not None:
        st.caption(translate(small))


def _show_table(rows: list[Change]) -> None:
    reasons = list(dict.fromkeys(row.because for row in rows if row.because))
    same = len({row.because for row in rows}) == 1  # it needs no mark
    marks = {reason: "" if same else _footnote(i) for i, reason in enumerate(reasons)}
    st.table(
        _table(rows, marks),
        border="horizontal",
        hide_index=True,
        alt=translate("Measures of the face before and after, with the range to be expected"),
    )
    if marks:
        lines = [f"{mark} {translate(reason)}".strip() for reason, mark in marks.items()]
        st.caption("  \n".join(lines))


def _footnote(index: int) -> str:
    """Return the mark of a footnote, a raised letter: a raised digit would be an exponent."""
    return "ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖ"[index % 16]


def _table(rows: list[Change], marks: dict[str, str]) -> dict[str, list[str]]:
    return {
        translate("Measure"): [translate(changes.measure(row)) for row in rows],
        translate("Before"): [translate(changes.level(row, row.before)) for row in rows],
        translate("After"): [translate(changes.level(row, row.after)) for row in rows],
        translate("Change"): [translate(changes.difference(row)) for row in rows],
        translate("Range (two of three people)"): [
            f"{translate(changes.difference_range(row))}\u202f{marks.get(row.because, '')}".strip()
            for row in rows
        ],
    }
