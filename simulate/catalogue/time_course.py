"""Time after the treatment: what "3mo" means, and how much of the settled effect is there then."""

from __future__ import annotations

import re

import numpy as np

from face_mesh.errors import PlanError
from face_mesh.messages import Message
from simulate.catalogue.procedure import Procedure

DAYS = {"d": 1.0, "w": 7.0, "mo": 30.4375, "y": 365.25}
_TIME = re.compile(r"[ \t]*([0-9]++(?:\.[0-9]++)?)[ \t]*(d|w|mo|y)[ \t]*")
LONGEST_DAYS = 24 * DAYS["mo"]  # the evidence does not carry further


def days_after(when: str | None) -> float | None:
    """Return the days after treatment of "10d", "2w", "3mo" or "1y"; None is the settled result.

    Raises:
        PlanError: not such a time, or beyond 24 months.
    """
    if when is None:
        return None
    count, unit = count_and_unit(when)
    days = count * DAYS[unit]
    if days > LONGEST_DAYS:
        raise PlanError("The evidence reaches 24 months after a treatment; give an earlier time.")
    return days


def count_and_unit(when: str) -> tuple[float, str]:
    """Return the count and the unit of "10d", "2w", "3mo" or "1y".

    Raises:
        PlanError: not such a time.
    """
    match = _TIME.fullmatch(when)
    if match is None:
        raise PlanError(
            Message("{when!r} is not a time; write 10d, 2w, 3mo or 1y.", when=when[:20])
        )
    return float(match[1]), match[2]


def days_since(week: float | None, days: float | None) -> float | None:
    """Return the days since a treatment, of a time counted from the first of its plan.

    Args:
        week: of the plan in which it is done; None is the first.
        days: since the first; None is the settled result.
    """
    return days if days is None or week is None else days - DAYS["w"] * week


def share_at(procedure: Procedure, days: float | None) -> float:
    """Return the share of the settled effect present after `days`.

    1.0 for the settled result, 0.0 before it was done.
    """
    if days is None:
        return 1.0
    if days < 0.0:
        return 0.0
    return float(np.interp(days, procedure.course.days, procedure.course.share))
