"""Patches of skin with something to fill in, the same ones for every way of filling."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

import cv2
import numpy as np

from face_mesh.arrays import Bool, Rgb
from training.masks import SHAPES, drawn
from training.people import Portrait

SIDE_MM = 35.0
INNER_MM = 20.0  # the mask stays within this middle part
LEAST_SKIN = 0.95
LEAST_MASKED_MM2 = 2.0  # less says nothing about texture
_TRIES = 400


@dataclass(frozen=True, eq=False)
class Case:
    """A patch of a portrait and a mask to fill.

    Attributes:
        rgb: (h, h, 3) uint8, `SIDE_MM` of skin.
        skin, mask: bool, of its size; the mask lies on skin.
        px_per_mm: its scale.
        shape: of the mask, one of `masks.SHAPES`.
        group, person: of the portrait.
        ita_deg: individual typology angle of its skin, as `face_mesh.skin.skin_tone` defines it.
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
    """Return up to `each` patches of every group, evenly by person and by mask shape.

    Fewer only where the portraits show too little skin.
    """
    groups: dict[str, dict[str, list[Portrait]]] = defaultdict(lambda: defaultdict(list))
    for one in people:
        groups[one.group][one.person].append(one)
    found: list[Case] = []
    for rank, group in enumerate(sorted(groups)):
        random = np.random.default_rng([seed, rank])
        persons = [groups[group][person] for person in sorted(groups[group])]
        random.shuffle(persons)
        found += islice(_drawn(persons, each, random), each)
    return found


def _drawn(persons: list[list[Portrait]], each: int, random: np.random.Generator) -> Iterator[Case]:
    """Go round the persons; in every round each meets the next shape, whatever their number."""
    for turn in range(_TRIES * each):
        lap, person = divmod(turn, len(persons))
        photos = persons[person]
        portrait = photos[lap % len(photos)]
        case = _case(portrait, SHAPES[(lap + person) % len(SHAPES)], random)
        if case is not None:
            yield case


def _case(portrait: Portrait, shape: str, random: np.random.Generator) -> Case | None:
    picture, soft, ppm = portrait.levels[0]
    side, middle = round(SIDE_MM * ppm), round(INNER_MM * ppm)
    if min(picture.shape[:2]) <= side:
        return None
    low = (side - middle) // 2
    inner = (slice(low, low + middle),) * 2
    for _ in range(_TRIES):
        y, x = (int(random.integers(size - side)) for size in picture.shape[:2])
        at = (slice(y, y + side), slice(x, x + side))
        skin = soft[at] > 0.6
        if skin.mean() < LEAST_SKIN:
            continue
        mask = np.zeros(skin.shape, np.bool_)
        mask[inner] = drawn(shape, middle, ppm, random) & skin[inner]
        if mask.sum() < LEAST_MASKED_MM2 * ppm**2:
            continue
        rgb = np.ascontiguousarray(picture[at])
        ita = _ita_deg(rgb[skin])
        return Case(rgb, skin, mask, ppm, shape, portrait.group, portrait.person, ita)
    return None


def _ita_deg(pixels: Rgb) -> float:
    lab = cv2.cvtColor(pixels[None].astype(np.float32) / 255.0, cv2.COLOR_RGB2LAB)[0]
    light, _, yellow = np.median(lab, axis=0)
    return float(np.degrees(np.arctan2(light - 50.0, yellow)))
