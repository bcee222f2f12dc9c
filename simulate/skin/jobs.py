"""What of a plan is skin work: one job for each term, in each region it acts on.

Loads neither torch nor a detector, so that a plan without skin terms costs nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from simulate.catalogue import SkinTerm
from simulate.plan import Plan, Treatment


@dataclass(frozen=True)
class Job:
    """One skin term of one treatment in one region.

    Attributes:
        treatment: of the plan.
        term: of its catalogue entry.
        region: name of a region of the face.
    """

    treatment: Treatment
    term: SkinTerm
    region: str

    @property
    def key(self) -> str:
        """What the fully treated skin of this job depends on besides face, engine and seed."""
        one = self.treatment
        return f"{self.term.sign}/{self.term.operator}/{self.region}/{one.spots}/{one.strokes}"

    @property
    def relative_dose(self) -> float:
        """Effective dose over that of the usual dose, on the side or sides treated."""
        entry, one = self.treatment.entry, self.treatment
        whole = entry.usual_dose("both") / entry.usual_dose(one.side)
        return entry.effect(one.dose * whole) / entry.effect(entry.dose.usual)


def jobs_of(plan: Plan) -> Iterator[Job]:
    """Yield the skin jobs of a plan, in its order."""
    for treatment in plan.treatments:
        for term in treatment.entry.skin:
            for region in regions_of(term, treatment.side):
                yield Job(treatment, term, region)


def regions_of(term: SkinTerm, side: str) -> list[str]:
    """Return where a term acts: on one side, not in the regions across the midline."""
    from face_mesh.skin.reading import SIGNS  # the detectors load only for a plan with skin terms

    found = []
    for region in SIGNS[term.sign].regions:
        stem, _, end = region.rpartition("_")
        paired = end in ("left", "right")
        if term.regions and (stem if paired else region) not in term.regions:
            continue
        if side == "both" or (paired and end == side):
            found.append(region)
    return found
