"""Hair that is made, on skin that is made: stubble below a nose, strands from a fringe."""

import cv2
import numpy as np

from face_mesh import Face
from face_mesh.arrays import Bool
from face_mesh.landmarks.anatomy import point
from face_mesh.regions import region_mask
from tests.face_mesh.skins import even_face, with_photo

_SIDES, _ON_BOTH = ("left", "right"), ("jawline", "prejowl", "marionette", "nasolabial_fold")
BEARDED = (
    *("chin", "cutaneous_upper_lip"),
    *(f"{name}_{side}" for name in _ON_BOTH for side in _SIDES),
)
HAIR = (52, 44, 40)
STUBBLE = (180, 142, 122)  # shaved yesterday: skin shines through, and the skin mask has it
HAIRS_A_MM2, LENGTH_MM = 0.5, 1.0


def grainy_face(seed: int = 0) -> Face:
    """Skin with the grain of healthy skin, 2 levels."""
    face = even_face()
    grain = np.random.default_rng(seed).normal(0.0, 2.0, (*face.photo.image.shape[:2], 1))
    image = np.clip(np.round(face.photo.image + grain), 0, 255).astype(np.uint8)
    return with_photo(face, image)


def beard_of(face: Face) -> Bool:
    """Where stubble grows, (H, W) bool: from below the nose to the jaw."""
    found = np.max([region_mask(face, name) for name in BEARDED], axis=0) > 0.5
    below = round(face.landmarks_px[point("subnasale"), 1] + 2.0 * face.px_per_mm)
    found[:below] = False
    return np.asarray(found, np.bool_)


def with_stubble(face: Face, seed: int = 1) -> Face:
    """The face with short hairs on lip, chin and jaw."""
    rng = np.random.default_rng(seed)
    y, x = np.nonzero(beard_of(face))
    number = round(len(x) / face.px_per_mm**2 * HAIRS_A_MM2)
    image = face.photo.image.copy()
    for at in rng.integers(0, len(x), number):
        lean = rng.normal(0.0, 0.5)
        tip = (
            x[at] + LENGTH_MM * face.px_per_mm * np.sin(lean),
            y[at] + LENGTH_MM * face.px_per_mm * np.cos(lean),
        )
        ends = (int(x[at]), int(y[at])), (round(tip[0]), round(tip[1]))
        cv2.line(image, *ends, STUBBLE, 1, cv2.LINE_AA)
    return with_photo(face, image)


def with_fringe(face: Face, strands: int = 5) -> Face:
    """The face with hair down to 14 mm above the glabella, and strands that hang to 2 mm above."""
    x0, y0 = face.landmarks_px[point("glabella"), :2]
    ppm, image = face.px_per_mm, face.photo.image.copy()
    image[: round(y0 - 14 * ppm)] = HAIR
    for i in range(strands):
        x = round(x0 + 3.0 * (i - strands // 2) * ppm)
        cv2.line(
            image, (x, round(y0 - 15 * ppm)), (x + 5, round(y0 - 2 * ppm)), HAIR, 2, cv2.LINE_AA
        )
    return with_photo(face, image)
