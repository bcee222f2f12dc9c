"""Sheets, videos and reports of one visitor, each signed, made when asked for.

All of it comes from somebody's face, so what is kept belongs to the visitor's session.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Generator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace

import streamlit as st

from face_mesh import Face, PlanError
from simulate import Outcome, __version__, simulation_steps
from simulate.export import comparison, contact_sheet
from simulate.outcome.uncertainty_overlay import overlaid
from simulate.progress import complete, share_of
from simulate.provenance.c2pa_manifest import edits_of, sheet_png, sign_file, together
from simulate.provenance.signing import credentials
from simulate.provenance.visible_mark import marked_outcome
from simulate.wording.language import Translate, english
from simulate.wording.plans import response_title
from ui.components.viewer.strip import Panel
from ui.compute import overlays
from ui.state.choice import Choice
from ui.text.language import message_of

# As many at once as there are cores: more would not be ready sooner, and each takes its memory.
_COMPARING = threading.BoundedSemaphore(max(2, os.cpu_count() or 2))
FILM, RANGE, VIDEO, REPORT = "film", "range", "video", "report"  # what is made when asked for


@dataclass(frozen=True)
class TimelapseFiles:
    """The moving picture: two signed files, size of the video in px, and what is shown from when.

    `dates` are seconds and words, as in `simulate.export.timelapse_video.Morph`.
    """

    mp4: bytes
    gif: bytes
    size: tuple[int, int]
    dates: tuple[tuple[float, str], ...]


@dataclass(frozen=True)
class ReportOptions:
    """What is in a report only if asked for: the film, the plan's code and notes, the clinic.

    And whether it ends in questions to ask, for who reads it alone.
    """

    film: bool = False
    code: bool = False
    notes: bool = False
    clinic: str = ""
    questions: bool = False


@dataclass(frozen=True, eq=False)
class ReportPlan:
    """A plan of a report.

    Attributes:
        choice: the plan, and for when and whom.
        face: at preview size.
        title: what the plan is called; empty for the only one.
        view: which photo the face is of, in words; empty where there is but one.
        others: the plan on further photos: which, what is chosen there, the face at preview size,
            and what is left out there.
    """

    choice: Choice
    face: Face
    title: str = ""
    view: str = ""
    others: tuple[tuple[str, Choice, Face, str], ...] = ()

    @property
    def key(self) -> object:
        """All that it depends on."""
        others = tuple((view, one, face.key, said) for view, one, face, said in self.others)
        return self.face.key, self.choice, self.choice.full_plan, self.title, self.view, others


@dataclass(frozen=True)
class Sheet:
    """Several outcomes beside each other: one by one for the page, and as a file to keep."""

    panels: tuple[Panel, ...]
    png: bytes


@st.cache_resource(scope="session", show_spinner=False)
def file_cache() -> dict[tuple[str, object], object]:
    """Return what the session has made by kind and what it is of, oldest first."""
    return {}


def sheet_choice(kind: str, choice: Choice) -> Choice:
    """Return the choice without what a sheet shows all of: every time, or every response."""
    if kind == FILM:  # what may come is better seen beforehand
        return replace(choice, conditions=replace(choice.conditions, when=None, reactions="all"))
    return replace(choice, conditions=replace(choice.conditions, responder="expected"))


def sheet(
    kind: str, choice: Choice, face: Face, translate: Translate
) -> Generator[float, None, Sheet]:
    """Work out a sheet, yielding the share done; close it to cancel.

    Raises:
        PlanError: the plan is impossible.
        EngineError: the model that paints skin is missing, broken or out of memory.
    """
    with closing(_outcomes(kind, sheet_choice(kind, choice), face)) as steps:
        outcomes = yield from steps
    return sheet_of(kind, outcomes, translate)


def _outcomes(kind: str, choice: Choice, face: Face) -> Generator[float, None, list[Outcome]]:
    work = contact_sheet.film if kind == FILM else contact_sheet.responders
    return work(face, choice.plan, choice.conditions)


def video(
    choice: Choice, face: Face, translate: Translate
) -> Generator[float, None, TimelapseFiles]:
    """Work out the moving picture, yielding the share done; close it to cancel.

    Raises:
        PlanError, EngineError: as `sheet`.
    """
    from simulate.export import timelapse_video  # whose encoder only this needs

    with closing(timelapse_video.morph(face, choice.plan, choice.conditions, translate)) as steps:
        made = yield from steps
    mp4, gif = (
        sign_file(one, made.edits, credentials(), __version__) for one in (made.mp4, made.gif)
    )
    return TimelapseFiles(mp4, gif, made.size, made.dates)


def report(
    parts: Sequence[ReportPlan], translate: Translate, language: str, options: ReportOptions
) -> Generator[float, None, bytes]:
    """Work out the report as a signed PDF, yielding the share done; close it to cancel.

    Raises:
        PlanError, EngineError: as `sheet`.
    """
    from simulate.export.pdf.figures import PhotoResult, PlanResults
    from simulate.export.pdf.pages import report_pdf  # whose library only this needs

    works = [
        (part, kind) for part in parts for kind in ((RANGE, FILM) if options.film else (RANGE,))
    ]
    steps_of = {RANGE: len(contact_sheet.RANGE), FILM: len(contact_sheet.TIMES)}
    whole = sum(steps_of[kind] for _, kind in works) + sum(len(part.others) for part in parts)
    done, found = 0, dict[tuple[int, str], list[Outcome]]()
    for part, kind in works:
        with closing(_outcomes(kind, sheet_choice(kind, part.choice), part.face)) as steps:
            share = steps_of[kind] / whole
            made = yield from share_of(steps, 0.95 * share, 0.95 * done / whole)
        found[id(part), kind] = [replace(one, plan=part.choice.full_plan) for one in made]
        done += steps_of[kind]
    plans, shown = [], [one for many in found.values() for one in many]
    for part in parts:
        others = []
        for view, choice, face, said in part.others:
            yield 0.95 * done / whole
            done += 1
            others.append(PhotoResult(view, *_elsewhere(choice, face, said)))
        shown += [other.outcome for other in others if other.outcome is not None]
        three, times = found[id(part), RANGE], found.get((id(part), FILM), [])
        plans.append(PlanResults(three, times, part.title, part.view, others))
    pdf = report_pdf(
        plans,
        code=options.code,
        notes=options.notes,
        clinic=options.clinic,
        questions=options.questions,
        translate=translate,
        language=language,
    )
    edits = together(edits_of(one) for one in shown)
    return sign_file(pdf, edits, credentials(), __version__)


def _elsewhere(choice: Choice, face: Face, said: str) -> tuple[Outcome | None, str]:
    """Return the outcome on a further photo, and what is to be said of it."""
    if not choice.plan.treatments:
        return None, said
    try:
        return complete(
            simulation_steps(face, choice.plan, sheet_choice(RANGE, choice).conditions)
        ), said
    except PlanError as error:  # as of a head that is turned too far
        return None, message_of(error)


def sheet_of(kind: str, outcomes: list[Outcome], translate: Translate = english) -> Sheet:
    """Return the pictures and the file of outcomes that belong to one sheet."""
    face = outcomes[0].face
    captions = (
        [contact_sheet.film_caption(outcome) for outcome in outcomes]
        if kind == FILM
        else [response_title(outcome.conditions.responder) for outcome in outcomes]
    )
    shown = [(face.photo.image, contact_sheet.BEFORE)]
    shown += [(one.image, said) for one, said in zip(outcomes, captions, strict=True)]
    if kind == RANGE:
        shown.append((overlaid(outcomes[1]), contact_sheet.UNSURE))
    stamped = [marked_outcome(outcome, translate) for outcome in outcomes]
    drawn = (
        contact_sheet.film_image(stamped, translate)
        if kind == FILM
        else contact_sheet.range_image(stamped, translate)
    )
    return Sheet(
        tuple(Panel(overlays.head(face, image), translate(caption)) for image, caption in shown),
        sheet_png(drawn, outcomes, credentials(), __version__),
    )


def comparison_png(face: Face, choice: Choice, translate: Translate = english) -> bytes:
    """Return before and after at the photo's own size, marked as a simulation; nothing is kept."""
    with _COMPARING:
        outcome = complete(simulation_steps(face, choice.plan, choice.conditions))
        drawn = comparison.comparison_image(marked_outcome(outcome, translate), translate)
        return sheet_png(drawn, [outcome], credentials(), __version__)
