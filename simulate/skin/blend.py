"""Treated skin and doses to a picture: blends only, milliseconds whatever was painted."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from face_mesh.arrays import Bool, Mask, Rgb
from simulate.composite import merge
from simulate.skin.treated_patch import TreatedPatch

Weighted = Sequence[tuple[TreatedPatch, float]]


def blend_parts(photo: Rgb, parts: Weighted) -> Rgb:
    """Return a copy of a photo with each part blended in by its weight, (H, W, 3) uint8.

    Where parts overlap their changes add up, but never to more than the whole of them. How much a
    part leaves to others follows its own soft mask, which is 0 at its edge: nowhere does a
    picture depend on where a part's window or its last changed pixel lies, or on who comes first.
    """
    out = photo.copy()
    parts = [(part, weight) for part, weight in parts if weight > 0 and part.changed.any()]
    met = []
    for part, weight in parts:
        others = [one for one in parts if one[0] is not part and _meet(part, one[0])]
        if not others:
            merge(out, part.mix(weight), part.changed, part.rows, part.columns)
        else:
            met.append((part, _shared(part, weight, others)))
    if met:
        _add_up(out, met)
    return out


def blend_mask(shape: tuple[int, ...], parts: Weighted) -> Bool:
    """Return (H, W) bool, where any part with a weight changes the photo."""
    out = np.zeros(shape[:2], np.bool_)
    for part, weight in parts:
        if weight > 0:
            out[part.rows, part.columns] |= part.changed
    return out


def _meet(one: TreatedPatch, other: TreatedPatch) -> bool:
    both = _common(one, other)
    if both is None:
        return False
    return bool(((_cut(one, one.mask, *both) > 0) & (_cut(other, other.mask, *both) > 0)).any())


def _common(one: TreatedPatch, other: TreatedPatch) -> tuple[slice, slice] | None:
    """Rows and columns of the photo that the windows of both have; None if there are none."""
    found = []
    for a, b in ((one.rows, other.rows), (one.columns, other.columns)):
        found.append(slice(max(a.start, b.start), min(a.stop, b.stop)))
    rows, columns = found
    return (rows, columns) if rows.start < rows.stop and columns.start < columns.stop else None


def _cut(part: TreatedPatch, values: Mask, rows: slice, columns: slice) -> Mask:
    """What the values of a part's window are in rows and columns of the photo."""
    y, x = part.rows.start, part.columns.start
    return values[rows.start - y : rows.stop - y, columns.start - x : columns.stop - x]


def _shared(part: TreatedPatch, weight: float, others: Weighted) -> Mask:
    """The weight of a part at each of its pixels, (h, w): less where others ask for them too."""
    total = weight * part.mask
    for other, its in others:
        both = _common(part, other)
        if both is not None:
            here = _cut(part, total, *both)
            here += its * _cut(other, other.mask, *both)
    return np.asarray(weight / np.maximum(total, 1.0), np.float32)


def _add_up(out: Rgb, parts: Sequence[tuple[TreatedPatch, Mask]]) -> None:
    """Add all that parts change to a photo of our own, in place; rounded once, in no order."""
    rows = slice(min(p.rows.start for p, _ in parts), max(p.rows.stop for p, _ in parts))
    columns = slice(min(p.columns.start for p, _ in parts), max(p.columns.stop for p, _ in parts))
    total = out[rows, columns].astype(np.int16)
    for part, weight in parts:
        y, x = part.rows.start - rows.start, part.columns.start - columns.start
        high, wide = part.changed.shape
        change = part.mix(weight).astype(np.int16) - part.photo
        total[y : y + high, x : x + wide] += change * part.changed[..., None]
    np.clip(total, 0, 255, out=total)
    out[rows, columns] = total.astype(np.uint8)
