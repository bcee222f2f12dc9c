"""How much volume lies between a mesh and the same mesh moved, exactly.

A triangle whose corners move in straight lines sweeps, at each moment, its area vector times the
mean speed of its corners. The area vector is quadratic in the share moved, so that the volume
swept is a cubic in it: no approximation, whatever the curvature.
"""

from __future__ import annotations

import numpy as np

from face_mesh.arrays import Index, Points

MM3_PER_ML = 1000.0
_STEPS = 30
_SETTLED = 1e-9

Cubic = tuple[float, float, float]


def swept_ml(vertices_mm: Points, triangles: Index, shift_mm: Points) -> Cubic:
    """Return (a, b, c): a share k of the shift sweeps a k + b k² + c k³ mL, out of the face plus.

    Args:
        vertices_mm: (V, 3).
        triangles: (T, 3) of its vertices, anticlockwise as seen from outside.
        shift_mm: (V, 3).
    """
    moving = (shift_mm != 0.0).any(axis=1)[triangles].any(axis=1)
    p, q, r = (vertices_mm[i] for i in triangles[moving].T)
    dp, dq, dr = (shift_mm[i] for i in triangles[moving].T)
    one, other, d_one, d_other = q - p, r - p, dq - dp, dr - dp
    mean = (dp + dq + dr) / 3.0
    areas = (
        np.cross(one, other) / 2.0,
        (np.cross(one, d_other) + np.cross(d_one, other)) / 2.0,
        np.cross(d_one, d_other) / 2.0,
    )
    flux = [float(np.einsum("ij,ij->", area, mean)) / MM3_PER_ML for area in areas]
    return flux[0], flux[1] / 2.0, flux[2] / 3.0


def share_for(cubic: Cubic, wanted_ml: float) -> float:
    """Return the share k nearest 0 that sweeps `wanted_ml` (Newton's method from first order).

    Where the cubic never gets there, which no dose of the catalogue asks for, first order stands.
    """
    a, b, c = cubic
    first = wanted_ml / a
    k = first
    for _ in range(_STEPS):
        slope = a + k * (2.0 * b + 3.0 * c * k)
        if slope * a <= 0.0:
            return first
        step = (k * (a + k * (b + c * k)) - wanted_ml) / slope
        k -= step
        if abs(step) <= _SETTLED * max(1.0, abs(k)):
            return k
    return first
