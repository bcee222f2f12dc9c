"""Melasma-like patches, with the parts of the modified melasma area and severity index (mMASI).

mMASI (Pandya et al. 2011, doi 10.1016/j.jaad.2009.10.051): over forehead, both cheeks and chin the
sum of weight x area x darkness, area in classes 0 to 6, darkness 0 to 4; 0 to 24 in all. What is
given here is an index after it: darkness is measured, and no dermatologist saw whether a patch is
melasma at all.
"""

from __future__ import annotations

import cv2
import numpy as np

from face_mesh.face import Face
from face_mesh.fidelity.faults import COLOUR
from face_mesh.skin.colour import MOST, SCALE, excess_mask, melasma_excess
from face_mesh.skin.masked_blur import Values
from face_mesh.skin.sign_types import Sign, SkinSign
from face_mesh.skin.working_view import Area, View

WEIGHTS = {"forehead": 0.3, "malar_left": 0.3, "malar_right": 0.3, "chin": 0.1}
_SEVERE = 0.5  # mean excess of melanin over a region that reads 4
_DARKEST = 0.5  # excess of melanin in a patch that is as dark as they get; author's estimate
# Least share of a region that each class of area from 1 on covers (mMASI).
_CLASSES = (1e-3, 0.10, 0.30, 0.50, 0.70, 0.90)


def mmasi(face: Face) -> float:
    """Return the index of the whole face, 0 to 24, the sum of what its regions add."""
    return sum(_detect(face, region).parts["mmasi"] for region in WEIGHTS)


def _detect(face: Face, region: str) -> SkinSign:
    view = View.of(face)
    area = view.area(region)
    excess = melasma_excess(view, area)
    mask = excess_mask(excess, area, view.px_per_mm)
    return SkinSign(
        MOST * area.mean(excess) / _SEVERE,
        view.patch(mask, area.rows, area.columns, face),
        area_mm2=float(mask.sum()) / view.px_per_mm**2,
        parts=_parts(excess, area, WEIGHTS.get(region, 0.0)),
    )


def _parts(excess: Values, area: Area, weight: float) -> dict[str, float]:
    """Share of the region's area, darkness 0 to 4, evenness 0 to 1, and what they add to mMASI.

    Evenness is the share of all patches that the largest has: 1 one patch, near 0 many specks.
    """
    patches = (excess > 0) & (area.inside > 0.5)
    whole, covered = np.count_nonzero(area.inside > 0.5), np.count_nonzero(patches)
    share = covered / whole if whole else 0.0
    darkness = min(4.0, 4.0 * float(excess[patches].mean()) / _DARKEST) if covered else 0.0
    _, _, stats, _ = cv2.connectedComponentsWithStats(patches.astype(np.uint8))
    largest = int(stats[1:, cv2.CC_STAT_AREA].max(initial=0))
    return {
        "area_share": share,
        "darkness": darkness,
        "evenness": largest / covered if covered else 0.0,
        "mmasi": weight * float(np.searchsorted(_CLASSES, share, "right")) * darkness,
    }


SIGNS: tuple[Sign, ...] = (
    Sign(
        "melasma",
        "Melasma-like patches",
        (*WEIGHTS, "cutaneous_upper_lip"),
        SCALE,
        MOST,
        _detect,
        needs=frozenset((COLOUR,)),
    ),
)
