"""Pictures as PNG with a provenance mark and nothing else, and the terms that mark is made of."""

from __future__ import annotations

import struct
import zlib

import cv2

from face_mesh.arrays import Rgb, check_rgb
from face_mesh.errors import EngineError
from simulate.drawing import NOTICE

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
PNG_LEVEL = 1  # a photo hardly gets smaller above it, only slower


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
