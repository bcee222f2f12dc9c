"""Where the hollow and the bag below an eye may be treated: not on lashes, and not on the nose."""

from __future__ import annotations

import cv2
import numpy as np

from face_mesh import Face
from face_mesh.arrays import Mask, Points
from face_mesh.landmarks.anatomy import curve, point, stem_and_side
from face_mesh.ramp import smooth_ramp

# Below the margin of the lid: lashes, and the make-up about them, end before the first and a bag
# begins by the second (author's estimates, from the London portraits).
LASHES_MM = (2.0, 4.5)
NOSE_MM = 3.0  # beside the nose, over which treatment fades out


def below_lashes_beside_nose(face: Face, region: str) -> Mask:
    """Return (H, W) float32, 1 on the skin of a lower lid and the cheek below, 0 on what is spared.

    Args:
        face: measured face.
        region: that is treated, with its side.
    """
    side = stem_and_side(region)[1]
    lid = face.landmarks_px[list(curve(f"lower_lid_{side}")), :2]
    nose = face.landmarks_px[list(curve(f"nose_cheek_junction_{side}")), :2]
    out = face.landmarks_px[point(f"exocanthion_{side}"), :2] - lid[-1]
    up = face.pose.shift_px(np.array([[0.0, 1.0, 0.0]]))[0]
    first, last = LASHES_MM
    below = (_beyond(face, lid, -up) - first) / (last - first)
    beside = _beyond(face, nose, out) / NOSE_MM
    return np.asarray(smooth_ramp(below) * smooth_ramp(beside), np.float32)


def _beyond(face: Face, line: Points, towards: Points) -> Mask:
    """(H, W) mm beyond a line that goes on straight at its ends, negative on its other side."""
    shape = (face.photo.height, face.photo.width)
    far = float(sum(shape))
    first, last = line[0] - line[1], line[-1] - line[-2]
    ends = (
        line[0] + far * first / np.linalg.norm(first),
        line[-1] + far * last / np.linalg.norm(last),
    )
    long = np.array([ends[0], *line, ends[1]])
    turned = long + 2.0 * far * towards / np.linalg.norm(towards)
    inside = np.zeros(shape, np.uint8)
    cv2.fillPoly(inside, [np.round(np.concatenate([long, turned[::-1]])).astype(np.int32)], 1)
    if inside.all() or not inside.any():
        return np.full(shape, far if inside.all() else -far, np.float32)
    ahead, behind = (cv2.distanceTransform(one, cv2.DIST_L2, 5) for one in (inside, 1 - inside))
    return np.asarray((ahead - behind) / face.px_per_mm, np.float32)
