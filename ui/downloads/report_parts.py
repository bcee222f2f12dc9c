"""What a report is of: which plans, on which photos of the person.

The photo from the front is what people mean by a picture of a face, so it comes first whichever is
on the page; the others follow it.
"""

from __future__ import annotations

from dataclasses import replace

from face_mesh import Face
from face_mesh.messages import COMMAS, Message, MessageList
from simulate import Plan
from ui.compute.faces import preview
from ui.compute.files import ReportPlan
from ui.intake import measurement
from ui.planner import controls, retouch
from ui.results import view_switch
from ui.state import plan_state, session
from ui.state.choice import Choice, picture_plan


def parts(face: Face, choice: Choice, *, every: bool) -> list[ReportPlan]:
    """Return the plans of a report.

    Args:
        face: of the photo that is worked on, at its own size.
        choice: what is chosen now.
        every: all plans of the visit; else the one that is on.
    """
    state = session.start()
    faces = _faces(face)
    # What was done by hand belongs to the photo it was done in.
    by_hand = any(treatment.spots or treatment.strokes for treatment in choice.plan.treatments)
    main = state.view if by_hand or session.FRONT not in faces else session.FRONT
    letters = plan_state.letters_in_use() if every else (state.letter,)
    found = []
    for letter in letters:
        plan = plan_state.plan(letter)
        chosen = _chosen(plan, choice, faces[main], main) if every or main != state.view else choice
        if chosen.plan.treatments:
            others = tuple(
                (
                    view_switch.NAMES[view],
                    _chosen(plan, choice, small, view),
                    small,
                    _left_out(plan, view),
                )
                for view, small in faces.items()
                if view != main
            )
            name = view_switch.NAMES[main] if len(faces) > 1 else ""
            title = plan_state.plain_title(letter) if every else ""
            found.append(ReportPlan(chosen, faces[main], title, name, others))
    return found


def _faces(face: Face) -> dict[str, Face]:
    """Return the face in each photo that can be used, at preview size, by view."""
    state, found = session.start(), dict[str, Face]()
    photos = {session.FRONT: state.photo, **state.views}
    for view, photo in photos.items():
        seen = face if view == state.view else measurement.read(photo, view) if photo else None
        if seen is not None and measurement.usable(seen.findings):
            found[view] = preview(seen.key, seen)[0]
    return found


def _chosen(plan: Plan, choice: Choice, small: Face, view: str) -> Choice:
    """Return what is chosen of a plan on a photo, at the time and response that are on."""
    if view == session.start().view:
        return controls.choice_of(plan, small, choice.conditions)
    given = tuple(treatment for treatment in plan.treatments if not retouch.picks(treatment))
    noted = replace(plan, treatments=given)
    return Choice(picture_plan(noted), choice.conditions, noted=noted)


def _left_out(plan: Plan, view: str) -> str:
    names = dict.fromkeys(
        treatment.entry.name for treatment in plan.treatments if retouch.picks(treatment)
    )
    if not names or view == session.start().view:
        return ""
    return Message(
        "Left out here, because it was picked in another photo: {names}.",
        names=MessageList(names, COMMAS),
    )
