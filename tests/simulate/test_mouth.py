"""Parted lips slide over teeth, which stay to the byte; lips that touch stay where they touch."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from face_mesh import Face, Photo, measure_face, open_photo
from face_mesh.arrays import Bool, Mask
from face_mesh.landmarks.anatomy import curve, point
from face_mesh.landmarks.pose import Pose
from face_mesh.layers.mouth_interior import mouth_interior
from simulate import Outcome, Plan, simulate
from simulate.geometry import displacement
from simulate.geometry.grid import Grid
from tests.helpers import FACES, use_photo
from tests.simulate.faces import bare, face_of
from tests.simulate.smiles import GUM, LIP, PX_PER_MM, TOOTH, mouth_of, smile_of

MOST = ("gummy_smile_toxin=5", "lip_lift=5", "lip_filler=2.6", "lip_flip=6", "chin_filler=3")
SHADOW_MM = 1.5  # beside a lip that moves, teeth lie in its shadow


def like(image: np.ndarray, colour: tuple[int, int, int]) -> Bool:
    return np.abs(image.astype(int) - colour).max(axis=2) < 24


def away_px(here: Bool) -> Mask:
    """How far each pixel is from any that is true."""
    return cv2.distanceTransform((~here).astype(np.uint8), cv2.DIST_L2, 5)


def end_of_upper_lip(image: np.ndarray, face: Face) -> int:
    """The row where the upper lip ends in the middle of the mouth."""
    x, y = np.round(face.landmarks_px[point("stomion_inferius"), :2]).astype(int)
    return int(np.flatnonzero(like(image[: y - 8, x - 6 : x - 5], LIP)[:, 0])[-1])


@pytest.mark.parametrize("gum_mm", [0.0, 2.0, 3.0, 4.0])
@pytest.mark.parametrize("sample", ["hopper", "collins"])
def test_the_inside_of_the_mouth_and_its_gum_are_found(sample: str, gum_mm: float) -> None:
    face = smile_of(sample, gum_mm)
    interior = mouth_interior(face)
    assert interior is not None
    drawn = mouth_of(face.landmarks_px, face.photo.image.shape[:2])
    found = np.zeros(drawn.shape, np.bool_)
    found[interior.rows, interior.columns] = interior.matte > 0.5
    assert (found & drawn).sum() / (found | drawn).sum() > 0.9
    assert interior.gum_mm == pytest.approx(gum_mm, abs=0.35)


def test_lips_that_touch_have_nothing_between_them() -> None:
    assert mouth_interior(face_of("hopper")) is None


@pytest.mark.parametrize("treatment", MOST)
@pytest.mark.parametrize("sample", ["hopper", "collins"])
def test_teeth_and_gums_that_stay_in_sight_stay_to_the_byte(sample: str, treatment: str) -> None:
    face = smile_of(sample, 4.0)
    before, after = face.photo.image, simulate(face, Plan.parse(treatment), responder="high").image
    inside = mouth_of(face.landmarks_px, before.shape[:2])
    teeth = inside & (away_px(~inside) > SHADOW_MM * PX_PER_MM)
    lip = np.maximum.accumulate((like(after, LIP) & inside)[::-1])[::-1]  # and what is above it
    seen = teeth & (away_px(lip) > SHADOW_MM * PX_PER_MM)
    assert seen.sum() > 0.2 * teeth.sum()
    assert (after[seen] == before[seen]).all()


def test_the_upper_lip_comes_down_over_the_teeth_and_the_lower_stays() -> None:
    face = smile_of("hopper", 4.0)
    outcome = simulate(face, Plan.parse("gummy_smile_toxin=2.5"))
    before, after = face.photo.image, outcome.image
    down_mm = (end_of_upper_lip(after, face) - end_of_upper_lip(before, face)) / PX_PER_MM
    assert down_mm == pytest.approx(3.42, abs=0.5)
    lower = face.landmarks_px[[point("stomion_inferius"), point("labrale_inferius")], :2].mean(0)
    x, y = np.round(lower).astype(int)
    here = (slice(y - 6, y + 6), slice(x - 30, x + 30))
    assert np.abs(after[here].astype(int) - before[here]).mean() < 0.5
    inside = mouth_of(face.landmarks_px, before.shape[:2])
    assert (like(after, GUM) & inside).sum() < 0.5 * (like(before, GUM) & inside).sum()


def test_a_lip_lift_in_a_smile_makes_up_no_teeth_and_no_gum() -> None:
    face = smile_of("collins", 0.0)
    outcome = simulate(face, Plan.parse("lip_lift=5"))
    before, after = face.photo.image, outcome.image
    assert abs(end_of_upper_lip(after, face) - end_of_upper_lip(before, face)) <= 1
    assert like(after, TOOTH).sum() == pytest.approx(like(before, TOOTH).sum(), rel=0.02)


def moved_mm(outcome: Outcome, name: str) -> np.ndarray:
    """How far up the skin at the landmarks of a curve was moved, in the picture."""
    shift = outcome.face.pose.shift_px(outcome.shift_mm_vertices)[list(curve(name))]
    return -shift[:, 1] / outcome.face.px_per_mm


@pytest.mark.parametrize("sample", ["hopper", "collins"])
def test_a_lip_lift_leaves_the_line_between_the_lips_and_the_lower_lip(
    sample: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a full lip; how much less of a thin one, tests.simulate.test_lower_face."""
    monkeypatch.setattr(displacement, "extent", lambda face, finding, side: 1.0)
    outcome = simulate(bare(face_of(sample)), Plan.parse("lip_lift=4"))
    for name in ("upper_inner_lip", "lower_inner_lip", "lower_vermilion_border"):
        assert np.abs(moved_mm(outcome, name)).max() < 0.15
    assert moved_mm(outcome, "upper_vermilion_arch").min() > 1.2
    found = {c.measure: c.after - c.before for c in outcome.changes}
    assert found["philtrum_length"] < -2.0
    assert found["upper_vermilion_height"] > 2.0
    assert "lower_vermilion_height" not in found


@pytest.mark.parametrize("sample", ["hopper", "collins"])
def test_a_filled_lip_rises_gently_from_the_corner(sample: str) -> None:
    """It was a vertical step: nothing, and an eighth of the most a millimetre farther."""
    face = face_of(sample)
    outcome = simulate(face, Plan.parse("lip_filler=2.6"))
    border = face.mesh_mm[list(curve("upper_vermilion_border")), :2]
    up = moved_mm(outcome, "upper_vermilion_border")
    slopes = np.abs(np.diff(up)) / np.linalg.norm(np.diff(border, axis=0), axis=1)
    assert slopes.max() < 0.11 * up.max()
    assert up.max() > 1.0


def test_the_field_between_parted_lips_goes_from_the_one_to_the_other() -> None:
    face = smile_of("hopper", 4.0)
    grid = Grid.of(face)
    up = np.zeros((grid.interpolate.shape[1], 3))
    up[:, 1] = 1.0
    field = grid.place(face, up)
    assert grid.between_lips.sum() > 30
    assert not (grid.between_lips & grid.inside).any()
    assert field[grid.between_lips, 1] == pytest.approx(-face.px_per_mm, rel=0.02)


@pytest.mark.shared
@pytest.mark.parametrize("photo", ["094_08", "130_08", "107_08", "100_08"])
@pytest.mark.parametrize("treatment", MOST)
def test_teeth_in_photos_stay_to_the_byte_or_are_covered(photo: str, treatment: str) -> None:
    if not FACES.is_dir():
        pytest.skip("the shared face photos are not on this machine")
    face = bare(measure_face(open_photo(use_photo(FACES / f"london/smiling/{photo}.jpg"))))
    interior = mouth_interior(face)
    assert interior is not None
    before = face.photo.image[interior.rows, interior.columns]
    after = simulate(face, Plan.parse(treatment)).image[interior.rows, interior.columns]
    lips = interior.matte < 0.5
    # The most of toxin is 1.33 times the usual dose; other treatments hold the edge of the lip.
    reach_mm = 1.4 * interior.gum_mm if treatment.startswith("gummy") else 0.5
    seen = away_px(lips) > (reach_mm + SHADOW_MM) * face.px_per_mm
    assert seen.sum() > 0
    assert (after[seen] == before[seen]).all()


@pytest.mark.parametrize("turns", [1, 2, 3])
def test_a_photo_on_its_side_shows_the_same_smile(turns: int) -> None:
    upright = smile_of("hopper", 3.0)
    lying = turned(upright, turns)
    first, second = mouth_interior(upright), mouth_interior(lying)
    assert first is not None
    assert second is not None
    assert second.gum_mm == pytest.approx(first.gum_mm, abs=0.3)
    plan = Plan.parse("gummy_smile_toxin=2.5")
    here, there = (simulate(face, plan).image for face in (upright, lying))
    off = np.abs(np.rot90(there, -turns).astype(int) - here)
    assert np.percentile(off, 99.5) <= 3
    assert (off.max(axis=2) > 24).sum() < 0.1 * (np.abs(here - upright.photo.image) > 24).sum()


def turned(face: Face, turns: int) -> Face:
    """The same face in a photo turned anticlockwise by quarters."""
    image = np.ascontiguousarray(np.rot90(face.photo.image, turns))
    points, origin = face.landmarks_px.copy(), face.pose.origin_px.copy()
    rotation, width = face.pose.rotation, face.photo.width
    for _ in range(turns):
        height = width if _ % 2 == 0 else face.photo.height
        points[:, :2] = np.stack([points[:, 1], height - 1 - points[:, 0]], axis=1)
        origin[:2] = origin[1], height - 1 - origin[0]
        rotation = np.array([[0.0, -1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]) @ rotation
    pose = Pose(rotation, origin, face.px_per_mm)
    photo = Photo.from_rgb(image)
    return replace(face, photo=photo, landmarks_px=points, pose=pose, workspace={})
