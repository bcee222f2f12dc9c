"""The face upright and at a fixed scale, as the checks look at it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np
import numpy.typing as npt

from face_mesh.arrays import Points, Rgb
from face_mesh.face import Face, Severity
from face_mesh.landmarks.anatomy import curve
from face_mesh.landmarks.crop_frame import Frame

VIEW_PX_PER_MM = 2.0
VIEW_MM = 176.0
VIEW_CENTRE_MM = np.array([[0.0, -29.0, 0.0]])  # the middle between forehead and chin
CHEEK_RIGHT = [50, 101, 36, 205, 187, 118, 119, 100, 142, 123, 147, 207]
CHEEK_LEFT = [280, 330, 266, 425, 411, 347, 348, 329, 371, 352, 376, 427]

Grey = npt.NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class View:
    """The face upright at a fixed scale, so that what is seen does not depend on the photo's size.

    Attributes:
        rgb: (S, S, 3) uint8.
        grey: (S, S) float32 in [0, 255].
        points: (478, 2) px of the view.
        px_per_mm: of the view; never more than the photo has.
    """

    rgb: Rgb
    grey: Grey
    points: Points
    px_per_mm: float

    @classmethod
    def of(cls, face: Face) -> View:
        """Return the view of a face."""
        image, scale = face.photo.image, min(VIEW_PX_PER_MM, face.px_per_mm)
        width_px = VIEW_MM * face.px_per_mm
        centre = face.pose.to_photo(VIEW_CENTRE_MM)[0, :2]
        # Only the part of the photo that the turned square can reach is worked on.
        low = np.maximum(np.floor(centre - width_px * 0.75), 0).astype(int)
        high = np.minimum(np.ceil(centre + width_px * 0.75), image.shape[1::-1]).astype(int)
        part = image[low[1] : high[1], low[0] : high[0]]
        roll_deg, size = face.pose.roll_deg, round(VIEW_MM * scale)
        frame = Frame.around(centre - low, width_px, roll_deg, size, mirrored=False)
        rgb = frame.image(part)
        points = frame.to_crop(face.landmarks_px[:, :2] - low)
        grey = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY).astype(np.float32)
        return cls(rgb, grey, points, scale)

    @cached_property
    def skin(self) -> Rgb:
        """(3, N) uint8: every other pixel of every other row inside the oval of the face."""
        half = np.ascontiguousarray(self.rgb[::2, ::2])
        mask = np.zeros(half.shape[:2], np.uint8)
        oval = self.points[list(curve("face_oval"))] / 2
        cv2.fillPoly(mask, [np.round(oval).astype(np.int32)], 1)
        return np.ascontiguousarray(half[mask > 0].T)

    def box(self, landmarks: tuple[int, ...]) -> Grey:
        """The grey picture of the rectangle about `landmarks`."""
        at = self.points[list(landmarks)]
        (x0, y0), (x1, y1) = np.clip([at.min(axis=0), at.max(axis=0) + 1], 0, len(self.grey))
        return self.grey[int(y0) : int(y1), int(x0) : int(x1)]


Seen = tuple[Severity, str, str]  # a finding without its id
Check = Callable[[Face, View], "Seen | None"]
