"""Faces for the tests of `simulate`, and what is read off an outcome again and again."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import cache
from typing import Any, TypeVar

import cv2
import numpy as np
import pytest

from face_mesh import Face, Photo, measure_face, open_photo
from face_mesh.arrays import Field, Mask, Points
from face_mesh.landmarks.model_file import canonical_mesh
from face_mesh.landmarks.pose import Pose
from simulate import (
    Outcome,
    Plan,
    Treatment,
    procedures,
    simulate,
)
from simulate.catalogue.procedure import SURFACES, TONES, Procedure
from simulate.geometry.basis import mesh_basis
from simulate.geometry.displacement import parts_of, surface_shift_mm
from simulate.geometry.ears import ears_of
from simulate.geometry.neck_and_ears import surface_of
from tests.face_mesh.faces import collins, hopper
from tests.helpers import FACES, use_photo

SAMPLES = ("hopper", "collins")
# Of both sexes and different skin, from three cameras; the last is nobody: an average of four.
# Name to the longest side in px: one whole photo (its head is turned by 4 degrees), three previews.
SHARED = {
    "london/neutral/001_03.jpg": 1350,
    "london/neutral/061_03.jpg": 800,
    "canada/151m.jpg": 900,
    "composite/f_easian.jpg": 700,
}
PROCEDURES = tuple(procedures())
# What shows in a smile only has tests of its own: most of these faces do not smile.
SHAPED = tuple(n for n, entry in procedures().items() if entry.terms and not entry.in_smile)
SKIN = tuple(name for name, entry in procedures().items() if entry.skin)
FACED = tuple(  # they move the face itself, not only the neck or the ears
    name for name in SHAPED if any(t.patch.surface == "face" for t in procedures()[name].terms)
)
PAIRED = tuple(name for name in SHAPED if "left" in procedures()[name].sides)
FLIP = np.array([-1.0, 1.0, 1.0])
Test = TypeVar("Test", bound=Callable[..., None])


def rotating(
    name: str, values: Iterable[object], *, alike: bool = False, **how: Any
) -> Callable[[Test], Test]:
    """Try a law for each of the values on two of the faces, and among the slow tests on all.

    Another law takes others, unless all are to be tried `alike`: on what is worked out only once.
    """
    each = pytest.mark.parametrize(name, values, **how)
    return lambda law: pytest.mark.rotating(alike)(each(law))


def faces_at(law: int, case: Iterable[int]) -> tuple[int, int]:
    """The places of two faces, a sample and a shared one, on which a case of a law is tried."""
    turn = law + sum(case)
    further = turn // len(SAMPLES)  # so that every second case too has both samples
    return (turn + further) % len(SAMPLES), len(SAMPLES) + further % len(SHARED)


@cache
def face_of(name: str) -> Face:
    """A sample or shared face, of which no finding hides anything."""
    if name in SAMPLES:
        return bare(hopper() if name == "hopper" else collins())
    return bare(measure_face(open_photo(use_photo(FACES / name)))).resized(SHARED[name])


def bare(face: Face) -> Face:
    """The face as if nothing had been found on its photo, such as glasses; with no work done."""
    return replace(face, findings=(), workspace={})


@cache
def mirrored(face: Face) -> Face:
    """The exact mirror image: photo, landmarks and pose, without measuring again."""
    across = face.photo.width - 1
    points = face.landmarks_px[canonical_mesh().mirror] * FLIP + (across, 0.0, 0.0)
    origin = face.pose.origin_px * FLIP + (across, 0.0, 0.0)
    turn = np.diag(FLIP) @ face.pose.rotation @ np.diag(FLIP)
    pose = Pose(turn, origin, face.px_per_mm)
    photo = Photo.from_rgb(face.photo.image[:, ::-1])
    return Face(photo, points, pose.to_head(points), pose, face.scale, face.expression)


def needs_ears(face: Face, procedure: str) -> None:
    """Skip a procedure that sets back ears on a head both of whose ears are not seen."""
    if "ears" in surfaces_of(procedure) and len(ears_of(face)) < 2:
        pytest.skip("no two ears are seen in this photo")


def offered(face: Face, names: Iterable[str]) -> tuple[str, ...]:
    """Those of some procedures that the photo of a face can show."""
    seen = ears_of(face)
    return tuple(name for name in names if len(seen) == 2 or "ears" not in surfaces_of(name))


def run(face: Face, procedure: str, share: float = 1.0, side: str = "both", **how: str) -> Outcome:
    """The outcome of one procedure at a share of the largest dose for that side."""
    needs_ears(face, procedure)
    dose = share * procedures()[procedure].max_dose(side)
    return simulate(face, Plan((Treatment(procedure, dose, side),)), engine="fake", **how)


def usual(*names: str) -> Plan:
    """A plan of several procedures at their usual doses."""
    return Plan(tuple(Treatment(name, procedures()[name].dose.usual) for name in names))


def own_changes(outcome: Outcome) -> dict[str, float]:
    """How much each measure that the plan is for changes."""
    own = {measure for t in outcome.plan.treatments for measure in t.entry.measures}
    return {c.measure: c.after - c.before for c in outcome.changes if c.measure in own}


def limited(outcome: Outcome) -> bool:
    """Whether the outcome says that only a part of the plan is shown."""
    said = ("cannot show more", "too little for more")
    return any(part in warning for warning in outcome.warnings for part in said)


def areas(backward: Field) -> Mask:
    """What becomes of the area of each pixel of a dense backward field; at 0 it is folded."""
    x, y = np.diff(backward, axis=1)[:-1], np.diff(backward, axis=0)[:, :-1]
    grown: Mask = (1 + x[..., 0]) * (1 + y[..., 1]) - x[..., 1] * y[..., 0]
    return grown


def surfaces_of(procedure: str) -> tuple[str, ...]:
    """The surfaces a procedure moves: "face", "neck", "ears"."""
    terms = procedures()[procedure].terms
    found = {term.patch.surface for term in terms if term.operator not in TONES}
    return tuple(one for one in SURFACES if one in found)


def units_mm(face: Face, procedure: str, side: str) -> dict[str, tuple[Points, Points]]:
    """By surface its vertices and the (V, 3) displacement of them by one unit of a procedure."""
    entry = procedures()[procedure]
    moved = {"face": mesh_basis(face, entry, side)} | shifts_beyond_mm(face, entry, side)
    return {one: (surface_of(face, one).vertices_mm, moved[one]) for one in surfaces_of(procedure)}


def shifts_beyond_mm(face: Face, entry: Procedure, side: str) -> dict[str, Points]:
    """By prior surface the (V, 3) displacement of it by one unit: of the "neck", the "ears"."""
    unit = [(part, 1.0) for part in parts_of(entry, side) if part.surface != "face"]
    return {part.surface: surface_shift_mm(face, part.surface, unit) for part, _ in unit}


def away_mm(face: Face, *beyond: str) -> Mask:
    """(H, W) how far each pixel lies outside the outline of the face; 0 inside.

    And outside the outline of each surface `beyond` it.
    """
    inside = np.zeros(face.photo.image.shape[:2], np.uint8)
    for one in {"face", *beyond}:
        points = face.pose.to_photo(surface_of(face, one).vertices_mm)[:, :2]
        for part in np.array_split(points, 2) if one == "ears" else (points,):  # ear by ear
            outline = np.round(cv2.convexHull(part.astype(np.float32))).astype(np.int32)
            cv2.fillConvexPoly(inside, outline, 1)
    outside_px = cv2.distanceTransform(1 - inside, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    return np.asarray(outside_px / face.px_per_mm, np.float32)


def lengths(vectors: Points) -> Points:
    """(N,) lengths of (N, k) vectors."""
    found: Points = np.linalg.norm(vectors, axis=-1)
    return found
