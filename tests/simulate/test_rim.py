"""Skin painted under a soft mask has as much grain as skin has, on its rim too.

Where a share s of painted skin is mixed with 1 - s of the photo's, whose grains know nothing of
each other, their energies add up: (1 - s)² + s². At a half that is a half, and a rim is smooth.
"""

import cv2
import numpy as np
import pytest

from face_mesh.arrays import Bool, Rgb
from simulate.inpaint.embedded import EmbeddedEngine
from simulate.inpaint.engine import Fill
from simulate.inpaint.network import SCALE_PX_PER_MM

SHAPE = (96, 176)


def grainy_skin() -> Rgb:
    """Skin of one colour with grain of about a pixel, as a camera's is after its noise filter."""
    grain = np.random.default_rng(1).normal(size=(*SHAPE, 1))
    grain = cv2.GaussianBlur(grain, (0, 0), 0.7)[..., None]
    skin = np.array((190, 150, 130)) + 5.0 * grain / grain.std()
    return np.clip(np.round(skin), 0, 255).astype(np.uint8)


def grain_of(picture: Rgb, where: Bool) -> float:
    """The standard deviation of what is finer than 3 px, in levels."""
    grey = picture.astype(np.float64).mean(axis=2)
    fine = grey - cv2.GaussianBlur(grey, (0, 0), 3.0)
    return float(fine[where].std())


def test_a_rim_has_nearly_the_grain_of_what_is_painted_wholly() -> None:
    """With a gain that makes up for it, what is mixed in adds what is missing to the energy of one.

    A rim of a half then has half of the photo's grain and the rest of the engine's; without, 0.7.
    """
    share, photo, mask = 0.5, grainy_skin(), np.zeros(SHAPE, np.float32)
    mask[30:66, 24:80] = 1.0
    mask[30:66, 96:152] = share
    *_, last = EmbeddedEngine().steps(Fill(photo, mask, SCALE_PX_PER_MM))
    assert last.picture is not None
    inner = np.zeros(SHAPE, np.uint8)
    inner[36:60, 30:74], inner[36:60, 102:146] = 1, 2
    whole, rim = (grain_of(last.picture, inner == i) for i in (1, 2))
    own = grain_of(photo, inner > 0)
    wanted = np.sqrt((1.0 - share) ** 2 * own**2 + (1.0 - (1.0 - share) ** 2) * whole**2)
    assert whole > 0.7 * own
    assert rim == pytest.approx(wanted, rel=0.1)
