"""Portraits with covers painted on them, whose place is known: what the cover network learns from.

Hands, masks, patches, dark glasses, tubes, splints, plasters, fringes and other things are painted
on crops of real portraits, among them real people with glasses and beards, which are no covers.
Lips are also painted pale and cheeks dark, so that it is not learnt that a pale mouth is a covered
one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from face_mesh.arrays import Mask, Points, Rgb
from face_mesh.covers.face_crop import CELL_PX, SIZE_PX, band_input, eye_band, input_of
from face_mesh.landmarks.anatomy import curve
from face_mesh.landmarks.model_file import canonical_mesh

STORED_PX = 288  # side of a stored crop
STORED_SCALE = 1.5  # its px per px of the network's
SIDES = ("left", "right")

Generator = np.random.Generator
Layer = tuple[npt.NDArray[np.float32], Mask]  # colour (H, W, 3) in 0..255, and alpha
Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Crop:
    """A portrait as it is stored.

    Attributes:
        person: who.
        rgb: (S, S, 3) uint8, upright, with room for turning.
        skin: (S, S) float32, bare skin.
        points: (478, 2) landmarks in px of the crop.
        px_per_mm: of the crop.
        glasses: whether the person wears some.
        turned: the face drawn upright on a photo upside down.
    """

    person: str
    rgb: Rgb
    skin: Mask
    points: Points
    px_per_mm: float
    glasses: bool
    turned: bool = False


@dataclass(frozen=True, eq=False)
class Sample:
    """What the network is given and what it should say.

    Attributes:
        seen: (3, S, S) float32.
        covered: (S / 4, S / 4) float32, how much of each cell is covered.
        counts: the same, 0 where nobody knows.
        classes: (2,) float32: glasses, upside down.
    """

    seen: Floats
    covered: Mask
    counts: Mask
    classes: Floats


def sample(crop: Crop, rng: Generator) -> Sample:
    """Return a portrait changed by chance, with or without covers."""
    image, covered = crop.rgb.astype(np.float32), np.zeros(crop.rgb.shape[:2], np.float32)
    glasses = crop.glasses
    if not crop.turned:
        image = _complexion(image, crop, rng)
        chance = rng.random()
        if chance < 0.6:
            for _ in range(1 + (rng.random() < 0.25)):
                colour, alpha = _COVERS[rng.choice(len(_COVERS), p=_ODDS)](crop, rng)
                image, covered = _over(image, covered, colour, alpha, 1.0, rng)
        if not crop.glasses and rng.random() < 0.4:
            dark = rng.random() < 0.25
            colour, rim, lens = _spectacles(crop, rng, dark)
            image, covered = _over(image, covered, colour, np.maximum(rim, lens), float(dark), rng)
            glasses = True
    matrix = _jitter(rng)
    size = (SIZE_PX, SIZE_PX)
    mean = cv2.GaussianBlur(image, (0, 0), 0.5)
    small = cv2.warpAffine(mean, matrix, size, borderMode=cv2.BORDER_REPLICATE)
    truth = cv2.warpAffine(covered, matrix, size)
    known = _known(crop, covered)
    counts = cv2.warpAffine(known, matrix, size)
    cells = (SIZE_PX // CELL_PX, SIZE_PX // CELL_PX)
    return Sample(
        input_of(_camera(small, rng)),
        cv2.resize(truth, cells, interpolation=cv2.INTER_AREA),
        cv2.resize(counts, cells, interpolation=cv2.INTER_AREA) * (not crop.turned),
        np.array([glasses, crop.turned], np.float32),
    )


def glasses_sample(crop: Crop, painted: bool, rng: Generator) -> tuple[Floats, bool]:
    """Return the band about the eyes as the glasses network is given it, and whether some are worn.

    `painted` puts glasses on; without, creases and other things about the eyes may be painted.
    """
    image, worn = _complexion(crop.rgb.astype(np.float32), crop, rng), crop.glasses or painted
    nothing = np.zeros(image.shape[:2], np.float32)
    if painted:
        colour, rim, lens = _spectacles(crop, rng, rng.random() < 0.15)
        image, _ = _over(image, nothing, colour, np.maximum(rim, lens), 0.0, rng)
    elif not crop.glasses:
        if rng.random() < 0.15:
            near = (_eye_patch, _fringe, _plaster, _splint)
            image, _ = _over(image, nothing, *near[rng.integers(4)](crop, rng), 1.0, rng)
        if rng.random() < 0.25:
            image = _creased(image, crop, rng)
    middle = crop.points.mean(axis=0)
    moved = middle + (crop.points - middle) * np.exp(rng.normal(0, 0.05)) + rng.normal(0, 2.0, 2)
    band = eye_band(np.clip(image, 0, 255).astype(np.uint8), moved)
    return band_input(_camera(band.astype(np.float32), rng)), worn


def _creased(image: Floats, crop: Crop, rng: Generator) -> Floats:
    """Creases across the root of the nose and below the eyes, which are no rims."""
    lines, ppm = [], crop.px_per_mm
    for _ in range(rng.integers(1, 4)):
        middle = crop.points[[168, 6, 8, 197, 9][rng.integers(5)]] + rng.normal(0, 2 * ppm, 2)
        half, sag = np.array([rng.uniform(3, 9) * ppm, 0.0]), [0.0, rng.normal(0, 2 * ppm)]
        lines.append(_curved(np.array([middle - half, middle + sag, middle + half])))
    if rng.random() < 0.5:
        for lid in (145, 374):
            middle = crop.points[lid] + (0.0, rng.uniform(6, 14) * ppm)
            half, sag = np.array([rng.uniform(8, 16) * ppm, 0.0]), [0.0, rng.uniform(2, 5) * ppm]
            lines.append(_curved(np.array([middle - half, middle + sag, middle + half])))
    dark = cv2.GaussianBlur(_strokes(lines, rng.uniform(0.8, 2.0) * ppm), (0, 0), 1.0)
    darker = rng.uniform(0.1, 0.5) * np.array([0.8, 1.0, 1.0])
    return np.asarray(image * (1.0 - dark[..., None] * darker), np.float32)


def mirrored(crop: Crop) -> Crop:
    """Return the portrait seen in a mirror."""
    points = crop.points[canonical_mesh().mirror].copy()
    points[:, 0] = STORED_PX - 1 - points[:, 0]
    return Crop(
        crop.person,
        np.ascontiguousarray(crop.rgb[:, ::-1]),
        np.ascontiguousarray(crop.skin[:, ::-1]),
        points,
        crop.px_per_mm,
        crop.glasses,
        crop.turned,
    )


def _known(crop: Crop, covered: Mask) -> Mask:
    """1 where it is known whether something covers the face.

    Not outside the face, and not where the real photo has hair over the forehead or temples.
    """
    oval = _polygon(crop.points[list(curve("face_oval"))], 0.0)
    brow = crop.points[[65, 52, 53, 295, 282, 283], 1].min() - 3 * crop.px_per_mm
    rows = np.arange(STORED_PX)[:, None] < brow
    bare = np.where(rows, crop.skin, 1.0)
    return np.asarray(np.maximum(oval * bare, (covered > 0.5) * oval), np.float32)


# How a picture is made worse.


def _jitter(rng: Generator) -> Points:
    """The stored crop to the network's, turned, moved and resized a little."""
    turn = rng.normal(0, 4)
    size = np.exp(rng.normal(0, 0.05)) / STORED_SCALE
    middle = (STORED_PX - 1) / 2
    matrix = cv2.getRotationMatrix2D((middle, middle), turn, size)
    matrix[:, 2] += (SIZE_PX - 1) / 2 - middle + rng.normal(0, 2.5, 2)
    return np.asarray(matrix, np.float64)


def _camera(image: Floats, rng: Generator) -> Rgb:
    """Light, colour, blur, noise and compression."""
    x = np.clip(image / 255.0, 0, 1) ** 2.2
    x = x * np.exp(rng.normal(0, 0.35)) * np.exp(rng.normal(0, 0.06, 3))
    down, across = (np.linspace(-1, 1, n, dtype=np.float32) for n in image.shape[:2])
    side, height = rng.normal(0, 0.3, 2)
    x = x * np.exp(side * across[None, :, None] + height * down[:, None, None])
    x = np.clip(x, 0, 1) ** (np.exp(rng.normal(0, 0.12)) / 2.2)
    if rng.random() < 0.12:
        x = np.repeat(x.mean(axis=2, keepdims=True), 3, axis=2)
    if rng.random() < 0.4:
        x = cv2.GaussianBlur(x, (0, 0), rng.uniform(0.3, 1.2))
    x = x + rng.normal(0, rng.choice([0.0, 0.01, 0.025]), x.shape)
    out = np.clip(x * 255, 0, 255).astype(np.uint8)
    if rng.random() < 0.5:
        _, data = cv2.imencode(".jpg", out, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(25, 95))])
        out = cv2.imdecode(data, cv2.IMREAD_COLOR)
    return np.asarray(out, np.uint8)


def _complexion(image: Floats, crop: Crop, rng: Generator) -> Floats:
    """Pale lips, stubble, darker skin: what is no cover."""
    if rng.random() < 0.3:  # lips towards the colour of the skin beside them
        lips = curve("upper_vermilion_border") + curve("lower_vermilion_border")[::-1]
        soft = cv2.GaussianBlur(_polygon(crop.points[list(lips)], 1.0), (0, 0), 2.0)[..., None]
        tone = _skin_colour(image, crop, _BELOW_LIPS)
        image = image + rng.uniform(0.2, 0.8) * soft * (tone - image) * 0.8
    if rng.random() < 0.15:  # stubble
        lower = _polygon(crop.points[_LOWER_FACE], 0.0)
        lower *= 1 - _polygon(crop.points[list(curve("upper_vermilion_border"))], 2.0)
        lower = cv2.GaussianBlur(lower, (0, 0), 5.0)[..., None]
        grain = cv2.GaussianBlur(rng.normal(0, 1, image.shape[:2]).astype(np.float32), (0, 0), 0.7)
        image = image * (1 - lower * (rng.uniform(0.1, 0.5) + 0.25 * grain[..., None]))
    if rng.random() < 0.3:  # less light from the skin, as much from eyes and teeth
        dark = cv2.GaussianBlur(crop.skin, (0, 0), 3.0)[..., None]
        image = image * (1 - dark * (1 - rng.uniform(0.35, 1.0) * np.array([1.0, 0.95, 0.9])))
    return np.asarray(np.clip(image, 0, 255), np.float32)


def _over(
    image: Floats, covered: Mask, colour: Floats, alpha: Mask, counts: float, rng: Generator
) -> tuple[Floats, Mask]:
    """Lay a cover on a picture, with a soft edge and its shadow."""
    soft = cv2.GaussianBlur(alpha, (0, 0), rng.uniform(0.4, 1.4))[..., None]
    if rng.random() < 0.5:
        reach = rng.uniform(1.5, 5.0)
        shift = np.array([[1, 0, rng.normal(0, 2)], [0, 1, rng.uniform(0, 4)]])
        cast = cv2.warpAffine(cv2.GaussianBlur(alpha, (0, 0), reach), shift, alpha.shape[::-1])
        image = image * (1 - rng.uniform(0.1, 0.45) * cast[..., None] * (1 - soft))
    image = image * (1 - soft) + colour * soft
    return np.asarray(image, np.float32), np.maximum(covered, alpha * np.float32(counts))


# Pieces to paint with.

_BELOW_LIPS = [83, 18, 313, 200, 199]
_LOWER_FACE = [132, 58, 172, 136, 150, 149, 176, 148, 152, 377, 400, 378, 379, 365, 397, 288, 361]
_LOWER_FACE += [425, 327, 2, 98, 205]
_FOREHEAD = [9, 151, 108, 337, 69, 299]
_CHEEKS = [50, 280, 101, 330, 205, 425]


def _polygon(points: Points, wider_px: float) -> Mask:
    mask = np.zeros((STORED_PX, STORED_PX), np.uint8)
    at = np.round(np.asarray(points) * 16).astype(np.int32)
    cv2.fillPoly(mask, [at], 255, cv2.LINE_AA, 4)
    if wider_px > 0:
        cv2.polylines(mask, [at], True, 255, max(1, round(2 * wider_px)), cv2.LINE_AA, 4)
    return mask.astype(np.float32) / 255.0


def _strokes(lines: list[Points], width_px: float, closed: bool = False) -> Mask:
    mask = np.zeros((STORED_PX * 2, STORED_PX * 2), np.uint8)  # twice as fine, for thin lines
    for line in lines:
        at = np.round((np.asarray(line) * 2 + 0.5) * 16).astype(np.int32)
        cv2.polylines(mask, [at], closed, 255, max(1, round(width_px * 2)), cv2.LINE_AA, 4)
    small = cv2.resize(mask, (STORED_PX, STORED_PX), interpolation=cv2.INTER_AREA)
    return small.astype(np.float32) / 255.0


def _skin_colour(image: Floats, crop: Crop, marks: list[int]) -> Floats:
    at = np.clip(np.round(crop.points[marks]).astype(int), 0, STORED_PX - 1)
    return np.asarray(np.median(image[at[:, 1], at[:, 0]], axis=0), np.float32)


def _shaded(colour: Floats, rng: Generator, rough: float) -> Floats:
    """A plain colour with folds and a slope of light."""
    x, y = np.meshgrid(*[np.linspace(-1, 1, STORED_PX, dtype=np.float32)] * 2)
    light = rng.normal(0, 0.2) * x + rng.normal(0, 0.2) * y
    for reach in (24.0, 8.0, 2.0):
        small = rng.normal(0, 1, (STORED_PX // 4, STORED_PX // 4)).astype(np.float32)
        waves = cv2.resize(small, (STORED_PX, STORED_PX), interpolation=cv2.INTER_CUBIC)
        waves = cv2.GaussianBlur(waves, (0, 0), reach)
        light += rough * rng.uniform(0, 1) * waves / (waves.std() + 1e-6)
    return np.asarray(np.clip(colour * np.exp(light)[..., None], 0, 255), np.float32)


def _own_skin(crop: Crop, rng: Generator) -> Floats:
    """Skin of this very face over the whole picture: forehead or cheek, enlarged."""
    x, y = crop.points[rng.choice(_FOREHEAD[:4] + _CHEEKS)]
    half = rng.uniform(5, 11) * crop.px_per_mm
    x0, y0 = (int(np.clip(v - half, 0, STORED_PX - 8)) for v in (x, y))
    piece = crop.rgb[y0 : y0 + int(2 * half) + 2, x0 : x0 + int(2 * half) + 2].astype(np.float32)
    tiled = np.concatenate([piece, piece[:, ::-1]], axis=1)
    tiled = np.concatenate([tiled, tiled[::-1]], axis=0)
    times = int(np.ceil(STORED_PX / min(tiled.shape[:2]))) + 1
    whole = np.tile(tiled, (times, times, 1))[:STORED_PX, :STORED_PX]
    light = _shaded(np.ones(3, np.float32) * 100, rng, 0.04) / 100.0
    return np.asarray(np.clip(whole * light * rng.uniform(0.75, 1.15), 0, 255), np.float32)


def _any_colour(rng: Generator) -> Floats:
    kind = rng.random()
    if kind < 0.35:  # grey, white, black
        return np.full(3, rng.choice([15, 40, 90, 140, 200, 235, 250]), np.float32)
    if kind < 0.55:  # surgical blue and green
        return np.array([[150, 190, 215], [90, 160, 120], [120, 180, 190]][rng.integers(3)], "f4")
    return rng.uniform(10, 245, 3).astype(np.float32)


def _skin_like(rng: Generator) -> Floats:
    level = rng.uniform(40, 235)
    return np.array([level, level * rng.uniform(0.6, 0.85), level * rng.uniform(0.4, 0.75)], "f4")


# Covers.


def _patch_of_skin(crop: Crop, rng: Generator) -> Layer:
    """A hand, flat: a rounded rectangle or fingers of this person's skin."""
    centre = crop.points[rng.choice([13, 0, 17, 200, 152, 61, 291, 4, 50, 280, 159, 386])]
    ppm = crop.px_per_mm
    centre = centre + rng.normal(0, 6 * ppm, 2)
    wide, high = rng.uniform(35, 90) * ppm, rng.uniform(28, 60) * ppm
    turn = np.radians(rng.normal(0, 25))
    if rng.random() < 0.5:
        ends = []
        for i in range(rng.integers(2, 5)):
            off = (i - 1.5) * rng.uniform(15, 19) * ppm
            along = np.array([np.cos(turn), np.sin(turn)])
            across = np.array([-along[1], along[0]])
            tip = centre + across * off - along * rng.uniform(0.2, 0.6) * wide
            ends.append(np.array([tip, tip + along * wide * 1.6]))
        alpha = _strokes(ends, rng.uniform(14, 19) * ppm)
        edges = _strokes(ends, 19 * ppm) - cv2.erode(alpha, np.ones((5, 5)))
    else:
        box = cv2.boxPoints((centre.tolist(), (float(wide), float(high)), np.degrees(turn)))
        alpha = _polygon(box, rng.uniform(0, 8) * ppm)
        edges = np.zeros_like(alpha)
    colour = _own_skin(crop, rng) if rng.random() < 0.7 else _shaded(_skin_like(rng), rng, 0.06)
    return np.asarray(colour * (1 - 0.3 * np.clip(edges, 0, 1))[..., None], np.float32), alpha


def _cloth_mask(crop: Crop, rng: Generator) -> Layer:
    around = [93, 132, 58, 172, 136, 150, 149, 176, 148, 152]
    around += [377, 400, 378, 379, 365, 397, 288, 361, 323]
    top = [[5], [195], [4], [425, 4, 205], [2]][rng.integers(5)]
    points = crop.points[around + top] + rng.normal(0, 2, (len(around + top), 2))
    colour = _shaded(_any_colour(rng), rng, rng.choice([0.0, 0.05, 0.12]))
    alpha = _polygon(points, rng.uniform(0, 6))
    straps = [crop.points[[a, b]] for a, b in ((93, 127), (323, 356), (58, 127), (288, 356))]
    return colour, np.maximum(alpha, _strokes(straps, 2.0) if rng.random() < 0.5 else alpha)


def _lower_box(crop: Crop, rng: Generator) -> Layer:
    """A scarf, a collar, a cup, a box: everything below a line."""
    y = crop.points[rng.choice([2, 0, 13, 17, 200]), 1] + rng.normal(0, 3)
    low, high = crop.points[:, 0].min(), crop.points[:, 0].max()
    x0, x1 = low + rng.normal(0, 10), high + rng.normal(0, 10)
    if rng.random() < 0.3:
        x0, x1 = np.sort(rng.uniform(low, high, 2))
        x1 = max(x1, x0 + 40)
    tilt = rng.normal(0, 8)
    end = STORED_PX if rng.random() < 0.6 else y + rng.uniform(30, 90)
    box = np.array([[x0, y - tilt], [x1, y + tilt], [x1, end], [x0, end]])
    return _shaded(_any_colour(rng), rng, rng.choice([0.0, 0.05, 0.15])), _polygon(box, 2.0)


def _eye_patch(crop: Crop, rng: Generator) -> Layer:
    side = SIDES[rng.integers(2)]
    eye = crop.points[list(curve(f"upper_lid_{side}") + curve(f"lower_lid_{side}"))]
    ppm = crop.px_per_mm
    axes = (rng.uniform(15, 30) * ppm, rng.uniform(9, 26) * ppm)
    alpha = np.zeros((STORED_PX, STORED_PX), np.uint8)
    centre = np.round(eye.mean(axis=0) + rng.normal(0, 2 * ppm, 2)).astype(int).tolist()
    size = tuple(int(v) for v in axes)
    cv2.ellipse(alpha, centre, size, rng.normal(0, 12), 0, 360, 255, -1, cv2.LINE_AA)
    kind = rng.random()
    colour = (
        np.full(3, rng.uniform(5, 40), np.float32)
        if kind < 0.45
        else _any_colour(rng)
        if kind < 0.75
        else _skin_like(rng)
    )
    shaded = _shaded(colour, rng, rng.choice([0.0, 0.04]))
    if rng.random() < 0.2:
        shaded = _own_skin(crop, rng)
    strap = crop.points[[127, 251]] if side == "left" else crop.points[[21, 356]]
    whole = alpha.astype(np.float32) / 255.0
    if rng.random() < 0.4:
        whole = np.maximum(whole, _strokes([strap], rng.uniform(1.5, 5)))
    return shaded, whole


def _tube(crop: Crop, rng: Generator) -> Layer:
    """A nasal cannula, or one tube over a cheek."""
    at = crop.points
    under = at[2] + (0, rng.uniform(0, 3) * crop.px_per_mm)
    lines = [np.array([at[234], at[205], under]), np.array([under, at[425], at[454]])]
    lines = [_curved(line) for line in lines]
    if rng.random() < 0.4:
        lines = [lines[rng.integers(2)]]
    if rng.random() < 0.7:
        lines += [np.array([under, at[98]]), np.array([under, at[327]])]
    width = rng.uniform(3.0, 6.5) * crop.px_per_mm
    alpha = _strokes(lines, width)
    shine = _strokes([line - np.array([0, 0.2 * width]) for line in lines], 0.25 * width)
    kind = rng.random()
    base = np.array([205, 215, 215], "f4") if kind < 0.6 else _any_colour(rng)
    colour = _shaded(base, rng, 0.03)
    return np.asarray(np.clip(colour + 60 * shine[..., None], 0, 255), np.float32), alpha


def _curved(line: Points) -> Points:
    t = np.linspace(0, 1, 24)[:, None]
    a, b, c = line
    return np.asarray((1 - t) ** 2 * a + 2 * t * (1 - t) * b + t**2 * c)


def _splint(crop: Crop, rng: Generator) -> Layer:
    top = [168, 6, 8][rng.integers(3)]
    marks = [top, 122, 198, 49, 4, 279, 420, 351] if rng.random() < 0.6 else [196, 49, 279, 419]
    points = crop.points[marks]
    middle = points.mean(axis=0)
    points = middle + (points - middle) * rng.uniform(0.9, 1.4)
    base = [np.full(3, rng.uniform(190, 250), "f4"), _skin_like(rng), _any_colour(rng)]
    return _shaded(base[rng.integers(3)], rng, 0.04), _polygon(
        cv2.convexHull(points.astype(np.float32))[:, 0], rng.uniform(0, 3)
    )


def _plaster(crop: Crop, rng: Generator) -> Layer:
    centre = crop.points[rng.choice([50, 280, 205, 425, 151, 108, 337, 187, 411, 152, 200, 6, 101])]
    size = (rng.uniform(16, 60) * crop.px_per_mm, rng.uniform(12, 24) * crop.px_per_mm)
    box = cv2.boxPoints((centre.tolist(), size, rng.uniform(-90, 90)))
    base = [np.full(3, rng.uniform(190, 250), "f4"), _skin_like(rng), _any_colour(rng)]
    return _shaded(base[rng.integers(3)], rng, 0.04), _polygon(box, rng.uniform(0, 4))


def _fringe(crop: Crop, rng: Generator) -> Layer:
    """Hair over the forehead or a brow."""
    left, right = crop.points[[21, 251], 0] + rng.normal(0, 10, 2)
    if rng.random() < 0.4:
        middle = rng.uniform(left, right)
        left, right = (left - 10, middle) if rng.random() < 0.5 else (middle, right + 10)
    top = crop.points[10, 1] - 40
    end = crop.points[[9, 105, 66, 159][rng.integers(4)], 1]
    lines = []
    slant = rng.normal(0, 25)
    for x in np.linspace(left, right, int(abs(right - left) * 1.4) + 2):
        tip = np.array([x + slant + rng.normal(0, 3), end + rng.normal(0, 5)])
        lines.append(_curved(np.array([[x, top], [x + slant * 0.2, (top + end) / 2], tip])))
    alpha = _strokes(lines, rng.uniform(1.5, 2.5))
    hair = np.array([[20, 15, 12], [60, 40, 28], [120, 90, 60], [180, 150, 110], [170, 170, 170]])
    colour = hair[rng.integers(5)].astype(np.float32) * rng.uniform(0.7, 1.2)
    strands = rng.normal(0, 0.25, (1, STORED_PX, 1)).astype(np.float32)
    grain = rng.normal(0, 0.15, (STORED_PX, STORED_PX, 1)).astype(np.float32)
    return np.asarray(np.clip(colour * np.exp(strands + grain), 0, 255), np.float32), alpha


def _thing(crop: Crop, rng: Generator) -> Layer:
    """Anything: a microphone, a telephone, a cup."""
    centre = crop.points[rng.integers(468)]
    size = rng.uniform(18, 60, 2) * crop.px_per_mm
    angles = np.sort(rng.uniform(0, 2 * np.pi, rng.integers(3, 9)))
    ring = (
        np.column_stack([np.cos(angles), np.sin(angles)])
        * size
        * rng.uniform(0.6, 1.0, (len(angles), 1))
    )
    return _shaded(_any_colour(rng), rng, 0.1), _polygon(centre + ring, rng.uniform(0, 6))


_COVERS: tuple[Callable[[Crop, Generator], Layer], ...] = (
    *(_patch_of_skin, _cloth_mask, _lower_box, _eye_patch, _tube),
    *(_splint, _plaster, _fringe, _thing),
)
_ODDS = np.array([0.22, 0.11, 0.06, 0.19, 0.11, 0.11, 0.11, 0.04, 0.05])


def _spectacles(crop: Crop, rng: Generator, dark: bool) -> tuple[Floats, Mask, Mask]:
    """Colour, rims with bridge and temples, and lenses of glasses of any make."""
    ppm, at = crop.px_per_mm, crop.points
    wide, high = rng.uniform(44, 60) * ppm, rng.uniform(26, 52) * ppm
    if dark:
        high = max(high, 34 * ppm)
    power = rng.choice([2.0, 2.5, 3.5, 6.0])  # of a superellipse: round to square
    t = np.linspace(0, 2 * np.pi, 48, endpoint=False)
    shape = np.column_stack(
        [
            np.sign(np.cos(t)) * np.abs(np.cos(t)) ** (2 / power),
            np.sign(np.sin(t)) * np.abs(np.sin(t)) ** (2 / power),
        ]
    )
    narrower = np.where(shape[:, 1] > 0, rng.uniform(0.75, 1.0), 1.0)
    shape[:, 0] *= narrower
    down = rng.uniform(-2, 8) * ppm
    gap = rng.uniform(14, 22) * ppm
    eyes = (at[[33, 133]].mean(axis=0), at[[362, 263]].mean(axis=0))
    middle = (eyes[0] + eyes[1]) / 2
    along = (eyes[1] - eyes[0]) / np.linalg.norm(eyes[1] - eyes[0])
    across = np.array([-along[1], along[0]])
    rings, inner = [], []
    for sign in (-1, 1):
        centre = middle + sign * along * (gap + wide) / 2 + across * down
        ring = centre + shape[:, :1] * along * wide / 2 + shape[:, 1:] * across * high / 2
        rings.append(ring)
        inner.append(centre - sign * along * wide / 2 - across * high * rng.uniform(-0.05, 0.25))
    thick = rng.choice([0.8, 1.1, 1.6, 2.5, 3.5, 5.0]) * ppm
    bridge = [
        np.array([inner[0], (inner[0] + inner[1]) / 2 - across * rng.uniform(0, 4) * ppm, inner[1]])
    ]
    bridge = [_curved(bridge[0])]
    outer = [middle + s * along * (gap / 2 + wide) + across * (down - high * 0.2) for s in (-1, 1)]
    temples = [np.array([outer[0], at[127]]), np.array([outer[1], at[356]])]
    make = rng.random()
    if make < 0.12:  # rimless
        rim = _strokes(bridge, thick) + _strokes(rings, 0.35 * ppm, True) * rng.uniform(0.2, 0.6)
    elif make < 0.27:  # half-rimmed
        upper = [ring[ring[:, 1] < ring[:, 1].mean() + 0.1 * high] for ring in rings]
        upper = [u[np.argsort(u[:, 0])] for u in upper]
        rim = _strokes(upper + bridge, thick)
    else:
        rim = np.maximum(
            _strokes(rings, thick, True), _strokes(bridge, thick * rng.uniform(0.8, 1.5))
        )
    rim = np.maximum(rim, _strokes(temples, max(thick * 0.8, 1.0)))
    lens = np.max([_polygon(ring, 0.0) for ring in rings], axis=0)
    kind = rng.random()
    if kind < 0.45:
        base = np.full(3, rng.uniform(10, 70), "f4") * rng.uniform(0.8, 1.2, 3)
    elif kind < 0.65:  # gold, silver
        base = np.array([[190, 160, 100], [190, 190, 195], [120, 110, 105]][rng.integers(3)], "f4")
    elif kind < 0.8:  # tortoise, skin colour
        base = _skin_like(rng) * 0.8
    elif kind < 0.9:  # clear
        base = _skin_colour(crop.rgb.astype(np.float32), crop, _CHEEKS) * rng.uniform(0.75, 1.25)
    else:
        base = rng.uniform(10, 240, 3)
    colour = _shaded(np.asarray(base, np.float32), rng, 0.1)
    if dark:
        tint = _shaded(np.full(3, rng.uniform(5, 60), "f4") * rng.uniform(0.7, 1.3, 3), rng, 0.1)
        shade = lens * rng.uniform(0.85, 1.0)
        shine = _strokes([rings[0][4:14] * 0.97, rings[1][4:14] * 0.97], 4.0) * rng.uniform(0, 80)
        colour = np.where((lens > rim)[..., None], tint + shine[..., None], colour)
        return np.asarray(colour, np.float32), np.minimum(rim, 1), np.asarray(shade, np.float32)
    # Clear lenses: a reflection now and then.
    glare = np.zeros_like(lens)
    if rng.random() < 0.35:
        spot = rings[rng.integers(2)].mean(axis=0) + rng.normal(0, 8, 2)
        glare = _polygon(spot + shape * rng.uniform(3, 9, 2) * ppm, 0.0) * lens
        glare = cv2.GaussianBlur(glare, (0, 0), 1.5) * rng.uniform(0.2, 0.9)
        light = np.array(rng.choice([[235, 240, 250], [150, 220, 170], [170, 190, 250]]), "f4")
        colour = np.where((glare > rim)[..., None], light, colour)
    alpha = np.maximum(np.minimum(rim, 1) * rng.uniform(0.7, 1.0), glare)
    return np.asarray(colour, np.float32), np.asarray(alpha, np.float32), glare
