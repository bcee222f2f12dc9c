"""What only the report says, in a patient's words: sentences without a layout."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from face_mesh.messages import N_, Message
from simulate.catalogue.procedure import Procedure, Reaction
from simulate.catalogue.sources import ESTIMATE, keys_of, sources
from simulate.outcome.outcome import Outcome
from simulate.plan.plan import Plan
from simulate.plan.summary import Summary
from simulate.recovery.reactions import SIGN_WORDS
from simulate.wording.language import Translate, english
from simulate.wording.plans import longest_days_off, price
from simulate.wording.procedures import by_sign
from simulate.wording.times import duration, moment

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


class Citations:
    """Number the sources in the order they are first named."""

    def __init__(self, translate: Translate = english) -> None:
        self.keys: dict[str, int] = {}
        self.translate = translate

    def mark(self, *named: str) -> str:
        """Return "[1, 4]" for source keys or "key + key"; an estimate says that it is one."""
        keys = [key for one in named for key in keys_of(one)]
        cited = {self.keys.setdefault(key, len(self.keys) + 1) for key in keys}
        numbers = f"[{', '.join(str(n) for n in sorted(cited))}]" if cited else ""
        ours = self.translate(N_("(our own estimate)")) if ESTIMATE in named else ""
        return " ".join(filter(None, (numbers, ours)))

    def entries(self) -> list[tuple[int, str]]:
        """Return number and full citation of all that were named."""
        return [(number, sources()[key]) for key, number in self.keys.items()]


def total_sentences(summary: Summary, plan: Plan) -> Iterator[Message]:
    """Yield what a plan adds up to, a sentence each."""
    if summary.weeks:
        yield Message(
            "From the first treatment to the last it takes {time}.",
            time=duration(7.0 * summary.weeks),
        )
    if days := longest_days_off(summary):
        yield Message(
            "Days off of the longest recovery, until most people are back among people: {time}.",
            time=days,
        )
    if summary.cost is None:
        yield Message("No cost was filled in.")
        return
    amount = price(summary.cost, plan)
    if summary.costs_missing == 1:
        yield Message(
            "Cost as filled in by the clinic: {amount}; 1 treatment without a price is not in it.",
            amount=amount,
        )
    elif summary.costs_missing:
        yield Message(
            "Cost as filled in by the clinic: {amount}; {n} treatments without a price are not in "
            "it.",
            amount=amount,
            n=summary.costs_missing,
        )
    else:
        yield Message("Cost as filled in by the clinic: {amount}.", amount=amount)


def shown_at(outcome: Outcome) -> Message:
    """Return for when the figures are, and whether swelling is in them."""
    conditions = outcome.conditions
    if conditions.when is None:
        return Message("The figures show how it is when it has settled.")
    at = moment(conditions.when)
    if conditions.reactions != "none" and any(shift.passing for shift in outcome.shifts):
        return Message("The figures show how it is {at}, with the swelling there is then.", at=at)
    return Message("The figures show how it is {at}.", at=at)


def calendar(entry: Procedure) -> Iterator[tuple[str, list[Reaction], list[str]]]:
    """Yield each sign of a procedure's recovery, what it is made of, and a mark for each day."""
    reactions = by_sign(entry)
    for sign, word in SIGN_WORDS.items():
        if sign in reactions:
            yield word, reactions[sign], [_mark(_most(reactions[sign], day)) for day in CALENDAR]


def _most(found: Iterable[Reaction], day: float) -> float:
    """Return the largest share of its peak on a day, of several places."""
    return max(float(np.interp(day, one.days, one.level)) for one in found)


def _mark(level: float) -> str:
    return next((mark for least, mark in STEPS if level >= least), NONE_LEFT)


def scale(outcome: Outcome) -> Message:
    """Return how far the millimetres may be off."""
    return Message(
        "Millimetres are read off a photo: every one may be off by {percent:.0f} %.",
        percent=100.0 * outcome.face.scale.relative_sd,
    )
