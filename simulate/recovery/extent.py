"""Where a discolouration lies, and how deep: blood runs, pools and thins, redness only spreads.

A bruise has an outline of its own: it follows loose tissue and not the needle, so the even edge of
a patch is broken up, and it is mottled inside, in streaks that run down rather than across, because
blood sinks. How far and how patchily is the author's estimate, drawn from a seed that is the same
for every photo.
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
from face_mesh.ramp import smooth_ramp
from simulate.catalogue.procedure import Procedure, Reaction
from simulate.geometry.cover_taper import off_covers
from simulate.geometry.displacement import reaction_term
from simulate.geometry.grid import NODE_MM, Grid
from simulate.geometry.mesh import FaceSurface
from simulate.geometry.neck_and_ears import grid_of, surface_of
from simulate.geometry.operators import patch_weights, smooth_step
from simulate.plan.plan import Treatment

TOP_MM = 16.0  # over which a discolouration fades towards the upper end of the mesh
EYES_MM = 0.6  # over which a discolouration ends at the margin of the lids
PATCHY_REDNESS = 0.2  # share of the noise in how deep redness is
# Of a bruise: how far noise moves its edge, as a share of its falloff, where in the falloff the
# edge lies and how wide it is, and how much lighter the lightest of its mottles are.
RAGGED, EDGE_AT, EDGE_WIDE, MOTTLED = 0.35, 0.12, 0.95, 0.35
WAVES = 14
OUTLINE_MM, MOTTLE_MM, REDNESS_MM = (7.0, 20.0), (3.5, 8.0), (5.0, 16.0)  # of waves of noise
# What is left of a bruise's turns across, down, and to the front and back, which the picture shows
# foreshortened: streaks. Redness has none.
STREAKS, EVEN = (1.0, 0.55, 0.4), (1.0, 1.0, 1.0)
SINK_STEPS = 8
SMOOTH_NODES = 1.0 / NODE_MM
Floats = npt.NDArray[np.float32]


def depth_of(face: Face, treatment: Treatment, reaction: Reaction) -> Floats:
    """Return (rows, columns) float32 in [0, 1], how deep a discolouration lies; kept per face."""
    return _depth(face, treatment.entry, treatment.side, reaction)


@cached_per(Scope.SIZE)
def _depth(face: Face, entry: Procedure, side: str, reaction: Reaction) -> Floats:
    number, on = entry.reactions.index(reaction), reaction.patch.surface
    deepest = np.zeros(Grid.of(face).shape, np.float32)
    for term, here in reaction_term(entry, side, reaction):
        surface, grid = surface_of(face, on), grid_of(face, on)
        weights = patch_weights(surface, term, here)
        seed = f"{entry.id} {here} {number}"
        if on == "face":
            weights = weights * _below_top(FaceSurface.of(face))
        if reaction.sign == "bruising":
            outline, mottle = (
                grid.place_values(
                    _noise(surface.vertices_mm, f"{seed} {lengths}", lengths, STREAKS), 0.5
                )
                for lengths in (OUTLINE_MM, MOTTLE_MM)
            )
            spread = _sunk(face, grid.place_values(weights, SMOOTH_NODES), reaction.sinks_mm)
            shown = grid.place_values(np.ones(len(weights)), SMOOTH_NODES)
            depth = _pooled(spread, outline, mottle) * shown
        else:
            noise = _noise(surface.vertices_mm, seed, REDNESS_MM, EVEN)
            depth = weights * (1.0 + PATCHY_REDNESS * noise) / (1.0 + PATCHY_REDNESS)
            depth = grid.place_values(depth, SMOOTH_NODES)
        np.maximum(deepest, depth, out=deepest)
    return off_covers(face, deepest * _outside_eyes(face), bends_glasses=False)


def _pooled(spread: Floats, outline: Floats, mottle: Floats) -> Floats:
    """Return [0, 1] depth of blood that may lie where `spread` in [0, 1] is, with its noises."""
    ragged = RAGGED * np.clip(outline, -1.0, 1.0) * np.clip(spread / EDGE_AT, 0.0, 1.0)
    pool = smooth_ramp((spread + ragged - EDGE_AT) / EDGE_WIDE)
    lighter = MOTTLED * (0.5 - 0.5 * np.clip(mottle, -1.0, 1.0))
    return np.asarray(pool * (1.0 - lighter), np.float32)


def _sunk(face: Face, spread: Floats, sinks_mm: float) -> Floats:
    """Return what has run down from `spread` by up to `sinks_mm`, the less of it the farther."""
    if not sinks_mm:
        return spread
    down = face.pose.shift_px(np.array([[0.0, -sinks_mm, 0.0]]))[0] / Grid.of(face).node_px
    found = spread
    for share in np.linspace(0.0, 1.0, SINK_STEPS + 1)[1:]:
        move = np.array([[1.0, 0.0, share * down[0]], [0.0, 1.0, share * down[1]]])
        run = cv2.warpAffine(spread, move, spread.shape[::-1], flags=cv2.INTER_LINEAR)
        found = np.maximum(found, np.float32(1.0 - 0.6 * share) * run)
    return np.asarray(found, np.float32)


def _below_top(mesh: FaceSurface) -> Points:
    """(V,) 1, and 0 where the mesh ends on the forehead, so that no colour ends in a line there."""
    away_mm = np.minimum(mesh.distance_mm(mesh.along(curve("forehead_top")), TOP_MM), TOP_MM)
    return smooth_step(away_mm / TOP_MM)


def _noise(
    at_mm: Points, seed: str, lengths_mm: tuple[float, float], turns: tuple[float, float, float]
) -> Points:
    """(V,) smooth noise of about [-1, 1]: waves in the head frame, the same for every photo."""
    draw = np.random.default_rng(zlib.crc32(seed.encode()))
    waves = draw.normal(size=(WAVES, 3))
    waves /= np.linalg.norm(waves, axis=1, keepdims=True)
    waves *= turns
    length_mm = draw.uniform(*lengths_mm, WAVES)
    phase = draw.uniform(0.0, 2.0 * np.pi, WAVES)
    summed = np.cos(at_mm @ (2.0 * np.pi * waves / length_mm[:, None]).T + phase).sum(axis=1)
    noise: Points = summed / np.sqrt(WAVES / 2.0) / 1.5
    return noise


def _outside_eyes(face: Face) -> Floats:
    """(rows, columns) float32, 0 inside the lids, where there is no skin.

    For the layers of the page, which do not hold eyes pixel by pixel.
    """
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
