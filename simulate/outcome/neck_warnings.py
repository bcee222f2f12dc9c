"""Jaws and necks on which a treatment finds little, or changes little that a photo shows."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from face_mesh import Face
from face_mesh.messages import Message
from face_mesh.skin.lower_face import FINDINGS, extent
from face_mesh.skin.neck_view import NeckView
from simulate.catalogue.procedure import Procedure
from simulate.geometry.basis import neck_drawn_mm, reach_mm
from simulate.outcome.cover_check import MOST_HIDDEN, neck_hidden
from simulate.plan.plan import Plan, Treatment
from simulate.shading.tones import deepest_tone

# Of the neck: what moves less and gets less dark is not seen beside the photo (author's estimate,
# by eye on pictures 460 px wide).
SEEN_MM, SEEN_L_STAR = 1.5, 2.4
HARDLY_THERE = 0.15  # of what people who come for it have, at jaw and neck
MOSTLY = 0.3  # of a term that acts whatever is found: with more of it something is shown


def faint_findings(face: Face, plan: Plan) -> list[str]:
    """Return the names of what treatments of jaw and neck act on and hardly find.

    What several of their terms act on, or one that acts whatever is found, is found by any.
    """
    most: dict[str, float] = {}
    for treatment in plan.treatments:
        for term in treatment.entry.terms if treatment.dose else ():
            on_neck = term.patch.surface == "neck"
            if not term.reading or (on_neck and neck_hidden(face) > MOST_HIDDEN):
                continue
            name = FINDINGS[term.reading].name
            there = max(term.least > MOSTLY, extent(face, term.reading, treatment.side))
            most[name] = max(most.get(name, 0.0), there)
    return [name for name, there in most.items() if there < HARDLY_THERE]


def quiet_neck(face: Face, treatment: Treatment, amount: float) -> Iterator[str]:
    """Yield a warning if so many units of a treatment change a neck by less than an eye sees."""
    if hardly_shows(face, treatment.entry, treatment.side, amount):
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
