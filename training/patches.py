"""Patches of skin with something to fill in, the same ones for every way of filling."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import cycle, islice

import cv2
import numpy as np

from face_mesh.arrays import Bool, Rgb
from training.masks import SHAPES, drawn
from training.people import Portrait

SIDE_PX = 112
INNER_PX = 64  # the mask stays within this middle part
LEAST_SKIN = 0.95
LEAST_MASKED_PX = 24
_TRIES = 400


@dataclass(frozen=True, eq=False)
class Case:
    """A patch of a portrait and a mask to fill.

    Attributes:
        rgb: (SIDE_PX, SIDE_PX, 3) uint8.
        skin, mask: bool, of its size; the mask lies on skin.
        px_per_mm: its scale.
        shape: of the mask, one of `masks.SHAPES`.
        group, person: of the portrait.
        ita_deg: individual typology angle of its skin, as `face_mesh.skin.tone` defines it.
    """

    rgb: Rgb
    skin: Bool
    mask: Bool
    px_per_mm: float
    shape: str
    group: str
    person: str
    ita_deg: float


def cases(people: list[Portrait], each: int, seed: int) -> list[Case]:
    """Return `each` patches of every group, evenly by person and by mask shape."""
    groups: dict[str, dict[str, list[Portrait]]] = defaultdict(lambda: defaultdict(list))
    for one in people:
        groups[one.group][one.person].append(one)
    found: list[Case] = []
    for group in sorted(groups):
        random = np.random.default_rng([seed, len(group)])
        persons = [groups[group][person] for person in sorted(groups[group])]
        random.shuffle(persons)
        found += islice(_drawn(persons, random), each)
    return found


def _drawn(persons: list[list[Portrait]], random: np.random.Generator) -> Iterator[Case]:
    # Both go round, so every person meets every shape unless their counts share a divisor.
    for turn, photos in enumerate(cycle(persons)):
        portrait = photos[turn // len(persons) % len(photos)]
        shape = SHAPES[(turn + turn // len(persons)) % len(SHAPES)]
        case = _case(portrait, shape, random)
        if case is not None:
            yield case


def _case(portrait: Portrait, shape: str, random: np.random.Generator) -> Case | None:
    picture, soft, ppm = portrait.levels[0]
    low = (SIDE_PX - INNER_PX) // 2
    inner = (slice(low, low + INNER_PX),) * 2
    for _ in range(_TRIES):
        y, x = (int(random.integers(size - SIDE_PX)) for size in picture.shape[:2])
        at = (slice(y, y + SIDE_PX), slice(x, x + SIDE_PX))
        skin = soft[at] > 0.6
        if skin.mean() < LEAST_SKIN:
            continue
        mask = np.zeros(skin.shape, np.bool_)
        mask[inner] = drawn(shape, INNER_PX, ppm, random) & skin[inner]
        if mask.sum() < LEAST_MASKED_PX:
            continue
        rgb = np.ascontiguousarray(picture[at])
        ita = _ita_deg(rgb[skin])
        return Case(rgb, skin, mask, ppm, shape, portrait.group, portrait.person, ita)
    return None


def _ita_deg(pixels: Rgb) -> float:
    lab = cv2.cvtColor(pixels[None].astype(np.float32) / 255.0, cv2.COLOR_RGB2LAB)[0]
    light, _, yellow = np.median(lab, axis=0)
    return float(np.degrees(np.arctan2(light - 50.0, yellow)))
