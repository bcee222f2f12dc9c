"""What a procedure would change in the visitor's own face, settled, in sentences."""

from __future__ import annotations

from collections.abc import Sequence

from face_mesh import Face
from face_mesh.skin.reading import SIGNS
from simulate import Plan, Procedure, Treatment
from simulate.entry import SkinTerm
from ui import run, wording
from ui.choice import drawn
from ui.language import N_, say

MOST_LINES = 4  # of what moves, and again of what the skin loses
IN_UNITS = {  # a ratio says little to somebody who does not measure faces
    "mm": N_("{measure}: {change} mm; most people {range} mm."),
    "deg": N_("{measure}: {change}°; most people {range}°."),
}


def expected(given: Sequence[Treatment], face: Face) -> list[str]:
    """Return what one procedure changes and by how much, with the range of two of three people.

    Args:
        given: its treatments, one or one for each side.
        face: at preview size.
    """
    entry, plan = given[0].entry, drawn(Plan(tuple(given)))
    moved = [
        say(
            IN_UNITS[one.unit],
            measure=say(one.name),
            change=wording.change(one),
            range=wording.change_range(one),
        )
        for one in run.expected(face.key, plan, face)
        if one.measure in entry.measures and one.unit in IN_UNITS and wording.is_noticeable(one)
    ]
    dose = max(one.relative_dose for one in given)
    lost = [_of_skin(entry, one, dose) for one in entry.skin if one.share(dose)]
    return [*moved[:MOST_LINES], *lost[:MOST_LINES]]


def _of_skin(entry: Procedure, term: SkinTerm, dose: float) -> str:
    """How much of a sign goes in the mean person, and in most."""
    low, share, high = (
        100.0 * term.share(dose * (1.0 + deviations * entry.spread)) for deviations in (-1, 0, 1)
    )
    return say(
        "{sign}: about {share:.0f}\u00a0% less; most people {low:.0f} to {high:.0f}\u00a0%.",
        sign=say(SIGNS[term.sign].name),
        share=share,
        low=low,
        high=high,
    )
