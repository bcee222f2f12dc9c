"""What plans do to a visitor's face, at the size of the page.

Everything here comes from somebody's face, so every cache belongs to the visitor's session, ends
with it, and is keyed by content: Streamlit's own hash of a large array looks at a sample of it.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import closing
from dataclasses import dataclass

import streamlit as st

from face_mesh import Face
from simulate import Change, Outcome, Plan, Treatment, simulation_steps
from simulate.outcome.live_layers import slides_lips
from simulate.outcome.pipeline import expected_changes
from simulate.outcome.warnings import undrawn_reactions
from simulate.plan.interactions import SEVERITIES, interactions
from simulate.recovery.reactions import reactions_at
from simulate.skin.skin_effect import skin_mask_of
from simulate.wording.procedures import omission
from ui.components.viewer import Heat, Live, Turn, Unsure
from ui.components.viewer.viewer import Box
from ui.compute import head_turn, live_payload, overlays
from ui.state.choice import Choice

MOST_RESULTS = 16
Note = tuple[str, str]  # severity of `simulate.plan.interactions`, and a sentence


@dataclass(frozen=True)
class Result:
    """What the page shows of one outcome; small enough to keep a few.

    `head` is the head alone at the size of a strip, to be compared with that of other plans.
    """

    jpeg: bytes
    head: bytes
    heat: Heat | None
    unsure: Unsure | None
    treated: Box | None
    changes: tuple[Change, ...]
    changed_fraction: float
    notes: tuple[Note, ...]
    live: Live | None
    moved: bytes | None
    turn: Turn | None


def skin_plan(plan: Plan) -> Plan:
    """Return what is painted or found for a plan, whatever the dose: what masks depend on."""
    return Plan(
        tuple(
            Treatment(t.procedure, t.entry.usual_dose(t.side), t.side, t.spots, t.strokes)
            for t in plan.treatments
            if t.entry.skin and t.dose > 0
        )
    )


@st.cache_resource(scope="session", max_entries=64, show_spinner=False)
def shape_changes(key: str, plan: Plan, _face: Face) -> tuple[Change, ...]:
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


def result_steps(choice: Choice, face: Face) -> Generator[float, None, Result]:
    """Work out what a choice does to a face, yielding the share done; close it to cancel.

    Raises:
        PlanError: the plan is impossible.
        EngineError: the model that paints skin is missing, broken or out of memory.
    """
    kept, asked = results(), (face.key, choice)
    if asked not in kept:
        result = yield from _result(choice, face)
        while len(kept) >= MOST_RESULTS:
            del kept[next(iter(kept))]
        kept[asked] = result
    return kept[asked]


def _result(choice: Choice, face: Face) -> Generator[float, None, Result]:
    with closing(simulation_steps(face, choice.plan, choice.conditions)) as steps:
        outcome = yield from steps
    return Result(
        jpeg=overlays.jpeg(outcome.image),
        head=overlays.head(face, outcome.image),
        heat=overlays.heat(outcome.shift_mm),
        unsure=overlays.unsure(outcome.uncertainty),
        treated=overlays.treated_box(outcome.change_mask),
        changes=outcome.changes,
        changed_fraction=outcome.changed_fraction,
        notes=_notes(outcome),
        live=None
        if slides_lips(outcome)
        else live_payload.live_of(
            outcome, [result.live for result in results().values() if result.live]
        ),
        moved=overlays.movement_map(outcome.shift_mm),
        turn=head_turn.turn_of(outcome),
    )


def _notes(outcome: Outcome) -> tuple[Note, ...]:
    """What a patient must know beside the picture, the most pressing first."""
    graver = {
        interaction.reason: interaction.severity for interaction in interactions(outcome.plan)
    }
    undrawn = set(undrawn_reactions(outcome.plan, outcome.conditions))
    said = [warning for warning in dict.fromkeys(outcome.warnings) if warning not in undrawn]
    notes = [(graver.get(one, "warn"), one) for one in said]
    notes += [(severity, one) for one, severity in graver.items() if one not in said]
    notes += [("info", one) for one in _undrawn(outcome)]
    return tuple(sorted(notes, key=lambda note: SEVERITIES.index(note[0])))


def _undrawn(outcome: Outcome) -> list[str]:
    """The reactions that are left out, a sentence a sign instead of one a treatment."""
    days, shown = outcome.conditions.days, outcome.conditions.reactions
    found: dict[str, dict[str, float]] = {}
    for treatment in outcome.plan.treatments:
        drawn = {one for one, _ in reactions_at(treatment, days, shown)}
        for one, _ in reactions_at(treatment, days, "all"):
            if one not in drawn:
                shares = found.setdefault(one.sign, {})
                name = treatment.entry.name
                shares[name] = max(one.frequency, shares.get(name, 0.0))
    return [omission(sign, shares.items()) for sign, shares in found.items()]
