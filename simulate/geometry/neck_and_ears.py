"""Surfaces beyond the landmark mesh: the neck below the jaw and the ears beside the face.

468 landmarks end at the jaw and before the ears. A *prior surface* is a mesh that hangs on the
measured contour and goes on from there as that of a usual adult would: a plane back under the chin,
then the column of the neck; a strip where an ear stands. What is told of a neck is a change on a
usual one, never a measure of this one. An ear that is seen (`ears`) stands out in its strip as far
as in the photo; one that is not seen does not move.

Terms act on it as on the face (`operators`), and their displacement is put on the same grid:
nothing inside the face, smoothly more away from its edge, nothing again beyond the surface.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix
from scipy.spatial import cKDTree

from face_mesh import Face
from face_mesh.arrays import Field, Index, Points
from face_mesh.cache import Scope, cached_per
from face_mesh.landmarks.anatomy import curve, point
from face_mesh.measures import MeasureSpec
from face_mesh.skin.neck_view import NeckView, Values, places_of
from face_mesh.skin.submental_roll import SubmentalRoll
from simulate.geometry.ears import HELIX, Ear, contour_at, ears_of, outwards
from simulate.geometry.grid import (
    QUIET_PX,
    SMOOTH_NODES,
    Grid,
    front_most,
    nearest_inside,
)
from simulate.geometry.mesh import FaceSurface, Surface
from simulate.geometry.warp import sample

# The usual neck. A submental plane of 40 mm that falls by 14 degrees and a neck that goes down and
# back by 13 degrees meet at 117 degrees: the middle of the 105 to 120 that count as good and of the
# 120 and more that come to a surgeon (author's estimate, docs/method.md).
SUBMENTAL_MM = 40.0
SUBMENTAL_FALL_DEG = 14.0
NECK_LEAN_DEG = 13.0
NECK_MM = 40.0  # of the column, down from the crease
# Of the width of the face at the jaw angles: 0.89 to 1.15 in 10 development people.
NECK_WIDTH = 1.03
NECK_DEPTH_MM = 50.0  # half of it, front to back
NECK_TURN_DEG = 80.0  # how far round the column the surface reaches, from its front
CREASE_DROP_MM = 6.0  # below the border of the jaw at its angles
HALF_COLUMNS, UNDER_ROWS, COLUMN_ROWS = 20, 13, 15
NEAR_MM = 3.0  # of what is seen of a crease to the vertex that takes its place
ROUNDING = 3  # times that rows are averaged where chin and neck meet

# Where no ear is seen, the usual one, which carries the mesh and does not move: from the height of
# the eyes to that of the base of the nose, its rim 11 to 19 mm beside the contour on 5 people.
EAR_TOP_MM, EAR_FOOT_MM = 8.0, -60.0
RIM_MM = 14.0
EAR_ROWS, EAR_COLUMNS, RIM_COLUMN = 30, 11, 7  # farther out is air, which moves with the rim
AIR_MM = 1.0  # of a column beyond the rim
# Above and below an ear, over which its movement goes: hair that lies on it sinks in gently.
ABOVE_MM, BELOW_MM = 18.0, 9.0
ROUND_MM, ROUND_FROM = 4.0, 0.7  # of a rim, from its edge inwards, and at most (author's estimate)
LEAST_RIM_MM = 6.0  # of a row of the sheet, which else would be a line

# mm beyond the edge of the face over which the displacement comes in: the face ends there and skin
# is not torn. And beyond the surface's own edge over which it goes.
COMES_IN_MM = {"neck": 10.0, "ears": 2.0}
FADE_MM = {"neck": 12.0, "ears": 8.0}
COLOUR_COMES_IN_MM = 2.5  # what is no movement tears nothing, and goes on over the edge of the jaw
# Over which neighbouring nodes are averaged: an edge of the surface is no edge of skin.
SPREAD_MM = {"neck": 2.5, "ears": 1.0}
NECK_POINT_MM = 30.0  # below the crease: where the line of the neck is taken
Floats = npt.NDArray[np.float32]

_STEPS = ((0, 1), (1, 0), (1, 1), (1, -1), (1, 2), (2, 1), (1, -2), (2, -1))


@dataclass(frozen=True, eq=False)
class PriorSurface(Surface):
    """The usual neck or ears of an adult, hung on one person's face.

    Attributes:
        surface: "neck" or "ears".
        places: named curves and points of it, as vertices.
    """

    surface: str = field(kw_only=True)
    places: Mapping[str, tuple[int, ...]] = field(kw_only=True)

    @classmethod
    def of(cls, face: Face, surface: str) -> PriorSurface:
        """Return the "neck" or the "ears" of a face, computed once.

        Raises:
            ValueError: there is no such surface.
        """
        if surface not in COMES_IN_MM:
            raise ValueError(f"surface must be one of {', '.join(COMES_IN_MM)}, got {surface!r}")
        return _prior_surface(face, surface)

    def vertices_of(self, name: str, side: str) -> tuple[int, ...]:
        """Return the vertices of a place: a midline one, or that of one side.

        Raises:
            KeyError: there is no such place.
        """
        found = self.places.get(name)
        return self.places[f"{name}_{side}"] if found is None else found


@cached_per(Scope.HEAD)
def _prior_surface(face: Face, surface: str) -> PriorSurface:
    if surface == "ears":
        return _ears(face.mesh_mm, ears_of(face))
    neck = _neck(face.mesh_mm)
    return replace(neck, places={**neck.places, "submental_crease": _crease(face, neck)})


def _crease(face: Face, neck: PriorSurface) -> tuple[int, ...]:
    """Return the vertices in front of which the crease below a roll under the chin is seen."""
    crease = SubmentalRoll.of(face).crease
    if not len(crease):
        return ()
    at = places_of(face, face.pose.to_photo(neck.vertices_mm)[:, :2])
    away_mm, nearest = cKDTree(at).query(crease)
    return tuple(dict.fromkeys(int(i) for i in nearest[away_mm < NEAR_MM]))


@dataclass(frozen=True, eq=False)
class PriorGrid:
    """What a prior surface does to the nodes of a face's grid.

    Attributes:
        spread_nodes: over how many neighbouring nodes a movement is averaged.
        interpolate: (rows * columns, V) sparse: what vertices do to nodes on the surface.
        nearest: (rows * columns,) for each node the one on the surface that it follows.
        moves: (rows, columns) float32, how far it follows a movement: 0 inside the face.
        shows: (rows, columns) float32, how much of a value it shows, likewise.
    """

    spread_nodes: float
    interpolate: csr_matrix[Any]
    nearest: Index
    moves: Floats
    shows: Floats

    def place(self, face: Face, shift_mm: Points) -> Field:
        """Return the forward field (rows, columns, 2) float32 px of a (V, 3) shift in mm."""
        followed = (self.interpolate @ face.pose.shift_px(shift_mm))[self.nearest]
        field: Floats = np.asarray(followed.reshape(*self.moves.shape, 2), np.float32)
        wide = cv2.GaussianBlur(field, (0, 0), self.spread_nodes)
        field = np.asarray(
            cv2.GaussianBlur(wide * self.moves[..., None], (0, 0), SMOOTH_NODES), np.float32
        )
        field[np.abs(field).max(axis=2) < QUIET_PX] = 0.0
        return np.ascontiguousarray(field, np.float32)

    def place_values(self, values: Points, smooth_nodes: float) -> Floats:
        """Return (rows, columns) float32 of a value of each vertex: smoothed, 0 off the surface."""
        inside = np.asarray((self.interpolate @ values).reshape(self.shows.shape), np.float32)
        return np.asarray(cv2.GaussianBlur(inside, (0, 0), smooth_nodes) * self.shows, np.float32)


@cached_per(Scope.SIZE)
def _prior_grid(face: Face, surface: str) -> PriorGrid:
    grid, prior = Grid.of(face), PriorSurface.of(face, surface)
    at_px = face.pose.to_photo(prior.vertices_mm)
    nodes = grid.nodes_at(at_px[:, :2])
    inside, matrix = front_most(nodes, at_px[:, 2], grid.shape, prior.triangles)
    nearest, beyond = nearest_inside(inside)
    _, from_face = nearest_inside(grid.inside)
    node_mm = grid.node_px / face.px_per_mm
    spread_nodes = SPREAD_MM[surface] * face.px_per_mm / grid.node_px
    gone = 1.0 - _eased(beyond * node_mm / FADE_MM[surface])
    moves = gone * _eased(from_face * node_mm / COMES_IN_MM[surface])
    shows = gone * _eased(from_face * node_mm / COLOUR_COMES_IN_MM)
    if surface == "neck":  # collars, jewellery and walls stay as they are
        view = NeckView.of(face)
        moves = moves * neck_values(face, view.follows)
        shows = shows * neck_values(face, view.presence)
    return PriorGrid(spread_nodes, matrix, nearest, moves, shows)


def neck_values(face: Face, values: Values) -> Floats:
    """Return (rows, columns) float32 on the face's grid of values on its `NeckView`."""
    at = places_of(face, Grid.of(face).places_px).astype(np.float32)
    return np.asarray(sample(values, at, cv2.INTER_LINEAR), np.float32)


def _eased(share: Floats) -> Floats:
    """Return 0 at 0 and below, 1 at 1 and above, and half a cosine between."""
    return np.asarray(0.5 - 0.5 * np.cos(np.pi * np.clip(share, 0.0, 1.0)), np.float32)


def surface_of(face: Face, surface: str) -> Surface:
    """Return the surface a patch lies on: the measured "face", or the "neck" or "ears" beyond it.

    Raises:
        ValueError: there is no such surface.
    """
    return FaceSurface.of(face) if surface == "face" else PriorSurface.of(face, surface)


def grid_of(face: Face, surface: str) -> Grid | PriorGrid:
    """Return what places displacements and values of a surface on the face's grid."""
    return Grid.of(face) if surface == "face" else _prior_grid(face, surface)


def most_setback_mm(face: Face, sides: Iterable[str]) -> float:
    """Return the most that ears on some sides can be set back in a photo; 0 where none is seen."""
    seen = ears_of(face)
    return min((seen[side].most_setback_mm for side in sides if side in seen), default=0.0)


def under_ears_mm(face: Face) -> dict[str, float]:
    """Return by side the height from which on downwards an ear that is set back moves nothing."""
    return {side: ear.foot_mm - BELOW_MM - FADE_MM["ears"] for side, ear in ears_of(face).items()}


def _neck(mesh_mm: Points) -> PriorSurface:
    jaw = curve("jaw_contour")
    middle = jaw.index(point("menton"))
    halves = [
        _evenly(mesh_mm[list(half)]) for half in (jaw[1 : middle + 1], jaw[-2 : middle - 1 : -1])
    ]
    border = np.concatenate([halves[0], halves[1][-2::-1]])  # from the right angle to the left
    across = np.linspace(-1.0, 1.0, 2 * HALF_COLUMNS + 1)
    menton = mesh_mm[point("menton")]
    fall, lean, turn = np.deg2rad([SUBMENTAL_FALL_DEG, NECK_LEAN_DEG, NECK_TURN_DEG])
    drop_mm = CREASE_DROP_MM + (1.0 - np.abs(across)) * (
        SUBMENTAL_MM * np.sin(fall) - CREASE_DROP_MM
    )
    gonion = mesh_mm[[point("gonion_left"), point("gonion_right")], 0]
    half_mm = NECK_WIDTH * float(np.ptp(gonion)) / 2.0
    crease = np.stack(
        [
            menton[0] + half_mm * np.sin(across * turn),
            border[:, 1] - drop_mm,
            menton[2] - SUBMENTAL_MM * np.cos(fall) - NECK_DEPTH_MM * (1.0 - np.cos(across * turn)),
        ],
        axis=1,
    )
    under = np.arange(UNDER_ROWS)[:, None, None] / UNDER_ROWS
    down = np.arange(COLUMN_ROWS + 1)[:, None, None] * (NECK_MM / COLUMN_ROWS)
    rows = np.concatenate(
        [
            border + under * (crease - border),
            crease + down * np.array([0.0, -np.cos(lean), -np.sin(lean)]),
        ]
    )
    for _ in range(ROUNDING):
        rows[1:-1] = 0.25 * rows[:-2] + 0.5 * rows[1:-1] + 0.25 * rows[2:]
    vertices = rows.reshape(-1, 3)
    columns = 2 * HALF_COLUMNS + 1
    triangles, pairs = _sheet(len(rows), columns, 0)

    def at(row: int, column: int) -> int:
        return row * columns + HALF_COLUMNS + column

    last = len(rows) - 1
    places = {
        "jaw_border": tuple(range(columns)),
        "neck_foot": tuple(at(last, c) for c in range(-HALF_COLUMNS, HALF_COLUMNS + 1)),
        "submental_border": tuple(at(0, c) for c in range(-6, 7)),
        "submental": tuple(at(r, 0) for r in range(4, UNDER_ROWS - 1)),
        "cervical_point": (at(UNDER_ROWS, 0),),
        "neck_crease": tuple(at(UNDER_ROWS, c) for c in range(-8, 9)),
        "neck_profile": tuple(at(r, 0) for r in range(len(rows))),
    }
    for side, sign in (("left", 1), ("right", -1)):
        places[f"platysmal_band_{side}"] = tuple(
            at(r, 5 * sign) for r in range(UNDER_ROWS - 2, UNDER_ROWS + 9)
        )
        places[f"jaw_side_{side}"] = tuple(at(0, c * sign) for c in range(5, HALF_COLUMNS))
        places[f"jaw_angle_{side}"] = tuple(at(0, c * sign) for c in range(12, HALF_COLUMNS + 1))
        places[f"under_jaw_{side}"] = tuple(at(UNDER_ROWS - 4, c * sign) for c in range(6, 14))
    return PriorSurface(vertices, triangles, pairs, surface="neck", places=places)


def _evenly(points: Points) -> Points:
    """Return (HALF_COLUMNS + 1, 3) points evenly along a line through (N, 3) points."""
    along = np.r_[0.0, np.cumsum(np.linalg.norm(np.diff(points, axis=0), axis=1))]
    wanted = np.linspace(0.0, along[-1], HALF_COLUMNS + 1)
    return np.stack([np.interp(wanted, along, axis) for axis in points.T], axis=1)


def _ears(mesh_mm: Points, seen: Mapping[str, Ear]) -> PriorSurface:
    sheets, triangles, pairs, gives, places = [], [], [], [], {}
    columns = np.arange(EAR_COLUMNS)
    for i, side in enumerate(("right", "left")):
        ear = seen.get(side)
        top_mm, foot_mm = (ear.top_mm, ear.foot_mm) if ear else (EAR_TOP_MM, EAR_FOOT_MM)
        heights = np.linspace(top_mm + ABOVE_MM, foot_mm - BELOW_MM, EAR_ROWS)
        rim = ear.rim_at(heights) if ear else np.full(EAR_ROWS, RIM_MM)
        within = (heights <= top_mm) & (heights >= foot_mm)
        standing = np.flatnonzero(within & (rim >= HELIX * rim[within].max()))
        root = contour_at(mesh_mm, side, heights)
        out = np.maximum(rim, LEAST_RIM_MM)[:, None] * np.minimum(columns / RIM_COLUMN, 1.0)
        # It turns as one piece about its root: what stands out farther goes farther, by as much on
        # an average of the rim as is asked. The rim itself is round, and as wide when it is turned.
        beyond = np.maximum((heights - top_mm) / ABOVE_MM, (foot_mm - heights) / BELOW_MM)
        own = 1.0 - _eased(beyond)[:, None]
        reach = out[:, RIM_COLUMN, None]
        concha = np.maximum(reach - ROUND_MM, ROUND_FROM * reach)
        turned = np.minimum(out * reach / concha, reach) * own / rim[standing].mean()
        gives.append(turned.ravel())
        out += AIR_MM * np.maximum(columns - RIM_COLUMN, 0)
        sheet = root[:, None] + out[..., None] * outwards(side)
        first = i * EAR_ROWS * EAR_COLUMNS
        faces, links = _sheet(EAR_ROWS, EAR_COLUMNS, first)
        sheets.append(sheet.reshape(-1, 3))
        triangles.append(faces if side == "left" else faces[:, ::-1])  # mirrored, they turn round
        pairs.append(links)
        places[f"ear_root_{side}"] = tuple(first + r * EAR_COLUMNS for r in range(EAR_ROWS))
        rows = [first + int(r) * EAR_COLUMNS for r in standing]
        places[f"rim_{side}"] = tuple(row + RIM_COLUMN for row in rows)
        helix = rows if ear else ()  # from the rim on, for some air goes along at first
        places[f"helix_{side}"] = tuple(
            row + c for row in helix for c in range(RIM_COLUMN, EAR_COLUMNS)
        )
    return PriorSurface(
        np.concatenate(sheets),
        np.concatenate(triangles),
        np.concatenate(pairs),
        gives=np.concatenate(gives),
        surface="ears",
        places=places,
    )


def _sheet(rows: int, columns: int, first: int) -> tuple[Index, Index]:
    """Return triangles and neighbours of a sheet of vertices, row by row from number `first`.

    Columns run to the patient's left, rows down: the triangles face the viewer. Each square is cut
    from its upper corner farther from the middle column, so that the two halves are mirrors.
    """
    number = first + np.arange(rows * columns).reshape(rows, columns)
    a, b = number[:-1, :-1].ravel(), number[:-1, 1:].ravel()
    c, d = number[1:, :-1].ravel(), number[1:, 1:].ravel()
    left = np.tile(np.arange(columns - 1) >= (columns - 1) // 2, rows - 1)
    one = np.where(left, [a, c, b], [a, c, d]).T
    other = np.where(left, [b, c, d], [a, d, b]).T
    links = []
    for down, over in _STEPS:
        start = number[: rows - down, max(0, -over) : columns - max(0, over)]
        end = number[down:, max(0, over) : columns - max(0, -over)]
        links.append(np.stack([start.ravel(), end.ravel()], axis=1))
    return np.concatenate([one, other]).astype(np.int64), np.concatenate(links).astype(np.int64)


# What is told of them. `landmark_sd` is how far people stand from the usual neck or ear: the value
# itself was not measured, its change is what counts (author's estimate).
PRIOR_MEASURES: Mapping[str, MeasureSpec] = {
    "cervicomental_angle": MeasureSpec("Angle between chin and neck", "deg", "depth", 10.0),
    "ear_protrusion_left": MeasureSpec("Ear beside the face, left", "mm", "front", 4.0),
    "ear_protrusion_right": MeasureSpec("Ear beside the face, right", "mm", "front", 4.0),
}


def prior_measures(prior: PriorSurface, shift_mm: Points) -> dict[str, float]:
    """Return what is measured of a surface after a (V, 3) shift, by ids of `PRIOR_MEASURES`."""
    if prior.surface == "neck":
        return {"cervicomental_angle": cervicomental_angle(prior, shift_mm)}
    across = prior.vertices_mm[:, 0] + shift_mm[:, 0]
    found = {}
    for side in ("left", "right"):
        rim = np.array(prior.places[f"rim_{side}"])
        root = rim - rim % EAR_COLUMNS  # the first vertex of the same row
        found[f"ear_protrusion_{side}"] = float(np.abs(across[rim] - across[root]).mean())
    return found


def cervicomental_angle(prior: PriorSurface, shift_mm: Points) -> float:
    """Return the angle in degrees between the line under the chin and that of the neck.

    In the middle plane: from the crease to the chin, and to a point of the column below it.

    Args:
        prior: of the neck.
        shift_mm: (V, 3) displacement of it.
    """
    profile = (prior.vertices_mm + shift_mm)[list(prior.places["neck_profile"]), 1:]
    foot = UNDER_ROWS + round(NECK_POINT_MM * COLUMN_ROWS / NECK_MM)
    corner = profile[UNDER_ROWS]
    chin, neck = profile[0] - corner, profile[foot] - corner
    across = chin[0] * neck[1] - chin[1] * neck[0]
    return float(np.degrees(np.arctan2(abs(across), chin @ neck)))
