"""Python's side of the viewer: what is shown, packed into one run of bytes.

The pictures travel in the component's data, over the visitor's own connection, and are nowhere at
an address. The still part (the photo and its landmarks) is sent until the browser reports that it
holds it; after that a new dose sends only the new picture.
"""

from __future__ import annotations

import json
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import streamlit as st

_HERE = Path(__file__).parent
_mount = st.components.v2.component(
    "beforehand_viewer",
    html=(_HERE / "viewer.html").read_text("utf-8"),
    css=(_HERE / "viewer.css").read_text("utf-8"),
    js=(_HERE / "viewer.js").read_text("utf-8"),
)

Box = tuple[float, float, float, float]  # left, top, right, bottom as shares of the picture


@dataclass(frozen=True)
class Picture:
    """The photo as it is.

    Attributes:
        key: changes whenever the picture or its marks do.
        jpeg: the encoded picture.
        width, height: px.
        alt: what it shows, for somebody who cannot see it.
        dots: (x, y) of the landmarks, as shares of width and height.
        boxes: framed and numbered from 1, to choose between several faces.
        face: what "zoom to the face" shows.
    """

    key: str
    jpeg: bytes
    width: int
    height: int
    alt: str
    dots: tuple[tuple[float, float], ...] = ()
    boxes: tuple[Box, ...] = ()
    face: Box | None = None


@dataclass(frozen=True)
class Heat:
    """Where the picture changed: a see-through PNG over the photo, and the end of its scale."""

    png: bytes
    most_mm: float
    colours: tuple[str, ...]


def show(
    photo: Picture,
    after: bytes | None = None,
    *,
    alt: str = "",
    heat: Heat | None = None,
    treated: Box | None = None,
    key: str = "viewer",
) -> None:
    """Draw the viewer.

    Args:
        photo: what was there before.
        after: the simulated picture, JPEG of the same size; None shows the photo alone.
        alt: what the simulated picture shows.
        heat: where it changed.
        treated: what "zoom to the treated area" shows.
        key: of the component, one a screen.
    """
    held = st.session_state.get(key, {}).get("holds") == photo.key
    moving = {
        "photo": photo.key,
        "alt": alt,
        "treated": treated,
        "mostMm": heat and heat.most_mm,
        "colours": heat and heat.colours,
    }
    parts = {"after": after, "heat": heat and heat.png}
    if not held:
        moving["still"] = _still(photo)
        parts["before"] = photo.jpeg
    _mount(key=key, data=pack(moving, parts), on_holds_change=lambda: None)


def _still(photo: Picture) -> dict[str, Any]:
    return {
        "width": photo.width,
        "height": photo.height,
        "alt": photo.alt,
        "dots": photo.dots,
        "boxes": photo.boxes,
        "face": photo.face,
    }


def pack(header: dict[str, Any], parts: dict[str, bytes | None]) -> bytes:
    """Return u32 little-endian length of the header, the header as JSON, then the parts.

    The header gains `parts`, a list of [name, length] in their order; absent parts are left out.
    """
    given = {name: part for name, part in parts.items() if part}
    header = {**header, "parts": [[name, len(part)] for name, part in given.items()]}
    text = json.dumps(header, separators=(",", ":")).encode()
    return b"".join([struct.pack("<I", len(text)), text, *given.values()])
