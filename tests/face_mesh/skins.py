"""Skin made for tests: a face of even colour in which what is drawn is all there is."""

from dataclasses import replace
from typing import Any

import cv2
import numpy as np

from face_mesh import Face, Photo
from face_mesh.arrays import Points, Rgb
from face_mesh.cache import Key, Scope, name_of
from face_mesh.covers.cover import GLASSES, sight_of
from face_mesh.covers.face_crop import SIZE_PX
from face_mesh.covers.network import Sight
from face_mesh.landmarks.anatomy import curve, point
from face_mesh.landmarks.model_file import canonical_mesh
from face_mesh.landmarks.pose import Pose
from face_mesh.landmarks.scale import Scale
from face_mesh.skin.chromophores import join
from face_mesh.skin.working_view import linear
from tests.face_mesh.faces import hopper

LARGER = 2.5  # than the portrait: 3.2 px per mm, as the London photos have
SKIN = (205, 165, 145)


def uncovered() -> dict[Any, Any]:
    """The workspace of a face without covers: a picture of plain skin looks like a covered face."""
    seen = Sight(np.zeros((SIZE_PX, SIZE_PX), np.float32), glasses=-9.0, upside_down=0.0)
    return {(Key(name_of(sight_of), (), Scope.HEAD), None): seen}


def even_face(colour: tuple[int, int, int] = SKIN, larger: float = LARGER) -> Face:
    """The landmarks of a portrait on a photo of one colour, `larger` than the portrait."""
    face = hopper()
    height, width = (round(larger * n) for n in face.photo.image.shape[:2])
    points = face.landmarks_px * larger
    points[:, :2] += 0.5 * larger - 0.5
    scale = Scale(face.px_per_mm * larger, face.px_per_mm_sd * larger, face.scale.source)
    return replace(
        face,
        photo=Photo.from_rgb(np.full((height, width, 3), colour, np.uint8)),
        landmarks_px=points,
        pose=face.pose.at_scale(larger),
        scale=scale,
        findings=tuple(one for one in face.findings if one.id != GLASSES),
        workspace=uncovered(),
    )


def encoded(light: Points) -> Rgb:
    """sRGB bytes of linear light."""
    lit = np.clip(light, 0.0, 1.0)
    codes = np.where(
        lit <= 0.0031308, 12.92 * lit, 1.055 * np.maximum(lit, 1e-9) ** (1 / 2.4) - 0.055
    )
    return np.round(255 * codes).astype(np.uint8)


def with_photo(face: Face, image: Rgb) -> Face:
    """The face on other pixels, nothing of what was read kept."""
    return replace(face, photo=Photo.from_rgb(np.ascontiguousarray(image)), workspace=uncovered())


def lit(face: Face, stops: float) -> Face:
    """The face on its photo at another exposure, clipped."""
    return with_photo(face, encoded(linear(face.photo.image).astype(np.float64) * 2.0**stops))


def darker(
    face: Face, at_mm: tuple[float, float], length_mm: float, wide_mm: float, depth: float,
    turn_deg: float = 0.0, start: int | None = None,
) -> Face:  # fmt: skip
    """The face with a line of Gaussian profile, `depth` darker (ln of light) in its middle.

    Its middle lies `at_mm` (to the picture's right, down) of a landmark, by default the glabella;
    `wide_mm` is between the points where it is 0.6 as dark.
    """
    x0, y0 = face.landmarks_px[point("glabella") if start is None else start, :2]
    height, width = face.photo.image.shape[:2]
    y, x = np.mgrid[:height, :width]
    right = (x - x0) / face.px_per_mm - at_mm[0]
    down = (y - y0) / face.px_per_mm - at_mm[1]
    turn = np.radians(turn_deg)
    along = right * np.cos(turn) + down * np.sin(turn)
    across = -right * np.sin(turn) + down * np.cos(turn)
    profile = np.exp(-0.5 * (across / (wide_mm / 2)) ** 2)
    ends = np.clip((length_mm / 2 - np.abs(along)) / 1.0 + 0.5, 0.0, 1.0)
    light = linear(face.photo.image).astype(np.float64)
    return with_photo(face, encoded(light * np.exp(-depth * profile * ends)[..., None]))


def creased(face: Face, name: str, wide_mm: float, depth: float) -> Face:
    """The face with a line of Gaussian profile along a curve of anatomy, as `darker` draws one."""
    at = np.round(face.landmarks_px[list(curve(name)), :2]).astype(np.int32)
    elsewhere = np.full(face.photo.image.shape[:2], 255, np.uint8)
    cv2.polylines(elsewhere, [at], False, 0, 1)
    away_mm = cv2.distanceTransform(elsewhere, cv2.DIST_L2, 5) / face.px_per_mm
    profile = np.exp(-0.5 * (away_mm / (wide_mm / 2)) ** 2)
    light = linear(face.photo.image).astype(np.float64)
    return with_photo(face, encoded(light * np.exp(-depth * profile)[..., None]))


def painted(
    face: Face, at_mm: tuple[float, float], size_mm: tuple[float, float], colour: int
) -> Face:
    """The face with a hard-edged bar across it, about a place right and down of the glabella."""
    x0, y0 = face.landmarks_px[point("glabella"), :2]
    image = face.photo.image.copy()
    middle = np.array([x0, y0]) + np.array(at_mm) * face.px_per_mm
    half = np.array(size_mm) * face.px_per_mm / 2
    (left, top), (right, bottom) = np.round(middle - half), np.round(middle + half)
    cv2.rectangle(image, (int(left), int(top)), (int(right), int(bottom)), (colour,) * 3, -1)
    return with_photo(face, image)


def mirrored(face: Face) -> Face:
    """The face in a mirror: the picture and everything that was measured on it."""
    points = face.landmarks_px.copy()
    points[:, 0] = face.photo.width - 1 - points[:, 0]
    flip = np.diag([-1.0, 1.0, 1.0])
    origin = face.pose.origin_px.copy()
    origin[0] = face.photo.width - 1 - origin[0]
    return replace(
        face,
        photo=Photo.from_rgb(np.ascontiguousarray(face.photo.image[:, ::-1])),
        landmarks_px=points[canonical_mesh().mirror],
        pose=Pose(flip @ face.pose.rotation @ flip, origin, face.pose.px_per_mm),
        workspace=uncovered(),
    )


def with_more(
    face: Face, radius_mm: float, amount: float, chromophore: int, at: str = "malar_apex_left"
) -> Face:
    """More of a chromophore in a soft disc, on the patient's left cheek unless told."""
    x0, y0 = face.landmarks_px[point(at), :2]
    height, width = face.photo.image.shape[:2]
    y, x = np.mgrid[:height, :width]
    away_mm = np.hypot(x - x0, y - y0) / face.px_per_mm
    disc = np.clip((radius_mm - away_mm) / 0.6 + 0.5, 0.0, 1.0)
    more = np.zeros((height, width, 3), np.float32)
    more[..., chromophore] = amount * disc
    return with_photo(
        face, encoded(linear(face.photo.image).astype(np.float64) * np.exp(-join(more)))
    )
