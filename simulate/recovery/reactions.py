"""What the tissue does on the way: which reactions of a treatment are there on a day, how strongly.

A reaction that fewer than half of the people have is no part of the likely picture: nobody has
three tenths of a bruise. It can be asked for.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from face_mesh.messages import N_
from simulate.catalogue.procedure import Reaction
from simulate.catalogue.time_course import days_since
from simulate.plan.plan import Treatment

SIGN_WORDS = {"swelling": N_("swelling"), "bruising": N_("bruising"), "erythema": N_("redness")}
LIKELY = 0.5  # share of people from which on a reaction is drawn unasked
LEAST = 0.02  # of the peak: less is not seen


def reactions_at(
    treatment: Treatment, days: float | None, shown: str
) -> Iterator[tuple[Reaction, float]]:
    """Yield the reactions of a treatment on a day, as shares of those of the usual dose's peak.

    Args:
        treatment: what was done; a larger dose swells and bruises more, in proportion.
        days: since the plan began; None is the settled result, without any.
        shown: "likely", "all" or "none".
    """
    days = days_since(treatment.week, days)
    if days is None or days < 0.0 or shown == "none":
        return
    for reaction in treatment.entry.reactions:
        level = float(np.interp(days, reaction.days, reaction.level)) * treatment.relative_dose
        if level > LEAST and (shown == "all" or reaction.frequency >= LIKELY):
            yield reaction, level
