"""How long an effect lasts, in words, from the course in the catalogue."""

from __future__ import annotations

import numpy as np

from simulate import Plan
from simulate.entry import Course
from simulate.recovery import DAYS, days_after, share_at

LASTING_SHARE = 0.95  # from here on a course that ends is called lasting
WEEKS_BELOW_DAYS = 60.0
EXACT_BELOW_DAYS = 21.0  # 10 days are not "1 week" to somebody who waits for a bruise to go
YEAR_TOLERANCE = 0.05  # of a year, within which a time is written in years


def is_gone(plan: Plan, when: str | None) -> bool:
    """Whether no treatment of the plan has any effect left at that time."""
    days = days_after(when)
    return not any(share_at(one.entry, days) for one in plan.treatments)


def is_to_come(plan: Plan, when: str | None) -> bool:
    """Whether the effect of every treatment that has none yet at that time is still to come."""
    days = days_after(when)
    if days is None or not is_gone(plan, when):
        return False
    return any(days < one.entry.course.peak_day for one in plan.treatments)


def beginning(course: Course, swells: bool) -> str:
    """One line: "Half of it is there after 4 days, all of it after 2 weeks".

    Args:
        course: of the effect.
        swells: whether swelling may hide it.
    """
    onset, peak = course.onset_day, course.peak_day
    if peak < 1.0:
        return f"All of it is there at once{', though swelling hides it at first' * swells}."
    if onset < 1.0:
        return f"Seen at once; at its most after {time(peak)}."
    return f"Half of it is there after {time(onset)}, all of it after {time(peak)}."


def lasting(course: Course) -> str:
    """One line: "Fullest after 2 weeks; half at about 3 months; nothing left after 4 months"."""
    if course.share[-1] >= LASTING_SHARE:
        return _settling(course)
    parts = [_fullest(course), *_half(course), _end(course)]
    return "; ".join(parts) + "."


def time(days: float) -> str:
    """A time in the unit people use for it: "2 weeks", "3 months", "1 year"."""
    years = days / DAYS["y"]
    if days < DAYS["w"] or (days < EXACT_BELOW_DAYS and days % DAYS["w"]):
        return _count(days, "day")
    if days < WEEKS_BELOW_DAYS:
        return _count(days / DAYS["w"], "week")
    if round(years) and abs(years - round(years)) < YEAR_TOLERANCE:
        return _count(years, "year")
    return _count(days / DAYS["mo"], "month")


def _count(value: float, unit: str) -> str:
    number = max(1, round(value))
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"


def _settling(course: Course) -> str:
    """Words for an effect that stays, after more of it at first if there was."""
    most = max(course.share)
    if most <= 1.0:
        return "Lasting."
    settled = next(day for day, share in zip(course.days, course.share, strict=True) if share <= 1)
    return f"At first {most:.1f} times as much; settled after {time(settled)}, then lasting."


def _fullest(course: Course) -> str:
    most = max(course.share)
    days = [day for day, share in zip(course.days, course.share, strict=True) if share == most]
    if days[0] > 0.0:
        return f"Fullest after {time(days[0])}"
    return f"Fullest in the first {time(days[-1])}" if days[-1] > 0.0 else "Fullest at once"


def _half(course: Course) -> list[str]:
    """When it has fallen to half; empty if that is the end of the course or beyond it."""
    peak = course.share.index(max(course.share))
    days, share = course.days[peak:], course.share[peak:]
    if share[-1] >= 0.5:
        return []
    return [f"half at about {time(float(np.interp(-0.5, [-one for one in share], days)))}"]


def _end(course: Course) -> str:
    left, days = course.share[-1], course.days[-1]
    if left <= 0.0:
        return f"nothing left after {time(days)}"
    return f"{100 * left:.0f} % left after {time(days)}, which is as far as the figures reach"
