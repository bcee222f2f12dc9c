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

    Where parts overlap their changes add up, but never to more than the whole of them.
    """
    out = photo.copy()
    parts = [(part, weight) for part, weight in parts if weight > 0 and part.changed.any()]
    for i, (part, weight) in enumerate(parts):
        others = [other for j, other in enumerate(parts) if j != i and _meet(part, other[0])]
        if not others:
            merge(out, part.mix(weight), part.changed, part.rows, part.columns)
        else:
            _add(out[part.rows, part.columns], part, _shared(part, weight, others))
    return out


def blend_mask(shape: tuple[int, ...], parts: Weighted) -> Bool:
    """Return (H, W) bool, where any part with a weight changes the photo."""
    out = np.zeros(shape[:2], np.bool_)
    for part, weight in parts:
        if weight > 0:
            out[part.rows, part.columns] |= part.changed
    return out


def _meet(one: TreatedPatch, other: TreatedPatch) -> bool:
    def apart(a: slice, b: slice) -> bool:
        return bool(a.stop <= b.start or b.stop <= a.start)

    if apart(one.rows, other.rows) or apart(one.columns, other.columns):
        return False
    rows = slice(max(one.rows.start, other.rows.start), min(one.rows.stop, other.rows.stop))
    columns = slice(
        max(one.columns.start, other.columns.start), min(one.columns.stop, other.columns.stop)
    )
    return bool((_cut(one, rows, columns) & _cut(other, rows, columns)).any())


def _cut(part: TreatedPatch, rows: slice, columns: slice) -> Bool:
    y, x = part.rows.start, part.columns.start
    return part.changed[rows.start - y : rows.stop - y, columns.start - x : columns.stop - x]


def _shared(part: TreatedPatch, weight: float, others: Weighted) -> Mask:
    """The weight of a part at each of its pixels, (h, w): less where others change it too."""
    total = np.full(part.changed.shape, weight, np.float32)
    for other, its in others:
        rows = slice(max(part.rows.start, other.rows.start), min(part.rows.stop, other.rows.stop))
        columns = slice(
            max(part.columns.start, other.columns.start),
            min(part.columns.stop, other.columns.stop),
        )
        y, x = part.rows.start, part.columns.start
        here = total[rows.start - y : rows.stop - y, columns.start - x : columns.stop - x]
        here += its * _cut(other, rows, columns)
    return np.asarray(weight / np.maximum(total, 1.0), np.float32)


def _add(window: Rgb, part: TreatedPatch, weight: Mask) -> None:
    summed = window + part.mix(weight).astype(np.int16) - part.photo
    np.copyto(window, np.clip(summed, 0, 255).astype(np.uint8), where=part.changed[..., None])
