"""Whether an eye that looks from photo to picture sees anything of a plan."""

from __future__ import annotations

import cv2
import numpy as np

from face_mesh import Face
from face_mesh.arrays import Field, Rgb
from face_mesh.messages import N_
from simulate.geometry.warp import SMALLEST_PX

# A change is seen by the part of it that is strongest: over so much skin by less than so many steps
# of CIELAB, and with no skin that moves so far, it was missed by a stranger who graded 200 pictures
# of nine people beside their photos. Author's estimate.
STRONGEST_MM2, SEEN_STEPS, SEEN_MM = 40.0, 3.5, 1.2
EYE_MM = 0.8  # finer than this a change is grain
UNSEEN = N_("Hardly anything of this is seen in this photo, even side by side.")


def is_seen(face: Face, after: Rgb, inverse_field: Field) -> bool:
    """Return whether a picture, (H, W, 3) uint8, shows enough of a plan to be noticed.

    Args:
        face: before.
        after: the picture.
        inverse_field: (rows, columns, 2) on the face's grid, px, that it was moved by.
    """
    moved_px = np.hypot(inverse_field[..., 0], inverse_field[..., 1])
    moving = moved_px[moved_px > SMALLEST_PX]
    if moving.size and np.percentile(moving, 99.0) >= SEEN_MM * face.px_per_mm:
        return True
    scale = min(1.0, 1.0 / (EYE_MM * face.px_per_mm))
    before, now = (_lab(image, scale) for image in (face.photo.image, after))
    steps = np.linalg.norm(now - before, axis=2).ravel()
    strongest = min(len(steps), max(1, round(STRONGEST_MM2 * (scale * face.px_per_mm) ** 2)))
    return bool(np.partition(steps, -strongest)[-strongest] >= SEEN_STEPS)


def _lab(image: Rgb, scale: float) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    small = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    lab = cv2.cvtColor(small.astype(np.float32) / 255.0, cv2.COLOR_RGB2LAB)
    return np.asarray(lab, np.float32)
