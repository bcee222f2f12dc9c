"""Find faces and their 478 landmarks with MediaPipe Tasks.

A first pass over the whole photo finds the faces; each chosen face is then looked at twice more in
an upright crop of fixed size, once as it is and once mirrored, and the two are averaged. So the
answer does not depend on framing or tilt, and a mirrored photo gives mirrored landmarks.
"""

from __future__ import annotations

import ctypes
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from typing import Any

import cv2
import numpy as np

from face_mesh.arrays import Points, Rgb
from face_mesh.errors import EngineError
from face_mesh.landmarks.crop_frame import Frame
from face_mesh.landmarks.model_file import canonical_mesh, model_bytes

MAX_FACES = 8
SEARCH_SIDE_PX = 1600  # the detector itself works at 128 px: more only costs time
CROP_PX = 512
CROP_WIDTHS = 1.9  # crop side over the larger extent of the face oval
# Two landmarkers look at the same time, one a core; neither may be shared in the middle of a call.
_LOCKS = (threading.Lock(), threading.Lock())

RIGHT_EYE, LEFT_EYE = (33, 133), (362, 263)


@dataclass(frozen=True, eq=False)
class Detection:
    """One face as the model sees it.

    Attributes:
        points_px: (478, 3) float64; x, y in photo px, z on the scale of x, negative to the camera.
        rotation: (3, 3) float64, canonical head axes to camera axes (+x right, +y up, +z out).
        expression: blendshape name to score in [0, 1].
    """

    points_px: Points
    rotation: Points
    expression: dict[str, float]


@cache
def _looking() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(len(_LOCKS), thread_name_prefix="landmarks")


@cache
def _landmarker(seat: int) -> Any:
    from mediapipe.tasks.python import BaseOptions, vision

    options = vision.FaceLandmarkerOptions(
        base_options=BaseOptions(model_asset_buffer=model_bytes()),
        output_face_blendshapes=True,
        output_facial_transformation_matrixes=True,
        num_faces=MAX_FACES,
    )
    try:
        landmarker = vision.FaceLandmarker.create_from_options(options)
    except RuntimeError as error:
        raise EngineError(
            "The face landmark model could not be started; install the pinned requirements again."
        ) from error
    # Its destructor raises while the interpreter shuts down, and closing it from atexit comes too
    # late for its thread pool: one reference that is never given back keeps the destructor away.
    ctypes.pythonapi.Py_IncRef(ctypes.py_object(landmarker))
    return landmarker


def _run(rgb: Rgb, seat: int = 0) -> list[Detection]:
    import mediapipe as mp

    height, width = rgb.shape[:2]
    image = mp.Image(image_format=mp.ImageFormat.SRGB, data=np.ascontiguousarray(rgb))
    with _LOCKS[seat]:
        result = _landmarker(seat).detect(image)
    found = []
    for marks, matrix, shapes in zip(
        result.face_landmarks,
        result.facial_transformation_matrixes,
        result.face_blendshapes,
        strict=True,
    ):
        unit = np.array([(p.x, p.y, p.z) for p in marks], dtype=np.float64)
        points = unit * (width, height, width) - (0.5, 0.5, 0.0)  # px centres at integers
        found.append(
            Detection(points, _rotation(matrix), {s.category_name: s.score for s in shapes})
        )
    return found


def _rotation(matrix: Points) -> Points:
    """Nearest rotation to the upper-left 3 x 3 of a facial transformation matrix."""
    u, _, vt = np.linalg.svd(np.asarray(matrix, dtype=np.float64)[:3, :3])
    turn: Points = u @ np.diag([1.0, 1.0, np.linalg.det(u @ vt)]) @ vt
    return turn


def find_faces(rgb: Rgb) -> list[Detection]:
    """Return every face of a photo, left to right in the picture.

    Args:
        rgb: (H, W, 3) uint8 RGB.

    Raises:
        EngineError: the landmark model is missing or damaged.
    """
    scale = min(1.0, SEARCH_SIDE_PX / max(rgb.shape[:2]))
    search = _shrunk(rgb, scale)
    found = [_moved(d, (0.0, 0.0), scale) for d in _run(search)] or _in_quarters(rgb)
    return sorted(found, key=lambda d: float(d.points_px[:, 0].mean()))


def _shrunk(rgb: Rgb, scale: float) -> Rgb:
    if scale == 1.0:
        return rgb
    size = (max(1, round(rgb.shape[1] * scale)), max(1, round(rgb.shape[0] * scale)))
    return np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_LINEAR), np.uint8)


def _in_quarters(rgb: Rgb) -> list[Detection]:
    """Look again in overlapping windows: finds the face of a full-length photo."""
    height, width = rgb.shape[:2]
    w, h = round(width * 0.6), round(height * 0.6)
    for y, x in ((0, (width - w) // 2), (0, 0), (0, width - w), (height - h, (width - w) // 2)):
        window = rgb[y : y + h, x : x + w]
        scale = min(1.0, SEARCH_SIDE_PX / max(window.shape[:2]))
        if found := _run(_shrunk(window, scale)):
            return [_moved(d, (x, y), scale) for d in found]
    return []


def _moved(found: Detection, origin: tuple[float, float], scale: float) -> Detection:
    xy = (found.points_px[:, :2] + 0.5) / scale - 0.5 + origin
    points = np.column_stack([xy, found.points_px[:, 2] / scale])
    return Detection(points, found.rotation, found.expression)


def refine(rgb: Rgb, rough: Detection) -> Detection:
    """Return the same face looked at again in an upright crop, as it is and mirrored, averaged."""
    xy = rough.points_px[:, :2]
    low, high = xy.min(axis=0), xy.max(axis=0)
    eyes = xy[list(LEFT_EYE)].mean(axis=0) - xy[list(RIGHT_EYE)].mean(axis=0)
    roll_deg = float(np.degrees(np.arctan2(eyes[1], eyes[0])))
    side_px = CROP_WIDTHS * float((high - low).max())

    def look(mirrored: bool) -> Detection | None:
        frame = Frame.around((low + high) / 2, side_px, roll_deg, CROP_PX, mirrored)
        seen = _run(frame.image(rgb), seat=int(mirrored))
        if not seen:
            return None
        best = max(seen, key=lambda d: float(np.ptp(d.points_px[:, 0])))
        return _unframed(best, frame, roll_deg, mirrored)

    looks = [seen for seen in _looking().map(look, (False, True)) if seen is not None]
    return _mean(looks) if len(looks) == 2 else rough


def _unframed(seen: Detection, frame: Frame, roll_deg: float, mirrored: bool) -> Detection:
    points, turn, shapes = frame.to_photo(seen.points_px), seen.rotation, seen.expression
    if mirrored:
        points = points[canonical_mesh().mirror]
        flip = np.diag([-1.0, 1.0, 1.0])
        turn = flip @ turn @ flip
        shapes = {_other_side(name): score for name, score in shapes.items()}
    a = -np.deg2rad(roll_deg)  # y is down in the picture, up in the camera
    back = np.array([[np.cos(a), -np.sin(a), 0], [np.sin(a), np.cos(a), 0], [0, 0, 1.0]])
    return Detection(points, back @ turn, shapes)


def _other_side(name: str) -> str:
    if "Left" in name:
        return name.replace("Left", "Right")
    return name.replace("Right", "Left")


def _mean(looks: list[Detection]) -> Detection:
    points = np.mean([d.points_px for d in looks], axis=0)
    turn = _rotation(np.mean([d.rotation for d in looks], axis=0))
    names = looks[0].expression
    return Detection(
        points, turn, {n: float(np.mean([d.expression[n] for d in looks])) for n in names}
    )
