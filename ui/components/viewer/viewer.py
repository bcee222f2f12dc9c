"""Python's side of the viewer: what is shown, packed into one run of bytes.

The pictures travel in the component's data, over the visitor's own connection, and are nowhere at
an address. The still part (the photo and its landmarks) is sent until the browser reports that it
holds it, and each layer of the live scene once; after that a new dose sends only the new picture
and new tables. A browser that lacks any of it asks for the photo again, and with it for all.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import streamlit as st

from face_mesh.messages import Message
from ui.text import language
from ui.text.language import N_, plain

_HERE = Path(__file__).parent


def script(*files: Path) -> str:
    """Return one JavaScript module of files, which can read what `pack` made with `unpack`."""
    return "\n".join(one.read_text("utf-8") for one in (_HERE / "unpack.js", *files))


# One module in six files: what is shown, where one looks, what is done by hand, the head turned,
# what moves while a dose is dragged, and how that is painted.
_MODULES = ("viewer", "looking", "retouch", "turned", "live", "paint")
_mount = st.components.v2.component(
    "beforehand_viewer",
    html=(_HERE / "viewer.html").read_text("utf-8"),
    css=(_HERE / "viewer.css").read_text("utf-8"),
    js=script(*(_HERE / f"{name}.js" for name in _MODULES)),
)

# What is read in the viewer, by the names its HTML and scripts know.
WORDS = {
    "before": N_("Before"),
    "live": N_("Live preview"),
    "refused": N_("Not possible at this dose"),
    "border": N_("Move the border between before and simulated"),
    "border_at": N_("{before} % before, {after} % simulated"),
    "surface": N_(
        "Picture. Arrow keys move it, plus and minus zoom, B held down shows the photo before."
    ),
    "surface_by_hand": N_(
        "Picture. Arrow keys move the cross, the space bar picks or paints there."
    ),
    "surface_turned": N_("Both heads. Left and right arrow keys turn them."),
    "turn": N_("Turn"),
    "turn_by": N_("Turn the head"),
    "moving": N_("Colour what moves, by how far"),
    "turn_rests": N_("Let go to see it turned"),
    "turned_left": N_("{deg}° to the patient's left"),
    "turned_right": N_("{deg}° to the patient's right"),
    "front": N_("From the front"),
    "zoom_in": N_("Zoom in"),
    "zoom_out": N_("Zoom out"),
    "full": N_("Full screen"),
    "full_off": N_("Leave full screen"),
    "hold": N_("Hold to see before"),
    "surer": N_("surer"),
    "less_sure": N_("less sure"),
    "of_unsure": N_(
        "How much your own result may differ from this picture. At full colour it may be by 2 mm "
        "or more, or in all of the treated skin."
    ),
    "mm": N_("{mm} mm"),
    "of_heat": N_("How far the skin moves in the picture."),
    "notes": N_("What to know about this picture"),
    "refuse": N_("Not possible:"),
    "warn": N_("Take care:"),
    "info": N_("Good to know:"),
    "folded_one": N_("1 thing to know"),
    "folded_many": N_("{n} things to know"),
    "of_moved": N_("Striped in orange: moved, lifted or filled."),
    "of_painted": N_("Tinted in blue: skin that is treated."),
    "modes": N_("How to compare"),
    "slide": N_("Slide"),
    "side": N_("Side by side"),
    "blink": N_("Blink"),
    "heat": N_("Where it changes"),
    "unsure": N_("Uncertain here"),
    "mask": N_("What is treated"),
    "zooms": N_("What to show"),
    "photo": N_("Photo"),
    "face": N_("Face"),
    "treated": N_("Treated area"),
    "actual": N_("1:1"),
    "tools": N_("What a tap or a stroke in the picture does"),
    "move": N_("Look"),
    "pick": N_("Pick moles"),
    "add": N_("Add"),
    "spare": N_("Spare"),
    "brush": N_("Brush"),
    "undo": N_("Undo"),
    "clear": N_("Clear"),
    "apply": N_("Apply"),
    "promise": N_("Simulation, not a promise."),
    "landmarks": N_("Landmarks"),
    "mole": N_("Mole {n}"),
    "mole_missed": N_("Mole {n}: nothing dark found here"),
    "moles_one": N_("1 mole picked."),
    "moles_many": N_("{n} moles picked."),
    "moles_none": N_("Tap the moles you would like to see removed."),
    "missed_one": N_("Nothing dark found at 1 place."),
    "missed_many": N_("Nothing dark found at {n} places."),
    "by_move": N_("Striped in black and white: spared by hand."),
    "by_add": N_("Draw over what should be treated too."),
    "by_spare": N_("Draw over what should stay as it is."),
    "full_by_hand": N_("There is no room for more; undo one first."),
    "waiting": N_("Apply to see the result."),
}

KEY = "viewer"  # of the component, one a screen
Mark = tuple[float, float, float]  # x, y, diameter as shares; the diameter of the width
Box = tuple[float, float, float, float]  # left, top, right, bottom as shares of the picture


@dataclass(frozen=True)
class Head:
    """The mesh of a face: how it is placed in its photo, for JSON, and its vertices and triangles.

    Attributes:
        header: number of vertices, rotation, origin and scale of the pose, size of the photo.
        mesh: float32 x, y, z of each vertex in mm, a byte each of how well it is known, and three
            16-bit vertices a triangle.
    """

    header: dict[str, Any]
    mesh: bytes


@dataclass(frozen=True)
class Turn:
    """What the head turned shows: see `simulate.outcome.turned_head`.

    Attributes:
        header: mm of a step, how many vertices are moved, where to begin and how far to go, the
            profile, and the scale of movement: its ends in mm and its colours.
        said: what is to be known of it.
        shift: 16-bit numbers of the vertices that move, then 16-bit steps of each along x, y, z.
    """

    header: dict[str, Any]
    said: Sequence[Message]
    shift: bytes


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
        head: its mesh, to be turned; None where nothing was measured.
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
    head: Head | None = None


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


@dataclass(frozen=True)
class Live:
    """What the browser composes doses of while a slider is dragged.

    Attributes:
        header: of the scene, for JSON.
        tables: the rows of all tables in the header's order, float32.
        layers: the bytes of each layer by its name; of skin the mask too, by name and `-mask`.
        sent: names of the layers this visitor's browser has; others are sent and put here.
    """

    header: dict[str, Any]
    tables: bytes
    layers: Mapping[str, bytes]
    sent: set[str]


def show(
    photo: Picture,
    after: bytes | None = None,
    *,
    alt: str = "",
    tag: str = "",
    heat: Heat | None = None,
    unsure: Unsure | None = None,
    treated: Box | None = None,
    moved: bytes | None = None,
    turn: Turn | None = None,
    notes: Sequence[tuple[str, str]] = (),
    retouch: Retouch | None = None,
    live: Live | None = None,
    edits: dict[str, Any] | None = None,
    on_edits: Callable[[], None] = lambda: None,
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
        moved: where skin is moved, a see-through PNG over the photo.
        turn: the head turned; None where that shows nothing.
        notes: severity ("refuse", "warn", "info") and sentence of what is said below the picture;
            what informs is folded.
        retouch: what can be changed by hand; None is nothing.
        live: what doses are drawn from while they are dragged; None shows settled pictures alone.
        edits: the strokes and spots there are; a browser that has the photo has newer ones.
        on_edits: called when the browser has sent others, as `edits` of the component's state.
    """
    held = st.session_state.get(KEY, {}).get("holds") == photo.key
    moving = {
        "photo": photo.key,
        "alt": alt,
        "tag": tag,
        "notes": [(severity, plain(sentence)) for severity, sentence in notes],
        "treated": treated,
        "mostMm": heat and heat.most_mm,
        "colours": heat and heat.colours,
        "steps": unsure and unsure.steps,
        "retouch": retouch
        and {"picks": retouch.picks, "moles": retouch.moles, "missed": retouch.missed},
        "live": live and live.header,
        "turn": turn and {**turn.header, "said": " ".join(plain(one) for one in turn.said)},
        "words": {name: plain(text) for name, text in WORDS.items()},
        "language": language.current(),
    }
    parts: dict[str, bytes | None] = {
        "after": after,
        "heat": heat.png if heat else None,
        "unsure": unsure.png if unsure else None,
        "mask": retouch.mask if retouch else None,
        "moved": moved,
        "tables": live.tables if live else None,
        "turn": turn.shift if turn else None,
    }
    if not held:
        moving["still"] = {**_still(photo), "edits": edits}
        parts["before"] = photo.jpeg
        parts["head"] = photo.head.mesh if photo.head else None
    if live:
        parts |= _unsent(live, all_of_them=not held)
    _mount(
        key=KEY,
        data=pack(moving, parts),
        on_holds_change=lambda: None,
        on_edits_change=on_edits,
    )


def _unsent(live: Live, *, all_of_them: bool) -> dict[str, bytes]:
    if all_of_them:
        live.sent.clear()
    parts = {name: part for name, part in live.layers.items() if name not in live.sent}
    live.sent.update(parts)
    return parts


def _still(photo: Picture) -> dict[str, Any]:
    return {
        "width": photo.width,
        "height": photo.height,
        "alt": plain(photo.alt),
        "dots": photo.dots,
        "boxes": photo.boxes,
        "face": photo.face,
        "pxPerMm": photo.px_per_mm,
        "head": photo.head and photo.head.header,
    }


def pack(header: Mapping[str, Any], parts: Mapping[str, bytes | None]) -> bytes:
    """Return u32 little-endian length of the header, the header as JSON, then the parts.

    The header gains `parts`, a list of [name, length] in their order; absent parts are left out.
    """
    given = {name: part for name, part in parts.items() if part}
    header = {**header, "parts": [[name, len(part)] for name, part in given.items()]}
    text = json.dumps(header, separators=(",", ":")).encode()
    return b"".join([struct.pack("<I", len(text)), text, *given.values()])
