"""Grain of skin that is mixed: colours go over in proportion, and the grain stays as strong.

Two textures that know nothing of each other weaken when they are mixed, at a half to half the
energy: skin treated by half would look smoother than both the skin before and the skin after. Here
what is finer than `GRAIN_MM` is strengthened by as much as the mixing took.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from face_mesh.arrays import Mask, Rgb
from simulate.composite import window_around

GRAIN_MM = 0.8  # standard deviation: what is finer is grain, as in training/figures.py
AROUND_MM = 1.0  # over which two grains are compared: some ten grains
LEAST_ALIKE = -0.5  # a mixture of halves is then a quarter of the energy, which is doubled twice
MOST = 2.5  # of the grain's own standard deviations: what is more is no grain
ROUNDING = 0.25  # levels squared: what does not vary by more has no grain to keep


@dataclass(frozen=True, eq=False)
class Grain:
    """How much the grain of two pictures of the same skin has in common.

    Attributes:
        likeness: (h, w) float32, 1 where it is the same grain, 0 where the two know nothing of each
            other, and at least `LEAST_ALIKE`: less than 0 where they happen to be opposite.
        changed: (h, w) float32, 1 where the pictures differ; nothing else is strengthened.
        sigma_px: standard deviation of the blur that takes the grain away.
        most: levels: what differs from the blur by more, a hair or an edge, is no grain.
    """

    likeness: Mask
    changed: Mask
    sigma_px: float
    most: float

    @classmethod
    def of(cls, photo: Rgb, picture: Rgb, px_per_mm: float) -> Grain:
        """Compare two pictures, (h, w, 3) uint8 each.

        The likeness is twice what their fine detail has in common over what both have, summed over
        the channels: a mixture of halves loses half of what is missing from 1 of its energy. Beside
        a narrow mask there is nothing but the same grain: it may not speak for that in the mask.
        """
        sigma_px = GRAIN_MM * px_per_mm
        changed = (photo != picture).any(axis=2).astype(np.float32)
        one, other = (_fine(part, changed, sigma_px) for part in (photo, picture))
        sums = np.dstack([2.0 * (one * other).sum(axis=2), (one * one + other * other).sum(axis=2)])
        energy = float(sums[..., 1].sum()) / (2.0 * 3.0 * max(float(changed.sum()), 1.0))
        shared, both = cv2.split(cv2.GaussianBlur(sums, (0, 0), AROUND_MM * px_per_mm))
        likeness = np.clip((shared + ROUNDING) / (both + ROUNDING), LEAST_ALIKE, 1.0)
        return cls(np.asarray(likeness, np.float32), changed, sigma_px, MOST * energy**0.5)

    def mix(self, photo: Rgb, picture: Rgb, share: float | Mask) -> Rgb:
        """Return the picture mixed into the photo by a share, (h, w, 3) uint8.

        Args:
            photo: (h, w, 3) uint8, as the grain was read off.
            picture: (h, w, 3) uint8, likewise.
            share: in [0, 1], of all or (h, w) of each pixel.
        """
        out = mix_evenly(photo, picture, share)
        # What is changed lies in the middle of a window with much around it, which stays.
        at = window_around(self.changed > 0)
        some = share[at] if isinstance(share, np.ndarray) else share
        kept = 1.0 - 2.0 * some * (1.0 - some) * (1.0 - self.likeness[at])
        gain = np.asarray(self.changed[at] * (1.0 / np.sqrt(kept) - 1.0), np.float32)
        grain = np.clip(_fine(out[at], self.changed[at], self.sigma_px), -self.most, self.most)
        stronger = np.round(out[at] + gain[..., None] * grain)
        out[at] = np.clip(stronger, 0, 255).astype(np.uint8)
        return out


def _fine(rgb: Rgb, changed: Mask, sigma_px: float) -> npt.NDArray[np.float32]:
    """What is finer than a blur over the changed pixels alone, (h, w, 3), 0 elsewhere.

    Alone, so that the frame of glasses beside them throws no halo over the skin.
    """
    inside = rgb * changed[..., None]
    weight = cv2.GaussianBlur(changed, (0, 0), sigma_px)
    smooth = cv2.GaussianBlur(inside, (0, 0), sigma_px) / np.maximum(weight, 1e-3)[..., None]
    return np.asarray((inside - smooth) * changed[..., None], np.float32)


def mix_evenly(photo: Rgb, picture: Rgb, share: float | Mask) -> Rgb:
    """Return the picture mixed into the photo by a share, colours and grain alike.

    Args:
        photo: (h, w, 3) uint8.
        picture: (h, w, 3) uint8.
        share: in [0, 1], of all or (h, w) of each pixel.
    """
    if isinstance(share, np.ndarray):
        return np.asarray(cv2.blendLinear(photo, picture, 1.0 - share, share), np.uint8)
    return np.asarray(cv2.addWeighted(photo, 1.0 - share, picture, share, 0.0), np.uint8)
