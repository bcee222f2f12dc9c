"""Fading too much of a chromophore: redness to the person's own skin, a spot to the skin around it.

Nothing is painted: the excess that the detector measured is taken out of the skin's optical density
(Tsumura et al., see `face_mesh.skin.chromophores`), along the colour of that chromophore and
nothing else. Pores, hairs and shade, which are of other colours or finer, stay as they are.
"""

from __future__ import annotations

import numpy as np

from face_mesh import Face
from face_mesh.arrays import Mask, Rgb
from face_mesh.skin import chromophores, colour
from face_mesh.skin.working_view import View

# An excess is told against skin around it that a spot darkens too: what is left is seen next time.
PASSES = 3
# The excess that a sign's detector sees, the chromophore it is of, and how much is ever taken: more
# is the red of a deep shadow or a hair, and no sign of the skin (author's estimates).
_OF = {
    "redness": (colour.redness_excess, chromophores.HAEMOGLOBIN, 0.3),
    "pigment_spots": (colour.spots_excess, chromophores.MELANIN, 1.0),
    "melasma": (colour.melasma_excess, chromophores.MELANIN, 0.5),
}


def fade(face: Face, sign: str, region: str, mask: Mask, at: tuple[slice, slice]) -> Rgb:
    """Return a window of the photo without the excess of a sign's chromophore, (h, w, 3) uint8.

    Args:
        face: measured face.
        sign: "redness", "pigment_spots" or "melasma".
        region: one of the sign's.
        mask: (H, W) float32, of the photo's size; 0 stays to the byte.
        at: rows and columns of the window.
    """
    excess_of, chromophore, most = _OF[sign]
    alone = np.zeros(3, np.float32)
    alone[chromophore] = 1.0
    colour_of_it = chromophores.join(alone)
    image = face.photo.image
    taken = np.zeros(image[at].shape[:2], np.float32)
    for _ in range(PASSES):
        seen = face.repainted(image)
        view = View.of(seen)
        area = view.area(region)
        patch = view.patch(excess_of(view, area), area.rows, area.columns, seen)
        less = patch.on_photo(face.photo.height, face.photo.width)[at] * mask[at]
        less = np.minimum(less, most - taken)
        taken += less
        image = image.copy()
        image[at] = chromophores.lighten(image[at], less[..., None] * colour_of_it)
    return image[at]
