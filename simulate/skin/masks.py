"""Where a job paints: what its detector found or a hand picked, corrected by the brush."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from face_mesh import Face
from face_mesh.arrays import Mask, Points
from face_mesh.cache import Scope, cached_per
from face_mesh.covers.cover import GLASSES, hidden_mask, lens_mask, wears_glasses
from face_mesh.landmarks.anatomy import point, stem_and_side
from face_mesh.ramp import ramp, smooth_ramp
from face_mesh.regions import region_mask, region_patch
from face_mesh.skin.hair import hair
from face_mesh.skin.lesions import Mole, mole_at
from face_mesh.skin.signs import detect
from face_mesh.skin.skin_mask import skin_mask
from simulate.plan.plan import Plan, Stroke, Treatment
from simulate.skin.exemption import exempt_mask, exempts_hair, hair_shade_mask
from simulate.skin.fill_fold import overhung, slopes
from simulate.skin.lower_lid import below_lashes_beside_nose
from simulate.skin.region_shares import BROAD, region_share
from simulate.skin.tasks import Job, jobs_of

UNDER_COVER = 0.5  # of its soft edge: from there on something else is seen, and no skin
SPARE_SOFT_MM = 0.4
NEAR_MM = 12.0  # around a region, farther than any mask of it reaches
_BETWEEN = 50  # places looked at between two points of a stroke
OVERHUNG = ("nasolabial_fold",)  # by what lies outside of it
# Grades of such a fold between which it is lifted from not at all to all of it: below them it is
# the shading of a round cheek, and a lift paints a pale wedge there. Author's estimate.
_A_FOLD = (0.25, 1.0)
# Standard deviation of what fades a lift out before hair: a fold that runs into a moustache stays
# there, and one lifted up to it would start again as a hook. Author's estimate.
_HAIR_MM = 5.0
BELOW_THE_EYE = ("tear_trough", "eye_bags")
_NOSE = ("nasal_ala_left", "nasal_ala_right", "nasal_tip")
# Beside the wing of the nose: so near a fold is left alone with it, and from there on it is treated
# more and more. Cut off beside the wing, its dark end would stay as a stub. Author's estimates.
_CREASE_MM, _ALAR_END_MM = 1.5, 11.0
_DARK_MM = 2.5  # the widest bottom of a crease below an eye. Author's estimate.
_GAP_MM = 2.0  # of a line that is found in pieces. Author's estimate.
_BELOW_BROWS_MM = (3.0, 6.0)  # over which treatment of frown lines ends
_LENS_END_MM = 3.0  # beside a lens, over which treatment begins. Author's estimate.
_CORNER_MM = (0.0, 3.0)  # outwards from it, over which crow's feet reach up to the lid
_LID_MM = (2.0, 13.0)  # inwards from the outer corner, between which crow's feet fade out


@dataclass(frozen=True, eq=False)
class Target:
    """Where a job works.

    Attributes:
        mask: (H, W) float32, what it replaces or changes, hand corrections included.
        beside: (H, W) float32, of a fold the weight that skin has when its shade is held to it;
            None of all else.
    """

    mask: Mask
    beside: Mask | None = None


def target_of(face: Face, job: Job) -> Target:
    """Return where a job works."""
    beside = None
    if job.treatment.spots:
        found = _joined(face, lesions_by_hand(face, job.treatment))
    elif job.term.operator == "lift":
        found, beside = band_of(face, job)
    elif job.term.operator == "fade" and job.term.sign in BROAD:
        found = _shared(face, job)
    elif job.term.sign == "crows_feet_lines":
        found = whole_lines(_found(face, job), face.px_per_mm) * _beside_the_eye(face, job)
    elif job.term.sign == "glabellar_lines":
        found = _found(face, job) * _above_nasal_root(face)
    else:
        found = _found(face, job)
    if job.term.operator != "lift" and not job.treatment.spots:
        found = found * (1.0 - exempt_mask(face, job.term.sign))
    seen = (hidden_mask(face) < UNDER_COVER).astype(np.float32)
    if spares_lenses(face, job):
        seen = seen * _beside_lenses(face)
    return Target(_corrected(face, found, own_strokes(face, job)) * seen, beside)


@cached_per(Scope.PIXELS)
def _above_nasal_root(face: Face) -> Mask:
    """(H, W) float32, 0 beside the root of the nose, whose shade is no line; 1 above."""
    x, y = _along_eyes(face)
    down = np.array([-y, x])
    heads = [point(f"brow_head_lower_{side}") for side in ("left", "right")]
    middle = face.landmarks_px[heads, :2].mean(axis=0)
    y, x = np.mgrid[: face.photo.height, : face.photo.width].astype(np.float32)
    below = (x - np.float32(middle[0])) * np.float32(down[0])
    below += (y - np.float32(middle[1])) * np.float32(down[1])
    return 1.0 - smooth_ramp(ramp(below / np.float32(face.px_per_mm), _BELOW_BROWS_MM))


def spares_lenses(face: Face, job: Job) -> bool:
    """Return whether glasses hide what a job's treatment does: then none of it is painted there."""
    return GLASSES in job.treatment.entry.hidden_by and wears_glasses(face)


@cached_per(Scope.SIZE)
def _beside_lenses(face: Face) -> Mask:
    """(H, W) float32, 0 behind lenses, 1 some mm beside them: a fold may not end in a step."""
    lens = (lens_mask(face) > 0.0).astype(np.uint8)
    away_mm = cv2.distanceTransform(1 - lens, cv2.DIST_L2, 5) / face.px_per_mm
    return smooth_ramp(ramp(away_mm, (0.0, _LENS_END_MM)))


@cached_per(Scope.PIXELS)
def areas_under_hair(face: Face, sign: str, region: str) -> tuple[float, float]:
    """Return how much of a sign was found in a region, px, and how much of that under hair."""
    found = detect(face, sign, region).mask.on_photo(face.photo.height, face.photo.width)
    spared = 0.0 if not exempts_hair(sign) else float((found * hair(face)).sum())
    return float(found.sum()), spared


def lesions_by_hand(face: Face, treatment: Treatment) -> list[Mole]:
    """Return the lesions picked by hand; where there is nothing dark, there is none."""
    height, width = face.photo.height, face.photo.width
    places = [(x * width - 0.5, y * height - 0.5) for x, y in treatment.spots]
    found = [mole_at(face, x, y) for x, y in places]
    return [one for one in found if one is not None]


def band_of(face: Face, job: Job) -> tuple[Mask, Mask]:
    """Return the band about a fold, and the weight of skin beside it; (H, W) float32 each."""
    bare = 1.0 - hair_shade_mask(face)
    line, skin = _found(face, job) * bare, skin_mask(face)
    if job.term.sign in BELOW_THE_EYE:
        free = below_lashes_beside_nose(face, job.region)
        return slopes(line, _closed(skin, face.px_per_mm), face.px_per_mm) * free * bare, (
            skin * free * bare
        )
    if job.term.sign not in OVERHUNG:
        return slopes(line, skin, face.px_per_mm) * bare, skin * bare
    band, beside = overhung(line, skin, _outward_mm(face, job), face.px_per_mm)
    far = np.minimum(bare, 1.0 - _towards_hair(face))
    return band * (1.0 - _nose(face)) * far * _deep(face, job), beside * bare


def _closed(skin: Mask, px_per_mm: float) -> Mask:
    """Skin with the bottom of creases, so dark that little of it is taken for skin."""
    wide = 2 * max(1, round(0.5 * _DARK_MM * px_per_mm)) + 1
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (wide, wide))
    return np.asarray(cv2.morphologyEx(skin, cv2.MORPH_CLOSE, disc), np.float32)


def _deep(face: Face, job: Job) -> float:
    """How much of a lift a fold is deep enough for, in [0, 1]; none of what is no fold."""
    none, whole = _A_FOLD
    grade = detect(face, job.term.sign, job.region).severity
    return float(np.clip((grade - none) / (whole - none), 0.0, 1.0))


@cached_per(Scope.PIXELS)
def _towards_hair(face: Face) -> Mask:
    """(H, W) float32, rises to 1 over some mm before hair."""
    wide = cv2.GaussianBlur(hair_shade_mask(face), (0, 0), _HAIR_MM * face.px_per_mm)
    return np.asarray(np.minimum(2.0 * wide, 1.0), np.float32)


def _along_eyes(face: Face) -> Points:
    """(2,) the direction in the photo from the right pupil to the left."""
    eyes = face.landmarks_px[point("pupil_left"), :2] - face.landmarks_px[point("pupil_right"), :2]
    return np.asarray(eyes / np.linalg.norm(eyes), np.float64)


def _outward_mm(face: Face, job: Job) -> Mask:
    """(H, W) float32, how far each pixel lies towards the job's side of the face."""
    y, x = np.mgrid[: face.photo.height, : face.photo.width].astype(np.float32)
    out = _along_eyes(face) * (1.0 if stem_and_side(job.region)[1] == "left" else -1.0)
    along = x * np.float32(out[0]) + y * np.float32(out[1])
    return np.asarray(along / np.float32(face.px_per_mm), np.float32)


def _nose(face: Face) -> Mask:
    """(H, W) float32, 1 on the wings and tip of the nose, falling off over the skin beside them."""
    parts = [region_mask(face, name) for name in _NOSE]
    beyond = (np.max(parts, axis=0) < 0.5).astype(np.uint8)
    if beyond.all():
        return np.zeros(beyond.shape, np.float32)
    away_mm = cv2.distanceTransform(beyond, cv2.DIST_L2, 5) / face.px_per_mm
    return np.asarray(1.0 - smooth_ramp(ramp(away_mm, (_CREASE_MM, _ALAR_END_MM))), np.float32)


def whole_lines(found: Mask, px_per_mm: float) -> Mask:
    """Return lines without gaps: what is left of a crease that goes in pieces looks like moles.

    Args:
        found: (H, W) float32 in [0, 1], the mask of lines.
        px_per_mm: scale.
    """
    wide = 2 * max(1, round(0.5 * _GAP_MM * px_per_mm)) + 1
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (wide, wide))
    return np.asarray(cv2.morphologyEx(found, cv2.MORPH_CLOSE, disc), np.float32)


def _beside_the_eye(face: Face, job: Job) -> Mask:
    """(H, W) float32, fades towards the middle of the lid, whose crease and lashes stay."""
    outward_mm = _outward_mm(face, job)
    side = stem_and_side(job.region)[1]
    x, y = np.round(face.landmarks_px[point(f"exocanthion_{side}"), :2]).astype(int)
    inside = 0 <= x < face.photo.width and 0 <= y < face.photo.height
    corner = outward_mm[y, x] if inside else outward_mm.min()
    full, none = _LID_MM
    shares = (outward_mm - corner + none) / (none - full)
    lid = below_lashes_beside_nose(face, job.region)
    beside = smooth_ramp(ramp(outward_mm - corner, _CORNER_MM))
    return np.asarray(np.clip(shares, 0.0, 1.0) * np.maximum(lid, beside), np.float32)


def _shared(face: Face, job: Job) -> Mask:
    """A region's share of the skin about all regions of a colour that has no edge of its own."""
    if not detect(face, job.term.sign, job.region).mask.mask.any():
        return np.zeros((face.photo.height, face.photo.width), np.float32)
    share = region_share(face, job.term.sign, job.region) * skin_mask(face)
    return np.asarray(np.where(share < 0.01, 0.0, share), np.float32)


def own_strokes(face: Face, job: Job) -> tuple[Stroke, ...]:
    """Return the strokes of a treatment that matter to one of its jobs.

    What is spared matters where it comes near; what is added is painted once, by the job whose
    region is the nearest, so that a stroke on a cheek does not repaint the forehead.
    """
    return tuple(stroke for stroke in job.treatment.strokes if _is_own(face, job, stroke))


def _is_own(face: Face, job: Job, stroke: Stroke) -> bool:
    if stroke.kind == "spare":
        return job.treatment.spots != () or _away_mm(face, job, stroke) < NEAR_MM + stroke.radius_mm
    others = list(jobs_of(Plan((job.treatment,))))
    return job == min(others, key=lambda other: _away_mm(face, other, stroke))


def _away_mm(face: Face, job: Job, stroke: Stroke) -> float:
    """How far a stroke stays from the box of a job's region, mm."""
    patch = region_patch(face, job.region)
    height, width = patch.mask.shape
    x, y = (_along(stroke) * (face.photo.width, face.photo.height) - 0.5).T
    off_x = np.maximum(np.maximum(patch.x - x, x - patch.x - width), 0.0)
    off_y = np.maximum(np.maximum(patch.y - y, y - patch.y - height), 0.0)
    return float(np.hypot(off_x, off_y).min()) / face.px_per_mm


def _along(stroke: Stroke) -> npt.NDArray[np.float64]:
    """Places along a stroke, (N, 2), close enough to each other for any region to be met."""
    points = np.array(stroke.points, np.float64)
    shares = np.linspace(0.0, 1.0, _BETWEEN, endpoint=False)[:, None, None]
    between = points[:-1] + shares * (points[1:] - points[:-1])
    return np.concatenate([between.reshape(-1, 2), points[-1:]])


def _found(face: Face, job: Job) -> Mask:
    patch = detect(face, job.term.sign, job.region).mask
    return patch.on_photo(face.photo.height, face.photo.width)


def _joined(face: Face, moles: Sequence[Mole]) -> Mask:
    out = np.zeros((face.photo.height, face.photo.width), np.float32)
    for mole in moles:
        np.maximum(out, mole.mask.on_photo(*out.shape), out=out)
    return out


def _corrected(face: Face, mask: Mask, strokes: Sequence[Stroke]) -> Mask:
    """A mask with what was brushed in and out by hand; never beyond the skin."""
    if not strokes:
        return mask
    out = mask.copy()
    for stroke in strokes:
        drawn = np.zeros(mask.shape, np.uint8)
        path = stroke.points if len(stroke.points) > 1 else stroke.points * 2  # a dot is a line
        at = np.array(path) * mask.shape[::-1] - 0.5
        thick = max(1, round(2 * stroke.radius_mm * face.px_per_mm))
        cv2.polylines(
            drawn, [np.round(at * 16).astype(np.int32)], False, 255, thick, cv2.LINE_AA, 4
        )
        brush = np.asarray(drawn, np.float32) / 255.0
        if stroke.kind == "add":
            soft = cv2.GaussianBlur(brush, (0, 0), SPARE_SOFT_MM * face.px_per_mm)
            out = np.maximum(out, np.asarray(soft, np.float32) * skin_mask(face))
        else:
            out *= brush <= 0  # spared to the byte
    return np.asarray(out, np.float32)
