"""The deepest way through a strip, row by row: dynamic programming."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt


def deepest_path(depth: npt.NDArray[np.float32], bend: float) -> npt.NDArray[np.intp]:
    """Return the column of the deepest line through all rows, (n,).

    Args:
        depth: (n, m) float32.
        bend: what a step to a neighbouring column costs, so that the line keeps its way.
    """
    total, back = depth[0].astype(np.float64), np.zeros(depth.shape, np.intp)
    for row in range(1, len(depth)):
        wider = np.pad(total, 1, constant_values=-np.inf)
        ways = np.stack([wider[:-2] - bend, total, wider[2:] - bend])
        back[row] = np.argmax(ways, axis=0) - 1
        total = ways.max(axis=0) + depth[row]
    path = np.zeros(len(depth), np.intp)
    path[-1] = int(np.argmax(total))
    for row in range(len(depth) - 1, 0, -1):
        path[row - 1] = path[row] + back[row, path[row]]
    return path
