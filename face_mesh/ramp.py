"""How a weight rises from nothing to the whole."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Values = npt.NDArray[np.float32]


def smooth_ramp(share: npt.ArrayLike) -> Values:
    """Return float32 of the shape of `share`: 0 at 0 and below, 1 at 1 and above, without corners.

    A cubic whose slope is 0 at both ends, and three halves in the middle.
    """
    t = np.clip(share, 0.0, 1.0)
    return np.asarray(t * t * (3.0 - 2.0 * t), np.float32)


def ramp(values: npt.ArrayLike, ends: tuple[float, float]) -> Values:
    """Return float32 of the shape of `values`: 0 below the first end, 1 above the second."""
    low, high = ends
    return np.asarray(np.clip((np.asarray(values) - low) / (high - low), 0.0, 1.0), np.float32)
