"""What of a plan is skin work: one job for each term, in each region it acts on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from face_mesh.landmarks.anatomy import stem_and_side
from face_mesh.skin.signs import SIGNS
from simulate.catalogue.procedure import SkinTerm
from simulate.plan.plan import Plan, Treatment


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


def jobs_of(plan: Plan) -> Iterator[Job]:
    """Yield the skin jobs of a plan, in its order."""
    for treatment in plan.treatments:
        for term in treatment.entry.skin:
            regions = regions_of(term, treatment.side)
            # Picked lesions lie where they lie; the first region stands for all of them.
            for region in regions[:1] if treatment.spots else regions:
                yield Job(treatment, term, region)


def regions_of(term: SkinTerm, side: str) -> list[str]:
    """Return where a term acts: on one side, not in the regions across the midline."""
    found = []
    for region in SIGNS[term.sign].regions:
        stem, own = stem_and_side(region)
        if (not term.regions or stem in term.regions) and side in ("both", own):
            found.append(region)
    return found
