"""Landmarks: found everywhere in a photo, the same however it is framed, mirrored with it."""

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from benchmarks.measure_repeatability import HAND_POINTS, hand_points
from face_mesh import (
    Face,
    Photo,
    PhotoError,
    measure_face,
    open_photo,
    pipeline,
    read_face,
)
from face_mesh.arrays import Points, Rgb
from face_mesh.landmarks.anatomy import point
from face_mesh.landmarks.detect import find_faces, refine
from face_mesh.landmarks.model_file import canonical_mesh
from tests.face_mesh.faces import (
    beside,
    collins,
    held_out,
    hopper,
    measured,
    moved,
    remeasured,
    resized,
)
from tests.helpers import use_photo


def off_mm(face: Face, image: Rgb, matrix: Points) -> Points:
    """How far each landmark of a moved photo lies from where the move took it, in mm."""
    expected = face.landmarks_px[:, :2] @ matrix[:, :2].T + matrix[:, 2]
    found = read_face(Photo.from_rgb(image))
    size = float(np.sqrt(np.linalg.det(matrix[:, :2])))
    away = np.linalg.norm(found.landmarks_px[:, :2] - expected, axis=1)
    return np.asarray(away / (face.px_per_mm * size))


MOVES = {
    "shifted": {"shift_px": (17.3, -11.6)},
    "turned": {"turn_deg": 9.0},
    "smaller": {"size": 0.75},
    "all": {"shift_px": (-8.2, 5.1), "turn_deg": -14.0, "size": 0.85},
}


def test_two_faces_are_found_from_left_to_right() -> None:
    left, right = resized(hopper(), 84), resized(collins(), 90)
    found = find_faces(beside(left, right))
    assert len(found) == 2
    assert found[0].points_px[:, 0].max() < len(left[0]) < found[1].points_px[:, 0].min()


@pytest.mark.parametrize("picture", ["grey", "noise", "stripes"])
def test_no_face_is_found_where_there_is_none(picture: str) -> None:
    image = np.full((400, 300, 3), 128, np.uint8)
    if picture == "noise":
        image = np.random.default_rng(0).integers(0, 256, (400, 300, 3), dtype=np.uint8)
    if picture == "stripes":
        image[::8] = 255
    assert find_faces(image) == []


def test_a_face_far_from_the_camera_is_looked_for_in_parts_of_the_photo() -> None:
    face = hopper()
    wall = np.full((2400, 1800, 3), 170, np.uint8)
    wall[300:900, 620:1132] = face.photo.image
    found = find_faces(wall)
    assert len(found) == 1
    off = np.abs(found[0].points_px[:, :2] - face.landmarks_px[:, :2] - (620, 300))
    assert np.median(off) < 2.0 * face.px_per_mm


@pytest.mark.parametrize("face", [hopper, collins])
@pytest.mark.parametrize("move", MOVES)
def test_framing_does_not_move_the_landmarks(face: Callable[[], Face], move: str) -> None:
    image, matrix = moved(face().photo.image, **MOVES[move])
    off = off_mm(face(), image, matrix)
    assert np.median(off) < 0.8
    assert off.max() < 4.0


@pytest.mark.parametrize("face", [hopper, collins])
def test_a_mirrored_photo_has_mirrored_landmarks(face: Callable[[], Face]) -> None:
    found = remeasured(face().photo.image[:, ::-1])
    back = found.landmarks_px[canonical_mesh().mirror, :2].copy()
    back[:, 0] = face().photo.width - 1 - back[:, 0]
    off = np.linalg.norm(back - face().landmarks_px[:, :2], axis=1) / face().px_per_mm
    assert np.median(off) < 0.5
    assert off.max() < 2.0
    assert found.pose.yaw_deg == pytest.approx(-face().pose.yaw_deg, abs=1.0)


def test_a_one_sided_expression_changes_sides_in_a_mirrored_photo() -> None:
    face = collins()
    found = remeasured(face.photo.image[:, ::-1])
    names = [n for n in face.expression if "Left" in n]
    assert len(names) > 10
    for name in names:
        other = name.replace("Left", "Right")
        assert found.expression[other] == pytest.approx(face.expression[name], abs=0.1)


def test_looking_again_gives_the_very_same_answer() -> None:
    photo = hopper().photo
    assert measure_face(photo).key == measure_face(photo).key
    assert measure_face(photo) == hopper()


def test_a_second_look_that_finds_nothing_keeps_the_first() -> None:
    (rough,) = find_faces(hopper().photo.image)
    blank = np.full_like(hopper().photo.image, 128)
    assert refine(blank, rough) is rough


def test_every_landmark_and_every_iris_is_there() -> None:
    face = hopper()
    assert face.landmarks_px.shape == (478, 3)
    assert np.isfinite(face.landmarks_px).all()
    assert face.landmarks_px[468, 0] < face.landmarks_px[473, 0]  # the right eye is on the left
    assert all(0.0 <= score <= 1.0 for score in face.expression.values())
    assert {"mouthSmileLeft", "browInnerUp", "jawOpen", "eyeBlinkRight"} <= set(face.expression)


def test_a_greyscale_and_a_recompressed_photo_have_the_same_landmarks() -> None:
    face = hopper()
    grey = np.repeat(cv2.cvtColor(face.photo.image, cv2.COLOR_RGB2GRAY)[:, :, None], 3, axis=2)
    stored = cv2.imencode(".jpg", face.photo.image, [cv2.IMWRITE_JPEG_QUALITY, 40])[1]
    for image in (grey, np.asarray(cv2.imdecode(stored, cv2.IMREAD_COLOR), np.uint8)):
        assert np.median(off_mm(face, image, np.eye(2, 3))) < 1.0


# On shared photos.


def test_the_pupils_lie_on_the_hand_placed_ones(faces_dir: Path) -> None:
    off = []
    for path in held_out():
        face, hand = measured(path), hand_points(path)
        pupils = [point("pupil_right"), point("pupil_left")]
        ours, theirs = face.landmarks_px[pupils, :2], hand[:2]
        apart = np.linalg.norm(theirs[1] - theirs[0])
        off += (np.linalg.norm(ours - theirs, axis=1) / apart).tolist()
    median, p95 = np.percentile(off, [50, 95])
    print(f"pupils: median {median:.1%}, 95th percentile {p95:.1%} of the distance between them")
    assert median < 0.02
    assert p95 < 0.03


def test_the_named_points_lie_near_the_hand_placed_ones(faces_dir: Path) -> None:
    off = []
    for path in held_out():
        face, hand = measured(path), hand_points(path)
        ours = face.landmarks_px[[point(n) for n in HAND_POINTS], :2]
        theirs = hand[list(HAND_POINTS.values())]
        off.append(np.linalg.norm(ours - theirs, axis=1) / face.scale.px_per_mm)
    mean_mm = dict(zip(HAND_POINTS, np.mean(off, axis=0), strict=True))
    print({name: round(float(mm), 1) for name, mm in mean_mm.items()})
    assert np.mean(list(mean_mm.values())) < 1.7
    assert max(mean_mm.values()) < 4.0  # the chin point, which is placed along a flat curve


def test_framing_does_not_move_the_landmarks_of_large_photos(faces_dir: Path) -> None:
    medians = []
    for path in held_out()[:4]:
        face = measure_face(open_photo(use_photo(path)))
        for move in MOVES.values():
            image, matrix = moved(face.photo.image, **move)
            medians.append(float(np.median(off_mm(face, image, matrix))))
    print(
        f"landmarks after a move: median {np.median(medians):.2f} mm, worst {max(medians):.2f} mm"
    )
    assert max(medians) < 0.5


def test_a_face_is_found_in_a_photo_of_a_scene(faces_dir: Path) -> None:
    face = measure_face(open_photo(use_photo(held_out()[1])))
    scene = np.full((3000, 4000, 3), 90, np.uint8)
    small = face.resized(700).photo.image
    scene[200 : 200 + len(small), 2500 : 2500 + len(small[0])] = small
    found = measure_face(Photo.from_rgb(scene))
    assert found.px_per_mm == pytest.approx(face.px_per_mm * 700 / 1350, rel=0.04)


def test_a_face_is_read_off_what_was_found_already(monkeypatch: pytest.MonkeyPatch) -> None:
    photo = hopper().photo
    found = find_faces(photo.image)
    monkeypatch.setattr(pipeline, "find_faces", None)  # called, it would fail
    assert read_face(photo, detections=found) == hopper()
    with pytest.raises(PhotoError, match="No face was found"):
        read_face(photo, detections=[])
