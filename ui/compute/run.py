"""Measuring and simulating for one visitor.

Everything here comes from somebody's face, so every cache belongs to the visitor's session, ends
with it, and is keyed by content: Streamlit's own hash of a large array looks at a sample of it.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Generator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace

import streamlit as st

from face_mesh import (
    Face,
    Measure,
    Photo,
    PlanError,
    ScaleHint,
    measure_all,
    read_face,
)
from face_mesh.landmarks.detect import find_faces
from simulate import (
    Change,
    Outcome,
    Plan,
    __version__,
    check_plan,
    simulate,
    simulating,
)
from simulate.catalogue.time_course import days_after
from simulate.export import comparison, contact_sheet
from simulate.outcome.outcome import expected_changes
from simulate.outcome.uncertainty_overlay import overlaid
from simulate.outcome.warnings import undrawn_reactions
from simulate.plan.interactions import SEVERITIES, interactions
from simulate.progress import scaled
from simulate.provenance.c2pa_manifest import (
    edits_of,
    sheet_png,
    signed,
    together,
)
from simulate.provenance.signing import signing
from simulate.provenance.visible_mark import marked_outcome
from simulate.recovery.reactions import reactions_at
from simulate.skin.skin_effect import skin_mask_of
from simulate.wording.language import Say, english
from simulate.wording.plans import response_title
from simulate.wording.procedures import not_drawn
from ui.components.viewer import Heat, Live, Picture, Unsure
from ui.components.viewer.strip import Panel
from ui.components.viewer.viewer import Box
from ui.compute import live_payload, overlays
from ui.server.lifespan import load
from ui.state.choice import Choice
from ui.text.language import unsaid

PREVIEW_PX = 1600  # enough to see the face at 1:1; files are made at the photo's own size
MOST_RESULTS = 16
# As many at once as there are cores: more would not be ready sooner, and each takes its memory.
_COMPARING = threading.BoundedSemaphore(max(2, os.cpu_count() or 2))
FILM, RANGE, VIDEO, REPORT = "film", "range", "video", "report"  # what is made when asked for
Note = tuple[str, str]  # severity of `simulate.plan.interactions`, and a sentence


@dataclass(frozen=True)
class Result:
    """What the page shows of one outcome; small enough to keep a few."""

    jpeg: bytes
    heat: Heat | None
    unsure: Unsure | None
    treated: Box | None
    changes: tuple[Change, ...]
    changed_fraction: float
    notes: tuple[Note, ...]
    live: Live | None
    moved: bytes | None


@dataclass(frozen=True)
class Moving:
    """The moving picture: two signed files, size of the video in px, and what is shown from when.

    `dates` are seconds and words, as in `simulate.export.timelapse_video.Morph`.
    """

    mp4: bytes
    gif: bytes
    size: tuple[int, int]
    dates: tuple[tuple[float, str], ...]


@dataclass(frozen=True)
class Wanted:
    """What is in a report only if asked for: the film, the plan's code and notes, the clinic.

    And whether it ends in questions to ask, for who reads it alone.
    """

    film: bool = False
    code: bool = False
    notes: bool = False
    clinic: str = ""
    questions: bool = False


@dataclass(frozen=True, eq=False)
class Part:
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
        return self.face.key, self.choice, self.choice.kept, self.title, self.view, others


@dataclass(frozen=True)
class Sheet:
    """Several outcomes beside each other: one by one for the page, and as a file to keep."""

    panels: tuple[Panel, ...]
    png: bytes


@st.cache_resource(show_spinner=False)
def warm() -> threading.Thread:
    """Load the landmark model beside the first screen, once a process; wait with `join`.

    In a thread of its own not only to be ready sooner: MediaPipe keeps an exception of its first
    import for good, and with it every frame that led there. None of them may hold a photo.
    """
    thread = threading.Thread(target=load, name="load the landmark model", daemon=True)
    thread.start()
    return thread


@st.cache_resource(scope="session", max_entries=4, show_spinner=False)
def faces(sha256: str, _photo: Photo) -> tuple[int, Picture]:
    """Return how many faces there are, and the photo with them numbered if they are several."""
    warm().join()
    found = find_faces(_photo.image)
    several = tuple(one.points_px for one in found) if len(found) > 1 else ()
    return len(found), overlays.plain(_photo, several)


@st.cache_resource(scope="session", max_entries=4, show_spinner=False)
def measured(sha256: str, which: int | None, hint: ScaleHint | None, _photo: Photo) -> Face:
    """Return the measured face at the photo's own size; `hint` is what is known of its size.

    Raises:
        PhotoError: no face, several without a choice.
        PlanError: an impossible pupil distance or known length.
    """
    return read_face(_photo, which=which, hint=hint)


@st.cache_resource(scope="session", max_entries=4, show_spinner=False)
def preview(key: str, _face: Face) -> tuple[Face, Picture]:
    """Return the face at preview size and its picture for the viewer; `key` is the face's."""
    small = _face.resized(PREVIEW_PX)
    return small, overlays.picture(small)


@st.cache_resource(scope="session", max_entries=4, show_spinner=False)
def measures(key: str, _face: Face) -> dict[str, Measure]:
    """Return the measures of a face by id; `key` is the face's."""
    return {one.id: one for one in measure_all(_face)}


@st.cache_resource(scope="session", max_entries=64, show_spinner=False)
def expected(key: str, plan: Plan, _face: Face) -> tuple[Change, ...]:
    """Return what a plan changes in the shape of a face, settled; `key` is the face's."""
    return expected_changes(_face, plan)


@st.cache_resource(scope="session", max_entries=4, show_spinner=False)
def skin_mask(key: str, skin: Plan, _face: Face) -> bytes:
    """Return what a plan repaints or fades, as a see-through PNG; `key` is the face's."""
    return overlays.mask(skin_mask_of(_face, skin))


@st.cache_resource(scope="session", show_spinner=False)
def results() -> dict[tuple[str, Choice], Result]:
    """Return the session's results by face and choice, oldest first.

    A shelf and not a cached function: what makes a result shows how far it is, and a cached
    function that draws would draw again each time it is read.
    """
    return {}


def working(choice: Choice, face: Face) -> Generator[float, None, Result]:
    """Work out what a choice does to a face, yielding the share done; close it to cancel.

    Raises:
        PlanError: the plan is impossible.
        EngineError: the model that paints skin is missing, broken or out of memory.
    """
    kept, asked = results(), (face.key, choice)
    if asked not in kept:
        made = yield from _made(choice, face)
        while len(kept) >= MOST_RESULTS:
            del kept[next(iter(kept))]
        kept[asked] = made
    return kept[asked]


def _made(choice: Choice, face: Face) -> Generator[float, None, Result]:
    check_plan(choice.plan)  # before any work is done
    with closing(simulating(face, choice.plan, *choice.circumstances)) as steps:
        outcome = yield from steps
    return Result(
        jpeg=overlays.jpeg(outcome.image),
        heat=overlays.heat(outcome.shift_mm),
        unsure=overlays.unsure(outcome.uncertainty),
        treated=overlays.treated(outcome.change_mask),
        changes=outcome.changes,
        changed_fraction=outcome.changed_fraction,
        notes=_notes(outcome),
        live=live_payload.live_of(outcome, [one.live for one in results().values() if one.live]),
        moved=overlays.moved(outcome.shift_mm),
    )


def _notes(outcome: Outcome) -> tuple[Note, ...]:
    """What a patient must know beside the picture, the most pressing first."""
    plan, days = outcome.plan, days_after(outcome.when)
    graver = {one.reason: one.severity for one in interactions(plan)}
    undrawn = set(undrawn_reactions(plan, days, outcome.reactions))
    said = [one for one in dict.fromkeys(outcome.warnings) if one not in undrawn]
    notes = [(graver.get(one, "warn"), one) for one in said]
    notes += [(severity, one) for one, severity in graver.items() if one not in said]
    notes += [("info", one) for one in _undrawn(outcome)]
    return tuple(sorted(notes, key=lambda note: SEVERITIES.index(note[0])))


def _undrawn(outcome: Outcome) -> list[str]:
    """The reactions that are left out, a sentence a sign instead of one a treatment."""
    days = days_after(outcome.when)
    found: dict[str, dict[str, float]] = {}
    for treatment in outcome.plan.treatments:
        drawn = {one for one, _ in reactions_at(treatment, days, outcome.reactions)}
        for one, _ in reactions_at(treatment, days, "all"):
            if one not in drawn:
                shares = found.setdefault(one.sign, {})
                name = treatment.entry.name
                shares[name] = max(one.frequency, shares.get(name, 0.0))
    return [not_drawn(sign, shares.items()) for sign, shares in found.items()]


def sheet_choice(kind: str, choice: Choice) -> Choice:
    """Return the choice without what a sheet shows all of: every time, or every response."""
    if kind == FILM:  # what may come is better seen beforehand
        return replace(choice, when=None, reactions="all")
    return replace(choice, responder="expected")


@st.cache_resource(scope="session", show_spinner=False)
def kept_files() -> dict[tuple[str, object], object]:
    """Return what the session has made by kind and what it is of, oldest first."""
    return {}


def sheet(kind: str, choice: Choice, face: Face, say: Say) -> Generator[float, None, Sheet]:
    """Work out a sheet, yielding the share done; close it to cancel.

    Raises:
        PlanError: the plan is impossible.
        EngineError: the model that paints skin is missing, broken or out of memory.
    """
    with closing(_outcomes(kind, sheet_choice(kind, choice), face)) as steps:
        outcomes = yield from steps
    return sheet_of(kind, outcomes, say)


def _outcomes(kind: str, choice: Choice, face: Face) -> Generator[float, None, list[Outcome]]:
    check_plan(choice.plan)
    when, responder, seed, engine, reactions = choice.circumstances
    if kind == FILM:
        return contact_sheet.film(face, choice.plan, responder, seed, engine, reactions)
    return contact_sheet.responders(face, choice.plan, when, seed, engine, reactions)


def video(choice: Choice, face: Face, say: Say) -> Generator[float, None, Moving]:
    """Work out the moving picture, yielding the share done; close it to cancel.

    Raises:
        PlanError, EngineError: as `sheet`.
    """
    from simulate.export import timelapse_video  # whose encoder only this needs

    check_plan(choice.plan)
    _, responder, seed, engine, _ = choice.circumstances
    steps = timelapse_video.morph(face, choice.plan, responder, seed, engine, say=say)
    with closing(steps):
        made = yield from steps
    sealed = (signed(one, made.edits, signing(), __version__) for one in (made.mp4, made.gif))
    return Moving(*sealed, size=made.size, dates=made.dates)


def report(
    parts: Sequence[Part], say: Say, language: str, wanted: Wanted
) -> Generator[float, None, bytes]:
    """Work out the report as a signed PDF, yielding the share done; close it to cancel.

    Raises:
        PlanError, EngineError: as `sheet`.
    """
    from simulate.export.pdf.figures import Planned, Seen
    from simulate.export.pdf.pages import report_pdf  # whose library only this needs

    works = [
        (part, kind) for part in parts for kind in ((RANGE, FILM) if wanted.film else (RANGE,))
    ]
    steps_of = {RANGE: len(contact_sheet.RANGE), FILM: len(contact_sheet.TIMES)}
    whole = sum(steps_of[kind] for _, kind in works) + sum(len(part.others) for part in parts)
    done, found = 0, dict[tuple[int, str], list[Outcome]]()
    for part, kind in works:
        with closing(_outcomes(kind, sheet_choice(kind, part.choice), part.face)) as steps:
            share = steps_of[kind] / whole
            made = yield from scaled(steps, 0.95 * share, 0.95 * done / whole)
        found[id(part), kind] = [replace(one, plan=part.choice.kept) for one in made]
        done += steps_of[kind]
    plans, shown = [], [one for many in found.values() for one in many]
    for part in parts:
        others = []
        for view, choice, face, said in part.others:
            yield 0.95 * done / whole
            done += 1
            others.append(Seen(view, *_elsewhere(choice, face, said)))
        shown += [one.outcome for one in others if one.outcome is not None]
        three, times = found[id(part), RANGE], found.get((id(part), FILM), [])
        plans.append(Planned(three, times, part.title, part.view, others))
    pdf = report_pdf(
        plans,
        code=wanted.code,
        notes=wanted.notes,
        clinic=wanted.clinic,
        questions=wanted.questions,
        say=say,
        language=language,
    )
    edits = together(edits_of(one) for one in shown)
    return signed(pdf, edits, signing(), __version__)


def _elsewhere(choice: Choice, face: Face, said: str) -> tuple[Outcome | None, str]:
    """Return the outcome on a further photo, and what is to be said of it."""
    if not choice.plan.treatments:
        return None, said
    try:
        return simulate(face, choice.plan, *sheet_choice(RANGE, choice).circumstances), said
    except PlanError as error:  # as of a head that is turned too far
        return None, unsaid(error)


def sheet_of(kind: str, outcomes: list[Outcome], say: Say = english) -> Sheet:
    """Return the pictures and the file of outcomes that belong to one sheet."""
    face = outcomes[0].face
    captions = (
        [contact_sheet.film_caption(one) for one in outcomes]
        if kind == FILM
        else [response_title(one.responder) for one in outcomes]
    )
    shown = [(face.photo.image, contact_sheet.BEFORE)]
    shown += [(one.image, said) for one, said in zip(outcomes, captions, strict=True)]
    if kind == RANGE:
        shown.append((overlaid(outcomes[1]), contact_sheet.UNSURE))
    stamped = [marked_outcome(one, say) for one in outcomes]
    drawn = (
        contact_sheet.film_image(stamped, say)
        if kind == FILM
        else contact_sheet.range_image(stamped, say)
    )
    return Sheet(
        tuple(Panel(overlays.head(face, image), say(caption)) for image, caption in shown),
        sheet_png(drawn, outcomes, signing(), __version__),
    )


def comparison_png(face: Face, choice: Choice, say: Say = english) -> bytes:
    """Return before and after at the photo's own size, marked as a simulation; nothing is kept."""
    with _COMPARING:
        outcome = simulate(face, choice.plan, *choice.circumstances)
        drawn = comparison.comparison_image(marked_outcome(outcome, say), say)
        return sheet_png(drawn, [outcome], signing(), __version__)


def forget() -> None:
    """Empty this session's caches; treated skin goes with the faces that hold it."""
    for cached in (
        faces,
        measured,
        preview,
        measures,
        expected,
        skin_mask,
        results,
        kept_files,
        live_payload.sent,
    ):
        cached.clear()
