"""The signed mark: a C2PA manifest that says what was moved, lit and painted, and where."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from face_mesh.arrays import Bool, Rgb
from face_mesh.errors import EngineError
from simulate.composite import Window
from simulate.drawing import NOTICE
from simulate.outcome.outcome import Outcome
from simulate.provenance.file_formats import kind_of
from simulate.provenance.png_metadata import png_bytes, source_type
from simulate.provenance.signing import Credentials
from simulate.skin.blend import blend_mask

GENERATOR = "Beforehand"
# No preview of a face inside the manifest, and nothing asked of another computer.
OFFLINE = {
    "builder": {"thumbnail": {"enabled": False}},
    "verify": {"remote_manifest_fetch": False, "ocsp_fetch": False},
}
HOW = {
    "warped": "Skin was moved by warping, without a trained model.",
    "recoloured": "Light and colour were changed by a formula, without a trained model.",
    "painted": "Skin was painted by a trained model.",
}
Box = tuple[float, float, float, float]  # left, top, width, height in per cent of the picture


@dataclass(frozen=True)
class Edits:
    """How a picture was changed, and where.

    Attributes:
        boxes: for each of `HOW` that happened, the rectangle around it; None on a sheet of several
            pictures, where it is said without a place.
    """

    boxes: dict[str, Box | None]

    @property
    def painted(self) -> bool:
        """Whether a trained model painted a part."""
        return "painted" in self.boxes


def edits_of(outcome: Outcome) -> Edits:
    """Return how and where the picture of an outcome differs from its photo."""
    shape, outline = outcome.image.shape, outcome.outline
    at_outline = [] if outline is None else [(outline.rows, outline.columns, outline.changed)]
    parts = [(part, weight) for part, weight in outcome.skin.parts if weight > 0]
    kinds = {
        "warped": _box([*_bounds(outcome.moved), *_bounds(at_outline)], shape),
        "recoloured": _box(
            [
                *_bounds(outcome.lit),
                *_bounds([_whole(blend_mask(shape, [p for p in parts if not p[0].painted]))]),
            ],
            shape,
        ),
        "painted": _box(
            _bounds([_whole(blend_mask(shape, [p for p in parts if p[0].painted]))]), shape
        ),
    }
    return Edits({how: box for how, box in kinds.items() if box is not None})


def together(many: Iterable[Edits]) -> Edits:
    """Return what happened to any of several pictures, for the sheet that shows them."""
    happened = {how for one in many for how in one.boxes}
    return Edits({how: None for how in HOW if how in happened})


def sign_file(data: bytes, edits: Edits, credentials: Credentials, version: str) -> bytes:
    """Return a file with a signed manifest in it; what it shows stays.

    Args:
        data: a PNG, JPEG, GIF, MP4 or PDF.
        edits: how what it shows was changed.
        credentials: who signs.
        version: of the program.

    Raises:
        EngineError: the library that signs cannot be loaded or refuses the certificate.
        ValueError: a file of another kind.
    """
    kind = kind_of(data)
    if kind is None:
        raise ValueError("only PNG, JPEG, GIF, MP4 and PDF are signed")
    try:
        import c2pa
    except (ImportError, OSError) as error:
        raise EngineError("Pictures cannot be signed; install c2pa-python again.") from error
    info = c2pa.C2paSignerInfo(
        credentials.algorithm.encode(),
        credentials.chain_pem.encode(),
        credentials.key_pem.encode(),
        None,
    )
    out = io.BytesIO()
    try:
        with (
            c2pa.Context.from_dict(OFFLINE) as context,
            c2pa.Builder(json.dumps(_manifest(edits, version)), context) as builder,
            c2pa.Signer.from_info(info) as signer,
        ):
            builder.sign(signer, kind, io.BytesIO(data), out)
    except c2pa.C2paError as error:
        raise EngineError(
            "The certificate cannot sign pictures; C2PA asks for one made for that."
        ) from error
    return out.getvalue()


def sheet_png(
    sheet: Rgb, outcomes: Sequence[Outcome], credentials: Credentials, version: str
) -> bytes:
    """Return a sheet of some outcomes, (H, W, 3) uint8 RGB, as a signed PNG.

    Raises:
        EngineError: as `sign_file`.
    """
    edits = together(edits_of(outcome) for outcome in outcomes)
    return sign_file(
        png_bytes(sheet, simulated=True, painted=edits.painted), edits, credentials, version
    )


def _manifest(edits: Edits, version: str) -> dict[str, object]:
    model = HOW["painted"] if edits.painted else "No part was painted by a trained model."
    made = {
        "action": "c2pa.created",
        "digitalSourceType": source_type(edits.painted),
        "description": f"{NOTICE} {model}",
    }
    actions = [made, *(_action(how, box) for how, box in edits.boxes.items())]
    return {
        "claim_generator_info": [{"name": GENERATOR, "version": version}],
        "title": "Simulated result",
        "assertions": [{"label": "c2pa.actions.v2", "data": {"actions": actions}}],
    }


def _action(how: str, box: Box | None) -> dict[str, object]:
    said: dict[str, object] = {
        "action": "c2pa.edited",
        "digitalSourceType": source_type(how == "painted"),
        "description": HOW[how],
        "parameters": {"org.beforehand.how": how},
    }
    if box is not None:
        spatial = {"type": "spatial", "shape": rectangle(box)}
        said["changes"] = [{"region": [spatial], "description": HOW[how]}]
    return said


def rectangle(box: Box) -> dict[str, object]:
    """Return a place as C2PA writes it."""
    left, top, width, height = box
    return {
        "type": "rectangle",
        "unit": "percent",
        "origin": {"x": left, "y": top},
        "width": width,
        "height": height,
    }


def _whole(mask: Bool) -> Window:
    return slice(0, mask.shape[0]), slice(0, mask.shape[1]), mask


def _bounds(bands: Iterable[Window]) -> Iterator[tuple[int, int, int, int]]:
    """Yield left, top, right and bottom, in px, of what is set in each band that has any."""
    for rows, columns, mask in bands:
        down, along = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
        if len(down):
            top, left = rows.start or 0, columns.start or 0
            yield (
                left + int(along[0]),
                top + int(down[0]),
                left + int(along[-1]) + 1,
                top + int(down[-1]) + 1,
            )


def _box(bounds: Iterable[tuple[int, int, int, int]], shape: tuple[int, ...]) -> Box | None:
    found = np.array(list(bounds))
    if not len(found):
        return None
    (left, top), (right, bottom) = found[:, :2].min(axis=0), found[:, 2:].max(axis=0)
    height, width = shape[:2]
    corners = (left / width, top / height, (right - left) / width, (bottom - top) / height)
    left_pct, top_pct, wide_pct, high_pct = (round(100.0 * float(c), 3) for c in corners)
    return left_pct, top_pct, wide_pct, high_pct
