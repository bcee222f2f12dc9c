"""From blobs of the skin to a sign that is counted: those of a region, and a mask over them."""

from __future__ import annotations

import cv2
import numpy as np

from face_mesh.arrays import Bool, Mask
from face_mesh.face import Face
from face_mesh.skin.blobs import Blobs
from face_mesh.skin.masked_blur import soften
from face_mesh.skin.sign_types import SkinSign
from face_mesh.skin.working_view import Area, View

_MARGIN_MM = 0.3  # around a blob, so that its soft edge is covered too
_SOFT_MM = 0.3


def blobs_of_region(blobs: Blobs, area: Area) -> Blobs:
    """Return the blobs whose middle lies in a region."""
    return blobs.where(_inside(blobs, area))


def counted_sign(face: Face, view: View, area: Area, blobs: Blobs) -> SkinSign:
    """Return the sign of all blobs of a region, its severity their number."""
    there = blobs_of_region(blobs, area)
    mask = discs(there, area, view.px_per_mm)
    return SkinSign(
        float(len(there)),
        view.patch(mask, area.rows, area.columns, face),
        area_mm2=float(np.pi / 4 * (there.diameter_mm**2).sum()),
        count=len(there),
    )


def discs(blobs: Blobs, area: Area, px_per_mm: float) -> Mask:
    """Return (h, w) float32 of an area's window, 1 on blobs of bare skin, with soft edges."""
    drawn = np.zeros(area.bare.shape, np.uint8)
    for x, y, diameter in zip(blobs.x, blobs.y, blobs.diameter_mm, strict=True):
        middle = int(x) - area.columns.start, int(y) - area.rows.start
        radius = (0.5 * float(diameter) + _MARGIN_MM) * px_per_mm
        cv2.circle(drawn, middle, max(1, round(radius)), 1, -1)
    soft = soften(drawn.astype(np.float32), _SOFT_MM * px_per_mm) * area.bare
    return np.asarray(np.where(soft < 0.04, 0.0, soft), np.float32)


def _inside(blobs: Blobs, area: Area) -> Bool:
    height, width = area.inside.shape
    y, x = blobs.y - area.rows.start, blobs.x - area.columns.start
    within = (y >= 0) & (y < height) & (x >= 0) & (x < width)
    inside = area.inside[np.clip(y, 0, height - 1), np.clip(x, 0, width - 1)] > 0.5
    return np.asarray(within & inside, np.bool_)
