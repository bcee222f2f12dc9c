"""Lesions of known number, size and colour drawn into skin, so that they can be read back."""

import cv2
import numpy as np
import numpy.typing as npt

from face_mesh import Face
from face_mesh.arrays import Bool
from face_mesh.regions import region_mask
from face_mesh.skin.skin_mask import skin_mask
from face_mesh.skin.working_view import linear
from tests.face_mesh.skins import encoded, with_photo

# What each takes of red, green and blue light, as shares of the mean: read off freckles and pimples
# of sRGB portraits, (220, 180, 155) against (185, 135, 105) and (205, 130, 115).
COLOURS = {
    "brown": (0.63, 1.02, 1.35),
    "red": (0.29, 1.41, 1.30),
    "grey": (0.95, 1.0, 1.05),
}
_EDGE_MM = 0.25

Places = npt.NDArray[np.float64]  # (N, 2), x and y in px


def places(face: Face, regions: tuple[str, ...], count: int, apart_mm: float, seed: int) -> Places:
    """Return places on bare skin of regions, x and y in px, `apart_mm` from each other."""
    rng = np.random.default_rng(seed)
    inside: Bool = np.max([region_mask(face, name) for name in regions], axis=0) > 0.7
    inside &= skin_mask(face) > 0.7
    wide = 2 * round(3.5 * face.px_per_mm) + 1
    y, x = np.nonzero(cv2.erode(inside.astype(np.uint8), np.ones((wide, wide))))
    found: list[tuple[float, float]] = []
    for i in rng.permutation(len(x)):
        off = [np.hypot(x[i] - a, y[i] - b) for a, b in found]
        if not off or min(off) > apart_mm * face.px_per_mm:
            found.append((float(x[i]), float(y[i])))
        if len(found) == count:
            break
    return np.array(found)


def dotted(face: Face, at: Places, diameter_mm: float, contrast: float, colour: str) -> Face:
    """The face with discs at places, `contrast` the mean density over red, green and blue."""
    height, width = face.photo.image.shape[:2]
    y, x = np.mgrid[:height, :width]
    away = np.full((height, width), np.inf)
    for column, row in at:
        away = np.minimum(away, np.hypot(x - column, y - row))
    disc = np.clip((diameter_mm / 2 - away / face.px_per_mm) / _EDGE_MM + 0.5, 0.0, 1.0)
    light = linear(face.photo.image).astype(np.float64)
    return with_photo(
        face, encoded(light * np.exp(-contrast * disc[..., None] * np.array(COLOURS[colour])))
    )
