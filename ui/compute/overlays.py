"""Arrays to what the viewer shows: encoded pictures, maps over them, and boxes to zoom to."""

from __future__ import annotations

import io

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image

from face_mesh import Face, Photo
from face_mesh.arrays import Bool, Mask, Points, Rgb
from face_mesh.messages import Message
from simulate.drawing import CLOSE, head_window, panel
from simulate.outcome.movement_scale import (
    COLOURS,
    FLOOR_MM,
    scale_end_mm,
    scale_levels,
    scale_palette,
)
from simulate.outcome.uncertainty_overlay import (
    BAND_SHARE,
    COLOUR,
    LEAST,
    MOST_COVER,
)
from ui.components.viewer import Heat, Picture, Unsure
from ui.components.viewer.viewer import Box
from ui.compute.head_turn import head_of
from ui.text.language import N_

JPEG_QUALITY = 92
PLAIN_SIDE_PX = 1200
HEAT_SIDE_PX = 480  # smooth enough when enlarged, small to send
UNSURE_SIDE_PX = 800
PANEL_PX = 520  # of a strip of several
MASK_SIDE_PX = 1200
MASK_COLOUR = "#00c8ff"  # of no skin, and told apart from all of it by the colour-blind too
MASK_OPACITY = 0.5
MASK_EDGE = 0.2  # how fully skin is treated where the contour runs
MASK_GAP_PX = 9  # what is closer together has one contour
MOVED_MM = 0.15  # skin that moves less is shown as left alone
MOVED_COLOUR = "#ffb000"  # of skin that is moved: stripes, told apart from the tint without hue too
MOVED_STRIPES_PX = (3, 10)  # how wide a stripe is, and from one to the next
EDGE, EDGE_SHADE = 254, 255  # palette entries of the contour: light inside, dark outside
TREATED_MARGIN = 0.35  # around the treated area, as a share of its size
FACE_MARGIN = 0.3


def jpeg(image: Rgb) -> bytes:
    """Encode without thinning the colours: lips and redness are what is looked at."""
    return _jpeg(Image.fromarray(image))


def picture(face: Face) -> Picture:
    """The photo of a measured face with its landmarks."""
    photo = face.photo
    shares = (face.landmarks_px[:, :2] + 0.5) / (photo.width, photo.height)
    return Picture(
        key=face.key,
        jpeg=jpeg(photo.image),
        width=photo.width,
        height=photo.height,
        alt=N_("The photo before any treatment"),
        dots=tuple((round(float(x), 4), round(float(y), 4)) for x, y in shares),
        face=_widened(_extent(shares), FACE_MARGIN),
        px_per_mm=face.px_per_mm,
        head=head_of(face),
    )


def plain(photo: Photo, faces_px: tuple[Points, ...] = ()) -> Picture:
    """A photo by itself, or with each of its faces framed and numbered."""
    boxes = tuple(
        _extent((points[:, :2] + 0.5) / (photo.width, photo.height)) for points in faces_px
    )
    small = Image.fromarray(photo.image)
    small.thumbnail((PLAIN_SIDE_PX, PLAIN_SIDE_PX))
    alt = (
        Message("The photo, with {n} faces numbered from left to right", n=len(boxes))
        if boxes
        else N_("The photo")
    )
    return Picture(f"{photo.sha256}-{len(boxes)}", _jpeg(small), *small.size, alt, boxes=boxes)


def heat(shift_mm: npt.NDArray[np.float32]) -> Heat | None:
    """Where and how far the skin moved, on a scale that ends at a round number; None if nowhere."""
    step = -(-max(shift_mm.shape) // HEAT_SIDE_PX)
    small = shift_mm[step // 2 :: step, step // 2 :: step]
    largest = float(small.max(initial=0.0))
    if largest < FLOOR_MM:
        return None
    most_mm = scale_end_mm(largest)
    return Heat(_drawn(scale_levels(small, most_mm), scale_palette()), most_mm, COLOURS)


def unsure(uncertainty: Mask) -> Unsure | None:
    """Return where the picture is unsure, in steps of colour: None if nowhere.

    The colour and the steps are those of `uncertainty_overlay`, for which they are told apart.
    """
    small = _shrunk(uncertainty, UNSURE_SIDE_PX)
    steps = np.where(small > LEAST, np.ceil(np.clip(small, 0.0, 1.0) / BAND_SHARE), 0.0)
    if not steps.any():
        return None
    palette = _unsure_palette()
    colours = tuple(f"rgb({r} {g} {b} / {a / 255:.2f})" for r, g, b, a in palette[1:])
    return Unsure(_drawn(steps.astype(np.uint8), palette), colours)


def head(face: Face, image: Rgb) -> bytes:
    """Encode the head alone, at the size of a strip."""
    return _jpeg(panel(image[head_window(face, CLOSE)], PANEL_PX))


def mask(treated: Mask) -> bytes:
    """Return what is treated, and how fully, as a tint with a contour: a see-through PNG."""
    small = _shrunk(treated, MASK_SIDE_PX)
    levels = np.ceil(np.clip(small, 0.0, 1.0) * (EDGE - 1)).astype(np.uint8)
    _draw_contour(levels, _joined(small > MASK_EDGE), EDGE, EDGE_SHADE)
    return _drawn(levels, _mask_palette())


def movement_map(shift_mm: npt.NDArray[np.float32]) -> bytes | None:
    """Return where skin is moved, striped with a contour: a see-through PNG; None if nowhere."""
    moves = _shrunk(shift_mm, MASK_SIDE_PX) > MOVED_MM
    if not moves.any():
        return None
    inside = _joined(moves)
    wide, period = MOVED_STRIPES_PX
    rows, columns = np.indices(inside.shape)
    levels = np.where((rows + columns) % period < wide, inside, 0).astype(np.uint8)
    _draw_contour(levels, inside, 2, 3)
    colours = (
        (0, 0, 0, 0),
        (*_rgb(MOVED_COLOUR), 150),
        (*_rgb(MOVED_COLOUR), 255),
        (51, 35, 0, 255),
    )
    return _drawn(levels, np.array(colours, np.uint8))


def _shrunk(values: npt.NDArray[np.float32], most_px: int) -> npt.NDArray[np.float32]:
    """Return (h, w) values as means of what a px covers, no more than so many px a side."""
    height, width = values.shape
    factor = min(1.0, most_px / max(height, width))
    size = (max(1, round(factor * width)), max(1, round(factor * height)))
    return np.asarray(cv2.resize(values, size, interpolation=cv2.INTER_AREA))


def _joined(inside: Bool) -> npt.NDArray[np.uint8]:
    """Return 1 inside; what is closer together than `MASK_GAP_PX` has one contour."""
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (MASK_GAP_PX, MASK_GAP_PX))
    return np.asarray(cv2.morphologyEx(inside.astype(np.uint8), cv2.MORPH_CLOSE, disc), np.uint8)


def _draw_contour(
    levels: npt.NDArray[np.uint8], inside: npt.NDArray[np.uint8], edge: int, shade: int
) -> None:
    """Write two lines into `levels`: `edge` just inside, `shade` just outside."""
    cross = np.ones((3, 3), np.uint8)
    levels[cv2.dilate(inside, cross) > inside] = shade
    levels[cv2.erode(inside, cross, borderValue=0) < inside] = edge


def grey(mask: npt.NDArray[np.uint8]) -> bytes:
    """Encode (h, w) uint8 without loss, 0 as black."""
    buffer = io.BytesIO()
    Image.fromarray(mask).save(buffer, "PNG")
    return buffer.getvalue()


def _drawn(levels: npt.NDArray[np.uint8], palette: npt.NDArray[np.uint8]) -> bytes:
    drawing = Image.fromarray(levels, "P")
    drawing.putpalette(palette.tobytes(), "RGBA")
    buffer = io.BytesIO()
    drawing.save(buffer, "PNG")
    return buffer.getvalue()


def treated_box(mask: Bool) -> Box | None:
    """The box around all that changed, with room about it; None if nothing did."""
    height, width = mask.shape
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if not rows.size:
        return None
    box = (columns[0] / width, rows[0] / height, (columns[-1] + 1) / width, (rows[-1] + 1) / height)
    return _widened(box, TREATED_MARGIN)


def _jpeg(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=JPEG_QUALITY, subsampling=0)
    return buffer.getvalue()


def _rgb(colour: str) -> tuple[int, ...]:
    return tuple(int(colour[i : i + 2], 16) for i in (1, 3, 5))


def _mask_palette() -> npt.NDArray[np.uint8]:
    """(256, 4) RGBA; entry 0 is see-through, the last two are the contour."""
    alpha = 255.0 * MASK_OPACITY * np.linspace(0.0, 1.0, EDGE)
    tint = np.tile(_rgb(MASK_COLOUR), (EDGE, 1))
    table = np.round(np.column_stack([tint, alpha])).astype(np.uint8)
    return np.vstack([table, [[255, 255, 255, 255], [0, 38, 51, 255]]]).astype(np.uint8)


def _unsure_palette() -> npt.NDArray[np.uint8]:
    """(steps + 1, 4) RGBA; entry 0 is see-through."""
    steps = np.arange(round(1.0 / BAND_SHARE) + 1)
    alpha = np.round(255.0 * MOST_COVER * BAND_SHARE * steps)
    return np.column_stack([np.tile(COLOUR, (len(steps), 1)), alpha]).astype(np.uint8)


def _extent(shares: Points) -> Box:
    (left, top), (right, bottom) = shares.min(axis=0), shares.max(axis=0)
    return float(left), float(top), float(right), float(bottom)


def _widened(box: Box, margin: float) -> Box:
    left, top, right, bottom = box
    wide, high = margin * (right - left), margin * (bottom - top)
    widened = (left - wide, top - high, right + wide, bottom + high)
    return tuple(round(min(1.0, max(0.0, float(share))), 4) for share in widened)  # type: ignore[return-value]
