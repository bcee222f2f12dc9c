"""The scale by which maps of movement are coloured: told apart without hue too."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PIL import ImageColor

FLOOR_MM = 0.05  # below it a movement is left uncoloured
ENDS_MM = (0.5, 1.0, 2.0, 3.0, 4.0, 6.0, 8.0, 10.0, 15.0, 20.0)  # round ends of the scale
COLOURS = ("#3b0f70", "#8c2981", "#de4968", "#fe9f6d", "#fcfdbf")
OPACITY = (0.35, 0.9)  # at the low and the high end


def scale_end_mm(largest_mm: float) -> float:
    """Return the round number that a scale ends at."""
    return next((end for end in ENDS_MM if end >= largest_mm), largest_mm)


def scale_levels(shift_mm: npt.NDArray[np.float32], end_mm: float) -> npt.NDArray[np.uint8]:
    """Return entries of `scale_palette` for how far skin moves, of any shape."""
    levels = np.clip(np.ceil(shift_mm / end_mm * 255.0), 1.0, 255.0)
    return np.where(shift_mm < FLOOR_MM, 0.0, levels).astype(np.uint8)


def scale_stops() -> npt.NDArray[np.float64]:
    """Return (stops, 4) RGBA, 0 to 255, evenly from the low to the high end; straight between."""
    alpha = 255.0 * np.linspace(*OPACITY, len(COLOURS))
    return np.column_stack([[ImageColor.getrgb(colour) for colour in COLOURS], alpha])


def scale_palette() -> npt.NDArray[np.uint8]:
    """Return (256, 4) RGBA, the stops and what is between them; entry 0 is see-through."""
    stops = scale_stops()
    at, ends = np.linspace(0.0, 1.0, 256), np.linspace(0.0, 1.0, len(stops))
    channels = [np.interp(at, ends, stops[:, i]) for i in range(4)]
    table = np.round(np.column_stack(channels)).astype(np.uint8)
    table[0] = 0
    return table
