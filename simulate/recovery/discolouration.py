"""Bruises and redness: light that blood under the skin takes away, by place and age.

Both are absorbers in the dermis, so they act as optical density in linear light. What never reached
the dermis is left as it is: shine, and the 2.8 % that a skin of refractive index 1.4 returns at its
surface (Fresnel). That surface is a small part of what light skin returns and a large part of what
dark skin does, which is why the same bruise is fainter on dark skin.

A bruise ages: oxygenated blood is red, deoxygenated blood below the surface looks purple, and as it
is broken down to bilirubin the bruise turns yellow, never before 18 hours (Langlois, Gresham 1991,
Forensic Sci Int 50:227-238). The densities of the colours and their days are the author's estimate:
no publication was found that gives them as light.
"""

from __future__ import annotations

import zlib

import cv2
import numpy as np
import numpy.typing as npt

from face_mesh import Face
from face_mesh.arrays import Points
from face_mesh.cache import Scope, cached_per
from face_mesh.landmarks.anatomy import curve
from simulate.catalogue.procedure import Procedure, Reaction
from simulate.catalogue.time_course import days_since
from simulate.geometry.cover_taper import off_covers
from simulate.geometry.displacement import reaction_term
from simulate.geometry.grid import NODE_MM, Grid
from simulate.geometry.mesh import FaceSurface
from simulate.geometry.neck_and_ears import grid_of, surface_of
from simulate.geometry.operators import patch_weights, smooth_step
from simulate.plan.conditions import Conditions
from simulate.plan.plan import Plan, Treatment
from simulate.recovery.reactions import reactions_at

SURFACE = 0.028  # of light, ((1.4 - 1) / (1.4 + 1))²
SEVEREST = {"bruising": 3.0, "erythema": 4.0}  # ends of their grades
# Density of the severest where it is deepest. A black eye takes light skin from an L* of about 65
# to 44, which leaves two fifths of its light (author's estimate, no colorimetry of one was found);
# a grade of redness is two to four units of a* on light skin, 2.6 in the mean.
DEEPEST = {"bruising": 1.2, "erythema": 0.7}
# Density in R, G, B of a bruise on a day, relative to its deepest.
BRUISE_DAYS = (0.0, 0.75, 2.0, 5.0, 8.0, 12.0)
BRUISE_COLOURS = np.array(
    [
        [0.30, 0.95, 0.75],  # red
        [0.55, 1.00, 0.60],  # purple
        [0.70, 1.00, 0.55],  # purple to blue
        [0.42, 0.50, 0.80],  # green
        [0.08, 0.26, 1.00],  # yellow
        [0.05, 0.18, 0.80],  # pale yellow
    ]
)
# A bruise is broken down from its rim: the middle looks younger and the rim older than it is, days.
CORE_DAYS, RIM_DAYS = -0.25, 1.25
TOP_MM = 16.0  # over which a discolouration fades towards the upper end of the mesh
EYES_MM = 0.6  # over which a discolouration ends at the margin of the lids
# How patchy: share of the noise in where a bruise begins, and in how deep redness is.
PATCHY_BRUISE, PATCHY_REDNESS = 0.35, 0.2
WAVES, SHORTEST_MM, LONGEST_MM = 14, 5.0, 16.0
SMOOTH_NODES = 1.0 / NODE_MM
Floats = npt.NDArray[np.float32]
# Oxygenated blood absorbs in the red band of a camera about a fifth of what it does in the green
# (Prahl's tables of haemoglobin, over wide bands: the author's estimate).
_REDNESS = np.array([0.2, 1.0, 0.85], np.float32)


def density_of(face: Face, plan: Plan, conditions: Conditions) -> Floats:
    """Return (rows, columns, 3) float32, the optical density of a day's colours on the grid.

    Args:
        face: measured face.
        plan: the treatments; a larger dose bruises more.
        conditions: when, and which reactions are drawn; the settled result has none.
    """
    days = conditions.days
    total = np.zeros((*Grid.of(face).shape, 3), np.float32)
    for treatment in plan.treatments:
        for reaction, level in reactions_at(treatment, days, conditions.reactions):
            age = days_since(treatment.week, days)
            if reaction.sign == "swelling" or age is None:
                continue
            depth = depth_of(face, treatment, reaction)[..., None]
            deepest, rim, core = colour_of(reaction, level, age)
            colour = rim if core is rim else rim + depth * (core - rim)
            total += deepest * depth * colour
    return total


def colour_of(reaction: Reaction, level: float, age: float) -> tuple[np.float32, Floats, Floats]:
    """Return the density of a discolouration where it is deepest, and its colours there and not.

    Args:
        reaction: bruising or erythema.
        level: share of its peak.
        age: days since the treatment.

    Returns:
        The density, and (3,) its colour in R, G, B at the rim and in the core, between which it
        goes over with its depth.
    """
    deepest = np.float32(
        min(1.0, level * reaction.peak / SEVEREST[reaction.sign]) * DEEPEST[reaction.sign]
    )
    if reaction.sign != "bruising":
        return deepest, _REDNESS, _REDNESS
    return deepest, _bruise(age + RIM_DAYS), _bruise(age + CORE_DAYS)


def density_gain(density: Floats) -> Floats:
    """Return (rows, columns, 3) share of light that a density adds: less than nothing."""
    return np.asarray(np.expm1(-density), np.float32)


def _bruise(days: float) -> Floats:
    """(3,) density in R, G, B of a bruise of that age, relative to its deepest."""
    channels = [np.interp(days, BRUISE_DAYS, BRUISE_COLOURS[:, k]) for k in range(3)]
    return np.asarray(channels, np.float32)


def depth_of(face: Face, treatment: Treatment, reaction: Reaction) -> Floats:
    """Return (rows, columns) float32 in [0, 1], how deep a discolouration lies; kept per face."""
    return _depth(face, treatment.entry, treatment.side, reaction)


@cached_per(Scope.SIZE)
def _depth(face: Face, entry: Procedure, side: str, reaction: Reaction) -> Floats:
    number, on = entry.reactions.index(reaction), reaction.patch.surface
    deepest = np.zeros(Grid.of(face).shape, np.float32)
    for term, here in reaction_term(entry, side, reaction):
        surface = surface_of(face, on)
        weights = patch_weights(surface, term, here)
        noise = _noise(surface.vertices_mm, f"{entry.id} {here} {number}")
        if reaction.sign == "bruising":
            depth = smooth_step((weights * (1.0 + PATCHY_BRUISE * noise) - 0.2) / 0.7)
        else:
            depth = weights * (1.0 + PATCHY_REDNESS * noise) / (1.0 + PATCHY_REDNESS)
        if on == "face":
            depth = depth * _below_top(FaceSurface.of(face))
        np.maximum(deepest, grid_of(face, on).place_values(depth, SMOOTH_NODES), out=deepest)
    return off_covers(face, deepest * _outside_eyes(face), bends_glasses=False)


def _below_top(mesh: FaceSurface) -> Points:
    """(V,) 1, and 0 where the mesh ends on the forehead, so that no colour ends in a line there."""
    away_mm = np.minimum(mesh.distance_mm(mesh.along(curve("forehead_top")), TOP_MM), TOP_MM)
    return smooth_step(away_mm / TOP_MM)


def _noise(at_mm: Points, seed: str) -> Points:
    """(V,) smooth noise of about [-1, 1]: waves in the head frame, the same for every photo."""
    draw = np.random.default_rng(zlib.crc32(seed.encode()))
    waves = draw.normal(size=(WAVES, 3))
    waves /= np.linalg.norm(waves, axis=1, keepdims=True)
    length_mm = draw.uniform(SHORTEST_MM, LONGEST_MM, WAVES)
    phase = draw.uniform(0.0, 2.0 * np.pi, WAVES)
    summed = np.cos(at_mm @ (2.0 * np.pi * waves / length_mm[:, None]).T + phase).sum(axis=1)
    noise: Points = summed / np.sqrt(WAVES / 2.0) / 1.5
    return noise


def _outside_eyes(face: Face) -> Floats:
    """(rows, columns) float32, 0 inside the lids, where there is no skin."""
    grid = Grid.of(face)
    fine = 4  # a node is coarser than the margin of a lid
    open_ = np.zeros((grid.shape[0] * fine, grid.shape[1] * fine), np.uint8)
    for side in ("left", "right"):
        upper, lower = curve(f"upper_lid_{side}"), curve(f"lower_lid_{side}")
        outline = face.landmarks_px[[*upper, *reversed(lower)], :2] - grid.origin_px
        at = (outline + 0.5) * (fine / grid.node_px) - 0.5
        cv2.fillPoly(open_, [np.round(at).astype(np.int32)], 255)
    soft = cv2.GaussianBlur(open_, (0, 0), EYES_MM / NODE_MM * fine)
    small = cv2.resize(soft, grid.shape[::-1], interpolation=cv2.INTER_AREA)
    return np.asarray(1.0 - np.minimum(1.0, small / 127.5), np.float32)
