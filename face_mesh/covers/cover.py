"""What covers a face in a photo: hands, masks, patches, dark glasses, tubes, plasters, hair.

A small network marks what is not the face itself (`network`). What it marks surely and over some
area counts: nothing is read there, nothing is drawn there, and the parts that lie mostly under it
are named. Clear glasses are a cover of another kind: skin is seen through them, but must not be
bent, or the glasses would be.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np

from face_mesh.arrays import Bool, Mask, Points
from face_mesh.cache import Scope, cached_per
from face_mesh.covers.face_crop import PX_PER_MM, SIZE_PX, frame_of
from face_mesh.covers.network import Sight, look
from face_mesh.face import Face
from face_mesh.landmarks.anatomy import curve, point
from face_mesh.messages import N_

GLASSES = "glasses"
# Of 0 to 1; what they were set on and how far people are from them: weights/MODEL_CARD.md.
MARKED, SURELY = 0.4, 0.88
LEAST_MM2 = 60.0  # a smaller mark is no cover
# On these neither beard, fringe nor shadow looks like a cover: of 221 portraits none has a mark
# above 0.45 that hides a fifth of a cheek, or above 0.6 of the mouth. A plaster of nearly the tone
# of skin or a few fingers are marked no more surely than that.
PLAIN, PLAIN_SURELY = ("cheek_right", "cheek_left", "mouth"), 0.6
# Of a part: it is hidden if more of it is covered. Of 392 portraits none has more than 0.11 of the
# second kind marked; hair and beards reach into the first.
HAIRY, HAIRY_SHARE, BARE_SHARE = ("forehead", "brow_right", "brow_left", "chin"), 0.5, 0.2
EDGE_MM = 1.5  # around what is marked, whose cells are 5 mm wide
AROUND_MM = 8.0  # of a part: as far as what hides it is told to hide that part
# Glasses about a pupil, mm outwards, inwards, up and down. Author's estimate: lenses of adults are
# 44 to 60 mm wide and 26 to 52 mm high.
LENS_MM = (32.0, 32.0, 15.0, 24.0)

PART_NAMES = {
    "forehead": N_("the forehead"),
    "brow_right": N_("the right eyebrow"),
    "brow_left": N_("the left eyebrow"),
    "eye_right": N_("the right eye"),
    "eye_left": N_("the left eye"),
    "nose": N_("the nose"),
    "cheek_right": N_("the right cheek"),
    "cheek_left": N_("the left cheek"),
    "mouth": N_("the mouth"),
    "chin": N_("the chin"),
}


@cache
def _outlines() -> dict[str, tuple[int, ...]]:
    """Of each part a closed outline of landmarks; not before the landmark model can be read."""
    return {
        "forehead": (103, 67, 109, 10, 338, 297, 332, 334, 296, 336, 9, 107, 66, 105),
        "brow_right": curve("brow_right"),
        "brow_left": curve("brow_left"),
        "eye_right": (*curve("upper_lid_right"), *curve("lower_lid_right")[::-1]),
        "eye_left": (*curve("upper_lid_left"), *curve("lower_lid_left")[::-1]),
        "nose": (168, 122, 198, 129, 98, 2, 327, 358, 420, 351),
        "cheek_right": (116, 118, 119, 100, 36, 205, 187, 147, 123),
        "cheek_left": (345, 347, 348, 329, 266, 425, 411, 376, 352),
        "mouth": (*curve("upper_vermilion_border"), *curve("lower_vermilion_border")[::-1]),
        "chin": (83, 18, 313, 421, 428, 396, 175, 171, 208, 201),
    }


@dataclass(frozen=True, eq=False)
class Cover:
    """Something that lies over a part of the face.

    Attributes:
        id: of the part that is hidden ("mouth", "eye_left", ...), or "glasses".
        name: the part, for people; of glasses, they themselves.
        mask: (H, W) float32 in [0, 1], where it lies.
        clear: whether the skin under it is seen: it is read, but not bent.
    """

    id: str
    name: str
    mask: Mask
    clear: bool = False


def covers(face: Face) -> tuple[Cover, ...]:
    """Return what covers a face: each part that is hidden, and glasses.

    Raises:
        EngineError: the weights of the network are missing or damaged.
    """
    found = []
    for name in hidden_parts(face):
        outline = list(_outlines()[name])
        around = _polygon(face.landmarks_px[outline, :2], _shape(face), face.px_per_mm)
        found.append(Cover(name, PART_NAMES[name], hidden_mask(face) * around))
    if wears_glasses(face):
        found.append(Cover(GLASSES, N_("glasses"), lens_mask(face), clear=True))
    return tuple(found)


@cached_per(Scope.HEAD)
def sight_of(face: Face) -> Sight:
    """Return what the network sees in a face, looked at once."""
    return look(face.photo.image, face.landmarks_px)


def wears_glasses(face: Face) -> bool:
    """Return whether glasses were found on the photo of a face."""
    return any(finding.id == GLASSES for finding in face.findings)


def hidden_eyes(face: Face) -> tuple[str, ...]:
    """Return which eyes are hidden: "left", "right"."""
    return tuple(side for side in ("left", "right") if f"eye_{side}" in hidden_parts(face))


@cached_per(Scope.HEAD)
def hidden_parts(face: Face) -> tuple[str, ...]:
    """Return the ids of the parts of which much lies under something, from the top down."""
    hidden, found = _marks(face), []
    for name, outline in _outlines().items():
        inside = _inside(face, outline)
        if inside.any() and hidden[inside].mean() > (HAIRY_SHARE if name in HAIRY else BARE_SHARE):
            found.append(name)
    return tuple(found)


def hidden_share(face: Face) -> float:
    """Return how much of the face is hidden, 0 to 1."""
    inside = _inside(face, curve("face_oval"))
    return float(_marks(face)[inside].mean()) if inside.any() else 0.0


@cached_per(Scope.SIZE)
def hidden_mask(face: Face) -> Mask:
    """Return (H, W) float32 in [0, 1], 1 where something hides the face, with a soft edge."""
    return _softened(face, _marks(face))


@cached_per(Scope.SIZE)
def fixed_mask(face: Face) -> Mask:
    """Return (H, W) float32 in [0, 1], 1 where what hides the face must not be bent with its skin.

    All of it but hair at the hairline: what lies above the brows and hides neither them nor the
    forehead. Hair goes where the skin goes that it grows from.
    """
    marks = _marks(face)
    if not set(HAIRY).isdisjoint(hidden_parts(face)):
        return _softened(face, marks)
    count, labels, _, centres = cv2.connectedComponentsWithStats(marks.astype(np.uint8))
    matrix = frame_of(face.landmarks_px).matrix
    brows = face.landmarks_px[[*curve("brow_left"), *curve("brow_right")], :2]
    brow_row = float((brows @ matrix[1, :2] + matrix[1, 2]).mean())
    fixed = [label for label in range(1, count) if centres[label][1] > brow_row]
    return _softened(face, np.isin(labels, fixed))


def _softened(face: Face, marks: Bool) -> Mask:
    """Marks of the crop that the network sees, widened and soft, in the photo."""
    hidden = marks.astype(np.float32)
    if not hidden.any():
        return np.zeros(_shape(face), np.float32)
    wide = 2 * round(EDGE_MM * PX_PER_MM) + 1
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (wide, wide))
    soft = cv2.GaussianBlur(cv2.dilate(hidden, disc), (0, 0), 0.5 * EDGE_MM * PX_PER_MM)
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    matrix = frame_of(face.landmarks_px).matrix
    out = cv2.warpAffine(soft, matrix, (face.photo.width, face.photo.height), flags=flags)
    return np.asarray(out, np.float32)


@cached_per(Scope.HEAD)
def _marks(face: Face) -> Bool:
    """(S, S) what is marked within the face, over some area and surely somewhere in it.

    Beside the face the network knows nothing: hair and walls were never told there.
    """
    sight = sight_of(face)
    marked = ((sight.covered > MARKED) & _inside(face, curve("face_oval"))).astype(np.uint8)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(marked)
    plain = [_inside(face, _outlines()[name]) for name in PLAIN]
    for label in range(1, count):
        mark = labels == label
        large = stats[label, cv2.CC_STAT_AREA] >= LEAST_MM2 * PX_PER_MM**2
        hides = any(part.any() and mark[part].mean() > BARE_SHARE for part in plain)
        if not large or sight.covered[mark].max() < (PLAIN_SURELY if hides else SURELY):
            marked[mark] = 0
    return marked > 0


def _inside(face: Face, outline: tuple[int, ...]) -> Bool:
    """(S, S) the inside of landmarks in the crop that the network sees."""
    at = frame_of(face.landmarks_px).to_crop(face.landmarks_px[list(outline)])
    return _polygon(at, (SIZE_PX, SIZE_PX), 0.0) > 0.5


@cached_per(Scope.SIZE)
def lens_mask(face: Face) -> Mask:
    """Return (H, W) float32, where glasses lie if there are some: about both eyes and between."""
    outwards, inwards, up, down = LENS_MM
    found = np.zeros(_shape(face), np.float32)
    for side, sign in (("left", 1.0), ("right", -1.0)):
        x, y = np.array([-inwards, outwards, outwards, -inwards]) * sign, [up, up, -down, -down]
        corners = face.pose.shift_px(np.column_stack([x, y, np.zeros(4)]))
        at = face.landmarks_px[point(f"pupil_{side}"), :2] + corners
        found = np.maximum(found, _polygon(at, found.shape, 0.0))
    return np.asarray(cv2.GaussianBlur(found, (0, 0), EDGE_MM * face.px_per_mm), np.float32)


def _shape(face: Face) -> tuple[int, int]:
    return face.photo.height, face.photo.width


def _polygon(at: Points, shape: tuple[int, ...], px_per_mm: float) -> Mask:
    """The inside of an outline, widened by `AROUND_MM` if a scale is given."""
    mask = np.zeros(shape[:2], np.uint8)
    fixed = np.round(at * 16).astype(np.int32)
    cv2.fillPoly(mask, [fixed], 255, cv2.LINE_AA, 4)
    if px_per_mm:
        width = max(1, round(2 * AROUND_MM * px_per_mm))
        cv2.polylines(mask, [fixed], True, 255, width, cv2.LINE_AA, 4)
    return np.asarray(mask, np.float32) / 255.0
