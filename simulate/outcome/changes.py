"""What changes: measures of the mesh and signs of the skin, before and after, with their range."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from face_mesh import Face
from face_mesh.arrays import Points
from face_mesh.measures import MEASURES, measure_points
from face_mesh.messages import N_, Message, MessageList
from face_mesh.repeatability import smallest_change
from face_mesh.skin.signs import SIGNS
from simulate.catalogue.procedure import COUNTED
from simulate.catalogue.sources import ESTIMATE
from simulate.geometry.basis import (
    beyond_measures,
    displaced_landmarks,
    measure_slopes,
    measures_before,
)
from simulate.geometry.displacement import Part
from simulate.geometry.neck_and_ears import PRIOR_MEASURES
from simulate.plan.plan import Treatment
from simulate.skin.skin_effect import Reading

SPECS = {**MEASURES, **PRIOR_MEASURES}
PROFILE_DEG = 25.0  # of turn: from there four tenths of what comes forward are seen
# A change elsewhere than in the procedure's own measures is reported from this size on.
SIDE_EFFECT = {"mm": 0.3, "deg": 1.0, "ratio": 0.02}


@dataclass(frozen=True)
class Change:
    """One measure before and after, with the range in which two of three people would fall.

    Attributes:
        measure: id in `SPECS` or, of the skin, in `face_mesh.skin.signs.SIGNS`.
        name: in words.
        unit: mm, deg or ratio; of the skin grade or count.
        before: on the photo.
        after: with the asked responder.
        expected_low: lower end of the after value, for the expected responder.
        expected_high: upper end.
        in_picture: False for depth, which hardly shows from the front, and for what is not drawn.
        because: why the range is wide, where the evidence behind it is thin; else empty.
    """

    measure: str
    name: str
    unit: str
    before: float
    after: float
    expected_low: float
    expected_high: float
    in_picture: bool
    because: str = ""

    @property
    def smallest_change(self) -> float | None:
        """The smallest change that two photos can tell from noise (95 %); None if not known."""
        return smallest_change(self.measure, self.before)

    @property
    def within_noise(self) -> bool:
        """Whether two photos of an unchanged face differ by as much as this change."""
        smallest = self.smallest_change
        return smallest is not None and abs(self.after - self.before) < smallest


@dataclass(frozen=True, eq=False)
class Shift:
    """Something that moves skin: the effect of a treatment, or a swelling on its way.

    Attributes:
        treatment: what it belongs to.
        parts: what is moved.
        weight: units of it, for the asked responder.
        sd: of the weight, one standard deviation.
        responder_sd: the asked responder, in standard deviations from the mean.
        passing: whether it is a reaction and no part of the effect.
    """

    treatment: Treatment
    parts: tuple[Part, ...]
    weight: float
    sd: float
    responder_sd: float
    passing: bool = False


def amounts_of(shifts: Iterable[Shift]) -> list[tuple[Part, float]]:
    """Return all that shifts move, and how much of each."""
    return [(part, shift.weight) for shift in shifts for part in shift.parts]


def lengths_mm(shift_mm: Points) -> Points:
    """Return (V,) lengths of (V, 3) shifts."""
    found: Points = np.linalg.norm(shift_mm, axis=1)
    return found


def shape_changes(
    face: Face,
    shift_mm: Points,
    shifts: Sequence[Shift],
    undrawn: Collection[Treatment] = (),
) -> Iterator[Change]:
    """Yield the changes of the mesh, those that the procedures are meant to make first.

    Args:
        face: measured face.
        shift_mm: (V, 3) displacement of the mesh, for the asked responder.
        shifts: all that moves skin.
        undrawn: treatments whose movement is left out of the picture.
    """
    amounts = amounts_of(shifts)
    before = measures_before(face) | beyond_measures(face, [(part, 0.0) for part, _ in amounts])
    after = measure_points(displaced_landmarks(face, shift_mm)) | beyond_measures(face, amounts)
    treatments = [shift.treatment for shift in shifts if not shift.passing]
    own = {m: None for t in treatments for m in t.entry.measures}  # in order, each once
    drawn = {m for t in treatments if t not in undrawn for m in t.entry.measures}
    slopes = [
        (shift, measure_slopes(face, shift.parts, shift.treatment.entry.dose.usual))
        for shift in shifts
    ]
    for id_ in [*own, *(m for m in MEASURES if m not in own)]:
        spec, change = SPECS[id_], after[id_] - before[id_]
        if id_ not in own and abs(change) < SIDE_EFFECT[spec.unit]:
            continue
        spread = _spread([(one, one.sd * slope.get(id_, 0.0)) for one, slope in slopes])
        asked = sum(one.responder_sd * one.sd * slope.get(id_, 0.0) for one, slope in slopes)
        middle = after[id_] - asked
        scale_sd = face.scale.relative_sd * (middle - before[id_]) if spec.unit == "mm" else 0.0
        sd = float(np.sqrt(np.sum(np.square(spread)) + scale_sd**2))
        yield Change(
            id_,
            spec.name,
            spec.unit,
            before[id_],
            after[id_],
            middle - sd,
            middle + sd,
            (spec.plane == "front" or abs(face.pose.yaw_deg) >= PROFILE_DEG)
            and (id_ in drawn or not undrawn),
            _because(
                id_,
                [one.treatment for one, s in slopes if one.sd * abs(s.get(id_, 0.0)) > sd / 2],
            ),
        )


def _spread(found: Sequence[tuple[Shift, float]]) -> list[float]:
    """Return the standard deviations that are independent of each other.

    A person who responds strongly on the left does so on the right: the two treatments of somebody
    treated differently on each side are added up before they are squared.
    """
    one_cause: dict[object, float] = {}
    for shift, sd in found:
        cause = (shift.treatment.procedure, shift.passing, shift.parts[0].terms[0][0])
        one_cause[cause] = one_cause.get(cause, 0.0) + sd
    return list(one_cause.values())


def _because(id_: str, treatments: Sequence[Treatment]) -> str:
    """Say why a range is as wide as it is, where the evidence behind it is thin."""
    said: dict[str, str] = {}
    if id_ in PRIOR_MEASURES and not SPECS[id_].seen_from_front:
        said[id_] = N_(
            "A photo from the front does not measure this: shown is the change on a usual neck."
        )
    for treatment in treatments:
        name = Message(treatment.entry.name)
        if treatment.entry.thin:
            said[treatment.procedure] = Message(
                "No study gives all of what {name!l} moves, so the mean itself is unsure and the "
                "range wide.",
                name=name,
            )
        elif treatment.entry.response.source == ESTIMATE:
            said[treatment.procedure] = Message(
                "No study says how much people differ after {name!l}; the range is our own "
                "estimate.",
                name=name,
            )
    return MessageList(said.values()) if said else ""


def skin_changes(readings: Sequence[Reading]) -> Iterator[Change]:
    """Yield the changes of the skin's signs, each over the regions treated."""
    for reading in readings:
        unit = "count" if reading.sign in COUNTED else "grade"
        name = SIGNS[reading.sign].name
        yield Change(
            reading.sign, name, unit, reading.before, reading.after, reading.low, reading.high, True
        )
