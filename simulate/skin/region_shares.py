"""How neighbouring regions share skin: softly, with nothing between them left out.

Regions are ours and not the skin's. A flush goes from cheek to nose without knowing of either, and
where a mask ends at the edge of a region, that edge is seen. So each place about the regions of a
sign belongs to them in shares that add up to one, which fades out beyond all of them.
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from face_mesh import Face
from face_mesh.arrays import Mask
from face_mesh.cache import Scope, cached_per
from face_mesh.ramp import ramp, smooth_ramp
from face_mesh.regions import region_mask
from face_mesh.skin.signs import SIGNS

# Signs that go on beyond regions are looked at over the whole face at once.
BROAD = ("redness", "melasma")
SOFT_MM = 4.5  # over which a region's share turns into that of the one beside it
FADE_MM = (0.0, 15.0)  # beyond all regions, over which nothing is treated any more
WORK_PX_PER_MM = 1.0  # shares are as smooth as that


def region_share(face: Face, sign: str, region: str) -> Mask:
    """Return (H, W) float32, how much of each place one of the regions of a sign has."""
    share = _shares(face, sign)[SIGNS[sign].regions.index(region)]
    size = (face.photo.width, face.photo.height)
    return np.asarray(cv2.resize(share, size, interpolation=cv2.INTER_CUBIC).clip(0.0, 1.0))


@cached_per(Scope.SIZE)
def _shares(face: Face, sign: str) -> npt.NDArray[np.float32]:
    """(N, h, w) float32 of a small picture, the shares of the regions of a sign in their order."""
    factor = min(1.0, WORK_PX_PER_MM / face.px_per_mm)
    size = [max(1, round(n * factor)) for n in (face.photo.width, face.photo.height)]
    beyond = np.stack(
        [
            _beyond_mm(
                (cv2.resize(region_mask(face, region), size) > 0.5).astype(np.uint8),
                face.px_per_mm * factor,
            )
            for region in SIGNS[sign].regions
        ]
    )
    near = 1.0 / (1.0 + np.exp(np.clip(beyond / SOFT_MM, -30.0, 30.0)))
    whole = 1.0 - smooth_ramp(ramp(beyond.min(axis=0), FADE_MM))
    return np.asarray(whole * near / near.sum(axis=0), np.float32)


def _beyond_mm(inside: npt.NDArray[np.uint8], px_per_mm: float) -> Mask:
    """How far each pixel lies outside of a region, below 0 inside."""
    out = cv2.distanceTransform(1 - inside, cv2.DIST_L2, 5)
    return np.asarray((out - cv2.distanceTransform(inside, cv2.DIST_L2, 5)) / px_per_mm, np.float32)
