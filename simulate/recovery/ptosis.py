"""A swollen upper lid hangs lower, and covers more of an eye that stays where it is.

No field can show it: what bends a lid down draws iris and white along. So the skin from the brow
to the margin slides down as a layer in front of the eye, its fold more than its margin, as a
swollen lid hides its fold. Below the new margin the eye keeps its pixels, but for lashes and the
shade of the lid, which come along where they are the darker ones.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import numpy.typing as npt
from scipy.interpolate import PchipInterpolator

from face_mesh import Face
from face_mesh.arrays import Points, Rgb
from face_mesh.landmarks.anatomy import curve
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
Patch = tuple[slice, slice, Rgb, npt.NDArray[np.bool_]]  # rows, columns, pixels, where they count


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


def _lowered(face: Face, image: Rgb, side: str, lower_mm: float) -> Patch | None:
    mm = face.px_per_mm
    upper, lower, fold, brow = (
        face.landmarks_px[list(curve(f"{name}_{side}")), :2]
        for name in ("upper_lid", "lower_lid", "lid_crease", "brow_lower")
    )
    if _hidden(face, np.concatenate([upper, fold])):
        return None
    around = np.concatenate([upper, lower, brow])
    height, width = image.shape[:2]
    low = np.maximum(np.floor(around.min(axis=0)).astype(int), 0)
    high = np.minimum(np.ceil(around.max(axis=0)).astype(int) + 1, (width, height))
    if (high <= low).any():
        return None
    rows, columns = slice(low[1], high[1]), slice(low[0], high[0])
    at = positions(rows, columns)
    corner, wide = upper[0], float(np.linalg.norm(upper[-1] - upper[0]))
    along = (upper[-1] - corner) / wide
    down = np.array([-along[1], along[0]])
    down *= np.sign(down @ (lower[4] - upper[4]) or 1.0)
    share = np.asarray((at - corner) @ along / wide, np.float64)
    depth = np.asarray((at - corner) @ down, np.float64)

    def line(points: Points) -> Points:
        s, v = (points - corner) @ along / wide, (points - corner) @ down
        rising = np.argsort(s)
        s, v = s[rising], v[rising]
        kept = np.r_[True, np.diff(s) > 1e-6]
        spline = PchipInterpolator(s[kept], v[kept])
        return np.asarray(spline(np.clip(share, s[0], s[-1])), np.float64)

    margin = line(upper) - MARGIN_MM * mm
    opening = np.maximum(line(lower) - margin, 0.0)
    bow = np.clip(1.0 - np.abs(2.0 * share - 1.0) ** 2.5, 0.0, 1.0)
    lowered = np.minimum(lower_mm * mm * bow, MOST_SHUT * opening)
    above = margin + lowered - depth  # px above the new margin
    reach = np.maximum(margin - line(brow) - BROW_MM * mm, LEAST_MM * mm) + lowered
    lowest, highest = (h * mm for h in FOLD_HEIGHTS_MM)
    at_fold = np.clip(margin - line(fold), lowest, highest)
    sinks = np.minimum(FOLD_SHARE * lowered, FOLD_MM * mm)
    beside = np.clip(above / at_fold, 0.0, 2.0)
    moved = lowered * (1.0 - smooth_step(above / reach)) + sinks * (
        0.5 - 0.5 * np.cos(np.pi * beside)
    )
    moved = np.where(above >= 0.0, moved, lowered)
    source = np.asarray(at - moved[..., None] * down, np.float32)
    lid = np.asarray(sample(image, source), np.float32)
    eye = np.asarray(image[rows, columns], np.float32)
    shade = (1.0 - smooth_step(-above / (SHADE_MM * mm)))[..., None]
    darker = np.minimum(lid.mean(axis=2) - eye.mean(axis=2), 0.0)[..., None] < 0.0
    eye = eye + np.where(darker, shade, 0.0) * (lid - eye)
    cover = np.clip(above + 0.5, 0.0, 1.0)[..., None]
    pixels = np.round(cover * lid + (1.0 - cover) * eye)
    changed = (moved > SMALLEST_PX) & (above > -SHADE_MM * mm) & (above < reach)
    return rows, columns, np.asarray(np.clip(pixels, 0, 255), np.uint8), changed


def _hidden(face: Face, at_px: Points) -> bool:
    """Whether anything lies over a lid, glasses too, that would come down with it."""
    grid = Grid.of(face)
    free = off_covers(face, np.ones(grid.shape, np.float32), bends_glasses=True)
    nodes = np.asarray(grid.nodes_at(at_px), np.float32)[None]
    return bool(sample(free, nodes).min() < FREE)
