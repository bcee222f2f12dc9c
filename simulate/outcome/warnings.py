"""What a patient must know beside the picture: what is not drawn, not found, or hardly shows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from face_mesh import Face
from face_mesh.landmarks.anatomy import point
from face_mesh.messages import COMMAS, N_, Message, MessageList
from face_mesh.skin.lower_face import FINDINGS, extent
from face_mesh.skin.neck_view import NeckView
from face_mesh.skin.readability import tone_unreadable
from face_mesh.skin.signs import SIGNS
from face_mesh.skin.skin_tone import skin_tone
from simulate.catalogue.procedure import LESIONS, Procedure
from simulate.catalogue.time_course import days_since
from simulate.geometry.basis import neck_drawn_mm, reach_mm
from simulate.outcome.changes import Change
from simulate.outcome.cover_check import MOST_HIDDEN, covers_of, neck_hidden, partly_hidden
from simulate.plan.conditions import PHOTOTYPES, Conditions
from simulate.plan.plan import Plan, Treatment
from simulate.recovery.reactions import LIKELY, SIGN_WORDS, reactions_at
from simulate.shading.tones import deepest_tone
from simulate.skin.masks import lesions_by_hand
from simulate.skin.skin_effect import SkinEffect

FRONTAL_SHARE = 0.35  # below it most of the change is towards the camera
# Of the neck: what moves less and gets less dark is not seen beside the photo (author's estimate,
# by eye on pictures 460 px wide).
SEEN_MM, SEEN_L_STAR = 1.5, 2.4
WHOLE = 0.99  # of a plan: what is missing cannot be seen
STAYING = 0.9  # of picked lesions: what is left where nothing got lighter
HARDLY = 0.25  # of a grade: less is not worth a treatment
HARDLY_THERE = 0.15  # of what people who come for it have, at jaw and neck
MOSTLY = 0.3  # of a term that acts whatever is found: with more of it something is shown
TEETH_MM = 3.0  # between the lips from which on teeth show
UNDRAWN_DAYS = 21.0  # in which stitches, crusts and dressings are there
DARKER_DEG = 10.0  # of the individual typology angle: brown and dark skin (Chardon 1991)
DARKER_TYPES = PHOTOTYPES[3:]  # the same as people say it
HOLLOW_MM = 0.5  # behind the straight bridge, more than the measure is unsure
FULL_SMILE = 0.5  # blendshape score from which on a smile is one; at rest it is near 0
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
        *_at_rest(face, plan),
        *_beyond(changes),
        *_shape(face, share, weights),
        *_lesions(face, plan),
        *_unseen(skin, _faint_findings(face, plan)),
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


def _beyond(changes: Sequence[Change]) -> Iterator[str]:
    for change in changes:
        if (
            change.measure == "dorsal_hump_height"
            and change.after < -HOLLOW_MM
            and change.after < change.before
        ):
            yield N_(
                "This takes more than the hump this photo shows, and the bridge would be hollow; "
                "a photo from the side shows the hump better, and a lower dose takes less."
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


def seen_in(face: Face, procedure: Procedure) -> float:
    """Return the share of a procedure's movement that the expression in the photo lets show."""
    if not procedure.in_smile:
        return 1.0
    lips = face.mesh_mm[[point("stomion_superius"), point("stomion_inferius")], 1]
    apart = float(np.clip((lips[0] - lips[1]) / TEETH_MM, 0.0, 1.0))
    return min(1.0, face.smile / FULL_SMILE) * apart


def _at_rest(face: Face, plan: Plan) -> Iterator[str]:
    for treatment in plan.treatments:
        if treatment.dose and seen_in(face, treatment.entry) < 1.0:
            yield Message(
                "{name}: it acts on a smile that shows the teeth, which this photo shows little or "
                "not at all; use a photo in which you smile with the teeth showing.",
                name=Message(treatment.entry.name),
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


def _faint_findings(face: Face, plan: Plan) -> list[str]:
    """Return the names of what treatments of jaw and neck act on and hardly find."""
    found: dict[str, None] = {}
    for treatment in plan.treatments:
        for term in treatment.entry.terms if treatment.dose else ():
            on_neck = term.patch.surface == "neck"
            if (
                not term.reading
                or term.least > MOSTLY
                or (on_neck and neck_hidden(face) > MOST_HIDDEN)
            ):
                continue
            if extent(face, term.reading, treatment.side) < HARDLY_THERE:
                found[FINDINGS[term.reading].name] = None
    return list(found)


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
    faint = [
        reading.sign
        for reading in skin.readings
        if reading.before < HARDLY and reading.sign != LESIONS
    ]
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


def _shape(face: Face, share: float, weights: Weights) -> Iterator[str]:
    if share < WHOLE:
        yield Message(IN_PART, percent=float(np.floor(100 * share)))
    for treatment, weight in weights:
        deepest_mm, seen_mm = reach_mm(face, treatment.entry, treatment.side)
        if weight and seen_mm < FRONTAL_SHARE * deepest_mm:
            yield Message(
                "{name}: most of this change ({depth_mm:.1f} mm) is towards the camera and hardly "
                "shows in a photo from the front.",
                name=Message(treatment.entry.name),
                depth_mm=float(share * weight * deepest_mm),
            )
        if (
            weight
            and treatment.entry.area == "neck"
            and hardly_shows(face, treatment.entry, treatment.side, share * weight)
        ):
            yield Message(
                "{name}: what it changes at the neck hardly shows in this photo; one from the "
                "side, or in better light, shows more.",
                name=Message(treatment.entry.name),
            )


def hardly_shows(face: Face, procedure: Procedure, side: str, weight: float) -> bool:
    """Return whether so many units of a procedure change a neck by less than an eye sees.

    On dark skin in shade the same share of light is fewer steps of lightness.
    """
    moved_mm = max(reach_mm(face, procedure, side)[1], neck_drawn_mm(face, procedure, side))
    light = np.exp(NeckView.of(face).upper_lightness)
    darker = light * np.exp(-weight * deepest_tone(face, procedure, side))
    steps = _l_star(float(light)) - _l_star(float(darker))
    return bool(weight * moved_mm < SEEN_MM and steps < SEEN_L_STAR)


def _l_star(luminance: float) -> float:
    """Return CIE lightness, 0 to 100, of luminance from 0 to 1."""
    cube = luminance ** (1.0 / 3.0) if luminance > 216.0 / 24389.0 else 0.0
    return 116.0 * cube - 16.0 if cube else luminance * 24389.0 / 27.0
