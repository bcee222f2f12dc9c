"""The one place that samples the photo: a coarse backward field, one cubic remap."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from face_mesh.arrays import Bool, Field, Rgb
from simulate.geometry.grid import Grid

BAND_NODES = 64  # rows of nodes worked on at a time: bounds the memory of a large photo
HALO_NODES = 3  # what a cubic enlargement looks at beyond a band
SMALLEST_PX = 1.0 / 64.0  # the remap itself rounds to 1/32 px
ONE_MAP: Any = None  # x and y are in one map; the stubs ask for a second


def dense_bands(grid: Grid, coarse: Field) -> Iterator[tuple[int, int, Field]]:
    """Yield (first row, first column in px of the grid, field at every px), band after band.

    The enlargement is cubic, the bands join without a seam, and columns in which a band is 0 are
    left out as far as the enlargement does not reach into them.
    """
    rows, columns = grid.shape
    n = grid.node_px
    for top in range(0, rows, BAND_NODES):
        bottom = min(rows, top + BAND_NODES)
        low, high = max(0, top - HALO_NODES), min(rows, bottom + HALO_NODES)
        used = np.flatnonzero(coarse[low:high].reshape(high - low, columns, -1).any(axis=(0, 2)))
        if not len(used):
            continue
        left, right = max(0, used[0] - 2 * HALO_NODES), min(columns, used[-1] + 2 * HALO_NODES + 1)
        piece = np.ascontiguousarray(coarse[low:high, left:right])
        size = ((right - left) * n, piece.shape[0] * n)
        dense = cv2.resize(piece, size, interpolation=cv2.INTER_CUBIC)
        yield top * n, int(left) * n, np.asarray(dense[(top - low) * n : (bottom - low) * n])


def photo_bands(
    shape: tuple[int, ...], grid: Grid, coarse: Field
) -> Iterator[tuple[slice, slice, Field]]:
    """Yield (rows, columns, field) of a photo of `shape` for each band that is not 0.

    On the eyes every field is 0, to the pixel (`simulate.geometry.eyeballs`).
    """
    height, width = shape[:2]
    for start, aside, dense in dense_bands(grid, coarse):
        left, top = grid.origin_px[0] + aside, grid.origin_px[1] + start
        rows = slice(max(0, top), min(height, top + dense.shape[0]))
        columns = slice(max(0, left), min(width, left + dense.shape[1]))
        if rows.start < rows.stop and columns.start < columns.stop:
            inside = dense[rows.start - top : rows.stop - top]
            field = inside[:, columns.start - left : columns.stop - left]
            for eye in grid.still:
                eye.hold(field, rows, columns)
            yield rows, columns, field


def at_pixels(
    grid: Grid,
    nodes: npt.NDArray[np.float32],
    rows: slice,
    columns: slice,
    first: tuple[int, int] = (0, 0),
) -> npt.NDArray[np.float32]:
    """Return what is on nodes of the grid at every pixel of a window of the photo, cubic.

    Args:
        grid: of the face.
        nodes: (h, w, ...) float32, from node `first` (row, column) on.
        rows: of the photo.
        columns: of the photo.
        first: the node of `nodes[0, 0]`.
    """
    xy = positions(rows, columns)
    corner = np.array(grid.origin_px, np.float32) + np.float32((grid.node_px - 1) / 2)
    at = (xy - corner) / np.float32(grid.node_px) - np.array(first[::-1], np.float32)
    return np.asarray(sample(nodes, np.asarray(at, np.float32)), np.float32)


def warp_bands(image: Rgb, grid: Grid, coarse: Field) -> Iterator[tuple[slice, slice, Rgb, Bool]]:
    """Yield (rows, columns, pixels, changed) of the photo for each band that moves."""
    for rows, columns, field in photo_bands(image.shape, grid, coarse):
        xy = field + positions(rows, columns)
        yield rows, columns, np.asarray(sample(image, xy), np.uint8), moves(field)


def nodes_on(grid: Grid, values: Field, at: Field) -> Field:
    """Return what is on the nodes, (rows, columns, ...), at (h, w, 2) places x, y of the photo."""
    nodes = grid.nodes_at(np.asarray(at, np.float64))
    found: Field = sample(values, np.asarray(nodes, np.float32), cv2.INTER_LINEAR)
    return found


def sample(image: Any, at: Field, how: int = cv2.INTER_CUBIC) -> Any:
    """Return (h, w, ...) of an image or map at (h, w, 2) places x, y; its edge goes on outside."""
    return cv2.remap(image, at, ONE_MAP, how, borderMode=cv2.BORDER_REPLICATE)


def moves(field: Field) -> Bool:
    """Return where a field (H, W, 2) in px moves at all: the only pixels that may change."""
    moving: Bool = np.maximum(np.abs(field[..., 0]), np.abs(field[..., 1])) > SMALLEST_PX
    return moving


def positions(rows: slice, columns: slice) -> Field:
    """Return (h, w, 2) float32, x and y of each pixel of a window."""
    xy = np.empty((rows.stop - rows.start, columns.stop - columns.start, 2), np.float32)
    xy[..., 0] = np.arange(columns.start, columns.stop, dtype=np.float32)
    xy[..., 1] = np.arange(rows.start, rows.stop, dtype=np.float32)[:, None]
    return xy
