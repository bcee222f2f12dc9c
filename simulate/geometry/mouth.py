"""Parted lips before what lies between them: lips slide over teeth, and teeth stay where they are.

A picture that is only bent takes the teeth along as if they were rubber. Here the upper lip, the
lower lip and the inside of the mouth are three layers. Each lip is drawn by a field of its own,
which follows that lip alone and goes on over the opening; where neither covers it the inside of the
photo is seen, to the byte. What a lip uncovers that the photo never showed is made from the teeth
or gums beside it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
from scipy.ndimage import gaussian_filter1d

from face_mesh import Face
from face_mesh.arrays import Bool, Field, Mask, Points, Rgb
from face_mesh.cache import Scope, cached_per
from face_mesh.landmarks.anatomy import curve, point
from face_mesh.layers.mouth_interior import MouthInterior, mouth_interior
from simulate.composite import Patch
from simulate.geometry.grid import NODE_MM, Grid
from simulate.geometry.inverse_field import backward
from simulate.geometry.warp import SMALLEST_PX, at_pixels, moves, positions, sample

ROOM_NODES = 6  # around the window, so that what is moved into it is in it
# Around the opening the layers are drawn for this far, farther than any treatment moves a lip over
# it, and then go over into the bent picture, which shows the same there.
DRAWN_MM, BLEND_MM = 5.0 + 2.0 * NODE_MM, 2.0
SPLIT_MM = 0.4  # over which the upper lip goes over into the lower beyond the corner of the mouth
EDGE = 0.9  # of the matte, from which a pixel shows nothing of a lip
BESIDE_MM = 0.5  # from the lips, whose shadow is left out of what is made from the teeth
SLOWER = 0.35  # what is uncovered is a mirror of what is beside it, drawn out to thrice its height
SMOOTH_MM = 1.0  # along the row of teeth
SMOOTH_NODES = 0.8  # along the edge of a lip
BAND_PX = 256  # rows worked on at a time: bounds the memory of a large photo
INTO = (0.75, 0.3)  # nodes, and share of the opening: the edge is read where the skin is not
MOVED_MM = 0.4  # from which on a lip is away from where it was
SHADE_MM, SHADES = 1.5, (0.25, 1.25)  # of a lip on what is beside it, averaged along it
LIPS = ("upper", "lower")
WHOLE = 0.999
SAME = 1.5  # levels: less is rounding, and what is not changed stays to the byte
Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class _Lips:
    """Where each lip reads the field, in a window of the grid.

    A lip ends in the photo up to 2 mm beside its landmarks. So the red is drawn out or in between
    its border and its end: what holds the landmarks of the edge holds the edge that is seen.

    Attributes:
        rows, columns: of the nodes looked at.
        upper, lower: (h, w, 2) float32 x, y on the whole grid, in nodes: there the lip reads its
            shift, over the opening and beyond it that of its edge.
    """

    rows: slice
    columns: slice
    upper: Field
    lower: Field


def mouth_patch(face: Face, plain: Rgb, bent: Rgb, forward: Field) -> Patch | None:
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
    moving = np.abs(forward[lips.rows, lips.columns]).max() > SMALLEST_PX
    if not moving and not (_differ(before, after) & (interior.matte > 0.0)).any():
        return None
    backs = [
        backward(sample(forward, reads, cv2.INTER_LINEAR), grid.node_px)
        for reads in (lips.upper, lips.lower)
    ]
    pixels = after.copy()
    for top in range(0, len(pixels), BAND_PX):
        band = slice(top, min(len(pixels), top + BAND_PX))
        if _drawn(face)[band].any():
            pixels[band] = _composed(face, plain[window], after[band], backs, band)
    changed = _differ(pixels, after)
    return Patch(*window, pixels, changed) if changed.any() else None


def _composed(face: Face, plain: Rgb, after: Rgb, backs: list[Field], band: slice) -> Rgb:
    """Return the layers on a band of rows of the window: both lips, and the inside they leave.

    Args:
        face: the measured face.
        plain: (h, w, 3) the window before anything moved.
        after: (n, w, 3) the band of the bent picture.
        backs: the backward field of the upper and of the lower lip, on their nodes.
        band: rows of the window.
    """
    interior, grid, behind, lips = _interior(face), Grid.of(face), _behind(face), _lips(face)
    first = interior.rows.start
    rows = slice(first + band.start, first + band.stop)
    before = face.photo.image[rows, interior.columns]
    here = positions(band, slice(0, plain.shape[1]))
    layers, clean = [], behind.picture[band].astype(np.float32)
    away = np.zeros(before.shape[:2], np.float32)
    for back, side in zip(backs, (_above(face), 1.0 - _above(face)), strict=True):
        first_node = (lips.rows.start, lips.columns.start)
        shift = at_pixels(grid, back, rows, interior.columns, first_node)
        shift[~moves(shift)] = 0.0
        at = here + shift
        cover = sample(np.asarray((1.0 - interior.matte) * side, np.float32), at, cv2.INTER_LINEAR)
        layers.append((np.clip(cover, 0.0, 1.0), sample(plain, at)))
        shadow = np.asarray(1.0 + side * (behind.shade - 1.0), np.float32)
        clean *= sample(shadow, at, cv2.INTER_LINEAR)[..., None]
        away += side[band] * np.hypot(shift[..., 0], shift[..., 1])
    uncovered = np.clip(away / (MOVED_MM * face.px_per_mm), 0.0, 1.0)[..., None]
    inside = np.asarray(before + uncovered * (clean - before), np.float32)
    (over, upper), (under, lower) = layers
    under = np.minimum(under, 1.0 - over)
    seen = np.clip(1.0 - over - under, 0.0, 1.0)
    out = over[..., None] * upper + under[..., None] * lower + seen[..., None] * inside
    drawn = _drawn(face)[band]
    out = drawn[..., None] * out + (1.0 - drawn[..., None]) * after
    pixels = np.asarray(np.round(np.clip(out, 0.0, 255.0)), np.uint8)
    same = _largest(cv2.absdiff(inside, before.astype(np.float32))) < SAME
    teeth = (seen * drawn > WHOLE) & same
    pixels[teeth] = before[teeth]
    return pixels


def _largest(values: Any) -> Any:
    """(h, w) of (h, w, 3), without the slow walk of numpy along a short axis."""
    return np.asarray(np.maximum(np.maximum(values[..., 0], values[..., 1]), values[..., 2]))


def _differ(one: Rgb, other: Rgb) -> Bool:
    return np.asarray(_largest(cv2.absdiff(one, other)) > 0, np.bool_)


@cached_per(Scope.PIXELS)
def _lips(face: Face) -> _Lips:
    """Return where on the grid each lip reads the field."""
    grid, interior = Grid.of(face), _interior(face)
    rows, columns = (
        slice(
            max(0, (window.start - first) // grid.node_px - ROOM_NODES),
            min(size, -(-(window.stop - first) // grid.node_px) + ROOM_NODES),
        )
        for window, first, size in zip(
            (interior.rows, interior.columns), grid.origin_px[::-1], grid.shape, strict=True
        )
    )
    node = positions(rows, columns)
    at = node * grid.node_px + np.array(grid.origin_px, np.float32) + (grid.node_px - 1) / 2
    down = _down(face)
    across, along = _along(at, down)
    edges = [_height(face, f"{lip}_inner_lip", across) for lip in LIPS]
    corners = _along(face.landmarks_px[[point("cheilion_right"), point("cheilion_left")], :2], down)
    mouth = (across > corners[0].min()) & (across < corners[0].max())
    into = np.minimum(INTO[0] * grid.node_px, INTO[1] * np.maximum(edges[1] - edges[0], 0.0))
    reads = []
    for lip, sign, edge in zip(LIPS, (1.0, -1.0), edges, strict=True):
        border = _height(face, f"{lip}_vermilion_border", across)
        red = np.maximum(sign * (edge + _beside_edge(face, lip, sign, across) - border), 1.0)
        share = sign * (along - border) / red
        inner = border + np.minimum(share, 1.0) * (edge + sign * into - border)
        by = np.where(mouth & (share > 0.0), inner - along, 0.0) / grid.node_px
        reads.append(np.asarray(node + by[..., None] * down, np.float32))
    return _Lips(rows, columns, reads[0], reads[1])


def _down(face: Face) -> Points:
    """(2,) the unit vector in the photo from the nose to the chin."""
    down: Points = face.pose.shift_px(np.array([[0.0, -1.0, 0.0]]))[0]
    return down / np.linalg.norm(down)


def _along(at: Any, down: Points) -> tuple[Points, Points]:
    """Return how far across the face and down it places (..., 2) of the photo lie, in px."""
    return np.asarray(at @ np.array((down[1], -down[0]))), np.asarray(at @ down)


def _height(face: Face, name: str, across: Points) -> Points:
    """Return how far down the face a curve lies at places across it, in px."""
    x, y = _along(face.landmarks_px[list(curve(name)), :2], _down(face))
    order = np.argsort(x)
    return np.asarray(np.interp(across, x[order], y[order]), np.float64)


def _beside_edge(face: Face, lip: str, sign: float, across: Points) -> Points:
    """Return how far below the landmarks of its edge a lip ends in the photo, in px."""
    interior = _interior(face)
    x, y = _along(positions(interior.rows, interior.columns)[interior.matte > 0.5], _down(face))
    place = np.floor(x - x.min()).astype(np.int64)
    ends = np.full(int(place.max()) + 1, np.inf)
    np.minimum.at(ends, place, sign * y - 0.5)
    places = x.min() + np.arange(len(ends)) + 0.5
    off = sign * ends - _height(face, f"{lip}_inner_lip", places)
    off = np.where(np.isfinite(off), off, 0.0)
    smooth = gaussian_filter1d(off, SMOOTH_NODES * Grid.of(face).node_px)
    return np.asarray(np.interp(across, places, smooth, 0.0, 0.0), np.float64)


def _interior(face: Face) -> MouthInterior:
    found = mouth_interior(face)
    if found is None:
        raise ValueError("the lips of this face touch")
    return found


@cached_per(Scope.PIXELS)
def _above(face: Face) -> Mask:
    """(h, w) float32 in the window of the mouth, 1 above the line between the lips, 0 below."""
    interior = _interior(face)
    across, along = _along(positions(interior.rows, interior.columns), _down(face))
    middle = sum(_height(face, f"{lip}_inner_lip", across) for lip in LIPS) / len(LIPS)
    below = (along - middle) / (SPLIT_MM * face.px_per_mm)
    return np.asarray(np.clip(0.5 - below, 0.0, 1.0), np.float32)


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
    edge = np.minimum(*np.meshgrid(*(np.minimum(one - one[0], one[-1] - one) for one in (x, y))))
    share = np.clip((DRAWN_MM + BLEND_MM - away) / BLEND_MM, 0.0, 1.0)
    return np.asarray(np.minimum(share, edge / (BLEND_MM * face.px_per_mm)), np.float32)


@dataclass(frozen=True, eq=False)
class _Behind:
    """The inside of the mouth without the lips, in the window of the mouth.

    Attributes:
        picture: (h, w, 3) uint8, as the photo shows it, gone on with under the lips.
        shade: (h, w) float32, how light the photo is beside the lips, of it: their shadow.
    """

    picture: Rgb
    shade: Floats


@cached_per(Scope.PIXELS)
def _behind(face: Face) -> _Behind:
    interior = _interior(face)
    photo = np.ascontiguousarray(face.photo.image[interior.rows, interior.columns])
    seen = interior.matte > EDGE
    deep = cv2.distanceTransform(seen.astype(np.uint8), cv2.DIST_L2, 5)
    clear = deep > min(BESIDE_MM * face.px_per_mm, 0.5 * float(deep.max()))
    if not clear.any():
        return _Behind(photo, np.ones(seen.shape, np.float32))
    made = sample(photo, _beside(face, clear))
    own = cv2.GaussianBlur(clear.astype(np.float32), (0, 0), max(0.2 * face.px_per_mm, 0.6))
    own = np.clip(2.0 * own - 1.0, 0.0, 1.0)[..., None]
    picture = np.asarray(np.round(own * photo + (1.0 - own) * made), np.uint8)
    weight, upright = seen.astype(np.float32), abs(_down(face)[1]) > np.sqrt(0.5)
    wide = (SHADE_MM * face.px_per_mm, 0.5) if upright else (0.5, SHADE_MM * face.px_per_mm)
    dark, light = (
        cv2.GaussianBlur(
            weight * cv2.cvtColor(one, cv2.COLOR_RGB2GRAY), (0, 0), wide[0], sigmaY=wide[1]
        )
        for one in (photo, picture)
    )
    shade = np.clip((dark + 1.0) / (light + 1.0), *SHADES)
    shade[~seen] = 1.0
    return _Behind(picture, np.asarray(shade, np.float32))


def _beside(face: Face, clear: Bool) -> Field:
    """(h, w, 2) for each place in a window from where what is clear there is gone on with.

    Upwards from its upper and downwards from its lower end, as teeth do.
    """
    height, width = clear.shape
    here = positions(slice(0, height), slice(0, width))
    down = _down(face)
    across, along = _along(here, down)
    place = np.floor(across - across.min()).astype(np.int64)
    at, smooth = along.copy(), max(SMOOTH_MM * face.px_per_mm, 1.0)
    for sign in (1.0, -1.0):  # the upper end, and then the lower
        ends = np.full(int(place.max()) + 1, np.inf)
        np.minimum.at(ends, place[clear], sign * along[clear])
        found = np.flatnonzero(np.isfinite(ends))
        ends = np.interp(np.arange(len(ends)), found, ends[found])
        ends = np.maximum(ends, gaussian_filter1d(ends, smooth))[place]
        past = np.maximum(ends - sign * along, 0.0)
        at += sign * (1.0 + SLOWER) * past
    return np.asarray(here + (at - along)[..., None] * down, np.float32)
