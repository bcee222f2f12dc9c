"""Pose and scale: the way to the head frame and back, signs, hints and their limits."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from face_mesh import Photo, PlanError, ScaleHint, read_face
from face_mesh.arrays import Points
from face_mesh.landmarks.pose import Pose
from face_mesh.landmarks.scale import (
    EFFECTIVE_IRIS_MM,
    IRIS_REL_SD,
    LENGTH_REL_SD,
    PUPILS_REL_SD,
    estimate_scale,
    iris_diameter_px,
)
from tests.face_mesh.faces import collins, hopper, moved, remeasured, turned_head

ANGLE = st.floats(-40.0, 40.0)


def rotation(yaw_deg: float, pitch_deg: float, roll_deg: float) -> Points:
    """Head to camera: turned to its left, then chin lifted, then leaning to the picture's right."""
    y, p, r = np.radians([yaw_deg, pitch_deg, roll_deg])
    about_y = [[np.cos(y), 0, np.sin(y)], [0, 1, 0], [-np.sin(y), 0, np.cos(y)]]
    about_x = [[1, 0, 0], [0, np.cos(p), np.sin(p)], [0, -np.sin(p), np.cos(p)]]
    about_z = [[np.cos(r), np.sin(r), 0], [-np.sin(r), np.cos(r), 0], [0, 0, 1]]
    return np.array(about_z) @ np.array(about_x) @ np.array(about_y)


def pose(yaw: float = 0.0, pitch: float = 0.0, roll: float = 0.0, ppm: float = 3.0) -> Pose:
    return Pose(rotation(yaw, pitch, roll), np.array([320.0, 240.0, 5.0]), ppm)


@given(yaw=ANGLE, pitch=ANGLE, roll=ANGLE, ppm=st.floats(0.5, 20.0), seed=st.integers(0, 99))
def test_to_the_head_and_back_is_the_identity(
    yaw: float, pitch: float, roll: float, ppm: float, seed: int
) -> None:
    points = np.random.default_rng(seed).normal(size=(9, 3)) * 200
    there = pose(yaw, pitch, roll, ppm)
    assert np.allclose(there.to_photo(there.to_head(points)), points)
    assert np.allclose(there.to_head(there.to_photo(points)), points)


@given(yaw=ANGLE, pitch=ANGLE, roll=ANGLE, seed=st.integers(0, 99))
def test_a_displacement_moves_the_picture_of_a_point_by_its_own_picture(
    yaw: float, pitch: float, roll: float, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    points, shift = rng.normal(size=(5, 3)) * 50, rng.normal(size=(5, 3)) * 4
    here = pose(yaw, pitch, roll)
    expected = (here.to_photo(points + shift) - here.to_photo(points))[:, :2]
    assert np.allclose(here.shift_px(shift), expected)


@given(yaw=ANGLE, pitch=ANGLE)
def test_angles_are_read_back_as_they_were_put_in(yaw: float, pitch: float) -> None:
    assert pose(yaw=yaw).yaw_deg == pytest.approx(yaw)
    assert pose(pitch=pitch).pitch_deg == pytest.approx(pitch)
    assert pose(roll=yaw).roll_deg == pytest.approx(yaw)


def test_convention_head_axes_point_left_up_and_out() -> None:
    left, up, out = (pose().to_photo(10 * np.eye(3)) - pose().origin_px) / 3.0
    assert np.allclose(left, (10, 0, 0))  # the patient's left is the right of the picture
    assert np.allclose(up, (0, -10, 0))  # y runs down in the picture
    assert np.allclose(out, (0, 0, -10))  # landmark depth grows away from the camera


def test_convention_signs_of_the_angles() -> None:
    nose = np.array([[0.0, 0.0, 20.0]])
    crown = np.array([[0.0, 100.0, 0.0]])
    assert pose(yaw=20).shift_px(nose)[0, 0] > 0  # looks to the right of the picture
    assert pose(pitch=20).shift_px(nose)[0, 1] < 0  # chin lifted: the nose points up
    assert pose(roll=20).shift_px(crown)[0, 0] > 0  # leans to the right of the picture


@given(factor=st.floats(0.1, 4.0), yaw=ANGLE)
def test_a_resized_photo_has_the_same_head(factor: float, yaw: float) -> None:
    points = np.random.default_rng(0).normal(size=(6, 3)) * 60
    here = pose(yaw)
    resized = here.to_photo(points) * factor
    resized[:, :2] += 0.5 * factor - 0.5  # pixel centres lie at whole numbers
    assert np.allclose(here.at_scale(factor).to_head(resized), points)
    assert here.at_scale(factor).yaw_deg == here.yaw_deg


@pytest.mark.parametrize("yaw_deg", [-30, -15, 0, 15, 30])
def test_the_model_sees_which_way_a_head_looks(yaw_deg: float) -> None:
    found = read_face(Photo.from_rgb(turned_head(hopper(), yaw_deg))).pose.yaw_deg
    assert 0.5 * abs(yaw_deg) - 4 < abs(found) < abs(yaw_deg) + 4
    assert yaw_deg == 0 or np.sign(found) == np.sign(yaw_deg)


def test_the_model_sees_whether_the_chin_is_lifted() -> None:
    up, level, down = (
        read_face(Photo.from_rgb(turned_head(hopper(), 0, p))).pose.pitch_deg for p in (18, 0, -18)
    )
    assert up > level + 8 > down + 16


@pytest.mark.parametrize("turn_deg", [-25, -10, 10, 25])
def test_a_turned_photo_is_a_leaning_head_and_nothing_else(turn_deg: float) -> None:
    face = hopper()
    image, _ = moved(face.photo.image, turn_deg=turn_deg, size=0.9)
    found = remeasured(image)
    # cv2 turns counter-clockwise, which leans the head to the left of the picture
    assert found.pose.roll_deg - face.pose.roll_deg == pytest.approx(-turn_deg, abs=1.5)
    assert found.pose.yaw_deg == pytest.approx(face.pose.yaw_deg, abs=1.5)
    off_mm = np.linalg.norm(found.mesh_mm - face.mesh_mm, axis=1)
    assert np.median(off_mm) < 1.0


def test_the_mesh_is_the_landmarks_in_the_head_frame() -> None:
    face = hopper()
    assert np.allclose(face.pose.to_photo(face.mesh_mm), face.landmarks_px)
    assert np.allclose(face.mesh_mm[[33, 133, 362, 263]].mean(axis=0), 0)
    assert face.mesh_mm[4, 2] > face.mesh_mm[234, 2]  # the nose lies ahead of the ear


# Scale.


def test_the_iris_gives_the_scale() -> None:
    face = collins()
    expected = iris_diameter_px(face.landmarks_px) / EFFECTIVE_IRIS_MM
    assert face.px_per_mm == pytest.approx(expected)
    assert face.scale.source == "iris"
    assert face.scale.relative_sd == pytest.approx(IRIS_REL_SD)


def test_a_known_distance_of_the_pupils_replaces_the_iris() -> None:
    points = hopper().landmarks_px
    found = estimate_scale(points, ScaleHint(interpupillary_mm=60.0))
    apart_px = float(np.linalg.norm(points[473] - points[468]))
    assert found.px_per_mm == pytest.approx(apart_px / 60.0)
    assert found.source == "interpupillary_distance"
    assert found.relative_sd == pytest.approx(PUPILS_REL_SD)


def test_a_known_length_replaces_the_iris() -> None:
    hint = ScaleHint(length_mm=24.25, length_px=((10.0, 10.0), (10.0, 58.5)))
    found = estimate_scale(hopper().landmarks_px, hint)
    assert found.px_per_mm == pytest.approx(2.0)
    assert found.source == "known_length"
    assert found.relative_sd == pytest.approx(LENGTH_REL_SD)


@pytest.mark.parametrize(
    "hint",
    [
        ScaleHint(interpupillary_mm=0.0),
        ScaleHint(interpupillary_mm=-60.0),
        ScaleHint(interpupillary_mm=120.0),
        ScaleHint(interpupillary_mm=float("nan")),
        ScaleHint(length_mm=0.0, length_px=((0, 0), (99, 0))),
        ScaleHint(length_mm=9e9, length_px=((0, 0), (99, 0))),
        ScaleHint(length_mm=float("nan"), length_px=((0, 0), (99, 0))),
        ScaleHint(length_mm=25.0, length_px=((5, 5), (5, 5))),
        ScaleHint(length_mm=25.0, length_px=((0, 0), (float("nan"), 0))),
    ],
)
def test_an_impossible_hint_is_refused_in_a_sentence(hint: ScaleHint) -> None:
    with pytest.raises(PlanError, match=r"^[A-Z].*\.$"):
        estimate_scale(hopper().landmarks_px, hint)


def test_a_hint_changes_mm_and_nothing_else() -> None:
    face = hopper()
    found = remeasured(face.photo.image, ScaleHint(interpupillary_mm=70.0))
    assert np.array_equal(found.landmarks_px, face.landmarks_px)
    ratio = found.mesh_mm[10] / face.mesh_mm[10]
    assert np.allclose(ratio, face.px_per_mm / found.px_per_mm)
    assert found.key != face.key


def test_a_photo_half_the_size_has_half_the_scale() -> None:
    face = hopper()
    small = face.resized(300)
    assert small.px_per_mm == pytest.approx(face.px_per_mm / 2)
    assert small.scale.relative_sd == pytest.approx(face.scale.relative_sd)
    assert np.allclose(small.pose.to_head(small.landmarks_px), face.mesh_mm)
    assert face.resized(9999) is face
