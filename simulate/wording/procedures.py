"""Procedures in words: what one is done with, what it does, how long it lasts, what comes with it.

Where somebody reads it makes no difference: page, report and catalogue page have it from here. Of
an effect that lasts it is always said how far the figures reach.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from face_mesh.messages import COMMAS, N_, SEMICOLONS, SENTENCES, Message, MessageList
from face_mesh.skin.signs import SIGNS
from simulate.catalogue.procedure import (
    TONES,
    Course,
    Downtime,
    PoorCandidate,
    Procedure,
    Reaction,
    Risk,
    SkinTerm,
    Term,
)
from simulate.plan.interactions import book
from simulate.recovery.reactions import SIGN_WORDS
from simulate.wording.doses import amount, one_unit
from simulate.wording.times import duration, oblique, oblique_ends, span

LASTING_SHARE = 0.95  # from here on a course that ends is called lasting
AREAS = {
    "lips": N_("Lips"),
    "chin": N_("Chin"),
    "jaw": N_("Jaw"),
    "cheeks": N_("Cheeks"),
    "temples": N_("Temples"),
    "nose": N_("Nose"),
    "ears": N_("Ears"),
    "neck": N_("Neck and below the chin"),
    "brows": N_("Brows and forehead"),
    "lines": N_("Lines of expression"),
    "folds": N_("Folds"),
    "eyes": N_("Under the eyes"),
    "skin": N_("Surface and colour of the skin"),
    "face": N_("Whole face"),
}
_MEANS = {  # by the means of `simulate.plan.interactions`, or by the procedure
    "fillers": N_("Injections of a gel"),
    "toxins": N_("Injections of botulinum toxin"),
    "nose_surgery": N_("Surgery"),
    "surgery": N_("Surgery"),
    "light": N_("Laser or light"),
    "heat": N_("Heat through the skin"),
    "lesions": N_("Small cut or laser"),
    "fat_dissolving": N_("Injections that dissolve fat"),
    "scar_microneedling": N_("Fine needles"),
    "chemical_peel": N_("Acid on the skin"),
}
_OPERATORS = {
    "volume": N_("Volume added"),
    "remove": N_("Volume removed"),
    "translate": N_("Shift"),
    "rotate": N_("Turn"),
    "spread": N_("Width"),
    "flatten": N_("Hollow filled"),
    "relax": N_("Unrolling"),
    "shadow": N_("Shadow thrown"),
    "soften_bands": N_("Shade of bands taken away"),
    "soften_rings": N_("Shade of rings taken away"),
}
_RATE_UNITS = {"volume": "mL", "remove": "mL", "rotate": "deg"}  # of an operator; else mm
SKIN_OPERATORS = {
    "fill": N_("skin painted anew"),
    "lift": N_("shade evened out, crease painted over"),
    "fade": N_("colour taken away"),
}
_REACTIONS = {  # whether everybody has it, and whether it comes later than at once
    (True, True): N_("{sign!u}: everybody has it; worst after {peak}, gone after {end}."),
    (True, False): N_("{sign!u}: everybody has it; worst at once, gone after {end}."),
    (False, True): N_("{sign!u}: {who} have it; worst after {peak}, gone after {end}."),
    (False, False): N_("{sign!u}: {who} have it; worst at once, gone after {end}."),
}


def means(procedure: str) -> Message:
    """Return what a procedure, by its id, is done with: "Injections of a gel"."""
    return Message(_MEANS[procedure if procedure in _MEANS else book().means_of(procedure)])


# --- what it does


def term(one: Term, entry: Procedure) -> Message:
    """Return what is moved where, and how far per unit of dose."""
    if one.operator in TONES:
        rate = Message("{percent:.1f}\u00a0%", percent=100.0 * one.coefficient)
    else:
        rate = amount(abs(one.coefficient), _RATE_UNITS.get(one.operator, "mm"))
    return Message(
        "{operator} ({place}): {rate} per {unit}."
        if one.midline
        else "{operator} ({place}): {rate} per {unit} on that side.",
        operator=Message(_OPERATORS[one.operator]),
        place=place(one.patch.centre),
        rate=Message("−{rate}", rate=rate) if one.coefficient < 0.0 else rate,
        unit=one_unit(entry.dose.unit),
    )


def place(name: str) -> Message:
    """Return where on the face something is, of the name of a curve or region."""
    return Message(name.replace("_", " "))


def skin_term(one: SkinTerm) -> Message:
    """Return which sign goes, what is done to it, and how much of it goes."""
    return Message(
        "{sign} ({operator}): the usual dose takes away {usual:.0f}\u00a0% in the mean person, no "
        "dose more than {most:.0f}\u00a0%.",
        sign=Message(SIGNS[one.sign].name),
        operator=Message(SKIN_OPERATORS[one.operator]),
        usual=100.0 * one.reduction,
        most=100.0 * one.most,
    )


# --- how long


def course(entry: Procedure) -> MessageList:
    """Return when the effect comes and how long it stays, two sentences."""
    return MessageList([onset_words(entry), duration_words(entry.course)], SENTENCES)


def onset_words(entry: Procedure) -> Message:
    """Return one sentence: "Half of it is there after 4 days, all of it after 2 weeks."."""
    onset, peak = entry.course.onset_day, entry.course.peak_day
    if peak < 1.0:
        return Message(
            "All of it is there at once, though swelling hides it at first."
            if entry.swells
            else "All of it is there at once."
        )
    if onset < 1.0:
        return Message("Seen at once; at its most after {peak}.", peak=oblique(peak))
    return Message(
        "Half of it is there after {onset}, all of it after {peak}.",
        onset=oblique(onset),
        peak=oblique(peak),
    )


def duration_words(of: Course) -> Message:
    """Return one sentence: "Fullest after 2 weeks; half at about 3 months; nothing left …"."""
    if of.share[-1] >= LASTING_SHARE:
        return _settling(of)
    parts = [_fullest(of), *_half(of), _end(of)]
    return Message("{parts}.", parts=MessageList(parts, SEMICOLONS))


def half_gone_day(of: Course) -> float | None:
    """Return when an effect has fallen to half of the settled one; None if it never does."""
    peak = of.share.index(max(of.share))
    days, share = of.days[peak:], of.share[peak:]
    if share[-1] >= 0.5:
        return None
    return float(np.interp(-0.5, [-one for one in share], days))


def _settling(of: Course) -> Message:
    """Words for an effect that stays, after more of it at first if there was."""
    most, end = max(of.share), duration(of.days[-1])
    if most <= 1.0:
        return Message("Lasting, as far as the figures reach ({end}).", end=end)
    settled = next(day for day, share in zip(of.days, of.share, strict=True) if share <= 1)
    return Message(
        "At first {most:.1f} times as much; settled after {settled}, then lasting, as far as the "
        "figures reach ({end}).",
        most=most,
        settled=oblique(settled),
        end=end,
    )


def _fullest(of: Course) -> Message:
    most = max(of.share)
    days = [day for day, share in zip(of.days, of.share, strict=True) if share == most]
    if days[0] > 0.0:
        return Message("Fullest after {first}", first=oblique(days[0]))
    if days[-1] > 0.0:
        return Message("Fullest in the first {last}", last=oblique(days[-1]))
    return Message("Fullest at once")


def _half(of: Course) -> list[Message]:
    day = half_gone_day(of)
    return [] if day is None else [Message("half at about {halved}", halved=oblique(day))]


def _end(of: Course) -> Message:
    left, end = of.share[-1], oblique(of.days[-1])
    if left <= 0.0:
        return Message("nothing left after {end}", end=end)
    return Message(
        "{percent:.0f} % left after {end}, which is as far as the figures reach",
        percent=100.0 * left,
        end=end,
    )


def days_off(low: float, high: float) -> Message:
    """Return days off from and to: "none", "none to 1 day", "2 to 5 days", "1 to 2 weeks"."""
    if high < 1.0:
        return Message("none")
    return span(low, high) if low >= 1.0 else Message("none to {last}", last=duration(high))


def back_among_people(off: Downtime) -> Message:
    """Return how long until most people are back among others, a sentence."""
    low, high = off.days_low, off.days_high
    if high < 1.0:
        return Message("Most people go out again the same day.")
    if low < 1.0:
        return Message(
            "Many people go out again the same day, others after up to {last}.", last=oblique(high)
        )
    first, last = oblique_ends(low, high)
    if first == last:
        return Message("Most people go out again after {last}.", last=last)
    return Message("Most people go out again after {first} to {last}.", first=first, last=last)


# --- what comes with it


def people(share: float) -> Message:
    """Return how many people a share is: "29 of 100 people", "everybody"."""
    count = round(100.0 * share)
    if count >= 100:
        return Message("everybody")
    if not count:
        return Message("fewer than 1 of 100 people")
    return Message("{count} of 100 people", count=count)


def by_sign(entry: Procedure) -> dict[str, list[Reaction]]:
    """Return the reactions of a procedure by their sign, which may show in several places."""
    found: dict[str, list[Reaction]] = {}
    for one in entry.reactions:
        found.setdefault(one.sign, []).append(one)
    return found


def most_frequent(reactions: Iterable[Reaction]) -> Reaction:
    """Return the reaction that most people have: it stands for the sign it is one of."""
    return max(reactions, key=lambda one: one.frequency)


def reaction(sign: str, reactions: Sequence[Reaction]) -> Message:
    """Return one sentence on a sign: how many people have it, when most, until when."""
    most = most_frequent(reactions)
    worst = most.days[most.level.index(max(most.level))]
    who = people(most.frequency)
    return Message(
        _REACTIONS[who == "everybody", worst >= 1.0],
        sign=Message(SIGN_WORDS[sign]),
        who=who,
        peak=oblique(worst),
        end=oblique(max(one.days[-1] for one in reactions)),
    )


def omission(sign: str, shares: Iterable[tuple[str, float]]) -> Message:
    """Return what a picture leaves out: "Bruising that may come is not drawn: lip filler (29 …)".

    Args:
        sign: of the reaction.
        shares: names of procedures, and the share of people who have it after each.
    """
    who = [
        Message("{name!l} ({people})", name=Message(name), people=people(share))
        for name, share in shares
    ]
    return Message(
        "{sign!u} that may come is not drawn: {who}.",
        sign=Message(SIGN_WORDS[sign]),
        who=MessageList(who, COMMAS),
    )


def risks(entry: Procedure) -> list[Risk]:
    """Return what can go wrong, emergencies and what lasts first."""
    return sorted(entry.risks, key=lambda one: not one.serious)


def risk(one: Risk) -> Message:
    """Return what can go wrong and how often, a sentence."""
    return Message(
        "{what}: {frequency!p}.", what=Message(one.what), frequency=Message(one.frequency)
    )


def poor_candidate(one: PoorCandidate) -> Message:
    """Return whom it suits less, a sentence."""
    return Message("{who!p}.", who=Message(one.who))
