"""A measured face and a plan become an after-picture, measured changes and their honest ranges."""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from face_mesh import Face
from face_mesh.arrays import Bool, Field, Mask, Points, Rgb
from face_mesh.errors import PlanError
from face_mesh.skin.reading import SIGNS
from simulate.changes import Change, shape_changes, skin_changes
from simulate.composite import merge
from simulate.entry import Procedure
from simulate.geometry.basis import grid_basis, mesh_basis, reach_mm
from simulate.geometry.flow import backward, safe_share
from simulate.geometry.grid import Grid
from simulate.geometry.mesh import Mesh
from simulate.geometry.warp import moves, photo_bands, warped_bands
from simulate.plan import LESIONS, Plan, Treatment
from simulate.recovery import days_after, share_at
from simulate.skin.blending import blended, changed
from simulate.skin.effect import SkinEffect, skin_effect
from simulate.skin.engines import EMBEDDED
from simulate.skin.masks import picked

RESPONDERS = {"low": -1.0, "expected": 0.0, "high": 1.0}  # standard deviations from the mean
FRONTAL_SHARE = 0.35  # below it most of the change is towards the camera
WHOLE = 0.99  # of a plan: what is missing cannot be seen
STAYING = 0.9  # of picked lesions: what is left where nothing got lighter
HARDLY = 0.25  # of a grade: less is not worth a treatment
EXPRESSIVE = ("crows_feet_lines", "forehead_lines", "glabellar_lines", "perioral_lines")


@dataclass(frozen=True, eq=False)
class Outcome:
    """What a plan does to a face.

    Attributes:
        image: (H, W, 3) uint8 RGB, same size as the photo; outside `change_mask` equal to the byte.
        changes: measured on the mesh, and read off the treated skin.
        warnings: in a patient's words.
        timings_ms: decode, landmarks (0 here: done before), geometry, shading, skin, encode, total.
        face: the face before.
        plan: what was done.
        when: time after, as asked; None is the settled result.
        responder: "low", "expected" or "high".
        seed: for engines that draw noise.
        shift_mm_vertices: (V, 3) displacement of the mesh in the head frame.
        coarse: (rows, columns, 2) backward field in px on the face's grid.
        skin: the treated skin, and how far it was blended in.
        engine: name of the engine that was asked to paint.
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
    skin: SkinEffect
    engine: str

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
    def skin_mask(self) -> Bool:
        """(H, W) bool, where skin was repainted or faded, in the photo before anything moved."""
        return changed(self.image.shape, self.skin.parts)

    @property
    def painted(self) -> bool:
        """Whether a trained model painted anything that is seen; fading a colour is no painting."""
        return any(part.painted and weight > 0 for part, weight in self.skin.parts)

    @cached_property
    def change_mask(self) -> Bool:
        """(H, W) bool, the only pixels that may differ from the photo."""
        mask = self.skin_mask.copy()
        for rows, columns, band in self._bands():
            mask[rows, columns] |= moves(band)
        return mask

    @cached_property
    def changed_fraction(self) -> float:
        """Share of the photo's pixels inside `change_mask`."""
        return float(np.count_nonzero(self.change_mask) / self.change_mask.size)


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
    engine: str = EMBEDDED,
) -> Outcome:
    """Return what a plan does to a face.

    Args:
        face: from `measure_face`; `face.resized(1600)` for a fast preview of a large photo.
        plan: the treatments.
        when: time after treatment ("10d", "2w", "3mo", "1y"); None is the settled result.
        responder: "low", "expected" or "high": one standard deviation below or above the mean.
        seed: for engines that draw noise; geometry draws none.
        engine: "embedded" or "hub:NAME"; used only by treatments that paint skin.

    Raises:
        PlanError: impossible time or responder, or no such engine.
        EngineError: the engine is missing, broken or out of memory.
    """
    working = simulating(face, plan, when, responder, seed, engine)
    while True:
        try:
            next(working)
        except StopIteration as end:
            outcome: Outcome = end.value
            return outcome


def simulating(
    face: Face,
    plan: Plan,
    when: str | None = None,
    responder: str = "expected",
    seed: int = 0,
    engine: str = EMBEDDED,
) -> Generator[float, None, Outcome]:
    """Do what `simulate` does, yielding the share of the work done; close it to cancel.

    Skin that was painted before for the same face, engine and seed is not painted again.
    """
    if responder not in RESPONDERS:
        raise PlanError(f"There is no responder {responder[:20]!r}; use low, expected or high.")
    days = days_after(when)
    clock = _Clock()
    with clock.stage("skin"):

        def amount(deviations: float) -> dict[Treatment, float]:
            return {t: _skin_amount(t, days, deviations) for t in plan.treatments}

        amounts = [amount(sd).__getitem__ for sd in (RESPONDERS[responder], -1.0, 1.0)]
        skin = yield from skin_effect(face, plan, engine, seed, *amounts)
        painted = blended(face.photo.image, skin.parts)
    with clock.stage("geometry"):
        doses = [(t, _amplitude(t, days)) for t in plan.treatments]
        weights = [(t, a * _response(t.entry, RESPONDERS[responder])) for t, a in doses]
        share, coarse = _flow(face, [(t, w) for t, w in weights if not _covered(face, t)])
        image = _warped(painted, face, coarse)
        shift_mm = _mesh_shift(face, weights, share)
    moved = [(t, a * share) for t, a in doses]
    changes = (
        *skin_changes(skin.readings),
        *shape_changes(
            face,
            shift_mm,
            moved,
            RESPONDERS[responder],
            [t for t in plan.treatments if _covered(face, t)],
        ),
    )
    warnings = (
        *_hidden(face, plan),
        *_warnings(face, share, weights),
        *_lesions(face, plan),
        *_unseen(skin),
    )
    return Outcome(
        image,
        changes,
        warnings,
        clock.ms,
        face,
        plan,
        when,
        responder,
        seed,
        shift_mm,
        coarse,
        skin,
        engine,
    )


def _amplitude(treatment: Treatment, days: float | None) -> float:
    """The effective dose; half of a total, given on one side, does there what the whole does."""
    entry = treatment.entry
    return treatment.relative_dose * entry.usual_dose(treatment.side) * share_at(entry, days)


def _skin_amount(treatment: Treatment, days: float | None, deviations: float) -> float:
    entry = treatment.entry
    return treatment.relative_dose * share_at(entry, days) * _response(entry, deviations)


def _response(procedure: Procedure, deviations: float) -> float:
    return 1.0 + deviations * procedure.spread


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


def _warped(painted: Rgb, face: Face, coarse: Field) -> Rgb:
    """Return the picture with the field applied; `painted` is not kept by anybody else."""
    image = painted.copy() if coarse.any() else painted
    for rows, columns, pixels, moved in warped_bands(painted, Grid.of(face), coarse):
        merge(image, pixels, moved, rows, columns)
    return image


def _mesh_shift(face: Face, weights: Weights, share: float) -> Points:
    shift = np.zeros_like(Mesh.of(face).vertices_mm)
    for treatment, weight in weights:
        if weight:
            shift += share * weight * mesh_basis(face, treatment.entry, treatment.side)
    return shift


def _covered(face: Face, treatment: Treatment) -> list[str]:
    """Return what in the photo lies over the treated area, so that drawing would bend it."""
    return [f.id for f in face.findings if f.id in treatment.entry.hidden_by]


def _hidden(face: Face, plan: Plan) -> Iterator[str]:
    for treatment in plan.treatments:
        entry = treatment.entry
        for thing in _covered(face, treatment):
            if entry.terms:
                what = f"what {entry.name[0].lower()}{entry.name[1:]} moves" if entry.skin else ""
                yield (
                    f"{what.capitalize() or entry.name} is measured but not drawn, because it "
                    f"would bend the {thing} in the photo; take the photo again without {thing}."
                )


def _lesions(face: Face, plan: Plan) -> Iterator[str]:
    for treatment in plan.treatments:
        if not treatment.dose or not any(t.sign == LESIONS for t in treatment.entry.skin):
            continue
        if not treatment.spots:
            yield (
                f"{treatment.entry.name}: no lesion was picked, so all dark spots that were found "
                "are shown treated, moles or not. Pick the ones you mean."
            )
        elif missed := len(treatment.spots) - len(picked(face, treatment)):
            yield (
                f"{treatment.entry.name}: there is nothing dark at {missed} of the "
                f"{len(treatment.spots)} picked places."
            )


def _unseen(skin: SkinEffect) -> Iterator[str]:
    for one in skin.readings:
        if one.sign == LESIONS and one.before > 0 and one.after > STAYING * one.before:
            yield (
                f"{SIGNS[one.sign].name}: what was treated lies in shade that looks the same "
                "without it, so hardly anything changes."
            )
        if one.before < HARDLY and one.sign != LESIONS:
            yield (
                f"{SIGNS[one.sign].name}: hardly any in this photo, so there is little to show. "
                "Lines of expression show best in a photo that makes the expression."
                if one.sign in EXPRESSIVE
                else f"{SIGNS[one.sign].name}: hardly any found in this photo, so there is little "
                "to show."
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
