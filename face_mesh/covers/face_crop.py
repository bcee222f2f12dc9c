"""The face as the cover network sees it: upright, of one size, in colours relative to its skin."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from face_mesh.arrays import Points, Rgb
from face_mesh.landmarks.crop_frame import Frame

SIZE_PX = 144
CELL_PX = 4  # of the network's map
SIDE_HEIGHTS = 1.08  # side of the crop over the height of the mesh
PX_PER_MM = 0.80  # of the crop, in the median of the shared photos; 0.64 to 0.95 in all of them

_TOP, _CHIN = 10, 152
_EYES = ((33, 133), (362, 263))
_FLOOR = 8.0  # of 255: keeps noise in the dark out of a logarithm
_MIDDLE = slice(SIZE_PX // 4, 3 * SIZE_PX // 4)

Input = npt.NDArray[np.float32]


def frame_of(landmarks_px: Points, size_px: int = SIZE_PX) -> Frame:
    """Return the frame of a face from its (478, 2 or 3) landmarks, turned by the line of its eyes.

    The eyes' corners, not the pupils, which a hidden eye does not have.
    """
    right, left = (landmarks_px[list(corners), :2].mean(axis=0) for corners in _EYES)
    roll_deg = float(np.degrees(np.arctan2(*(left - right)[::-1])))
    top, chin = landmarks_px[_TOP, :2], landmarks_px[_CHIN, :2]
    width_px = SIDE_HEIGHTS * float(np.linalg.norm(chin - top))
    return Frame.around((top + chin) / 2, width_px, roll_deg, size_px, mirrored=False)


def input_of(crop: Rgb) -> Input:
    """Return (3, S, S) float32: log colour relative to the median of the middle of the face.

    So skin of any tone, and light of any strength and colour, look alike.
    """
    log = np.log(crop.astype(np.float32) + _FLOOR)
    log -= np.median(log[_MIDDLE, _MIDDLE], axis=(0, 1))
    return np.ascontiguousarray(log.transpose(2, 0, 1))
