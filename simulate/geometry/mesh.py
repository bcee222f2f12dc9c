"""Triangle meshes in mm, with normals and distances along the skin; the measured face as one."""

from __future__ import annotations

import itertools
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_matrix, csr_matrix, vstack
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import cKDTree

from face_mesh import Face
from face_mesh.arrays import Index, Points
from face_mesh.cache import Scope, cached_per
from face_mesh.landmarks.anatomy import curve, point
from face_mesh.landmarks.model_file import VERTICES, canonical_mesh

SUBDIVISIONS = 2  # 468 vertices become about 7,000, a mean edge of under 2 mm
CURVE_STEP_MM = 1.0
SMOOTH_ROUNDS = 2  # of neighbours over which the normals of a face are averaged
# How many times its length the gap between the lips counts: at 1 mm apart they hardly push each
# other along, and over teeth not at all.
GAPE_COUNTS = 6.0


@dataclass(frozen=True, eq=False)
class Topology:
    """What all faces share: the subdivided triangles and how fine vertices mix the 468.

    Attributes:
        spread: (V, 468) sparse, fine vertices as averages of landmarks; the first 468 rows are 1.
        triangles: (T, 3) int64, without the opening of the mouth.
        pairs: (E, 2) int64, neighbours on the mesh and across each edge (for distances).
        mirror: (V,) int64, the vertex on the other side of the face.
        lips: (L, 2) int64, vertices of the upper and the lower lip that meet when they close.
    """

    spread: csr_matrix[Any]
    triangles: Index
    pairs: Index
    mirror: Index
    lips: Index


def _in_opening(triangles: Index) -> npt.NDArray[np.bool_]:
    inner = set(curve("upper_inner_lip")) | set(curve("lower_inner_lip"))
    return np.asarray(np.isin(triangles, list(inner)).all(axis=1))


def oral_fissure() -> Index:
    """Return (T, 3) triangles of landmarks between the inner lips: no skin, and not in a mesh."""
    triangles = canonical_mesh().triangles
    return np.asarray(triangles[_in_opening(triangles)], np.int64)


def _subdivide(triangles: Index, count: int) -> tuple[Index, Index]:
    """Split each triangle in four; return the triangles and the (M, 2) ends of each new vertex."""
    edges = np.sort(triangles[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2), axis=1)
    ends, inverse = np.unique(edges, axis=0, return_inverse=True)
    middle = inverse.reshape(-1, 3) + count
    a, b, c = triangles.T
    ab, bc, ca = middle.T
    split = np.stack([a, ab, ca, ab, b, bc, ca, bc, c, ab, bc, ca], axis=1).reshape(-1, 3)
    return split.astype(np.int64), ends.astype(np.int64)


def _neighbours(triangles: Index) -> Index:
    """Edges, and for each inner edge the two vertices opposite it: a finer set of directions."""
    sides = np.sort(triangles[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2), axis=1)
    opposite = triangles[:, [2, 0, 1]].reshape(-1)
    order = np.lexsort(sides.T)
    sides, opposite = sides[order], opposite[order]
    shared = (sides[1:] == sides[:-1]).all(axis=1)
    across = np.stack([opposite[:-1][shared], opposite[1:][shared]], axis=1)
    return np.concatenate([np.unique(sides, axis=0), across]).astype(np.int64)


@cache
def topology() -> Topology:
    """Return the shared topology (computed once a process)."""
    canonical = canonical_mesh()
    triangles = canonical.triangles[~_in_opening(canonical.triangles)]
    spread = csr_matrix(np.eye(VERTICES))
    for _ in range(SUBDIVISIONS):
        triangles, ends = _subdivide(triangles, spread.shape[0])
        rows = np.repeat(np.arange(len(ends)), 2)
        half = coo_matrix(
            (np.full(ends.size, 0.5), (rows, ends.ravel())), shape=(len(ends), spread.shape[0])
        )
        spread = csr_matrix(vstack([spread, half.tocsr() @ spread]))
    fine = spread @ canonical.vertices_mm
    _, mirror = cKDTree(fine).query(fine * (-1.0, 1.0, 1.0))
    meeting = np.stack([_along(spread, curve(f"{lip}_inner_lip")) for lip in ("upper", "lower")])
    neighbours, opposite = _neighbours(triangles), np.asarray(mirror, np.int64)
    return Topology(spread, triangles, neighbours, opposite, meeting.T[1:-1])


def _along(spread: csr_matrix[Any], landmarks: tuple[int, ...]) -> Index:
    """Return the fine vertices on the straight lines between landmarks, in order."""
    places = np.random.default_rng(0).random((spread.shape[1], 3))  # no two mixes of them coincide
    ends, steps = places[list(landmarks)], 2**SUBDIVISIONS
    share = np.arange(steps)[None, :, None] / steps
    between = ends[:-1, None] + share * (ends[1:, None] - ends[:-1, None])
    wanted = np.concatenate([between.reshape(-1, 3), ends[-1:]])
    _, found = cKDTree(spread @ places).query(wanted)
    return np.asarray(found, np.int64)


def landmarks_of(name: str, side: str) -> tuple[int, ...]:
    """Return the landmarks of a named curve or point: a midline one, or that of one side."""
    for find in (curve, point):
        for full in (name, f"{name}_{side}"):
            try:
                found = find(full)
            except KeyError:
                continue
            return (found,) if isinstance(found, int) else found
    raise KeyError(name)


@dataclass(frozen=True, eq=False)
class TriangleMesh:
    """A surface in the head frame: triangles between vertices, and which of these are neighbours.

    Attributes:
        vertices_mm: (V, 3) float64.
        triangles: (T, 3) int64, anticlockwise as seen from outside.
        pairs: (E, 2) int64, neighbours, for averages and for distances along the skin.
        bridges: (L, 2) int64, vertices of two edges that touch: neighbours for the metric "lips".
        normal_rounds: over how many rounds of neighbours `normals` are averaged.
        gives: (V,) share of what moves a patch that each vertex takes part in; None: all of it.
    """

    vertices_mm: Points
    triangles: Index
    pairs: Index
    bridges: Index = field(default_factory=lambda: np.empty((0, 2), np.int64))
    normal_rounds: int = 0
    gives: Points | None = None

    def with_shift(self, shift_mm: Points) -> Self:
        """Return the same surface after a (V, 3) shift in mm."""
        return replace(self, vertices_mm=self.vertices_mm + shift_mm)

    @cached_property
    def _crosses(self) -> Points:
        a, b, c = (self.vertices_mm[i] for i in self.triangles.T)
        crosses: Points = np.cross(b - a, c - a)
        return crosses

    @cached_property
    def areas_mm2(self) -> Points:
        """(V,) float64, the skin that belongs to each vertex: a third of its triangles."""
        third = np.linalg.norm(self._crosses, axis=1) / 6.0
        return self._gathered(third[:, None])[:, 0]

    @cached_property
    def normals(self) -> Points:
        """(V, 3) float64 unit normals out of the skin."""
        return self.smooth_normals(self.normal_rounds)

    def smooth_normals(self, rounds: int) -> Points:
        """Return (V, 3) unit normals, averaged over the neighbours `rounds` times."""
        normals = self._gathered(self._crosses)
        for _ in range(rounds):
            normals = _unit(self._smoothing @ normals)
        return normals if rounds else _unit(normals)

    @cached_property
    def _smoothing(self) -> csr_matrix[Any]:
        links = self._links(self.pairs, np.ones(len(self.pairs)))
        return csr_matrix(links + links.T)

    @cached_property
    def _graphs(self) -> dict[str, csr_matrix[Any]]:
        skin = self._links(self.pairs, self._lengths_mm(self.pairs, 3))
        front = self._links(self.pairs, self._lengths_mm(self.pairs, 2))
        # Longer the wider they gape.
        across = self._links(self.bridges, self._lengths_mm(self.bridges, 3, GAPE_COUNTS))
        return {"skin": skin, "front": front, "lips": skin + across}

    def _lengths_mm(self, pairs: Index, axes: int, counts: float = 1.0) -> Points:
        ends = self.vertices_mm[pairs, :axes]
        length = counts * np.linalg.norm(ends[:, 0] - ends[:, 1], axis=1)
        return np.asarray(np.maximum(length, 1e-3), np.float64)  # 0 would be no edge at all

    def _links(self, pairs: Index, values: Points) -> csr_matrix[Any]:
        count = len(self.vertices_mm)
        return csr_matrix((values, (pairs[:, 0], pairs[:, 1])), shape=(count, count))

    def _gathered(self, values: Points) -> Points:
        """Sum a (T, k) value of each triangle at its three vertices."""
        total = np.zeros((len(self.vertices_mm), values.shape[1]))
        for corner in self.triangles.T:
            for k in range(values.shape[1]):
                total[:, k] += np.bincount(corner, values[:, k], len(total))
        return total

    def distance_mm(self, vertices: Sequence[int], limit_mm: float, metric: str = "skin") -> Points:
        """Return (V,) geodesic distance to the nearest of some vertices; infinite beyond a limit.

        Along the skin, with metric "front" as seen from the front, or with "lips" as if lips that
        touch were one skin.
        """
        distance: Points = dijkstra(
            self._graphs[metric],
            directed=False,
            indices=np.unique(vertices),
            min_only=True,
            limit=limit_mm,
        )
        return distance


def _unit(vectors: Points) -> Points:
    unit: Points = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return unit


class Surface(TriangleMesh, ABC):
    """A surface that the terms of a procedure can lie on, whose places have names."""

    @abstractmethod
    def vertices_of(self, name: str, side: str) -> tuple[int, ...]:
        """Return the vertices of a named place: a midline one, or that of one side.

        Raises:
            KeyError: there is no such place.
        """


@dataclass(frozen=True, eq=False)
class FaceSurface(Surface):
    """The measured face of one person as a fine mesh; its first 468 vertices are the landmarks."""

    @classmethod
    def of(cls, face: Face) -> FaceSurface:
        """Return the surface of a face, computed once."""
        return _face_surface(face)

    @cached_property
    def _tree(self) -> cKDTree:
        return cKDTree(self.vertices_mm)

    def vertices_of(self, name: str, side: str) -> tuple[int, ...]:
        """Return the vertices along a named curve or at a point: a midline one, or of one side.

        Raises:
            KeyError: there is no such curve or point.
        """
        return self.along(landmarks_of(name, side))

    def along(self, landmarks: tuple[int, ...]) -> tuple[int, ...]:
        """Return the vertices along straight lines between landmarks."""
        _, nearest = self._tree.query(self.polyline_mm(landmarks))
        return tuple(int(one) for one in np.unique(nearest))

    def in_order(self, landmarks: tuple[int, ...]) -> tuple[int, ...]:
        """Return the same vertices in the order of the lines, each once where they follow."""
        _, nearest = self._tree.query(self.polyline_mm(landmarks))
        kept = np.concatenate([[True], nearest[1:] != nearest[:-1]])
        return tuple(int(one) for one in nearest[kept])

    def polyline_mm(self, landmarks: tuple[int, ...]) -> Points:
        """Return (N, 3) points about a millimetre apart along straight lines between landmarks."""
        ends = self.vertices_mm[list(landmarks)]
        if len(ends) == 1:
            return ends
        pieces = []
        for a, b in itertools.pairwise(ends):
            steps = max(1, round(float(np.linalg.norm(b - a)) / CURVE_STEP_MM))
            share = np.arange(steps)[:, None] / steps
            pieces.append(a + share * (b - a))
        return np.concatenate([*pieces, ends[-1:]])


@cached_per(Scope.HEAD)
def _face_surface(face: Face) -> FaceSurface:
    shared = topology()
    vertices_mm = shared.spread @ face.mesh_mm[:VERTICES]
    return FaceSurface(vertices_mm, shared.triangles, shared.pairs, shared.lips, SMOOTH_ROUNDS)
