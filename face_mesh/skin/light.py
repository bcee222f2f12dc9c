"""Light on a face told apart from its skin, by which way the skin faces.

ln of light on skin is fitted with spherical harmonics of second order of the normals of the
landmark mesh (Ramamoorthi, Hanrahan 2001, doi 10.1145/383259.383317: nine of them carry what a matt
surface returns of any distant light). The fit is robust: a beard, a fringe, a shadow or shine
counts less the worse it fits.
"""

from __future__ import annotations

import cv2
import numpy as np

from face_mesh.arrays import Bool, Points
from face_mesh.face import Face
from face_mesh.landmarks.model_file import VERTICES, canonical_mesh
from face_mesh.skin.chromophores import join
from face_mesh.skin.colour import amounts
from face_mesh.skin.working_view import View

# Pull towards no direction at all, as shares of the data: little for the first order, more for the
# second, which a face sees from one side only.
FIRST_ORDER_PULL, SECOND_ORDER_PULL = 0.01, 0.04
ROUNDS = 15
OUTLIER_SDS = 2.0
_FACING = 0.3  # cosine to the camera below which a normal is too near the contour to be fitted
_AROUND_MM = 3.0
_SKIN = 0.9  # share of bare skin around a landmark that is fitted
# The light that skin is brought to: that of the fifth that gets most. What gets less stands in the
# shade of the face itself. Author's choice, checked on people of every tone lit from one side.
_BRIGHT = 0.2
_LEAST = 30  # landmarks on bare skin: fewer show no light


def harmonics(normals: Points) -> Points:
    """Return (V, 9) real spherical harmonics of order 0 to 2, without their constants."""
    x, y, z = normals.T
    flat = [np.ones_like(x), x, y, z, x * y, x * z, y * z, x * x - y * y, 3.0 * z * z - 1.0]
    return np.stack(flat, axis=1)


def fit_harmonics(basis: Points, wanted: Points, area: Points) -> tuple[Points, Points]:
    """Return (9,) coefficients and (V,) weights of a fit in which outliers count less and less.

    Args:
        basis: (V, 9) of `harmonics`.
        wanted: (V,) ln of light.
        area: (V,) what each of them counts at first.
    """
    pull = np.array([0.0] + [FIRST_ORDER_PULL] * 3 + [SECOND_ORDER_PULL] * 5)
    weights, coefficients = area, area
    for _ in range(ROUNDS):
        weighted = weights[:, None] * basis
        both = basis.T @ weighted + np.diag(pull * area.sum())
        coefficients = np.asarray(np.linalg.solve(both, weighted.T @ wanted), np.float64)
        rest = wanted - basis @ coefficients
        sd = 1.4826 * float(np.median(np.abs(rest))) + 1e-4
        weights = area / (1.0 + (rest / (OUTLIER_SDS * sd)) ** 2)
    return coefficients, weights


def lit_density(face: Face) -> tuple[Points, Points]:
    """Return the densities of a face's bare skin as if all of it got the light of its lightest.

    Returns:
        (N, 3) -ln of linear light in R, G, B at the landmarks on bare skin that face the camera,
        and (N,) how well each fits the light; none where too little skin is seen.
    """
    view = View.of(face)
    wide_px = max(1, round(_AROUND_MM * view.px_per_mm))
    share = cv2.blur(view.bare.astype(np.float32), (wide_px, wide_px))
    at = np.round(view.face.landmarks_px[:VERTICES, :2]).astype(int)
    high, wide = share.shape
    inside = ((at >= 0) & (at < (wide, high))).all(axis=1)
    columns, rows = np.clip(at, 0, (wide - 1, high - 1)).T
    normals, areas = _normals(face)
    facing = (normals @ face.pose.rotation.T)[:, 2] > _FACING
    kept: Bool = inside & facing & (share[rows, columns] > _SKIN)
    if np.count_nonzero(kept) < _LEAST:
        return np.empty((0, 3)), np.empty(0)
    density = join(amounts(view)[rows[kept], columns[kept]]).astype(np.float64)
    basis, area = harmonics(normals[kept]), areas[kept]
    coefficients, weights = fit_harmonics(basis, density.mean(axis=1), area)
    shade = basis @ coefficients
    return density - (shade - np.quantile(shade, _BRIGHT))[:, None], weights


def _normals(face: Face) -> tuple[Points, Points]:
    """(V, 3) unit normals of the landmarks in the head frame, and (V,) mm² of skin of each."""
    corners = canonical_mesh().triangles
    a, b, c = (face.mesh_mm[corner] for corner in corners.T)
    crosses = np.cross(b - a, c - a)
    normals, areas = np.zeros((VERTICES, 3)), np.zeros(VERTICES)
    for corner in corners.T:
        np.add.at(normals, corner, crosses)
        np.add.at(areas, corner, np.linalg.norm(crosses, axis=1) / 6.0)
    return normals / np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-9), areas
