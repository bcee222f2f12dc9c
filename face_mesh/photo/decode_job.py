"""Decoding as a job of `face_mesh.isolation.worker`, with all codecs loaded beforehand."""

from __future__ import annotations

import sys
from typing import Any

import cv2

from face_mesh.errors import PhotoError
from face_mesh.messages import Message
from face_mesh.photo.decode import decode


def load() -> None:
    """Load all codecs, as a confined process can load nothing any more."""
    try:
        import pillow_heif  # noqa: F401
    except ImportError:  # left out: not to be looked for where no file may be opened
        sys.modules["pillow_heif"] = None  # type: ignore[assignment]

    cv2.setNumThreads(1)  # a process of one thread can be forked safely


def decode_answer(data: bytes) -> tuple[dict[str, Any], bytes | memoryview]:
    """Return the shape and the pixels of a picture, or which sentence it is refused with."""
    try:
        pixels = decode(data)
    except PhotoError as error:
        said = error.args[0]
        filled = isinstance(said, Message)
        return {
            "refused": said.template if filled else said,
            "values": dict(said.values) if filled else {},
        }, b""
    return {"shape": pixels.shape}, pixels.data
