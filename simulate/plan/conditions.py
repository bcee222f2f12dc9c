"""For when and for whom a plan is looked at, and how its skin is painted."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from face_mesh.errors import PlanError
from face_mesh.messages import N_, Message
from simulate.catalogue.time_course import days_after
from simulate.inpaint.registry import EMBEDDED, check_engine

RESPONDERS = {"low": -1.0, "expected": 0.0, "high": 1.0}  # standard deviations from the mean
REACTIONS = ("likely", "all", "none")
MOST_SEED = 2**32 - 1  # what every source of noise takes
# From skin that always burns to skin that never does (Fitzpatrick 1988, doi
# 10.1001/archderm.1988.01670060015008).
PHOTOTYPES = ("I", "II", "III", "IV", "V", "VI")
SEED_OUTSIDE = N_("The sample is chosen by a whole number from {low} to {high}.")


@dataclass(frozen=True)
class Conditions:
    """All that an outcome depends on besides the face and the plan.

    Attributes:
        when: time after the first treatment ("0d", "10d", "2w", "3mo", "1y"), from which the weeks
            of a plan count; None is the settled result.
        responder: "low", "expected" or "high": one standard deviation below or above the mean.
        seed: for engines that draw noise; geometry draws none.
        engine: "embedded" or "hub:NAME"; used only by treatments that paint skin.
        reactions: swelling, bruising and redness at that time: "likely" draws what at least half
            of the people have, "all" whatever there is, "none" leaves them out.
        phototype: of the skin as the person says it, "I" to "VI" (Fitzpatrick); it stands before
            what the photo shows. None is not said.

    Raises:
        PlanError: impossible time, responder, seed, reactions or phototype, or no such engine.
    """

    when: str | None = None
    responder: str = "expected"
    seed: int = 0
    engine: str = EMBEDDED
    reactions: str = "likely"
    phototype: str | None = None

    def __post_init__(self) -> None:
        """Refuse at the door what cannot be simulated."""
        if self.responder not in RESPONDERS:
            raise PlanError(
                Message(
                    "There is no responder {name!r}; use low, expected or high.",
                    name=self.responder[:20],
                )
            )
        if not 0 <= self.seed <= MOST_SEED:
            raise PlanError(Message(SEED_OUTSIDE, low=0, high=MOST_SEED))
        if self.reactions not in REACTIONS:
            raise PlanError(
                Message(
                    "Reactions are shown as likely, all or none, not {shown!r}.",
                    shown=self.reactions[:20],
                )
            )
        if self.phototype not in (None, *PHOTOTYPES):
            raise PlanError(
                Message(
                    "A skin type is I, II, III, IV, V or VI, not {said!r}.",
                    said=self.phototype[:20],
                )
            )
        check_engine(self.engine)
        _ = self.days  # refuses an impossible time

    @cached_property
    def days(self) -> float | None:
        """Days after the first treatment; None is the settled result."""
        return days_after(self.when)

    @property
    def deviations(self) -> float:
        """The responder, in standard deviations from the mean."""
        return RESPONDERS[self.responder]


SETTLED = Conditions()  # the expected result at its fullest
