"""Lashes over the skin beside an eye, told by what is dark and narrower than a crease."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from face_mesh.arrays import Mask
from face_mesh.cache import Scope, cached_per
from face_mesh.face import Face
from face_mesh.landmarks.anatomy import curve
from face_mesh.skin.masked_blur import soften

# A lash: its greatest width, how much darker it is than beside it (ln of light, of encoded values),
# how far it reaches from the margin of the lid, and how near another one stands, mm. Author's
# estimates, from the London portraits.
_WIDE_MM, _DARKER, _REACH_MM, _BETWEEN_MM = 0.9, 0.09, 8.0, 1.2
_ROOT_MM = 3.0  # so near to the margin lashes begin
_AROUND_MM, _SOFT_MM = 0.4, 0.3
LEAST_PX_PER_MM = 1.8  # in a coarser photo a lash is a grey veil and a crease as narrow


@cached_per(Scope.PIXELS)
def lashes(face: Face) -> Mask:
    """Return (H, W) float32 in [0, 1], 1 on lashes and between them; none in a coarse photo."""
    ppm, shape = face.px_per_mm, (face.photo.height, face.photo.width)
    out = np.zeros(shape, np.float32)
    if ppm < LEAST_PX_PER_MM:
        return out
    eyes = np.ones(shape, np.uint8)
    for side in ("left", "right"):
        line = curve(f"upper_lid_{side}") + curve(f"lower_lid_{side}")[::-1]
        cv2.fillPoly(eyes, [np.round(face.landmarks_px[list(line), :2]).astype(np.int32)], 0)
    away_mm = cv2.distanceTransform(eyes, cv2.DIST_L2, 5) / ppm
    light = np.log(face.photo.image.astype(np.float32).mean(axis=2) + 2.0)
    fine = cv2.morphologyEx(light, cv2.MORPH_CLOSE, _disc(0.5 * _WIDE_MM * ppm)) - light
    dark = ((fine > _DARKER) & (away_mm < _REACH_MM)).astype(np.uint8)
    joined = cv2.morphologyEx(dark, cv2.MORPH_CLOSE, _disc(0.5 * _BETWEEN_MM * ppm))
    _, labels = cv2.connectedComponents(joined, connectivity=8)
    of_lid = np.isin(labels, np.setdiff1d(labels[(away_mm < _ROOT_MM) & (joined > 0)], [0]))
    drawn = cv2.dilate(of_lid.astype(np.float32), _disc(_AROUND_MM * ppm))
    soft = soften(np.asarray(drawn, np.float32), _SOFT_MM * ppm)
    return np.asarray(np.where(soft < 0.04, 0.0, np.minimum(1.3 * soft, 1.0)), np.float32)


def _disc(radius_px: float) -> npt.NDArray[np.uint8]:
    side = 2 * max(1, round(radius_px)) + 1
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
    return np.asarray(disc, np.uint8)
