"""Named regions of a face as soft masks.

A region is a polygon of landmarks, or a band about a curve of them, written once for the patient's
right side and mirrored for the left. A corner may lie some mm off its landmark, so that forehead
and neck reach beyond the mesh. Outlines are smoothed, and their edges are soft over a width in mm,
so that a region looks alike on a photo of any size.

Regions are about anatomy only: hair, glasses or a beard in front of one are `skin_mask`'s matter.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
from scipy.spatial import cKDTree

from face_mesh.arrays import Mask, Points
from face_mesh.cache import Scope, cached_per
from face_mesh.face import Face
from face_mesh.landmarks.anatomy import curve, stem_and_side
from face_mesh.landmarks.model_file import canonical_mesh

Corner = int | tuple[int, float, float]  # a landmark, or one and mm to the patient's left and up


@dataclass(frozen=True)
class Region:
    """The outline of a region.

    Attributes:
        corners: closed polygon, or the line in the middle of a band.
        soft_mm: standard deviation of the edge.
        band_mm: width of the band; 0 for a polygon.
    """

    corners: Sequence[Corner]
    soft_mm: float = 2.0
    band_mm: float = 0.0


@dataclass(frozen=True, eq=False)
class Patch:
    """A mask where it is not zero: (h, w) float32, its top-left pixel at (x, y) of the photo."""

    mask: Mask
    x: int
    y: int

    def on_photo(self, height: int, width: int) -> Mask:
        """Return the (height, width) mask of the whole photo."""
        out = np.zeros((height, width), np.float32)
        h, w = self.mask.shape
        out[self.y : self.y + h, self.x : self.x + w] = self.mask
        return out


# Finer than any soft edge, and the same for every photo: a filled polygon is half a pixel too wide.
RASTER_PX_PER_MM = 4.0
_SUBDIVIDE = 6  # points of the smooth outline for each corner

_MIDLINE: dict[str, Region] = {
    "forehead": Region(
        (
            *((103, 0, 8), (67, 0, 13), (109, 0, 16), (10, 0, 17)),
            *((338, 0, 16), (297, 0, 13), (332, 0, 8)),
            *((298, 0, 3), (293, 0, 3), (334, 0, 3), (296, 0, 3), (336, 0, 3)),
            *((9, 0, 3), (107, 0, 3), (66, 0, 3), (105, 0, 3), (63, 0, 3), (68, 0, 3)),
        )
    ),
    "glabella": Region((151, 108, 107, 55, 193, 8, 417, 285, 336, 337)),
    "nasal_root": Region((8, 193, 122, 6, 351, 417), 1.0),
    "nasal_dorsum": Region((6, 122, 196, 3, 51, 5, 281, 248, 419, 351), 1.0),
    "nasal_tip": Region((5, 51, 45, 44, 19, 274, 275, 281), 1.0),
    "cutaneous_upper_lip": Region(
        (
            *(98, 97, 2, 326, 327, 391, 322, 410),
            *(291, 409, 270, 269, 267, 0, 37, 39, 40, 185, 61, 186, 92, 165),
        ),
        1.0,
    ),
    "upper_vermilion": Region(
        (*curve("upper_vermilion_border"), *reversed(curve("upper_inner_lip"))), 0.4
    ),
    "lower_vermilion": Region(
        (*curve("lower_vermilion_border"), *reversed(curve("lower_inner_lip"))), 0.4
    ),
    "chin": Region(
        (83, 18, 313, 406, 418, 262, 369, 400, 377, 152, 148, 176, 140, 32, 194, 182),
    ),
    "submental": Region(
        (
            *(136, 150, 149, 176, 148, 152, 377, 400, 378, 379, 365),
            *((379, 0, -24), (400, 0, -30), (152, 0, -32), (176, 0, -30), (150, 0, -24)),
        ),
        3.0,
    ),
}
_RIGHT: dict[str, Region] = {
    "temple": Region(
        ((54, -3, 2), 68, 63, 70, 156, 139, (127, -3, 0), (162, -5, 0), (21, -5, 1)),
    ),
    "lateral_canthal": Region((113, 156, 139, 34, 116, 111, 31, 226), 1.5),
    "lower_lid": Region((130, 25, 110, 24, 23, 22, 26, 112, 233, 232, 231, 230, 229, 228, 31), 0.8),
    "tear_trough": Region((233, 232, 231, 230, 119, 100, 47, 128), 1.5),
    "malar": Region((116, 117, 118, 119, 101, 36, 205, 187, 123), 3.0),
    "submalar": Region((147, 187, 205, 207, 216, 212, 214, 192, 213), 3.0),
    "masseter": Region((93, 123, 187, 207, 214, 210, 136, 172, 58, 132), 3.0),
    "nasal_ala": Region((198, 49, 102, 64, 98, 240, 219, 218, 220, 134), 0.8),
    "nasolabial_fold": Region((129, 203, 206, 216, 212), 1.5, band_mm=9.0),
    "marionette": Region((61, 43, 202, 211), 1.5, band_mm=8.0),
    "prejowl": Region((211, 32, 140, 176, 149, 150, 170, 169)),
    "jawline": Region((132, 58, 172, 136, 150, 149, 176, 32, 211, 210, 214, 192, 213, 177)),
}

REGIONS: tuple[str, ...] = (
    *_MIDLINE,
    *(f"{name}_{side}" for name in _RIGHT for side in ("left", "right")),
)


@cache
def region(name: str) -> Region:
    """Return the outline of a named region.

    Raises:
        KeyError: there is no such region.
    """
    if name in _MIDLINE:
        return _MIDLINE[name]
    stem, side = stem_and_side(name)
    if not side:
        raise KeyError(name)
    right = _RIGHT[stem]
    if side == "right":
        return right
    return Region([_mirrored(c) for c in right.corners], right.soft_mm, right.band_mm)


def _mirrored(corner: Corner) -> Corner:
    mirror = canonical_mesh().mirror
    if isinstance(corner, int):
        return int(mirror[corner])
    index, left_mm, up_mm = corner
    return int(mirror[index]), -left_mm, up_mm


def region_mask(face: Face, name: str) -> Mask:
    """Return (H, W) float32 in [0, 1], 1 inside the named region of a face.

    Raises:
        KeyError: the name is none of `REGIONS`.
    """
    return region_patch(face, name).on_photo(face.photo.height, face.photo.width)


@cached_per(Scope.SIZE)
def region_patch(face: Face, name: str) -> Patch:
    """Return the part of `region_mask` that is not zero; computed once a face and photo size.

    Drawn at `RASTER_PX_PER_MM`, softened, and brought to the size of the photo.

    Raises:
        KeyError: the name is none of `REGIONS`.
    """
    drawn, ppm = region(name), face.px_per_mm
    outline = _outline_px(face, drawn)
    reach_px = (3.0 * drawn.soft_mm + drawn.band_mm / 2) * ppm + 1.0
    size = np.array([face.photo.width, face.photo.height])
    low = np.clip(np.floor(outline.min(axis=0) - reach_px), 0, size - 1).astype(int)
    high = np.clip(np.ceil(outline.max(axis=0) + reach_px) + 1, low + 1, size).astype(int)
    width, height = (high - low).tolist()
    scale = RASTER_PX_PER_MM / ppm
    small = (max(1, round(width * scale)), max(1, round(height * scale)))
    at = (outline - low + 0.5) * (np.array(small) / (width, height)) - 0.5
    hard = _drawn(at, small, drawn.band_mm * ppm * scale)
    soft = cv2.GaussianBlur(hard, (0, 0), drawn.soft_mm * ppm * scale)
    way = cv2.INTER_AREA if scale > 1.0 else cv2.INTER_LINEAR
    mask = cv2.resize(soft, (width, height), interpolation=way)
    return Patch(np.clip(mask, 0.0, 1.0).astype(np.float32), int(low[0]), int(low[1]))


def nearest_regions(
    face: Face, at_px: Points, names: tuple[str, ...], reach_mm: float
) -> list[str]:
    """Return the region that each place of a face lies in or next to; empty where none is near.

    Regions leave gaps: what is between two of them is nobody's, and would be looked at by none.

    Args:
        face: measured face.
        at_px: (N, 2) x and y of places in its photo.
        names: regions to choose from.
        reach_mm: farther from all of them is none.
    """
    nearest = np.full(len(at_px), reach_mm * face.px_per_mm)
    found = [""] * len(at_px)
    for name in names if len(at_px) else ():
        patch = region_patch(face, name)
        rows, columns = np.nonzero(patch.mask > 0.5)
        if not rows.size:
            continue
        tree = cKDTree(np.column_stack([columns + patch.x, rows + patch.y]))
        off, _ = tree.query(at_px)
        for i in np.flatnonzero(off < nearest):
            found[int(i)] = name
        nearest = np.minimum(nearest, off)
    return found


def _drawn(outline: Points, size: tuple[int, int], band_px: float) -> Mask:
    """The hard picture of an outline, (height, width) float32, antialiased."""
    mask = np.zeros(size[::-1], np.uint8)
    fixed = np.round(outline * 16).astype(np.int32)  # 4 fractional bits
    if band_px:
        cv2.polylines(mask, [fixed], False, 255, max(1, round(band_px)), cv2.LINE_AA, 4)
    else:
        cv2.fillPoly(mask, [fixed], 255, cv2.LINE_AA, 4)
    return np.asarray(mask, np.float32) / 255.0


def _outline_px(face: Face, drawn: Region) -> Points:
    """The smooth outline of a region in photo px, (N, 2)."""
    corners = [(c, 0.0, 0.0) if isinstance(c, int) else c for c in drawn.corners]
    shift_mm = np.array([(left, up, 0.0) for _, left, up in corners])
    points = face.landmarks_px[[i for i, _, _ in corners], :2] + face.pose.shift_px(shift_mm)
    return _smooth(points, closed=not drawn.band_mm)


def _smooth(points: Points, closed: bool) -> Points:
    """A Catmull-Rom curve through `points`, (N, 2)."""
    ends = [points[-1:], points, points[:2]] if closed else [points[:1], points, points[-1:]]
    p = np.concatenate(ends)
    t = (np.arange(_SUBDIVIDE) / _SUBDIVIDE)[:, None, None]
    a, b, c, d = p[:-3], p[1:-2], p[2:-1], p[3:]
    bent = 2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3
    curve_ = (0.5 * bent).transpose(1, 0, 2).reshape(-1, 2)
    return curve_ if closed else np.concatenate([curve_, points[-1:]])
