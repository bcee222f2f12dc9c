"""Lids and brows that leave a lift little to do, as the photo shows them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from face_mesh import Face
from face_mesh.messages import Message
from face_mesh.skin.upper_lid import upper_lid
from simulate.outcome.changes import Change
from simulate.plan.plan import Plan, Treatment

FREE_LID_MM = 4.0  # that shows under the fold: with more the result is judged worse (bleph_show)
# Above the pupil: the brows of most people are at 25 (brow_norm), which is read to a millimetre.
USUAL_BROW_MM, HIGH_BROW_MM = 25.0, 26.0


def without_fold(face: Face, treatment: Treatment) -> bool:
    """Return whether a treatment would take a fold off lids that no fold hangs over."""
    return treatment.entry.raises_lid_fold and _least_shown_mm(face, treatment) > FREE_LID_MM


def _least_shown_mm(face: Face, treatment: Treatment) -> float:
    sides = treatment.entry.treated_sides(treatment.side)
    return min(upper_lid(face, side).shown_mm for side in sides)


def free_lids(face: Face, plan: Plan) -> Iterator[str]:
    """Yield a warning of each treatment that takes a fold off lids that no fold hangs over."""
    for treatment in plan.treatments:
        if treatment.dose and without_fold(face, treatment):
            yield Message(
                "{name}: no fold hangs over the lids in this photo, which show {shown_mm:.1f} mm "
                "under it; there is hardly anything to take, and with more than {most_mm:.0f} mm "
                "the result is judged worse.",
                name=Message(treatment.entry.name),
                shown_mm=_least_shown_mm(face, treatment),
                most_mm=FREE_LID_MM,
            )


def high_brows(plan: Plan, changes: Sequence[Change]) -> Iterator[str]:
    """Yield a warning of each treatment that lifts brows which the photo shows high already."""
    before = {change.measure: change.before for change in changes}
    for treatment in plan.treatments:
        entry = treatment.entry
        heights = [
            before[name]
            for side in entry.treated_sides(treatment.side)
            if (name := f"brow_height_{side}") in before and name in entry.measures
        ]
        if treatment.dose and entry.area == "brows" and heights and min(heights) > HIGH_BROW_MM:
            yield Message(
                "{name}: your brows already stand {height_mm:.0f} mm above the pupils, where "
                "{usual_mm:.0f} mm is usual; lifted farther they look surprised.",
                name=Message(entry.name),
                height_mm=min(heights),
                usual_mm=USUAL_BROW_MM,
            )
