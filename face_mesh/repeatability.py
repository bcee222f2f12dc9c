"""How much two photos of one face differ in what is read, so that noise is not taken for a change.

A reading v has a standard deviation of sqrt(floor^2 + (share v)^2) from photo to photo: of light,
white balance, compression, size, framing, tilt, turn and noise as `benchmarks/retakes.py` varies
them. What is wrong in every photo of somebody alike, as a scale may be, is not in it: `Measure.sd`
has that.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

TABLE = Path(__file__).with_name("repeatability.toml")
# Of the standard deviation of one reading, what the difference of two exceeds by chance once in
# twenty times: Bland and Altman's coefficient of repeatability (Lancet 1986, 327:307).
Z_OF_PAIR = 1.96 * math.sqrt(2.0)


def smallest_change(id_: str, value: float) -> float | None:
    """Return the smallest change between two photos that is more than noise (95 %), in its unit.

    Args:
        id_: of a sign of the skin or of a measure, with its side or without.
        value: that was read in the first photo.

    Returns:
        None where it is not known how well it repeats.
    """
    row = _table().get(id_.removesuffix("_left").removesuffix("_right"))
    return None if row is None else Z_OF_PAIR * math.hypot(row[0], row[1] * value)


@cache
def _table() -> Mapping[str, tuple[float, float]]:
    rows = tomllib.loads(TABLE.read_text("utf-8"))
    return {id_: (row["floor"], row["share"]) for id_, row in rows.items()}
