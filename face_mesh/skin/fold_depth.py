"""How deep a fold is, for its severity: darkness against the skin beside it, in a band laid out.

The nasolabial fold is its crease, the greatest narrow darkness against both sides in each row, and
how much lighter the cheek is that overhangs it, over the band. Stubble is darker than the cheek as
well, but has no crease; nothing is left out for it. The others are means over the band: a
marionette line of what is darker than both sides, a trough and the shade below a bag of what is
darker than the skin above, which stands out.

Which measure, and its numbers, were chosen on half of 220 portraits of the United States Congress
and two thirds of the London set: for the rank correlation with age, a smile above rest, and no
slope with ITA at equal age.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from face_mesh.skin.unrolled_strip import STEP_MM, Band, Values

MOST = 4.0
_FINE_MM, _ALONG_MM = 0.6, 2.0  # standard deviations of blurs, across and along
_WIDE_MM = 1.2  # the same of the overhang, which is no narrower


# How much darker the skin of a band is than that so many mm outwards, inwards below 0; blurred
# across by a standard deviation in mm.
Drop = Callable[[float, float], Values]


@dataclass(frozen=True)
class FoldDepth:
    """What is read of one kind of fold.

    Attributes:
        from_mm, to_mm: across the curve, outwards (upwards about the eye).
        mean: depth from the drops of a band and what of it counts, ln of light.
        tone: power of `relief_scale` that it takes. Wide soft shade needs less of it than lines,
            pigment in a trough more.
        least, extreme: the depths that read 0 and 4. The least is what the smoothest twentieth of
            young adults has at rest.
    """

    from_mm: float
    to_mm: float
    mean: Callable[[Drop, Values], float]
    tone: float
    least: float
    extreme: float

    def severity(self, band: Band, first_mm: float, rows: Values | None, scale: float) -> float:
        """Return the grade, from 0 on; beyond 4 where a fold is deeper than extreme.

        Args:
            band: reaching at least 5 mm beyond `from_mm` and `to_mm`.
            first_mm: of the curve that is left out.
            rows: (n, 1), 1 where a row is of the region; None for all.
            scale: of `relief_scale`.
        """
        within = (band.across_mm >= self.from_mm) & (band.across_mm <= self.to_mm)
        counts = band.bare[:, within] * (1.0 if rows is None else rows)
        counts[: round(first_mm / STEP_MM)] = 0.0

        def drop(beside_mm: float, fine_mm: float) -> Values:
            return band.drop(fine_mm, _ALONG_MM, beside_mm)[:, within]

        depth = float(np.power(scale, self.tone)) * self.mean(drop, np.asarray(counts, np.float32))
        return MOST * max(depth - self.least, 0.0) / (self.extreme - self.least)


def _crease_and_overhang(drop: Drop, counts: Values) -> float:
    crease = 0.5 * (drop(1.2, _FINE_MM) + drop(-1.2, _FINE_MM))
    return _deepest(crease, counts) + _whole(drop(2.0, _WIDE_MM), counts)


def _below_both(drop: Drop, counts: Values) -> float:
    return _whole(np.minimum(drop(2.0, _FINE_MM), drop(-2.0, _FINE_MM)), counts)


def _below_upper(drop: Drop, counts: Values) -> float:
    return _whole(drop(1.2, _FINE_MM), counts)


def _deepest(depth: Values, counts: Values) -> float:
    """Mean over the rows that show skin of the greatest depth in each."""
    seen = counts > 0.5
    rows = seen.any(axis=1)
    if not rows.any():
        return 0.0
    deepest = np.where(seen, depth, 0.0)[rows].max(axis=1)
    return float(np.maximum(deepest, 0.0).mean())


def _whole(depth: Values, counts: Values) -> float:
    """Mean over what counts; a band that is hardly seen is not filled up."""
    least = 0.1 * counts.size
    return float((np.maximum(depth, 0.0) * counts).sum() / max(float(counts.sum()), least))


FOLD_DEPTHS = {
    "nasolabial_fold": FoldDepth(-10.0, 10.0, _crease_and_overhang, 0.4, 0.028, 0.42),
    "marionette_fold": FoldDepth(-8.0, 8.0, _below_both, 1.0, 0.0012, 0.016),
    "tear_trough": FoldDepth(-5.0, 5.0, _below_upper, 1.5, 0.006, 0.055),
    "eye_bags": FoldDepth(-4.0, 1.0, _below_upper, 1.0, 0.003, 0.075),
}
