"""What a report is of, and its pictures: whole heads, and close where responses differ."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from PIL import Image as Picture
from reportlab.lib.units import mm
from reportlab.platypus import Image

from face_mesh.arrays import Rgb
from simulate.drawing import CLOSE, head_window, panel
from simulate.export.contact_sheet import RANGE
from simulate.export.turned_view import turned_panels
from simulate.outcome.outcome import Outcome
from simulate.outcome.turned_head import side_turn_deg, turning_shows
from simulate.provenance.visible_mark import MIN_STRIP_PX, STRIP, with_mark, with_words
from simulate.wording.language import Translate, english

WIDE = 174 * mm  # of A4 between its margins
GAP = 4 * mm
DPI = 220  # of the pictures: what a good print shows, and a file that can be sent
JPEG_QUALITY = 92
STRIPE = 60  # stripes across the face: wide enough for a poor printer
DARKEST = 0.7  # taken from the light where nothing is sure
TOLD_APART = 8  # of 255: two pictures that differ less look the same
MOSTLY = 0.25  # of the largest difference: what differs less is not what one looks at
OUTLYING = 1.0  # per cent of the pixels that differ, on each side, that a cut may leave out
ROOM = 0.15  # about what differs, of its size
LEAST_CUT = 0.36  # of the height of the face
SQUARE = 1.15  # a cut is at most so much longer than wide, or wider than long
Making = Callable[[], Any]  # makes a picture of reportlab, which has no types
Window = tuple[slice, slice]


@dataclass(frozen=True)
class PhotoResult:
    """A plan on a further photo of the same person.

    Attributes:
        view: which photo that is, in words.
        outcome: of the expected responder; None where it cannot be shown on it.
        said: why not, or what is left out; empty is nothing.
    """

    view: str
    outcome: Outcome | None
    said: str = ""


@dataclass(frozen=True)
class PlanResults:
    """A plan of a report.

    Attributes:
        outcomes: of the weak, the expected and the strong responder, as
            `simulate.export.contact_sheet.responders` makes them.
        film: the plan at several times, as `simulate.export.contact_sheet.film` makes it; none
            leaves it out.
        title: what it is called among others, as "A: Softer"; empty for the only one.
        view: which photo they are of, in words; empty where there is but one.
        others: the same on further photos.

    Raises:
        ValueError: the outcomes are not these three.
    """

    outcomes: Sequence[Outcome]
    film: Sequence[Outcome] = ()
    title: str = ""
    view: str = ""
    others: Sequence[PhotoResult] = ()

    def __post_init__(self) -> None:
        """Refuse what cannot be laid out."""
        if [outcome.conditions.responder for outcome in self.outcomes] != list(RANGE):
            raise ValueError("give the outcomes of the low, the expected and the high responder")

    @property
    def expected_outcome(self) -> Outcome:
        """The outcome that the figures are of."""
        return self.outcomes[1]


class Figures:
    """The pictures of a plan, each made once though the pages are laid out twice to count them."""

    def __init__(self, of: PlanResults, translate: Translate = english) -> None:
        half, fourth, fifth = (width(across) for across in (2, 4, 5))
        weak, expected, strong = of.outcomes
        cut = window_apart(weak, strong)

        def close(image: Rgb) -> Making:
            return _framed(_cut(image, cut, translate), fourth)

        self.before, self.expected = pair(expected, half, translate)
        self.weak, self.usual, self.strong = (close(outcome.image) for outcome in of.outcomes)
        self.unsure = close(with_stripes(expected))
        self.turned: list[Making] = []
        if turning_shows(expected):
            panels = turned_panels(expected, side_turn_deg(expected), translate)
            self.turned = [_framed(one, fourth) for one in panels]
        self.film = [_framed(_head(one, translate), fifth) for one in of.film]
        self.others = [
            pair(other.outcome, half, translate) for other in of.others if other.outcome is not None
        ]


def width(across: int) -> float:
    """Return the width in points of each of so many pictures beside each other."""
    return float((WIDE - (across - 1) * GAP) / across)


def pair(outcome: Outcome, wide: float, translate: Translate) -> tuple[Making, Making]:
    """Return head before and after, each of a width in points."""
    window = head_window(outcome.face, CLOSE)
    return _framed(outcome.face.photo.image[window], wide), _framed(_head(outcome, translate), wide)


def _head(outcome: Outcome, translate: Translate) -> Rgb:
    return with_mark(outcome.image, outcome.face, translate)[head_window(outcome.face, CLOSE)]


def window_apart(weak: Outcome, strong: Outcome) -> Window:
    """Return the rows and columns of the photo in which two responses can be told apart.

    Nearly square, with room about it; the whole head if they look the same.
    """
    apart = np.abs(strong.image.astype(np.int16) - weak.image).max(axis=2)
    differ = apart >= max(TOLD_APART, MOSTLY * float(apart.max()))
    if not differ.any():
        return head_window(weak.face, CLOSE)
    ends = [np.percentile(at, (OUTLYING, 100.0 - OUTLYING)) for at in np.nonzero(differ)]
    centre = [float(low + high) / 2.0 for low, high in ends]
    least = LEAST_CUT * float(np.ptp(weak.face.landmarks_px[:, 1]))
    sizes = [max(least, (1.0 + 2.0 * ROOM) * float(high - low)) for low, high in ends]
    sizes = [max(size, max(sizes) / SQUARE) for size in sizes]
    rows, columns = (
        _within(middle, size, most)
        for middle, size, most in zip(centre, sizes, differ.shape, strict=True)
    )
    return rows, columns


def _within(centre: float, size: float, most: int) -> slice:
    """Return a stretch of about `size` px about a centre, moved to where the photo has pixels."""
    long = min(round(size), most)
    start = min(max(0, round(centre - long / 2.0)), most - long)
    return slice(start, start + long)


def _cut(image: Rgb, window: Window, translate: Translate) -> Rgb:
    """Return a window of a picture below a strip with the mark, which covers nothing of it."""
    cut = image[window]
    high = max(MIN_STRIP_PX, round(STRIP * cut.shape[1]))
    strip = with_words(Picture.new("RGB", (cut.shape[1], high)), translate)
    return np.concatenate([np.asarray(strip, np.uint8), cut])


def with_stripes(outcome: Outcome) -> Rgb:
    """Return the (H, W, 3) picture with stripes where it is unsure: colour is lost in a copy."""
    rows, columns = np.indices(outcome.image.shape[:2])
    xy = outcome.face.landmarks_px[:, :2]
    period = max(2.0, float(np.ptp(xy[:, 1])) / STRIPE)
    stripes = np.sin((rows + columns) * (np.pi / period)) > 0.0
    light = 1.0 - DARKEST * outcome.uncertainty * stripes
    return np.asarray(np.round(outcome.image * light[..., None]), np.uint8)


def _framed(crop: Rgb, wide: float) -> Making:
    """Return what makes a picture of a width in points."""
    picture: Picture.Image = panel(crop, round(wide / 72 * DPI))
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=JPEG_QUALITY)
    height = wide * picture.height / picture.width
    return lambda: Image(io.BytesIO(file.getvalue()), wide, height)
