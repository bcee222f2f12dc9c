"""The sheet with head before and after side by side, and the plan in words below it."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw

from face_mesh.arrays import Rgb
from face_mesh.messages import Message
from simulate.drawing import (
    INK,
    LINE,
    NOTICE,
    PAPER,
    QUIET,
    font,
    head_window,
    panel,
    wrap_text,
)
from simulate.outcome.outcome import Outcome
from simulate.wording.language import Translate, english
from simulate.wording.plans import plan_words, response
from simulate.wording.times import moment


def comparison_image(outcome: Outcome, translate: Translate = english) -> Rgb:
    """Return head before and after side by side, with the plan in words and the notice.

    `translate` says them in another language.

    Shows the head, not the whole photo: what is compared is the face. A small head is enlarged so
    that the words below it fit, a very large one reduced; after.png has the photo's own size.
    """
    window = head_window(outcome.face)
    panels = [panel(image[window]) for image in (outcome.face.photo.image, outcome.image)]
    width, height = panels[0].size
    unit = max(11, round(width / 34))
    gap, head = unit // 2, round(2.2 * unit)
    big, small = font(round(1.2 * unit), translate), font(unit, translate)
    said = map(translate, (_subject(outcome), *outcome.warnings))
    lines = [line for text in said for line in wrap_text(text, small, 2 * width + gap - unit)]
    foot = round((len(lines) + 2.2) * LINE * unit)
    sheet = Image.new("RGB", (2 * width + gap, head + height + foot), PAPER)
    draw = ImageDraw.Draw(sheet)
    titles = (translate("Before"), translate("Simulated"))
    for x, title, shown in zip((0, width + gap), titles, panels, strict=True):
        sheet.paste(shown, (x, head))
        draw.text((x + unit // 2, unit // 2), title, INK, big)
    for i, line in enumerate([*lines, translate(NOTICE)]):
        y = head + height + round((0.6 + i * LINE) * unit)
        draw.text((unit // 2, y), line, INK if i < len(lines) else QUIET, small)
    return np.asarray(sheet, np.uint8)


def _subject(outcome: Outcome) -> Message:
    return Message(
        "{plan}  ({when}, {response})",
        plan=plan_words(outcome.plan),
        when=moment(outcome.conditions.when),
        response=response(outcome.conditions.responder),
    )
