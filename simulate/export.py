"""Pictures as files: PNG with a provenance mark and nothing else, and the side-by-side sheet."""

from __future__ import annotations

import io
from functools import cache

import numpy as np
from PIL import Image, ImageDraw, ImageFont
from PIL.PngImagePlugin import PngInfo

from face_mesh.arrays import Rgb, check_rgb
from simulate.outcome import Outcome
from simulate.plan import Plan

# IPTC's term for a photo altered by an algorithm that was not trained on other people's pictures.
_SOURCE_TYPE = "http://cv.iptc.org/newscodes/digitalsourcetype/algorithmicallyEnhanced"
_XMP = (
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF '
    'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" '
    'xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/" '
    f'Iptc4xmpExt:DigitalSourceType="{_SOURCE_TYPE}"/></rdf:RDF></x:xmpmeta>'
)
NOTICE = "Simulated by Beforehand: a possible result, not a promise."
PNG_LEVEL = 1  # a photo hardly gets smaller above it, only slower
INK, PAPER, QUIET = (32, 38, 46), (255, 255, 255), (92, 100, 110)


def png_bytes(image: Rgb, *, simulated: bool) -> bytes:
    """Return an (H, W, 3) uint8 RGB picture as PNG; a simulated one says so in its metadata."""
    info = PngInfo()
    if simulated:
        info.add_itxt("XML:com.adobe.xmp", _XMP)
        info.add_text("Description", NOTICE)
    out = io.BytesIO()
    Image.fromarray(check_rgb(image)).save(out, "PNG", pnginfo=info, compress_level=PNG_LEVEL)
    return out.getvalue()


def comparison_image(outcome: Outcome) -> Rgb:
    """Return before and after side by side with the plan, the date of the effect and the notice."""
    before, after = outcome.face.photo.image, outcome.image
    height, width = before.shape[:2]
    unit = max(11, round(width / 34))
    gap, head, foot = unit // 2, round(2.2 * unit), round(4.6 * unit)
    sheet = Image.new("RGB", (2 * width + gap, head + height + foot), PAPER)
    sheet.paste(Image.fromarray(before), (0, head))
    sheet.paste(Image.fromarray(after), (width + gap, head))
    draw = ImageDraw.Draw(sheet)
    big, small = _font(round(1.2 * unit)), _font(unit)
    draw.text((unit // 2, unit // 2), "Before", INK, big)
    draw.text((width + gap + unit // 2, unit // 2), "Simulated", INK, big)
    y = head + height + unit // 2
    draw.text((unit // 2, y), _fitted(_subject(outcome), small, sheet.width - unit), INK, small)
    draw.text((unit // 2, y + round(1.8 * unit)), NOTICE, QUIET, small)
    return np.asarray(sheet, np.uint8)


def plan_words(plan: Plan) -> str:
    """Return the plan in words: "Lip filler 1 mL; Masseter toxin 25 U per side"."""
    said = []
    for one in plan.treatments:
        dose = one.entry.dose
        each = " per side" if dose.scope == "per_side" and one.side == "both" else ""
        side = "" if one.side == "both" else f", {one.side} only"
        said.append(f"{one.entry.name} {one.dose:g} {dose.unit}{each}{side}")
    return "; ".join(said) or "No treatment"


def _subject(outcome: Outcome) -> str:
    when = "settled result" if outcome.when is None else f"{outcome.when} after"
    return f"{plan_words(outcome.plan)}  ({when}, {outcome.responder} responder)"


def _fitted(text: str, font: ImageFont.FreeTypeFont, width_px: int) -> str:
    if font.getlength(text) <= width_px:
        return text
    while text and font.getlength(text + "...") > width_px:
        text = text[:-1]
    return text + "..."


@cache
def _font(size_px: int) -> ImageFont.FreeTypeFont:
    font = ImageFont.load_default(size_px)
    assert isinstance(font, ImageFont.FreeTypeFont)
    return font
