"""What every drawn picture shares: letters, inks, panels, and the part of a photo with the head."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from face_mesh import Face
from face_mesh.arrays import Rgb
from face_mesh.messages import N_
from simulate.wording.language import Translate, english

NOTICE = N_("Simulated by Beforehand: a possible result, not a promise.")
DEJAVU = 0.9  # of the size of the other letters: DejaVu is wider
MIN_PANEL_PX, MAX_PANEL_PX = 480, 2000  # enlarged for the words, reduced to what a page can print
HEAD_ROOM = 0.3  # of the height of the face, on each side
CLOSE = 0.14  # the same where pictures are small: all face
LINE = 1.5  # of the letter size
INK, PAPER, QUIET = (32, 38, 46), (255, 255, 255), (92, 100, 110)


def head_window(face: Face, head_room: float = HEAD_ROOM) -> tuple[slice, slice]:
    """Return the rows and columns of the photo that show the head with some room around it."""
    xy = face.landmarks_px[:, :2]
    low, high = xy.min(axis=0), xy.max(axis=0)
    room = head_room * float(high[1] - low[1])
    height, width = face.photo.image.shape[:2]
    top, left = max(0, round(low[1] - 1.4 * room)), max(0, round(low[0] - room))
    bottom, right = min(height, round(high[1] + room)), min(width, round(high[0] + room))
    return slice(top, bottom), slice(left, right)


def panel(crop: Rgb, most_px: int = MAX_PANEL_PX) -> Image.Image:
    """Return a crop at a width that words fit under and a page can print."""
    height, width = crop.shape[:2]
    shown = min(max(width, MIN_PANEL_PX), most_px)
    if shown == width:
        return Image.fromarray(np.ascontiguousarray(crop))
    how = cv2.INTER_CUBIC if shown > width else cv2.INTER_AREA
    resized = cv2.resize(crop, (shown, round(height * shown / width)), interpolation=how)
    return Image.fromarray(np.asarray(resized, np.uint8))


def with_foot(
    pictures: Image.Image,
    texts: Iterable[str],
    unit: int,
    letters: ImageFont.FreeTypeFont,
    translate: Translate,
) -> Rgb:
    """Return pictures as a sheet, (H, W, 3) uint8, with texts and the notice written below them.

    Args:
        pictures: with what stands above each of them.
        texts: in the language of the sheet; each begins a line.
        unit: size of the letters on it, px.
        letters: of the texts.
        translate: says the notice.
    """
    wide, high = pictures.size
    lines = [line for text in texts for line in wrap_text(text, letters, wide - unit)]
    sheet = Image.new("RGB", (wide, high + round((len(lines) + 2.2) * LINE * unit)), PAPER)
    sheet.paste(pictures, (0, 0))
    draw = ImageDraw.Draw(sheet)
    for i, line in enumerate([*lines, translate(NOTICE)]):
        y = high + round((0.6 + i * LINE) * unit)
        draw.text((unit // 2, y), line, INK if i < len(lines) else QUIET, letters)
    return np.asarray(sheet, np.uint8)


def wrap_text(text: str, letters: ImageFont.FreeTypeFont, width_px: int) -> list[str]:
    """Return a text in lines no wider than `width_px`."""
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and letters.getlength(longer) > width_px:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines


def font(size_px: int, translate: Translate = english) -> ImageFont.FreeTypeFont:
    """Return the letters of all pictures; those for English have no umlauts and no tildes."""
    return _font(size_px, plain=translate(NOTICE) == NOTICE)


@cache
def _font(size_px: int, *, plain: bool) -> ImageFont.FreeTypeFont:
    if not plain:
        return ImageFont.truetype(dejavu("DejaVuSans.ttf"), round(DEJAVU * size_px))
    letters = ImageFont.load_default(size_px)
    assert isinstance(letters, ImageFont.FreeTypeFont)
    return letters


def dejavu(name: str) -> Path:
    """Return a font file that may be embedded and comes with Matplotlib (which is not loaded)."""
    spec = find_spec("matplotlib")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent / "mpl-data" / "fonts" / "ttf" / name
