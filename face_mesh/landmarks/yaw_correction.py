"""A turned head as the picture shows it, where the landmark model sees it too frontal.

On rendered heads of known turn (`python -m benchmarks.turned`) the model reads three quarters of a
yaw. Its places in the picture are right while the depths it gives lean back towards a frontal face.
So the turn is read off the picture alone, by the average face laid on the landmarks, and the depths
are sheared until they agree. An iris is no ruler on a turned head, which may look at the camera or
past it: there the size of the face is. All of this comes in between 8 and 16 degrees: what is read
off a photo from the front stays as it was, to the byte.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache

import numpy as np

from face_mesh.arrays import Points
from face_mesh.landmarks.detect import Detection
from face_mesh.landmarks.model_file import VERTICES, canonical_mesh
from face_mesh.landmarks.pose import IMAGE_TO_CAMERA, yaw_of
from face_mesh.landmarks.scale import Scale

FRONTAL_DEG, TURNED_DEG = 8.0, 16.0  # the correction is nothing up to one, whole from the other
# Depth along the line of sight shrinks with the turn: 0.89 of the true one is read at 45 degrees.
FLAT_AT_DEG, FLAT_BY = 45.0, 0.11
# px per mm of the average face laid on the landmarks, over that of the calibrated irises: mean of
# the 33 frontal photos of the development half of the London set. People differ by 0.032 in it,
# to which the standard error of the calibration and the landmarks of a turned face are added.
FACE_SIZE, FACE_SIZE_REL_SD = 0.957, 0.04
# Behind painted dark glasses the size of the face gave 0.97 of the scale of the same 18 people's
# irises, with an SD of 0.03; with the uncertainty of a scale from irises, in quadrature.
EYES_HIDDEN_REL_SD = 0.06


@dataclass(frozen=True, eq=False)
class HeadFit:
    """The average face laid on landmarks as they are seen in the picture, depth left aside.

    Attributes:
        rotation: (3, 3) head axes to camera axes.
        px_per_mm: of the average face.
    """

    rotation: Points
    px_per_mm: float

    @classmethod
    def fit(cls, points_px: Points) -> HeadFit:
        """Return the scaled-orthographic view nearest to (478, 2 or 3) landmarks."""
        seen = points_px[:VERTICES, :2] * IMAGE_TO_CAMERA[:2]
        view = np.linalg.lstsq(_average(), seen - seen.mean(axis=0), rcond=None)[0].T
        u, scales, vt = np.linalg.svd(view, full_matrices=False)
        right, up = u @ vt
        return cls(np.stack([right, up, np.cross(right, up)]), float(scales.mean()))

    @property
    def yaw_deg(self) -> float:
        """Positive when the patient looks to their own left."""
        return yaw_of(self.rotation)

    @property
    def share(self) -> float:
        """How much the head counts as turned: 0 from the front, 1 from `TURNED_DEG`."""
        t = (abs(self.yaw_deg) - FRONTAL_DEG) / (TURNED_DEG - FRONTAL_DEG)
        t = min(max(t, 0.0), 1.0)
        return t * t * (3.0 - 2.0 * t)

    def correct_yaw(self, seen: Detection) -> Detection:
        """Return a detection whose turn and depths agree with the picture; a frontal one unchanged.

        The places in the picture are left as they are, so that this fit is that of the result too.
        """
        if not self.share:
            return seen
        more = np.radians(self.share * (self.yaw_deg - yaw_of(seen.rotation)))
        about_y = [[np.cos(more), 0, np.sin(more)], [0, 1, 0], [-np.sin(more), 0, np.cos(more)]]
        rotation = seen.rotation @ np.array(about_y)
        return replace(seen, points_px=self._sheared(seen.points_px, rotation), rotation=rotation)

    def _sheared(self, points_px: Points, rotation: Points) -> Points:
        """(478, 3) landmarks whose depths neither lean across the face nor are too flat."""
        middle = points_px[:VERTICES].mean(axis=0)
        camera = (points_px - middle) * IMAGE_TO_CAMERA
        across = rotation[:2, 0] / np.linalg.norm(rotation[:2, 0])  # of the head, in the picture
        along = np.array([-across[1], across[0]])
        expected = self.px_per_mm * _average() @ rotation.T
        parts = np.stack(
            [expected[:, :2] @ across, expected[:, :2] @ along, expected[:, 2]], axis=1
        )
        lean = np.linalg.lstsq(parts, camera[:VERTICES, 2], rcond=None)[0][0]
        flat = 1.0 - FLAT_BY * (self.yaw_deg / FLAT_AT_DEG) ** 2
        toward = camera[:, 2] - self.share * lean * (camera[:, :2] @ across)
        out = points_px.copy()
        out[:, 2] = middle[2] - toward / (1.0 + self.share * (flat - 1.0))
        return out

    def scale_for_yaw(self, scale: Scale) -> Scale:
        """Return a scale from the irises as it is from the front, from the size of the face turned.

        A scale that rests on what the user knows is returned as it is.

        Args:
            scale: from `estimate_scale`, of the landmarks that were fitted.
        """
        if not self.share or scale.source != "iris":
            return scale
        ratio = self.px_per_mm / FACE_SIZE / scale.px_per_mm
        px_per_mm = scale.px_per_mm * ratio**self.share
        relative_sd = scale.relative_sd + self.share * (FACE_SIZE_REL_SD - scale.relative_sd)
        return Scale(px_per_mm, px_per_mm * relative_sd, "face_size")

    def scale_without_irises(self, scale: Scale) -> Scale:
        """Return the scale of a face whose eyes are both hidden: from the size of the face.

        A scale that rests on what the user knows is returned as it is.

        Args:
            scale: from `estimate_scale`, of the landmarks that were fitted.
        """
        if scale.source != "iris":
            return scale
        px_per_mm = self.px_per_mm / FACE_SIZE
        return Scale(px_per_mm, px_per_mm * EYES_HIDDEN_REL_SD, "face_size")


@cache
def _average() -> Points:
    """(468, 3) mm about its middle, its two halves alike."""
    canonical = canonical_mesh()
    ours = canonical.vertices_mm
    even = (ours + ours[canonical.mirror[:VERTICES]] * (-1.0, 1.0, 1.0)) / 2.0
    return np.asarray(even - even.mean(axis=0), np.float64)
