"""Relief of the skin: unevenness as acne scars leave it, and pores.

Photographic indices from 0 to 4 set on adult portraits, no clinician's grades: how much darker
small hollows of a given size are than the skin beside them, over the whole region. Darkness counts
in steps of a byte (`scale_space.byte_step`), which is how well a hollow is seen: the healthy skin
of people of every tone varies by as many of them, while in density it varies twice as much on dark
skin, where gloss and noise weigh more. What is brown is pigment and no hollow. A hollow is darker
than the skin on all sides: what is so on two only, as a crease, a rim or the shoulder where light
falls off along a cheek, is none.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from face_mesh.face import Face
from face_mesh.fidelity.faults import DETAIL
from face_mesh.skin.masked_blur import Values, blur, soften
from face_mesh.skin.pigment import freckle_mask
from face_mesh.skin.scale_space import byte_step, density_at, inner_skin
from face_mesh.skin.sign_types import Sign, SkinSign
from face_mesh.skin.working_view import View

SCALE = "0 smooth to 4 severe (photographic index)"
MOST = 4.0
# Coarser photos do not have it. Pores are finer still: what is read are the largest, and clusters.
LEAST_PX_PER_MM = 1.5
_DEEPEST_STEPS = 28.0  # darker than that against its surroundings is a lesion or a hair
_FAINT_STEPS = 2.0  # what healthy skin varies by; author's estimate, as `severe`
# Least curvature over most, of a hollow: 0 a crease or the edge of a shade, 1 a round pit.
_ROUND = (0.05, 0.35)
_CURVED_MM = 0.6  # blur beyond that of the hollow, so that its grain bends nothing
_STEEP = 0.05  # ln of light a mm: where light falls off as fast, the face turns away


@dataclass(frozen=True)
class _Kind:
    """Hollows between two sizes (standard deviations of blurs, mm), and what reads 4.

    `severe` is the mean over a region, in steps of a byte beyond `_FAINT_STEPS`.
    """

    id: str
    name: str
    fine_mm: float
    wide_mm: float
    severe: float
    regions: tuple[str, ...]


_KINDS = {
    kind.id: kind
    for kind in (
        _Kind(
            "acne_scars",
            "Acne scars and uneven skin",
            0.6,
            2.0,
            1.5,
            ("malar_left", "malar_right", "submalar_left", "submalar_right"),
        ),
        _Kind(
            "pores",
            "Pores",
            0.4,
            1.0,
            0.9,
            ("nasal_dorsum", "nasal_tip", "malar_left", "malar_right"),
        ),
    )
}


def hollows(view: View, window: tuple[slice, slice], kind: _Kind) -> Values:
    """Return (h, w) float32 of a window, by how many steps of a byte hollows of a kind are darker.

    Beyond what healthy skin has, from 0.
    """
    fine, wide = (density_at(view, mm, window) for mm in (kind.fine_mm, kind.wide_mm))
    steps = (fine - wide).mean(axis=2) / byte_step(wide).mean(axis=2)
    steps[steps > _DEEPEST_STEPS] = 0.0
    return np.asarray(np.maximum(steps - _FAINT_STEPS, 0.0) * _roundness(fine, view), np.float32)


def _roundness(density: Values, view: View) -> Values:
    """(h, w) float32 from 0 to 1, how much a place is darker than the skin on all sides of it."""
    smooth = blur(density.mean(axis=2)[..., None], _CURVED_MM * view.px_per_mm)[..., 0]
    xx, yy, xy = (
        cv2.Sobel(smooth, cv2.CV_32F, *order, ksize=3) for order in ((2, 0), (0, 2), (1, 1))
    )
    mean, off = -0.5 * (xx + yy), np.hypot(0.5 * (xx - yy), xy)
    share = (mean - off) / np.maximum(mean + off, 1e-6)
    low, high = _ROUND
    return np.asarray(np.clip((share - low) / (high - low), 0.0, 1.0) * (mean > 0), np.float32)


def _flat(view: View, window: tuple[slice, slice], kind: _Kind) -> Values:
    """(h, w) float32, 1 on skin that faces the light evenly and is away from what is no skin."""
    shade = density_at(view, 2.0 * kind.wide_mm, window).mean(axis=2)
    right, down = (cv2.Sobel(shade, cv2.CV_32F, dx, 1 - dx, scale=0.125) for dx in (1, 0))
    level = np.hypot(right, down) * view.px_per_mm < _STEEP
    return np.asarray(level & inner_skin(view, 1.5 * kind.wide_mm, window), np.float32)


def _detect(face: Face, kind: _Kind, region: str) -> SkinSign:
    view = View.of(face)
    area = view.area(region)
    window = area.rows, area.columns
    flat = area.inside * _flat(view, window, kind)
    depth = hollows(view, window, kind) * (1.0 - freckle_mask(view, area))
    whole = float(flat.sum())
    mean = float((depth * flat).sum()) / whole if whole > 1.0 else 0.0
    seen = (depth * (flat > 0.3) > 0).astype(np.float32)
    soft = soften(seen, 0.3 * view.px_per_mm)
    mask = np.where(soft < 0.04, 0.0, np.clip(1.1 * soft, 0, 1)) * area.bare
    return SkinSign(
        MOST * mean / kind.severe,
        view.patch(np.asarray(mask, np.float32), area.rows, area.columns, face),
        area_mm2=float(mask.sum()) / view.px_per_mm**2,
    )


def _sign(kind: _Kind) -> Sign:
    return Sign(
        kind.id,
        kind.name,
        kind.regions,
        SCALE,
        MOST,
        lambda face, region: _detect(face, kind, region),
        LEAST_PX_PER_MM,
        needs=frozenset((DETAIL,)),
    )


SIGNS: tuple[Sign, ...] = tuple(_sign(kind) for kind in _KINDS.values())
