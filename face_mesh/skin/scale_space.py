"""The density of bare skin at growing blurs, worked out once a view and shared by the detectors."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from face_mesh.cache import Scope, cached_per
from face_mesh.skin.masked_blur import Values, across, blur
from face_mesh.skin.working_view import View

_BRIDGE_MM = 1.0  # over what is no skin, density goes on from beside it
_AROUND_MM = 2.0
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
def skin_box(view: View) -> tuple[slice, slice]:
    """Return the window of a view that holds all bare skin and what blurs of it reach."""
    pad = round(8.0 * view.px_per_mm)
    found = []
    for axis in (1, 0):
        at = np.flatnonzero(view.bare.any(axis=axis))
        low, high = (int(at[0]), int(at[-1])) if at.size else (0, 0)
        found.append(slice(max(0, low - pad), min(view.bare.shape[1 - axis], high + pad + 1)))
    return found[0], found[1]


@cached_per(Scope.PIXELS)
def density_at(view: View, sigma_mm: float) -> Values:
    """Return (h, w, 3) float32, `skin_density` under a Gaussian of a standard deviation."""
    rows, columns = skin_box(view)
    out = np.array(view.density)
    out[rows, columns] = blur(skin_density(view)[rows, columns], sigma_mm * view.px_per_mm)
    return out


def byte_step(density: Values) -> Values:
    """Return what one step of an sRGB byte is in density, at a density; of the same shape."""
    return np.asarray(_STEP * np.exp(np.minimum(density, 6.2) / 2.4), np.float32)


def byte_steps_at(
    view: View, y: npt.NDArray[np.intp], x: npt.NDArray[np.intp]
) -> npt.NDArray[np.float32]:
    """Return (N,) float32, the mean over R, G, B of `byte_step` of the skin about places."""
    return np.asarray(byte_step(density_at(view, _AROUND_MM)[y, x]).mean(axis=1), np.float32)
