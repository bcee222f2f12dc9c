"""A turned head as the picture shows it: rendered turns, and photos from the front left alone."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from benchmarks.turned import PX_PER_MM, turned_photo, turned_pose
from face_mesh.landmarks.detect import Detection, find_faces, refine
from face_mesh.landmarks.model_file import canonical_mesh
from face_mesh.landmarks.pose import Pose
from face_mesh.landmarks.scale import estimate_scale
from face_mesh.landmarks.yaw_correction import HeadFit
from tests.face_mesh.faces import collins, hopper

FLIP = np.diag([-1.0, 1.0, 1.0])


@cache
def seen(yaw_deg: float) -> Detection:
    """What the model sees of a sample face turned by `yaw_deg`."""
    image = turned_photo(hopper(), turned_pose(yaw_deg))
    return refine(image, find_faces(image)[0])


def corrected(found: Detection) -> Detection:
    """The same turned as the picture shows it."""
    return HeadFit.fit(found.points_px).correct_yaw(found)


def yaw_deg(found: Detection) -> float:
    """The turn of a detection."""
    return Pose.of(found.points_px, found.rotation, PX_PER_MM).yaw_deg


@pytest.mark.parametrize("turn", [-45.0, -30.0, 30.0, 45.0])
def test_a_turn_is_read_to_within_a_sixth(turn: float) -> None:
    """As the model says it, it would be off by more."""
    found = seen(turn)
    assert yaw_deg(corrected(found)) == pytest.approx(turn, abs=abs(turn) / 6)
    assert abs(yaw_deg(found)) < abs(turn) * 5 / 6


@pytest.mark.parametrize("turn", [-45.0, -30.0, 30.0, 45.0])
def test_the_head_is_nearer_to_its_own_shape_and_size(turn: float) -> None:
    """Shape after the middle is laid on the true one, at the true scale; size by the scale."""
    found, true = seen(turn), hopper().mesh_mm[:468]

    def off_mm(one: Detection) -> float:
        mesh = Pose.of(one.points_px, one.rotation, PX_PER_MM).to_head(one.points_px)[:468]
        apart = (mesh - mesh.mean(axis=0)) - (true - true.mean(axis=0))
        return float(np.median(np.linalg.norm(apart, axis=1)))

    better = corrected(found)
    assert off_mm(better) < 0.8 * off_mm(found)
    iris = estimate_scale(found.points_px)
    off = [
        abs(np.log(s.px_per_mm / PX_PER_MM))
        for s in (iris, HeadFit.fit(better.points_px).scale_for_yaw(iris))
    ]
    assert off[1] < 0.09 < 0.14 < off[0]  # an iris of a head turned like this is seen narrow


def test_a_face_from_the_front_is_left_alone() -> None:
    for face in (hopper(), collins()):
        found = Detection(face.landmarks_px, face.pose.rotation, {})
        assert corrected(found) is found
        assert HeadFit.fit(face.landmarks_px).scale_for_yaw(face.scale) is face.scale


def test_a_scale_that_somebody_knows_is_left_alone() -> None:
    known = replace(hopper().scale, source="known_length")
    assert HeadFit.fit(turned_pose(40.0).to_photo(hopper().mesh_mm)).scale_for_yaw(known) is known


def test_a_mirrored_head_is_straightened_to_its_mirror_image() -> None:
    found = seen(35.0)
    across = found.points_px[canonical_mesh().mirror] * (-1.0, 1.0, 1.0)
    mirrored = corrected(Detection(across, FLIP @ found.rotation @ FLIP, {}))
    here = corrected(found)
    assert np.allclose(mirrored.rotation, FLIP @ here.rotation @ FLIP, atol=1e-9)
    back = mirrored.points_px[canonical_mesh().mirror] * (-1.0, 1.0, 1.0)
    assert np.allclose(back, here.points_px, atol=1e-6)


def test_the_correction_comes_in_without_a_step() -> None:
    """A quarter of a degree more of turn changes what is read by no more than a degree."""
    mesh, turns = hopper().mesh_mm, np.arange(4.0, 22.0, 0.25)
    read = []
    for turn in turns:
        points = turned_pose(turn).to_photo(mesh)
        flat = turned_pose(0.75 * turn).rotation
        read.append((yaw_deg(corrected(Detection(points, flat, {}))), HeadFit.fit(points).share))
    steps = np.diff([yaw for yaw, _ in read])
    assert steps.min() > 0.0
    assert steps.max() < 1.0
    assert read[0][1] == 0.0
    assert read[-1][1] == 1.0
