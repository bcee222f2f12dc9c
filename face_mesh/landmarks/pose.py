"""Where the head looks, and the way between photo px and the head frame in mm."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from face_mesh.arrays import Points

IMAGE_TO_CAMERA = np.array([1.0, -1.0, -1.0])  # picture y is down, landmark z is into the scene
_EYE_CORNERS = [33, 133, 362, 263]


def yaw_of(rotation: Points) -> float:
    """Return the yaw in degrees of a (3, 3) rotation of head axes to camera axes."""
    return float(np.degrees(np.arctan2(rotation[0, 2], rotation[2, 2])))


@dataclass(frozen=True, eq=False)
class Pose:
    """Head pose as a scaled-orthographic camera.

    Attributes:
        rotation: (3, 3) float64, head axes to camera axes (+x right in the picture, +y up, +z to
            the viewer). Head axes: +x the patient's left, +y up, +z out of the face.
        origin_px: (3,) float64, the point between the eyes in photo px (z on the scale of x).
        px_per_mm: scale of the projection.
    """

    rotation: Points
    origin_px: Points
    px_per_mm: float

    @classmethod
    def of(cls, points_px: Points, rotation: Points, px_per_mm: float) -> Pose:
        """Return the pose whose origin lies between the eyes of (478, 3) landmarks."""
        return cls(rotation, points_px[_EYE_CORNERS].mean(axis=0), px_per_mm)

    @cached_property
    def yaw_deg(self) -> float:
        """Positive when the patient looks to their own left (the right of the picture)."""
        return yaw_of(self.rotation)

    @cached_property
    def pitch_deg(self) -> float:
        """Positive when the chin is lifted."""
        return float(np.degrees(np.arcsin(np.clip(self.rotation[1, 2], -1.0, 1.0))))

    @cached_property
    def roll_deg(self) -> float:
        """Positive when the head leans to the right of the picture."""
        return float(np.degrees(np.arctan2(self.rotation[0, 1], self.rotation[1, 1])))

    def to_head(self, points_px: Points) -> Points:
        """Return (N, 3) photo px as (N, 3) mm in the head frame."""
        camera = (points_px - self.origin_px) * IMAGE_TO_CAMERA / self.px_per_mm
        head: Points = camera @ self.rotation
        return head

    def to_photo(self, points_mm: Points) -> Points:
        """Return (N, 3) head-frame mm as (N, 3) photo px; the inverse of `to_head`."""
        camera = points_mm @ self.rotation.T
        photo: Points = camera * IMAGE_TO_CAMERA * self.px_per_mm + self.origin_px
        return photo

    def shift_px(self, shift_mm: Points) -> Points:
        """Return (N, 3) head-frame displacements in mm as (N, 2) picture displacements in px."""
        camera = shift_mm @ self.rotation.T
        shift: Points = (camera * IMAGE_TO_CAMERA * self.px_per_mm)[:, :2]
        return shift

    def at_scale(self, factor: float) -> Pose:
        """Return the same pose for a photo resized by `factor` (px centres at integers)."""
        origin = self.origin_px * factor
        origin[:2] += 0.5 * factor - 0.5
        return Pose(self.rotation, origin, self.px_per_mm * factor)
