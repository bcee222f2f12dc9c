"""The embedded engine: our own small diffusion model, on two CPU cores, with nothing to download.

Works at one scale for everybody (`SCALE_PX_PER_MM`), in tiles where something is wanted, all tiles
in step with each other so that they agree where they overlap.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import dataclass

import numpy as np

from face_mesh.arrays import Bool, Mask, Rgb
from face_mesh.errors import EngineError
from face_mesh.messages import N_
from face_mesh.skin.masked_blur import blur
from face_mesh.skin.working_view import BARE
from simulate.composite import window_around
from simulate.inpaint import fine_detail
from simulate.inpaint.colour_resolution import to_levels
from simulate.inpaint.composite import composite
from simulate.inpaint.engine import Fill, Step
from simulate.inpaint.network import (
    COARSEST_PX_PER_MM,
    SCALE_PX_PER_MM,
    TILE_PX,
    conditions,
    predict,
)
from simulate.inpaint.out_of_memory import out_of_memory
from simulate.inpaint.sampler import Detail, denoise, expected_detail
from simulate.inpaint.standardise import Colour, Standard
from simulate.inpaint.texture_match import match_texture
from simulate.inpaint.tiles import tiles_over, window
from simulate.inpaint.weights import model

STEPS = 14
SAMPLING = 0.98  # share of the work
BATCH = 8  # tiles at a time: progress and cancelling come between two batches
CONTEXT_MM = 14.0  # of skin around what is wanted, for its colour and grain
SLOW_MM = 1.2  # standard deviation: detail coarser than this is expected, finer is drawn
LEAST_SHARE = 0.1  # at less, detail is no stronger: what is left of it is below 8 bits
# A photo whose scale is this near to one of the model's is not resized: to resize it and back would
# cost more texture than the model's being a little off its scale does.
NEAR_SCALE = 0.1
NO_MEMORY = N_(
    "There is not enough memory to paint this skin; close other programs or use a smaller photo."
)
NOT_PAINTED = N_(
    "The skin model failed on this photo; try another photo, or install Beforehand again."
)


class EmbeddedEngine:
    """The skin model that comes with Beforehand."""

    id = "embedded"

    def steps(self, request: Fill) -> Iterator[Step]:
        """Yield the steps of one fill.

        Raises:
            EngineError: the weights are missing or damaged, or memory ran out.
        """
        wanted = request.mask > 0
        if not wanted.any():
            yield Step(1.0, request.rgb.copy())
            return
        rows, columns = window_around(wanted, round(CONTEXT_MM * request.px_per_mm))
        try:
            work = _Work.of(request, wanted, rows, columns)
            detail = yield from _sampled(work, request.seed)
            filled = request.rgb.copy()
            filled[rows, columns] = work.picture(detail, request.seed)
            picture = composite(request, filled)
        except (MemoryError, RuntimeError, ImportError) as error:
            told = NO_MEMORY if out_of_memory(error) else NOT_PAINTED
            raise EngineError(told) from error
        yield Step(1.0, picture)


@dataclass(frozen=True, eq=False)
class _Work:
    """One fill at the scale of the model.

    Attributes:
        photo: (h, w, 3) float32, the window of the photo, at its own scale.
        known, wanted: (h, w) bool at the photo's scale.
        shape: (height, width) at the scale of the model.
        rgb, known_there, wanted_there: the same at the scale of the model, at least a tile large.
        standard: base and spread at the scale of the model.
        share: (h, w) float32 there, how much of what is made is blended in; 1 where nothing is.
        px_per_mm: of the model's scale.
        photo_px_per_mm: of the photo.
    """

    photo: Colour
    known: Bool
    wanted: Bool
    shape: tuple[int, int]
    rgb: Colour
    known_there: Bool
    wanted_there: Bool
    standard: Standard
    share: Mask
    px_per_mm: float
    photo_px_per_mm: float

    @classmethod
    def of(cls, request: Fill, target: Bool, rows: slice, columns: slice) -> _Work:
        """Bring the window of a fill to the scale of the model."""
        photo = request.rgb[rows, columns].astype(np.float32) / 255.0
        here = target[rows, columns]
        bare = here | True if request.skin is None else request.skin[rows, columns] > BARE
        known = bare & ~here
        share = request.mask[rows, columns].astype(np.float32)
        ppm = min(max(request.px_per_mm, COARSEST_PX_PER_MM), SCALE_PX_PER_MM)
        factor = ppm / request.px_per_mm
        if abs(factor - 1.0) <= NEAR_SCALE:
            factor, ppm = 1.0, request.px_per_mm
        height, width = (max(1, round(n * factor)) for n in here.shape)
        small = [
            fine_detail.resize_to(a, (height, width)) if factor != 1.0 else a
            for a in (photo, here.astype(np.float32), known.astype(np.float32), share)
        ]
        pad = [(0, max(0, TILE_PX - n)) for n in (height, width)]
        rgb = np.pad(small[0], [*pad, (0, 0)], mode="edge")
        wanted_there = np.pad(small[1] > 0, pad)
        known_there = np.pad(small[2] > 0.99, pad) & ~wanted_there
        standard = Standard.of(rgb, known_there.astype(np.float32), ppm)
        return cls(
            photo,
            known,
            here,
            (height, width),
            rgb,
            known_there,
            wanted_there,
            standard,
            np.where(wanted_there, np.pad(small[3] / np.maximum(small[1], 1e-6), pad), 1.0),
            ppm,
            request.px_per_mm,
        )

    def picture(self, detail: Colour, seed: int) -> Rgb:
        """Return the window of the photo with its wanted pixels filled, (h, w, 3) uint8."""
        gain = rim_gain(self.share, self.standard.detail(self.rgb), detail)
        made = self.standard.picture(detail * gain[..., None])
        if self.shape != self.photo.shape[:2]:
            # What is neither skin nor filled may not reach into the fill when that is resized.
            ours = (self.known_there | self.wanted_there)[..., None]
            height, width = self.shape
            made = np.where(ours, made, self.standard.base)[:height, :width]
            if self.photo_px_per_mm > self.px_per_mm:
                made = fine_detail.enlarge(made, self.wanted.shape) + self._finer(seed)
            else:
                made = fine_detail.resize_to(made, self.wanted.shape)
        else:
            made = made[: self.shape[0], : self.shape[1]]
        return to_levels(made, self.photo, self.known)

    def _finer(self, seed: int) -> Colour:
        """Return what the model's scale does not show, (h, w, 3)."""
        height, width = self.shape
        smooth = fine_detail.resize_to(self.standard.base[:height, :width], self.wanted.shape)
        # So that beside other things the band holds nothing of them.
        skin = np.where((self.known | self.wanted)[..., None], self.photo, smooth)
        band = fine_detail.fine_band(skin, self.shape)
        return fine_detail.borrow_detail(band, self.known, self.wanted, self.photo_px_per_mm, seed)


def rim_gain(share: Mask, photo: Colour, made: Colour) -> Mask:
    """Return by how much to strengthen made detail of which only a share is blended in, (h, w).

    Two textures that know nothing of each other weaken when mixed: at a half, to half the energy,
    which leaves a smooth rim along a soft mask. With this gain g and a likeness r of the two the
    energy is that of one, (1 - share)^2 + 2 r (1 - share) g share + (g share)^2 = 1. Under a narrow
    mask they do know of each other, for both go on from the same skin: r is their correlation.

    Args:
        share: (h, w) float32, 1 where all of it is taken or nothing is made.
        photo: (h, w, 3) float32, standardised detail of what it is blended with.
        made: (h, w, 3) float32.
    """
    some = np.clip(share, LEAST_SHARE, 1.0)
    rim = some < 1.0
    weight = (some * (1.0 - some))[rim][:, None]
    one, other = photo[rim], made[rim]
    energies = float((weight * one * one).sum()) * float((weight * other * other).sum())
    likeness = max(0.0, float((weight * one * other).sum())) / max(energies, 1e-12) ** 0.5
    left = likeness * (1.0 - some)
    gain = (np.sqrt(left * left + some * (2.0 - some)) - left) / some
    return np.asarray(gain, np.float32)


def _sampled(work: _Work, seed: int) -> Generator[Step, None, Colour]:
    """Yield the steps of the sampling; return the detail, (h, w, 3) float32."""
    net = model()
    tiles = tiles_over(work.wanted_there, TILE_PX)
    known = work.known_there[None].astype(np.float32)
    wanted = work.wanted_there[None].astype(np.float32)
    detail = np.ascontiguousarray(work.standard.detail(work.rgb).transpose(2, 0, 1))
    weight = window(TILE_PX)
    ppm = min(max(work.px_per_mm, COARSEST_PX_PER_MM), SCALE_PX_PER_MM)
    scale = np.full(len(tiles), ppm, np.float32)
    given = conditions(_cut(detail, tiles), _cut(known, tiles), _cut(wanted, tiles), scale)
    random = np.random.default_rng(seed)
    run, v = denoise(random.standard_normal(detail.shape, np.float32), STEPS, random), None
    done, hoped = 0, detail
    while True:
        try:
            step, noisy = run.send(v) if v is not None else next(run)
        except StopIteration as end:
            made = _evened(end.value, hoped, wanted, SLOW_MM * work.px_per_mm)
            made = np.ascontiguousarray(np.where(wanted > 0, made, detail).transpose(1, 2, 0))
            return match_texture(
                made, work.standard, work.known_there, work.wanted_there, work.px_per_mm
            )
        total, times = np.zeros_like(detail), np.zeros_like(known)
        for first in range(0, len(tiles), BATCH):
            some = tiles[first : first + BATCH]
            parts = predict(net, _cut(noisy, some), given[first : first + BATCH], step)
            for (y, x), part in zip(some, parts, strict=True):
                at = (slice(None), slice(y, y + TILE_PX), slice(x, x + TILE_PX))
                total[at] += weight * part
                times[at] += weight
            done += len(some)
            yield Step(SAMPLING * done / (STEPS * len(tiles)))
        mean = np.asarray(total / np.maximum(times, 1e-6), np.float32)
        if v is None:
            hoped = expected_detail(step, noisy, mean)
        v = mean


def _evened(made: Detail, hoped: Detail, wanted: Detail, sigma_px: float) -> Detail:
    """Return made detail with what varies slowly in it as it is expected, not as it was drawn.

    Grain must be drawn, for its mean is no grain. The colour of a patch need not be: the mean is
    nearer to the truth than a draw is, and a draw may be a blotch that nobody has.
    """
    off = (wanted * (hoped - made)).transpose(1, 2, 0)
    return made + blur(off, sigma_px).transpose(2, 0, 1)


def _cut(canvas: Detail, tiles: list[tuple[int, int]]) -> Detail:
    return np.stack([canvas[:, y : y + TILE_PX, x : x + TILE_PX] for y, x in tiles])
