"""A head that can be turned: the measured mesh before and after, and how well it is known.

A photo from the front hardly shows what moves towards the camera. The mesh does: turned, with the
photo on it, a chin or a tip that comes forward is seen against the other. Its depth is the model's
estimate from one photo (docs/turned.md), ears, hair and neck are not in it, and the skin that the
photo saw at a slant is stretched; so a head is turned by `MOST_DEG` at most and fades where it is
not known.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.interpolate import CubicSpline

from face_mesh import Face
from face_mesh.arrays import Index, Points
from face_mesh.cache import Scope, cached_per
from face_mesh.landmarks.anatomy import curve
from face_mesh.ramp import ramp, smooth_ramp
from simulate.geometry.mesh import FaceSurface, oral_fissure
from simulate.outcome.outcome import Outcome

MOST_DEG = 35.0
USUAL_DEG = 25.0
# From the rim of the mesh inwards skin comes into sight, mm along the skin.
RIM_MM = (1.0, 12.0)
# Near the rim, skin that the photo saw at less than the first is not shown, at more than the second
# it is whole: cosines of the angle between its normal and the line of sight. Both by eye.
SLANT = (0.12, 0.4)
SLANT_MM = (14.0, 26.0)  # from the rim; farther in, as on the side of a nose, nothing lies behind
# Of the depth of a vertex: the median distance between a mesh measured from the front and the same
# head measured turned by 25 to 30 degrees (docs/turned.md, "mesh off").
DEPTH_SD_MM = 2.0
ONE_SIDED = 0.2  # of all that is moved: who has more on the left is turned to the right
SEEN_MM = 0.2  # of movement of the mesh, from which on turning the head shows something
Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class HeadMesh:
    """The part of a head that one photo shows.

    Attributes:
        vertices_mm: (V, 3) in the head frame.
        triangles: (T, 3) int64, anticlockwise as seen from outside; the parted lips are closed.
        known: (V,) float32 in [0, 1], how well each vertex is known.
        profile: (N,) int64, vertices of the midline from the forehead to the chin.
    """

    vertices_mm: Points
    triangles: Index
    known: Floats
    profile: Index


@dataclass(frozen=True, eq=False)
class Profile:
    """The midline of a head as seen from its side, from the forehead to the chin.

    Attributes:
        before_mm: (N, 2) how far forward and how high, in the head frame.
        after_mm: (N, 2) the same after the plan.
        sd_mm: (N,) standard deviation of how far forward `after_mm` is beside `before_mm`: how
            people differ. What the depth of both is unsure by is `DEPTH_SD_MM`.
    """

    before_mm: Points
    after_mm: Points
    sd_mm: Points


@cached_per(Scope.HEAD)
def head_mesh(face: Face) -> HeadMesh:
    """Return the mesh of a face that can be turned, worked out once."""
    surface = FaceSurface.of(face)
    oval = curve("face_oval")
    reach = surface.distance_mm(surface.along((*oval, oval[0])), SLANT_MM[1])
    rim = np.minimum(reach, SLANT_MM[1])  # infinite beyond
    seen = smooth_ramp(ramp(surface.normals @ face.pose.rotation[2], SLANT))
    known = smooth_ramp(ramp(rim, RIM_MM)) * np.maximum(seen, smooth_ramp(ramp(rim, SLANT_MM)))
    return HeadMesh(
        surface.vertices_mm,
        np.concatenate([surface.triangles, oral_fissure()]),
        known,
        np.array(surface.in_order(curve("facial_midline")), np.int64),
    )


def turning_shows(outcome: Outcome) -> bool:
    """Return whether a plan moves the mesh so far that a turned head shows it."""
    return bool((np.linalg.norm(outcome.shift_mm_vertices, axis=1) >= SEEN_MM).any())


def side_turn_deg(outcome: Outcome, degrees: float = USUAL_DEG) -> float:
    """Return that many degrees, to the side that shows more of what a plan moves."""
    mesh = head_mesh(outcome.face)
    moved = np.linalg.norm(outcome.shift_mm_vertices, axis=1)
    lean = float((moved * np.sign(mesh.vertices_mm[:, 0])).sum())
    return -degrees if lean > ONE_SIDED * float(moved.sum()) else degrees


def profile_of(outcome: Outcome) -> Profile:
    """Return the profile before and after a plan."""
    face = outcome.face
    mesh = head_mesh(face)
    before = _smooth(mesh, curve("facial_midline"))
    after = before + outcome.shift_mm_vertices[mesh.profile][:, [2, 1]]
    variance = np.zeros(len(before))
    for shift in outcome.shifts:
        spread = np.zeros(len(before))
        for part in shift.parts:
            if part.surface == "face":
                share = part.share(face, shift.sd)
                spread += share * part.surface_mm(face)[mesh.profile, 2]
        variance += spread**2
    return Profile(before, after, np.sqrt(variance))


def _smooth(mesh: HeadMesh, landmarks: tuple[int, ...]) -> Points:
    """Return (N, 2) places of the profile on a cubic through the landmarks: skin has no corners."""
    line = mesh.vertices_mm[mesh.profile][:, [2, 1]]
    along = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(line, axis=0), axis=1))])
    knots = np.isin(mesh.profile, landmarks)
    return np.asarray(CubicSpline(along[knots], line[knots])(along))


def turned_rotation(yaw_deg: float) -> Points:
    """Return the (3, 3) rotation of an upright head that looks `yaw_deg` to its own left."""
    turn = np.radians(yaw_deg)
    return np.array([[np.cos(turn), 0, np.sin(turn)], [0, 1, 0], [-np.sin(turn), 0, np.cos(turn)]])
