"""Sheets of several pictures: the film of the first two years, and the range of a result."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import replace
from math import ceil

from PIL import Image, ImageDraw

from face_mesh import Face
from face_mesh.arrays import Rgb
from face_mesh.messages import COMMAS, N_, Message, MessageList
from simulate.drawing import CLOSE, INK, PAPER, font, head_window, panel, with_foot
from simulate.outcome.outcome import Outcome
from simulate.outcome.pipeline import simulation_steps
from simulate.outcome.uncertainty_overlay import overlaid
from simulate.plan.conditions import SETTLED, Conditions
from simulate.plan.plan import Plan
from simulate.progress import share_of
from simulate.recovery.reactions import SIGN_WORDS, reactions_at
from simulate.wording.language import Translate, english
from simulate.wording.plans import RESPONSES, plan_words, response_title
from simulate.wording.times import moment, moment_title

TIMES = ("0d", "3d", "1w", "2w", "1mo", "3mo", "6mo", "1y", "2y")
ROW = 5  # panels side by side
PANEL_PX = 520
RANGE = tuple(RESPONSES)
RANGE_SAID = N_(
    "About two of three people fall between the weak and the strong response. Nobody can tell "
    "beforehand which of them you are."
)
FILM_SAID = N_(
    "All swelling, bruises and redness that people were seen to have are drawn together, at the "
    "usual pace of healing. Few people have them all, and nobody can promise the days."
)
BEFORE, UNSURE = N_("Before"), N_("Uncertain here")
UNSURE_SAID = N_("The stronger the orange, the less sure the picture is there.")
Captioned = tuple[Rgb, str]


def film(
    face: Face, plan: Plan, conditions: Conditions = SETTLED, times: Sequence[str] = TIMES
) -> Generator[float, None, list[Outcome]]:
    """Work out a plan at several times, yielding the share done; skin is painted once.

    Every reaction is drawn whatever the conditions say: what comes is better seen beforehand.

    Raises:
        PlanError, EngineError: as `simulate`.
    """
    those = [replace(conditions, when=when, reactions="all") for when in times]
    return (yield from _one_after_another(face, plan, those))


def film_image(outcomes: Sequence[Outcome], translate: Translate = english) -> Rgb:
    """Return before and each time in rows, with what is drawn of the reactions under each."""
    face = outcomes[0].face
    panels = [(face.photo.image, translate(BEFORE))]
    panels += [(outcome.image, translate(film_caption(outcome))) for outcome in outcomes]
    return _sheet(face, panels, [translate(FILM_SAID), *_said(outcomes, translate)], translate)


def responders(
    face: Face, plan: Plan, conditions: Conditions = SETTLED
) -> Generator[float, None, list[Outcome]]:
    """Work out a plan for the weak, the expected and the strong responder, yielding the share done.

    Raises:
        PlanError, EngineError: as `simulate`.
    """
    those = [replace(conditions, responder=who) for who in RANGE]
    return (yield from _one_after_another(face, plan, those))


def _one_after_another(
    face: Face, plan: Plan, those: Sequence[Conditions]
) -> Generator[float, None, list[Outcome]]:
    outcomes = []
    for i, conditions in enumerate(those):
        working = simulation_steps(face, plan, conditions)
        outcomes.append((yield from share_of(working, 1 / len(those), i / len(those))))
    return outcomes


def range_image(outcomes: Sequence[Outcome], translate: Translate = english) -> Rgb:
    """Return before, the three responders and where the picture is unsure, side by side."""
    face = outcomes[0].face
    panels = [(face.photo.image, translate(BEFORE))]
    panels += [
        (outcome.image, translate(response_title(outcome.conditions.responder)))
        for outcome in outcomes
    ]
    panels.append((overlaid(outcomes[1]), translate(UNSURE)))
    when = translate("At: {when!l}.", when=moment(outcomes[1].conditions.when))
    said = [translate(RANGE_SAID), translate(UNSURE_SAID), when, *_said(outcomes, translate)]
    return _sheet(face, panels, said, translate)


def signs_of(outcome: Outcome) -> list[str]:
    """Return the reactions that are drawn, in words, each once."""
    conditions = outcome.conditions
    found = {
        SIGN_WORDS[one.sign]: None
        for treatment in outcome.plan.treatments
        for one, _ in reactions_at(treatment, conditions.days, conditions.reactions)
    }
    return list(found)


def film_caption(outcome: Outcome) -> Message | MessageList:
    """Return what a picture of the film shows: "After 3 days: swelling, bruising"."""
    signs, title = signs_of(outcome), moment_title(outcome.conditions.when)
    return MessageList([title, MessageList(signs, COMMAS)], ": ") if signs else title


def _said(outcomes: Sequence[Outcome], translate: Translate) -> list[str]:
    warnings = {said: None for outcome in outcomes for said in outcome.warnings}
    return [translate(one) for one in (plan_words(outcomes[0].plan), *warnings)]


def _sheet(
    face: Face, panels: Sequence[Captioned], said: Sequence[str], translate: Translate
) -> Rgb:
    window = head_window(face, CLOSE)
    made = [panel(image[window], PANEL_PX) for image, _ in panels]
    width, height = made[0].size
    unit = round(width / 26)
    gap, head, across = unit // 2, round(2.2 * unit), min(ROW, len(made))
    letters, small = font(unit, translate), font(round(0.9 * unit), translate)
    whole = across * width + (across - 1) * gap
    rows = ceil(len(made) / across)
    pictures = Image.new("RGB", (whole, rows * (head + height)), PAPER)
    draw = ImageDraw.Draw(pictures)
    for i, (shown, (_, title)) in enumerate(zip(made, panels, strict=True)):
        x, y = i % across * (width + gap), i // across * (head + height)
        pictures.paste(shown, (x, y + head))
        draw.text((x + unit // 3, y + unit // 2), title, INK, letters)
    return with_foot(pictures, said, unit, small, translate)
