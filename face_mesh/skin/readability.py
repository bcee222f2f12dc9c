"""Whether a sign can be read in a photo at all: "not readable in this photo" is an answer."""

from __future__ import annotations

import math

import numpy as np

from face_mesh.cache import Scope, cached_per
from face_mesh.face import Face
from face_mesh.fidelity.faults import COLOUR, faults
from face_mesh.landmarks.anatomy import point
from face_mesh.messages import N_, Message
from face_mesh.regions import region_patch
from face_mesh.skin.colour import USUAL
from face_mesh.skin.sign_types import Sign
from face_mesh.skin.skin_tone import skin_tone
from face_mesh.skin.working_view import View

EXPRESSION = 0.35  # blendshape score from which a sign is seen in expression, not at rest
# Of a region; hair, glasses, a hand or a beard hide the rest. Author's estimate: a temple shows
# that much in two of three people with short hair, any other region in nearly all.
LEAST_SEEN = 0.25
# Mean density: there a step of a byte is 0.06, as much as the faintest spot. The darkest skin in
# even light is at 4.3, in the shade of a temple.
DARKEST_READ = 4.6
# Share of a region with a channel at its end. Of 27 people of congress made lighter by up to half a
# stop, redness is off by 0.11 (95 %) up to this share, by 0.3 up to a half, and by 2.5 beyond.
MOST_BURNT = 0.3
_AT_ITS_END = 254

UNSEEN = N_("That part of the face is not seen in this photo.")
DARK = N_("That part of the face lies in the dark in this photo.")
BURNT = N_("The photo is too bright there, so the colour of the skin is lost.")


def unreadable(face: Face, sign: Sign, region: str) -> str:
    """Return why a sign cannot be graded in a region of this photo; empty if it can."""
    spoilt = (_spoilt(face, need) for need in sorted(sign.needs))
    return _too_small(face, sign) or next(filter(None, spoilt), "") or _unclear(face, sign, region)


def tone_unreadable(face: Face) -> str:
    """Return why the tone of the skin cannot be told from this photo; empty if it can."""
    if spoilt := _spoilt(face, COLOUR):
        return spoilt
    return UNSEEN if skin_tone(face).monk is None else ""


def at_rest(face: Face, sign: Sign) -> bool:
    """Return whether a sign is seen at rest rather than in expression."""
    return all(face.expression.get(name, 0.0) <= EXPRESSION for name in sign.expressions)


def _too_small(face: Face, sign: Sign) -> str:
    if face.px_per_mm >= sign.least_px_per_mm:
        return ""
    pupils = face.mesh_mm[[point("pupil_right"), point("pupil_left")]]
    apart_mm = float(np.linalg.norm(pupils[1] - pupils[0]))
    return Message(
        "The photo is too small for it: the pupils need to be {pixels} pixels apart.",
        pixels=math.ceil(sign.least_px_per_mm * apart_mm),
    )


def _spoilt(face: Face, need: str) -> str:
    """Why the whole photo does not show what is needed truly."""
    return next((one.reason for one in faults(face) if need in one.spoils), "")


def _unclear(face: Face, sign: Sign, region: str) -> str:
    """Why the region does not tell of it."""
    if _seen_share(face, region) < LEAST_SEEN:
        return UNSEEN
    if _density(face, region) > DARKEST_READ:
        return DARK
    if COLOUR in sign.needs and any(_burnt(face, one) > MOST_BURNT for one in (region, *USUAL)):
        return BURNT  # of forehead and cheeks too, which it is compared with
    return ""


@cached_per(Scope.PIXELS)
def _seen_share(face: Face, region: str) -> float:
    view = View.of(face)
    whole = float(region_patch(view.face, region).mask.sum())
    return float(view.area(region).inside.sum()) / whole if whole > 1.0 else 0.0


@cached_per(Scope.PIXELS)
def _density(face: Face, region: str) -> float:
    view = View.of(face)
    area = view.area(region)
    here = view.density[area.rows, area.columns][area.inside > 0.5]
    return float(np.median(here.mean(axis=1))) if len(here) else 0.0


@cached_per(Scope.PIXELS)
def _burnt(face: Face, region: str) -> float:
    view = View.of(face)
    area = view.area(region)
    here = view.face.photo.image[area.rows, area.columns][area.inside > 0.5]
    return float((here.max(axis=1) >= _AT_ITS_END).mean()) if len(here) else 0.0
