"""Pictures as files: PNG with a provenance mark and nothing else, and the side-by-side sheet."""

from __future__ import annotations

import struct
import zlib
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from face_mesh import Face
from face_mesh.arrays import Rgb, check_rgb
from face_mesh.errors import EngineError
from face_mesh.messages import N_, Said
from simulate.outcome.outcome import Outcome
from simulate.wording.language import Say, english
from simulate.wording.plans import plan_words, response
from simulate.wording.times import moment

# IPTC's terms for a photo altered by an algorithm that was not trained on other people's pictures,
# and for one with parts painted by a model that was.
_SOURCE_TYPES = "http://cv.iptc.org/newscodes/digitalsourcetype/"
_MOVED, _PAINTED = "algorithmicallyEnhanced", "compositeWithTrainedAlgorithmicMedia"
_XMP = (
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF '
    'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" '
    'xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/" '
    'Iptc4xmpExt:DigitalSourceType="{}"/></rdf:RDF></x:xmpmeta>'
)
NOTICE = N_("Simulated by Beforehand: a possible result, not a promise.")
DEJAVU = 0.9  # of the size of the other letters: DejaVu is wider
PNG_LEVEL = 1  # a photo hardly gets smaller above it, only slower
MIN_PANEL_PX, MAX_PANEL_PX = 480, 2000  # enlarged for the words, reduced to what a page can print
HEAD_ROOM = 0.3  # of the height of the face, on each side
LINE = 1.5  # of the letter size
INK, PAPER, QUIET = (32, 38, 46), (255, 255, 255), (92, 100, 110)


def png_bytes(image: Rgb, *, simulated: bool, painted: bool = False) -> bytes:
    """Return an (H, W, 3) uint8 RGB picture as PNG; a simulated one says so in its metadata.

    It also says whether a trained model `painted` parts of it.

    OpenCV writes a large PNG several times faster than Pillow but no text, so the mark is put in
    behind the header, where the standard wants it.
    """
    bgr = cv2.cvtColor(check_rgb(image), cv2.COLOR_RGB2BGR)
    done, encoded = cv2.imencode(".png", bgr, [cv2.IMWRITE_PNG_COMPRESSION, PNG_LEVEL])
    if not done:
        raise EngineError("The picture could not be written; free some memory and try again.")
    data = encoded.tobytes()
    return data[:_AFTER_HEADER] + _mark(painted) + data[_AFTER_HEADER:] if simulated else data


def source_type(painted: bool) -> str:
    """Return IPTC's term for a photo that was altered, or in part painted by a trained model."""
    return _SOURCE_TYPES + (_PAINTED if painted else _MOVED)


def xmp(painted: bool) -> str:
    """Return the XMP that says a picture is simulated, and whether a model `painted` parts."""
    return _XMP.format(source_type(painted))


def _mark(painted: bool) -> bytes:
    return _text_chunk("XML:com.adobe.xmp", xmp(painted)) + _text_chunk("Description", NOTICE)


def _text_chunk(keyword: str, text: str) -> bytes:
    """Return a PNG iTXt chunk: uncompressed UTF-8, no language."""
    body = b"iTXt" + keyword.encode("latin-1") + b"\0" * 5 + text.encode("utf-8")
    return struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))


_AFTER_HEADER = 8 + 25  # the signature and the IHDR chunk


def comparison_image(outcome: Outcome, say: Say = english) -> Rgb:
    """Return head before and after side by side, with the plan in words and the notice.

    `say` says them in another language.

    Shows the head, not the whole photo: what is compared is the face. A small head is enlarged so
    that the words below it fit, a very large one reduced; after.png has the photo's own size.
    """
    window = head_window(outcome.face)
    panels = [panel(image[window]) for image in (outcome.face.photo.image, outcome.image)]
    width, height = panels[0].size
    unit = max(11, round(width / 34))
    gap, head = unit // 2, round(2.2 * unit)
    big, small = font(round(1.2 * unit), say), font(unit, say)
    said = map(say, (_subject(outcome), *outcome.warnings))
    lines = [line for text in said for line in wrapped(text, small, 2 * width + gap - unit)]
    foot = round((len(lines) + 2.2) * LINE * unit)
    sheet = Image.new("RGB", (2 * width + gap, head + height + foot), PAPER)
    draw = ImageDraw.Draw(sheet)
    titles = (say("Before"), say("Simulated"))
    for x, title, shown in zip((0, width + gap), titles, panels, strict=True):
        sheet.paste(shown, (x, head))
        draw.text((x + unit // 2, unit // 2), title, INK, big)
    for i, line in enumerate([*lines, say(NOTICE)]):
        y = head + height + round((0.6 + i * LINE) * unit)
        draw.text((unit // 2, y), line, INK if i < len(lines) else QUIET, small)
    return np.asarray(sheet, np.uint8)


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


def _subject(outcome: Outcome) -> Said:
    return Said(
        "{plan}  ({when}, {response})",
        plan=plan_words(outcome.plan),
        when=moment(outcome.when),
        response=response(outcome.responder),
    )


def wrapped(text: str, letters: ImageFont.FreeTypeFont, width_px: int) -> list[str]:
    """Return a text in lines no wider than `width_px`."""
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and letters.getlength(longer) > width_px:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines


def font(size_px: int, say: Say = english) -> ImageFont.FreeTypeFont:
    """Return the letters of all pictures; those for English have no umlauts and no tildes."""
    return _font(size_px, plain=say(NOTICE) == NOTICE)


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
