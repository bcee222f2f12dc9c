"""All signs of the skin, by name, and the reading of a whole face."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from face_mesh.cache import Scope, cached_per
from face_mesh.face import Face
from face_mesh.skin import (
    acne,
    colour,
    erythema,
    folds,
    lesions,
    lines,
    melasma,
    pigment,
    readability,
    shine,
    texture,
    vessels,
)
from face_mesh.skin.sign_types import Sign, SkinSign
from face_mesh.skin.skin_tone import ita_deg

_MODULES = (
    *(lines, folds, colour, melasma, erythema, vessels),
    *(pigment, lesions, acne, texture, shine),
)
SIGNS: Mapping[str, Sign] = MappingProxyType(
    {sign.id: sign for module in _MODULES for sign in module.SIGNS}
)


@dataclass(frozen=True)
class Reading:
    """One sign in one region.

    Attributes:
        id: of the sign.
        name: of the sign, in a patient's words.
        region: name of a region of the face.
        severity: on the scale of the sign; None where it cannot be read.
        scale: what the severity means.
        ita_deg: skin tone of the region, degrees; NaN where it cannot be read.
        unreadable: why there is no severity, a sentence; empty where there is one.
        at_rest: whether no expression makes more of the sign than there is.
        area_mm2: of what was found; 0 where it cannot be read.
        count: of single lesions, for signs that are counted; None for others.
        parts: what a score is made of, by name; empty for signs that are not scored in parts.
    """

    id: str
    name: str
    region: str
    severity: float | None
    scale: str
    ita_deg: float
    unreadable: str
    at_rest: bool
    area_mm2: float = 0.0
    count: int | None = None
    parts: Mapping[str, float] = field(default_factory=dict)


@cached_per(Scope.PIXELS)
def detect(face: Face, sign: str, region: str) -> SkinSign:
    """Return a sign in one of its regions, looked for once a face and photo size.

    Raises:
        KeyError: there is no such sign, or it is not looked for in that region.
    """
    one = SIGNS[sign]
    if region not in one.regions:
        raise KeyError(region)
    return one.detect(face, region)


def read_skin(face: Face) -> tuple[Reading, ...]:
    """Return every sign in every region of a face."""
    return tuple(_read(face, sign, region) for sign in SIGNS.values() for region in sign.regions)


def _read(face: Face, sign: Sign, region: str) -> Reading:
    why = readability.unreadable(face, sign, region)
    calm = readability.at_rest(face, sign)
    tone = float("nan") if readability.tone_unreadable(face) else ita_deg(face, region)
    if why:
        return Reading(sign.id, sign.name, region, None, sign.scale, tone, why, calm)
    found = detect(face, sign.id, region)
    return Reading(
        sign.id,
        sign.name,
        region,
        min(found.severity, sign.most),
        sign.scale,
        tone,
        why,
        calm,
        found.area_mm2,
        found.count,
        found.parts,
    )
