"""What a patient must know beside the picture: what must not be, and what is not drawn."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from face_mesh import Face
from face_mesh.messages import N_, Message, MessageList
from face_mesh.skin.readability import tone_unreadable
from face_mesh.skin.skin_tone import skin_tone
from simulate.catalogue.time_course import days_since
from simulate.geometry.neck_and_ears import most_setback_mm
from simulate.outcome.brow_room import lifted_in_part
from simulate.outcome.changes import Change
from simulate.outcome.cover_check import covers_of, on_ears, partly_hidden
from simulate.outcome.eyelid_warnings import free_lids, high_brows
from simulate.plan.conditions import PHOTOTYPES, Conditions
from simulate.plan.plan import Plan, Treatment
from simulate.recovery.reactions import LIKELY, SIGN_WORDS, reactions_at
from simulate.skin.masks import lesions_by_hand

WHOLE = 0.99  # of a plan or a treatment: what is missing cannot be seen
UNDRAWN_DAYS = 21.0  # in which stitches, crusts and dressings are there
DARKER_DEG = 10.0  # of the individual typology angle: brown and dark skin (Chardon 1991)
DARKER_TYPES = PHOTOTYPES[3:]  # the same as people say it
LEAST_LIP_MM = 10.0  # of skin that should stay after a lip lift (liplift_series)
RESTING = 0.3  # blendshape score below which a face does not smile
# What may cover a treated area in a photo: where all of a procedure moves, where a part of it does.
COVERING = {
    "glasses": (
        N_(
            "{name} is measured but not drawn, because it would bend the glasses in the photo; "
            "take the photo again without glasses."
        ),
        N_(
            "What {name!l} moves is measured but not drawn, because it would bend the glasses in "
            "the photo; take the photo again without glasses."
        ),
    ),
}
# Beyond it the picture would fold onto itself, of which no patient needs to know.
IN_PART = N_("This plan is shown at {percent:.0f} %: a photo cannot show more of it.")
Weights = Sequence[tuple[Treatment, float]]


def warnings_of(
    face: Face,
    plan: Plan,
    conditions: Conditions,
    weights: Weights,
    share: float,
    changes: Sequence[Change],
) -> tuple[str, ...]:
    """Return the warnings of an outcome, in a patient's words.

    Args:
        face: measured face.
        plan: what was done.
        conditions: for whom.
        weights: each treatment with its effective dose.
        share: of the plan that is shown without folding the picture.
        changes: what came of it.
    """
    return (
        *_hidden(face, plan),
        *partly_hidden(face, plan),
        *_by_tone(face, plan, conditions.phototype),
        *free_lids(face, plan),
        *high_brows(plan, changes),
        *lifted_in_part(face, plan),
        *_short_lip(plan, changes, face.smile),
        *_drawn_in_part(face, share, weights),
        *_lesions(face, plan),
    )


def shown_in_part(warnings: Sequence[str]) -> str:
    """Return the warning that a picture shows less than was planned, empty if there is none."""
    said = (
        warning
        for warning in warnings
        if isinstance(warning, Message) and warning.template == IN_PART
    )
    return next(said, "")


def in_time(plan: Plan, days: float | None) -> Iterator[str]:
    """Yield what a time leaves out: what is not done yet, and what no day of the first shows."""
    for treatment in plan.treatments:
        since = days_since(treatment.week, days)
        if not treatment.dose or since is None:
            continue
        if since < 0.0:
            yield Message(
                "{name}: planned for week {week:g}, and not done yet at this time.",
                name=Message(treatment.entry.name),
                week=treatment.week,
            )
        elif treatment.entry.undrawn and since < UNDRAWN_DAYS:
            yield MessageList([treatment.entry.name, treatment.entry.undrawn], ": ")
        if any(term.sign == "redness" for term in treatment.entry.skin) and any(
            reaction.sign == "erythema" for reaction, _ in reactions_at(treatment, days, "all")
        ):
            yield Message(
                "{name}: the figure of redness is that of the settled skin; the redness of the "
                "first days is drawn, not counted.",
                name=Message(treatment.entry.name),
            )


def _by_tone(face: Face, plan: Plan, phototype: str | None) -> Iterator[str]:
    told = [
        treatment.entry
        for treatment in plan.treatments
        if treatment.dose and treatment.entry.dark_skin
    ]
    if told and may_be_dark(face, phototype):
        for entry in told:
            yield Message(
                "{name}, if your skin is brown or black: {warning}",
                name=Message(entry.name),
                warning=Message(entry.dark_skin),
            )


def may_be_dark(face: Face, phototype: str | None = None) -> bool:
    """Return whether skin is brown or black as its person says, or else as far as a photo tells.

    True where the photo does not tell: the warning says for whom it is.
    """
    if phototype is not None:
        return phototype in DARKER_TYPES
    return bool(tone_unreadable(face)) or not skin_tone(face).ita_deg >= DARKER_DEG


def _short_lip(plan: Plan, changes: Sequence[Change], smile: float) -> Iterator[str]:
    if smile >= RESTING:  # which shortens it too
        return
    left_mm = [one.after for one in changes if one.measure == "philtrum_length"]
    for treatment in plan.treatments:
        entry = treatment.entry
        cuts = entry.dose.unit == "mm" and "philtrum_length" in entry.measures
        if treatment.dose and cuts and any(left < LEAST_LIP_MM for left in left_mm):
            yield Message(
                "{name}: less than {least_mm:g} mm of skin would be left between the nose "
                "and the red of the lip, and no less should stay; a smaller strip, or "
                "none, suits this lip.",
                name=Message(entry.name),
                least_mm=LEAST_LIP_MM,
            )


def undrawn_reactions(plan: Plan, conditions: Conditions) -> Iterator[str]:
    """Yield what some people have at that time and the picture leaves out."""
    days = conditions.days
    if days is None or conditions.reactions == "all":
        return
    for treatment in plan.treatments:
        drawn = {one.sign for one, _ in reactions_at(treatment, days, conditions.reactions)}
        often: dict[str, float] = {}  # of each sign, wherever it is
        for one, _ in reactions_at(treatment, days, "all"):
            often[one.sign] = max(one.frequency, often.get(one.sign, 0.0))
        for sign, frequency in often.items():
            if sign not in drawn:
                few = frequency < LIKELY
                yield Message(
                    "{name}: {sign}, which {percent:.0f} % have, is not drawn at this time."
                    if few
                    else "{name}: {sign} is not drawn at this time.",
                    name=Message(treatment.entry.name),
                    sign=Message(SIGN_WORDS[sign]),
                    percent=100.0 * frequency,
                )


def _hidden(face: Face, plan: Plan) -> Iterator[str]:
    for treatment in plan.treatments:
        entry = treatment.entry
        for thing in covers_of(face, treatment):
            if entry.terms:
                whole, moved = COVERING[thing]
                yield Message(moved if entry.skin else whole, name=Message(entry.name))


def _lesions(face: Face, plan: Plan) -> Iterator[str]:
    for treatment in plan.treatments:
        if not treatment.dose or not treatment.entry.removes_lesions:
            continue
        if not treatment.spots:
            yield Message(
                "{name}: no lesion was picked, so all dark spots that were found are shown "
                "treated, moles or not. Pick the ones you mean.",
                name=Message(treatment.entry.name),
            )
        elif missed := len(treatment.spots) - len(lesions_by_hand(face, treatment)):
            yield Message(
                "{name}: there is nothing dark at {missed} of the {picked} picked places.",
                name=Message(treatment.entry.name),
                missed=missed,
                picked=len(treatment.spots),
            )


def _drawn_in_part(face: Face, share: float, weights: Weights) -> Iterator[str]:
    """Yield what is drawn by less than its dose: a picture would fold, ears stand out little."""
    if share < WHOLE:
        yield Message(IN_PART, percent=float(np.floor(100 * share)))
    for treatment, weight in weights:
        if not on_ears(treatment):
            continue
        entry = treatment.entry
        most_mm = most_setback_mm(face, entry.treated_sides(treatment.side))
        if weight > most_mm:
            yield Message(
                "{name}: drawn only {most_mm:.1f} mm nearer, because in this photo the ears "
                "stand out too little for more.",
                name=Message(entry.name),
                most_mm=most_mm,
            )
