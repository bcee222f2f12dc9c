"""Masks shaped like what is treated: lines, folds, spots, scars, pores, and whole patches."""

from __future__ import annotations

import cv2
import numpy as np

from face_mesh.arrays import Bool

SHAPES = ("lines", "fold", "spots", "patch", "pores")
_ODDS = (0.45, 0.15, 0.2, 0.1, 0.1)
_FINE = 4  # fractional bits of what is drawn


def random_mask(side_px: int, px_per_mm: float, random: np.random.Generator) -> Bool:
    """Return a (side, side) mask of a random shape."""
    shape = str(random.choice(SHAPES, p=_ODDS))
    return drawn(shape, side_px, px_per_mm, random)


def drawn(shape: str, side_px: int, px_per_mm: float, random: np.random.Generator) -> Bool:
    """Return a (side, side) mask of one of `SHAPES`, sizes in mm."""
    canvas = np.zeros((side_px, side_px), np.uint8)
    if shape == "lines":
        for _ in range(random.integers(1, 6)):
            _curve(canvas, px_per_mm, random, random.uniform(5, 30), random.uniform(0.6, 2.2))
    elif shape == "fold":
        _curve(canvas, px_per_mm, random, random.uniform(15, 40), random.uniform(2.5, 5.0))
    elif shape == "spots":
        for _ in range(random.integers(1, 7)):
            _ellipse(canvas, px_per_mm, random, random.uniform(0.5, 3.5))
    elif shape == "pores":
        for _ in range(random.integers(20, 80)):
            _ellipse(canvas, px_per_mm, random, random.uniform(0.3, 0.8))
    else:
        _ellipse(canvas, px_per_mm, random, random.uniform(4.0, 8.0))
    return canvas > 127


def _curve(
    canvas: np.ndarray,
    ppm: float,
    random: np.random.Generator,
    length_mm: float,
    width_mm: float,
) -> None:
    """Draw a smooth curve that bends gently, as a line of the face does."""
    side = canvas.shape[0]
    count = 12
    heading = random.uniform(0, 2 * np.pi) + np.cumsum(random.normal(0, 0.16, count))
    steps = length_mm * ppm / count * np.stack([np.cos(heading), np.sin(heading)], axis=1)
    path = np.cumsum(steps, axis=0)
    path += random.uniform(0.15 * side, 0.85 * side, 2) - path[count // 2]
    thick = max(1, round(width_mm * ppm))
    points = np.round(path * 2**_FINE).astype(np.int32)
    cv2.polylines(canvas, [points], False, 255, thick, cv2.LINE_AA, _FINE)


def _ellipse(canvas: np.ndarray, ppm: float, random: np.random.Generator, radius_mm: float) -> None:
    centre = random.uniform(0.1 * canvas.shape[0], 0.9 * canvas.shape[0], 2)
    axes = radius_mm * ppm * random.uniform(0.7, 1.4, 2)
    cv2.ellipse(
        canvas,
        np.round(centre * 2**_FINE).astype(int).tolist(),
        np.maximum(np.round(axes * 2**_FINE), 2**_FINE).astype(int).tolist(),
        random.uniform(0, 180),
        0,
        360,
        255,
        -1,
        cv2.LINE_AA,
        _FINE,
    )
