"""A measured face and a plan become an after-picture, measured changes and their honest ranges."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from face_mesh import Face
from face_mesh.arrays import Bool, Field, Mask, Points, Rgb
from face_mesh.errors import PlanError
from face_mesh.measures import MEASURES, measure_points
from simulate.catalogue import Procedure
from simulate.composite import merge
from simulate.geometry.basis import (
    displaced_landmarks,
    grid_basis,
    measure_slopes,
    measures_before,
    mesh_basis,
    reach_mm,
)
from simulate.geometry.flow import backward, safe_share
from simulate.geometry.grid import Grid
from simulate.geometry.mesh import Mesh
from simulate.geometry.warp import moves, photo_bands, warped_bands
from simulate.plan import Plan, Treatment
from simulate.recovery import days_after, share_at

RESPONDERS = {"low": -1.0, "expected": 0.0, "high": 1.0}  # standard deviations from the mean
# A change elsewhere than in the procedure's own measures is reported from this size on.
SIDE_EFFECT = {"mm": 0.3, "deg": 1.0, "ratio": 0.02}
FRONTAL_SHARE = 0.35  # below it most of the change is towards the camera
WHOLE = 0.99  # of a plan: what is missing cannot be seen


@dataclass(frozen=True)
class Change:
    """One measure before and after, with the range in which two of three people would fall.

    Attributes:
        measure: id in `face_mesh.measures.MEASURES`.
        name: in words.
        unit: mm, deg or ratio.
        before: on the photo.
        after: with the asked responder.
        expected_low: lower end of the after value, for the expected responder.
        expected_high: upper end.
        in_picture: False for depth, which hardly shows from the front.
    """

    measure: str
    name: str
    unit: str
    before: float
    after: float
    expected_low: float
    expected_high: float
    in_picture: bool


@dataclass(frozen=True, eq=False)
class Outcome:
    """What a plan does to a face.

    Attributes:
        image: (H, W, 3) uint8 RGB, same size as the photo; outside `change_mask` equal to the byte.
        changes: measured on the mesh.
        warnings: in a patient's words.
        timings_ms: decode, landmarks (0 here: done before), geometry, shading, skin, encode, total.
        face: the face before.
        plan: what was done.
        when: time after, as asked; None is the settled result.
        responder: "low", "expected" or "high".
        seed: for engines that draw noise.
        shift_mm_vertices: (V, 3) displacement of the mesh in the head frame.
        coarse: (rows, columns, 2) backward field in px on the face's grid.
    """

    image: Rgb
    changes: tuple[Change, ...]
    warnings: tuple[str, ...]
    timings_ms: dict[str, float]
    face: Face
    plan: Plan
    when: str | None
    responder: str
    seed: int
    shift_mm_vertices: Points
    coarse: Field

    @cached_property
    def displacement_px(self) -> Field:
        """(H, W, 2) float32 backward field: image(p) = photo(p + displacement(p))."""
        field = np.zeros((*self.image.shape[:2], 2), np.float32)
        for rows, columns, band in self._bands():
            field[rows, columns] = band
        return field

    def _bands(self) -> Iterator[tuple[slice, slice, Field]]:
        return photo_bands(self.image.shape, Grid.of(self.face), self.coarse)

    @cached_property
    def shift_mm(self) -> Mask:
        """(H, W) float32, how far each pixel's skin was moved in the picture plane, mm."""
        away = np.hypot(self.displacement_px[..., 0], self.displacement_px[..., 1])
        return np.asarray(away / self.face.px_per_mm, np.float32)

    @cached_property
    def change_mask(self) -> Bool:
        """(H, W) bool, the only pixels that may differ from the photo."""
        mask = np.zeros(self.image.shape[:2], np.bool_)
        for rows, columns, band in self._bands():
            mask[rows, columns] = moves(band)
        return mask

    @cached_property
    def changed_fraction(self) -> float:
        """Share of the photo's pixels inside `change_mask`."""
        moving = sum(int(np.count_nonzero(moves(band))) for _, _, band in self._bands())
        height, width = self.image.shape[:2]
        return float(moving / (height * width))


class _Clock:
    """Milliseconds by stage."""

    def __init__(self) -> None:
        self.ms = dict.fromkeys(
            ("decode", "landmarks", "geometry", "shading", "skin", "encode", "total"), 0.0
        )

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Add the time of the block to a stage and to the total."""
        start = time.perf_counter()
        yield
        spent = (time.perf_counter() - start) * 1e3
        self.ms[name] += spent
        self.ms["total"] += spent


def simulate(
    face: Face,
    plan: Plan,
    when: str | None = None,
    responder: str = "expected",
    seed: int = 0,
) -> Outcome:
    """Return what a plan does to a face.

    Args:
        face: from `measure_face`; `face.resized(1600)` for a fast preview of a large photo.
        plan: the treatments.
        when: time after treatment ("10d", "2w", "3mo", "1y"); None is the settled result.
        responder: "low", "expected" or "high": one standard deviation below or above the mean.
        seed: for engines that draw noise; geometry draws none.

    Raises:
        PlanError: impossible time or responder.
    """
    if responder not in RESPONDERS:
        raise PlanError(f"There is no responder {responder[:20]!r}; use low, expected or high.")
    days = days_after(when)
    clock = _Clock()
    with clock.stage("geometry"):
        doses = [(t, _amplitude(t, days)) for t in plan.treatments]
        weights = [(t, a * _response(t.entry, RESPONDERS[responder])) for t, a in doses]
        share, coarse = _flow(face, [(t, w) for t, w in weights if not _covered(face, t)])
        image = _render(face, coarse)
        shift_mm = _mesh_shift(face, weights, share)
    changes = _changes(face, plan, shift_mm, [(t, a * share) for t, a in doses], responder)
    warnings = (*_hidden(face, plan), *_warnings(face, share, weights))
    return Outcome(
        image, changes, warnings, clock.ms, face, plan, when, responder, seed, shift_mm, coarse
    )


def _amplitude(treatment: Treatment, days: float | None) -> float:
    entry = treatment.entry
    return entry.effect(treatment.dose) * share_at(entry, days)


def _response(procedure: Procedure, deviations: float) -> float:
    return 1.0 + deviations * procedure.response.relative_sd


Weights = list[tuple[Treatment, float]]


def _flow(face: Face, weights: Weights) -> tuple[float, Field]:
    """Return the share of the plan that does not fold the picture, and its backward field."""
    grid = Grid.of(face)
    forward = np.zeros((*grid.shape, 2), np.float32)
    for treatment, weight in weights:
        if weight:
            forward += np.float32(weight) * grid_basis(face, treatment.entry, treatment.side)
    if not forward.any():
        return 1.0, forward
    share = safe_share(forward, grid.node_px)
    return share, backward(np.float32(share) * forward, grid.node_px)


def _render(face: Face, coarse: Field) -> Rgb:
    image = face.photo.image.copy()
    for rows, columns, pixels, moved in warped_bands(face.photo.image, Grid.of(face), coarse):
        merge(image, pixels, moved, rows, columns)
    return image


def _mesh_shift(face: Face, weights: Weights, share: float) -> Points:
    shift = np.zeros_like(Mesh.of(face).vertices_mm)
    for treatment, weight in weights:
        if weight:
            shift += share * weight * mesh_basis(face, treatment.entry, treatment.side)
    return shift


def _changes(
    face: Face, plan: Plan, shift_mm: Points, doses: Weights, responder: str
) -> tuple[Change, ...]:
    before = measures_before(face)
    after = measure_points(displaced_landmarks(face, shift_mm))
    asked = RESPONDERS[responder]
    own = {m: None for t in plan.treatments for m in t.entry.measures}  # in order, each once
    slopes = [
        (amount * t.entry.response.relative_sd, measure_slopes(face, t.entry, t.side))
        for t, amount in doses
    ]
    found = []
    for id_ in [*own, *(m for m in MEASURES if m not in own)]:  # what is meant to change first
        spec, change = MEASURES[id_], after[id_] - before[id_]
        if id_ not in own and abs(change) < SIDE_EFFECT[spec.unit]:
            continue
        spread = [deviation * slope[id_] for deviation, slope in slopes]
        middle = after[id_] - asked * sum(spread)
        scale_sd = face.scale.relative_sd * (middle - before[id_]) if spec.unit == "mm" else 0.0
        sd = float(np.sqrt(np.sum(np.square(spread)) + scale_sd**2))
        found.append(
            Change(
                id_,
                spec.name,
                spec.unit,
                before[id_],
                after[id_],
                middle - sd,
                middle + sd,
                spec.plane == "front",
            )
        )
    return tuple(found)


def _covered(face: Face, treatment: Treatment) -> list[str]:
    """Return what in the photo lies over the treated area, so that drawing would bend it."""
    return [f.id for f in face.findings if f.id in treatment.entry.hidden_by]


def _hidden(face: Face, plan: Plan) -> Iterator[str]:
    for treatment in plan.treatments:
        for thing in _covered(face, treatment):
            yield (
                f"{treatment.entry.name} is measured but not drawn, because it would bend the "
                f"{thing} in the photo; take the photo again without {thing}."
            )


def _warnings(face: Face, share: float, weights: Weights) -> Iterator[str]:
    if share < WHOLE:
        yield (
            f"This plan cannot be shown in full: above {np.floor(100 * share):.0f} % of it the "
            "picture would fold onto itself. Lower a dose."
        )
    for treatment, weight in weights:
        deepest_mm, seen_mm = reach_mm(face, treatment.entry, treatment.side)
        if weight and seen_mm < FRONTAL_SHARE * deepest_mm:
            yield (
                f"{treatment.entry.name}: most of this change "
                f"({share * weight * deepest_mm:.1f} mm) is towards the camera and hardly shows in "
                "a photo from the front."
            )
