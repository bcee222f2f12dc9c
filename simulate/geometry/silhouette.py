"""The outline of a turned head against the wall behind it: the skin moves, the wall stays.

A picture that is only bent takes the wall along with the skin, so that straight lines beside a
nose or chin bend. Where the photo shows skin against a wall the two are told apart here, pixel by
pixel: skin that comes forward hides wall, and skin that goes back uncovers wall made from what is
beside it. Where they cannot be told apart, as a chin from the neck below, the bent picture stands.
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from face_mesh import Face
from face_mesh.arrays import Field, Mask, Rgb
from face_mesh.cache import Scope, cached_per
from face_mesh.grab_cut import foreground
from simulate.composite import Patch
from simulate.geometry.grid import NODE_MM, Grid, nearest_inside
from simulate.geometry.inverse_field import backward
from simulate.geometry.warp import SMALLEST_PX, positions, sample

WHOLE = 0.35  # for `Grid.place`: the skin is followed in full for 6 mm beyond the outline
FROM_DEG = 16.0  # of turn: up to it `jaw_backdrop` tells the sides of jaw and neck from the wall
# The outline of the mesh is trusted to this much on the skin's side and on the wall's.
SKIN_MM, WALL_MM = 4.0, 5.0
LOOK_MM = 14.0  # of wall and of skin, from which the two are told apart
NODES_SOFT = 1.5  # over which the parts of the outline that are told apart go over into the rest
EDGE_PX = 0.7  # the softness of an outline in a sharp photo
FILL_PX = 3  # radius in which uncovered wall is made from what is beside it
# Share of skin and of wall on the two sides of a part of the outline from which it counts as told
# apart, and from which wholly.
TOLD = (0.35, 0.5)
STEP = 8  # nodes to which the window is rounded
ROUNDS = 4
Floats = npt.NDArray[np.float32]


def outline_patch(face: Face, photo: Rgb, warped: Rgb, forward: Field) -> Patch | None:
    """Return the part of the picture about the moved outline, or None where nothing is to do.

    Args:
        face: the measured face.
        photo: (H, W, 3) the picture before anything moved, its skin treated.
        warped: (H, W, 3) the same after `warp`.
        forward: (rows, columns, 2) px, the forward field that follows the skin in full beyond the
            outline: `Grid.place` with `WHOLE`.
    """
    if abs(face.pose.yaw_deg) < FROM_DEG:
        return None
    grid = Grid.of(face)
    rows, columns = _window(face, grid, forward)
    if rows.stop - rows.start < 8 or columns.stop - columns.start < 8:
        return None
    picture = np.ascontiguousarray(photo[rows, columns])
    skin = _skin_of(face, rows.start, rows.stop, columns.start, columns.stop)
    if skin is None:
        return None
    trust = _cut(_told_apart(grid, skin, rows, columns), grid, rows, columns)
    field = _cut(backward(forward, grid.node_px), grid, rows, columns)
    height, width = picture.shape[:2]
    at = field + positions(slice(0, height), slice(0, width))
    cover = np.clip(sample(skin, at, cv2.INTER_LINEAR), 0.0, 1.0)[..., None]
    moved = sample(picture, at)
    wall = _wall(picture, skin, _cut(_beyond_mm(grid, face), grid, rows, columns))
    clean = cover * moved + (1.0 - cover) * wall
    share = np.clip(trust, 0.0, 1.0)[..., None]
    out = share * clean + (1.0 - share) * warped[rows, columns]
    changed = (share[..., 0] > 0.0) & (
        (np.abs(field).max(axis=2) > SMALLEST_PX) | (warped[rows, columns] != picture).any(axis=2)
    )
    return Patch(rows, columns, np.asarray(np.round(np.clip(out, 0, 255)), np.uint8), changed)


def _window(face: Face, grid: Grid, forward: Field) -> tuple[slice, slice]:
    """Return the rows and columns of the photo in which the outline or what is beside it moves."""
    moving = np.abs(forward).max(axis=2) > SMALLEST_PX
    if not moving.any():
        return slice(0, 0), slice(0, 0)
    room, n = int(np.ceil(LOOK_MM * face.px_per_mm)), grid.node_px
    spans = []
    for across, first, size in zip(
        (1, 0), grid.origin_px[::-1], face.photo.image.shape, strict=False
    ):
        nodes = np.flatnonzero(moving.any(axis=across))
        # In steps, so that another dose of the same plan finds the same window.
        start, stop = int(nodes[0]) // STEP * STEP, -(-int(nodes[-1] + 1) // STEP) * STEP
        low, high = first + start * n - room, first + stop * n + room
        spans.append(slice(max(0, low), max(0, min(size, high))))
    return spans[0], spans[1]


def _beyond_mm(grid: Grid, face: Face) -> Floats:
    """(rows, columns) mm outside the outline of the mesh; negative inside."""
    inside = grid.inside.astype(np.uint8)
    out, deep = (
        cv2.distanceTransform(m, cv2.DIST_L2, cv2.DIST_MASK_PRECISE) for m in (1 - inside, inside)
    )
    away = np.where(inside > 0, 0.5 - deep, out - 0.5) * grid.node_px / face.px_per_mm
    return np.asarray(away, np.float32)


def _cut(nodes: npt.NDArray[np.float32], grid: Grid, rows: slice, columns: slice) -> Floats:
    """Return what is on the nodes at every pixel of a window of the photo."""
    x = np.arange(columns.start, columns.stop, dtype=np.float32)
    y = np.arange(rows.start, rows.stop, dtype=np.float32)
    left, top = grid.origin_px
    n, half = np.float32(grid.node_px), np.float32((grid.node_px - 1) / 2)
    at = np.dstack(np.meshgrid((x - left - half) / n, (y - top - half) / n)).astype(np.float32)
    return np.asarray(sample(nodes, at), np.float32)


@cached_per(Scope.PIXELS)
def _skin_of(face: Face, top: int, bottom: int, left: int, right: int) -> Mask | None:
    """Return `_skin` of a window of the face's own photo."""
    rows, columns, grid = slice(top, bottom), slice(left, right), Grid.of(face)
    picture = np.ascontiguousarray(face.photo.image[rows, columns])
    return _skin(picture, _cut(_beyond_mm(grid, face), grid, rows, columns))


def _skin(picture: Rgb, beyond_mm: Floats) -> Mask | None:
    """(h, w) how much of each pixel is head, told from wall by colour; None without both."""
    near = (beyond_mm > -LOOK_MM) & (beyond_mm < LOOK_MM)
    kind = np.where(beyond_mm < 0.0, cv2.GC_PR_FGD, cv2.GC_PR_BGD).astype(np.uint8)
    kind[beyond_mm < -SKIN_MM] = cv2.GC_FGD
    kind[beyond_mm > WALL_MM] = cv2.GC_BGD
    if min((kind[near] == one).sum() for one in (cv2.GC_FGD, cv2.GC_BGD)) < 64:
        return None
    hard = foreground(picture, kind, ROUNDS).astype(np.float32)
    return np.asarray(cv2.GaussianBlur(hard, (0, 0), EDGE_PX), np.float32)


def _told_apart(grid: Grid, skin: Mask, rows: slice, columns: slice) -> Floats:
    """(rows, columns) of the grid: how far the outline nearest to a node parts skin from wall."""
    left, top = grid.origin_px
    middle = (grid.node_px - 1) // 2
    y = np.arange(grid.shape[0]) * grid.node_px + top + middle - rows.start
    x = np.arange(grid.shape[1]) * grid.node_px + left + middle - columns.start
    seen = ((y >= 0) & (y < len(skin)))[:, None] & ((x >= 0) & (x < skin.shape[1]))
    found = skin[np.ix_(np.clip(y, 0, len(skin) - 1), np.clip(x, 0, skin.shape[1] - 1))]
    size = 2 * round(WALL_MM / NODE_MM) + 3
    shares = []
    for side, right in ((grid.inside, found), (~grid.inside, 1.0 - found)):
        weight = (side & seen).astype(np.float32)
        good, whole = (cv2.boxFilter(w, -1, (size, size)) for w in (weight * right, weight))
        shares.append(good / np.maximum(whole, np.float32(1e-3)))
    told = np.clip((np.minimum(*shares) - TOLD[0]) / (TOLD[1] - TOLD[0]), 0.0, 1.0)
    inside = grid.inside.astype(np.uint8)
    rim = (inside > 0) & (cv2.erode(inside, np.ones((3, 3), np.uint8)) == 0)
    nearest, _ = nearest_inside(rim)
    spread = told.ravel()[nearest].reshape(grid.shape).astype(np.float32)
    return np.asarray(cv2.GaussianBlur(spread, (0, 0), NODES_SOFT), np.float32)


def _wall(picture: Rgb, skin: Mask, beyond_mm: Floats) -> Floats:
    """Return the picture with wall where skin may go away: made from the wall beside it."""
    hidden = ((skin > 0.02) & (beyond_mm > -LOOK_MM)).astype(np.uint8)
    return np.asarray(cv2.inpaint(picture, hidden, FILL_PX, cv2.INPAINT_TELEA), np.float32)
