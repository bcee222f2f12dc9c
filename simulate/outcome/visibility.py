"""Whether an eye that looks from photo to picture sees anything of a plan."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from face_mesh import Face
from face_mesh.arrays import Rgb
from face_mesh.cache import Scope, cached_per
from face_mesh.messages import N_

Lab = npt.NDArray[np.float32]

# A change is seen by the part of it that is strongest: over so much skin by less than so many steps
# of CIELAB it was missed by strangers who graded pictures of nine people beside their photos, and
# more was noticed, but for a lighter neck. How far skin moves does not tell: what moves without an
# edge shows nothing, and what has an edge shows by its steps. Author's estimate.
STRONGEST_MM2, SEEN_STEPS = 40.0, 3.6
EYE_MM = 1.6  # finer than this a change is grain
UNSEEN = N_("Hardly anything of this is seen in this photo, even side by side.")


def is_seen(face: Face, after: Rgb) -> bool:
    """Return whether a picture, (H, W, 3) uint8, shows enough of a plan to be noticed.

    Args:
        face: before.
        after: the picture.
    """
    scale = _scale(face)
    before, now = _photo_lab(face), _lab(after, scale)
    steps = np.linalg.norm(now - before, axis=2).ravel()
    strongest = min(len(steps), max(1, round(STRONGEST_MM2 * (scale * face.px_per_mm) ** 2)))
    return bool(np.partition(steps, -strongest)[-strongest] >= SEEN_STEPS)


def _scale(face: Face) -> float:
    return min(1.0, 1.0 / (EYE_MM * face.px_per_mm))


@cached_per(Scope.PIXELS)
def _photo_lab(face: Face) -> Lab:
    return _lab(face.photo.image, _scale(face))


def _lab(image: Rgb, scale: float) -> Lab:
    small = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    lab = cv2.cvtColor(small.astype(np.float32) / 255.0, cv2.COLOR_RGB2LAB)
    return np.asarray(lab, np.float32)
