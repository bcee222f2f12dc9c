"""How far brows are lifted in a picture, and what is said of the rest.

Brows that stand high already go no higher than people's brows do; and where a brow lies close over
the lashes of a deep-set eye, the photo has too little skin that could be drawn out below it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from face_mesh import Face
from face_mesh.covers.cover import wears_glasses
from face_mesh.messages import Message
from face_mesh.skin.brow import brow_of
from simulate.geometry.basis import measures_before
from simulate.plan.plan import Plan, Treatment

# Above the pupil, to which the middle of a brow is lifted: 19 of 20 of 156 development people stand
# lower than 27 mm, and no surgeon lifts above what is seen in anybody. Author's estimate.
HIGHEST_MM = 29.0
# Skin between lashes and brow where it is narrowest, but for a tenth of the lid's length; so many
# times that a brow rises. Lids tore in the pictures of four people with 2 to 4 mm of it and, at the
# largest dose, of one with 5.9 mm; of 16 with 6 mm or more none did. Author's estimate.
NARROWEST, DRAWN_OUT = 0.1, 0.8
LEAST = 0.4  # of what is asked for is drawn in any case, or there would be nothing to see


def lifted_share(face: Face, treatment: Treatment, lift_mm: float) -> float:
    """Return the share that is drawn of a lift of the brows in mm: 1 of all that is none."""
    entry = treatment.entry
    if entry.area != "brows" or entry.dose.unit != "mm" or lift_mm <= 0.0:
        return 1.0
    room = min(_below_highest_mm(face, treatment), _drawn_out_mm(face, treatment))
    return max(LEAST, min(1.0, room / lift_mm))


def _below_highest_mm(face: Face, treatment: Treatment) -> float:
    before, sides = measures_before(face), treatment.entry.treated_sides(treatment.side)
    return HIGHEST_MM - max(before[f"brow_height_{side}"] for side in sides)


def _drawn_out_mm(face: Face, treatment: Treatment) -> float:
    if wears_glasses(face):  # their frame is read as a brow, and no lid is drawn out behind them
        return math.inf
    found = []
    for side in treatment.entry.treated_sides(treatment.side):
        brow = brow_of(face, side)
        first, last = brow.lid.along_mm[[0, -1]]  # beside the eye the tail of a brow hangs lower
        over_eye = (brow.along_mm > first) & (brow.along_mm < last)
        found.append(float(np.quantile(brow.low_mm[over_eye], NARROWEST)))
    return DRAWN_OUT * min(found)


def lifted_in_part(face: Face, plan: Plan) -> Iterator[Message]:
    """Yield for each lift of the brows how much of it is drawn, where that is not all."""
    for treatment in plan.treatments:
        share = lifted_share(face, treatment, treatment.dose)
        if share == 1.0:
            continue
        if _drawn_out_mm(face, treatment) < _below_highest_mm(face, treatment):
            yield Message(
                "{name}: drawn only {drawn_mm:.1f} mm higher, because your brows lie close over "
                "your lashes and this photo shows too little of the skin between them.",
                name=Message(treatment.entry.name),
                drawn_mm=share * treatment.dose,
            )
        else:
            yield Message(
                "{name}: drawn only {drawn_mm:.1f} mm higher, because with more your brows would "
                "stand higher than people's brows do.",
                name=Message(treatment.entry.name),
                drawn_mm=share * treatment.dose,
            )
