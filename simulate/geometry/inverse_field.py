"""From a forward field on the coarse grid to the backward field a picture is sampled with.

Between its nodes a field is read as bilinear. So what `safe_share` lets through maps every cell of
the grid one to one, and `backward` has exactly one answer to find.
"""

from __future__ import annotations

from itertools import product

import cv2
import numpy as np
import numpy.typing as npt

from face_mesh.arrays import Field

FOLD_FLOOR = 0.25  # the smallest local area kept: at 0 the picture would fold onto itself
FULL_STEPS = 6  # after them a node that hops to and fro between two cells goes half the way
MAX_ROUNDS = 20
SETTLED_PX = 0.01
Floats = npt.NDArray[np.float32]
Complex = npt.NDArray[np.complex64]


def safe_share(forward: Field, node_px: int) -> float:
    """Return the largest share in (0, 1] up to which no share of a field takes an area too far.

    The local area of a bilinear cell is smallest in one of its corners, so these are looked at.

    Args:
        forward: (rows, columns, 2) displacement in px.
        node_px: px between nodes.
    """
    across, down = (np.diff(forward, axis=axis) / np.float32(node_px) for axis in (1, 0))
    steepest = max(float(np.abs(across).max()), float(np.abs(down).max()))
    if 1.0 - 2.0 * steepest >= FOLD_FLOOR:  # no slopes as steep make a smaller area
        return 1.0
    corners = product((across[:-1], across[1:]), (down[:, :-1], down[:, 1:]))
    return min(_first_share(x, y) for x, y in corners)


def _first_share(along_x: Floats, along_y: Floats) -> float:
    """Smallest share s, at most 1, at which any area 1 + s trace + s² det is down to the floor."""
    room = 1.0 - FOLD_FLOOR
    trace = along_x[..., 0] + along_y[..., 1]
    det = along_x[..., 0] * along_y[..., 1] - along_x[..., 1] * along_y[..., 0]
    inner = trace * trace - 4.0 * room * det
    reciprocal = np.where(inner < 0.0, 0.0, np.sqrt(np.maximum(inner, 0.0)) - trace)
    return 2.0 * room / max(float(reciprocal.max()), 2.0 * room)


def backward(forward: Field, node_px: int) -> Field:
    """Return b with out(p) = in(p + b(p)): the point p + b(p) is moved to p. Newton's method.

    Args:
        forward: (rows, columns, 2) float32 px, fold-free.
        node_px: px between nodes.
    """
    units = np.pad(forward / np.float32(node_px), ((1, 1), (1, 1), (0, 0)))  # still beyond the grid
    shifts = units.view(np.complex64)[..., 0]  # x + iy: one number a node
    moving = cv2.dilate(np.asarray(shifts != 0, np.uint8), np.ones((3, 3)))
    nodes = np.flatnonzero(moving)  # elsewhere nothing arrives
    row, column = np.divmod(nodes, units.shape[1])
    home = (column + 1j * row).astype(np.complex64)
    at, left = home - shifts.ravel()[nodes], np.arange(len(nodes))
    for done in range(MAX_ROUNDS):
        shift, along_x, along_y = _read(shifts, at[left])
        missed = at[left] + shift - home[left]
        far = np.abs(missed) > SETTLED_PX / node_px
        if not far.any():
            break
        left = left[far]
        step = _undo(missed[far], along_x[far], along_y[far])
        at[left] -= np.float32(1.0 if done < FULL_STEPS else 0.5) * step
    found = np.zeros_like(shifts)
    found.ravel()[nodes] = (at - home) * np.float32(node_px)
    return np.ascontiguousarray(found[1:-1, 1:-1]).view(np.float32).reshape(forward.shape)


def _read(field: Complex, at: Complex) -> tuple[Complex, Complex, Complex]:
    """Return a field and its slopes along x and y, each (N,), at (N,) places in nodes."""
    rows, columns = field.shape
    column = np.clip(at.real, 0.0, columns - 2.0).astype(np.int32)
    row = np.clip(at.imag, 0.0, rows - 2.0).astype(np.int32)
    x, y = at.real - column.astype(np.float32), at.imag - row.astype(np.float32)
    first, flat = row * columns + column, field.ravel()
    a, b, c, d = (flat.take(first + step) for step in (0, 1, columns, columns + 1))
    top, left, right = b - a, c - a, d - b
    along_x, along_y = top + y * (right - left), left + x * (right - left)
    return a + x * top + y * along_y, along_x, along_y


def _undo(moved: Complex, along_x: Complex, along_y: Complex) -> Complex:
    """Return the (N,) steps that slopes turn into `moved`: the inverse of 1 + slopes."""
    x, y = along_x + np.complex64(1), along_y + np.complex64(1j)
    area = np.maximum(x.real * y.imag - y.real * x.imag, FOLD_FLOOR / 2.0)
    step = np.empty_like(moved)
    step.real = (y.imag * moved.real - y.real * moved.imag) / area
    step.imag = (x.real * moved.imag - x.imag * moved.real) / area
    return step
