"""The head turned, before and after, with its profile: for what a photo from the front hides."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

from face_mesh.arrays import Field, Index, Points, Rgb
from face_mesh.messages import N_, Message
from simulate.drawing import INK, PAPER, QUIET, font, with_foot
from simulate.geometry.grid import front_most
from simulate.geometry.warp import sample
from simulate.outcome.movement_scale import scale_end_mm, scale_levels, scale_palette
from simulate.outcome.outcome import Outcome
from simulate.outcome.turned_head import (
    DEPTH_SD_MM,
    HeadMesh,
    head_mesh,
    profile_of,
    turned_rotation,
    turning_shows,
)
from simulate.provenance.visible_mark import with_words
from simulate.wording.language import Translate, english
from simulate.wording.plans import plan_words

GROUND = (228, 231, 233)  # where nothing is known of a head
HEAD_PX = 620  # height of a head on the sheet
ROOM = 0.06  # about it
STRIP_PX = 24  # of the mark, within that room
EDGE_PX = 0.8
SCALE_PX = 16  # letters of the scale of movement
BEFORE, AFTER, MOVING = N_("Before"), N_("After"), N_("How far it moves")
FROM_SIDE = N_("Profile")
DEPTH_SAID = N_(
    "Turned by computer. How far forward each part lies is estimated from "
    "one photo; hair, ears and neck are not known and fade."
)
BAND_SAID = N_(
    "Profile: dashed before, drawn through after, within the band in which two of three people "
    "would be. How far forward both lie is unsure by about {depth:.0f} mm."
)
STILL_SAID = N_(
    "Nothing in this plan moves the face itself, so turned it looks the same but for the skin."
)

DASH = 2  # points of a profile that a dash of it is long
BEFORE_INK, AFTER_INK, BAND_INK = (112, 120, 126), (196, 92, 0), (255, 214, 170)
Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class _Screen:
    """Where head-frame mm are on a picture of a head turned.

    Attributes:
        rotation: (3, 3) of the head.
        px_per_mm: scale.
        corner_mm: (2,) of the picture's top-left, as seen.
        size: (height, width) px.
    """

    rotation: Points
    px_per_mm: float
    corner_mm: Points
    size: tuple[int, int]

    def place(self, vertices_mm: Points) -> Points:
        """Return (V, 3) px and depth; nearer is larger."""
        seen = vertices_mm @ self.rotation.T
        x = (seen[:, 0] - self.corner_mm[0]) * self.px_per_mm
        y = (self.corner_mm[1] - seen[:, 1]) * self.px_per_mm
        return np.stack([x, y, seen[:, 2]], axis=1)


def turned_images(outcome: Outcome, yaw_deg: float, height_px: int = HEAD_PX) -> tuple[Rgb, Rgb]:
    """Return before and after of a head that looks `yaw_deg` to its own left, of one size.

    Args:
        outcome: what a plan does to a face.
        yaw_deg: at most `MOST_DEG` either way.
        height_px: of both pictures.
    """
    face, mesh = outcome.face, head_mesh(outcome.face)
    after_mm = mesh.vertices_mm + outcome.shift_mm_vertices
    screen = _screen(mesh, after_mm, turned_rotation(yaw_deg), height_px)
    made = []
    for image, vertices in ((face.photo.image, mesh.vertices_mm), (outcome.image, after_mm)):
        source = face.pose.to_photo(vertices)[:, :2]
        made.append(_rendered(image, source, mesh, screen.place(vertices), screen.size))
    before, after = made
    return before, after


def movement_image(outcome: Outcome, yaw_deg: float, after: Rgb) -> Rgb:
    """Return the turned head after a plan without its colours, tinted by how far it moves in space.

    Args:
        outcome: what a plan does to a face.
        yaw_deg: as of `after`.
        after: (H, W, 3) of `turned_images`; the picture that is returned has a scale at its foot.
    """
    mesh = head_mesh(outcome.face)
    after_mm = mesh.vertices_mm + outcome.shift_mm_vertices
    screen = _screen(mesh, after_mm, turned_rotation(yaw_deg), len(after))
    moved_mm = np.linalg.norm(outcome.shift_mm_vertices, axis=1)
    end_mm = scale_end_mm(float(moved_mm.max()))
    values = np.column_stack([moved_mm, mesh.known])
    found, _ = nearest_values(screen.place(after_mm), mesh.triangles, values, screen.size)
    plain = cv2.cvtColor(after, cv2.COLOR_RGB2GRAY)[..., None].astype(np.float32)
    tint = scale_palette()[scale_levels(found[..., 0], end_mm)].astype(np.float32)
    cover = found[..., 1:] * tint[..., 3:] / 255.0
    tinted = np.round(plain + cover * (tint[..., :3] - plain)).astype(np.uint8)
    return _with_scale(tinted, end_mm)


def _with_scale(picture: Rgb, end_mm: float) -> Rgb:
    """Return a picture with the colours of movement and their ends along its foot."""
    height, width = picture.shape[:2]
    image = Image.fromarray(picture)
    draw, letters = ImageDraw.Draw(image), font(SCALE_PX)
    end = f"{end_mm:g} mm"
    y, left = height - round(1.5 * SCALE_PX), round(0.05 * width)
    right = width - left - round(letters.getlength(end)) - SCALE_PX // 2
    draw.text((left, y), "0", INK, letters)
    start = left + SCALE_PX
    table = scale_palette()[1:, :3]
    for x in range(start, right):
        share = (x - start) / max(1, right - 1 - start)
        colour = tuple(int(one) for one in table[round(share * (len(table) - 1))])
        draw.line([(x, y + 3), (x, y + SCALE_PX - 1)], colour)
    draw.text((right + SCALE_PX // 2, y), end, INK, letters)
    return np.asarray(image, np.uint8)


def turned_panels(
    outcome: Outcome, yaw_deg: float, translate: Translate = english
) -> tuple[Rgb, Rgb, Rgb, Rgb]:
    """Return before, after with the mark that is seen, where it moves, and the profile, as high."""
    before, after = turned_images(outcome, yaw_deg)
    moving = movement_image(outcome, yaw_deg, after)
    strip = Image.fromarray(after[-STRIP_PX:])
    after[-STRIP_PX:] = np.asarray(with_words(strip, translate), np.uint8)
    return before, after, moving, profile_image(outcome)


def _screen(mesh: HeadMesh, after_mm: Points, rotation: Points, height_px: int) -> _Screen:
    shown = mesh.known > 0.0
    both = np.concatenate([mesh.vertices_mm[shown], after_mm[shown]]) @ rotation.T
    low, high = both[:, :2].min(axis=0), both[:, :2].max(axis=0)
    room = ROOM * (high[1] - low[1])
    scale = height_px / (high[1] - low[1] + 2 * room)
    width = int(np.ceil((high[0] - low[0] + 2 * room) * scale))
    return _Screen(rotation, scale, np.array([low[0] - room, high[1] + room]), (height_px, width))


def _rendered(
    image: Rgb, source: Points, mesh: HeadMesh, there: Points, size: tuple[int, int]
) -> Rgb:
    values = np.column_stack([source, mesh.known])
    found, seen = nearest_values(there, mesh.triangles, values, size)
    at = np.asarray(found[..., :2], np.float32)
    skin = sample(image, at)
    # The outline is soft, inwards only: beyond it nothing is known.
    edge = cv2.GaussianBlur(seen.astype(np.float32), (0, 0), EDGE_PX)
    alpha = (found[..., 2] * np.clip(2.0 * edge - 1.0, 0.0, 1.0))[..., None]
    ground = np.array(GROUND, np.float32)
    return np.asarray(np.round(ground + alpha * (skin - ground)), np.uint8)


def nearest_values(
    there: Points, triangles: Index, values: Points, size: tuple[int, int]
) -> tuple[Field, npt.NDArray[np.bool_]]:
    """Return values of vertices at each pixel of a picture of the nearest triangles facing it.

    Args:
        there: (V, 3) px across and down, and depth; nearer is larger.
        triangles: (T, 3), anticlockwise as seen from outside.
        values: (V, k).
        size: (H, W).

    Returns:
        (H, W, k) float32, and (H, W) bool where there is any triangle.
    """
    corners = there[triangles, :2]
    a, b = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    facing = a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0] < -1e-9  # y counts downwards
    seen, weights = front_most(there[:, :2], -there[:, 2], size, triangles[facing])
    return np.asarray(weights @ values, np.float32).reshape(*size, -1), seen


def profile_image(outcome: Outcome, height_px: int = HEAD_PX) -> Rgb:
    """Return the profile before and after with its band, drawn to look to the left."""
    profile = profile_of(outcome)
    both = np.concatenate([profile.before_mm, profile.after_mm])
    low, high = both.min(axis=0), both.max(axis=0)
    room_mm = 0.08 * float(high[1] - low[1])
    scale = height_px / float(high[1] - low[1] + 2 * room_mm)
    widest = float(profile.sd_mm.max())
    width = int(np.ceil((high[0] - low[0] + 2 * (room_mm + widest)) * scale))

    def place(forward: Points, up: Points) -> list[tuple[float, float]]:
        x = (high[0] + room_mm + widest - forward) * scale
        y = (high[1] + room_mm - up) * scale
        return list(zip(x.tolist(), y.tolist(), strict=True))

    finer = 2  # drawn twice as large, for smooth lines
    image = Image.new("RGB", (finer * width, finer * height_px), PAPER)
    draw = ImageDraw.Draw(image)
    forward, up = profile.after_mm.T
    front, back = place(forward + profile.sd_mm, up), place(forward - profile.sd_mm, up)
    if widest > 0.0:
        draw.polygon([(finer * x, finer * y) for x, y in [*front, *back[::-1]]], fill=BAND_INK)
    points = [(finer * x, finer * y) for x, y in place(forward, up)]
    draw.line(points, AFTER_INK, 2 * finer, joint="curve")
    points = [(finer * x, finer * y) for x, y in place(*profile.before_mm.T)]
    for i in range(0, len(points) - DASH, 2 * DASH):
        draw.line(points[i : i + DASH + 1], BEFORE_INK, 2 * finer, joint="curve")
    bar = round(10.0 * scale)
    y = height_px - round(0.4 * room_mm * scale)
    draw.line([(8 * finer, y * finer), ((8 + bar) * finer, y * finer)], QUIET, 2 * finer)
    draw.text(((14 + bar) * finer, (y - 9) * finer), "10 mm", QUIET, font(14 * finer))
    return np.asarray(image.resize((width, height_px), Image.Resampling.LANCZOS), np.uint8)


def turned_sheet(outcome: Outcome, yaw_deg: float, translate: Translate = english) -> Rgb:
    """Return all panels side by side, with what is to be known of them."""
    titles = (BEFORE, AFTER, MOVING, FROM_SIDE)
    panels = list(zip(turned_panels(outcome, yaw_deg, translate), titles, strict=True))
    unit, gap = 24, 12
    head = round(2.0 * unit)
    wide = sum(image.shape[1] for image, _ in panels) + gap * (len(panels) - 1)
    pictures = Image.new("RGB", (wide, head + HEAD_PX), PAPER)
    draw, x = ImageDraw.Draw(pictures), 0
    for image, title in panels:
        pictures.paste(Image.fromarray(image), (x, head))
        draw.text((x + unit // 3, unit // 2), translate(title), INK, font(unit, translate))
        x += image.shape[1] + gap
    said = [plan_words(outcome.plan), *sentences(outcome)]
    texts = [translate(one) for one in said]
    return with_foot(pictures, texts, unit, font(round(0.8 * unit), translate), translate)


def sentences(outcome: Outcome) -> tuple[Message, ...]:
    """Return what is said of a turned head, and of the profile."""
    still = () if turning_shows(outcome) else (Message(STILL_SAID),)
    return (
        Message(DEPTH_SAID),
        Message(BAND_SAID, depth=DEPTH_SD_MM),
        *still,
    )
