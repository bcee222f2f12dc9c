"""The mark that is seen: a strip that says SIMULATED on the picture itself.

It lies over the hair, at the upper end of the tightest crop the product makes of a head, or below
the chin where the photo ends too soon above. So no treated skin is under it, and whoever crops the
head as the sheets do keeps it. It is in the pixels: taking all metadata away leaves it.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from PIL import Image, ImageDraw

from face_mesh import Face
from face_mesh.arrays import Rgb, check_rgb
from face_mesh.messages import N_
from simulate.drawing import CLOSE, INK, PAPER, font, head_window
from simulate.outcome.outcome import Outcome
from simulate.wording.language import Translate, english

WORDS = N_("SIMULATED by Beforehand, not a promise")
STRIP = 0.055  # of the height of the face: letters of about 14 px in the panels of a film
MIN_STRIP_PX = 14  # below it no letter can be read
LETTERS = 0.66  # of the strip
OPACITY = 0.72  # dark enough for white letters on white hair, and still plainly laid over a photo


def strip_of(face: Face) -> tuple[slice, slice]:
    """Return the rows and columns of the photo that the mark covers.

    Rows are those at the top of the head's window, if they end above the mesh of the face;
    else at its bottom, if they begin below it; else whichever covers less of the mesh.
    """
    rows, columns = head_window(face, CLOSE)
    y = face.landmarks_px[:, 1]
    low, high = float(y.min()), float(y.max())
    height_px = min(max(MIN_STRIP_PX, round(STRIP * (high - low))), rows.stop - rows.start)
    above = slice(rows.start, rows.start + height_px)
    below = slice(rows.stop - height_px, rows.stop)
    covered_above, covered_below = max(0.0, above.stop - low), max(0.0, high - below.start)
    return (above if covered_above <= covered_below else below), columns


def with_mark(image: Rgb, face: Face, translate: Translate = english) -> Rgb:
    """Return an (H, W, 3) uint8 RGB picture of the photo's size with the mark on it.

    `translate` says its words in another language.

    Raises:
        ValueError: the picture is not of the size of the face's photo.
    """
    if check_rgb(image).shape != face.photo.image.shape:
        raise ValueError(f"A picture of {face.photo.image.shape}, not {image.shape}, is marked.")
    rows, columns = strip_of(face)
    strip = Image.fromarray(np.ascontiguousarray(image[rows, columns]))
    shown = image.copy()
    shown[rows, columns] = np.asarray(with_words(strip, translate), np.uint8)
    return shown


def with_words(strip: Image.Image, translate: Translate = english) -> Image.Image:
    """Return a strip of a picture darkened, with the words of the mark on it."""
    strip = Image.blend(strip, Image.new("RGB", strip.size, INK), OPACITY)
    wide, high = strip.size
    size_px, words = round(LETTERS * high), translate(WORDS)
    while size_px > 1 and font(size_px, translate).getlength(words) > 0.96 * wide:
        size_px -= 1
    letters = font(size_px, translate)
    ImageDraw.Draw(strip).text((wide / 2, high / 2), words, PAPER, letters, anchor="mm")
    return strip


def marked_outcome(outcome: Outcome, translate: Translate = english) -> Outcome:
    """Return an outcome whose picture carries the mark, for sheets; measures stay as they are."""
    return replace(outcome, image=with_mark(outcome.image, outcome.face, translate))
