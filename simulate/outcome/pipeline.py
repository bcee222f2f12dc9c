"""From a measured face and a plan to an outcome: the rules, then skin, shape, light and picture."""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from face_mesh import Face
from face_mesh.arrays import Field, Points, Rgb
from simulate.catalogue.time_course import days_since, share_at
from simulate.composite import Window, merge, trim
from simulate.geometry.displacement import grid_shift_px, mesh_shift_mm, parts_of, swelling_part
from simulate.geometry.grid import Grid
from simulate.geometry.inverse_field import backward, safe_share
from simulate.geometry.warp import warp_bands
from simulate.inpaint.registry import EMBEDDED
from simulate.outcome.brow_room import lifted_share
from simulate.outcome.changes import Change, Shift, amounts_of, shape_changes, skin_changes
from simulate.outcome.cover_check import check_covers, covers_of
from simulate.outcome.depth_order import outline_of, parts_before, walls_behind
from simulate.outcome.faint_effects import (
    faint_effects,
    fewer_lesions,
    moves_quietly,
    quiet_treatments,
    says_every_sign,
)
from simulate.outcome.outcome import Outcome
from simulate.outcome.smile_check import seen_in
from simulate.outcome.view_check import check_view
from simulate.outcome.visibility import UNSEEN, is_seen
from simulate.outcome.warnings import in_time, undrawn_reactions, warnings_of
from simulate.plan.conditions import SETTLED, Conditions
from simulate.plan.interactions import adjustments, check_plan, plan_warnings
from simulate.plan.plan import Plan, Treatment
from simulate.progress import complete
from simulate.recovery.discolouration import SURFACE, density_gain, density_of
from simulate.recovery.ptosis import lowered_lids, ptosis_of
from simulate.recovery.reactions import reactions_at
from simulate.shading.relight import GLOSS, relit_bands, shading_gain
from simulate.shading.shading import shade_of
from simulate.skin.blend import blend_parts
from simulate.skin.skin_effect import skin_effect

Floats = npt.NDArray[np.float32]
SWELLING_SD = 0.5  # of a swelling between people, author's estimate: no spread was found


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
    phototype: str | None = None,
    *,
    ignore_rules: bool = False,
) -> Outcome:
    """Return what a plan does to a face.

    Args:
        face: from `measure_face`; `face.resized(1600)` for a fast preview of a large photo.
        plan: the treatments.
        when: time after the first treatment ("10d", "2w", "3mo"); None is the settled result.
        responder: "low", "expected" or "high".
        seed: for engines that draw noise.
        engine: "embedded" or "hub:NAME".
        reactions: which are drawn, "likely", "all" or "none".
        phototype: of the skin as the person says it, "I" to "VI". All six: see `Conditions`.
        ignore_rules: draw also what `simulate.plan.interactions` refuses: for study, never to show
            a person. The outcome's warnings still say why it must not be done.

    Raises:
        PlanError: the plan is refused, or cannot be shown on a head turned like this one or where
            something covers the face, an impossible time, responder, seed, reactions or phototype,
            or no such engine.
        EngineError: the engine is missing, broken or out of memory.
    """
    conditions = Conditions(when, responder, seed, engine, reactions, phototype)
    return complete(simulation_steps(face, plan, conditions, ignore_rules=ignore_rules))


def simulation_steps(
    face: Face, plan: Plan, conditions: Conditions = SETTLED, *, ignore_rules: bool = False
) -> Generator[float, None, Outcome]:
    """Do what `simulate` does, yielding the share of the work done; close it to cancel.

    Skin that was painted before for the same face, engine and seed is not painted again.
    """
    if not ignore_rules:
        check_plan(plan)
    check_view(face, plan)
    check_covers(face, plan)
    clock = _Clock()
    with clock.stage("skin"):
        skin = yield from skin_effect(face, plan, conditions)
        image = blend_parts(face.photo.image, skin.parts)
        skin_seen = bool(skin.parts) and is_seen(face, image)
    with clock.stage("geometry"):
        shifts = shifts_of(face, plan, conditions)
        drawn = [shift for shift in shifts if not covers_of(face, shift.treatment)]
        share, forward, inverse_field = _flow(face, drawn)
    with clock.stage("shading"):
        shade = shade_of(face, amounts_of(drawn), share)
        density = density_of(face, plan, conditions)
        lit = _light(image, face, shade, density)
    with clock.stage("geometry"):
        plain = image
        image, moved = _warped(plain, face, inverse_field)
        for patch in walls_behind(face, plain, image, inverse_field, drawn):
            patch.put(image)
        outline = outline_of(face, plain, image, share, drawn)
        if outline is not None:
            outline.put(image)
        for patch in parts_before(face, plain, image, forward, inverse_field, drawn, share):
            patch.put(image)
            moved = (*moved, patch.window)
        undrawn = [t for t in plan.treatments if covers_of(face, t)]
        seen = [t for t in plan.treatments if t not in undrawn]
        for patch in lowered_lids(face, image, ptosis_of(seen, conditions)):
            patch.put(image)
            moved = (*moved, patch.window)
        shift_mm, moved_measures = _measured(face, shifts, share, undrawn)
        changes = (*skin_changes(skin.readings), *moved_measures)
    weights = [(shift.treatment, shift.weight) for shift in shifts if not shift.passing]
    quiet = tuple(quiet_treatments(face, plan, weights, share))
    faint = (*quiet, *faint_effects(face, plan, skin))
    settled = conditions.days is None and any(treatment.dose for treatment in plan.treatments)
    if settled and not quiet and not fewer_lesions(skin):
        still = moves_quietly(face, share, weights)
        # Resampled by half a mm, hairs and edges differ by more than an eye finds.
        noticed = skin_seen if still else is_seen(face, image)
        if not noticed and not (still and says_every_sign(skin)):
            faint = (*faint, UNSEEN)
    warnings: tuple[str, ...] = (
        *warnings_of(face, plan, conditions, weights, share, changes),
        *plan_warnings(plan),
        *in_time(plan, conditions.days),
        *undrawn_reactions(plan, conditions),
        *faint,
    )
    return Outcome(
        image=image,
        changes=changes,
        warnings=warnings,
        timings_ms=clock.ms,
        face=face,
        plan=plan,
        conditions=conditions,
        shifts=tuple(shifts),
        shift_mm_vertices=shift_mm,
        inverse_field=inverse_field,
        outline=outline,
        shade=shade,
        density=density,
        lit=lit,
        moved=moved,
        skin=skin,
    )


def expected_changes(face: Face, plan: Plan) -> tuple[Change, ...]:
    """Return what a plan does to the measures of a face, settled, without making a picture of it.

    What it does to the skin is not among them: that is read off the painted skin.

    Raises:
        PlanError: the plan is refused.
    """
    check_plan(plan)
    shifts = shifts_of(face, plan, SETTLED)
    share = _flow(face, shifts)[0]
    return _measured(face, shifts, share)[1]


def _measured(
    face: Face, shifts: Sequence[Shift], share: float, undrawn: Sequence[Treatment] = ()
) -> tuple[Points, tuple[Change, ...]]:
    """Return how the mesh moves by the share of all shifts that is shown, and what changes."""
    shift_mm = share * mesh_shift_mm(face, amounts_of(shifts))
    shown = [replace(shift, weight=shift.weight * share) for shift in shifts]
    return shift_mm, tuple(shape_changes(face, shift_mm, shown, undrawn))


def shifts_of(face: Face, plan: Plan, conditions: Conditions) -> list[Shift]:
    """Return all that moves skin at a time: each treatment's effect, and then its swellings."""
    found, beside = [], adjustments(plan)
    deviations = conditions.deviations
    for treatment in plan.treatments:
        entry = treatment.entry
        then = share_at(entry, days_since(treatment.week, conditions.days))
        mean = treatment.relative_dose * entry.usual_dose(treatment.side) * then
        mean *= beside.get(treatment.procedure, 1.0) * seen_in(face, entry)
        mean *= lifted_share(face, treatment, mean)
        parts = parts_of(entry, treatment.side)
        asked = mean * (1.0 + deviations * entry.spread)
        if parts:
            found.append(Shift(treatment, parts, asked, mean * entry.spread, deviations))
        for reaction, level in reactions_at(treatment, conditions.days, conditions.reactions):
            if reaction.sign == "swelling":
                part = swelling_part(entry, treatment.side, reaction)
                found.append(
                    Shift(treatment, (part,), level, level * SWELLING_SD, 0.0, passing=True)
                )
    return found


def _flow(face: Face, shifts: Sequence[Shift]) -> tuple[float, Field, Field]:
    """Return the share of the plan that does not fold the picture, its field and the backward."""
    grid = Grid.of(face)
    forward = grid_shift_px(face, amounts_of(shifts))
    if not forward.any():
        return 1.0, forward, forward
    share = safe_share(forward, grid.node_px)
    forward *= np.float32(share)
    return share, forward, backward(forward, grid.node_px)


def _light(image: Rgb, face: Face, shade: Floats, density: Floats) -> tuple[Window, ...]:
    """Put shading and then discolouration on a picture of our own, in place; return where."""
    lit: list[Window] = []
    gains = ((shading_gain(face, shade), 0.0, GLOSS), (density_gain(density), SURFACE, 0.0))
    for gain, surface, gloss in gains:
        for rows, columns, pixels, here in relit_bands(image, face, gain, surface, gloss):
            merge(image, pixels, here, rows, columns)
            lit.append((rows, columns, here))
    return tuple(lit)


def _warped(picture: Rgb, face: Face, inverse_field: Field) -> tuple[Rgb, tuple[Window, ...]]:
    """Return the picture with the field applied, and where; nobody else keeps `picture`."""
    image, moved = picture.copy() if inverse_field.any() else picture, list[Window]()
    for rows, columns, pixels, here in warp_bands(picture, Grid.of(face), inverse_field):
        merge(image, pixels, here, rows, columns)
        if here.any():
            moved.append(trim(rows, columns, here))
    return image, tuple(moved)
