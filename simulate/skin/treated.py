"""The fully treated skin of a job: found, painted once a face and engine, and then only blended."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from face_mesh import Face
from face_mesh.arrays import Bool, Mask, Rgb
from face_mesh.skin.folds import crease
from face_mesh.skin.lesions import Mole, mole_at
from face_mesh.skin.reading import SIGNS, detect
from face_mesh.skin_mask import skin_mask
from simulate.plan import LESIONS, Stroke
from simulate.skin.engine import Fill
from simulate.skin.engines import engine as engine_named
from simulate.skin.fade import faded
from simulate.skin.jobs import Job
from simulate.skin.lift import lifted, slopes
from simulate.skin.settle import settled

CONTEXT_MM = 16.0  # of skin around a mask that engines may look at
NOTHING = 0.05  # grade below which there is nothing to treat
SPARE_SOFT_MM = 0.4
BULGES = ("eye_bags",)  # light where they stand out and dark below
BLENDS = (0.5,)  # between photo and fully treated skin, where the severity is read too
_BLENDED = (0.0, *BLENDS, 1.0)

Progress = Generator[float, None, "Treated"]


@dataclass(frozen=True, eq=False)
class Treated:
    """One sign in one region before and after all that treatment could do.

    Attributes:
        rows, columns: window of the photo.
        photo: (h, w, 3) uint8, the photo there.
        picture: (h, w, 3) uint8, fully treated; equal to the photo to the byte outside the mask.
        changed: (h, w) bool, where they differ.
        painted: whether an engine painted it.
        severities: read off the photo, off the two mixed at the shares `BLENDS`, off the picture.
    """

    rows: slice
    columns: slice
    photo: Rgb
    picture: Rgb
    changed: Bool
    painted: bool
    severities: tuple[float, ...]

    @property
    def before(self) -> float:
        """Severity on the photo."""
        return self.severities[0]

    def weight(self, share: float) -> float:
        """How far to blend so that a share of the severity goes, in [0, 1].

        Severity is not linear in the blend (faint lines stop counting), and an engine may leave a
        little of a sign: what counts is what a detector reads off the picture that is shown.
        """
        best = int(np.argmin(self.severities))  # painting farther than that helps no more
        falling = np.minimum.accumulate(self.severities)[: best + 1]
        if share <= 0.0:
            return 0.0
        if self.before < NOTHING:
            return min(1.0, share)
        wanted = (1.0 - share) * self.before
        return float(np.interp(-wanted, -falling, _BLENDED[: best + 1]))

    def severity(self, weight: float) -> float:
        """Return the severity at a blend."""
        return float(np.interp(weight, _BLENDED, self.severities))


def treated(face: Face, job: Job, engine: str, seed: int) -> Progress:
    """Work out a job; yields the share done. Kept in the face's workspace, one per job's place.

    The engine of that name is loaded only if something is to be painted.

    Raises:
        PlanError: there is no such engine.
        EngineError: the engine failed.
    """
    size = f"{face.photo.width}x{face.photo.height}"
    place = f"skin/treated/{size}/{job.term.sign}/{job.term.operator}/{job.region}"
    whole = f"{job.key}/{engine}/{seed}"
    kept = face.workspace.get(place)
    if kept is not None and kept[0] == whole:
        made: Treated = kept[1]
        return made
    made = yield from _worked(face, job, engine, seed)
    face.workspace[place] = (whole, made)
    return made


def mask_of(face: Face, job: Job) -> Mask:
    """Return (H, W) float32, what a job replaces or changes, hand corrections included."""
    found = _spots(face, job) if job.treatment.spots else _found(face, job)
    if job.term.operator == "lift":
        found = slopes(found, skin_mask(face), face.px_per_mm)
    return _corrected(face, found, job.treatment.strokes)


def _found(face: Face, job: Job) -> Mask:
    patch = detect(face, job.term.sign, job.region).mask
    return patch.placed(face.photo.height, face.photo.width)


def _spots(face: Face, job: Job) -> Mask:
    height, width = face.photo.height, face.photo.width
    out = np.zeros((height, width), np.float32)
    for found in _picked(face, job):
        if found is not None:
            out = np.maximum(out, found.mask.placed(height, width))
    return out


def _picked(face: Face, job: Job) -> list[Mole | None]:
    height, width = face.photo.height, face.photo.width
    places = [(x * width - 0.5, y * height - 0.5) for x, y in job.treatment.spots]
    return [mole_at(face, x, y) for x, y in places]


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


def _worked(face: Face, job: Job, engine: str, seed: int) -> Progress:
    mask = mask_of(face, job)
    before = _severity(face, job)
    rows, columns = _window(mask, CONTEXT_MM * face.px_per_mm)
    photo = face.photo.image[rows, columns]
    if not mask.any():
        same = np.zeros(photo.shape[:2], np.bool_)
        severities = (before,) * (len(BLENDS) + 2)
        return Treated(rows, columns, photo, photo, same, False, severities)
    picture = yield from _painted(face, job, mask, (rows, columns), engine, seed)
    mixed = [_mixed(photo, picture, share) for share in BLENDS]
    severities = (before, *(_read(face, job, (rows, columns), one) for one in (*mixed, picture)))
    changed = (picture != photo).any(axis=2)
    painted = job.term.operator != "fade"
    return Treated(rows, columns, photo, picture, changed, painted, severities)


def _mixed(photo: Rgb, picture: Rgb, share: float) -> Rgb:
    return np.asarray(cv2.addWeighted(photo, 1.0 - share, picture, share, 0.0), np.uint8)


def _read(face: Face, job: Job, at: tuple[slice, slice], window: Rgb) -> float:
    """The severity of the job's sign with a window of the photo repainted."""
    image = face.photo.image.copy()
    image[at] = window
    return _severity(face.repainted(image), job)


def _severity(face: Face, job: Job) -> float:
    """The severity of the job's sign; of lesions picked by hand, how many of them are seen."""
    if not job.treatment.spots:
        return detect(face, job.term.sign, job.region).severity
    return float(sum(found is not None for found in _picked(face, job)))


def _painted(
    face: Face, job: Job, mask: Mask, at: tuple[slice, slice], engine: str, seed: int
) -> Generator[float, None, Rgb]:
    """The window of the photo with the job fully done."""
    photo, here, skin = face.photo.image[at], mask[at], skin_mask(face)[at]
    sign, operator = job.term.sign, job.term.operator
    if operator == "fade":
        yield 1.0
        return faded(face, sign, job.region, mask, at)
    if operator == "lift":
        both_ways = sign in BULGES
        photo, deep = lifted(photo, here, skin, face.px_per_mm, both_ways=both_ways)
        line = crease(face, job.region).placed(face.photo.height, face.photo.width)
        here = np.minimum(np.maximum(line[at], deep), here)
    picture = photo
    words = f"{SIGNS[sign].name.lower()} of the {job.region.replace('_', ' ')}"
    for step in engine_named(engine).steps(Fill(photo, here, face.px_per_mm, seed, skin, words)):
        yield step.fraction
        picture = picture if step.picture is None else step.picture
    if sign == LESIONS:  # nothing of a lesion's own colour may stay
        return picture
    return settled(photo, picture, here, skin, face.px_per_mm)


def _window(mask: Mask, context_px: float) -> tuple[slice, slice]:
    spans = []
    for axis, size in ((1, mask.shape[0]), (0, mask.shape[1])):
        at = np.flatnonzero((mask > 0).any(axis=axis))
        low, high = (int(at[0]), int(at[-1]) + 1) if at.size else (0, 0)
        pad = round(context_px) if at.size else 0
        spans.append(slice(max(0, low - pad), min(size, high + pad)))
    return spans[0], spans[1]
