"""What a patient must know beside the picture: what is not drawn, not found, or hardly shows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from face_mesh import Face
from face_mesh.messages import COMMAS, N_, Message, MessageList
from face_mesh.skin.readability import tone_unreadable
from face_mesh.skin.signs import SIGNS
from face_mesh.skin.skin_tone import skin_tone
from simulate.catalogue.procedure import LESIONS
from simulate.catalogue.time_course import days_since
from simulate.geometry.basis import reach_mm
from simulate.geometry.displacement import grid_shift_px, parts_of
from simulate.geometry.neck_and_ears import most_setback_mm
from simulate.outcome.brow_room import lifted_in_part
from simulate.outcome.changes import SPECS, Change
from simulate.outcome.cover_check import covers_of, on_ears, partly_hidden
from simulate.outcome.eyelid_warnings import free_lids, high_brows
from simulate.outcome.neck_warnings import faint_findings, quiet_neck
from simulate.outcome.smile_check import less_in_smile
from simulate.plan.conditions import PHOTOTYPES, Conditions
from simulate.plan.plan import Plan, Treatment
from simulate.recovery.reactions import LIKELY, SIGN_WORDS, reactions_at
from simulate.shading.shading import shade_of
from simulate.skin.masks import lesions_by_hand
from simulate.skin.skin_effect import SkinEffect

FRONTAL_SHARE = 0.35  # below it most of the change is towards the camera
WHOLE = 0.99  # of a plan: what is missing cannot be seen
STAYING = 0.9  # of picked lesions: what is left where nothing got lighter
HARDLY = 0.25  # of a grade: less is not worth a treatment
UNDRAWN_DAYS = 21.0  # in which stitches, crusts and dressings are there
DARKER_DEG = 10.0  # of the individual typology angle: brown and dark skin (Chardon 1991)
DARKER_TYPES = PHOTOTYPES[3:]  # the same as people say it
# In the picture, mm of movement and ln of light: what is less is seen only by who looks for it side
# by side (author's estimate; 0.06 is a difference of about 2 by CIEDE2000).
QUIET_MM, QUIET_LIGHT = 1.2, 0.06
OBVIOUS_SKIN = 0.25  # of a sign of the skin: what takes more of it is seen by that
LEAST_LIP_MM = 10.0  # of skin that should stay after a lip lift (liplift_series)
RESTING = 0.3  # blendshape score below which a face does not smile
EXPRESSIVE = ("crows_feet_lines", "forehead_lines", "glabellar_lines", "perioral_lines")
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
    skin: SkinEffect,
    changes: Sequence[Change],
) -> tuple[str, ...]:
    """Return the warnings of an outcome, in a patient's words.

    Args:
        face: measured face.
        plan: what was done.
        conditions: for whom.
        weights: each treatment with its effective dose.
        share: of the plan that is shown without folding the picture.
        skin: what was done to the skin.
        changes: what came of it.
    """
    return (
        *_hidden(face, plan),
        *partly_hidden(face, plan),
        *_by_tone(face, plan, conditions.phototype),
        *free_lids(face, plan),
        *high_brows(plan, changes),
        *lifted_in_part(face, plan),
        *less_in_smile(face, plan),
        *_short_lip(plan, changes, face.smile),
        *_shape(face, share, weights),
        *_lesions(face, plan),
        *_unseen(skin, faint_findings(face, plan)),
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


def _unseen(skin: SkinEffect, findings: Sequence[str]) -> Iterator[str]:
    for sign, why in skin.unreadable.items():
        yield Message(
            "{sign}: the grade to start from is not readable in this photo, so none is given. "
            "{reason}",
            sign=Message(SIGNS[sign].name),
            reason=MessageList([why]),
        )
    for reading in skin.readings:
        if (
            reading.sign == LESIONS
            and reading.before > 0
            and reading.after > STAYING * reading.before
        ):
            yield Message(
                "{sign}: what was treated lies in shade that looks the same without it, so hardly "
                "anything changes.",
                sign=Message(SIGNS[reading.sign].name),
            )
    if skin.hairy:
        names = [Message("{sign!l}", sign=Message(SIGNS[sign].name)) for sign in skin.hairy]
        yield Message(
            "Hair lies over most of this and is left as it is, so little of the change is seen: "
            "{signs}.",
            signs=MessageList(names, COMMAS),
        )
    unlifted = {
        piece.sign
        for piece, (_, weight) in zip(skin.pieces, skin.parts, strict=True)
        if piece.jobs[0].term.operator == "lift" and weight >= WHOLE
    }
    for reading in skin.readings:
        if reading.sign in unlifted and reading.before >= HARDLY:
            if reading.after > STAYING * reading.before:
                yield Message(
                    "{sign}: what is dark there in this photo is the colour of the skin more than "
                    "shade; it stays, so hardly anything changes.",
                    sign=Message(SIGNS[reading.sign].name),
                )
    faint = [
        reading.sign
        for reading in skin.readings
        if reading.before < HARDLY and reading.sign != LESIONS
    ]
    slight = [sign for sign in skin.slight if sign not in (*faint, *skin.hairy)]
    if slight:
        names = [Message("{sign!l}", sign=Message(SIGNS[sign].name)) for sign in slight]
        yield Message(
            "The effect on this is so slight that hardly anything is seen of it in the picture: "
            "{signs}.",
            signs=MessageList(names, COMMAS),
        )
    if faint or findings:
        said = [*(SIGNS[sign].name for sign in faint), *findings]
        names = [Message("{sign!l}", sign=Message(name)) for name in said]
        moving = any(sign in EXPRESSIVE for sign in faint)
        yield Message(
            "Hardly any found in this photo, so there is little to show: {signs}. Lines of "
            "expression show best in a photo that makes the expression."
            if moving
            else "Hardly any found in this photo, so there is little to show: {signs}.",
            signs=MessageList(names, COMMAS),
        )


def _setback(face: Face, treatment: Treatment, weight: float) -> Iterator[str]:
    """Yield how far ears are set back that do not stand out far enough for all of a dose."""
    entry = treatment.entry
    if on_ears(treatment):
        most_mm = most_setback_mm(face, entry.treated_sides(treatment.side))
        if weight > most_mm:
            yield Message(
                "{name}: drawn only {most_mm:.1f} mm nearer, because in this photo the ears "
                "stand out too little for more.",
                name=Message(entry.name),
                most_mm=most_mm,
            )


def _shape(face: Face, share: float, weights: Weights) -> Iterator[str]:
    if share < WHOLE:
        yield Message(IN_PART, percent=float(np.floor(100 * share)))
    for treatment, weight in weights:
        entry = treatment.entry
        yield from _setback(face, treatment, weight)
        deepest_mm, seen_mm = (
            share * weight * one for one in reach_mm(face, entry, treatment.side)
        )
        if weight and entry.area == "neck":
            yield from quiet_neck(face, treatment, share * weight)
        if not deepest_mm > 0.0:
            continue
        shown = any(SPECS[measure].seen_from_front for measure in entry.measures)
        if seen_mm < FRONTAL_SHARE * deepest_mm or not (shown or entry.skin):
            yield Message(
                "{name}: most of this change ({depth_mm:.1f} mm) is towards the camera and hardly "
                "shows in a photo from the front; it is seen from the side.",
                name=Message(entry.name),
                depth_mm=deepest_mm,
            )
        elif all(term.reduction < OBVIOUS_SKIN for term in entry.skin):
            parts = [(part, weight) for part in parts_of(entry, treatment.side)]
            light = float(np.abs(shade_of(face, parts, share)).max())
            drawn_px = np.linalg.norm(share * grid_shift_px(face, parts), axis=2).max()
            drawn_mm = float(drawn_px) / face.px_per_mm
            if drawn_mm < QUIET_MM and light < QUIET_LIGHT:
                yield Message(
                    "{name}: a quiet change in a photo from the front. Skin moves by at most "
                    "{drawn_mm:.1f} mm in the picture, and its light changes by at most "
                    "{percent:.0f} %.",
                    name=Message(entry.name),
                    drawn_mm=drawn_mm,
                    percent=100.0 * light,
                )
