"""Two kinds of pixels told apart by their colours, from some that are known.

GrabCut: mixtures of five Gaussians for each kind, and a cut through few edges (Rother, Kolmogorov &
Blake 2004, doi 10.1145/1015706.1015720).
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

SEED = 7
Bytes = npt.NDArray[np.uint8]


def foreground(picture: Bytes, kind: Bytes, rounds: int) -> npt.NDArray[np.bool_]:
    """Return (h, w) bool, which pixels are more like the foreground.

    Args:
        picture: (h, w, 3) uint8, of any colour space.
        kind: (h, w) uint8 of `cv2.GC_*`, some of both kinds known; it is changed.
        rounds: how often the colours are looked at again.
    """
    cv2.setRNGSeed(SEED)  # it draws, and the same photo must give the same bytes
    outside, inside = np.zeros((1, 65)), np.zeros((1, 65))
    cv2.grabCut(picture, kind, (0, 0, 0, 0), outside, inside, rounds, cv2.GC_INIT_WITH_MASK)
    return np.isin(kind, (cv2.GC_FGD, cv2.GC_PR_FGD))
