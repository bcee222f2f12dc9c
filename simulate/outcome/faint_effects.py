"""What of a plan hardly shows in a photo, and why: its depth, a smile, hair, skin without signs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from face_mesh import Face
from face_mesh.messages import COMMAS, Message, MessageList
from face_mesh.skin.signs import SIGNS
from simulate.catalogue.procedure import LESIONS
from simulate.geometry.basis import reach_mm
from simulate.geometry.displacement import grid_shift_px, parts_of
from simulate.outcome.changes import SPECS
from simulate.outcome.neck_warnings import faint_findings, quiet_neck
from simulate.outcome.smile_check import less_in_smile
from simulate.outcome.warnings import WHOLE
from simulate.plan.plan import Plan, Treatment
from simulate.shading.shading import shade_of
from simulate.skin.skin_effect import Reading, SkinEffect

FRONTAL_SHARE = 0.35  # below it most of the change is towards the camera
STAYING = 0.9  # of a sign: what is left where nothing got lighter
HARDLY = 0.25  # of a grade: less is not worth a treatment
# In the picture, mm of movement and ln of light: what is less is seen only by who looks for it side
# by side (author's estimate; 0.06 is a difference of about 2 by CIEDE2000).
QUIET_MM, QUIET_LIGHT = 1.2, 0.06
OBVIOUS_SKIN = 0.25  # of a sign of the skin: what takes more of it is seen by that
EXPRESSIVE = ("crows_feet_lines", "forehead_lines", "glabellar_lines", "perioral_lines")


def quiet_treatments(
    face: Face, plan: Plan, weights: Sequence[tuple[Treatment, float]], share: float
) -> Iterator[str]:
    """Yield for each treatment that hardly shows as a whole why, in a patient's words.

    Args:
        face: measured face.
        plan: what was done.
        weights: each treatment with its effective dose.
        share: of the plan that is shown without folding the picture.
    """
    yield from less_in_smile(face, plan)
    yield from _quiet_shape(face, share, weights)


def faint_effects(face: Face, plan: Plan, skin: SkinEffect) -> Iterator[str]:
    """Yield what of a plan hardly shows, in a patient's words: a sign, a finding, a start.

    Args:
        face: measured face.
        plan: what was done.
        skin: what was done to the skin.
    """
    yield from _stubborn_signs(skin)
    yield from _little_to_treat(skin, faint_findings(face, plan))


def says_every_sign(skin: SkinEffect) -> bool:
    """Return whether `faint_effects` speaks of every sign that is treated, and there is one."""
    signs = {piece.sign for piece in skin.pieces}
    return bool(signs) and signs <= {*_faint_signs(skin), *skin.slight, *skin.hairy}


def moves_quietly(face: Face, share: float, weights: Sequence[tuple[Treatment, float]]) -> bool:
    """Return whether all that moves does so by less than is seen.

    Args:
        face: measured face.
        share: of the plan that is shown without folding the picture.
        weights: each treatment with its effective dose.
    """
    drawn_mm, light = _drawn(face, share, weights)
    return drawn_mm < QUIET_MM and light < QUIET_LIGHT


def _drawn(
    face: Face, share: float, weights: Sequence[tuple[Treatment, float]]
) -> tuple[float, float]:
    """Return by how many mm the picture moves where it does most, and the ln of light there."""
    parts = [
        (part, weight)
        for treatment, weight in weights
        for part in parts_of(treatment.entry, treatment.side)
    ]
    light = float(np.abs(shade_of(face, parts, share)).max())
    drawn_px = np.linalg.norm(share * grid_shift_px(face, parts), axis=2).max()
    return float(drawn_px) / face.px_per_mm, light


def fewer_lesions(skin: SkinEffect) -> bool:
    """Return whether a picture shows less of the lesions that were found; small, they are seen."""
    return any(
        reading.sign == LESIONS and 0.0 < reading.before and not _stays(reading)
        for reading in skin.readings
    )


def _stays(reading: Reading) -> bool:
    return reading.after > STAYING * reading.before


def _quiet_shape(
    face: Face, share: float, weights: Sequence[tuple[Treatment, float]]
) -> Iterator[str]:
    for treatment, weight in weights:
        entry = treatment.entry
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
            drawn_mm, light = _drawn(face, share, [(treatment, weight)])
            if drawn_mm < QUIET_MM and light < QUIET_LIGHT:
                yield Message(
                    "{name}: a quiet change in a photo from the front. Skin moves by at most "
                    "{drawn_mm:.1f} mm in the picture, and its light changes by at most "
                    "{percent:.0f} %.",
                    name=Message(entry.name),
                    drawn_mm=drawn_mm,
                    percent=100.0 * light,
                )


def _stubborn_signs(skin: SkinEffect) -> Iterator[str]:
    """Yield signs that are there, or may be, and of which little goes in the picture."""
    for sign, why in skin.unreadable.items():
        yield Message(
            "{sign}: the grade to start from is not readable in this photo, so none is given. "
            "{reason}",
            sign=Message(SIGNS[sign].name),
            reason=MessageList([why]),
        )
    for reading in skin.readings:
        if reading.sign == LESIONS and 0.0 < reading.before and _stays(reading):
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
            if _stays(reading):
                yield Message(
                    "{sign}: what is dark there in this photo is the colour of the skin more than "
                    "shade; it stays, so hardly anything changes.",
                    sign=Message(SIGNS[reading.sign].name),
                )


def _faint_signs(skin: SkinEffect) -> list[str]:
    return [
        reading.sign
        for reading in skin.readings
        if reading.before < HARDLY and reading.sign != LESIONS
    ]


def _little_to_treat(skin: SkinEffect, findings: Sequence[str]) -> Iterator[str]:
    faint = _faint_signs(skin)
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
