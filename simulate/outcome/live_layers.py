"""What a browser needs to compose any dose of a plan by itself: layers, and how much of each.

A layer is computed once a face: a field that moves and shades skin, where a discolouration lies,
treated skin. A dose or a time is a row of amounts, one for each layer, in a table that is filled
in here by the very functions `simulate` uses: whoever draws from it repeats no dose-response, no
time course and no interaction, but only sums, limits, inverts and samples.

Left out is what is told apart pixel by pixel, and the settled picture brings it: the outline of a
turned head against the wall (`simulate.geometry.silhouette`), the wall beside jaw and neck
(`simulate.geometry.jaw_backdrop`) and behind an ear that is set back
(`simulate.geometry.ear_backdrop`), lid that a raised fold uncovers
(`simulate.geometry.lid_fold`, `simulate.geometry.lid_show`), a brow that rises before its lid
(`simulate.geometry.brow_layer`), a swollen lid that hangs lower (`simulate.recovery.ptosis`), and
that eyes stay to the byte (`simulate.geometry.eyeballs`): while a dose is dragged a lid that moves
may take the rim of the white along by a fraction of a mm. Lips that slide over teeth
(`simulate.geometry.mouth`) would be drawn bending them: of such a plan there should be no live
picture at all, and `slides_lips` tells.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from math import floor

import numpy as np
import numpy.typing as npt

from face_mesh import Face
from face_mesh.layers.mouth_interior import mouth_interior
from simulate.catalogue.time_course import days_since
from simulate.geometry import inverse_field, warp
from simulate.geometry.displacement import Part, grid_shift_px
from simulate.geometry.grid import Grid
from simulate.outcome.changes import amounts_of
from simulate.outcome.cover_check import covers_of
from simulate.outcome.outcome import Outcome
from simulate.outcome.pipeline import shifts_of
from simulate.plan.conditions import Conditions
from simulate.plan.interactions import interactions
from simulate.plan.plan import Plan, Treatment
from simulate.recovery.discolouration import SURFACE, colour_of
from simulate.recovery.extent import depth_of
from simulate.recovery.reactions import reactions_at
from simulate.shading import shading
from simulate.shading.light import Light
from simulate.shading.relight import GLOSS, MOST_SHINE, SMALLEST
from simulate.shading.shading import shade_unit
from simulate.skin.skin_effect import Piece, skin_amount
from simulate.skin.treated_patch import TreatedPatch

SLIDING_MM = 1.0  # of an edge of the lips: less bends the teeth by what is not seen while dragging
MOST_ROWS = 64  # of a table; between its rows amounts are read as linear
BLOCK_PX = 8  # of a JPEG: a window laid on its blocks is encoded as the photo there is
MOVED, COLOURED, SKIN = "moved", "coloured", "skin"
WIDTHS = {MOVED: 1, COLOURED: 6, SKIN: 1}  # amounts of a layer of each kind
CONSTANTS = {
    "foldFloor": inverse_field.FOLD_FLOOR,
    "fullSteps": inverse_field.FULL_STEPS,
    "mostRounds": inverse_field.MAX_ROUNDS,
    "settledPx": inverse_field.SETTLED_PX,
    "smallestPx": warp.SMALLEST_PX,
    "largestShade": shading.LARGEST,
    "quietShade": shading.QUIET,
    "smallestLight": SMALLEST,
    "mostShine": MOST_SHINE,
    "gloss": GLOSS,
    "surface": SURFACE,
}
Floats = npt.NDArray[np.float32]
Amounts = Mapping[str, tuple[float, ...]]  # by layer; what is not named is 0


@dataclass(frozen=True, eq=False)
class Layer:
    """One thing that a plan scales.

    Attributes:
        name: unique for a face, an engine and a seed.
        kind: `MOVED`, `COLOURED` or `SKIN`.
        corner: (row, column) of its first value: nodes of the grid, or px of the photo for skin.
        values: `MOVED`: (h, w, 3) float32 of a unit, dx and dy in px and ln of luminance;
            `COLOURED`: (h, w) float32 depth d in [0, 1]; of its six amounts three are R, G and B of
            density for d, and three for d²; `SKIN`: (h, w, 3) uint8, the skin fully treated.
        mask: of skin, (h, w) uint8, its soft mask, at least 1 where it differs from the photo and
            0 where it does not; else None.
    """

    name: str
    kind: str
    corner: tuple[int, int]
    values: npt.NDArray[np.float32] | npt.NDArray[np.uint8]
    mask: npt.NDArray[np.uint8] | None = None


@dataclass(frozen=True, eq=False)
class Table:
    """What becomes of the amounts as one thing is moved and all else stays.

    Attributes:
        of: the treatment whose dose is moved; None where it is the time.
        at: what the rows are for: doses, or places in the list of times.
        now: where it stands.
        columns: the amounts that change.
        rows: (len(at), len(columns)) float32.
        refused: from which of `at` on the plan must not be done; None if it may at any.
    """

    of: Treatment | None
    at: tuple[float, ...]
    now: float
    columns: tuple[int, ...]
    rows: Floats
    refused: float | None = None


@dataclass(frozen=True, eq=False)
class Scene:
    """All that a browser needs beside the photo.

    Attributes:
        origin_px: (x, y) of the grid's first px on the photo.
        node_px: px a node.
        shape: rows and columns of nodes.
        channels: how far R, G, B follow the shade.
        paleness: blue over red light of the skin without shine.
        layers: in the order of the amounts.
        now: amounts of the plan as it is.
        tables: one a treatment, and one of the times if they were given.
    """

    origin_px: tuple[int, int]
    node_px: int
    shape: tuple[int, int]
    channels: tuple[float, ...]
    paleness: float
    layers: tuple[Layer, ...]
    now: Floats
    tables: tuple[Table, ...]


def scene_of(outcome: Outcome, times: Sequence[str | None] = ()) -> Scene:
    """Return what is needed to draw the plan of an outcome at other doses and times.

    Args:
        outcome: whose face, plan and conditions they are; nothing is painted for it.
        times: that can be looked at, as for `simulate`; empty leaves time out.
    """
    face, plan, conditions = outcome.face, outcome.plan, outcome.conditions
    now = _amounts(outcome, plan, conditions)
    doses = [_doses(treatment) for treatment in plan.treatments]
    swept = [
        [_amounts(outcome, _with(plan, one, dose), conditions) for dose in at]
        for one, at in zip(plan.treatments, doses, strict=True)
    ]
    aged = [_amounts(outcome, plan, replace(conditions, when=when)) for when in times]
    wanted = set(now).union(*aged, *chain.from_iterable(swept))
    layers = tuple(_layers(outcome, wanted, times))
    tables = [
        _table(layers, one, at, one.dose, rows, _refused(plan, one, at))
        for one, at, rows in zip(plan.treatments, doses, swept, strict=True)
    ]
    if conditions.when in times:
        places = tuple(float(i) for i in range(len(times)))
        tables.append(_table(layers, None, places, float(times.index(conditions.when)), aged, None))
    grid, light = Grid.of(face), Light.of(face)
    return Scene(
        grid.origin_px,
        grid.node_px,
        grid.shape,
        tuple(float(channel) for channel in light.channels),
        light.paleness,
        layers,
        _row(layers, now),
        tuple(tables),
    )


def slides_lips(outcome: Outcome) -> bool:
    """Return whether a dose of a plan, now or settled, moves parted lips over the teeth.

    No sum of layers shows that.
    """
    face, plan = outcome.face, outcome.plan
    if mouth_interior(face) is None:
        return False
    most = replace(
        plan,
        treatments=tuple(replace(t, dose=t.entry.max_dose(t.side)) for t in plan.treatments),
    )
    return any(
        _slides(face, most, conditions)
        for conditions in (outcome.conditions, replace(outcome.conditions, when=None))
    )


def _slides(face: Face, plan: Plan, conditions: Conditions) -> bool:
    drawn = [s for s in shifts_of(face, plan, conditions) if not covers_of(face, s.treatment)]
    between = grid_shift_px(face, amounts_of(drawn))[Grid.of(face).between_lips]
    return bool(between.size) and float(np.abs(between).max()) > SLIDING_MM * face.px_per_mm


def _doses(one: Treatment) -> tuple[float, ...]:
    """The doses a table has rows for: steps of the entry, some left out where there are many."""
    step = one.entry.dose.step
    most = floor(one.entry.max_dose(one.side) / step + 1e-6)
    every = -(-most // MOST_ROWS)
    return tuple(round(i * step, 6) for i in (*range(0, most, every), most))


def _with(plan: Plan, one: Treatment, dose: float) -> Plan:
    return replace(
        plan,
        treatments=tuple(replace(t, dose=dose) if t is one else t for t in plan.treatments),
    )


def _amounts(outcome: Outcome, plan: Plan, conditions: Conditions) -> dict[str, tuple[float, ...]]:
    """The amount of each layer; `plan` has the treatments of the outcome's at other doses."""
    face, days = outcome.face, conditions.days
    found: dict[str, tuple[float, ...]] = {}
    for shift in shifts_of(face, plan, conditions):
        if not covers_of(face, shift.treatment):
            for part in shift.parts:
                found[part.name] = (part.share(face, shift.weight),)
    for treatment in plan.treatments:
        for one, level in reactions_at(treatment, days, conditions.reactions):
            age = days_since(treatment.week, days)
            if one.sign != "swelling" and age is not None:
                deepest, rim, core = colour_of(face, one, level, age)
                number = treatment.entry.reactions.index(one)
                found[f"{treatment.procedure} {treatment.side} colour {number}"] = tuple(
                    float(deepest * part) for part in (*rim, *(core - rim))
                )
    instead = dict(zip(outcome.plan.treatments, plan.treatments, strict=True))
    for piece, (_, as_asked) in zip(outcome.skin.pieces, outcome.skin.parts, strict=True):
        if not piece.skin.changed.any():
            continue
        same = conditions == outcome.conditions and all(
            instead[job.treatment] is job.treatment for job in piece.jobs
        )
        weight = (
            as_asked if same else piece.weight(lambda one: skin_amount(instead[one], conditions))
        )
        found[_skin_name(outcome, piece)] = (weight,)
    return {name: amounts for name, amounts in found.items() if any(amounts)}


def _skin_name(outcome: Outcome, piece: Piece) -> str:
    how = outcome.conditions
    return f"{piece.jobs[0].key} {piece.spared} {how.engine} {how.seed}"


def _layers(outcome: Outcome, wanted: set[str], times: Sequence[str | None]) -> Iterator[Layer]:
    """Yield the layers of those names but for what changes nothing on this face."""
    face = outcome.face
    parts: dict[str, Part] = {}
    # At a standard dose, so that a treatment which stands at 0 has its parts too.
    usual = replace(
        outcome.plan,
        treatments=tuple(
            replace(t, dose=t.entry.usual_dose(t.side)) for t in outcome.plan.treatments
        ),
    )
    expected = replace(outcome.conditions, responder="expected")
    for when in dict.fromkeys((expected.when, *times)):
        shifts = shifts_of(face, usual, replace(expected, when=when))
        parts |= {part.name: part for shift in shifts for part in shift.parts}
    for name, part in parts.items():
        if name in wanted:
            values = np.dstack([part.grid_px(face), shade_unit(face, part)])
            yield from _cut(name, MOVED, values)
    for treatment in outcome.plan.treatments:
        for number, one in enumerate(treatment.entry.reactions):
            name = f"{treatment.procedure} {treatment.side} colour {number}"
            if name in wanted:
                yield from _cut(name, COLOURED, depth_of(face, treatment, one))
    for piece in outcome.skin.pieces:
        name = _skin_name(outcome, piece)
        if name in wanted:
            yield _skin(name, piece.skin)


def _cut(name: str, kind: str, values: Floats) -> Iterator[Layer]:
    """The part of the grid that is not 0, as a layer; none if there is none."""
    rows, columns = _span(values, 1), _span(values, 0)
    if rows.stop:
        yield Layer(name, kind, (rows.start, columns.start), values[rows, columns])


def _span(values: npt.NDArray[np.generic], over: int) -> slice:
    used = np.asarray(values != 0)
    found = np.flatnonzero(used.any(axis=(over, *range(2, used.ndim))))
    return slice(int(found[0]), int(found[-1]) + 1) if found.size else slice(0, 0)


def _skin(name: str, skin: TreatedPatch) -> Layer:
    """Treated skin, cut to the blocks of a JPEG of the photo in which anything changes."""
    spans = []
    for axis, window in ((1, skin.rows), (0, skin.columns)):
        used = _span(skin.changed, axis)
        low = (window.start + used.start) // BLOCK_PX * BLOCK_PX
        high = -(-(window.start + used.stop) // BLOCK_PX) * BLOCK_PX
        spans.append(slice(max(window.start, low), min(window.stop, high)))
    at = tuple(
        slice(span.start - window.start, span.stop - window.start)
        for span, window in zip(spans, (skin.rows, skin.columns), strict=True)
    )
    mask = np.clip(np.round(255.0 * skin.mask[at]), 1, 255).astype(np.uint8) * skin.changed[at]
    return Layer(name, SKIN, (spans[0].start, spans[1].start), skin.picture[at], mask)


def _row(layers: Sequence[Layer], amounts: Amounts) -> Floats:
    flat = [n for layer in layers for n in amounts.get(layer.name, (0.0,) * WIDTHS[layer.kind])]
    return np.array(flat, np.float32)


def _table(
    layers: Sequence[Layer],
    of: Treatment | None,
    at: tuple[float, ...],
    now: float,
    amounts: Sequence[Amounts],
    refused: float | None,
) -> Table:
    whole = np.array([_row(layers, amount) for amount in amounts], np.float32).reshape(len(at), -1)
    columns = np.flatnonzero((whole != whole[:1]).any(axis=0))
    return Table(of, at, now, tuple(int(column) for column in columns), whole[:, columns], refused)


def _refused(plan: Plan, one: Treatment, at: Sequence[float]) -> float | None:
    """The first dose at which the plan is refused, None if none; what more refuses, most does."""

    def holds(dose: float) -> bool:
        return any(found.severity == "refuse" for found in interactions(_with(plan, one, dose)))

    if not holds(at[-1]):
        return None
    return at[bisect_left(at, True, key=holds)]
