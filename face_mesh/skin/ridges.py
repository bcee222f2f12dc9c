"""Dark lines of skin: a bank of long second-derivative filters, in mm and in optical density.

The response says by how much the middle of a line is darker than its sides (natural log of light),
whatever the skin tone or the exposure. Pores, hairs and grain answer in every direction, lines of
expression in one: half of what the other directions answer is taken off, so that rough skin is not
lined skin.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
import numpy.typing as npt

Values = npt.NDArray[np.float32]

ORIENTATIONS = 12
# A line as dark as this against its sides counts no more for being darker: the deepest lines of the
# portraits looked at. A hair or a frame is darker and would else outweigh all lines together.
DEEPEST = 0.20
OTHER_WAYS = 0.5  # share of the other directions' answer that is taken off; tuned with the widths
# A picture is already blurred by about this many of its pixels (standard deviation: the box of a
# pixel is 0.29, demosaicing and resizing add about as much). The filter is that much narrower.
_PICTURE_BLUR_PX = 0.4


@dataclass(frozen=True)
class Fan:
    """Directions that lines have beside the expected one: crow's feet fan out.

    Attributes:
        first, last: radians from the expected direction, clockwise in the picture from below 0.
        share: what a line at both ends counts, of one of the expected direction; between, what lies
            between. It is less what is taken off for other directions.
    """

    first: float
    last: float
    share: float

    @property
    def mirror_image(self) -> Fan:
        """The fan of the other side of the face."""
        return Fan(-self.last, -self.first, self.share)


def dark_lines(
    shade: Values,
    px_per_mm: float,
    width_mm: float,
    length_mm: float,
    along: Values,
    spread: float,
    fan: Fan | None = None,
    other_ways: float = OTHER_WAYS,
) -> tuple[Values, Values]:
    """Return two (h, w) float32: lines of the expected direction, and of all other directions.

    Each is by how much a line through a pixel is darker than its sides, less a share of what the
    directions of the other answer; below 0 where they answer more, so that what has no direction
    averages out.

    Args:
        shade: (h, w) float32, -ln of light.
        px_per_mm: scale.
        width_mm: distance between the two edges of the line.
        length_mm: over which it is seen to go on.
        along: (h, w) or () float32, expected direction in radians from +x towards +y.
        spread: radians to either side that still count fully; as much again fades out.
        fan: of directions beyond that count in part.
        other_ways: the share that is taken off.
    """
    fan = fan or Fan(-2.0 * spread, 2.0 * spread, 0.0)
    turns = [fan.first - spread, fan.first, -spread, spread, fan.last, fan.last + spread]
    shares = [0.0, fan.share, 1.0, 1.0, fan.share, 0.0]
    best = np.zeros(shade.shape, np.float32)
    other = np.zeros(shade.shape, np.float32)
    for i in range(ORIENTATIONS):
        angle = np.pi * i / ORIENTATIONS
        kernel = _kernel(round(px_per_mm, 3), width_mm, length_mm, angle)
        off = (angle - along + np.pi / 2) % np.pi - np.pi / 2
        counts = np.interp(off, turns, shares).astype(np.float32)
        seen = cv2.filter2D(shade, cv2.CV_32F, kernel, borderType=cv2.BORDER_REPLICATE)
        seen = np.clip(seen, 0.0, DEEPEST)
        best = np.maximum(best, counts * seen)
        other = np.maximum(other, (1.0 - counts) * seen)
    return best - other_ways * other, other - other_ways * best


@lru_cache(maxsize=512)
def _kernel(px_per_mm: float, width_mm: float, length_mm: float, angle: float) -> Values:
    """A line of Gaussian profile less its surroundings; 1 on a line of just this width."""
    line_px, along = 0.5 * width_mm * px_per_mm, 0.5 * length_mm * px_per_mm
    across = float(np.sqrt(max(line_px**2 - _PICTURE_BLUR_PX**2, 0.36)))
    reach = int(np.ceil(3.0 * max(across, along)))
    y, x = np.mgrid[-reach : reach + 1, -reach : reach + 1]
    u = x * np.cos(angle) + y * np.sin(angle)
    v = -x * np.sin(angle) + y * np.cos(angle)
    profile = (1.0 - (v / across) ** 2) * np.exp(-0.5 * (v / across) ** 2)
    kernel = profile * np.exp(-0.5 * (u / along) ** 2)
    kernel -= kernel.mean()
    line = np.exp(-0.5 * (v / line_px) ** 2)  # what it should answer 1 to
    return np.asarray(kernel / (kernel * line).sum(), np.float32)
