"""Training samples: patches of skin, evenly by group and person, with something to fill in."""

from __future__ import annotations

import queue
import threading
from collections import defaultdict
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from face_mesh.arrays import Rgb
from simulate.inpaint.network import TILE_PX
from simulate.inpaint.standardise import Standard
from training.masks import random_mask
from training.people import Portrait

CONTEXT_PX = 24  # around a tile, for base and strength of the detail
LEAST_SKIN = 0.7  # of a tile
LEAST_WANTED_PX = 24
CAMERA_ODDS = 0.35  # of a patch as another camera would have taken it
_TRIES = 200

Batch = dict[str, npt.NDArray[np.float32]]


@dataclass(frozen=True, eq=False)
class Patch:
    """A crop of a portrait with context, and what of it is skin and is to be filled."""

    rgb: npt.NDArray[np.float32]
    skin: npt.NDArray[np.bool_]
    wanted: npt.NDArray[np.bool_]
    px_per_mm: float


class Sampler:
    """Draws patches: a group, a person of it, a photo, a scale, a place; each evenly."""

    def __init__(self, people: list[Portrait], seed: int) -> None:
        self.random = np.random.default_rng(seed)
        groups: dict[str, dict[str, list[Portrait]]] = defaultdict(lambda: defaultdict(list))
        for one in people:
            groups[one.group][one.person].append(one)
        self.groups = [list(persons.values()) for persons in groups.values()]
        self.sizes = np.array([len(persons) for persons in self.groups], float)

    def patch(self) -> Patch:
        """Return a patch with enough skin in it and enough of it wanted."""
        random, side = self.random, TILE_PX + 2 * CONTEXT_PX
        # Between even by group and even by person: a group of three people is not the whole world.
        odds = np.sqrt(self.sizes) / np.sqrt(self.sizes).sum()
        for _ in range(_TRIES):
            persons = self.groups[random.choice(len(self.groups), p=odds)]
            photos = persons[random.integers(len(persons))]
            levels = photos[random.integers(len(photos))].levels
            rank = min(int(random.geometric(0.45)) - 1, len(levels) - 1)
            picture, skin, ppm = levels[rank]
            if min(picture.shape[:2]) <= side:
                continue
            y = int(random.integers(picture.shape[0] - side))
            x = int(random.integers(picture.shape[1] - side))
            bare = skin[y : y + side, x : x + side] > 0.6
            inner = slice(CONTEXT_PX, CONTEXT_PX + TILE_PX)
            if bare[inner, inner].mean() < LEAST_SKIN:
                continue
            wanted = random_mask(side, ppm, random) & bare
            if wanted[inner, inner].sum() < LEAST_WANTED_PX:
                continue
            crop = picture[y : y + side, x : x + side]
            if random.random() < CAMERA_ODDS:
                crop = other_camera(crop, random)
            rgb, bare, wanted = (_turned(a, random_state=(y, x)) for a in (crop, bare, wanted))
            return Patch(rgb.astype(np.float32) / 255.0, bare, wanted, ppm)
        raise ValueError("The portraits show too little skin to train on.")

    def batch(self, size: int) -> Batch:
        """Return arrays of `size` samples, channels first."""
        rows = [arrays_of(self.patch()) for _ in range(size)]
        return {name: np.stack([row[name] for row in rows]) for name in rows[0]}


def arrays_of(patch: Patch) -> Batch:
    """Return detail (3, t, t), known and wanted (1, t, t) and px_per_mm () of the inner tile."""
    known = (patch.skin & ~patch.wanted).astype(np.float32)
    standard = Standard.of(patch.rgb, known, patch.px_per_mm)
    inner = (slice(CONTEXT_PX, CONTEXT_PX + TILE_PX),) * 2
    detail = standard.detail(patch.rgb)[inner].transpose(2, 0, 1)
    return {
        "detail": np.ascontiguousarray(detail, np.float32),
        "known": known[inner][None],
        "wanted": patch.wanted[inner].astype(np.float32)[None],
        "px_per_mm": np.float32(patch.px_per_mm),
    }


def other_camera(crop: Rgb, random: np.random.Generator) -> Rgb:
    """Return the crop a little softer, noisier, and compressed harder."""
    out = crop.astype(np.float32)
    if random.random() < 0.5:
        out = cv2.GaussianBlur(out, (0, 0), random.uniform(0.3, 0.8))
    if random.random() < 0.5:
        out += random.normal(0, random.uniform(0.5, 4.0), out.shape)
    out8 = np.clip(np.round(out), 0, 255).astype(np.uint8)
    if random.random() < 0.6:
        quality = int(random.integers(60, 96))
        coded = cv2.imencode(".jpg", out8, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
        out8 = np.asarray(cv2.imdecode(coded, cv2.IMREAD_COLOR), np.uint8)
    return out8


def _turned(array: npt.NDArray, random_state: tuple[int, int]) -> npt.NDArray:  # type: ignore[type-arg]
    """Turn by quarters and flip, the same way for arrays drawn at the same place."""
    y, x = random_state
    out = np.rot90(array, k=(y + x) % 4)
    return np.ascontiguousarray(out[:, ::-1] if (y // 4) % 2 else out)


class Feeder:
    """Batches made in a thread beside the training."""

    def __init__(self, sampler: Sampler, size: int) -> None:
        self.ready: queue.Queue[Batch] = queue.Queue(maxsize=4)
        self.sampler, self.size = sampler, size
        threading.Thread(target=self._work, daemon=True).start()

    def _work(self) -> None:
        while True:
            self.ready.put(self.sampler.batch(self.size))

    def __next__(self) -> Batch:
        """Return the next batch."""
        return self.ready.get()
