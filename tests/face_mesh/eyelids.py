"""Lids drawn on a sample portrait: lashes, and a fold as high as one likes."""

from dataclasses import replace

import cv2
import numpy as np

from face_mesh import Face, Photo
from face_mesh.landmarks.scale import Scale
from face_mesh.skin.upper_lid import upper_lid
from tests.face_mesh.faces import collins

PX_PER_MM = 5.0
SKIN, DARK = (216, 196, 170), 0.25  # and the share of its light that lashes leave
LASHES_MM = (-0.4, 0.8)  # of the margin, between which they are drawn
LID_MM = (5.5, 8.0)  # of the margin: skin is plain up to the first, and the portrait's from there


def enlarged(px_per_mm: float = PX_PER_MM) -> Face:
    """A sample with so many px to a mm."""
    face = collins()
    factor = px_per_mm / face.px_per_mm
    height, width = (round(n * factor) for n in face.photo.image.shape[:2])
    points = face.landmarks_px * factor
    points[:, :2] += 0.5 * factor - 0.5
    large = cv2.resize(face.photo.image, (width, height), interpolation=cv2.INTER_CUBIC)
    return replace(
        face,
        photo=Photo.from_rgb(np.asarray(large, np.uint8)),
        landmarks_px=points,
        pose=face.pose.at_scale(factor),
        scale=Scale(px_per_mm, 0.04 * px_per_mm, face.scale.source),
        workspace={},
    )


def above_margin_mm(face: Face, side: str) -> np.ndarray:
    """(H, W) how far each px lies above the margin of a lid; NaN beside it."""
    lid = upper_lid(face, side)
    y, x = np.mgrid[: face.photo.height, : face.photo.width]
    away = (np.dstack([x, y]) - lid.origin_px) / lid.px_per_mm
    along = away @ lid.along
    margin = np.interp(along, lid.along_mm, lid.margin_mm, left=np.nan, right=np.nan)
    return np.asarray(away @ lid.up - margin)


def with_lids(show_mm: float | None, px_per_mm: float = PX_PER_MM) -> Face:
    """A face whose lids show so much under the fold; None is a fold that hangs on the lashes."""
    face = enlarged(px_per_mm)
    drawn = face.photo.image.astype(np.float64)
    for side in ("left", "right"):
        above = np.nan_to_num(above_margin_mm(face, side), nan=-99.0)
        low, high = LASHES_MM
        plain, end = LID_MM
        light = np.where((above > low) & (above < high), DARK, 1.0)
        if show_mm is not None:
            light -= 0.4 * np.exp(-0.5 * ((above - high - show_mm) / 0.4) ** 2)
        lid = light[..., None] * SKIN
        share = np.where(above > low, np.clip((end - above) / (end - plain), 0.0, 1.0), 0.0)
        drawn += share[..., None] * (lid - drawn)
    pixels = np.round(np.clip(drawn, 0, 255)).astype(np.uint8)
    return replace(face, photo=Photo.from_rgb(pixels), workspace={})
