"""A crop, turn and scale as one reversible object, so that image and points cannot drift apart."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from face_mesh.arrays import Points, Rgb


@dataclass(frozen=True, eq=False)
class Frame:
    """A similarity from photo px to the px of a square crop, optionally mirrored left to right.

    Attributes:
        matrix: (2, 3) float64, photo (x, y, 1) to crop (x, y).
        size_px: side of the square crop.
        scale: crop px per photo px.
    """

    matrix: Points
    size_px: int
    scale: float

    @classmethod
    def around(
        cls, centre_px: Points, width_px: float, roll_deg: float, size_px: int, mirrored: bool
    ) -> Frame:
        """Return the frame that shows `width_px` of photo about `centre_px`, turned upright.

        `roll_deg` is the head roll to undo (positive: the head leans to the picture's right).
        """
        scale = size_px / width_px
        turn = np.deg2rad(roll_deg)
        linear = scale * np.array(
            [[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]], dtype=np.float64
        )
        if mirrored:
            linear[0] *= -1.0
        shift = (size_px - 1) / 2 - linear @ centre_px
        return cls(np.column_stack([linear, shift]), size_px, scale)

    def image(self, rgb: Rgb) -> Rgb:
        """Return the (size_px, size_px, 3) uint8 crop; outside the photo the edge is repeated."""
        source, matrix = rgb, self.matrix
        scale = self.scale
        while scale < 0.4:  # averaged before a strong reduction, or the crop aliases
            source = np.asarray(cv2.pyrDown(source), np.uint8)
            matrix = matrix @ np.diag([2.0, 2.0, 1.0])  # pyrDown keeps the even pixels
            scale *= 2.0
        out = cv2.warpAffine(
            source,
            matrix,
            (self.size_px, self.size_px),
            flags=cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REPLICATE,
        )
        return np.asarray(out, np.uint8)

    def to_crop(self, points: Points) -> Points:
        """Return photo points (N, 2 or more) as (N, 2) crop px."""
        xy: Points = points[:, :2] @ self.matrix[:, :2].T + self.matrix[:, 2]
        return xy

    def to_photo(self, points: Points) -> Points:
        """Return crop points (N, 2 or 3) in photo px; z is scaled, its sign kept."""
        linear, shift = self.matrix[:, :2], self.matrix[:, 2]
        xy = (points[:, :2] - shift) @ np.linalg.inv(linear).T
        return np.column_stack([xy, points[:, 2:] / self.scale])
