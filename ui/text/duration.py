"""How long an effect lasts, in words, from the course in the catalogue."""

from __future__ import annotations

import numpy as np

from face_mesh.messages import SEMICOLONS, Listed, Said
from simulate import Plan
from simulate.catalogue.procedure import Course
from simulate.catalogue.time_course import DAYS, days_after, share_at
from ui.text.language import N_, say

LASTING_SHARE = 0.95  # from here on a course that ends is called lasting
WEEKS_BELOW_DAYS = 60.0
EXACT_BELOW_DAYS = 21.0  # 10 days are not "1 week" to somebody who waits for a bruise to go
# Named apart from the times that stand alone (`time_course.time_words`), see `time`.
_TIMES = {
    "d": (N_("1 day"), N_("{count} days")),
    "w": (N_("1 week"), N_("{count} weeks")),
    "mo": (N_("1 month"), N_("{count} months")),
    "y": (N_("1 year"), N_("{count} years")),
}
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
        return say(
            "All of it is there at once, though swelling hides it at first."
            if swells
            else "All of it is there at once."
        )
    if onset < 1.0:
        return say("Seen at once; at its most after {peak}.", peak=time(peak))
    return say(
        "Half of it is there after {onset}, all of it after {peak}.",
        onset=time(onset),
        peak=time(peak),
    )


def lasting(course: Course) -> str:
    """One line: "Fullest after 2 weeks; half at about 3 months; nothing left after 4 months"."""
    if course.share[-1] >= LASTING_SHARE:
        return say(_settling(course))
    parts = [_fullest(course), *_half(course), _end(course)]
    return say(Listed(parts, SEMICOLONS)) + "."


def time(days: float) -> Said:
    """A time in the unit people use for it, to be said: "2 weeks", "3 months", "1 year".

    As it stands after a word like "after", which in some languages gives it another ending.
    """
    count, unit = counted(days)
    one, more = _TIMES[unit]
    return Said(one) if count == 1 else Said(more, count=count)


def counted(days: float) -> tuple[int, str]:
    """Return how many of which unit of `simulate.catalogue.time_course.DAYS` a time is."""
    years = days / DAYS["y"]
    if days < DAYS["w"] or (days < EXACT_BELOW_DAYS and days % DAYS["w"]):
        unit = "d"
    elif days < WEEKS_BELOW_DAYS:
        unit = "w"
    elif round(years) and abs(years - round(years)) < YEAR_TOLERANCE:
        unit = "y"
    else:
        unit = "mo"
    return max(1, round(days / DAYS[unit])), unit


def _settling(course: Course) -> Said:
    """Words for an effect that stays, after more of it at first if there was."""
    most = max(course.share)
    if most <= 1.0:
        return Said("Lasting.")
    settled = next(day for day, share in zip(course.days, course.share, strict=True) if share <= 1)
    return Said(
        "At first {most:.1f} times as much; settled after {settled}, then lasting.",
        most=most,
        settled=time(settled),
    )


def _fullest(course: Course) -> Said:
    most = max(course.share)
    days = [day for day, share in zip(course.days, course.share, strict=True) if share == most]
    if days[0] > 0.0:
        return Said("Fullest after {first}", first=time(days[0]))
    if days[-1] > 0.0:
        return Said("Fullest in the first {last}", last=time(days[-1]))
    return Said("Fullest at once")


def _half(course: Course) -> list[Said]:
    """When it has fallen to half; empty if that is the end of the course or beyond it."""
    peak = course.share.index(max(course.share))
    days, share = course.days[peak:], course.share[peak:]
    if share[-1] >= 0.5:
        return []
    halved = time(float(np.interp(-0.5, [-one for one in share], days)))
    return [Said("half at about {halved}", halved=halved)]


def _end(course: Course) -> Said:
    left, end = course.share[-1], time(course.days[-1])
    if left <= 0.0:
        return Said("nothing left after {end}", end=end)
    return Said(
        "{percent:.0f} % left after {end}, which is as far as the figures reach",
        percent=100.0 * left,
        end=end,
    )
