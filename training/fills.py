"""Ways of filling a patch: ours and the classical ones it is compared with."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
from skimage.restoration import inpaint_biharmonic

from face_mesh.arrays import Rgb
from simulate.inpaint.embedded import EmbeddedEngine
from simulate.inpaint.engine import Fill
from training.patches import Case

RADIUS_PX = 3.0  # of the OpenCV fills, as its tutorial has it


def ours(case: Case, seed: int) -> Rgb:
    """Fill by the embedded engine, as the product does."""
    mask = case.mask.astype(np.float32)
    asked = Fill(case.rgb, mask, case.px_per_mm, seed, case.skin.astype(np.float32))
    *_, last = EmbeddedEngine().steps(asked)
    assert last.picture is not None
    return last.picture


def telea(case: Case, seed: int) -> Rgb:
    """Fill by fast marching (Telea 2004)."""
    return _opencv(case, cv2.INPAINT_TELEA)


def navier_stokes(case: Case, seed: int) -> Rgb:
    """Fill by carrying on the lines of equal light (Bertalmio, Bertozzi and Sapiro 2001)."""
    return _opencv(case, cv2.INPAINT_NS)


def biharmonic(case: Case, seed: int) -> Rgb:
    """Fill by the smoothest surface (scikit-image)."""
    filled = inpaint_biharmonic(case.rgb, case.mask, channel_axis=-1)
    pixels = np.clip(np.round(255.0 * filled), 0, 255).astype(np.uint8)
    return np.where(case.mask[..., None], pixels, case.rgb)


def _opencv(case: Case, way: int) -> Rgb:
    return np.asarray(cv2.inpaint(case.rgb, case.mask.astype(np.uint8), RADIUS_PX, way), np.uint8)


WAYS: dict[str, Callable[[Case, int], Rgb]] = {
    "ours": ours,
    "Telea": telea,
    "Navier-Stokes": navier_stokes,
    "biharmonic": biharmonic,
}
