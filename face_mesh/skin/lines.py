"""Lines of expression: crow's feet, forehead, glabella, and around the mouth.

The severity is a photographic index on the four grades of the Facial Wrinkle Scale (0 none, 1 mild,
2 moderate, 3 severe), continuous and linear in the depth and
in the length of the lines: how much darker lines of the expected direction are than the skin beside
them, over the whole region. It was set on adult portraits; no clinician graded them.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from scipy import ndimage

from face_mesh.arrays import Mask
from face_mesh.face import Face
from face_mesh.skin.ridges import Values, dark_lines
from face_mesh.skin.sign import Detected, Sign
from face_mesh.skin.spread import softened
from face_mesh.skin.view import Area, View
from face_mesh.skin.zones import line_area, line_direction

SCALE = "0 none to 3 severe (photographic index on the Facial Wrinkle Scale's grades)"
MOST = 3.0
EXPRESSION = 0.35  # blendshape score from which lines are seen in expression, not at rest
_WIDTH_MM = 1.4
_LENGTH_MM = 7.0

# A line enters the mask where it is at least this much darker than its sides (ln of light), and
# darker than this share of what grain answers in the other directions; if it is half as much again
# somewhere, and long enough. Author's estimates, from pictures.
FAINT = 0.015
_STANDS_OUT = 0.85
_PLAIN = 0.05  # a line of this depth is one on any skin
_SHORTEST_MM = 5.0


@dataclass(frozen=True)
class _Kind:
    """How the lines of one kind run, and what they answer.

    Attributes:
        spread_deg: to either side of the expected direction.
        grain: quantile of what the other directions answer, which is taken off before the mean:
            from there on a line stands out of rough skin. 0 takes nothing off.
        severe: mean answer over the region, ln of light, that reads 3.
        expressions: blendshapes in which such lines are dynamic.
    """

    id: str
    name: str
    regions: tuple[str, ...]
    spread_deg: float
    grain: float
    severe: float
    expressions: tuple[str, ...]


_KINDS = {
    kind.id: kind
    for kind in (
        _Kind(
            "crows_feet_lines",
            "Crow's feet",
            ("lateral_canthal_left", "lateral_canthal_right"),
            20.0,
            0.0,
            0.055,
            ("mouthSmileLeft", "mouthSmileRight", "eyeSquintLeft", "eyeSquintRight"),
        ),
        _Kind(
            "forehead_lines",
            "Forehead lines",
            ("forehead",),
            20.0,
            0.7,
            0.010,
            ("browInnerUp", "browOuterUpLeft", "browOuterUpRight"),
        ),
        _Kind(
            "glabellar_lines",
            "Frown lines",
            ("glabella",),
            25.0,
            0.7,
            0.016,
            ("browDownLeft", "browDownRight"),
        ),
        _Kind(
            "perioral_lines",
            "Lines around the mouth",
            ("cutaneous_upper_lip",),
            20.0,
            0.7,
            0.030,
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
    area = line_area(view, region)
    strength, others = _strength(view, area, kind, region)
    level = _level(strength, others, area, kind.grain)
    faint = float(np.clip(_quantile(others, area, _STANDS_OUT), FAINT, _PLAIN))
    lines = _lines(strength, faint, area, view.px_per_mm)
    mask = line_mask(lines * area.inside, area, view.px_per_mm)
    length_mm, depth = _extent(strength, lines, area, view.px_per_mm)
    return Detected(
        float(np.clip(MOST * level / kind.severe, 0.0, MOST)),
        view.patch(mask, area.rows, area.columns, face),
        length_mm,
        depth,
        float(mask.sum()) / view.px_per_mm**2,
    )


def _strength(view: View, area: Area, kind: _Kind, region: str) -> tuple[Values, Values]:
    along = line_direction(view, area, region)
    spread = float(np.radians(kind.spread_deg))
    return dark_lines(area.shade, view.px_per_mm, _WIDTH_MM, _LENGTH_MM, along, spread)


def _level(strength: Values, others: Values, area: Area, grain: float) -> float:
    """Return the mean depth of lines over the region that grain does not explain, ln of light."""
    if not grain:
        return area.mean(strength)
    return area.mean(np.maximum(strength - max(_quantile(others, area, grain), 0.0), 0.0))


def _quantile(values: Values, area: Area, share: float) -> float:
    inside = values[area.inside > 0.5]
    return float(np.quantile(inside, share)) if inside.size else 0.0


def _lines(strength: Values, faint: float, area: Area, px_per_mm: float) -> Mask:
    """1 where a line is that is dark enough somewhere and long enough, (h, w)."""
    seen = ((strength > faint) & (area.inside > 0.3)).astype(np.uint8)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(seen, connectivity=8)
    peaks = np.asarray(ndimage.maximum(strength, labels, np.arange(count)), np.float32)
    across = np.hypot(stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT])
    kept = (peaks > 1.5 * faint) & (across > _SHORTEST_MM * px_per_mm)
    kept[0] = False
    return np.asarray(kept[labels], np.float32)


def line_mask(lines: Mask, area: Area, px_per_mm: float) -> Mask:
    """Return the soft mask of lines: their dark middle and both shoulders, on bare skin only."""
    wide = 2 * round(0.3 * px_per_mm) + 1
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (wide, wide))
    grown = softened(np.asarray(cv2.dilate(lines, disc), np.float32), 0.35 * px_per_mm)
    grown = np.where(grown < 0.04, 0.0, grown)
    return np.asarray(np.clip(1.15 * grown, 0.0, 1.0) * area.bare, np.float32)


def _extent(strength: Values, lines: Mask, area: Area, px_per_mm: float) -> tuple[float, float]:
    """Length of all lines, mm, and their mean depth, ln of light.

    A line answers over the width of the filter, so its area over that width is its length.
    """
    seen = lines * area.inside
    size = float(seen.sum())
    if size < 1.0:
        return 0.0, 0.0
    depth = float((strength * seen).sum() / size)
    return size / px_per_mm**2 / _WIDTH_MM, depth


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
