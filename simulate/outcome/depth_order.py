"""What is drawn anew where skin moved: walls behind it, and the parts that lie before others.

Each part is made of the picture before anything moved and of the one that is only bent; the next
is drawn over it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from face_mesh import Face
from face_mesh.arrays import Field, Rgb
from simulate.composite import Patch
from simulate.geometry.brow_layer import risen_brow
from simulate.geometry.displacement import grid_shift_px, mesh_shift_mm
from simulate.geometry.ear_backdrop import ears_before_backdrop
from simulate.geometry.grid import Grid
from simulate.geometry.inverse_field import backward
from simulate.geometry.jaw_backdrop import jaw_before_backdrop
from simulate.geometry.lid_fold import uncovered_lid
from simulate.geometry.lid_show import drawn_lid
from simulate.geometry.mouth import mouth_patch
from simulate.geometry.neck_and_ears import under_ears_mm
from simulate.geometry.silhouette import FROM_DEG, WHOLE, outline_patch
from simulate.outcome.changes import Shift, amounts_of


def walls_behind(
    face: Face, plain: Rgb, bent: Rgb, inverse_field: Field, drawn: Sequence[Shift]
) -> Iterator[Patch]:
    """Yield the wall that ears, and jaw and neck of a head from about the front, moved before.

    Args:
        face: the measured face.
        plain: (H, W, 3) uint8, the picture before anything moved.
        bent: (H, W, 3) uint8, the same with the field applied; the parts are put on it in turn.
        inverse_field: (rows, columns, 2) px on the face's grid.
        drawn: what moves.
    """
    turned = any(part.surface == "ears" for shift in drawn for part in shift.parts)
    if turned:
        yield from ears_before_backdrop(face, plain, bent, inverse_field)
    if abs(face.pose.yaw_deg) < FROM_DEG and any(_bends_jaw(shift) for shift in drawn):
        below_mm = under_ears_mm(face) if turned else {}
        yield from jaw_before_backdrop(face, plain, bent, inverse_field, below_mm)


def outline_of(
    face: Face, plain: Rgb, bent: Rgb, share: float, drawn: Sequence[Shift]
) -> Patch | None:
    """Return the moved outline of a turned head before the wall, None of one from the front."""
    if abs(face.pose.yaw_deg) < FROM_DEG or not drawn:
        return None
    shift_mm = share * mesh_shift_mm(face, amounts_of(drawn))
    return outline_patch(face, plain, bent, Grid.of(face).place(face, shift_mm, WHOLE))


def parts_before(
    face: Face,
    plain: Rgb,
    bent: Rgb,
    forward: Field,
    inverse_field: Field,
    drawn: Sequence[Shift],
    share: float,
) -> Iterator[Patch]:
    """Yield lips before teeth, and brows and folds before lids.

    Args:
        face: the measured face.
        plain: before anything moved.
        bent: with the field applied.
        forward: (rows, columns, 2) px, the field the other way.
        inverse_field: the backward field.
        drawn: what moves.
        share: of it, that does not fold the picture.
    """
    mouth = mouth_patch(face, plain, bent, forward)
    if mouth is not None:
        yield mouth
    yield from _brows_and_lids(face, plain, bent, inverse_field, drawn, share)


def _bends_jaw(shift: Shift) -> bool:
    """Return whether the outline of cheek, jaw or neck may move: an ear brings its own backdrop."""
    return any(part.surface != "ears" for part in shift.parts)


def _brows_and_lids(
    face: Face,
    plain: Rgb,
    bent: Rgb,
    inverse_field: Field,
    drawn: Sequence[Shift],
    share: float,
) -> Iterator[Patch]:
    """Yield where a brow rises before its lid, or a fold off the lashes that it hung on."""
    settled = [one for one in drawn if not one.passing]
    lifts = [one for one in settled if one.treatment.entry.area == "brows"]
    raises = [one for one in settled if one.treatment.entry.raises_lid_fold]
    for side in ("left", "right"):
        raised = [one for one in raises if _treats(one, side)]
        if any(_treats(one, side) for one in lifts):
            lid_field = _backward(face, raised, share) if raised else None
            risen = risen_brow(face, side, plain, bent, inverse_field, lid_field)
            if risen is not None:
                yield risen
                continue
        for draw in (drawn_lid, uncovered_lid) if raised else ():  # the second over the first
            patch = draw(face, side, plain, bent, inverse_field)
            if patch is not None:
                yield patch


def _treats(shift: Shift, side: str) -> bool:
    return side in shift.treatment.entry.treated_sides(shift.treatment.side)


def _backward(face: Face, shifts: Sequence[Shift], share: float) -> Field:
    """Return the backward field of some of the shifts, at the share at which all are shown."""
    forward = np.float32(share) * grid_shift_px(face, amounts_of(shifts))
    return backward(forward, Grid.of(face).node_px)
