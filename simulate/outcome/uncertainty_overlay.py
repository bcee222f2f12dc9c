"""The map of where a simulated picture is unsure, laid over it."""

from __future__ import annotations

import cv2
import numpy as np

from face_mesh.arrays import Rgb
from simulate.outcome.outcome import Outcome

COLOUR = np.array([255.0, 150.0, 0.0], np.float32)  # told from skin of any tone, and from redness
LEAST = 0.02  # below it nothing is laid over
MOST_COVER = 0.6  # of the picture, where it is least sure
BAND_SHARE = 0.2  # stripes of equal uncertainty, so that the map reads without colour vision


def overlaid(outcome: Outcome) -> Rgb:
    """Return the picture with its uncertainty over it, (H, W, 3) uint8.

    In steps, each a fifth of `Outcome.uncertainty`: the stronger the colour, the less sure.
    """
    unsure = outcome.uncertainty
    steps = np.ceil(unsure / BAND_SHARE) * BAND_SHARE
    cover = np.where(unsure > LEAST, MOST_COVER * np.minimum(steps, 1.0), 0.0)
    soft = cv2.GaussianBlur(cover.astype(np.float32), (0, 0), 0.8)[..., None]
    mixed = outcome.image * (1.0 - soft) + COLOUR * soft
    return np.asarray(np.round(mixed), np.uint8)
