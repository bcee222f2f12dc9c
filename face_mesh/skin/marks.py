"""Marks of the skin: moles, pimples, freckles and dark dots, which are a person's own.

Whatever is painted around them, they are spared, unless a treatment is for just that.
"""

from __future__ import annotations

import cv2
import numpy as np

from face_mesh.arrays import Mask
from face_mesh.cache import Scope, cached_per
from face_mesh.face import Face
from face_mesh.skin.acne import inflamed_lesions
from face_mesh.skin.blobs import Blobs, dark_blobs
from face_mesh.skin.lesions import moles
from face_mesh.skin.masked_blur import soften
from face_mesh.skin.pigment import freckles
from face_mesh.skin.working_view import View

# A dark dot that is no mole yet, and none of the pores and hollows that healthy skin is full of:
# times the grain around it, ln of light, steps of a byte, mm. Author's estimates.
_ABOVE, _DARK, _DARK_STEPS, _DOT_MM = 3.0, 0.12, 7.0, (1.2, 7.0)
_WIDER_MM, _SOFT_MM = 0.5, 0.3  # so that the soft edge of a mark is its own too


@cached_per(Scope.PIXELS)
def lesions_mask(face: Face) -> Mask:
    """Return (H, W) float32 in [0, 1], 1 on moles, inflamed lesions and freckles, soft."""
    view = View.of(face)
    out = _on_photo(face, view, (inflamed_lesions(view), freckles(view)))
    for mole in moles(face):
        np.maximum(out, mole.mask.on_photo(*out.shape), out=out)
    return out


@cached_per(Scope.PIXELS)
def marks_mask(face: Face) -> Mask:
    """Return (H, W) float32 in [0, 1], 1 on lesions and on every other dark dot, soft."""
    view = View.of(face)
    blobs = dark_blobs(view)
    least, most = _DOT_MM
    dots = blobs.where(
        (blobs.above > _ABOVE)
        & (blobs.darkness > np.maximum(_DARK, _DARK_STEPS * blobs.step))
        & (blobs.diameter_mm >= least)
        & (blobs.diameter_mm <= most)
    )
    return np.asarray(np.maximum(lesions_mask(face), _on_photo(face, view, (dots,))), np.float32)


def _on_photo(face: Face, view: View, kinds: tuple[Blobs, ...]) -> Mask:
    ppm = view.px_per_mm
    drawn = np.zeros(view.bare.shape, np.uint8)
    for blobs in kinds:
        for x, y, diameter in zip(blobs.x, blobs.y, blobs.diameter_mm, strict=True):
            radius = (0.5 * float(diameter) + _WIDER_MM) * ppm
            cv2.circle(drawn, (int(x), int(y)), max(1, round(radius)), 1, -1)
    soft = soften(drawn.astype(np.float32), _SOFT_MM * ppm)
    whole = slice(0, soft.shape[0]), slice(0, soft.shape[1])
    soft = np.where(soft < 0.04, 0.0, np.minimum(1.2 * soft, 1.0)).astype(np.float32)
    return view.patch(soft, *whole, face).on_photo(face.photo.height, face.photo.width)
