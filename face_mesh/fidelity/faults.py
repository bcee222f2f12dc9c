"""What is wrong with the pixels of a photo, and what can no longer be read off it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from face_mesh.cache import Scope, cached_per
from face_mesh.face import Face
from face_mesh.fidelity.colour_cast import colour_cast
from face_mesh.fidelity.compression import BlockEdges, block_edges
from face_mesh.fidelity.face_colours import face_colours
from face_mesh.fidelity.smoothness import skin_grain
from face_mesh.messages import N_

COLOUR, DETAIL = "colour", "detail"  # what of a photo a sign of the skin is read off

# 326 people in colour are from 2.8; grey photos to 0.6, sepia and two-tone ones, compressed to
# quality 30, to 1.8 where the face is 2.5 px a mm or more.
LEAST_SPREAD = 1.9
# 286 people under studio lights and flashes to 23, the most on portraits that are orange to the
# eye; a lamp of 2,700 K, with the camera set for daylight, is beyond on all people of London who
# are held out and on three quarters of the small portraits.
MOST_CAST = 24.0
# Hue of the skin itself, where the eyes do not tell: the same people 22 to 61 degrees, of any tone.
# Sepia is at 84 to 88 however compressed, light that is blue by half under 10, green by as much
# from 70.
LEAST_HUE_DEG, MOST_HUE_DEG = 10.0, 74.0
# Levels by which steps at the edges of blocks are larger. 392 photos as their makers saved them are
# to 1.7, and copies of 21 people of quality 50, 40, 30, 20 and 8 from 1.7, 2.0, 2.6, 2.6 and 2.4.
# From quality 30 on redness and dark circles are off by a quarter of a grade and more, lines from
# 12 to 20 on. On smooth skin whole blocks are one level, and their edges fewer: there the share of
# the mean step tells.
MOST_STEP, MOST_LINE_STEP, MOST_LINE_SHARE = 1.9, 3.2, 1.1
# The same of pictures made smaller or larger afterwards: as they are to 1.2, WebP of quality 75 to
# 2.1, of quality 8 at half size from 3.2.
MOST_RESIZED, MOST_LINE_RESIZED = 2.2, 3.0
# Levels of grain. 172 people at 2.5 px a mm or more from 0.52, 220 at 0.7 to 1.3 px a mm from 0.61;
# after a bilateral (40, 7), a guided or a beauty filter 0.22 to 0.30 on the former.
LEAST_GRAIN, LEAST_COARSE_GRAIN = 0.42, 0.58
_FINE_PX_PER_MM = 2.0  # from here on the first of the two holds


@dataclass(frozen=True)
class Fault:
    """Something about the pixels of a photo.

    Attributes:
        id: snake_case name.
        message: what was seen, a sentence.
        advice: how to do better.
        reason: why a sign is not read, a sentence.
        spoils: of `COLOUR` and `DETAIL`, what is not shown truly.
    """

    id: str
    message: str
    advice: str
    reason: str
    spoils: frozenset[str]


NO_COLOUR = Fault(
    "no_colour",
    N_("The photo is in grey or a single tint, so the colour of the skin cannot be read."),
    N_("Use a photo in colour, without a filter."),
    N_("The photo is in grey or a single tint."),
    frozenset((COLOUR,)),
)
TINTED = Fault(
    "colour_cast",
    N_("The light or a filter tints the photo, so the colour of the skin cannot be read."),
    N_("Use daylight or a white lamp, and no filter."),
    N_("The light or a filter tints the photo."),
    frozenset((COLOUR,)),
)
COMPRESSED = Fault(
    "compressed",
    N_("The photo was saved with so little quality that the colour of the skin cannot be read."),
    N_("Use the photo as the camera saved it, not one that was sent through a chat."),
    N_("The photo was saved with too little quality."),
    frozenset((COLOUR,)),
)
BLOCKY = Fault(
    "compressed",
    N_("The photo was saved with so little quality that the skin cannot be read."),
    COMPRESSED.advice,
    COMPRESSED.reason,
    frozenset((COLOUR, DETAIL)),
)
SMOOTHED = Fault(
    "smoothed",
    N_(
        "The skin has no grain, as after a beauty filter or in a blurred photo, so lines and "
        "texture cannot be read."
    ),
    N_("Use a sharp photo without any filter, as the camera saved it."),
    N_("The skin has no grain, as after a beauty filter or in a blurred photo."),
    frozenset((DETAIL,)),
)


@cached_per(Scope.HEAD)
def faults(face: Face) -> tuple[Fault, ...]:
    """Return the faults of a photo, read off the first size that asks: ask the photo's own first.

    Compression and filters show in single pixels, which no reduced photo has.
    """
    return tuple(_found(face))


def _found(face: Face) -> Iterator[Fault]:
    colours = face_colours(face)
    if colours.spread < LEAST_SPREAD:
        yield NO_COLOUR
    elif colour_cast(face).strength > MOST_CAST or not _is_of_skin(colours.hue_deg):
        yield TINTED
    edges = block_edges(face)
    if _is_blocky(edges):
        yield BLOCKY
        return  # no filter is told apart from it
    if edges.step > MOST_STEP or edges.resized > MOST_RESIZED:
        yield COMPRESSED
    fine = face.px_per_mm >= _FINE_PX_PER_MM
    if skin_grain(face) < (LEAST_GRAIN if fine else LEAST_COARSE_GRAIN):
        yield SMOOTHED


def _is_of_skin(hue_deg: float) -> bool:
    return LEAST_HUE_DEG <= hue_deg <= MOST_HUE_DEG


def _is_blocky(edges: BlockEdges) -> bool:
    """Whether even lines are lost."""
    flat = edges.step > MOST_STEP and edges.share > MOST_LINE_SHARE
    return flat or edges.step > MOST_LINE_STEP or edges.resized > MOST_LINE_RESIZED
