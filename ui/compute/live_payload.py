"""What the viewer gets to draw doses while they are dragged: a scene of `live_layers`, in bytes.

Each layer is sent to the browser once; a new dose sends only new tables. All of it comes from a
photo, so it belongs to the visitor's session.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from hashlib import blake2b
from typing import Any

import numpy as np
import streamlit as st

from simulate import Outcome
from simulate.outcome.live_layers import (
    CONSTANTS,
    SKIN,
    Layer,
    Scene,
    Table,
    scene_of,
)
from ui.components.viewer import Live
from ui.compute import overlays
from ui.state import session
from ui.state.widget_keys import dose_key

MOST_LEVEL = 32767  # a field is sent in whole numbers of 16 bits, its own largest value at the end
MASK = "-mask"  # after the name of a layer of skin: how much of each pixel it asks for
Parts = Mapping[str, bytes]


@st.cache_resource(scope="session", show_spinner=False)
def sent() -> set[str]:
    """Return the names of the layers that the visitor's browser has been sent."""
    return set()


def live_of(outcome: Outcome, known: Iterable[Live] = ()) -> Live:
    """Return what the viewer needs to draw an outcome's plan at any dose and time.

    Args:
        outcome: at preview size.
        known: earlier ones, whose layers are taken over and not encoded again.
    """
    scene = scene_of(outcome, session.DAYS)
    before = {name: part for one in known for name, part in one.layers.items()}
    layers: dict[str, bytes] = {}
    described = []
    for layer in scene.layers:
        name = _name(outcome, layer)
        found = {one: before[one] for one in (name, name + MASK) if one in before}
        layers |= found or _encoded(name, layer)
        described.append({"name": name, **_described(layer)})
    header = {
        "origin": scene.origin_px,
        "node": scene.node_px,
        "shape": scene.shape,
        "channels": scene.channels,
        "paleness": scene.paleness,
        "constants": CONSTANTS,
        "layers": described,
        "tables": [_table(table) for table in scene.tables],
    }
    return Live(header, _rows(scene), layers, sent())


def _name(outcome: Outcome, layer: Layer) -> str:
    """A short name that no other face's layer has."""
    whole = f"{outcome.face.key} {layer.kind} {layer.name}"
    return blake2b(whole.encode(), digest_size=12).hexdigest()


def _described(layer: Layer) -> dict[str, Any]:
    box = (*layer.corner, *layer.values.shape[:2])
    return {"kind": layer.kind, "box": box, "scales": _scales(layer)}


def _scales(layer: Layer) -> tuple[float, ...]:
    """What a whole number of a field stands for: of its shifts, and of its shade."""
    if layer.kind == SKIN or layer.values.ndim == 2:
        return ()
    largest = (np.abs(layer.values[..., :2]).max(), np.abs(layer.values[..., 2]).max())
    return tuple(max(float(one), 1e-9) / MOST_LEVEL for one in largest)


def _encoded(name: str, layer: Layer) -> Parts:
    if layer.mask is not None:
        picture = np.ascontiguousarray(layer.values, np.uint8)
        return {name: overlays.jpeg(picture), name + MASK: overlays.grey(layer.mask)}
    scales = _scales(layer)
    if not scales:  # a depth in [0, 1]
        return {name: np.round(255.0 * layer.values).astype(np.uint8).tobytes()}
    whole = layer.values / np.array([scales[0], scales[0], scales[1]], np.float32)
    return {name: np.round(whole).astype("<i2").tobytes()}


def _table(one: Table) -> dict[str, Any]:
    return {
        "slider": dose_key(one.of.procedure, one.of.side) if one.of else session.WHEN_KEY,
        "at": one.at,
        "now": one.now,
        "columns": one.columns,
        "refused": one.refused,
    }


def _rows(scene: Scene) -> bytes:
    flat = [scene.now, *(table.rows.ravel() for table in scene.tables)]
    return np.concatenate(flat).astype("<f4").tobytes()
