"""What a procedure at its usual dose would change in the visitor's own face, in sentences."""

from __future__ import annotations

from face_mesh import Face
from face_mesh.skin.reading import SIGNS
from simulate import Procedure
from simulate.entry import SkinTerm
from ui import run, wording
from ui.language import N_, say

MOST_LINES = 4
SIDES = ("left", "right")  # of a measure, of which one is told for both
IN_UNITS = {  # a ratio says little to somebody who does not measure faces
    "mm": N_("{measure}: {change} mm; most people {range} mm."),
    "deg": N_("{measure}: {change}°; most people {range}°."),
}


def expected(entry: Procedure, face: Face) -> list[str]:
    """Return what changes and by how much, with the range of two of three people.

    Args:
        entry: at its usual dose.
        face: at preview size.
    """
    told: dict[str, str] = {}
    for one in run.expected(face.key, entry.id, face):
        stem = one.measure.rpartition("_")[0] if one.measure.endswith(SIDES) else one.measure
        meant = one.measure in entry.measures and one.unit in IN_UNITS
        if meant and wording.is_noticeable(one) and stem not in told:
            told[stem] = say(
                IN_UNITS[one.unit],
                measure=say(one.name),
                change=wording.change(one),
                range=wording.change_range(one),
            )
    lines = [*told.values(), *(_of_skin(entry, one) for one in entry.skin)]
    return lines[:MOST_LINES]


def _of_skin(entry: Procedure, term: SkinTerm) -> str:
    """How much of a sign goes in the mean person, and in most."""
    low = term.reduction * (1.0 - entry.spread)
    high = min(term.most, term.reduction * (1.0 + entry.spread))
    return say(
        "{sign}: about {share:.0f}\u00a0% less; most people {low:.0f} to {high:.0f}\u00a0%.",
        sign=say(SIGNS[term.sign].name),
        share=100.0 * term.reduction,
        low=100.0 * low,
        high=100.0 * high,
    )
