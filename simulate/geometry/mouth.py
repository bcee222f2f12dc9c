"""Parted lips before what lies between them: lips slide over teeth, and teeth stay where they are.

A picture that is only bent takes the teeth along as if they were rubber. Here the upper lip, the
lower lip and the inside of the mouth are three layers. Each lip is drawn by a field of its own,
which follows that lip alone and goes on over the opening; where neither covers it the inside of the
photo is seen, to the byte. What a lip uncovers that the photo never showed is made from the teeth
or gums beside it.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt
from scipy.ndimage import gaussian_filter1d

from face_mesh import Face
from face_mesh.arrays import Bool, Field, Index, Mask, Points, Rgb
from face_mesh.cache import Scope, cached_per
from face_mesh.landmarks.anatomy import curve
from face_mesh.layers.mouth_interior import MouthInterior, mouth_interior
from simulate.geometry.grid import NODE_MM, Grid, nearest_inside
from simulate.geometry.inverse_field import backward
from simulate.geometry.warp import SMALLEST_PX, at_pixels, positions, sample

ROOM_NODES = 6  # around the window, so that what is moved into it is in it
# Around the opening the layers are drawn for this far, and then go over into the bent picture,
# which shows the same there.
DRAWN_MM, BLEND_MM = 2.0 * NODE_MM, 2.0
SPLIT_MM = 0.4  # over which the upper lip goes over into the lower beyond the corner of the mouth
EDGE = 0.9  # of the matte, from which a pixel shows nothing of a lip
BESIDE_MM = 0.5  # from the lips, whose shadow is left out of what is made from the teeth
SLOWER = 0.35  # what is uncovered is a mirror of what is beside it, drawn out to thrice its height
SMOOTH_MM = 1.0  # along the row of teeth
SHADES = (0.25, 1.25)  # of a lip on what is beside it
WHOLE = 0.999
SAME = 1.5  # levels: less is rounding, and what is not changed stays to the byte
Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class MouthPatch:
    """A part of the photo with the lips moved before the inside of the mouth.

    Attributes:
        rows, columns: of the photo.
        pixels: (h, w, 3) uint8.
        changed: (h, w) bool, where they take the place of the bent picture.
    """

    rows: slice
    columns: slice
    pixels: Rgb
    changed: Bool


@dataclass(frozen=True, eq=False)
class _Lips:
    """On which nodes of the grid which lip is followed.

    Attributes:
        rows, columns: of the nodes looked at.
        upper, lower: (h, w) flat index on the grid of the node whose shift the lip takes there.
        middle_px: (N, 2) the line between the lips, from left to right in the photo.
    """

    rows: slice
    columns: slice
    upper: Index
    lower: Index
    middle_px: Points


def mouth_patch(face: Face, plain: Rgb, bent: Rgb, forward: Field) -> MouthPatch | None:
    """Return the part of the picture about the opening of the mouth; None where nothing is to do.

    Args:
        face: the measured face.
        plain: (H, W, 3) the picture before anything moved, its skin treated and lit.
        bent: (H, W, 3) the same after `warp`.
        forward: (rows, columns, 2) px, the field on the face's grid.
    """
    interior = mouth_interior(face)
    if interior is None:
        return None
    window = (interior.rows, interior.columns)
    before, after = face.photo.image[window], bent[window]
    lips, grid = _lips(face), Grid.of(face)
    nodes = forward.reshape(-1, 2)
    moving = np.abs(forward[lips.rows, lips.columns]).max() > SMALLEST_PX
    if not moving and (before == after)[interior.matte > 0.0].all():
        return None
    drawn, behind = _drawn(face), _behind(face)
    height, width = drawn.shape
    here = positions(slice(0, height), slice(0, width))
    above = _above(face)
    layers, inside = [], behind.picture
    for follows, side in ((lips.upper, above), (lips.lower, 1.0 - above)):
        field = np.zeros((*follows.shape, 2), np.float32)
        field[:] = nodes[follows]
        back = backward(field, grid.node_px)
        at = here + at_pixels(grid, back, *window, (lips.rows.start, lips.columns.start))
        cover = sample(np.asarray((1.0 - interior.matte) * side, np.float32), at, cv2.INTER_LINEAR)
        layers.append((np.clip(cover, 0.0, 1.0), sample(plain[window], at)))
        shadow = 1.0 + side[..., None] * (behind.shade - 1.0)
        inside = inside * sample(np.asarray(shadow, np.float32), at, cv2.INTER_LINEAR)
    (over, upper), (under, lower) = layers
    under = np.minimum(under, 1.0 - over)
    seen = np.clip(1.0 - over - under, 0.0, 1.0)
    out = over[..., None] * upper + under[..., None] * lower + seen[..., None] * inside
    out = drawn[..., None] * out + (1.0 - drawn[..., None]) * after
    pixels = np.asarray(np.round(np.clip(out, 0.0, 255.0)), np.uint8)
    teeth = (seen * drawn > WHOLE) & (np.abs(inside - before).max(axis=2) < SAME)
    pixels[teeth] = before[teeth]
    return MouthPatch(*window, pixels, (drawn > 0.0) & (pixels != after).any(axis=2))


@cached_per(Scope.PIXELS)
def _lips(face: Face) -> _Lips:
    """Return which nodes follow which lip."""
    grid, interior = Grid.of(face), _interior(face)
    upper, lower = (face.landmarks_px[list(curve(f"{lip}_inner_lip")), :2] for lip in _LIPS)
    middle = np.asarray((upper + lower) / 2.0)
    middle = middle[np.argsort(middle[:, 0])]
    rows, columns = (
        slice(
            max(0, (window.start - first) // grid.node_px - ROOM_NODES),
            min(size, -(-(window.stop - first) // grid.node_px) + ROOM_NODES),
        )
        for window, first, size in zip(
            (interior.rows, interior.columns), grid.origin_px[::-1], grid.shape, strict=True
        )
    )
    x = grid.origin_px[0] + np.arange(grid.shape[1]) * grid.node_px + (grid.node_px - 1) / 2
    y = grid.origin_px[1] + np.arange(grid.shape[0]) * grid.node_px + (grid.node_px - 1) / 2
    above = y[:, None] < np.interp(x, *middle.T)[None]
    beside = (x < middle[0, 0]) | (x > middle[-1, 0])
    gap = grid.between_lips | _at_nodes(grid, interior, x, y)
    own = np.arange(above.size).reshape(above.shape)
    found = []
    for side in (above, ~above):
        lip = side & ~gap
        nearest = nearest_inside(lip)[0].reshape(above.shape)
        follows = np.where(lip | beside[None], own, nearest)
        found.append(np.asarray(follows[rows, columns], np.int64))
    return _Lips(rows, columns, found[0], found[1], middle)


_LIPS = ("upper", "lower")


def _interior(face: Face) -> MouthInterior:
    found = mouth_interior(face)
    if found is None:
        raise ValueError("the lips of this face touch")
    return found


def _at_nodes(grid: Grid, interior: MouthInterior, x: Points, y: Points) -> Bool:
    """(rows, columns) bool, the nodes whose pixel shows the inside of the mouth."""
    row = np.round(y).astype(int) - interior.rows.start
    column = np.round(x).astype(int) - interior.columns.start
    height, width = interior.matte.shape
    inside = ((row >= 0) & (row < height))[:, None] & ((column >= 0) & (column < width))[None]
    found = interior.matte[np.ix_(np.clip(row, 0, height - 1), np.clip(column, 0, width - 1))]
    return np.asarray(inside & (found > 0.5), np.bool_)


@cached_per(Scope.PIXELS)
def _above(face: Face) -> Mask:
    """(h, w) float32 in the window of the mouth, 1 above the line between the lips, 0 below."""
    interior, middle = _interior(face), _lips(face).middle_px
    x = np.arange(interior.columns.start, interior.columns.stop)
    y = np.arange(interior.rows.start, interior.rows.stop)
    down = y[:, None] - np.interp(x, *middle.T)[None]
    return np.clip(0.5 - down / (SPLIT_MM * face.px_per_mm), 0.0, 1.0).astype(np.float32)


@cached_per(Scope.PIXELS)
def _drawn(face: Face) -> Mask:
    """(h, w) float32 in the window of the mouth, 1 where its layers are drawn, 0 far from it."""
    interior, grid = _interior(face), Grid.of(face)
    x = np.arange(interior.columns.start, interior.columns.stop)
    y = np.arange(interior.rows.start, interior.rows.stop)
    gap = np.asarray(grid.between_lips, np.float32)
    opening = at_pixels(grid, gap, interior.rows, interior.columns) > 0.0
    open_ = opening | (interior.matte > 0.0)
    away = cv2.distanceTransform((~open_).astype(np.uint8), cv2.DIST_L2, 5) / face.px_per_mm
    edge = np.minimum.reduce(
        [
            (y - y[0])[:, None] + 0 * x[None],
            (y[-1] - y)[:, None] + 0 * x[None],
            (x - x[0])[None] + 0 * y[:, None],
            (x[-1] - x)[None] + 0 * y[:, None],
        ]
    )
    reach = DRAWN_MM + MOST_MM
    share = np.clip((reach + BLEND_MM - away) / BLEND_MM, 0.0, 1.0)
    return np.asarray(np.minimum(share, edge / max(BLEND_MM * face.px_per_mm, 1.0)), np.float32)


MOST_MM = 5.0  # no treatment moves a lip farther over the opening


@dataclass(frozen=True, eq=False)
class _Behind:
    """The inside of the mouth without the lips, in the window of the mouth.

    Attributes:
        picture: (h, w, 3) float32, as the photo shows it, gone on with under the lips.
        shade: (h, w, 3) float32, what the photo is of it beside the lips: their shadow.
    """

    picture: Floats
    shade: Floats


@cached_per(Scope.PIXELS)
def _behind(face: Face) -> _Behind:
    interior = _interior(face)
    photo = face.photo.image[interior.rows, interior.columns].astype(np.float32)
    seen = interior.matte > EDGE
    deep = cv2.distanceTransform(seen.astype(np.uint8), cv2.DIST_L2, 5)
    clear = deep > min(BESIDE_MM * face.px_per_mm, 0.5 * float(deep.max()))
    if not clear.any():
        return _Behind(photo, np.ones_like(photo))
    made = np.asarray(sample(photo, _beside(face, clear)), np.float32)
    own = cv2.GaussianBlur(clear.astype(np.float32), (0, 0), max(0.2 * face.px_per_mm, 0.6))
    own = np.clip(2.0 * own - 1.0, 0.0, 1.0)[..., None]
    picture = np.asarray(own * photo + (1.0 - own) * made, np.float32)
    shade = np.clip((photo + 1.0) / (picture + 1.0), *SHADES)
    shade[interior.matte <= EDGE] = 1.0
    return _Behind(picture, np.asarray(shade, np.float32))


def _beside(face: Face, clear: Bool) -> Field:
    """(h, w, 2) for each place in a window from where what is clear there is gone on with.

    Upwards from its upper and downwards from its lower end, as teeth do.
    """
    height, width = clear.shape
    here = positions(slice(0, height), slice(0, width))
    down = face.pose.shift_px(np.array([[0.0, -1.0, 0.0]]))[0]
    down = np.float32(down / np.linalg.norm(down))
    across = here @ np.float32((down[1], -down[0]))
    along = here @ down
    place = np.floor(across - across.min()).astype(np.int64)
    at, smooth = along.copy(), max(SMOOTH_MM * face.px_per_mm, 1.0)
    for sign in (1.0, -1.0):  # the upper end, and then the lower
        ends = np.full(int(place.max()) + 1, np.inf)
        np.minimum.at(ends, place[clear], sign * along[clear])
        found = np.flatnonzero(np.isfinite(ends))
        ends = np.interp(np.arange(len(ends)), found, ends[found])
        ends = np.maximum(ends, gaussian_filter1d(ends, smooth))[place]
        past = np.maximum(ends - sign * along, 0.0)
        at += np.float32(sign * (1.0 + SLOWER)) * past.astype(np.float32)
    return np.asarray(here + (at - along)[..., None] * down, np.float32)
