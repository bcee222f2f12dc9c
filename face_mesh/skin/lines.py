"""Lines of expression: crow's feet, forehead, glabella, and around the mouth.

The severity is a photographic index on the four grades of the Facial Wrinkle Scale (0 none, 1 mild,
2 moderate, 3 severe), continuous and linear in the depth and in the length of the lines: how much
darker lines of the expected direction are than the skin beside them, as far as they stand out of
its grain, over the whole region. It was set on adult portraits; no clinician graded them.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from scipy import ndimage

from face_mesh.arrays import Mask
from face_mesh.face import Face
from face_mesh.fidelity.faults import DETAIL
from face_mesh.ramp import ramp
from face_mesh.skin.line_zones import line_area, line_direction, line_zone
from face_mesh.skin.masked_blur import soften
from face_mesh.skin.relief import relief_scale
from face_mesh.skin.ridges import OTHER_WAYS, Fan, Values, dark_lines
from face_mesh.skin.sign_types import Sign, SkinSign
from face_mesh.skin.working_view import Area, View

SCALE = "0 none to 3 severe (photographic index on the Facial Wrinkle Scale's grades)"
MOST = 3.0

# A line is one where it is darker than its sides than the least depth of its kind (ln of light),
# or than this share of what grain answers in the other directions, up to twice the least; if it is
# so many times that somewhere, and so long. Tuned on the people that are not held out.
_STANDS_OUT = 0.8
_PLAIN = 2.0  # times the least depth: a line on any skin
_PEAK = (1.2, 1.8)
_LONG_MM = (4.0, 6.0)
# The same of crow's feet, which are many: by the above, single faint lines more or less at rest
# outweighed in young women what a smile had deepened.
_MANY_PEAK = (1.2, 3.0)
_MANY_LONG_MM = (3.0, 7.0)
# Where less than this share of a zone is bare skin, what is seen does not stand for the rest: the
# rim of a fringe would be a lined forehead.
_LEAST_SEEN = 0.25
# A line ends where it has this share of its greatest depth: the long filter goes on beyond its
# ends, where it still answers half, and to its sides.
_TAIL = 0.4
_MIDDLE = 0.85  # of what is answered within its width: the middle of a line, not its side
_TRACE = (
    0.75  # of the least depth of a line: so faint it still is the same line. Author's estimate.
)
_STEP_PX = 1.1  # from pixel to pixel of a thin line, mean over directions near level or upright


@dataclass(frozen=True)
class _Kind:
    """How the lines of one kind run, and what they answer.

    Attributes:
        width_mm, length_mm: of the lines looked for.
        spread_deg: to either side of the expected direction.
        faint: the least depth of a line, ln of light on light skin.
        severe: mean answer over the region, ln of light, that reads 3.
        expressions: blendshapes in which such lines are dynamic.
        least_px_per_mm: of the photo. At a coarser scale a reading departs from that at 2.5 px/mm
            by more than half a standard deviation over people (18 of the London set).
        fan: of directions that count in part, on the left side of the face.
        beyond_mm: over which a line that goes on beyond the zone is treated less and less; beyond
            a zone that ends at lips, nostrils or the sides of a nose lie shadows of those.
        other_ways: share of what other directions answer that is taken off: more for the long lines
            of a forehead, which rough skin imitates over less.
        peak: how many times the least depth a line is somewhere, where it begins to count and
            where it counts whole.
        long_mm: the same of its length.
    """

    id: str
    name: str
    regions: tuple[str, ...]
    width_mm: float
    length_mm: float
    spread_deg: float
    faint: float
    severe: float
    expressions: tuple[str, ...]
    least_px_per_mm: float
    fan: Fan | None = None
    beyond_mm: float = 6.0
    other_ways: float = OTHER_WAYS
    peak: tuple[float, float] = _PEAK
    long_mm: tuple[float, float] = _LONG_MM


# At rest old crow's feet run up towards the temple as well, where a smile alone draws none.
_FAN = Fan(float(np.radians(-60.0)), float(np.radians(30.0)), 0.3)

_KINDS = {
    kind.id: kind
    for kind in (
        _Kind(
            "crows_feet_lines",
            "Crow's feet",
            ("lateral_canthal_left", "lateral_canthal_right"),
            1.4,
            7.0,
            20.0,
            0.015,
            0.033,
            ("mouthSmileLeft", "mouthSmileRight", "eyeSquintLeft", "eyeSquintRight"),
            0.8,
            _FAN,
            peak=_MANY_PEAK,
            long_mm=_MANY_LONG_MM,
        ),
        _Kind(
            "forehead_lines",
            "Forehead lines",
            ("forehead",),
            2.0,
            12.0,
            20.0,
            0.03,
            0.013,
            ("browInnerUp", "browOuterUpLeft", "browOuterUpRight"),
            0.8,
            other_ways=0.75,
        ),
        _Kind(
            "glabellar_lines",
            "Frown lines",
            ("glabella",),
            1.4,
            7.0,
            25.0,
            0.01,
            0.014,
            ("browDownLeft", "browDownRight"),
            1.0,
            beyond_mm=2.0,
        ),
        _Kind(
            "perioral_lines",
            "Lines around the mouth",
            ("cutaneous_upper_lip",),
            1.0,
            5.0,
            20.0,
            0.01,
            0.025,
            ("mouthPucker",),
            1.2,
            beyond_mm=0.0,
        ),
    )
}


def _detect(face: Face, kind: _Kind, region: str) -> SkinSign:
    view = View.of(face)
    area = line_area(view, region)
    strength, others = _strength(view, area, kind, region)
    grain = _quantile(others, area, _STANDS_OUT)
    faint = float(np.clip(grain, kind.faint, _PLAIN * kind.faint))
    lines = _lines(strength, faint, area, view.px_per_mm, kind)
    drawn = np.asarray((lines > 0.5) * area.inside, np.float32)
    if kind.beyond_mm:  # beside lips nothing that is fainter than a line is one
        width_px = kind.width_mm * view.px_per_mm
        drawn = _traced(strength, lines, area, faint, width_px) * area.inside
        drawn = np.maximum(drawn, _continued(strength, lines, area, view.px_per_mm, kind.beyond_mm))
    mask = line_mask(drawn, area, view.px_per_mm)
    length_mm, depth = _extent(strength, lines, area, view.px_per_mm)
    seen, zone = float(area.inside.sum()), float(line_zone(view, region).mask.sum())
    answer = float((strength * lines * area.inside).sum())
    return SkinSign(
        MOST * answer / (max(seen, _LEAST_SEEN * zone) * kind.severe),
        view.patch(mask, area.rows, area.columns, face),
        length_mm,
        depth,
        float(mask.sum()) / view.px_per_mm**2,
    )


def _strength(view: View, area: Area, kind: _Kind, region: str) -> tuple[Values, Values]:
    along = line_direction(view, area, region)
    spread = float(np.radians(kind.spread_deg))
    fan = kind.fan
    if fan is not None and region.endswith("_right"):
        fan = fan.mirror_image
    depth = np.asarray(relief_scale(view) * area.shade, np.float32)
    ppm, width_mm, length_mm = view.px_per_mm, kind.width_mm, kind.length_mm
    return dark_lines(depth, ppm, width_mm, length_mm, along, spread, fan, kind.other_ways)


def _quantile(values: Values, area: Area, share: float) -> float:
    inside = values[area.inside > 0.5]
    return float(np.quantile(inside, share)) if inside.size else 0.0


def _lines(strength: Values, faint: float, area: Area, px_per_mm: float, kind: _Kind) -> Mask:
    """Weight in [0, 1] where a line is that is dark enough somewhere and long enough, (h, w).

    It grows from nothing to 1 with depth and length: a line that fades goes little by little.
    """
    seen = ((strength > faint) & (area.inside > 0.3)).astype(np.uint8)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(seen, connectivity=8)
    peaks = np.asarray(ndimage.maximum(strength, labels, np.arange(count)), np.float32)
    across_px = np.hypot(stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT])
    long_mm = np.asarray(across_px / px_per_mm, np.float32)
    times = np.asarray(peaks / faint, np.float32)
    sure = ramp(times, kind.peak) * ramp(long_mm, kind.long_mm)
    weights = np.asarray(sure, np.float32)
    weights[0] = 0.0
    least = np.maximum(faint, _TAIL * peaks)
    return np.asarray(weights[labels] * (strength > least[labels]), np.float32)


def _traced(strength: Values, lines: Mask, area: Area, faint: float, width_px: float) -> Mask:
    """The lines that are read, each as far as it is seen, (h, w): where it fades, so does it.

    A line that is read in pieces is one line, and treated in pieces a row of dashes. Hysteresis, as
    in Canny 1986, doi 10.1109/TPAMI.1986.4767851.
    """
    read = (lines > 0.5) & (area.inside > 0.3)
    side = 2 * round(width_px) + 1
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
    # The long filter answers to the sides of a dark line too, where nothing is.
    along = strength > np.maximum(_TRACE * faint, _MIDDLE * cv2.dilate(strength, disc))
    seen = (read | (along & (area.inside > 0.3))).astype(np.uint8)
    _, labels = cv2.connectedComponents(seen, connectivity=8)
    on = np.isin(labels, np.setdiff1d(labels[read], [0]))
    fading = np.where(read, 1.0, ramp(strength / faint, (0.0, 1.0)))
    return np.asarray(on * fading, np.float32)


def _continued(
    strength: Values, lines: Mask, area: Area, px_per_mm: float, beyond_mm: float
) -> Mask:
    """The lines that are read, and on beyond their zone, where they fade out, (h, w).

    A zone is ours and not the skin's: treated up to its edge, a line would be cut off dead there.
    """
    read = (lines > 0.5) & (area.inside > 0.3)
    beyond = area.bare & (area.inside <= 0.3)
    if not read.any():
        return np.zeros(lines.shape, np.float32)
    least = float(np.median(strength[read])) * _TAIL
    seen = (read | (beyond & (strength > least))).astype(np.uint8)
    _, labels = cv2.connectedComponents(seen, connectivity=8)
    on = np.isin(labels, np.setdiff1d(labels[read], [0]))
    zone = (area.inside > 0.3).astype(np.uint8)
    # What is no skin inside the zone is no edge of it.
    away_mm = cv2.distanceTransform(1 - zone, cv2.DIST_L2, 5) / px_per_mm
    return np.asarray(on * np.clip(1.0 - away_mm / beyond_mm, 0.0, 1.0), np.float32)


def line_mask(lines: Mask, area: Area, px_per_mm: float) -> Mask:
    """Return the soft mask of lines: their dark middle and both shoulders, on bare skin only."""
    wide = 2 * round(0.3 * px_per_mm) + 1
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (wide, wide))
    grown = soften(np.asarray(cv2.dilate(lines, disc), np.float32), 0.35 * px_per_mm)
    grown = np.where(grown < 0.04, 0.0, grown)
    return np.asarray(np.clip(1.15 * grown, 0.0, 1.0) * area.bare, np.float32)


def _extent(strength: Values, lines: Mask, area: Area, px_per_mm: float) -> tuple[float, float]:
    """Length of all lines, mm, and their mean depth, ln of light.

    Length is that of the thinned lines; a step from pixel to pixel is between 1 and 1.41 px.
    """
    seen = (lines > 0.5) & (area.inside > 0.3)
    if not seen.any():
        return 0.0, 0.0
    thin = cv2.ximgproc.thinning(np.asarray(255 * seen, np.uint8)) > 0
    depth = float(strength[thin].mean()) if thin.any() else 0.0
    return _STEP_PX * float(thin.sum()) / px_per_mm, depth


def _sign(kind: _Kind) -> Sign:
    return Sign(
        kind.id,
        kind.name,
        kind.regions,
        SCALE,
        MOST,
        lambda face, region: _detect(face, kind, region),
        least_px_per_mm=kind.least_px_per_mm,
        expressions=kind.expressions,
        needs=frozenset((DETAIL,)),
    )


SIGNS: tuple[Sign, ...] = tuple(_sign(kind) for kind in _KINDS.values())
