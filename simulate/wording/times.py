"""Times in words: how long something takes, and at which moment after a treatment a picture is.

Two rules hold wherever a time is written: on the page, in the report, on the sheets, on the
command line and in the catalogue page.

- A *duration* is rounded to the unit people use for it (`duration`): days up to three weeks unless
  the weeks are whole, as ten days are not "1 week" to somebody who waits for a bruise to go; weeks
  up to two months; years where they are whole; else months. So 59.5 days are 2 months.
- A *moment* is written in the unit it was asked in and never rounded (`moment`): it names a
  picture, and a picture of day 45 is not one of week 6.
"""

from __future__ import annotations

from collections.abc import Callable

from face_mesh.messages import N_, Message
from simulate.catalogue.time_course import DAYS, count_and_unit

NEAR = 0.05  # of a unit: this near to one year, or to two months, is one
EXACT_BELOW_DAYS = 21.0
_ALONE = {
    "d": (N_("1 day"), N_("{n} days")),
    "w": (N_("1 week"), N_("{n} weeks")),
    "mo": (N_("1 month"), N_("{n} months")),
    "y": (N_("1 year"), N_("{n} years")),
}
# The same after a word like "after", which gives it another ending in some languages: the other
# name of what is filled in makes it a sentence of its own to translate.
_OBLIQUE = {
    "d": (N_("1 day"), N_("{count:g} days")),
    "w": (N_("1 week"), N_("{count:g} weeks")),
    "mo": (N_("1 month"), N_("{count:g} months")),
    "y": (N_("1 year"), N_("{count:g} years")),
}
SETTLED = N_("settled")


def count_of(days: float) -> tuple[int, str]:
    """Return a duration as a count, at least 1, of the unit people use: "d", "w", "mo" or "y"."""
    years = days / DAYS["y"]
    if days < DAYS["w"] or (days < EXACT_BELOW_DAYS and days % DAYS["w"]):
        unit = "d"
    elif days < (2.0 - NEAR) * DAYS["mo"]:
        unit = "w"
    elif round(years) and abs(years - round(years)) < NEAR:
        unit = "y"
    else:
        unit = "mo"
    return max(1, round(days / DAYS[unit])), unit


def duration(days: float) -> Message:
    """Return a duration as it stands by itself: "2 weeks", "3 months", "1 year"."""
    count, unit = count_of(days)
    singular, plural = _ALONE[unit]
    return Message(singular) if count == 1 else Message(plural, n=count)


def oblique(days: float) -> Message:
    """Return a duration as it stands after a word like "after", "in" or "about"."""
    return _oblique(*count_of(days))


def _oblique(count: float, unit: str) -> Message:
    singular, plural = _OBLIQUE[unit]
    return Message(singular) if count == 1 else Message(plural, count=count)


def span(low: float, high: float) -> Message:
    """Return a duration from and to, days: "2 to 5 days", "10 days to 2 weeks", "3 days"."""
    first, last = _ends(low, high, duration)
    return last if first == last else Message("{first} to {last}", first=first, last=last)


def oblique_ends(low: float, high: float) -> tuple[Message | int, Message]:
    """Return both ends of a duration as they stand after a word like "after"; equal if one."""
    return _ends(low, high, oblique)


def _ends(
    low: float, high: float, words: Callable[[float], Message]
) -> tuple[Message | int, Message]:
    first, last = words(low), words(high)
    count, unit = count_of(low)
    return (count if first != last and unit == count_of(high)[1] else first), last


def moment(when: str | None) -> Message:
    """Return the moment of a picture within a sentence: "settled", "right after", "after 3 days".

    Args:
        when: after the treatment, as "3d" or "1.5mo"; None is the settled result.

    Raises:
        PlanError: not such a time.
    """
    if when is None:
        return Message(SETTLED)
    count, unit = count_and_unit(when)
    return Message("after {time}", time=_oblique(count, unit)) if count else Message("right after")


def moment_title(when: str | None) -> Message:
    """Return the moment of a picture as it stands by itself: "Settled", "After 3 days"."""
    return Message("{time!u}", time=moment(when))


def running_date(days: float) -> Message:
    """Return what a running clock shows, what is over: "Day 3", "Week 2", "Month 6"."""
    if days < 14.0:
        return Message("Day {n}", n=int(days))
    if days < DAYS["mo"] - 0.5:
        return Message("Week {n}", n=int(days / DAYS["w"]))
    return Message("Month {n}", n=max(1, int(days / DAYS["mo"] + 0.01)))


def abbreviation(day: int) -> Message:
    """Return a day as the head of a narrow column: "10 d", "4 w"."""
    return Message("{n} d", n=day) if day < 14 else Message("{n} w", n=day // 7)
