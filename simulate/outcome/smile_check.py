"""How much of what acts on a smile shows in the one of the photo, and what is said where less."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from face_mesh import Face
from face_mesh.landmarks.anatomy import point
from face_mesh.layers.mouth_interior import mouth_interior
from face_mesh.messages import Message
from simulate.catalogue.procedure import Procedure
from simulate.plan.plan import Plan

TEETH_MM = 3.0  # between the lips from which on teeth show
FULL_SMILE = 0.5  # blendshape score from which on a smile is one; at rest it is near 0
# Gum above the teeth, author's estimate: with less a lip is at its place, and the line between gum
# and lip is not read more finely than this.
LEAST_GUM_MM = 1.0


def seen_in(face: Face, procedure: Procedure) -> float:
    """Return the share of a procedure's movement that the expression in the photo lets show.

    A lip that rises too far comes down, at the usual dose, by no more than the gum that shows.
    """
    if not procedure.in_smile:
        return 1.0
    smile, gum_mm = _smile(face), gum_shown_mm(face)
    if not smile or gum_mm is None or gum_mm < LEAST_GUM_MM:
        return 0.0
    return smile * min(1.0, gum_mm / _lowering_mm(procedure))


def smiles(face: Face) -> bool:
    """Return whether a face smiles in full, with its teeth showing."""
    return _smile(face) >= 1.0


def gum_shown_mm(face: Face) -> float | None:
    """Return how much gum shows above the upper teeth: 0 if lips touch, None if not readable."""
    interior = mouth_interior(face)
    return interior.gum_mm if interior else 0.0


def unseen_in(face: Face, procedure: Procedure) -> Message | None:
    """Return why nothing or not all of a procedure of the smile shows in a photo, None if it does.

    A procedure that is of no smile shows.
    """
    if not procedure.in_smile:
        return None
    name = Message(procedure.name)
    if not smiles(face):
        return Message(
            "{name}: it acts on a smile that shows the teeth, which this photo shows little or "
            "not at all; use a photo in which you smile with the teeth showing.",
            name=name,
        )
    gum_mm = gum_shown_mm(face)
    if gum_mm is None:
        return Message(
            "{name}: gums cannot be told from lips in this photo, so nothing is drawn; use a "
            "larger photo, in white light.",
            name=name,
        )
    if gum_mm < LEAST_GUM_MM:
        return Message(
            "{name}: this smile shows hardly any gum above the teeth, so there is nothing to "
            "treat.",
            name=name,
        )
    if gum_mm < _lowering_mm(procedure):
        return Message(
            "{name}: about {gum_mm:.0f} mm of gum show in this smile, and at the usual dose the "
            "lip is drawn lower by no more than that.",
            name=name,
            gum_mm=gum_mm,
        )
    return None


def less_in_smile(face: Face, plan: Plan) -> Iterator[Message]:
    """Yield for each treatment of the smile why nothing or not all of it shows."""
    for treatment in plan.treatments:
        said = unseen_in(face, treatment.entry) if treatment.dose else None
        if said:
            yield said


def _smile(face: Face) -> float:
    """How far the face smiles with its teeth showing, 0 to 1."""
    lips = face.mesh_mm[[point("stomion_superius"), point("stomion_inferius")], 1]
    apart = float(np.clip((lips[0] - lips[1]) / TEETH_MM, 0.0, 1.0))
    return min(1.0, face.smile / FULL_SMILE) * apart


def _lowering_mm(procedure: Procedure) -> float:
    """How far the usual dose lowers the lip in people who show enough gum."""
    lowering = sum(-term.coefficient * term.direction[1] for term in procedure.terms)
    return lowering * procedure.effect(procedure.dose.usual)
