"""A swollen upper lid hangs lower, and covers more of an eye that stays where it is.

No field can show it: what bends a lid down draws iris and white along. So the skin from the brow
to the margin slides down as a layer in front of the eye, its fold more than its margin, as a
swollen lid hides its fold. Below the new margin the eye keeps its pixels, but for lashes and the
shade of the lid, which come along where they are the darker ones. While a dose or the time is
dragged in a browser the lid stays up: the settled picture brings it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.interpolate import PchipInterpolator

from face_mesh import Face
from face_mesh.arrays import Points, Rgb
from face_mesh.landmarks.anatomy import curve
from simulate.composite import Patch
from simulate.geometry.cover_taper import off_covers
from simulate.geometry.grid import Grid
from simulate.geometry.operators import smooth_step
from simulate.geometry.warp import SMALLEST_PX, positions, sample
from simulate.plan.conditions import Conditions
from simulate.plan.plan import Treatment
from simulate.recovery.reactions import reactions_at

MOST_SHUT = 0.55  # of the opening, at any one place of the lid
MARGIN_MM = 0.25  # above the landmarks of the margin: lashes have their roots there
FOLD_MM, FOLD_SHARE = 0.8, 0.5  # by which the fold sinks beside the margin: at most, and of it
BROW_MM, LEAST_MM = 1.0, 4.0  # below the brow nothing moves, but this much skin does
FOLD_HEIGHTS_MM = (2.0, 5.0)  # above the margin between which a fold is looked for
FREE = 0.9  # of what a cover leaves of a movement
SHADE_MM = 1.2  # below the margin, to which lashes and the lid's shade reach
Floats = npt.NDArray[np.float32]


def ptosis_of(treatments: Sequence[Treatment], conditions: Conditions) -> Mapping[str, float]:
    """Return how many mm each upper lid, "left" and "right", hangs lower on a day."""
    found = {"left": 0.0, "right": 0.0}
    for treatment in treatments:
        for reaction, level in reactions_at(treatment, conditions.days, conditions.reactions):
            for side in treatment.entry.treated_sides(treatment.side):
                found[side] += level * reaction.ptosis_mm
    return found


def lowered_lids(face: Face, image: Rgb, ptosis_mm: Mapping[str, float]) -> Iterator[Patch]:
    """Yield the windows of a picture in which a lid hangs lower.

    Args:
        face: measured face; its lids are taken where the photo shows them.
        image: (H, W, 3) uint8, the picture with all else done.
        ptosis_mm: of each side, as `ptosis_of` returns.
    """
    for side, lower_mm in ptosis_mm.items():
        if lower_mm > 0.0:
            patch = _lowered(face, image, side, lower_mm)
            if patch is not None:
                yield patch


@dataclass(frozen=True, eq=False)
class _Lids:
    """Places of a window of the photo as the eye in it lies: along the lids, and down.

    Attributes:
        corner, along, down: (2,) px, the outer corner, and unit vectors to the inner one and down.
        wide: px between the corners.
        share: (h, w) from 0 at the outer corner to 1 at the inner one.
    """

    corner: Points
    along: Points
    down: Points
    wide: float
    share: Points

    @classmethod
    def of(cls, upper: Points, lower: Points, at: Floats) -> _Lids:
        """Return those of (h, w, 2) places, by the (9, 2) px of either margin."""
        wide = float(np.linalg.norm(upper[-1] - upper[0]))
        along = (upper[-1] - upper[0]) / wide
        down = np.array([-along[1], along[0]])
        down *= np.sign(down @ (lower[4] - upper[4]) or 1.0)
        return cls(upper[0], along, down, wide, np.asarray((at - upper[0]) @ along / wide))

    def depth(self, points: Points | Floats) -> Points:
        """Return how many px (..., 2) points lie below the line through the corners."""
        return np.asarray((points - self.corner) @ self.down, np.float64)

    def line(self, points: Points) -> Points:
        """Return (h, w) the depth of the smooth line through (N, 2) points, place by place."""
        share = (points - self.corner) @ self.along / self.wide
        rising = np.argsort(share)
        share, depth = share[rising], self.depth(points)[rising]
        kept = np.r_[True, np.diff(share) > 1e-6]
        spline = PchipInterpolator(share[kept], depth[kept])
        return np.asarray(spline(np.clip(self.share, share[0], share[-1])), np.float64)


def _lowered(face: Face, image: Rgb, side: str, lower_mm: float) -> Patch | None:
    mm = face.px_per_mm
    upper, lower, fold, brow = (
        face.landmarks_px[list(curve(f"{name}_{side}")), :2]
        for name in ("upper_lid", "lower_lid", "lid_crease", "brow_lower")
    )
    around = np.concatenate([upper, lower, brow])
    low = np.maximum(np.floor(around.min(axis=0)).astype(int), 0)
    high = np.minimum(np.ceil(around.max(axis=0)).astype(int) + 1, image.shape[1::-1])
    if (high <= low).any() or _hidden(face, np.concatenate([upper, fold])):
        return None
    rows, columns = slice(low[1], high[1]), slice(low[0], high[0])
    at = positions(rows, columns)
    lids = _Lids.of(upper, lower, at)
    margin = lids.line(upper) - MARGIN_MM * mm
    opening = np.maximum(lids.line(lower) - margin, 0.0)
    bow = np.clip(1.0 - np.abs(2.0 * lids.share - 1.0) ** 2.5, 0.0, 1.0)
    lowered = np.minimum(lower_mm * mm * bow, MOST_SHUT * opening)
    above = margin + lowered - lids.depth(at)  # px above the new margin
    reach = np.maximum(margin - lids.line(brow) - BROW_MM * mm, LEAST_MM * mm) + lowered
    lowest, highest = (height * mm for height in FOLD_HEIGHTS_MM)
    beside = above / np.clip(margin - lids.line(fold), lowest, highest)
    sinks = np.minimum(FOLD_SHARE * lowered, FOLD_MM * mm)
    sinks *= 0.5 - 0.5 * np.cos(np.pi * np.clip(beside, 0.0, 2.0))
    moved = lowered * (1.0 - smooth_step(above / reach)) + sinks
    lid = np.asarray(
        sample(image, np.asarray(at - moved[..., None] * lids.down, np.float32)), np.float32
    )
    eye = np.asarray(image[rows, columns], np.float32)
    darker = lid.mean(axis=2) < eye.mean(axis=2)
    shade = np.where(darker, 1.0 - smooth_step(-above / (SHADE_MM * mm)), 0.0)
    eye += shade[..., None] * (lid - eye)
    cover = np.clip(above + 0.5, 0.0, 1.0)[..., None]
    pixels = np.round(np.clip(cover * lid + (1.0 - cover) * eye, 0.0, 255.0))
    changed = (moved > SMALLEST_PX) & (above > -SHADE_MM * mm) & (above < reach)
    return Patch(rows, columns, np.asarray(pixels, np.uint8), changed) if changed.any() else None


def _hidden(face: Face, at_px: Points) -> bool:
    """Whether anything lies over a lid, glasses too, that would come down with it."""
    grid = Grid.of(face)
    free = off_covers(face, np.ones(grid.shape, np.float32), bends_glasses=True)
    nodes = np.asarray(grid.nodes_at(at_px), np.float32)[None]
    return bool(sample(free, nodes).min() < FREE)
