"""Brows drawn on lids that are drawn on a sample portrait: as low and as thick as one likes."""

from dataclasses import replace

import numpy as np

from face_mesh import Face, Photo
from face_mesh.landmarks.anatomy import curve
from face_mesh.skin.upper_lid import upper_lid
from tests.face_mesh.eyelids import SKIN, with_lids

HAIR = (60, 52, 50)
SOFT_MM = 0.5


def with_brows(below_mm: float, thick_mm: float = 5.0, show_mm: float | None = 2.0) -> Face:
    """A face whose brows lie so far below the landmarks, over plain skin."""
    face = with_lids(show_mm)
    drawn = face.photo.image.astype(np.float64)
    for side in ("left", "right"):
        along, above = places(face, side)
        first, last = ends_mm(face, side)
        low = drawn_mm(face, side, below_mm, along)
        beside = np.minimum(along - first, last - along)
        near = np.clip((beside + 6.0) / 2.0, 0.0, 1.0) * np.clip((above - 3.0) / 1.0, 0.0, 1.0)
        near = near * np.clip((26.0 - above) / 2.0, 0.0, 1.0)
        drawn += near[..., None] * (np.array(SKIN) - drawn)
        inside = np.minimum(above - low, low + thick_mm - above) / SOFT_MM + 0.5
        hair = np.clip(inside, 0.0, 1.0) * np.clip(beside / 2.0 + 0.5, 0.0, 1.0)
        drawn += hair[..., None] * (np.array(HAIR) - drawn) * (thick_mm > 0.0)
    pixels = np.round(np.clip(drawn, 0, 255)).astype(np.uint8)
    return replace(face, photo=Photo.from_rgb(pixels), workspace={})


def drawn_mm(face: Face, side: str, below_mm: float, along: np.ndarray) -> np.ndarray:
    """The lower edge of a drawn brow above the lashes, at places along the eye."""
    edge_along, edge = _landmarks(face, side, "lower")
    return np.asarray(np.interp(along, edge_along, edge) - below_mm)


def ends_mm(face: Face, side: str) -> tuple[float, float]:
    """Where the landmarks of a brow end, along the eye."""
    both = np.concatenate([_landmarks(face, side, edge)[0] for edge in ("lower", "upper")])
    return float(both.min()), float(both.max())


def _landmarks(face: Face, side: str, edge: str) -> tuple[np.ndarray, np.ndarray]:
    at = face.landmarks_px[list(curve(f"brow_{edge}_{side}")), :2]
    along, above = upper_lid(face, side).places(at)
    order = np.argsort(along)
    return along[order], above[order]


def places(face: Face, side: str) -> tuple[np.ndarray, np.ndarray]:
    """(H, W) each: how far px lie along an eye, and above the end of its lashes, mm."""
    y, x = np.mgrid[: face.photo.height, : face.photo.width]
    return upper_lid(face, side).places(np.dstack([x, y]))
