"""Smiles that are drawn: where lips, gums and teeth are is known to the pixel."""

from dataclasses import replace
from functools import cache

import cv2
import numpy as np

from face_mesh import Face, Photo
from face_mesh.arrays import Bool, Points
from face_mesh.landmarks.anatomy import curve, point
from face_mesh.landmarks.scale import Scale
from tests.simulate.faces import face_of

PX_PER_MM = 3.0
GAPE_MM, JAW_MM = 9.0, 45.0  # in the middle, and how far below the lips nothing moves any more
LIP, GUM, TOOTH, DARK = (158, 86, 84), (205, 128, 126), (232, 226, 214), (60, 44, 42)
TOOTH_MM = 8.0  # wide
GRAIN = 3.0  # levels


@cache
def smile_of(sample: str, gum_mm: float, score: float = 0.9) -> Face:
    """A sample whose lips are drawn parted, with that much gum above the teeth."""
    large = _enlarged(face_of(sample))
    points = _parted(large.landmarks_px)
    image = large.photo.image.copy()
    height, width = image.shape[:2]
    for lip in ("upper", "lower"):
        _fill(image, points, f"{lip}_vermilion_border", f"{lip}_inner_lip", LIP)
    inside = mouth_of(points, (height, width))
    top = np.where(inside.any(axis=0), inside.argmax(axis=0), height)
    depth = (np.arange(height)[:, None] - top[None]) / PX_PER_MM
    tooth = inside & (depth >= gum_mm)
    middle = points[point("stomion_superius"), 0]
    between = np.abs((np.arange(width) - middle) / PX_PER_MM % TOOTH_MM - TOOTH_MM / 2) > 3.7
    image[inside] = GUM
    image[tooth] = TOOTH
    image[tooth & between[None]] = DARK
    drawn = _filled(points, "upper_vermilion_border", "lower_vermilion_border", (height, width))
    noise = np.random.default_rng(3).normal(0.0, GRAIN, image.shape)
    soft = cv2.GaussianBlur(image, (0, 0), 0.7) + noise
    image[drawn] = np.clip(soft, 0, 255).astype(np.uint8)[drawn]
    both = {f"mouthSmile{side}": score for side in ("Left", "Right")}
    return replace(
        large,
        photo=Photo.from_rgb(image),
        landmarks_px=points,
        mesh_mm=large.pose.to_head(points),
        expression={**large.expression, **both},
        workspace={},
    )


def mouth_of(points: Points, shape: tuple[int, int]) -> Bool:
    """(H, W) bool, what is between the inner lips."""
    return _filled(points, "upper_inner_lip", "lower_inner_lip", shape)


def _parted(closed: Points) -> Points:
    """The landmarks with the lower lip and what is below it moved down, most in the middle."""
    points = closed.copy()
    inner = closed[list(curve("lower_inner_lip")), :2]
    inner = inner[np.argsort(inner[:, 0])]
    across = np.clip(2.0 * (points[:, 0] - inner[0, 0]) / np.ptp(inner[:, 0]) - 1.0, -1.0, 1.0)
    below = points[:, 1] - np.interp(points[:, 0], *inner.T)
    lower = np.isin(np.arange(len(points)), curve("lower_inner_lip")) | (below > 0.0)
    share = np.where(lower, np.clip(1.0 - below / (JAW_MM * PX_PER_MM), 0.0, 1.0), 0.0)
    points[:, 1] += GAPE_MM * PX_PER_MM * share * (1.0 - across**2)
    return points


def _enlarged(face: Face) -> Face:
    factor = PX_PER_MM / face.px_per_mm
    size = tuple(round(n * factor) for n in face.photo.image.shape[1::-1])
    points = face.landmarks_px * factor
    points[:, :2] += 0.5 * factor - 0.5
    scale = Scale(face.px_per_mm * factor, face.px_per_mm_sd * factor, face.scale.source)
    image = cv2.resize(face.photo.image, size, interpolation=cv2.INTER_CUBIC)
    pose = face.pose.at_scale(factor)
    return replace(
        face,
        photo=Photo.from_rgb(np.asarray(image, np.uint8)),
        landmarks_px=points,
        mesh_mm=pose.to_head(points),
        pose=pose,
        scale=scale,
        workspace={},
    )


def _filled(points: Points, one: str, other: str, shape: tuple[int, int]) -> Bool:
    found = np.zeros(shape, np.uint8)
    ring = np.concatenate([points[list(curve(one)), :2], points[list(curve(other))[::-1], :2]])
    cv2.fillPoly(found, [np.round(ring).astype(np.int32)], 1)
    return found > 0


def _fill(
    image: np.ndarray, points: Points, one: str, other: str, colour: tuple[int, int, int]
) -> None:
    image[_filled(points, one, other, (image.shape[0], image.shape[1]))] = colour
