"""Where lines of expression are read, and which way they run there."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from face_mesh.arrays import Bool, Mask
from face_mesh.landmarks.anatomy import curve, point, stem_and_side
from face_mesh.regions import Patch, region_patch
from face_mesh.skin.masked_blur import across
from face_mesh.skin.ridges import dark_lines
from face_mesh.skin.working_view import Area, View

Values = npt.NDArray[np.float32]

# Crow's feet, mm from the outer corner of the eye outwards and down, along the line of the pupils:
# beside the corner, and below the outer third of the lid, where a smile folds the skin as well. The
# region `lateral_canthal` ends above most of it.
_CANTHAL_OUT_MM = (-10.0, 16.0)
_CANTHAL_DOWN_MM = (-2.0, 22.0)
_SOFT_MM = 0.8  # standard deviation of the zone's edge
# Lines of the lip rise from the red of it; so near the nose the shade of its base and of the ridges
# of the philtrum runs the same way (author's estimate).
_NOSE_MM = 4.0
# Lines run level beside the corner and lean downwards farther out and below: by 40 degrees where
# out + down is 30 mm, not at all where it is under 6 mm. Read off pictures of smiles.
_LEAN = (np.radians(40.0), 6.0, 30.0)
# Deep lines of the portraits are up to 0.5 darker than the skin around; dark hair on light skin is
# 1 to 2, a dark frame more.
_DARKER, _AROUND_MM = 0.7, 4.0
# A rim: width and length of the filter (mm), from what contrast on (ln of light), its shortest
# piece, and how much of its edge and shadow goes with it (mm). Author's estimates, from one pair.
_RIM = (2.4, 10.0, 0.12, 12.0, 0.9)
_EDGE_MM = 2.0  # beside what is no skin (lashes, hair, frames) nothing is read


def line_area(view: View, region: str) -> Area:
    """Return where the lines of a region are read: bare skin, a little away from anything else."""
    area = Area.of(view, line_zone(view, region))
    wide = 2 * round(_EDGE_MM * view.px_per_mm) + 1
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (wide, wide))
    bare = area.bare & ~_foreign(area, view.px_per_mm)
    inner = cv2.erode(bare.astype(np.uint8), disc) > 0
    if region.startswith("lateral_canthal") and _glasses(view):
        rims = _rims(area, view.px_per_mm, line_direction(view, area, region))
        # Painting a rim is worse than not reading what touches one: masks keep a pixel farther off.
        beside = cv2.dilate(rims.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
        inner, bare = inner & ~rims, bare & ~beside
    return Area(area.rows, area.columns, area.inside * inner, bare, area.shade)


def line_zone(view: View, region: str) -> Patch:
    """Return where the lines of a region lie, skin or not, a soft mask in px of the view."""
    if region.startswith("lateral_canthal"):
        return _canthal(view, stem_and_side(region)[1])
    patch = region_patch(view.face, region)
    return _below_nose(view, patch) if region == "cutaneous_upper_lip" else patch


def _below_nose(view: View, patch: Patch) -> Patch:
    """A zone of the lip without what lies right below the nose."""
    base = view.face.landmarks_px[list(curve("nasal_base")), :2] - (patch.x, patch.y)
    away = np.ones(patch.mask.shape, np.uint8)
    cv2.polylines(away, [np.round(16.0 * base).astype(np.int32)], False, 0, 1, shift=4)
    away_px = cv2.distanceTransform(away, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    below = _soft_box(np.asarray(away_px / view.px_per_mm, np.float32), (_NOSE_MM, np.inf))
    return Patch(np.asarray(patch.mask * below, np.float32), patch.x, patch.y)


def _glasses(view: View) -> bool:
    return any(finding.id == "glasses" for finding in view.face.findings)


def _rims(area: Area, px_per_mm: float, along: Values) -> Bool:
    """Rims of glasses as far as they cross the lines, whatever their colour, with their shadow.

    Looked for only on people who seem to wear glasses: a rim of the colour of skin differs from a
    deep wrinkle by its direction and its length only, and wrinkles of others need not suffer.
    """
    width_mm, length_mm, least, shortest_mm, beside_mm = _RIM
    seen = np.zeros(area.bare.shape, np.bool_)
    for layer in (area.shade, -area.shade):
        _, crossing = dark_lines(layer, px_per_mm, width_mm, length_mm, along, np.radians(25.0))
        _, labels, stats, _ = cv2.connectedComponentsWithStats((crossing > least).astype(np.uint8))
        size = np.hypot(stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT])
        long = size > shortest_mm * px_per_mm
        long[0] = False
        seen |= long[labels]
    wide = 2 * round(beside_mm * px_per_mm) + 1
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (wide, wide))
    return np.asarray(cv2.dilate(seen.astype(np.uint8), disc) > 0, np.bool_)


def _foreign(area: Area, px_per_mm: float) -> Bool:
    """What the skin mask takes for skin and is darker than any line: single hairs, thin frames."""
    bare = area.bare.astype(np.float32)
    around = across(area.shade[..., None], bare, _AROUND_MM * px_per_mm)[..., 0]
    return np.asarray(area.shade - around > _DARKER, np.bool_)


def line_direction(view: View, area: Area, region: str) -> Values:
    """Return the direction in which lines of a region run, radians from +x towards +y."""
    level = _level(view)
    if region.startswith("lateral_canthal"):
        side = stem_and_side(region)[1]
        out, down = _canthal_places(view, side, *area.places())
        most, first, last = _LEAN
        lean = most * np.clip((out + down - first) / (last - first), 0.0, 1.0)
        return np.asarray(level + (lean if side == "left" else -lean), np.float32)
    return np.asarray(level if region == "forehead" else level + np.pi / 2, np.float32)


def _level(view: View) -> float:
    """Angle of the line of the pupils in the picture, radians."""
    points = view.face.landmarks_px
    eyes = points[point("pupil_left")] - points[point("pupil_right")]
    return float(np.arctan2(eyes[1], eyes[0]))


def _canthal_places(view: View, side: str, x: Values, y: Values) -> tuple[Values, Values]:
    """Mm outwards from the outer corner of an eye, and down, of places in the view."""
    x0, y0 = view.face.landmarks_px[point(f"exocanthion_{side}"), :2]
    cos, sin = np.cos(_level(view)), np.sin(_level(view))
    out = ((x - x0) * cos + (y - y0) * sin) / view.px_per_mm
    down = (-(x - x0) * sin + (y - y0) * cos) / view.px_per_mm
    return (out if side == "left" else -out), down


def _canthal(view: View, side: str) -> Patch:
    """The zone of crow's feet as a soft mask, in px of the view."""
    x0, y0 = view.face.landmarks_px[point(f"exocanthion_{side}"), :2]
    height, width = view.bare.shape
    reach = 30.0 * view.px_per_mm  # farther than any corner of the zone
    left, right = np.clip([x0 - reach, x0 + reach], 0, width).astype(int).tolist()
    top, bottom = np.clip([y0 - reach, y0 + reach], 0, height).astype(int).tolist()
    y, x = np.mgrid[top:bottom, left:right].astype(np.float32)
    out, down = _canthal_places(view, side, x, y)
    return Patch(_soft_box(out, _CANTHAL_OUT_MM) * _soft_box(down, _CANTHAL_DOWN_MM), left, top)


def _soft_box(at_mm: Values, ends_mm: tuple[float, float]) -> Mask:
    low, high = ends_mm
    inside = np.minimum(at_mm - low, high - at_mm)
    return np.asarray(np.clip(0.5 + 0.4 * inside / _SOFT_MM, 0.0, 1.0), np.float32)
