"""Each alarm of a picture rings for a fault that was put in, and not for a picture without one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import cv2
import numpy as np
import pytest

from benchmarks import picture_alarms
from benchmarks.common import sample
from benchmarks.picture_alarms import Alarm, Comparison
from face_mesh import Face, Photo, measure_face
from face_mesh.arrays import Rgb
from face_mesh.landmarks.anatomy import curve, point
from simulate import Outcome, Plan, procedures, simulate

AlarmOf = Callable[[Comparison], Alarm]


@pytest.fixture(scope="module")
def face() -> Face:
    """A smiling woman with parted lips, enlarged, with a mole painted on her cheek."""
    photo = sample("collins", side_px=1024)
    first = measure_face(photo)
    x, y = first.landmarks_px[point("malar_apex_right"), :2]
    disc = np.zeros(photo.image.shape[:2], np.float32)
    cv2.circle(disc, (round(float(x)), round(float(y))), round(1.6 * first.px_per_mm), 1.0, -1)
    soft = cv2.GaussianBlur(disc, (0, 0), 0.3 * first.px_per_mm)[..., None]
    dark = photo.image * (1.0 - 0.6 * soft)
    return measure_face(Photo.from_rgb(np.asarray(np.round(dark), np.uint8)))


@pytest.fixture(scope="module")
def outcome(face: Face) -> Outcome:
    """A cheek made fuller: it moves skin and light, and paints nothing."""
    return simulate(face, Plan.parse(["cheek_filler=1.6"]))


def with_image(outcome: Outcome, image: Rgb) -> Comparison:
    return Comparison(procedures()["cheek_filler"], replace(outcome, image=image))


def lighter(image: Rgb, mask: np.ndarray, levels: float) -> Rgb:
    return np.asarray(np.clip(np.round(image + levels * mask[..., None]), 0, 255), np.uint8)


def seam(face: Face, image: Rgb) -> Rgb:
    x, y = np.round(face.landmarks_px[point("malar_apex_left"), :2]).astype(int)
    size = round(8 * face.px_per_mm)
    mask = np.zeros(image.shape[:2])
    mask[y : y + size, x - size : x + size] = 1.0
    return lighter(image, mask, -8.0)


def mole_erased(face: Face, image: Rgb) -> Rgb:
    x, y = np.round(face.landmarks_px[point("malar_apex_right"), :2]).astype(int)
    r = round(5 * face.px_per_mm)
    out = image.copy()
    part = out[y - r : y + r, x - r : x + r]
    part[:] = np.percentile(part.reshape(-1, 3), 80, axis=0)
    return out


def eyes_redrawn(face: Face, image: Rgb) -> Rgb:
    out = image.copy()
    for side in ("left", "right"):
        x, y = np.round(face.landmarks_px[point(f"pupil_{side}"), :2]).astype(int)
        cv2.circle(out, (int(x), int(y)), round(4 * face.px_per_mm), (90, 60, 40), -1)
    return out


def teeth_redrawn(face: Face, image: Rgb) -> Rgb:
    corners = face.landmarks_px[
        [*curve("upper_inner_lip"), *reversed(curve("lower_inner_lip"))], :2
    ]
    mask = np.zeros(image.shape[:2], np.uint8)
    cv2.fillPoly(mask, [np.round(corners).astype(np.int32)], 1)
    return np.where(mask[..., None] > 0, np.asarray(cv2.GaussianBlur(image, (0, 0), 3)), image)


@pytest.mark.parametrize(
    ("alarm", "fault"),
    [
        (picture_alarms.straight_seam, seam),
        (picture_alarms.lost_lesions, mole_erased),
        (picture_alarms.moved_irises, eyes_redrawn),
        (picture_alarms.moved_teeth, teeth_redrawn),
    ],
)
def test_a_fault_rings_and_its_absence_does_not(
    face: Face, outcome: Outcome, alarm: AlarmOf, fault: Callable[[Face, Rgb], Rgb]
) -> None:
    assert alarm(with_image(outcome, outcome.image)).share < 1.0
    assert alarm(with_image(outcome, fault(face, outcome.image))).share >= 1.0


def test_a_soft_light_is_no_seam(face: Face, outcome: Outcome) -> None:
    mask = np.zeros(outcome.image.shape[:2], np.float32)
    x, y = np.round(face.landmarks_px[point("metopion"), :2]).astype(int)
    cv2.circle(mask, (int(x), int(y)), round(12 * face.px_per_mm), 1.0, -1)
    soft = cv2.GaussianBlur(mask, (0, 0), 8 * face.px_per_mm)
    assert (
        picture_alarms.straight_seam(with_image(outcome, lighter(outcome.image, soft, 20.0))).share
        < 1.0
    )


def test_a_pixel_outside_the_mask_rings(outcome: Outcome) -> None:
    assert picture_alarms.outside_mask(with_image(outcome, outcome.image)).value == 0
    image = outcome.image.copy()
    y, x = np.argwhere(~outcome.change_mask)[0]
    image[y, x] ^= 1
    assert picture_alarms.outside_mask(with_image(outcome, image)).share >= 1.0


def test_smoothed_hair_rings(face: Face, outcome: Outcome) -> None:
    rng = np.random.default_rng(0)
    stubble = rng.normal(0.0, 24.0, face.photo.image.shape[:2])
    mask = np.zeros(stubble.shape, np.uint8)
    for name in ("mentum", "chin_border"):
        for x, y in face.landmarks_px[list(curve(name)), :2]:
            cv2.circle(mask, (round(float(x)), round(float(y))), round(9 * face.px_per_mm), 1, -1)
    hairy = lighter(face.photo.image, stubble * mask, 1.0)
    shaven = np.where(mask[..., None] > 0, np.asarray(cv2.GaussianBlur(hairy, (0, 0), 4)), hairy)
    before = replace(outcome, face=face.repainted(hairy))
    assert picture_alarms.lost_hair(with_image(before, hairy)).share < 1.0
    assert picture_alarms.lost_hair(with_image(before, np.asarray(shaven, np.uint8))).share >= 1.0


def test_a_wall_that_was_pulled_along_rings(face: Face, outcome: Outcome) -> None:
    image = outcome.image.copy()
    image[:40, :40] ^= 1
    still = with_image(outcome, image)
    assert picture_alarms.bent_wall(still).share < 1.0
    field = outcome.displacement_px.copy()
    field[:40, :40, 0] = 3.0
    pulled = replace(outcome, image=image)
    pulled.__dict__["displacement_px"] = field
    assert picture_alarms.bent_wall(Comparison(still.entry, pulled)).share >= 1.0


def test_what_no_eye_sees_rings_unless_it_is_said(face: Face, outcome: Outcome) -> None:
    nothing = replace(outcome, image=face.photo.image, warnings=())
    assert (
        picture_alarms.unseen_effect(Comparison(procedures()["cheek_filler"], nothing)).share >= 1.0
    )
    told = replace(nothing, warnings=("Hardly shows.",))
    assert picture_alarms.unseen_effect(Comparison(procedures()["cheek_filler"], told)).share < 1.0


def test_an_effect_elsewhere_rings(face: Face, outcome: Outcome) -> None:
    assert picture_alarms.misplaced_effect(with_image(outcome, outcome.image)).share < 1.0
    elsewhere = lighter(face.photo.image, np.pad(np.ones((50, 50)), ((0, 974), (0, 974))), 20.0)
    assert picture_alarms.misplaced_effect(with_image(outcome, elsewhere)).share >= 1.0
