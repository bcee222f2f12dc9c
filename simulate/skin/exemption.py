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
from face_mesh.ramp import ramp, smooth_ramp
from face_mesh.skin.compact_spots import compact_mask
from face_mesh.skin.hair import hair
from face_mesh.skin.lashes import lashes
from face_mesh.skin.lesions import moles
from face_mesh.skin.marks import lesions_mask, marks_mask
from face_mesh.skin.skin_mask import skin_mask
from face_mesh.skin.working_view import BARE
from simulate.catalogue.procedure import FRECKLES, LESIONS

_WHOLE = (LESIONS, "redness")  # a lesion is picked by hand; redness is no matter of single hairs
_DOTS = ("pores", "acne_scars", "melasma")  # dark dots are what they are, or too small to matter
_SPOTS = ("pigment_spots", FRECKLES)  # which marks are
_NAEVUS = 0.3  # ln of light from which a dark lesion is no sun spot. Author's estimate.
_BESIDE_LASHES = ("crows_feet_lines",)
_BELOW_HAIR = ("forehead_lines", "glabellar_lines")
# Beside brows and the hairline, where single hairs stand that the skin mask takes for skin: so near
# nothing is painted, and from there on more and more. Frown lines lie farther from the brows.
# Author's estimates.
_STRAY_MM = (2.5, 5.5)
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
    spared = np.maximum(hair(face), marks)
    if sign in _BELOW_HAIR:
        spared = np.maximum(spared, _beside_hair(face))
    elif sign in _BESIDE_LASHES:
        spared = np.maximum(spared, lashes(face))
    return np.asarray(spared, np.float32)


def apart_mask(face: Face, sign: str) -> Mask:
    """Return (H, W) float32, 1 on what is no part of the shade of a fold: what a treatment leaves.

    Moles beside lips and lids are among it, which no detector of lesions looks for.
    """
    return np.asarray(np.maximum(exempt_mask(face, sign), compact_mask(face)), np.float32)


@cached_per(Scope.PIXELS)
def _beside_hair(face: Face) -> Mask:
    """(H, W) float32, 1 on and right beside what is no skin, 0 some mm away."""
    away_mm = cv2.distanceTransform((skin_mask(face) > BARE).astype(np.uint8), cv2.DIST_L2, 5)
    return 1.0 - smooth_ramp(ramp(away_mm / face.px_per_mm, _STRAY_MM))


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
