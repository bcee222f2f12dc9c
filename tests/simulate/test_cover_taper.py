"""Hair over what a treatment moves: it stays where it is, and skin bulges beneath it."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from face_mesh import Face, Photo
from face_mesh.arrays import Bool
from face_mesh.errors import PlanError
from face_mesh.landmarks.anatomy import point
from simulate import Plan, simulate
from simulate.geometry.cover_taper import HAIR_TAPER_MM, hair_mask, off_covers
from simulate.geometry.grid import NODE_MM, Grid
from tests.face_mesh.faces import hopper
from tests.face_mesh.skins import uncovered
from tests.simulate.faces import bare, face_of

HAIR = (40, 32, 28)


def under_hair(from_mm: float) -> tuple[Face, Bool]:
    """A head with dark hair outwards from so far inside the temples, and where the hair is."""
    face = bare(face_of("collins"))
    hair = np.zeros(face.photo.image.shape[:2], np.uint8)
    for side, out in (("left", 1.0), ("right", -1.0)):
        x, y, z = face.mesh_mm[point(f"temple_{side}")]
        corners = [(x - out * from_mm, y + 45.0), (x + out * 30.0, y + 45.0)]
        corners += [(x + out * 30.0, y - 40.0), (x - out * from_mm, y - 40.0)]
        at = face.pose.to_photo(np.array([(*corner, z) for corner in corners]))[:, :2]
        cv2.fillPoly(hair, [np.round(at).astype(np.int32)], 1)
    picture = face.photo.image.copy()
    grain = np.random.default_rng(5).integers(-8, 9, (*hair.shape, 1))
    picture[hair > 0] = np.clip(np.array(HAIR) + grain, 0, 255)[hair > 0]
    photo = Photo.from_rgb(np.asarray(picture, np.uint8))
    return replace(face, photo=photo, workspace=uncovered()), hair > 0


def test_the_hairline_stays_where_it_is_over_a_filled_temple() -> None:
    face, hair = under_hair(-2.0)
    assert hair_mask(face)[cv2.erode(hair.astype(np.uint8), np.ones((3, 3))) > 0].max() > 0.9
    outcome = simulate(face, Plan.parse("temple_filler=2"), engine="fake")
    moved_mm = outcome.shift_mm
    beside = cv2.distanceTransform((~hair).astype(np.uint8), cv2.DIST_L2, 5) / face.px_per_mm
    assert moved_mm[hair].max() < 0.12
    assert moved_mm[(beside > 0.0) & (beside < 1.5)].max() < 0.4
    free = moved_mm[(beside > HAIR_TAPER_MM)]
    assert free.max() > 0.3
    assert any("what is covered in this photo" in said for said in outcome.warnings)


def test_a_temple_under_hair_is_not_drawn_at_all() -> None:
    face, _ = under_hair(10.0)
    with pytest.raises(PlanError, match="something covers that part of the face"):
        simulate(face, Plan.parse("temple_filler=1.1"), engine="fake")
    simulate(face, Plan.parse("chin_filler=1"), engine="fake")


def test_the_farther_skin_is_moved_the_wider_it_gives_way_to_glasses() -> None:
    face, most_mm = hopper(), 6.0
    ones = np.ones(Grid.of(face).shape, np.float32)
    free = off_covers(face, ones, bends_glasses=True, most_mm=most_mm)
    steps = [np.abs(np.diff(free, axis=axis)).max() / NODE_MM for axis in (0, 1)]
    assert free.min() < 0.01
    assert most_mm * max(steps) < 0.6  # mm a mm: skin is not drawn out to streaks
