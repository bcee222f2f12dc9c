"""A measured face and a plan become an after-picture, measured changes and their honest ranges."""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt

from face_mesh import Face
from face_mesh.arrays import Bool, Field, Mask, Points, Rgb
from face_mesh.errors import PlanError
from face_mesh.messages import N_, Said
from simulate.catalogue.procedure import Procedure
from simulate.catalogue.time_course import (
    days_after,
    days_since,
    share_at,
)
from simulate.composite import merge
from simulate.geometry.displacement import (
    Part,
    away_mm,
    grid_shift_px,
    mesh_shift_mm,
    parts_of,
    swelling_part,
)
from simulate.geometry.grid import Grid
from simulate.geometry.inverse_field import backward, safe_share
from simulate.geometry.silhouette import (
    FROM_DEG,
    WHOLE,
    Outlined,
    outlined,
)
from simulate.geometry.warp import moves, photo_bands, warped_bands
from simulate.inpaint.registry import EMBEDDED
from simulate.outcome.changes import (
    Change,
    Shift,
    lengths_mm,
    shape_changes,
    skin_changes,
)
from simulate.outcome.view_check import check_view
from simulate.outcome.warnings import (
    covered,
    in_time,
    seen_in,
    undrawn_reactions,
    warnings_of,
)
from simulate.plan.interactions import adjustments, plan_warnings
from simulate.plan.plan import Plan, Treatment
from simulate.progress import finished
from simulate.recovery.discolouration import (
    SURFACE,
    density_gain,
    density_of,
)
from simulate.recovery.reactions import check_shown, reactions_at
from simulate.shading.relight import lit_masks, relit_bands, shading_gain
from simulate.shading.shading import shade_of
from simulate.skin.blend import blended, changed
from simulate.skin.skin_effect import SkinEffect, skin_effect

Floats = npt.NDArray[np.float32]
RESPONDERS = {"low": -1.0, "expected": 0.0, "high": 1.0}  # standard deviations from the mean
SWELLING_SD = 0.5  # of a swelling between people, author's estimate: no spread was found
MOST_SEED = 2**32 - 1  # what every source of noise takes
SEED_OUTSIDE = N_("The sample is chosen by a whole number from {low} to {high}.")
MOST_UNSURE_MM = 2.0  # at the top of the map of uncertainty


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
        outline: on a turned head, the part in which the outline moved against the wall.
        skin: the treated skin, and how far it was blended in.
        engine: name of the engine that was asked to paint.
        reactions: which reactions are drawn: "likely", "all" or "none".
        shifts: all that moved skin.
        shade: (rows, columns) ln of luminance on the face's grid, before anything moved.
        density: (rows, columns, 3) optical density of bruises and redness there.
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
    outline: Outlined | None
    skin: SkinEffect
    engine: str
    reactions: str
    shifts: tuple[Shift, ...]
    shade: Floats
    density: Floats

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
        for gain in (shading_gain(self.face, self.shade), density_gain(self.density)):
            for rows, columns, changed_here in lit_masks(self.image.shape, self.face, gain):
                mask[rows, columns] |= changed_here
        for rows, columns, band in self._bands():
            mask[rows, columns] |= moves(band)
        if self.outline is not None:
            mask[self.outline.rows, self.outline.columns] |= self.outline.changed
        return mask

    @cached_property
    def uncertainty(self) -> Mask:
        """(H, W) float32 in [0, 1], how unsure the picture is at each pixel of the photo.

        1 where one standard deviation, of people's response and of the scale, is `MOST_UNSURE_MM`
        or more of movement, towards the camera included, or all of the treated skin.
        """
        unsure = np.zeros(self.image.shape[:2], np.float32)
        grid = Grid.of(self.face)
        moved_mm = grid.place_values(lengths_mm(self.shift_mm_vertices), 1.0)
        variance = (self.face.scale.relative_sd * moved_mm) ** 2
        for one in self.shifts:
            variance += away_mm(self.face, [(part, one.sd) for part in one.parts]) ** 2
        nodes = np.asarray(np.sqrt(variance) / MOST_UNSURE_MM, np.float32)
        for rows, columns, band in photo_bands(self.image.shape, grid, nodes):
            unsure[rows, columns] = band
        for (part, _), half in zip(self.skin.parts, self.skin.half_ranges, strict=True):
            here = unsure[part.rows, part.columns]
            np.maximum(here, half * part.changed, out=here)
        return np.clip(unsure, 0.0, 1.0)

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
    reactions: str = "likely",
) -> Outcome:
    """Return what a plan does to a face.

    Args:
        face: from `measure_face`; `face.resized(1600)` for a fast preview of a large photo.
        plan: the treatments.
        when: time after the first treatment ("0d", "10d", "2w", "3mo", "1y"), from which the weeks
            of a plan count; None is the settled result.
        responder: "low", "expected" or "high": one standard deviation below or above the mean.
        seed: for engines that draw noise; geometry draws none.
        engine: "embedded" or "hub:NAME"; used only by treatments that paint skin.
        reactions: swelling, bruising and redness at that time: "likely" draws what at least half
            of the people have, "all" whatever there is, "none" leaves them out.

    Raises:
        PlanError: impossible time, responder or reactions, or no such engine.
        EngineError: the engine is missing, broken or out of memory.
    """
    return finished(simulating(face, plan, when, responder, seed, engine, reactions))


def simulating(
    face: Face,
    plan: Plan,
    when: str | None = None,
    responder: str = "expected",
    seed: int = 0,
    engine: str = EMBEDDED,
    reactions: str = "likely",
) -> Generator[float, None, Outcome]:
    """Do what `simulate` does, yielding the share of the work done; close it to cancel.

    Skin that was painted before for the same face, engine and seed is not painted again.
    """
    if responder not in RESPONDERS:
        raise PlanError(
            Said("There is no responder {name!r}; use low, expected or high.", name=responder[:20])
        )
    if not 0 <= seed <= MOST_SEED:
        raise PlanError(Said(SEED_OUTSIDE, low=0, high=MOST_SEED))
    check_shown(reactions)
    check_view(face, plan)
    days = days_after(when)
    clock = _Clock()
    with clock.stage("skin"):

        def amount(deviations: float) -> dict[Treatment, float]:
            return {t: skin_amount(t, days, deviations) for t in plan.treatments}

        amounts = [amount(sd).__getitem__ for sd in (RESPONDERS[responder], -1.0, 1.0)]
        skin = yield from skin_effect(face, plan, engine, seed, *amounts)
        image = blended(face.photo.image, skin.parts)
    with clock.stage("geometry"):
        shifts = shifts_of(face, plan, days, RESPONDERS[responder], reactions)
        drawn = [one for one in shifts if not covered(face, one.treatment)]
        share, coarse = _flow(face, drawn)
    with clock.stage("shading"):
        shade = shade_of(face, _amounts(drawn), share)
        density = density_of(face, plan, days, reactions)
        _light(image, face, shade, density)
    with clock.stage("geometry"):
        plain = image
        image = _warped(plain, face, coarse)
        outline = _outline(face, plain, image, share, drawn)
        if outline is not None:
            merge(image, outline.pixels, outline.changed, outline.rows, outline.columns)
        shift_mm = share * mesh_shift_mm(face, _amounts(shifts))
        changes = (
            *skin_changes(skin.readings),
            *shape_changes(
                face,
                shift_mm,
                [replace(one, weight=one.weight * share) for one in shifts],
                [t for t in plan.treatments if covered(face, t)],
            ),
        )
    weights = [(one.treatment, one.weight) for one in shifts if not one.passing]
    return Outcome(
        image=image,
        changes=changes,
        warnings=(
            *warnings_of(face, plan, weights, share, skin, changes),
            *plan_warnings(plan),
            *in_time(face, plan, days),
            *undrawn_reactions(plan, days, reactions),
        ),
        timings_ms=clock.ms,
        face=face,
        plan=plan,
        when=when,
        responder=responder,
        reactions=reactions,
        seed=seed,
        shifts=tuple(shifts),
        shift_mm_vertices=shift_mm,
        coarse=coarse,
        outline=outline,
        shade=shade,
        density=density,
        skin=skin,
        engine=engine,
    )


def expected_changes(face: Face, plan: Plan) -> tuple[Change, ...]:
    """Return what a plan does to the measures of a face, settled, without making a picture of it.

    What it does to the skin is not among them: that is read off the painted skin.
    """
    shifts = shifts_of(face, plan, None, RESPONDERS["expected"], "none")
    share, _ = _flow(face, shifts)
    shift_mm = share * mesh_shift_mm(face, _amounts(shifts))
    scaled = [replace(one, weight=one.weight * share) for one in shifts]
    return tuple(shape_changes(face, shift_mm, scaled))


def shifts_of(
    face: Face, plan: Plan, days: float | None, responder_sd: float, shown: str
) -> list[Shift]:
    """Return all that moves skin at a time: each treatment's effect, and then its swellings.

    Args:
        face: measured face.
        plan: the treatments.
        days: since the plan began; None is the settled result.
        responder_sd: the responder, in standard deviations from the mean.
        shown: which reactions are drawn: "likely", "all" or "none".
    """
    found, beside = [], adjustments(plan)
    for one in plan.treatments:
        entry = one.entry
        then = share_at(entry, days_since(one.week, days))
        mean = one.relative_dose * entry.usual_dose(one.side) * then
        mean *= beside.get(one.procedure, 1.0) * seen_in(face, entry)
        parts = parts_of(entry, one.side)
        asked = mean * _response(entry, responder_sd)
        if parts:
            found.append(Shift(one, parts, asked, mean * entry.spread, responder_sd))
        for reaction, level in reactions_at(one, days, shown):
            if reaction.sign == "swelling":
                part = swelling_part(entry, one.side, reaction)
                found.append(Shift(one, (part,), level, level * SWELLING_SD, 0.0, passing=True))
    return found


def skin_amount(treatment: Treatment, days: float | None, deviations: float) -> float:
    """Return how much of its usual effect on skin a treatment has after `days`."""
    entry = treatment.entry
    share = share_at(entry, days_since(treatment.week, days))
    return treatment.relative_dose * share * _response(entry, deviations)


def _response(procedure: Procedure, deviations: float) -> float:
    return 1.0 + deviations * procedure.spread


def _amounts(shifts: Sequence[Shift]) -> list[tuple[Part, float]]:
    return [(part, one.weight) for one in shifts for part in one.parts]


def _flow(face: Face, shifts: Sequence[Shift]) -> tuple[float, Field]:
    """Return the share of the plan that does not fold the picture, and its backward field."""
    grid = Grid.of(face)
    forward = grid_shift_px(face, _amounts(shifts))
    if not forward.any():
        return 1.0, forward
    share = safe_share(forward, grid.node_px)
    return share, backward(np.float32(share) * forward, grid.node_px)


def _light(image: Rgb, face: Face, shade: Floats, density: Floats) -> None:
    """Put shading and then discolouration on a picture of our own, in place."""
    gains = ((shading_gain(face, shade), 0.0), (density_gain(density), SURFACE))
    for gain, surface in gains:
        for rows, columns, pixels, here in relit_bands(image, face, gain, surface):
            merge(image, pixels, here, rows, columns)


def _outline(
    face: Face, plain: Rgb, bent: Rgb, share: float, drawn: Sequence[Shift]
) -> Outlined | None:
    """Return the moved outline of a turned head before the wall, None of one from the front."""
    if abs(face.pose.yaw_deg) < FROM_DEG or not drawn:
        return None
    shift_mm = share * mesh_shift_mm(face, _amounts(drawn))
    return outlined(face, plain, bent, Grid.of(face).place(face, shift_mm, WHOLE))


def _warped(picture: Rgb, face: Face, coarse: Field) -> Rgb:
    """Return the picture with the field applied; `picture` is not kept by anybody else."""
    image = picture.copy() if coarse.any() else picture
    for rows, columns, pixels, moved in warped_bands(picture, Grid.of(face), coarse):
        merge(image, pixels, moved, rows, columns)
    return image
