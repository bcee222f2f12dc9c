"""The face as the networks see it: upright, of one size, in colours relative to its skin."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from face_mesh.arrays import Points, Rgb
from face_mesh.landmarks.crop_frame import Frame

SIZE_PX = 144
CELL_PX = 4  # of the network's map
SIDE_HEIGHTS = 1.08  # side of the crop over the height of the mesh
PX_PER_MM = 0.80  # of the crop, in the median of the shared photos; 0.64 to 0.95 in all of them

BAND_WIDTH_PX, BAND_HEIGHT_PX = 128, 56  # about the eyes, for glasses
_BAND_EYES_PX = 62.0  # between the middles of the eyes, in the band
_BAND_EYES_Y_PX = 20.0  # where they lie in it

_TOP, _CHIN = 10, 152
_EYES = ((33, 133), (362, 263))
_FLOOR = 8.0  # of 255: keeps noise in the dark out of a logarithm
_MIDDLE = slice(SIZE_PX // 4, 3 * SIZE_PX // 4)

Input = npt.NDArray[np.float32]


def frame_of(landmarks_px: Points, size_px: int = SIZE_PX) -> Frame:
    """Return the frame of a face from its (478, 2 or 3) landmarks, turned by the line of its eyes.

    The eyes' corners, not the pupils, which a hidden eye does not have.
    """
    right, left = _eyes(landmarks_px)
    roll_deg = float(np.degrees(np.arctan2(*(left - right)[::-1])))
    top, chin = landmarks_px[_TOP, :2], landmarks_px[_CHIN, :2]
    width_px = SIDE_HEIGHTS * float(np.linalg.norm(chin - top))
    return Frame.around((top + chin) / 2, width_px, roll_deg, size_px, mirrored=False)


def input_of(crop: Rgb) -> Input:
    """Return (3, S, S) float32: log colour relative to the median of the middle of the face.

    So skin of any tone, and light of any strength and colour, look alike.
    """
    return _relative(crop, crop[_MIDDLE, _MIDDLE])


def eye_band(rgb: Rgb, landmarks_px: Points) -> Rgb:
    """Return the (56, 128, 3) uint8 band about the eyes of a face, upright."""
    right, left = _eyes(landmarks_px)
    along = (left - right) / np.linalg.norm(left - right)
    scale = _BAND_EYES_PX / float(np.linalg.norm(left - right))
    below_px = ((BAND_HEIGHT_PX - 1) / 2 - _BAND_EYES_Y_PX) / scale
    centre = (left + right) / 2 + below_px * np.array([-along[1], along[0]])
    roll_deg = float(np.degrees(np.arctan2(along[1], along[0])))
    width_px = BAND_WIDTH_PX / scale
    frame = Frame.around(centre, width_px, roll_deg, BAND_WIDTH_PX, mirrored=False)
    above = (BAND_WIDTH_PX - BAND_HEIGHT_PX) // 2
    return frame.image(rgb)[above : above + BAND_HEIGHT_PX]


def band_input(band: Rgb) -> Input:
    """Return (3, 56, 128) float32: log colour relative to the median of the band."""
    return _relative(band, band)


def _relative(crop: Rgb, middle: Rgb) -> Input:
    log, of = (np.log(one.astype(np.float32) + _FLOOR) for one in (crop, middle))
    return np.ascontiguousarray((log - np.median(of, axis=(0, 1))).transpose(2, 0, 1))


def _eyes(landmarks_px: Points) -> list[Points]:
    """The middles of the right and the left eye, between their corners."""
    return [landmarks_px[list(corners), :2].mean(axis=0) for corners in _EYES]
