"""From a sign of the skin to treated skin, and from treated skin to a dose; here also a fill alone.

Importing this loads nothing that runs a network; the first fill does.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from face_mesh.arrays import Rgb, check_rgb
from simulate.inpaint.engine import Engine, Fill, Step
from simulate.inpaint.registry import engine as engine_named

__all__ = ["Engine", "Fill", "Step", "fill"]


def fill(
    rgb: Rgb,
    mask: npt.NDArray[np.bool_] | npt.NDArray[np.floating],
    px_per_mm: float,
    engine: str = "embedded",
    seed: int = 0,
) -> Rgb:
    """Return the picture with the skin under a mask made anew.

    Args:
        rgb: (H, W, 3) uint8, left as it is.
        mask: (H, W) bool or float in [0, 1]; 1 is replaced, 0 stays to the byte.
        px_per_mm: scale of the picture, of `face.px_per_mm`.
        engine: "embedded" or "hub:NAME".
        seed: of the noise; the same seed gives the same picture on one machine.

    Raises:
        ValueError: an array or the scale is not of this kind.
        PlanError: there is no such engine.
        EngineError: the model is missing, broken, of the wrong kind or out of memory.
    """
    check_rgb(rgb)
    soft = np.asarray(mask, np.float32)
    if soft.shape != rgb.shape[:2]:
        raise ValueError(f"mask must be {rgb.shape[:2]} like the picture, got {soft.shape}")
    if not np.isfinite(soft).all() or soft.min(initial=0.0) < 0 or soft.max(initial=0.0) > 1:
        raise ValueError("mask must lie in [0, 1]")
    if not np.isfinite(px_per_mm) or px_per_mm <= 0:
        raise ValueError(f"px_per_mm must be above 0, got {px_per_mm}")
    picture = None
    for step in engine_named(engine).steps(Fill(rgb, soft, px_per_mm, seed)):
        picture = step.picture
    assert picture is not None
    return picture
