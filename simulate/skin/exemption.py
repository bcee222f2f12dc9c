"""What a treatment leaves as it is inside the skin that it treats: hair, and marks it is not for.

A beard is not shaved by a filler, and a mole not removed by a toxin. What is spared is spared to
the byte by what paints; a shade that is lifted off a fold is lifted off a mole on it too, which
stays as dark against the skin around it as it was.
"""

from __future__ import annotations

import cv2
import numpy as np

from face_mesh import Face
from face_mesh.arrays import Mask
from face_mesh.cache import Scope, cached_per
from face_mesh.skin.compact_spots import compact_mask
from face_mesh.skin.hair import hair
from face_mesh.skin.lesions import moles
from face_mesh.skin.marks import lesions_mask, marks_mask
from simulate.catalogue.procedure import FRECKLES, LESIONS

_WHOLE = (LESIONS, "redness")  # a lesion is picked by hand; redness is no matter of single hairs
_DOTS = ("pores", "acne_scars", "melasma")  # dark dots are what they are, or too small to matter
_SPOTS = ("pigment_spots", FRECKLES)  # which marks are
_NAEVUS = 0.3  # ln of light from which a dark lesion is no sun spot. Author's estimate.
_BROAD_MM, _BROADER = 2.0, 1.5  # a shade is broad: single hairs may not make a pattern of it


def exempts_hair(sign: str) -> bool:
    """Return whether a treatment of a sign leaves hair as it is."""
    return sign not in _WHOLE


def exempt_mask(face: Face, sign: str) -> Mask:
    """Return (H, W) float32, 1 on what a treatment of a sign leaves to the byte, 0 elsewhere."""
    if not exempts_hair(sign):
        return np.zeros((face.photo.height, face.photo.width), np.float32)
    if sign in _SPOTS:
        return np.asarray(np.maximum(hair(face), _naevi_mask(face)), np.float32)
    marks = lesions_mask(face) if sign in _DOTS else marks_mask(face)
    return np.asarray(np.maximum(hair(face), marks), np.float32)


def apart_mask(face: Face, sign: str) -> Mask:
    """Return (H, W) float32, 1 on what is no part of the shade of a fold: what a treatment leaves.

    Moles beside lips and lids are among it, which no detector of lesions looks for.
    """
    return np.asarray(np.maximum(exempt_mask(face, sign), compact_mask(face)), np.float32)


def _naevi_mask(face: Face) -> Mask:
    out = np.zeros((face.photo.height, face.photo.width), np.float32)
    for mole in moles(face):
        if mole.contrast >= _NAEVUS:
            np.maximum(out, mole.mask.on_photo(*out.shape), out=out)
    return out


@cached_per(Scope.PIXELS)
def hair_shade_mask(face: Face) -> Mask:
    """Return (H, W) float32, where hair is so near that a shade may be its own."""
    near = cv2.GaussianBlur(hair(face), (0, 0), _BROAD_MM * face.px_per_mm)
    return np.asarray(np.minimum(_BROADER * near, 1.0), np.float32)
