"""The sides of jaw and neck before a wall, on a head from about the front: skin moves, wall stays.

A picture that is only bent takes the wall beside a jaw along, so that straight lines on it bend.
Here head and wall are told apart in a strip beside each side, from the eyes down to the foot of
the neck, by GrabCut (Rother et al. 2004, doi 10.1145/1015706.1015720): what lies in the outline of
the mesh is head, what lies far out is wall. Only where bare skin lies against a wall that goes on
far out is it believed; where hair, a beard or clothes form the outline the bent picture stands, and
before a plain wall, on which nothing bends.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt
from scipy.ndimage import gaussian_filter1d, median_filter, minimum_filter1d, uniform_filter1d

from face_mesh import Face
from face_mesh.arrays import Bool, Field, Mask, Points, Rgb
from face_mesh.cache import Scope, cached_per
from face_mesh.grab_cut import SEED, foreground
from face_mesh.landmarks.anatomy import point
from simulate.composite import Patch, window_around
from simulate.geometry.backdrop import GRAIN_ROOM_PX
from simulate.geometry.grid import Grid
from simulate.geometry.strip import PX_PER_MM, Ruler, Wall, picture_at
from simulate.geometry.warp import moves, nodes_on, photo_bands, positions

SIDES = ("right", "left")
# The strip, mm in the head frame: heights, and from within the line through cheek and jaw outwards.
TOP_MM, FOOT_MM, WITHIN_MM, OUT_MM = 10.0, -165.0, 45.0, 75.0
INSIDE_MM = 4.0  # within the outline of the mesh, from where on all is head
FAR_MM = 24.0  # beyond the line, from where on all is wall, if any is
WALL_FROM_MM = 55.0  # beyond it, where the colours of the wall are asked: no hair is so long
LEAST_SHARE = 0.04  # of that, of a colour of the wall
# Of a row, by the colours just inside and outside of the edge that was found, Lab: skin like the
# cheeks, in light or shade; wall like that far out; and so much of either.
EDGE_MM = (0.8, 3.5)
SKIN_LAB, WALL_LAB, PARTED_LAB, MOST = (38.0, 13.0, 16.0), 14.0, 14.0, 0.6
EVEN_MM = 1.2  # that the edges of neighbouring rows may differ: hair and beards are ragged
SURE_MM, SOFT_MM = 3.0, 2.0  # of rows beside one that is not believed, and over which it comes in
# Single hairs: lines no wider than this, standing off by so much lightness, in so large a share of
# what lies so far beyond the edge within so much above and below; farther out lies wall.
STRAND_PX, STRAND_L, STRANDS, STRANDS_HIGH_MM = 3, 2.0, 0.06, 4.0
STRANDS_MM, FARTHER_MM = (1.2, 8.0), (14.0, 30.0)
# The same of bristles, which are shorter; not told from a wall with so many thin lines of its own.
BRISTLES_MM, BRISTLES, LINED = (0.5, 2.0), 0.09, 0.02
UPPER_MM = -75.0  # above it what is far out is wall and not yet clothes
SMOOTH_PX, EDGE_PX = 1.6, 0.8  # of the outline in the strip: its steps go, its softness stays
ROUNDS = 3
CLEAR_MM = 1.5  # beyond the outline that was read, from where on the wall is free of the head
FOLLOWS_PX = 1.0  # of movement, over which what is made anew comes in
Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Side:
    """One side of a head against a wall.

    Attributes:
        side: "left" or "right".
        ruler: of the strip beside it.
        head: (rows, columns) float32, how much of a place is head.
        told: (rows, 1) float32, how far a row is believed.
    """

    side: str
    ruler: Ruler
    head: Mask
    told: Mask


def jaw_before_backdrop(
    face: Face, photo: Rgb, bent: Rgb, inverse_field: Field, below_mm: Mapping[str, float]
) -> Iterator[Patch]:
    """Yield the parts of the picture beside jaw and neck in which the outline moved.

    Args:
        face: the measured face.
        photo: (H, W, 3) the picture before anything moved, its skin treated.
        bent: (H, W, 3) the same after `warp`.
        inverse_field: (rows, columns, 2) px, the backward field it was bent with.
        below_mm: by side the height from which on downwards; above it an ear moves before the wall.
    """
    for side in sides_of(face):
        wall = None
        believed = np.repeat(side.told, side.head.shape[1], axis=1)
        for rows, columns, field in photo_bands(photo.shape, Grid.of(face), inverse_field):
            moving = moves(field) & side.ruler.spans(columns, -WITHIN_MM, OUT_MM)
            down, across = window_around(moving)
            if down.start == down.stop:
                continue
            field = field[down, across]
            rows = slice(rows.start + down.start, rows.start + down.stop)
            columns = slice(columns.start + across.start, columns.start + across.stop)
            here = positions(rows, columns)
            out, height = side.ruler.places(here)
            there = side.ruler.places(here + field)
            cover = side.ruler.read(side.head, *there)
            told = side.ruler.read(believed, out, height)
            beside = moves(field) & (told * (1.0 - cover) > 0.0) & side.ruler.holds(height)
            beside &= (
                (out > -WITHIN_MM) & (out < OUT_MM) & (height < below_mm.get(side.side, TOP_MM))
            )
            if not beside.any():
                continue
            if wall is None:
                wall = Wall(side.ruler, side.head, photo, side.told[:, 0] > 0.5, CLEAR_MM)
                if wall.is_plain:
                    break
            part = window_around(beside, GRAIN_ROOM_PX)  # of a band most is head
            share = np.clip(np.abs(field[part]).max(axis=2) / FOLLOWS_PX, 0.0, 1.0)
            behind = wall.behind(here[part], out[part], height[part], np.asarray(share, np.float32))
            down, across = part
            rows = slice(rows.start + down.start, rows.start + down.stop)
            columns = slice(columns.start + across.start, columns.start + across.stop)
            before = bent[rows, columns].astype(np.float32)
            pixels = before + (told * (1.0 - cover))[part][..., None] * (behind - before)
            changed = np.round(np.clip(pixels, 0, 255)).astype(np.uint8)
            yield Patch(rows, columns, changed, beside[part])


@cached_per(Scope.HEAD)
def sides_of(face: Face) -> tuple[Side, ...]:
    """Return the sides on which skin of jaw and neck lies against a wall, at least in part."""
    found = (_side(face, side) for side in SIDES)
    return tuple(side for side in found if side is not None)


def _side(face: Face, side: str) -> Side | None:
    heights = np.arange(TOP_MM, FOOT_MM, -1.0 / PX_PER_MM)
    out = np.arange(-WITHIN_MM, OUT_MM, 1.0 / PX_PER_MM)
    ends = face.mesh_mm[[point(f"{name}_{side}") for name in ("gonion", "zygion")]]
    ends = ends[np.argsort(ends[:, 1])]
    x, z = (np.interp(heights, ends[:, 1], ends[:, k]) for k in (0, 2))
    line = np.stack([x, heights, z], axis=1)
    across = np.array([1.0 if side == "left" else -1.0, 0.0, 0.0])
    ruler = Ruler.of(face, line, across, heights, WITHIN_MM)
    at = ruler.root_px[:, None] + out[None, :, None] * ruler.out_px
    picture, seen = picture_at(face, at)
    inside = nodes_on(Grid.of(face), _depth_mm(face), np.asarray(at, np.float32))
    scaled = picture.astype(np.float32) / np.float32(255.0)
    lab = np.asarray(cv2.cvtColor(scaled, cv2.COLOR_RGB2LAB), np.float32)
    off_wall = _off_wall(lab, seen, out, heights)
    kind = np.where(off_wall > WALL_LAB, cv2.GC_PR_FGD, cv2.GC_PR_BGD).astype(np.uint8)
    kind[inside > INSIDE_MM] = cv2.GC_FGD
    kind[:, out > FAR_MM] = cv2.GC_BGD
    kind[~seen] = cv2.GC_BGD
    if not {cv2.GC_BGD, cv2.GC_FGD} <= set(np.unique(kind)):
        return None
    hard = foreground(picture, kind, ROUNDS) & (out <= FAR_MM)
    edge = np.where(hard, out, out[0]).max(axis=1)
    edge = np.asarray(median_filter(edge, 5), np.float64)
    head = (out <= edge[:, None]).astype(np.float32)
    smooth = cv2.GaussianBlur(head, (0, 0), SMOOTH_PX)
    head = np.clip((smooth - 0.5) * SMOOTH_PX / EDGE_PX + 0.5, 0.0, 1.0)
    cheek = np.median(lab[(inside > INSIDE_MM) & (heights[:, None] > UPPER_MM)], axis=0)
    told = _told(lab, off_wall, edge, out, seen, cheek)
    if not told.any():
        return None
    return Side(side, ruler, np.asarray(head, np.float32), told[:, None])


def _depth_mm(face: Face) -> Floats:
    """Return (rows, columns) mm inside the outline of the mesh on the face's grid; 0 outside."""
    grid = Grid.of(face)
    deep = cv2.distanceTransform(grid.inside.astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    return np.asarray(deep * grid.node_px / face.px_per_mm, np.float32)


def _off_wall(lab: Floats, seen: Bool, out: Points, heights: Points) -> Floats:
    """Return (h, w) how far each colour is from those of the wall far out, beside the face."""
    far = seen & (out > WALL_FROM_MM) & (heights[:, None] > UPPER_MM)
    colours = lab[far]
    if len(colours) < 64:
        return np.full(lab.shape[:2], 2.0 * WALL_LAB, np.float32)
    # A few that stand for all: those of a plain wall are one, of a striped or chequered one more.
    cv2.setRNGSeed(SEED)  # it draws, and the same photo must give the same bytes
    _, kinds, means = cv2.kmeans(
        np.ascontiguousarray(colours[:: max(1, len(colours) // 2000)]),
        4,
        None,  # type: ignore[call-overload]
        (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 20, 0.5),
        1,
        cv2.KMEANS_PP_CENTERS,
    )
    often = np.bincount(kinds.ravel(), minlength=len(means)) > LEAST_SHARE * len(kinds)
    away = np.min([np.linalg.norm(lab - mean, axis=2) for mean in means[often]], axis=0)
    return np.asarray(away, np.float32)


def _told(
    lab: Floats, off_wall: Floats, edge: Points, out: Points, seen: Bool, cheek: Floats
) -> Floats:
    """Return (h,) how far each row is believed: bare skin against a wall, and an even edge."""
    near, far = EDGE_MM
    beyond = out - edge[:, None]
    within, outside = (seen & (b > near) & (b < far) for b in (-beyond, beyond))
    like_skin = (np.abs(lab - cheek) < SKIN_LAB).all(axis=2)
    like_wall = off_wall < WALL_LAB
    clear = like_wall & seen
    believed = np.zeros(len(edge), np.bool_)
    for row in range(len(edge)):
        a, b, far_out = within[row], outside[row], seen[row] & (out > FAR_MM)
        if min(a.sum(), b.sum(), far_out.sum()) < 3:
            continue
        parted = np.linalg.norm(np.median(lab[row][a], axis=0) - np.median(lab[row][b], axis=0))
        believed[row] = (
            like_skin[row][a].mean() > MOST
            and like_wall[row][b].mean() > MOST
            and clear[row][far_out].mean() > MOST
            and off_wall[row][a].min() > 0.0
            and parted > PARTED_LAB
        )
    believed &= ~_before_strands(lab[..., 0], beyond, seen)
    ragged = np.abs(edge - median_filter(edge, 9)) > EVEN_MM
    believed &= ~ragged
    size = 2 * round(SURE_MM * PX_PER_MM) + 1
    whole = minimum_filter1d(median_filter(believed.astype(np.uint8), 7), size)
    return np.asarray(gaussian_filter1d(whole.astype(np.float32), SOFT_MM * PX_PER_MM), np.float32)


def _before_strands(lightness: Floats, beyond: Points, seen: Bool) -> Bool:
    """Return (h,) where single hairs or bristles stand before the wall, thin lines that it has not.

    Wall that has such lines itself has as many of them farther out.
    """
    square = np.ones((STRAND_PX, STRAND_PX), np.uint8)
    lines = [
        cv2.morphologyEx(lightness, how, square) for how in (cv2.MORPH_BLACKHAT, cv2.MORPH_TOPHAT)
    ]
    thin = np.maximum(*lines) > STRAND_L
    rows = 2 * round(STRANDS_HIGH_MM * PX_PER_MM) + 1

    def share(low: float, high: float) -> Points:
        here = seen & (beyond > low) & (beyond < high)
        found, of = (
            uniform_filter1d(some.sum(axis=1, dtype=float), rows) for some in (thin & here, here)
        )
        shown: Points = found / np.maximum(of, 0.1)
        return shown

    farther = share(*FARTHER_MM)
    hairs = share(*STRANDS_MM) - farther > STRANDS
    bristles = (share(*BRISTLES_MM) > BRISTLES) & (farther < LINED)
    return np.asarray(hairs | bristles)
