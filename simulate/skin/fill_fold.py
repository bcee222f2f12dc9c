"""Lifting the shade of a fold, a trough or a bag: low frequencies, along the skin's own colour.

Works in optical density, where a shade is the same for fair and dark skin. Detail finer than
`DETAIL_MM` is left as it is; what is coarser is brought to where the skin on both sides goes on.
A channel is never lifted without the others: the hue of a deep shade moves towards that of the skin
beside it, or stays.
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from face_mesh.arrays import Mask, Rgb
from face_mesh.skin.masked_blur import across

WIDER_MM = 3.5  # a fold is darkest along its line, but the slopes that lead there are of it
SOFT_MM = 1.5  # standard deviation of the edge of what is lifted
RAMP_MM = 12.0  # inwards from a fold that is overhung, over which its shade fades out
INSIDE = 0.1  # of the weight of skin outside such a fold that skin inside it has
DETAIL_MM = 0.7  # standard deviation: pores and hairs are finer, the shade of a fold is wider
WORK_PX_PER_MM = 1.5  # enough for that
REACH_MM = 1.5  # over which the sides of the fold are looked at
MOST = 1.2  # natural log of light: the deepest fold of the portraits looked at
# From here on a shade is lifted by so much that its grain and noise are too: skin is made anew.
_DEEP = (0.2, 0.35)
_FRINGE_MM = 1.0  # beside such a shade, where its blurred edge was taken away too
_DARKEST = 2.0 / 255.0

Density = npt.NDArray[np.float32]


def slopes(line: Mask, skin: Mask, px_per_mm: float) -> Mask:
    """Return the soft band of a fold around the mask of its line, (H, W) float32, on bare skin.

    Args:
        line: (H, W) float32 in [0, 1].
        skin: (H, W) float32, 1 where bare skin is.
        px_per_mm: scale of both.
    """
    side = 2 * round(WIDER_MM * px_per_mm) + 1
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
    soft = cv2.GaussianBlur(cv2.dilate(line, disc), (0, 0), SOFT_MM * px_per_mm) * skin
    return np.asarray(np.where(soft < 0.02, 0.0, np.minimum(soft, 1.0)), np.float32)


def overhung(line: Mask, skin: Mask, outward_mm: Mask, px_per_mm: float) -> tuple[Mask, Mask]:
    """Return the band of a fold that a cheek overhangs, and the skin that its shade is held to.

    What lies inside such a fold is in the shade of what lies outside: filled, the step between the
    two becomes a ramp, so the band reaches `RAMP_MM` inwards and fades out there.

    Args:
        line: (H, W) float32 in [0, 1], the mask of the fold's line.
        skin: (H, W) float32, 1 where bare skin is.
        outward_mm: (H, W) float32, grows away from the middle of the face.
        px_per_mm: scale.

    Returns:
        (H, W) float32, the soft band; (H, W) float32, what weight skin beside it has.
    """
    on = line > 0.3
    if not on.any():
        return np.zeros_like(line), skin
    away, nearest = cv2.distanceTransformWithLabels(
        (~on).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_5, labelType=cv2.DIST_LABEL_PIXEL
    )
    of_label = np.zeros(int(nearest.max()) + 1, np.float32)
    of_label[nearest[on]] = outward_mm[on]
    inside = outward_mm < of_label[nearest]
    away_mm = away / px_per_mm
    ramp = np.clip((RAMP_MM - away_mm) / (RAMP_MM - WIDER_MM), 0.0, 1.0)
    rim = np.clip((WIDER_MM + SOFT_MM - away_mm) / (2 * SOFT_MM), 0.0, 1.0)
    band = np.where(inside, ramp, rim) * skin
    soft = cv2.GaussianBlur(band, (0, 0), 0.5 * SOFT_MM * px_per_mm) * skin
    band = np.where(soft < 0.02, 0.0, np.minimum(soft, 1.0)).astype(np.float32)
    return band, np.asarray(skin * np.where(inside, INSIDE, 1.0), np.float32)


def lift_shade(
    rgb: Rgb,
    mask: Mask,
    skin: Mask,
    px_per_mm: float,
    *,
    skin_beside: Mask | None = None,
    both_ways: bool = False,
) -> tuple[Rgb, Mask]:
    """Return a picture with the shade under a mask evened out, and where it was deep.

    Args:
        rgb: (H, W, 3) uint8.
        mask: (H, W) float32 in [0, 1], the band of the fold, soft; 0 stays to the byte.
        skin: (H, W) float32, 1 where bare skin is.
        px_per_mm: scale of the picture.
        skin_beside: (H, W) float32, the weight that skin has when the shade is held to it; None is
            `skin`.
        both_ways: whether what is lighter than its sides is darkened too, as a bulge is.

    Returns:
        (H, W, 3) uint8, and (H, W) float32, 1 where so much shade was taken away that the skin
        under it should be made anew.
    """
    height, width = mask.shape
    factor = min(1.0, WORK_PX_PER_MM / px_per_mm)
    size = (max(1, round(width * factor)), max(1, round(height * factor)))
    ppm = px_per_mm * factor
    small = cv2.resize(rgb, size, interpolation=cv2.INTER_AREA).astype(np.float32) / 255.0
    dense = np.log(np.maximum(small, _DARKEST))
    fold = cv2.resize(mask, size, interpolation=cv2.INTER_AREA)
    bare = (cv2.resize(skin, size, interpolation=cv2.INTER_AREA) > 0.6).astype(np.float32)
    now = across(dense, bare, DETAIL_MM * ppm)
    weight = cv2.resize(
        skin if skin_beside is None else skin_beside, size, interpolation=cv2.INTER_AREA
    )
    then = across(dense, np.asarray(weight * (fold < 0.05), np.float32), REACH_MM * ppm)
    gain = _limited(then - now, both_ways=both_ways) * fold[..., None]
    full = cv2.resize(gain, (width, height), interpolation=cv2.INTER_LINEAR)
    inside = mask > 0
    out = np.clip(np.round(rgb * np.exp(full)), 0, 255).astype(np.uint8)
    low, high = _DEEP
    deep = np.clip((np.abs(full).max(axis=2) - low) / (high - low), 0.0, 1.0)
    wide = 2 * round(_FRINGE_MM * px_per_mm) + 1
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (wide, wide))
    deep = cv2.GaussianBlur(cv2.dilate(deep, disc), (0, 0), 0.3 * px_per_mm) * inside
    return np.where(inside[..., None], out, rgb), np.asarray(deep, np.float32)


def _limited(gain: Density, *, both_ways: bool) -> Density:
    """The gain, cut for all channels together, and to what lightens unless both ways are meant."""
    mean, largest = gain.mean(axis=2, keepdims=True), np.abs(gain).max(axis=2, keepdims=True)
    kept = np.minimum(1.0, MOST / np.maximum(largest, 1e-6))
    return np.asarray(gain * kept if both_ways else gain * kept * (mean > 0), np.float32)
