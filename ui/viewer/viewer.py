"""Python's side of the viewer: what is shown, packed into one run of bytes.

The pictures travel in the component's data, over the visitor's own connection, and are nowhere at
an address. The still part (the photo and its landmarks) is sent until the browser reports that it
holds it; after that a new dose sends only the new picture.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import streamlit as st

_HERE = Path(__file__).parent
_mount = st.components.v2.component(
    "beforehand_viewer",
    html=(_HERE / "viewer.html").read_text("utf-8"),
    css=(_HERE / "viewer.css").read_text("utf-8"),
    # One module in three files: what is shown, where one looks, what is done by hand.
    js="\n".join(
        (_HERE / name).read_text("utf-8") for name in ("viewer.js", "looking.js", "retouch.js")
    ),
)

Mark = tuple[float, float, float]  # x, y, diameter as shares; the diameter of the width
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
        px_per_mm: scale, 0 where none is known.
    """

    key: str
    jpeg: bytes
    width: int
    height: int
    alt: str
    dots: tuple[tuple[float, float], ...] = ()
    boxes: tuple[Box, ...] = ()
    face: Box | None = None
    px_per_mm: float = 0.0


@dataclass(frozen=True)
class Heat:
    """Where the picture changed: a see-through PNG over the photo, and the end of its scale."""

    png: bytes
    most_mm: float
    colours: tuple[str, ...]


@dataclass(frozen=True)
class Unsure:
    """Where the simulated picture is uncertain: a see-through PNG over it, and its few colours."""

    png: bytes
    steps: tuple[str, ...]


@dataclass(frozen=True)
class Retouch:
    """What can be changed by hand: the skin that is treated, and the moles that are removed.

    Attributes:
        mask: what is treated, a see-through PNG; None as long as nothing is.
        picks: whether moles can be picked.
        moles: found beforehand, to be picked.
        missed: (x, y) of the picked places that show nothing to remove.
    """

    mask: bytes | None
    picks: bool = False
    moles: tuple[Mark, ...] = ()
    missed: tuple[tuple[float, float], ...] = ()


def show(
    photo: Picture,
    after: bytes | None = None,
    *,
    alt: str = "",
    tag: str = "Simulated",
    heat: Heat | None = None,
    unsure: Unsure | None = None,
    treated: Box | None = None,
    notes: Sequence[tuple[str, str]] = (),
    retouch: Retouch | None = None,
    edits: dict[str, Any] | None = None,
    on_edits: Callable[[], None] = lambda: None,
    key: str = "viewer",
) -> None:
    """Draw the viewer.

    Args:
        photo: what was there before.
        after: the simulated picture, JPEG of the same size; None shows the photo alone.
        alt: what the simulated picture shows.
        tag: name of the simulated picture.
        heat: where it changed.
        unsure: where it is uncertain.
        treated: what "zoom to the treated area" shows.
        notes: severity ("refuse", "warn", "info") and sentence of what is said below the picture.
        retouch: what can be changed by hand; None is nothing.
        edits: the strokes and spots there are; a browser that has the photo has newer ones.
        on_edits: called when the browser has sent others, as `edits` of the component's state.
        key: of the component, one a screen.
    """
    held = st.session_state.get(key, {}).get("holds") == photo.key
    moving = {
        "photo": photo.key,
        "alt": alt,
        "tag": tag,
        "notes": tuple(notes),
        "treated": treated,
        "mostMm": heat and heat.most_mm,
        "colours": heat and heat.colours,
        "steps": unsure and unsure.steps,
        "retouch": retouch
        and {"picks": retouch.picks, "moles": retouch.moles, "missed": retouch.missed},
    }
    parts: dict[str, bytes | None] = {
        "after": after,
        "heat": heat.png if heat else None,
        "unsure": unsure.png if unsure else None,
        "mask": retouch.mask if retouch else None,
    }
    if not held:
        moving["still"] = {**_still(photo), "edits": edits}
        parts["before"] = photo.jpeg
    _mount(
        key=key,
        data=pack(moving, parts),
        on_holds_change=lambda: None,
        on_edits_change=on_edits,
    )


def _still(photo: Picture) -> dict[str, Any]:
    return {
        "width": photo.width,
        "height": photo.height,
        "alt": photo.alt,
        "dots": photo.dots,
        "boxes": photo.boxes,
        "face": photo.face,
        "pxPerMm": photo.px_per_mm,
    }


def pack(header: dict[str, Any], parts: dict[str, bytes | None]) -> bytes:
    """Return u32 little-endian length of the header, the header as JSON, then the parts.

    The header gains `parts`, a list of [name, length] in their order; absent parts are left out.
    """
    given = {name: part for name, part in parts.items() if part}
    header = {**header, "parts": [[name, len(part)] for name, part in given.items()]}
    text = json.dumps(header, separators=(",", ":")).encode()
    return b"".join([struct.pack("<I", len(text)), text, *given.values()])
