"""What a visitor has chosen: all that a picture depends on besides the face."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from simulate.plan.conditions import SETTLED, Conditions
from simulate.plan.plan import Plan


@dataclass(frozen=True)
class Choice:
    """All that an outcome depends on besides the face.

    Attributes:
        plan: what is done; empty as long as only moles are to be removed and none is picked.
        conditions: for when and for whom, and how skin is painted.
        picks_moles: whether moles can be picked in the picture.
        noted: the plan with what the clinic wrote down beside it, as costs and notes, on which no
            picture depends: to be kept and printed. Empty where nobody wrote anything.
    """

    plan: Plan
    conditions: Conditions = SETTLED
    picks_moles: bool = False
    noted: Plan = field(default=Plan(), compare=False)

    @property
    def full_plan(self) -> Plan:
        """The plan as it is kept and printed: with costs, days off and notes."""
        return self.noted if self.noted.treatments else self.plan


def picture_plan(plan: Plan) -> Plan:
    """Return a plan without what no picture depends on."""
    bare = (
        replace(treatment, cost=None, clinic_downtime_days=None) for treatment in plan.treatments
    )
    return Plan(tuple(bare), plan.body_kg)
