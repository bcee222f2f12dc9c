"""Visible vessels of the skin (telangiectasia): thin red lines."""

from __future__ import annotations

import cv2
import numpy as np

from face_mesh.arrays import Mask
from face_mesh.cache import Scope, cached_per
from face_mesh.face import Face
from face_mesh.skin.blobs import BLOOD
from face_mesh.skin.masked_blur import Values, soften
from face_mesh.skin.scale_space import byte_step, density_at, inner_skin, skin_box
from face_mesh.skin.sign_types import Sign, SkinSign
from face_mesh.skin.working_view import Area, View

SCALE = "millimetres of thin red lines"
MOST = 100.0
LEAST_PX_PER_MM = 2.4
# Author's estimates, on lines painted into the skin of people that nothing is reported on.
_SIGMA_MM = 0.4  # of the ridge filter: lines 0.4 to 1 mm wide
_FAINT, _FAINT_STEPS = 0.03, 2.0  # of the ridge's answer: density of blood, steps of a byte
_SLENDER = 0.5  # most curvature along a line over that across it
_SHORTEST_MM, _WIDEST_MM = 3.0, 1.5
_EDGE_MM = 2.0  # nearer than that to what is no skin, its edge is seen


@cached_per(Scope.PIXELS)
def vessel_map(view: View) -> tuple[Mask, Values]:
    """Return (h, w) float32, 1 on thin red lines of bare skin, and (h, w) mm of line a pixel."""
    at, ppm = skin_box(view), view.px_per_mm
    density, scale = density_at(view, _SIGMA_MM, at), (_SIGMA_MM * ppm) ** 2
    blood = np.asarray(cv2.transform(density, np.array([BLOOD], np.float32)), np.float32)
    across, along = _curvatures(blood, scale)
    darker, _ = _curvatures(np.ascontiguousarray(density[..., 1]), scale)
    faint = np.maximum(_FAINT, _FAINT_STEPS * byte_step(density_at(view, 2.0, at)).mean(axis=2))
    inner = inner_skin(view, _EDGE_MM, at)
    # Beside a hair, which has less red than green, there is more blood than in it, and no line.
    seen = (across > 0.6 * faint) & (np.abs(along) < _SLENDER * across) & (darker > across) & inner
    mask, length = np.zeros(view.bare.shape, np.float32), np.zeros(view.bare.shape, np.float32)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(seen.astype(np.uint8))
    strong = np.bincount(labels[seen & (across > faint)], minlength=count)
    box_mm = np.hypot(stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT]) / ppm
    pixels = stats[:, cv2.CC_STAT_AREA]
    width_mm = pixels / ppm**2 / np.maximum(box_mm, 1e-6)
    kept = (strong * 3 > pixels) & (box_mm > _SHORTEST_MM) & (width_mm < _WIDEST_MM)
    kept[0] = False
    on = kept[labels]
    mask[at] = on
    length[at] = np.where(on, (box_mm / np.maximum(pixels, 1))[labels], 0.0)
    return mask, length


def _curvatures(values: Values, scale: float) -> tuple[Values, Values]:
    """How much a surface is a ridge across its steepest direction, and along the other."""
    xx, yy, xy = (
        scale * cv2.Sobel(values, cv2.CV_32F, dx, dy, ksize=3, scale=factor)
        for dx, dy, factor in ((2, 0, 0.25), (0, 2, 0.25), (1, 1, 0.25))
    )
    half, off = -0.5 * (xx + yy), np.hypot(0.5 * (xx - yy), xy)
    return np.asarray(half + off, np.float32), np.asarray(half - off, np.float32)


def _detect(face: Face, region: str) -> SkinSign:
    view = View.of(face)
    area: Area = view.area(region)
    lines, length = (part[area.rows, area.columns] for part in vessel_map(view))
    soft = soften(lines, 0.3 * view.px_per_mm) * area.inside
    mask = np.asarray(np.where(soft < 0.04, 0.0, np.minimum(1.5 * soft, 1.0)), np.float32)
    length_mm = float((length * (area.inside > 0.5)).sum())
    return SkinSign(
        length_mm,
        view.patch(mask, area.rows, area.columns, face),
        length_mm=length_mm,
        area_mm2=float(mask.sum()) / view.px_per_mm**2,
    )


SIGNS: tuple[Sign, ...] = (
    Sign(
        "telangiectasia",
        "Visible vessels",
        ("malar_left", "malar_right", "nasal_dorsum", "nasal_tip", "chin"),
        SCALE,
        MOST,
        _detect,
        LEAST_PX_PER_MM,
    ),
)
