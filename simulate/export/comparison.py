"""The sheet with head before and after side by side, and the plan in words below it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw

from face_mesh.arrays import Rgb
from face_mesh.messages import N_, SEMICOLONS, Listed, Said
from simulate.catalogue.time_course import time_words
from simulate.drawing import (
    INK,
    LINE,
    NOTICE,
    PAPER,
    QUIET,
    font,
    head_window,
    panel,
    wrapped,
)
from simulate.outcome.outcome import Outcome
from simulate.plan.plan import Plan, Treatment
from simulate.wording.language import Say, english

_PLANNED = {  # a treatment in words, by what its dose is of
    "total": N_("{name} {dose:g} {unit}"),
    "per_side": N_("{name} {dose:g} {unit} per side"),
    "left": N_("{name} {dose:g} {unit}, left only"),
    "right": N_("{name} {dose:g} {unit}, right only"),
}
_EITHER = N_("{name} left {left:g} {left_unit}, right {right:g} {right_unit}")
_SUBJECTS = {
    "low": N_("{plan}  ({when}, low responder)"),
    "expected": N_("{plan}  ({when}, expected responder)"),
    "high": N_("{plan}  ({when}, high responder)"),
}


def comparison_image(outcome: Outcome, say: Say = english) -> Rgb:
    """Return head before and after side by side, with the plan in words and the notice.

    `say` says them in another language.

    Shows the head, not the whole photo: what is compared is the face. A small head is enlarged so
    that the words below it fit, a very large one reduced; after.png has the photo's own size.
    """
    window = head_window(outcome.face)
    panels = [panel(image[window]) for image in (outcome.face.photo.image, outcome.image)]
    width, height = panels[0].size
    unit = max(11, round(width / 34))
    gap, head = unit // 2, round(2.2 * unit)
    big, small = font(round(1.2 * unit), say), font(unit, say)
    said = (_subject(outcome, say), *map(say, outcome.warnings))
    lines = [line for text in said for line in wrapped(text, small, 2 * width + gap - unit)]
    foot = round((len(lines) + 2.2) * LINE * unit)
    sheet = Image.new("RGB", (2 * width + gap, head + height + foot), PAPER)
    draw = ImageDraw.Draw(sheet)
    titles = (say("Before"), say("Simulated"))
    for x, title, shown in zip((0, width + gap), titles, panels, strict=True):
        sheet.paste(shown, (x, head))
        draw.text((x + unit // 2, unit // 2), title, INK, big)
    for i, line in enumerate([*lines, say(NOTICE)]):
        y = head + height + round((0.6 + i * LINE) * unit)
        draw.text((unit // 2, y), line, INK if i < len(lines) else QUIET, small)
    return np.asarray(sheet, np.uint8)


def plan_words(plan: Plan) -> str:
    """Return the plan in words: "Lip filler 1 mL; Masseter toxin 25 U per side"."""
    said = [treatment_words(ones) for ones in plan.by_procedure().values()]
    return Listed(said, SEMICOLONS) if said else Said("No treatment")


def treatment_words(ones: Sequence[Treatment]) -> Said:
    """Return the treatments of one procedure in words.

    "Lip filler 1 mL", or "Cheek filler left 0.8 mL, right 1.6 mL" if each side has its own dose.

    Args:
        ones: at least one, as `Plan.by_procedure` has them.
    """
    doses = {one.side: one for one in ones}
    name = Said(ones[0].entry.name)
    if len(ones) == 2 and doses.keys() == {"left", "right"}:
        left, right = doses["left"], doses["right"]
        return Said(
            _EITHER,
            name=name,
            left=left.dose,
            left_unit=_unit(left),
            right=right.dose,
            right_unit=_unit(right),
        )
    (one,) = ones
    where = one.entry.dose.scope if one.side == "both" else one.side
    return Said(_PLANNED[where], name=name, dose=one.dose, unit=_unit(one))


def _unit(one: Treatment) -> Said:
    unit = one.entry.dose.unit
    return Said(N_("session") if unit == "sessions" and one.dose == 1 else unit)


def _subject(outcome: Outcome, say: Say) -> str:
    when = outcome.conditions.when
    at = say("at its fullest") if when is None else say(time_words(when))
    return say(_SUBJECTS[outcome.conditions.responder], plan=say(plan_words(outcome.plan)), when=at)
