"""From displacements of mesh vertices to a smooth field on a coarse grid over the picture.

Inside the silhouette of the face a node takes what the skin in front of it does. Outside, the
nearest skin is followed less and less and not at all beyond `FADE_MM`, so that the background a few
millimetres away stays where it is. All of it is linear in the displacement: a plan is a weighted
sum of bases that were put on the grid once.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix

from face_mesh import Face
from face_mesh.arrays import Field, Index, Points
from face_mesh.cache import Scope, cached_per
from face_mesh.landmarks.anatomy import point
from simulate.geometry.eyeballs import Eyeball, eyeballs
from simulate.geometry.mesh import FaceSurface, oral_fissure

NODE_MM = 1.25
FADE_MM = 10.0
# Below the jaw the skin of the neck follows less far, or the step from jaw to neck would soften.
NECK_FADE_MM = 9.0
MARGIN_MM = FADE_MM + 4.0
# Beside the face an ear must fit in, and below it the neck (`neck_and_ears`).
BESIDE_MM, BELOW_MM = 38.0, 68.0
SMOOTH_NODES = 0.8  # takes the facets of the mesh out of the field
SPREAD_NODES = 3.0  # outside the face neighbouring followers are averaged this far
QUIET_PX = 1.0 / 256.0  # a node that moves less than this does not move
Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Grid:
    """Nodes `node_px` apart; node (i, j) is the centre of a square of that many photo px.

    Attributes:
        origin_px: (x, y) of the top-left photo pixel covered; may lie outside the photo.
        node_px: photo px per node.
        shape: (rows, columns) of nodes.
        interpolate: (rows * columns, V) sparse: what vertex displacements do to inside nodes.
        across: (rows * columns, V) sparse, likewise of the nodes between parted lips: half with the
            one and half with the other, so that no picture is torn there.
        nearest: (rows * columns,) for each node the inside node it follows.
        fade: (rows, columns) float32, how much it follows: 1 inside, 0 beyond `FADE_MM`.
        still: the eyes, on which no field acts however it is enlarged.
    """

    origin_px: tuple[int, int]
    node_px: int
    shape: tuple[int, int]
    interpolate: csr_matrix[Any]
    across: csr_matrix[Any]
    nearest: Index
    fade: Floats
    still: tuple[Eyeball, ...] = ()

    @classmethod
    def of(cls, face: Face) -> Grid:
        """Return the grid of a face at its photo's size, computed once."""
        return _grid(face)

    @cached_property
    def inside(self) -> npt.NDArray[np.bool_]:
        """(rows, columns) bool, the nodes inside the silhouette of the face."""
        return np.asarray(np.diff(self.interpolate.indptr) > 0).reshape(self.shape)

    @cached_property
    def between_lips(self) -> npt.NDArray[np.bool_]:
        """(rows, columns) bool, the nodes in the opening of the mouth, which are not inside."""
        return np.asarray(np.diff(self.across.indptr) > 0).reshape(self.shape)

    @cached_property
    def places_px(self) -> Points:
        """(rows, columns, 2) x and y in the photo of each node, px: `nodes_at` the other way."""
        rows, columns = np.indices(self.shape)
        at_px = np.stack([columns, rows], axis=-1) * self.node_px + (self.node_px - 1) / 2
        places: Points = at_px + np.array(self.origin_px)
        return places

    def nodes_at(self, at_px: Points) -> Points:
        """Return (N, 2) photo px as (N, 2) places in nodes."""
        found: Points = (at_px - self.origin_px - (self.node_px - 1) / 2) / self.node_px
        return found

    def place(self, face: Face, shift_mm: Points, whole: float = 1.0) -> Field:
        """Return the forward field (rows, columns, 2) float32 px of vertex displacements in mm.

        Where `fade` is `whole` or more, the skin is followed in full: for a `whole` below 1 also
        some way beyond the silhouette, and what lies farther out may then fold.
        """
        fade = np.minimum(np.float32(1.0), self.fade / np.float32(whole))
        rows, columns = self.shape
        shift_px = face.pose.shift_px(shift_mm)
        moved = (self.interpolate @ shift_px)[self.nearest]
        gap = self.between_lips.ravel()
        moved[gap] = (self.across @ shift_px)[gap]
        field = moved.reshape(rows, columns, 2).astype(np.float32)
        wide = cv2.GaussianBlur(field, (0, 0), SPREAD_NODES)
        outside = (1.0 - self.fade)[..., None]
        near = np.minimum(1.0, 4.0 * outside)  # continuous at the silhouette
        field = (field + near * (wide - field)) * fade[..., None]
        field = cv2.GaussianBlur(field, (0, 0), SMOOTH_NODES)
        field[np.abs(field).max(axis=2) < QUIET_PX] = 0.0
        return np.ascontiguousarray(field, np.float32)

    def place_values(self, values: Points, smooth_nodes: float) -> Floats:
        """Return (rows, columns) float32 of a value of each vertex: smoothed, 0 off the face."""
        inside = np.asarray((self.interpolate @ values).reshape(self.shape), np.float32)
        return np.asarray(cv2.GaussianBlur(inside, (0, 0), smooth_nodes), np.float32)


@cached_per(Scope.SIZE)
def _grid(face: Face) -> Grid:
    surface = FaceSurface.of(face)
    vertices_px = face.pose.to_photo(surface.vertices_mm)
    node_px = max(1, round(NODE_MM * face.px_per_mm))
    margin_above = np.array([BESIDE_MM, MARGIN_MM]) * face.px_per_mm
    margin_below = np.array([BESIDE_MM, BELOW_MM]) * face.px_per_mm
    # Laid out from between the eyes, so that a mirrored photo has the mirrored grid.
    middle = np.round(face.pose.origin_px[:2] + 0.5).astype(int)
    before = np.ceil((middle - vertices_px[:, :2].min(axis=0) + margin_above) / node_px).astype(int)
    after = np.ceil((vertices_px[:, :2].max(axis=0) - middle + margin_below) / node_px).astype(int)
    columns, rows = (int(n) for n in before + after)
    low = middle - before * node_px
    nodes = (vertices_px[:, :2] - low - (node_px - 1) / 2) / node_px
    inside, matrix = front_most(nodes, vertices_px[:, 2], (rows, columns), surface.triangles)
    gap, across = front_most(nodes, vertices_px[:, 2], (rows, columns), oral_fissure())
    across = csr_matrix(across.multiply(~inside.reshape(-1, 1)))
    across.eliminate_zeros()
    nearest, away_nodes = nearest_inside(inside)
    away_mm = away_nodes * node_px / face.px_per_mm
    reach_mm = _reach_mm(face, nodes, nearest, (rows, columns))
    fade = 0.5 + 0.5 * np.cos(np.pi * np.clip(away_mm / reach_mm, 0.0, 1.0))
    fade[gap] = 1.0
    origin = (int(low[0]), int(low[1]))
    return Grid(
        origin,
        node_px,
        (rows, columns),
        matrix,
        across,
        nearest,
        fade.astype(np.float32),
        eyeballs(face),
    )


def _reach_mm(face: Face, nodes: Points, nearest: Index, shape: tuple[int, int]) -> Points:
    """Return how far from the face each node still follows: less beside the jaw than above it."""
    down = face.pose.shift_px(np.array([[0.0, -1.0, 0.0]]))[0]
    down /= np.linalg.norm(down)
    heights = nodes @ down
    mouth = heights[[point("cheilion_left"), point("cheilion_right")]].mean()
    angle = heights[[point("gonion_left"), point("gonion_right")]].mean()
    followed = np.stack([nearest % shape[1], nearest // shape[1]], axis=1) @ down
    share = np.clip((followed - mouth) / max(float(angle - mouth), 1.0), 0.0, 1.0)
    reach: Points = FADE_MM + share * (NECK_FADE_MM - FADE_MM)
    return reach.reshape(shape)


def front_most(
    nodes: Points, depth: Points, shape: tuple[int, int], triangles: Index
) -> tuple[npt.NDArray[np.bool_], csr_matrix[Any]]:
    """Find for each grid node the triangle nearest the camera and the weights of its corners.

    Args:
        nodes: (V, 2) vertices, in nodes.
        depth: (V,) of them, growing away from the camera.
        shape: rows and columns of the grid.
        triangles: (T, 3) of the vertices.

    Returns:
        (rows, columns) whether there is one, and (rows * columns, V) weights.
    """
    corners = nodes[triangles]
    low = np.maximum(np.ceil(corners.min(axis=1)), 0).astype(np.int64)
    high = np.minimum(np.floor(corners.max(axis=1)), (shape[1] - 1, shape[0] - 1)).astype(np.int64)
    size = np.maximum(high - low + 1, 0)
    count = size[:, 0] * size[:, 1]
    owner = np.repeat(np.arange(len(triangles)), count)
    step = np.arange(len(owner)) - np.repeat(np.cumsum(count) - count, count)
    x = low[owner, 0] + step % size[owner, 0]
    y = low[owner, 1] + step // size[owner, 0]
    weights = _barycentric(corners[owner], np.stack([x, y], axis=1))
    hit = (weights >= -1e-9).all(axis=1)
    owner, weights, flat = owner[hit], weights[hit], (y * shape[1] + x)[hit]
    z = (weights * depth[triangles[owner]]).sum(axis=1)
    order = np.lexsort((z, flat))  # landmark z is negative towards the camera: first is in front
    first = order[np.unique(flat[order], return_index=True)[1]]
    flat, owner, weights = flat[first], owner[first], weights[first]
    indptr = np.zeros(shape[0] * shape[1] + 1, dtype=np.int64)
    indptr[flat + 1] = 3
    matrix = csr_matrix(
        (weights.ravel(), triangles[owner].ravel(), np.cumsum(indptr)),
        shape=(shape[0] * shape[1], len(nodes)),
    )
    inside = np.zeros(shape[0] * shape[1], dtype=np.bool_)
    inside[flat] = True
    return inside.reshape(shape), matrix


def _barycentric(corners: Points, at: Points) -> Points:
    a, b, c = corners[:, 0], corners[:, 1], corners[:, 2]
    u, v, w = b - a, c - a, at - a
    area = u[:, 0] * v[:, 1] - u[:, 1] * v[:, 0]
    area = np.where(np.abs(area) < 1e-12, np.inf, area)
    second = (w[:, 0] * v[:, 1] - w[:, 1] * v[:, 0]) / area
    third = (u[:, 0] * w[:, 1] - u[:, 1] * w[:, 0]) / area
    first = np.where(np.isinf(area), -1.0, 1.0 - second - third)
    return np.stack([first, second, third], axis=1)


def nearest_inside(inside: npt.NDArray[np.bool_]) -> tuple[Index, Floats]:
    """Return for each node the flat index of the nearest inside node, and how far it is."""
    away, labels = cv2.distanceTransformWithLabels(
        np.where(inside, 0, 255).astype(np.uint8),
        cv2.DIST_L2,
        5,
        labelType=cv2.DIST_LABEL_PIXEL,
    )
    at = np.zeros(int(labels.max()) + 1, dtype=np.int64)
    at[labels[inside]] = np.flatnonzero(inside)
    return at[labels.ravel()], np.asarray(away, np.float32)
