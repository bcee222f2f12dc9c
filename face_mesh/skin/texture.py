"""Relief of the skin: unevenness as acne scars leave it, and pores.

Photographic indices from 0 to 4 set on adult portraits, no clinician's grades: how much darker
small hollows of a given size are than the skin beside them, over the whole region.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from face_mesh.face import Face
from face_mesh.fidelity.faults import DETAIL
from face_mesh.skin.masked_blur import across, soften
from face_mesh.skin.ridges import Values
from face_mesh.skin.sign_types import Sign, SkinSign
from face_mesh.skin.working_view import View

SCALE = "0 smooth to 4 severe (photographic index)"
MOST = 4.0
# One scale for photos of any size, coarse enough that half a good portrait still has it. Pores are
# finer: what is read are the largest, and clusters.
WORK_PX_PER_MM = 1.5
_DEEPEST = 0.35  # darker than that against its surroundings is a lesion or a hair


@dataclass(frozen=True)
class _Kind:
    """Hollows between two sizes (standard deviations of blurs, mm), and what reads 4."""

    id: str
    name: str
    fine_mm: float
    wide_mm: float
    faint: float
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
            0.015,
            0.03,
            ("malar_left", "malar_right", "submalar_left", "submalar_right"),
        ),
        _Kind(
            "pores",
            "Pores",
            0.4,
            1.0,
            0.015,
            0.03,
            ("nasal_dorsum", "nasal_tip", "malar_left", "malar_right"),
        ),
    )
}


def hollows(shade: Values, bare: Values, px_per_mm: float, kind: _Kind) -> Values:
    """Return (h, w) float32, how much darker hollows of a kind are than their surroundings."""
    layer = shade[..., None]
    fine = across(layer, bare, kind.fine_mm * px_per_mm)[..., 0]
    wide = across(layer, bare, kind.wide_mm * px_per_mm)[..., 0]
    depth = np.maximum(fine - wide - kind.faint, 0.0)
    return np.asarray(np.where(depth > _DEEPEST, 0.0, depth) * (bare > 0.5), np.float32)


def _detect(face: Face, kind: _Kind, region: str) -> SkinSign:
    view = View.of(face)
    area = view.area(region)
    ppm = min(WORK_PX_PER_MM, view.px_per_mm)
    size = [max(1, round(n * ppm / view.px_per_mm)) for n in reversed(area.bare.shape)]
    layers = (area.shade, area.bare.astype(np.float32), area.inside)
    shade, bare, inside = (
        np.asarray(cv2.resize(layer, size, interpolation=cv2.INTER_AREA), np.float32)
        for layer in layers
    )
    depth = hollows(shade, bare, ppm, kind)
    whole = float(inside.sum())
    mean = float((depth * inside).sum()) / whole if whole > 1.0 else 0.0
    seen = (depth * (inside > 0.3) > 0).astype(np.float32)
    there = cv2.resize(seen, area.bare.shape[::-1], interpolation=cv2.INTER_LINEAR)
    soft = soften(np.asarray(there, np.float32), 0.3 * view.px_per_mm)
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
        needs=frozenset((DETAIL,)),
    )


SIGNS: tuple[Sign, ...] = tuple(_sign(kind) for kind in _KINDS.values())
