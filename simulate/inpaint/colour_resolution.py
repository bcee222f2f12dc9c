"""Colours of a fill as coarse as the photo's own, and the rounding to 8 bits without false colour.

Most photos were kept with colour at half of the resolution (JPEG 4:2:0). On dark skin the detail
of colour is then half a level of 255, less than what rounding red, green and blue each by itself
adds. So luminance is rounded first and the colours after it, as a decoder does; and where the
photo's own skin stays the same with its colour halved, the fill's colour is halved too.
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from face_mesh.arrays import Bool, Rgb
from simulate.inpaint.standardise import Colour

# Levels squared: a photo with its colour halved again differs from itself by less if it was halved
# before. Skin of the people that were trained on: at most 0.13; noise of its own colour in a photo
# that was not halved has more (author's estimate).
SAME = 0.2
# Of the JPEG File Interchange Format (ITU-T T.871, 7): luminance, and from luminance to red,
# green and blue by the two differences of colour.
_LUMINANCE = np.array([0.299, 0.587, 0.114], np.float32)
_TO_BLUE, _TO_RED = 1.772, 1.402
_GREEN_BY_BLUE, _GREEN_BY_RED = 0.344136, 0.714136

Plane = npt.NDArray[np.float32]


def to_levels(made: Colour, photo: Colour, known: Bool) -> Rgb:
    """Return a picture in 8 bits, its colours as coarse as those of a photo's skin, (h, w, 3).

    Args:
        made: (h, w, 3) float32 in [0, 1], sRGB.
        photo: (h, w, 3) float32 in [0, 1], likewise; in the same place.
        known: (h, w) bool, skin of the photo.
    """
    start = _start_of_halves(255.0 * photo, known)
    return _rounded(255.0 * made) if start is None else _halved(255.0 * made, *start)


def _start_of_halves(photo: Colour, known: Bool) -> tuple[int, int] | None:
    """Return where pairs of pixels that share their colour begin, (0 or 1) twice, if any do."""
    if not known.any():
        return None
    starts = ((0, 0), (0, 1), (1, 0), (1, 1))
    off = [float(np.square(_halved(photo, *one) - photo)[known].mean()) for one in starts]
    least = int(np.argmin(off))
    return starts[least] if off[least] <= SAME else None


def _halved(levels: Colour, y: int, x: int) -> Rgb:
    height, width = levels.shape[:2]
    pad = ((y, (height + y) % 2), (x, (width + x) % 2), (0, 0))
    whole = np.pad(levels, pad, mode="edge")
    light = whole @ _LUMINANCE
    blue, red = (
        _doubled(np.round(cv2.resize(plane, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)))
        for plane in (
            np.asarray((whole[..., 2] - light) / _TO_BLUE, np.float32),
            np.asarray((whole[..., 0] - light) / _TO_RED, np.float32),
        )
    )
    green = _GREEN_BY_BLUE * blue + _GREEN_BY_RED * red
    off = np.dstack([_TO_RED * red, -green, _TO_BLUE * blue])
    return _bytes(np.round(light)[..., None] + off)[y : y + height, x : x + width]


def _doubled(plane: Plane) -> Plane:
    """Enlarge as decoders do, by a triangle: three quarters of a pixel and one of the next."""
    height, width = plane.shape
    twice = (2 * width, 2 * height)
    return np.round(cv2.resize(plane, twice, interpolation=cv2.INTER_LINEAR)).astype(np.float32)


def _rounded(levels: Colour) -> Rgb:
    """Round so that all channels are off by the same: grey noise, and none of colour."""
    light = levels @ _LUMINANCE
    return _bytes(levels + (np.round(light) - light)[..., None])


def _bytes(levels: Colour) -> Rgb:
    return np.clip(np.round(levels), 0, 255).astype(np.uint8)
