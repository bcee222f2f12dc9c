"""Which frame of a moving picture is the photo: the first that shows something.

Editors and messengers let films begin with an empty, black or see-through frame.
"""

from __future__ import annotations

import numpy as np
from PIL import Image
from PIL.ImageFile import ImageFile

MOST_FRAMES = 200  # that are looked at
MOST_PIXELS = 64_000_000  # of all of them together: one more of the largest picture
# Levels of grey from the darkest to the brightest hundredth of a frame, below which nothing is to
# be seen in it; author's estimate, set on made frames: compressed black has up to 3.
LEAST_RANGE = 16.0

_LOOK_PX = 64  # side of the copy that is looked at


def seek_visible_frame(picture: ImageFile) -> None:
    """Leave a moving picture at its first frame that shows something; at the first if none does."""
    if not getattr(picture, "is_animated", False) or _is_seen(picture):
        return
    width, height = picture.size
    most = min(MOST_FRAMES, 1 + MOST_PIXELS // (width * height))
    for number in range(1, most):
        try:
            picture.seek(number)
        except EOFError:
            break
        if picture.size != (width, height):  # a frame beyond the edges, for which no room is made
            break
        if _is_seen(picture):
            return
    picture.seek(0)


def _is_seen(picture: Image.Image) -> bool:
    size = (min(_LOOK_PX, picture.width), min(_LOOK_PX, picture.height))
    laid = picture.convert("RGBA").resize(size, Image.Resampling.BOX)
    white = Image.new("RGBA", laid.size, "white")
    grey = np.asarray(Image.alpha_composite(white, laid).convert("L"))
    low, high = np.percentile(grey, (1, 99))
    return bool(high - low >= LEAST_RANGE)
