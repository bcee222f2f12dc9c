"""The density of bare skin at growing blurs, and how far a step of a byte goes in it."""

from __future__ import annotations

import cv2
import numpy as np

from face_mesh.arrays import Bool
from face_mesh.cache import Scope, cached_per
from face_mesh.skin.masked_blur import Values, across, blur
from face_mesh.skin.working_view import DARKEST, View

Window = tuple[slice, slice]  # rows and columns of a view

_BRIDGE_MM = 1.0  # over what is no skin, density goes on from beside it
_DENSEST = -float(np.log(DARKEST))
# What one step of an sRGB byte is in density, over light ** (-1 / 2.4): ln of light is 2.4 ln of
# (byte / 255 + 0.055) beyond a constant (IEC 61966-2-1), so a step is 2.4 / 255 / (1.055 light **
# (1 / 2.4)). Rounding, compression and the noise left by a camera are alike in bytes, not in
# density: what is a step on fair skin is two on dark skin.
_STEP = 2.4 / 255.0 / 1.055


@cached_per(Scope.PIXELS)
def skin_density(view: View) -> Values:
    """Return (h, w, 3) float32, the density of a view; where no skin is it goes on from beside."""
    rows, columns = skin_box(view)
    out = np.array(view.density)
    bare = view.bare[rows, columns]
    window = view.density[rows, columns]
    over = across(window, bare.astype(np.float32), _BRIDGE_MM * view.px_per_mm)
    out[rows, columns] = np.where(bare[..., None], window, over)
    return out


@cached_per(Scope.PIXELS)
def skin_box(view: View) -> Window:
    """Return the window of a view that holds all bare skin and what blurs of it reach."""
    pad = round(8.0 * view.px_per_mm)
    found = []
    for axis in (1, 0):
        at = np.flatnonzero(view.bare.any(axis=axis))
        low, high = (int(at[0]), int(at[-1])) if at.size else (0, 0)
        found.append(slice(max(0, low - pad), min(view.bare.shape[1 - axis], high + pad + 1)))
    return found[0], found[1]


def density_at(view: View, sigma_mm: float, window: Window) -> Values:
    """Return (h, w, 3) float32, `skin_density` of a window under a Gaussian."""
    return blur(skin_density(view)[window], sigma_mm * view.px_per_mm)


def byte_step(density: Values) -> Values:
    """Return what one step of an sRGB byte is in density, at a density; of the same shape."""
    return np.asarray(_STEP * np.exp(np.minimum(density, _DENSEST) / 2.4), np.float32)


def inner_skin(view: View, away_mm: float, window: Window) -> Bool:
    """Return (h, w) bool of a window, bare skin at least so far from what is none."""
    wide = 2 * round(away_mm * view.px_per_mm) + 1
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (wide, wide))
    return np.asarray(cv2.erode(view.bare[window].astype(np.uint8), disc) > 0, np.bool_)
