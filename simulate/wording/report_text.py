"""What the report says, in a patient's words: sentences without a layout."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from face_mesh.messages import N_
from face_mesh.skin.signs import SIGNS
from simulate.catalogue.procedure import (
    Course,
    Procedure,
    Reaction,
)
from simulate.catalogue.sources import ESTIMATE, sources
from simulate.catalogue.time_course import DAYS, days_after
from simulate.outcome.changes import Change
from simulate.outcome.outcome import Outcome
from simulate.plan.plan import Plan
from simulate.plan.summary import Row, Summary, Total
from simulate.recovery.reactions import SIGN_WORDS
from simulate.wording.language import Say, english

UNITS = {"deg": "°", "ratio": "", "count": N_("number")}
DECIMALS = {"ratio": 2, "count": 0}  # of the figures of a measure; else 1
STEPS = ((2 / 3, "●●●"), (1 / 3, "●●"), (0.02, "●"))  # share of the worst from which on
NONE_LEFT = "–"
CALENDAR = (0, 1, 3, 7, 10, 14, 21, 28, 56, 84)  # days after a treatment
CALENDAR_SAID = N_(
    "Days are counted from each treatment. ●●● is two thirds of its worst or more, ●● a third or "
    "more, ● less, – none. They are the usual pace of healing of those who have it; yours may "
    "be faster or slower."
)
CANNOT_KNOW = (
    N_(
        "It does not know your health: illnesses, medicines, allergies, a pregnancy, or what "
        "was injected or operated before. Tell your clinician all of it."
    ),
    N_(
        "It does not know how your own body will respond and heal. The range is that of the "
        "people who were studied, and one of three falls outside it."
    ),
    N_("It does not know the hand that treats you, nor the product or device that will be used."),
    N_(
        "It sees one photo from one side, in one light and one expression. It shows nothing of "
        "how the face moves, how it feels to the touch, or of a scar."
    ),
    N_("It never draws a complication. That none is seen does not mean that none can come."),
    N_("It is no examination, no diagnosis and no medical advice."),
)
CONSENT = (
    N_(
        "I have seen these pictures and understand that they are simulations: a possible "
        "result, not a promise, and no part of what is agreed on."
    ),
    N_(
        "The doses, the number of sessions and the weeks were explained to me, and what else "
        "could be done, including nothing at all."
    ),
    N_(
        "What can go wrong was explained to me, also what is rare and serious, what I would "
        "notice and whom to call at any hour."
    ),
    N_(
        "I told of my illnesses, medicines, allergies, earlier treatments and of a pregnancy or"
        " nursing."
    ),
    N_(
        "I know how long the effect is expected to last, what it costs, and that I may change "
        "my mind at any time before the treatment."
    ),
    N_("My questions were answered, and I had time to think."),
)
CONSENT_SAID = N_(
    "A text to read together before you sign anything. It does not replace the clinic's own form "
    "or the talk with the person who treats you. Tick what is true for you."
)
QUESTIONS_SAID = N_("Take these pages along, and tick what was answered.")
QUESTIONS = (
    N_("What would you advise me to do, what else could be done, and what if I do nothing?"),
    N_("How often have you done this, and may I see results of your own that are years old?"),
    N_("Which product or device would be used on me, and is it approved for this?"),
    N_("What can go wrong, how often does it happen here, and what would you do then?"),
    N_("Is there anything in my health, medicines or earlier treatments that speaks against it?"),
    N_("What must I look out for afterwards, and whom can I call at night or at the weekend?"),
    N_("When can I be among people again, and when will I see the result?"),
    N_("How long does it last, what does it cost in all, and what if it has to be put right?"),
    N_("May I take some time to think about it?"),
)
SIGNED = (N_("Patient: name, date, signature"), N_("Clinician: name, date, signature"))
# One and several of each unit of time, by how they stand in a sentence: languages differ there.
SPAN = {
    "d": (N_("1 day"), N_("{n} days")),
    "w": (N_("1 week"), N_("{n} weeks")),
    "mo": (N_("1 month"), N_("{n} months")),
    "y": (N_("1 year"), N_("{n} years")),
}
AFTER = {
    "d": (N_("after 1 day"), N_("after {n} days")),
    "w": (N_("after 1 week"), N_("after {n} weeks")),
    "mo": (N_("after 1 month"), N_("after {n} months")),
    "y": (N_("after 1 year"), N_("after {n} years")),
}
WITHIN = {
    "d": (N_("in 1 day"), N_("in {n} days")),
    "w": (N_("in 1 week"), N_("in {n} weeks")),
    "mo": (N_("in 1 month"), N_("in {n} months")),
    "y": (N_("in 1 year"), N_("in {n} years")),
}
FROM_TO = {
    "d": N_("{first} to {last} days"),
    "w": N_("{first} to {last} weeks"),
    "mo": N_("{first} to {last} months"),
    "y": N_("{first} to {last} years"),
}
DOSED = {
    "total": N_("{amount}"),
    "per_side": N_("{amount} on each side"),
    "left": N_("{amount}, left side only"),
    "right": N_("{amount}, right side only"),
}
Phrases = dict[str, tuple[str, str]]


class Citing:
    """Number the sources in the order they are first named."""

    def __init__(self, say: Say = english) -> None:
        self.keys: dict[str, int] = {}
        self.say = say

    def mark(self, *named: str) -> str:
        """Return "[1, 4]" for source keys or "key + key"; an estimate says that it is one."""
        keys = [key.strip() for one in named for key in one.split("+")]
        cited = {
            key: self.keys.setdefault(key, len(self.keys) + 1) for key in keys if key in sources()
        }
        numbers = f"[{', '.join(str(n) for n in sorted(cited.values()))}]" if cited else ""
        ours = self.say(N_("(our own estimate)")) if ESTIMATE in keys else ""
        return " ".join(filter(None, (numbers, ours)))

    def listed(self) -> list[tuple[int, str]]:
        """Return number and full citation of all that were named."""
        return [(number, sources()[key]) for key, number in self.keys.items()]


def _measured(days: float) -> tuple[int, str]:
    """Return a time as a count of the unit people use for it."""
    for unit, least in (("y", 1.0), ("mo", 2.0), ("w", 1.0)):
        count = days / DAYS[unit]
        exact = unit != "w" or days >= 21 or days % 7 == 0
        whole = unit != "y" or abs(count - round(count)) < 0.05
        if count >= least - 0.05 and exact and whole:
            return round(count), unit
    return round(days), "d"


def _counted(count: int, unit: str, phrases: Phrases, say: Say) -> str:
    one, more = phrases[unit]
    return say(one) if count == 1 else say(more, n=count)


def span(days: float, say: Say = english, phrases: Phrases = SPAN) -> str:
    """Return a time in the unit people use for it: "2 weeks", "3 months", "1 year"."""
    return _counted(*_measured(days), phrases, say)


def by_procedure(rows: Iterable[Row]) -> list[list[Row]]:
    """Return the rows of each procedure: two where left and right have doses of their own."""
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row.procedure, []).append(row)
    return list(found.values())


def dose(rows: Sequence[Row], say: Say = english) -> str:
    """Return "1 mL", "25 U on each side", "1 session, left side only", "left 1 mL, right 2 mL".

    Args:
        rows: of one procedure, as `by_procedure` has them.
        say: says it in the language of the reader.
    """
    if len(rows) == 2:
        amounts = {row.side: _amount(row, say) for row in rows}
        return say("left {left}, right {right}", left=amounts["left"], right=amounts["right"])
    (row,) = rows
    return say(DOSED[row.scope if row.side == "both" else row.side], amount=_amount(row, say))


def _amount(row: Row, say: Say) -> str:
    if row.unit == "deg":
        return say("{n:g}°", n=row.dose)
    if row.unit == "sessions":
        return say("1 session") if row.dose == 1.0 else say("{n:g} sessions", n=row.dose)
    return say("{n:g} {unit}", n=row.dose, unit=say(row.unit))


def days_off(low: float, high: float, say: Say = english) -> str:
    """Return "2 to 5 days", "1 to 2 weeks", "none to 1 day" or "3 days"."""
    if not high:
        return say("none")
    (first, unit), (last, other) = _measured(low), _measured(high)
    ends = [span(days, say) for days in (low, high)]
    if not low:
        return say("none to {last}", last=ends[1])
    if ends[0] == ends[1]:
        return ends[0]
    if unit == other:
        return say(FROM_TO[unit], first=first, last=last)
    return say("{first} to {last}", first=ends[0], last=ends[1])


def weeks(rows: Iterable[Row], say: Say = english) -> str:
    """Return when a procedure is done, each week once."""
    return ", ".join(dict.fromkeys(_week(row, say) for row in rows))


def _week(row: Row, say: Say) -> str:
    if row.week is None:
        return say("not said")
    return say("first day") if row.week == 0.0 else say("week {n:g}", n=row.week)


def cost(amount: float, plan: Plan, say: Say = english) -> str:
    """Return an amount in the plan's currency."""
    written = "{n:,.0f} {currency}" if amount == round(amount) else "{n:,.2f} {currency}"
    return say(written, n=float(amount), currency=plan.currency).strip()


def summed(said: Summary, plan: Plan, say: Say = english) -> Iterator[str]:
    """Yield what a plan adds up to, a sentence each."""
    if said.weeks:
        yield say(
            "From the first treatment to the last it takes {time}.", time=span(7 * said.weeks, say)
        )
    if said.downtime_days:
        yield say(
            "Days off of the longest recovery, until most people are back among people: {time}.",
            time=days_off(*said.downtime_days, say),
        )
    if said.cost is None:
        yield say("No cost was filled in.")
        return
    amount = cost(said.cost, plan, say)
    if said.costs_missing == 1:
        yield say(
            "Cost as filled in by the clinic: {amount}; 1 treatment without a price is not in it.",
            amount=amount,
        )
    elif said.costs_missing:
        yield say(
            "Cost as filled in by the clinic: {amount}; {n} treatments without a price are not in "
            "it.",
            amount=amount,
            n=said.costs_missing,
        )
    else:
        yield say("Cost as filled in by the clinic: {amount}.", amount=amount)


def total(one: Total, say: Say = english) -> str:
    """Return what is added up against a label, which is that of the label's own body mass."""
    template = N_(
        "{what!u}: {amount:.4g} {unit} in all; the label goes up to {most:.4g} {unit} {time}."
    )
    if one.id == "filler_per_year":
        template = N_(
            "{what!u}: {amount:.4g} {unit} in all; the label goes up to {most:.4g} {unit} "
            "{time} at the label's own body weight."
        )
    return say(
        template,
        what=say(one.what),
        amount=float(one.amount),
        most=float(one.most),
        unit=say(one.unit),
        time=span(7 * one.within_weeks, say, WITHIN),
    )


def _when(when: str, say: Say, phrases: Phrases) -> str:
    """Return a time that was asked for, in its own unit."""
    days = days_after(when) or 0.0
    unit = when.strip().lstrip("0123456789. ")
    return _counted(round(days / DAYS[unit]), unit, phrases, say)


def moment(when: str | None, say: Say = english) -> str:
    """Return the time of a picture: "when it has settled", "on day 3", "after 1 week"."""
    if when is None:
        return say("when it has settled")
    if when.endswith("d"):
        return say("on day {n:g}", n=days_after(when))
    return _when(when, say, AFTER)


def stamp(when: str | None, say: Say = english) -> str:
    """Return the time below a picture of the film: "day 3", "1 week"."""
    if when is None:
        return say("settled")
    return say("day {n:g}", n=days_after(when)) if when.endswith("d") else _when(when, say, SPAN)


def shown_at(outcome: Outcome, say: Say = english) -> str:
    """Return for when the figures are, and whether swelling is in them."""
    swollen = outcome.reactions != "none" and any(shift.passing for shift in outcome.shifts)
    at = moment(outcome.when, say)
    if swollen:
        return say("The figures show how it is {at}, with the swelling there is then.", at=at)
    return say("The figures show how it is {at}.", at=at)


def course(of: Course, swells: bool, say: Say = english) -> str:
    """Return when the effect comes and how long it stays; swelling may hide it at first."""
    onset, peak = of.onset_day, of.peak_day
    if onset >= 1:
        begins = say(
            "Half of it is there {half}, all of it {whole}",
            half=span(onset, say, AFTER),
            whole=span(peak, say, AFTER),
        )
    elif swells:
        begins = say("Seen at once, though swelling hides it at first")
    else:
        begins = say("Seen at once")
    left, last = of.share[-1], of.days[-1]
    if left >= 0.95:
        return say(
            "{begins}; lasting, as far as the figures reach ({time}).",
            begins=begins,
            time=span(last, say),
        )
    after = span(last, say, AFTER)
    if left <= 0.0:
        return say("{begins}; nothing left {after}.", begins=begins, after=after)
    return say(
        "{begins}; {percent:.0f} % left {after}, as far as the figures reach.",
        begins=begins,
        percent=100.0 * left,
        after=after,
    )


def people(share: float, say: Say = english) -> str:
    """Return how many people a share is: "29 of 100"."""
    counted = round(100.0 * share)
    return say("{n} of 100", n=counted) if counted else say("fewer than 1 of 100")


def calendar(entry: Procedure) -> Iterator[tuple[str, list[Reaction], list[str]]]:
    """Yield each sign of a procedure's recovery, what it is made of, and a mark for each day."""
    for sign, word in SIGN_WORDS.items():
        found = [one for one in entry.reactions if one.sign == sign]
        if found:
            yield word, found, [_mark(_most(found, day)) for day in CALENDAR]


def calendar_head(day: int, say: Say = english) -> str:
    """Return the head of a day's column: short, for ten of them are side by side."""
    return say("{n} d", n=day) if day < 14 else say("{n} w", n=day // 7)


def _most(found: Iterable[Reaction], day: float) -> float:
    """Return the largest share of its peak on a day, of several places."""
    return max(float(np.interp(day, one.days, one.level)) for one in found)


def _mark(level: float) -> str:
    return next((mark for least, mark in STEPS if level >= least), NONE_LEFT)


def measure(change: Change, say: Say = english) -> str:
    """Return name and unit of a measure, and whether the photo hardly shows it."""
    name, unit = say(change.name), say(UNITS.get(change.unit, change.unit))
    if change.unit == "grade":
        ends = SIGNS[change.measure].scale.partition(" (")[0]
        unit = say("grade, {ends}", ends=say(ends))
    shown = f"{name} ({unit})" if unit else name
    return shown if change.in_picture else say("{name}; hardly visible in this photo", name=shown)


def figure(value: float, unit: str, say: Say = english) -> str:
    """Return a number as exact as its unit deserves, with a true minus."""
    decimals = DECIMALS.get(unit, 1)
    number = float(round(value, decimals) + 0.0)
    return say(f"{{n:.{decimals}f}}", n=number).replace("-", "−")


def noticeable(changes: Iterable[Change]) -> list[Change]:
    """Return those whose figures before and after differ as they are written."""
    return [c for c in changes if figure(c.before, c.unit) != figure(c.after, c.unit)]


def scale(outcome: Outcome, say: Say = english) -> str:
    """Return how far the millimetres may be off."""
    return say(
        "Millimetres are read off a photo: every one may be off by {percent:.0f} %.",
        percent=100.0 * outcome.face.scale.relative_sd,
    )
