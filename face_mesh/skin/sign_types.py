"""What a detector of the skin says, whichever it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from face_mesh.face import Face
from face_mesh.fidelity.faults import COLOUR, DETAIL
from face_mesh.regions import Patch


@dataclass(frozen=True, eq=False)
class SkinSign:
    """One sign of the skin in one region.

    Attributes:
        severity: on the scale of its sign, continuous; what is beyond the scale reads beyond its
            end, so that it can be told how much of it went.
        mask: soft, 1 where the sign is; what a treatment would replace or fade.
        length_mm: of all lines seen, or of the fold; 0 for signs that have no length.
        depth: mean darkness of the lines or the fold against the skin beside, ln of light.
        area_mm2: of the mask, in the plane of the face's picture.
        count: of single lesions, for signs that are counted.
        parts: what a score is made of, by name, for signs that are scored in parts.
    """

    severity: float
    mask: Patch
    length_mm: float = 0.0
    depth: float = 0.0
    area_mm2: float = 0.0
    count: int | None = None
    parts: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Sign:
    """A sign of the skin that a detector looks for.

    Attributes:
        id: snake_case standard term.
        name: in a patient's words.
        regions: where it is looked for, names of `REGIONS`; one severity and one mask for each.
        scale: what the severity means, with its ends.
        most: the upper end of the scale.
        detect: reads it off a face in one of `regions`.
        least_px_per_mm: of a photo, below which the sign cannot be told from noise.
        expressions: blendshapes that make more of the sign than there is at rest.
        needs: of `COLOUR` and `DETAIL`, what a photo must show truly for it to be read.
    """

    id: str
    name: str
    regions: tuple[str, ...]
    scale: str
    most: float
    detect: Callable[[Face, str], SkinSign]
    least_px_per_mm: float = 0.0
    expressions: tuple[str, ...] = ()
    needs: frozenset[str] = frozenset((COLOUR, DETAIL))
