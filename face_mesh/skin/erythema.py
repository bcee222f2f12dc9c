"""Redness of the middle of the face against its sides, the pattern of rosacea.

A face that is red all over reads none of it; a red nose and red cheeks beside pale temples do. That
is a pattern and no diagnosis: sun, cold, make-up and a flush look the same in one photo.
"""

from __future__ import annotations

import numpy as np

from face_mesh.face import Face
from face_mesh.fidelity.faults import COLOUR
from face_mesh.skin.chromophores import HAEMOGLOBIN
from face_mesh.skin.colour import MOST, amounts, excess_mask, usual_amount, usual_step
from face_mesh.skin.masked_blur import blur
from face_mesh.skin.sign_types import Sign, SkinSign
from face_mesh.skin.working_view import View

SCALE = "0 none to 4 severe (photographic index, the middle of the face against its sides)"
SIDES = ("temple_left", "temple_right", "submalar_left", "submalar_right")
_CENTRE = ("malar_left", "malar_right", "nasal_dorsum", "nasal_tip", "chin", "glabella")
_SEVERE = 0.8  # mean excess of haemoglobin over a region that reads 4, as of redness
_BROAD_MM = 2.0  # a single pimple is no pattern
_FAINT, _FAINT_STEPS = 0.02, 8.0  # of haemoglobin, and in steps of a byte; author's estimates


def _detect(face: Face, region: str) -> SkinSign:
    view = View.of(face)
    area = view.area(region)
    here = amounts(view)[area.rows, area.columns, HAEMOGLOBIN]
    wide = blur(here[..., None], _BROAD_MM * view.px_per_mm)[..., 0]
    sides = max(
        usual_amount(view, HAEMOGLOBIN, 0.5, SIDES[:2]),
        usual_amount(view, HAEMOGLOBIN, 0.5, SIDES[2:]),
    )
    faint = _FAINT + _FAINT_STEPS * usual_step(view)
    excess = np.asarray(np.maximum(wide - sides - faint, 0.0) * area.bare, np.float32)
    mask = excess_mask(excess, area, view.px_per_mm)
    return SkinSign(
        MOST * area.mean(excess) / _SEVERE,
        view.patch(mask, area.rows, area.columns, face),
        area_mm2=float(mask.sum()) / view.px_per_mm**2,
    )


SIGNS: tuple[Sign, ...] = (
    Sign(
        "centrofacial_redness",
        "Redness of the middle of the face",
        _CENTRE,
        SCALE,
        MOST,
        _detect,
        needs=frozenset((COLOUR,)),
    ),
)
