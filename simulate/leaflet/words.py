"""What the report says, in a patient's words: sentences without a layout."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from face_mesh.skin.reading import SIGNS
from simulate.aftermath import SIGN_WORDS
from simulate.catalogue import sources
from simulate.changes import Change
from simulate.entry import ESTIMATE, Course, Procedure, Reaction
from simulate.outcome import Outcome
from simulate.plan import Plan
from simulate.recovery import DAYS, time_words
from simulate.summary import Row, Summary, Total

UNITS = {"deg": "°", "ratio": "", "count": "number"}
DECIMALS = {"ratio": 2, "count": 0}  # of the figures of a measure; else 1
STEPS = ((2 / 3, "●●●"), (1 / 3, "●●"), (0.02, "●"))  # share of the worst from which on
NONE_LEFT = "–"
CALENDAR = (0, 1, 3, 7, 14, 21, 28, 56, 84)  # days after a treatment
CALENDAR_SAID = (
    "Days are counted from each treatment. ●●● is two thirds of its worst or more, ●● a third or "
    "more, ● less, – none. They are the usual pace of healing of those who have it; yours may "
    "be faster or slower."
)
CANNOT_KNOW = (
    "It does not know your health: illnesses, medicines, allergies, a pregnancy, or what was "
    "injected or operated before. Tell your clinician all of it.",
    "It does not know how your own body will respond and heal. The range is that of the people "
    "who were studied, and one of three falls outside it.",
    "It does not know the hand that treats you, nor the product or device that will be used.",
    "It sees one photo from one side, in one light and one expression. It shows nothing of how "
    "the face moves, how it feels to the touch, or of a scar.",
    "It never draws a complication. That none is seen does not mean that none can come.",
    "It is no examination, no diagnosis and no medical advice.",
)
CONSENT = (
    "I have seen these pictures and understand that they are simulations: a possible result, not "
    "a promise, and no part of what is agreed on.",
    "The doses, the number of sessions and the weeks were explained to me, and what else could be "
    "done, including nothing at all.",
    "What can go wrong was explained to me, also what is rare and serious, what I would notice and "
    "whom to call at any hour.",
    "I told of my illnesses, medicines, allergies, earlier treatments and of a pregnancy or "
    "nursing.",
    "I know how long the effect is expected to last, what it costs, and that I may change my mind "
    "at any time before the treatment.",
    "My questions were answered, and I had time to think.",
)
CONSENT_SAID = (
    "A text to read together before you sign anything. It does not replace the clinic's own form "
    "or the talk with the person who treats you. Tick what is true for you."
)
SIGNED = ("Patient: name, date, signature", "Clinician: name, date, signature")


class Citing:
    """Number the sources in the order they are first named."""

    def __init__(self) -> None:
        self.keys: dict[str, int] = {}

    def mark(self, *named: str) -> str:
        """Return "[1, 4]" for source keys or "key + key"; an estimate says that it is one."""
        keys = [key.strip() for one in named for key in one.split("+")]
        cited = {
            key: self.keys.setdefault(key, len(self.keys) + 1) for key in keys if key in all_()
        }
        numbers = f"[{', '.join(str(n) for n in sorted(cited.values()))}]" if cited else ""
        ours = "(our own estimate)" if ESTIMATE in keys else ""
        return " ".join(filter(None, (numbers, ours)))

    def listed(self) -> list[tuple[int, str]]:
        """Return number and full citation of all that were named."""
        return [(number, all_()[key]) for key, number in self.keys.items()]


def all_() -> dict[str, str]:
    """Return citation key to citation, of the whole catalogue."""
    return dict(sources())


def span(days: float) -> str:
    """Return a time in the unit people use for it: "2 weeks", "3 months", "1 year"."""
    for unit, word, least in (("y", "year", 1.0), ("mo", "month", 2.0), ("w", "week", 1.0)):
        count = days / DAYS[unit]
        exact = unit != "w" or days >= 21 or days % 7 == 0
        whole = unit != "y" or abs(count - round(count)) < 0.05
        if count >= least - 0.05 and exact and whole:
            return _counted(round(count), word)
    return _counted(round(days), "day")


def _counted(count: int, word: str) -> str:
    return f"{count} {word}" if count == 1 else f"{count} {word}s"


def dose(row: Row) -> str:
    """Return "1 mL", "25 U on each side", "1 session, left side only"."""
    unit = "°" if row.unit == "deg" else f" {row.unit}"
    if row.unit == "sessions" and row.dose == 1.0:
        unit = " session"
    each = " on each side" if row.scope == "per_side" and row.side == "both" else ""
    side = "" if row.side == "both" else f", {row.side} side only"
    return f"{row.dose:g}{unit}{each}{side}"


def days_off(low: float, high: float) -> str:
    """Return "2 to 5 days", "1 to 2 weeks", "none to 1 day" or "3 days"."""
    first, last = (span(days) if days else "none" for days in (low, high))
    if first == last:
        return first
    if first.split()[-1].rstrip("s") == last.split()[-1].rstrip("s"):
        first = first.partition(" ")[0]
    return f"{first} to {last}"


def week(row: Row) -> str:
    """Return when a treatment is done."""
    if row.week is None:
        return "not said"
    return "first day" if row.week == 0.0 else f"week {row.week:g}"


def cost(amount: float, plan: Plan) -> str:
    """Return an amount in the plan's currency."""
    return f"{amount:,.2f}".removesuffix(".00") + (f" {plan.currency}" if plan.currency else "")


def summed(said: Summary, plan: Plan) -> Iterator[str]:
    """Yield what a plan adds up to, a sentence each."""
    if said.weeks:
        yield f"From the first treatment to the last it takes {span(7 * said.weeks)}."
    if said.downtime_days:
        yield (
            "Days off of the longest recovery, until most people are back among people: "
            f"{days_off(*said.downtime_days)}."
        )
    if said.cost is not None:
        missing = (
            f"; {_counted(said.costs_missing, 'treatment')} without a price is not in it"
            if said.costs_missing == 1
            else f"; {said.costs_missing} treatments without a price are not in it"
            if said.costs_missing
            else ""
        )
        yield f"Cost as filled in by the clinic: {cost(said.cost, plan)}{missing}."
    else:
        yield "No cost was filled in."


def total(one: Total, given: bool) -> str:
    """Return what is added up against a label."""
    weight = ""
    if one.id == "filler_per_year":
        weight = " at your body weight" if given else " at the label's own body weight"
    return (
        f"{one.what.capitalize()}: {one.amount:.4g} {one.unit} in all; the label goes up to "
        f"{one.most:.4g} {one.unit} in {span(7 * one.within_weeks)}{weight}."
    )


def moment(when: str | None) -> str:
    """Return the time of a picture: "when it has settled", "on day 3", "after 1 week"."""
    if when is None:
        return "when it has settled"
    said = time_words(when).lower()
    return f"on {said}" if said.startswith("day") else f"after {said}"


def shown_at(outcome: Outcome) -> str:
    """Return for when the figures are, and whether swelling is in them."""
    swollen = outcome.reactions != "none" and any(shift.passing for shift in outcome.shifts)
    with_it = ", with the swelling there is then" if swollen else ""
    return f"The figures show how it is {moment(outcome.when)}{with_it}."


def course(of: Course, swells: bool) -> str:
    """Return when the effect comes and how long it stays; swelling may hide it at first."""
    onset, peak = of.onset_day, of.peak_day
    begins = (
        f"Seen at once{', though swelling hides it at first' * swells}"
        if onset < 1
        else f"Half of it is there after {span(onset)}, all of it after {span(peak)}"
    )
    left, last = of.share[-1], span(of.days[-1])
    if left >= 0.95:
        return f"{begins}; lasting, as far as the figures reach ({last})."
    if left <= 0.0:
        return f"{begins}; nothing left after {last}."
    return f"{begins}; {100 * left:.0f} % left after {last}, as far as the figures reach."


def people(share: float) -> str:
    """Return how many people a share is: "29 of 100"."""
    counted = round(100.0 * share)
    return f"{counted} of 100" if counted else "fewer than 1 of 100"


def calendar(entry: Procedure) -> Iterator[tuple[str, list[Reaction], list[str]]]:
    """Yield each sign of a procedure's recovery, what it is made of, and a mark for each day."""
    for sign, word in SIGN_WORDS.items():
        found = [one for one in entry.reactions if one.sign == sign]
        if found:
            yield word.capitalize(), found, [_mark(_most(found, day)) for day in CALENDAR]


def calendar_head(day: int) -> str:
    """Return the head of a day's column: short, for nine of them are side by side."""
    return f"{day} d" if day < 14 else f"{day // 7} w"


def _most(found: Iterable[Reaction], day: float) -> float:
    """Return the largest share of its peak on a day, of several places."""
    return max(float(np.interp(day, one.days, one.level)) for one in found)


def _mark(level: float) -> str:
    return next((mark for least, mark in STEPS if level >= least), NONE_LEFT)


def measure(change: Change) -> str:
    """Return name and unit of a measure, and whether the photo hardly shows it."""
    unit = UNITS.get(change.unit, change.unit)
    if change.unit == "grade":
        unit = f"grade, {SIGNS[change.measure].scale.partition(' (')[0]}"
    name = f"{change.name} ({unit})" if unit else change.name
    return name if change.in_picture else f"{name}; hardly visible in this photo"


def figure(value: float, unit: str) -> str:
    """Return a number as exact as its unit deserves, with a true minus."""
    decimals = DECIMALS.get(unit, 1)
    return f"{round(value, decimals) + 0.0:.{decimals}f}".replace("-", "−")


def noticeable(changes: Iterable[Change]) -> list[Change]:
    """Return those whose figures before and after differ as they are written."""
    return [c for c in changes if figure(c.before, c.unit) != figure(c.after, c.unit)]


def scale(outcome: Outcome) -> str:
    """Return how far the millimetres may be off."""
    return (
        "Millimetres are read off a photo: every one may be off by "
        f"{100 * outcome.face.scale.relative_sd:.0f} %."
    )
