"""Relief of the skin: unevenness as acne scars leave it, and pores.

Photographic indices from 0 to 4 set on adult portraits, no clinician's grades: how much darker
small hollows of a given size are than the skin beside them, over the whole region.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from face_mesh.face import Face
from face_mesh.skin.ridges import Values
from face_mesh.skin.sign import Detected, Sign
from face_mesh.skin.spread import across
from face_mesh.skin.view import View

SCALE = "0 smooth to 4 severe (photographic index)"
MOST = 4.0
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
            0.2,
            0.6,
            0.02,
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
    return np.asarray(np.where(depth > _DEEPEST, 0.0, depth) * (bare > 0), np.float32)


def _detect(face: Face, kind: _Kind, region: str) -> Detected:
    view = View.of(face)
    area = view.area(region)
    depth = hollows(area.shade, area.bare.astype(np.float32), view.px_per_mm, kind)
    severity = MOST * area.mean(depth) / kind.severe
    seen = (depth * (area.inside > 0.3) > 0).astype(np.float32)
    wide = 2 * max(1, round(0.6 * kind.fine_mm * view.px_per_mm)) + 1
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (wide, wide))
    soft = cv2.GaussianBlur(cv2.dilate(seen, disc), (0, 0), 0.3 * view.px_per_mm)
    mask = np.where(soft < 0.04, 0.0, np.clip(1.1 * soft, 0, 1)) * area.bare
    patch = view.patch(np.asarray(mask, np.float32), area.rows, area.columns, face)
    return Detected(severity, patch)


def _sign(kind: _Kind) -> Sign:
    return Sign(
        kind.id,
        kind.name,
        kind.regions,
        SCALE,
        MOST,
        lambda face, region: _detect(face, kind, region),
    )


SIGNS: tuple[Sign, ...] = tuple(_sign(kind) for kind in _KINDS.values())
