"""Lines of expression: crow's feet, forehead, glabella, and around the mouth.

The severity is a photographic index on the four grades of the Facial Wrinkle Scale (0 none, 1 mild,
2 moderate, 3 severe), continuous and linear in the depth of the lines: how much darker lines of the
expected direction are than the skin beside them, over the whole region. It was set on adult
portraits so that the deepest lines of an eighty-year-old read about 3; no clinician graded them.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from face_mesh.anatomy import point
from face_mesh.arrays import Mask
from face_mesh.face import Face
from face_mesh.skin.ridges import Values, dark_lines
from face_mesh.skin.sign import Detected, Sign
from face_mesh.skin.view import Area, View

SCALE = "0 none to 3 severe (photographic index on the Facial Wrinkle Scale's grades)"
MOST = 3.0
# How much darker than its sides a line must be to count, ln of light: twice what pores and grain
# of smooth young skin leave after the long filter.
FAINT = 0.010
EXPRESSION = 0.35  # blendshape score from which lines are seen in expression, not at rest
_WIDTHS_MM = (0.7, 1.4)
_LENGTH_MM = 5.0


@dataclass(frozen=True)
class _Kind:
    """How the lines of one kind run, and what density of them is severe."""

    id: str
    name: str
    regions: tuple[str, ...]
    spread_deg: float
    severe: float
    expressions: tuple[str, ...]


_KINDS = {
    kind.id: kind
    for kind in (
        _Kind(
            "crows_feet_lines",
            "Crow's feet",
            ("lateral_canthal_left", "lateral_canthal_right"),
            32.0,
            0.020,
            ("mouthSmileLeft", "mouthSmileRight", "eyeSquintLeft", "eyeSquintRight"),
        ),
        _Kind(
            "forehead_lines",
            "Forehead lines",
            ("forehead",),
            20.0,
            0.020,
            ("browInnerUp", "browOuterUpLeft", "browOuterUpRight"),
        ),
        _Kind(
            "glabellar_lines",
            "Frown lines",
            ("glabella",),
            28.0,
            0.020,
            ("browDownLeft", "browDownRight"),
        ),
        _Kind(
            "perioral_lines",
            "Lines around the mouth",
            ("cutaneous_upper_lip",),
            25.0,
            0.020,
            ("mouthPucker",),
        ),
    )
}


def dynamic(face: Face, sign: str) -> bool:
    """Return whether lines are seen in expression rather than at rest.

    Raises:
        KeyError: the sign is no kind of lines.
    """
    return any(face.expression.get(name, 0.0) > EXPRESSION for name in _KINDS[sign].expressions)


def _detect(face: Face, kind: _Kind, region: str) -> Detected:
    view = View.of(face)
    area = view.area(region)
    strength = _strength(view, area, kind, region)
    # Mean of squares would be ruled by one hair: the index is linear in depth.
    severity = MOST * area.mean(np.maximum(strength - FAINT, 0.0)) / kind.severe
    mask = line_mask(strength * np.sqrt(area.inside), area, view.px_per_mm)
    return Detected(severity, view.patch(mask, area.rows, area.columns, face))


def _strength(view: View, area: Area, kind: _Kind, region: str) -> Values:
    along = _direction(view, area, region)
    spread = np.radians(kind.spread_deg)
    seen = [
        dark_lines(area.shade, view.px_per_mm, width, _LENGTH_MM, along, float(spread))
        for width in _WIDTHS_MM
    ]
    return np.asarray(np.maximum.reduce(seen) * area.bare, np.float32)


def line_mask(strength: Values, area: Area, px_per_mm: float) -> Mask:
    """Return the soft mask of lines: their dark middle and both shoulders, on bare skin only."""
    sure = np.clip((strength - FAINT) / FAINT, 0.0, 1.0).astype(np.float32)
    wide = 2 * round(0.55 * px_per_mm) + 1
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (wide, wide))
    grown = cv2.GaussianBlur(cv2.dilate(sure, disc), (0, 0), 0.35 * px_per_mm)
    grown = np.where(grown < 0.04, 0.0, grown)
    return np.asarray(np.clip(1.15 * grown, 0.0, 1.0) * area.bare, np.float32)


def _direction(view: View, area: Area, region: str) -> Values:
    """The direction in which lines of a region run, radians."""
    points = view.face.landmarks_px
    eyes = points[point("pupil_left")] - points[point("pupil_right")]
    level = float(np.arctan2(eyes[1], eyes[0]))
    if region.startswith("lateral_canthal"):
        side = region.rsplit("_", 1)[1]
        x0, y0 = points[point(f"exocanthion_{side}"), :2]
        x, y = area.places()
        return np.asarray(np.arctan2(y - y0, x - x0), np.float32)
    return np.asarray(level if region == "forehead" else level + np.pi / 2, np.float32)


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
