"""The sheet with head before and after side by side, and the plan in words below it."""

from __future__ import annotations

from PIL import Image, ImageDraw

from face_mesh.arrays import Rgb
from face_mesh.messages import Message
from simulate.drawing import INK, PAPER, font, head_window, panel, with_foot
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
    pictures = Image.new("RGB", (2 * width + gap, head + height), PAPER)
    draw = ImageDraw.Draw(pictures)
    titles = (translate("Before"), translate("Simulated"))
    for x, title, shown in zip((0, width + gap), titles, panels, strict=True):
        pictures.paste(shown, (x, head))
        draw.text((x + unit // 2, unit // 2), title, INK, big)
    said = map(translate, (_subject(outcome), *outcome.warnings))
    return with_foot(pictures, said, unit, small, translate)


def _subject(outcome: Outcome) -> Message:
    return Message(
        "{plan}  ({when}, {response})",
        plan=plan_words(outcome.plan),
        when=moment(outcome.conditions.when),
        response=response(outcome.conditions.responder),
    )
