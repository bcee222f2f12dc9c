"""All signs of the skin, by name, and the reading of a whole face."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from face_mesh.cache import Scope, cached_per
from face_mesh.face import Face
from face_mesh.skin import colour, folds, lesions, lines, texture
from face_mesh.skin.sign_types import Sign, SkinSign
from face_mesh.skin.skin_tone import ita_deg

SIGNS: Mapping[str, Sign] = MappingProxyType(
    {sign.id: sign for module in (lines, folds, colour, lesions, texture) for sign in module.SIGNS}
)


@dataclass(frozen=True)
class Reading:
    """One sign in one region.

    Attributes:
        id: of the sign.
        name: of the sign, in a patient's words.
        region: name of a region of the face.
        severity: on the scale of the sign, 0 where the region shows no bare skin.
        scale: what the severity means.
        ita_deg: skin tone of the region, degrees; NaN where no skin is seen.
    """

    id: str
    name: str
    region: str
    severity: float
    scale: str
    ita_deg: float


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
    return tuple(
        Reading(
            sign.id,
            sign.name,
            region,
            min(detect(face, sign.id, region).severity, sign.most),
            sign.scale,
            ita_deg(face, region),
        )
        for sign in SIGNS.values()
        for region in sign.regions
    )
