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
# The detector sees a face from about a tenth of the longer side on, and surely from a quarter.
# Portraits of the shared sets fill 0.31 or more: they are looked at once. Tried on made groups.
WINDOW_PARTS = (0.5, 0.25)  # sides of the windows, over the longer side of the photo
SMALL_IN_WINDOW = 0.28  # of a side: a face that fills less of it may stand beside unseen ones
MIN_EXTENT_PX = 75  # pupils 30 px apart: beside a larger face no smaller one can be meant
MIN_WINDOW_PX = 256  # a face that needs a smaller window is too small to be measured
SAME_FACE = 0.5  # of a face: two centres nearer than that are of one
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
            "The face landmark model could not be started; free some memory, or install the "
            "pinned requirements again."
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

    One look at the whole photo; where the largest face found is small against it, as in a group or
    a full-length photo, or none is found, windows of it are looked at too.

    Args:
        rgb: (H, W, 3) uint8 RGB.

    Raises:
        EngineError: the landmark model is missing or damaged.
    """
    longest = max(rgb.shape[:2])
    found = _new(_seen_in(rgb, (0, 0, rgb.shape[1], rgb.shape[0])), [])
    for part in WINDOW_PARTS:
        largest_px = max((_extent_px(one) for one in found), default=0.0)
        side = round(longest * part)
        if largest_px >= SMALL_IN_WINDOW * 2.0 * side or side < MIN_WINDOW_PX:
            break
        for window in _windows(rgb.shape[1], rgb.shape[0], side):
            found += _new(_seen_in(rgb, window), found)
    large = [one for one in found if _extent_px(one) >= MIN_EXTENT_PX]
    return sorted(large or found, key=lambda d: float(d.points_px[:, 0].mean()))


def _seen_in(rgb: Rgb, window: tuple[int, int, int, int]) -> list[Detection]:
    """The faces that lie whole in a window (x, y, width, height), or run off the photo's own edge.

    A face that the window cuts is drawn by guesswork.
    """
    x, y, width, height = window
    part = rgb[y : y + height, x : x + width]
    scale = min(1.0, SEARCH_SIDE_PX / max(width, height))
    found = [_moved(one, (x, y), scale) for one in _run(_shrunk(part, scale))]
    low = np.array([x if x > 0 else -np.inf, y if y > 0 else -np.inf])
    high = np.array(
        [
            x + width if x + width < rgb.shape[1] else np.inf,
            y + height if y + height < rgb.shape[0] else np.inf,
        ]
    )
    return [
        one
        for one in found
        if (one.points_px[:, :2].min(axis=0) >= low).all()
        and (one.points_px[:, :2].max(axis=0) <= high).all()
    ]


def _windows(width: int, height: int, side: int) -> list[tuple[int, int, int, int]]:
    """Windows of a side that cover a photo, each overlapping the next by half at least."""

    def starts(length: int) -> list[int]:
        rest = max(0, length - side)
        return [round(s) for s in np.linspace(0, rest, int(np.ceil(2 * rest / side)) + 1)]

    return [
        (x, y, min(side, width), min(side, height)) for y in starts(height) for x in starts(width)
    ]


def _new(seen: list[Detection], known: list[Detection]) -> list[Detection]:
    """The faces that are not known yet, each once: the model may see one face twice."""
    new: list[Detection] = []
    for one in seen:
        if not any(_same(one, other) for other in known + new):
            new.append(one)
    return new


def _same(one: Detection, other: Detection) -> bool:
    centres = [d.points_px[:, :2].mean(axis=0) for d in (one, other)]
    reach_px = SAME_FACE * max(_extent_px(one), _extent_px(other))
    return float(np.linalg.norm(centres[0] - centres[1])) < reach_px


def _extent_px(one: Detection) -> float:
    return float(np.ptp(one.points_px[:, :2], axis=0).max())


def _shrunk(rgb: Rgb, scale: float) -> Rgb:
    if scale == 1.0:
        return rgb
    size = (max(1, round(rgb.shape[1] * scale)), max(1, round(rgb.shape[0] * scale)))
    return np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_LINEAR), np.uint8)


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
