"""The corners of the mouth where the picture shows them: the landmark model flattens a droop.

With one corner pulled down by 5 mm in the picture, and 16 mm of skin about it along, the model
follows by 3.0 mm (median of 16 people of the London set that nothing was set on; 1.8 to 4.0): it
draws faces as most are. But the dark line between the lips runs to the corner. It is followed from
the middle of the mouth outwards, and where it ends well off the landmark, the corner and what lies
about it go there: 4.6 mm (3.5 to 5.2).

Corners that go lie nearer to those that a hand placed as well: the standard deviation of 13 heights
is 0.53 mm and was 0.73 mm (23 people at rest, held out). The others are left to the byte.
"""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import numpy.typing as npt
from scipy.ndimage import gaussian_filter1d, map_coordinates

from face_mesh.arrays import Points, Rgb
from face_mesh.deepest_path import deepest_path
from face_mesh.landmarks.anatomy import curve, point
from face_mesh.landmarks.crop_frame import Frame
from face_mesh.landmarks.detect import LEFT_EYE, RIGHT_EYE, Detection

Values = npt.NDArray[np.float32]

_CROP_MM, _PX_PER_MM = 48.0, 3.0
_INWARD_MM, _OUTWARD_MM, _HALF_MM = 14.0, 1.0, 8.0  # of the strip about the landmarks' line
_LINE_MM, _ALONG_MM = 0.8, 0.6  # standard deviations across the line, which is dark, and along
_DARKEST = 0.25  # a line as dark as this counts no more for being darker; ln of light
_BEND = 0.1
_START_MM, _NEAR_MM = 4.0, 2.5  # in its first part the line lies near the landmarks'
_END_MM = 1.0  # the height of the corner is the mean over so much of the line
# sRGB is about a power law, so that this times -ln of a byte is -ln of light.
_GAMMA = 2.2
# A corner that is off by less than the first stays, from the second on it goes all the way. Half of
# the development people are off by 0.3 mm at rest, one in ten by 1 mm.
_OFF_MM = (0.5, 1.0)
# Nobody's is off by so much, and no pulled corner was: what is followed there is no line of lips.
_ASTRAY_MM = (3.5, 5.0)
# Darkness of the paler quarter of the line: below the first it is none.
_SEEN = (0.03, 0.08)
# What moves along. About a pulled corner the landmarks lag by all of it up to 4 mm away, by half of
# it at 8 mm, by none beyond 12 to 14 mm (11 people).
_REACH_MM = 14.0


def follow_mouth_corners(rgb: Rgb, seen: Detection, px_per_mm: float) -> Detection:
    """Return a detection whose corners of the mouth are as high as those in the picture.

    One whose corners are about right is returned as it is.

    Args:
        rgb: (H, W, 3) uint8 RGB, of the whole photo.
        seen: the face in it, from about the front.
        px_per_mm: of the photo, to some percent.
    """
    sides = ("right", "left")
    lower_mm = {side: _lower_mm(rgb, seen.points_px, px_per_mm, side) for side in sides}
    if not any(lower_mm.values()):
        return seen
    down = _down(seen.points_px)
    points = seen.points_px.copy()
    for side, by_mm in lower_mm.items():
        off = seen.points_px[:, :2] - seen.points_px[point(f"cheilion_{side}"), :2]
        near = np.clip(1.0 - (off**2).sum(axis=1) / (_REACH_MM * px_per_mm) ** 2, 0.0, None) ** 2
        points[:, :2] += by_mm * px_per_mm * near[:, None] * down
    return replace(seen, points_px=points)


def _down(points_px: Points) -> Points:
    """(2,) unit vector of the picture, square to the line of the eyes."""
    eyes = points_px[list(LEFT_EYE), :2].mean(axis=0) - points_px[list(RIGHT_EYE), :2].mean(axis=0)
    return np.asarray(np.array([-eyes[1], eyes[0]]) / np.hypot(*eyes), np.float64)


def _lower_mm(rgb: Rgb, points_px: Points, px_per_mm: float, side: str) -> float:
    """How much lower a corner of the mouth is to lie than its landmark; 0 where that is right."""
    down = _down(points_px)
    roll_deg = float(np.degrees(np.arctan2(-down[0], down[1])))
    corner_px = points_px[point(f"cheilion_{side}"), :2]
    # Mirrored on the right, so that outwards is to the right of the crop on both sides.
    width_px = _CROP_MM * px_per_mm
    size_px = round(_CROP_MM * _PX_PER_MM)
    frame = Frame.around(corner_px, width_px, roll_deg, size_px, side == "right")
    grey = cv2.cvtColor(frame.image(rgb), cv2.COLOR_RGB2GRAY).astype(np.float32)
    dark = np.asarray(-_GAMMA * np.log(np.maximum(grey, 1.0) / 255.0), np.float32)
    off_mm, depth = _line_end(dark, _lips(frame.to_crop(points_px), side))
    share = _growing(abs(off_mm), _OFF_MM) * (1.0 - _growing(abs(off_mm), _ASTRAY_MM))
    return off_mm * share * _growing(depth, _SEEN)


def _lips(points: Points, side: str) -> Points:
    """(6, 2) of the line between the lips in a crop, from the middle to beside the corner."""
    edges = [points[list(curve(name)), :2] for name in ("upper_inner_lip", "lower_inner_lip")]
    middle = np.mean(edges, axis=0)
    half = len(middle) // 2
    outwards = middle[half::-1] if side == "right" else middle[half:]
    return np.vstack([outwards[:-1], points[[point(f"cheilion_{side}")], :2]])


def _line_end(dark: Values, lips: Points) -> tuple[float, float]:
    """How much below the landmark the dark line between the lips ends, mm, and how dark it is.

    Args:
        dark: (h, w) float32, -ln of light of a crop.
        lips: (n, 2) px of it, from the middle of the mouth to the landmark of the corner.
    """
    columns = np.arange(-round(_INWARD_MM * _PX_PER_MM), round(_OUTWARD_MM * _PX_PER_MM))
    x = lips[-1, 0] + columns
    rows = np.arange(-round(_HALF_MM * _PX_PER_MM), round(_HALF_MM * _PX_PER_MM) + 1)
    y = np.interp(x, lips[:, 0], lips[:, 1])[:, None] + rows
    strip = map_coordinates(
        dark, [y, np.broadcast_to(x[:, None], y.shape)], order=1, mode="nearest"
    )
    across = _LINE_MM * _PX_PER_MM
    along = gaussian_filter1d(strip, _ALONG_MM * _PX_PER_MM, axis=0)
    valley = -(across**2) * gaussian_filter1d(along, across, axis=1, order=2)
    valley = _DARKEST * np.tanh(np.maximum(valley, 0.0) / _DARKEST)
    ways = valley.copy()
    start = round(_START_MM * _PX_PER_MM)
    ways[:start] *= np.exp(-0.5 * (rows / _PX_PER_MM / _NEAR_MM) ** 2)
    path = deepest_path(np.asarray(ways, np.float32), _BEND)
    end = (columns <= 0) & (columns > -_END_MM * _PX_PER_MM)
    darkness = valley[np.arange(len(path)), path]
    return float(rows[path][end].mean()) / _PX_PER_MM, float(np.quantile(darkness, 0.25))


def _growing(value: float, ends: tuple[float, float]) -> float:
    """0 below the first, 1 above the second."""
    low, high = ends
    return float(np.clip((value - low) / (high - low), 0.0, 1.0))
