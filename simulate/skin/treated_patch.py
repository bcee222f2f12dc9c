"""The fully treated skin of a job: found, painted once a face and engine, and then only blended."""

from __future__ import annotations

from collections.abc import Callable, Generator, Hashable
from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np

from face_mesh import Face
from face_mesh.arrays import Bool, Mask, Rgb
from face_mesh.cache import Scope, cached_per
from face_mesh.skin.blob_sign import blobs_of_region
from face_mesh.skin.folds import crease
from face_mesh.skin.lesions import darkness
from face_mesh.skin.pigment import freckle_darkness, freckles
from face_mesh.skin.signs import SIGNS, detect
from face_mesh.skin.skin_mask import skin_mask
from face_mesh.skin.working_view import View
from simulate.catalogue.procedure import FRECKLES, LESIONS
from simulate.composite import window_around
from simulate.inpaint.engine import Fill
from simulate.inpaint.registry import engine as engine_named
from simulate.progress import share_of
from simulate.skin.exemption import apart_mask
from simulate.skin.fade_colour import fade, fade_dots, fade_spots
from simulate.skin.fill_fold import lift_shade
from simulate.skin.grain import Grain, mix_evenly
from simulate.skin.masks import Target, lesions_by_hand, own_strokes, spares_lenses, target_of
from simulate.skin.match_colour import match
from simulate.skin.tasks import Job

CONTEXT_MM = 16.0  # of skin around a mask that engines may look at
NOTHING = 0.05  # grade below which there is nothing to treat
HARDLY_DARK = 0.03  # ln of light: grain alone leaves as much
PAINTING = 0.9  # of the work; the rest is reading what came of it
BULGES = ("eye_bags",)  # light where they stand out and dark below
BLENDS = (0.35, 0.7)  # between photo and fully treated skin, where the severity is read too
SEEN_MM = 0.6  # standard deviation: at arm's length an eye sees no finer than this on a face
_INSIDE, _MOST_SEEN = 0.3, 0.98  # of a mask, and of the changes there
_BLENDED = (0.0, *BLENDS, 1.0)

Progress = Generator[float, None, "TreatedPatch"]


@dataclass(frozen=True, eq=False)
class TreatedPatch:
    """One sign in one region before and after all that treatment could do.

    Attributes:
        rows, columns: window of the photo.
        photo: (h, w, 3) uint8, the photo there.
        picture: (h, w, 3) uint8, fully treated; equal to the photo to the byte outside the mask.
        changed: (h, w) bool, where they differ.
        mask: (h, w) float32 in [0, 1], how much of each pixel the treatment asks for: soft,
            0 at the edge of what is changed.
        painted: whether an engine painted it.
        severities: read off the photo, off the two mixed at the shares `BLENDS`, off the picture.
        levels: by how much they differ in lightness where they do most, for an eye that does not
            see single grains.
        grain: what the two have in common; None where nothing is painted, which is the same grain.
    """

    rows: slice
    columns: slice
    photo: Rgb
    picture: Rgb
    changed: Bool
    mask: Mask
    painted: bool
    severities: tuple[float, ...]
    levels: float = 0.0
    grain: Grain | None = None

    def mix(self, share: float | Mask) -> Rgb:
        """Return the window treated by a share, (h, w, 3) uint8; the share may be (h, w)."""
        if not self.changed.any():
            return self.photo.copy()
        return _mix(self.photo, self.picture, self.grain, share)

    @property
    def before(self) -> float:
        """Severity on the photo."""
        return self.severities[0]

    def weight(self, share: float) -> float:
        """How far to blend so that a share of the severity goes, in [0, 1].

        Severity is not linear in the blend (faint lines stop counting), and an engine may leave a
        little of a sign: what counts is what a detector reads off the picture that is shown.
        """
        if share <= 0.0:
            return 0.0
        if self.before < NOTHING:
            return min(1.0, share)
        wanted = (1.0 - share) * self.before
        for i, (above, below) in enumerate(pairwise(self.severities)):
            if below <= wanted:
                way = (above - wanted) / max(above - below, 1e-12)
                return float(_BLENDED[i] + way * (_BLENDED[i + 1] - _BLENDED[i]))
        # Painting farther than to the least that is read helps no more.
        return _BLENDED[int(np.argmin(self.severities))]

    def severity(self, weight: float) -> float:
        """Return the severity at a blend."""
        return float(np.interp(weight, _BLENDED, self.severities))


def treatment_steps(face: Face, job: Job, engine: str, seed: int) -> Progress:
    """Work out a job; yields the share done. Kept with the face, one per job's place.

    The engine of that name is loaded only if something is to be painted.

    Raises:
        PlanError: there is no such engine.
        EngineError: the engine failed.
    """
    spared = spares_lenses(face, job)
    kept = patch_at(face, job.term.sign, job.term.operator, job.region, spared)
    asked = (job.treatment.spots, own_strokes(face, job), engine, seed)
    if (patch := kept.get(asked)) is None:
        patch = yield from _worked(face, job, engine, seed)
        kept.clear()
        kept[asked] = patch
    return patch


@cached_per(Scope.PIXELS)
def patch_at(
    face: Face, sign: str, operator: str, region: str, spared: bool
) -> dict[Hashable, TreatedPatch]:
    """Return what is kept of a job's place: the skin treated last, by all else it depends on.

    Args:
        face: the measured face.
        sign: id of a sign.
        operator: of its treatment.
        region: of the face.
        spared: whether nothing is painted behind lenses.
    """
    return {}


def _worked(face: Face, job: Job, engine: str, seed: int) -> Progress:
    target = target_of(face, job)
    mask = target.mask
    severity = _severity_of(face, job)
    before = severity(face)
    rows, columns = window_around(mask > 0, round(CONTEXT_MM * face.px_per_mm))
    photo = face.photo.image[rows, columns]
    if not mask.any():
        same = np.zeros(photo.shape[:2], np.bool_)
        none = np.zeros(same.shape, np.float32)
        severities = (before,) * len(_BLENDED)
        return TreatedPatch(rows, columns, photo, photo, same, none, False, severities)
    painting = _painted(face, job, target, (rows, columns), engine, seed)
    picture = yield from share_of(painting, PAINTING)
    painted = job.term.operator != "fade"
    changed = (picture != photo).any(axis=2)
    grain = Grain.of(photo, picture, face.px_per_mm) if painted and changed.any() else None
    mixed = [*(_mix(photo, picture, grain, share) for share in BLENDS), picture]
    read = [before]
    for i, window in enumerate(mixed):
        yield PAINTING + (1.0 - PAINTING) * i / len(mixed)
        image = face.photo.image.copy()
        image[rows, columns] = window
        read.append(severity(face.repainted(image)))
    here = np.ascontiguousarray(mask[rows, columns])
    levels = _seen_levels(photo, picture, here, face.px_per_mm)
    return TreatedPatch(
        rows, columns, photo, picture, changed, here, painted, tuple(read), levels, grain
    )


def _seen_levels(photo: Rgb, picture: Rgb, mask: Mask, px_per_mm: float) -> float:
    inside = mask > _INSIDE
    if not inside.any():
        return 0.0
    change = picture.astype(np.float32).mean(axis=2) - photo.mean(axis=2)
    broad = cv2.GaussianBlur(change.astype(np.float32), (0, 0), SEEN_MM * px_per_mm)
    return float(np.quantile(np.abs(broad[inside]), _MOST_SEEN))


def _severity_of(face: Face, job: Job) -> Callable[[Face], float]:
    """Return what reads the severity of the job's sign off this face, however it is repainted.

    Of lesions picked by hand it is how many are left: one half as dark against the skin around it
    as it was counts half.
    """
    if job.term.sign == FRECKLES:
        return _freckles_left(face, job.region)
    if not job.treatment.spots:
        return lambda seen: detect(seen, job.term.sign, job.region).severity
    seen_at_first = [(one, darkness(face, one)) for one in lesions_by_hand(face, job.treatment)]
    # One hardly darker than the skin around it cannot be read; it is painted as asked.
    found = [(one, dark) for one, dark in seen_at_first if dark > HARDLY_DARK]
    return lambda seen: sum(
        float(np.clip(darkness(seen, one) / at_first, 0.0, 1.0)) for one, at_first in found
    )


def _freckles_left(face: Face, region: str) -> Callable[[Face], float]:
    """Return what reads how many freckles of a region are left, one half as dark as a half."""
    view = View.of(face)
    dots = blobs_of_region(freckles(view), view.area(region))
    at_first = np.maximum(freckle_darkness(view, dots), 1e-3)
    return lambda seen: float(
        np.clip(freckle_darkness(View.of(seen), dots) / at_first, 0.0, 1.0).sum()
    )


def _mix(photo: Rgb, picture: Rgb, grain: Grain | None, share: float | Mask) -> Rgb:
    if grain is None:
        return mix_evenly(photo, picture, share)
    return grain.mix(photo, picture, share)


def _painted(
    face: Face, job: Job, target: Target, at: tuple[slice, slice], engine: str, seed: int
) -> Generator[float, None, Rgb]:
    """The window of the photo with the job fully done."""
    photo, here, skin = face.photo.image[at], target.mask[at], skin_mask(face)[at]
    sign, operator = job.term.sign, job.term.operator
    if operator == "fade":
        yield 1.0
        if sign == FRECKLES:
            return fade_dots(face, target.mask, at)
        if sign == "pigment_spots":
            return fade_spots(face, job.region, target.mask, at)
        return fade(face, sign, job.region, target.mask, at)
    if operator == "lift":
        own = 1.0 - apart_mask(face, sign)[at]
        beside = (skin if target.beside is None else target.beside[at]) * own
        photo, deep = lift_shade(
            photo, here, skin * own, face.px_per_mm, skin_beside=beside, both_ways=sign in BULGES
        )
        line = crease(face, job.region).on_photo(face.photo.height, face.photo.width)
        here = np.minimum(np.maximum(line[at], deep), here) * own
    picture = photo
    words = f"{SIGNS[sign].name.lower()} of the {job.region.replace('_', ' ')}"
    for step in engine_named(engine).steps(Fill(photo, here, face.px_per_mm, seed, skin, words)):
        yield step.fraction
        picture = picture if step.picture is None else step.picture
    if sign == LESIONS:  # nothing of a lesion's own colour may stay
        return picture
    return match(photo, picture, here, skin, face.px_per_mm)
