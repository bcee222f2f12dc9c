"""What a visitor has chosen: all that a picture depends on besides the face."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from simulate.plan.plan import Plan
from ui.text.labels import LIKELY


@dataclass(frozen=True)
class Choice:
    """All that an outcome depends on besides the face.

    Attributes:
        plan: what is done; empty as long as only moles are to be removed and none is picked.
        when: time after treatment; None is the settled result.
        responder: "low", "expected" or "high".
        engine: which model paints skin.
        seed: which sample of the painted skin.
        picks_moles: whether moles can be picked in the picture.
        reactions: of swelling, bruises and redness: "likely", "all" or "none".
        noted: the plan with what the clinic wrote down beside it, as costs and notes, on which no
            picture depends: to be kept and printed. Empty where nobody wrote anything.
    """

    plan: Plan
    when: str | None = None
    responder: str = "expected"
    engine: str = "embedded"
    seed: int = 0
    picks_moles: bool = False
    reactions: str = LIKELY
    noted: Plan = field(default=Plan(), compare=False)

    @property
    def circumstances(self) -> tuple[str | None, str, int, str, str]:
        """What `simulate` takes after face and plan."""
        return self.when, self.responder, self.seed, self.engine, self.reactions

    @property
    def kept(self) -> Plan:
        """The plan as it is kept and printed: with costs, days off and notes."""
        return self.noted if self.noted.treatments else self.plan


def drawn(plan: Plan) -> Plan:
    """Return a plan without what no picture depends on."""
    bare = (replace(one, cost=None, clinic_downtime_days=None) for one in plan.treatments)
    return Plan(tuple(bare), plan.body_kg)
