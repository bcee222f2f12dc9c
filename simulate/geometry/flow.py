"""From a forward field on the coarse grid to the backward field a picture is sampled with."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np

from face_mesh.arrays import Field, Points

FOLD_FLOOR = 0.25  # the smallest local area kept: at 0 the picture would fold onto itself
MAX_ROUNDS = 40
SETTLED_PX = 0.01
ONE_MAP: Any = None  # x and y are in one map; the stubs ask for a second


def safe_share(forward: Field, node_px: int) -> float:
    """Return the largest share in (0, 1] of a field that keeps every local area above the floor.

    Args:
        forward: (rows, columns, 2) displacement in px.
        node_px: px between nodes.
    """
    per_px = (forward / node_px).astype(np.float64)
    slope_y: Points = np.gradient(per_px, axis=0)
    slope_x: Points = np.gradient(per_px, axis=1)
    trace = slope_x[..., 0] + slope_y[..., 1]
    product = slope_x[..., 0] * slope_y[..., 1] - slope_x[..., 1] * slope_y[..., 0]
    if float((1.0 + trace + product).min()) >= FOLD_FLOOR and float(trace.min()) > -1.5:
        return 1.0
    shares = np.linspace(0.0, 1.0, 101)[1:]
    good = [s for s in shares if _smallest_area(trace, product, s) >= FOLD_FLOOR]
    return float(max(good, default=shares[0]))


def _smallest_area(trace: Points, product: Points, share: float) -> float:
    """Smallest Jacobian determinant of any part of the way to `share` of the field."""
    halves = (0.5 * share, share)
    return min(float((1.0 + s * trace + s * s * product).min()) for s in halves)


def backward(forward: Field, node_px: int) -> Field:
    """Return b with out(p) = in(p + b(p)), by fixed point: b(p) = -u(p + b(p)).

    Args:
        forward: (rows, columns, 2) float32 px, fold-free.
        node_px: px between nodes.
    """
    rows, columns = forward.shape[:2]
    base = np.dstack(np.meshgrid(np.arange(columns), np.arange(rows))).astype(np.float32)
    found: Field = -forward
    for _ in range(MAX_ROUNDS):
        at = base + found / node_px
        following = -1.0 * cv2.remap(
            forward, at, ONE_MAP, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT
        )
        change = float(np.abs(following - found).max())
        found = np.asarray(following, np.float32)
        if change < SETTLED_PX:
            break
    return found
