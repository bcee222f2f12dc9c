"""What is measured of a fill, inside its mask, against the skin that was there."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import numpy.typing as npt
from skimage.color import deltaE_ciede2000

from face_mesh.arrays import Bool, Rgb
from training.patches import Case

TEXTURE_MM = 0.8  # standard deviation: what is finer is texture
COLOUR_MM = 1.2  # what is coarser is colour
_REC_709 = np.array([0.2126, 0.7152, 0.0722], np.float32)

Plane = npt.NDArray[np.float32]


def texture_energy(case: Case, filled: Rgb) -> float:
    """Return the mean square of the fine luminance, filled over true."""
    ours, true = (_fine(p, case.px_per_mm)[case.mask] for p in (filled, case.rgb))
    return float(np.square(ours).mean() / np.square(true).mean())


def texture_rms(case: Case, filled: Rgb) -> float:
    """Return the root mean square of the fine luminance, filled over true."""
    return float(np.sqrt(texture_energy(case, filled)))


def colour_error(case: Case, filled: Rgb) -> float:
    """Return the mean CIEDE2000 between the two, both blurred."""
    ours, true = (_coarse(p, case.px_per_mm) for p in (filled, case.rgb))
    return float(deltaE_ciede2000(ours, true)[case.mask].mean())


def edge_gradient(case: Case, filled: Rgb) -> float:
    """Return the mean gradient of luminance within 1 px of the mask's edge, filled over true."""
    edge = mask_edge(case.mask)
    ours, true = (_gradient(p)[edge] for p in (filled, case.rgb))
    return float(ours.mean() / true.mean())


def psnr_db(case: Case, filled: Rgb) -> float:
    """Return the peak signal-to-noise ratio over the masked pixels, dB."""
    off = (filled.astype(np.float32) - case.rgb)[case.mask]
    return float(10.0 * np.log10(255.0**2 / max(float(np.square(off).mean()), 1e-6)))


def mask_edge(mask: Bool) -> Bool:
    """Return the pixels that touch, or are touched by, the other side of the mask's edge."""
    cross = cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3))
    flat = mask.astype(np.uint8)
    return np.asarray(cv2.dilate(flat, cross) != cv2.erode(flat, cross), np.bool_)


def _luminance(rgb: Rgb) -> Plane:
    return np.asarray(rgb.astype(np.float32) @ _REC_709, np.float32)


def _fine(rgb: Rgb, px_per_mm: float) -> Plane:
    plane = _luminance(rgb)
    blurred = cv2.GaussianBlur(plane, (0, 0), TEXTURE_MM * px_per_mm)
    return np.asarray(plane - blurred, np.float32)


def _coarse(rgb: Rgb, px_per_mm: float) -> Plane:
    blurred = cv2.GaussianBlur(rgb.astype(np.float32) / 255.0, (0, 0), COLOUR_MM * px_per_mm)
    return np.asarray(cv2.cvtColor(blurred, cv2.COLOR_RGB2LAB), np.float32)


def _gradient(rgb: Rgb) -> Plane:
    plane = _luminance(rgb)
    return np.asarray(np.hypot(cv2.Sobel(plane, -1, 1, 0), cv2.Sobel(plane, -1, 0, 1)), np.float32)


FIGURES: dict[str, tuple[str, Callable[[Case, Rgb], float]]] = {
    "texture_energy": ("Texture energy, filled over true", texture_energy),
    "texture_rms": ("Texture RMS, filled over true", texture_rms),
    "colour_error": ("Low-frequency colour error, ΔE00", colour_error),
    "edge_gradient": ("Gradient at the mask's edge, filled over true", edge_gradient),
    "psnr_db": ("PSNR in the mask, dB", psnr_db),
}
