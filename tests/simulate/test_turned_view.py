"""A head that is turned: the photo where it is not, depth where it is, and what is said of it."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from face_mesh.landmarks.anatomy import curve, point
from simulate import Conditions, Outcome, Plan, simulate
from simulate.export.turned_view import (
    GROUND,
    SCALE_PX,
    STILL_SAID,
    movement_image,
    nearest_values,
    sentences,
    turned_images,
    turned_panels,
    turned_sheet,
)
from simulate.outcome.turned_head import (
    MOST_DEG,
    head_mesh,
    profile_of,
    side_turn_deg,
    turning_shows,
)
from tests.simulate.faces import face_of


def outcome_of(*treatments: str) -> Outcome:
    return simulate(face_of("hopper"), Plan.parse(treatments), engine="fake")


@pytest.fixture(scope="module")
def chin() -> Outcome:
    return outcome_of("chin_filler=4")


def test_a_head_that_is_not_turned_looks_as_in_the_photo(chin: Outcome) -> None:
    face, mesh = chin.face, head_mesh(chin.face)
    looking = np.degrees(np.arctan2(face.pose.rotation[0, 2], face.pose.rotation[2, 2]))
    before, _ = turned_images(chin, float(looking), 300)
    # The middle of the face, at the size of the render.
    away = np.abs(before.astype(float) - GROUND).max(axis=2) > 8
    rows, columns = np.flatnonzero(away.any(axis=1)), np.flatnonzero(away.any(axis=0))
    shown = before[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    xy = face.pose.to_photo(mesh.vertices_mm[mesh.known > 0.3])[:, :2]
    low, high = np.floor(xy.min(axis=0)).astype(int), np.ceil(xy.max(axis=0)).astype(int)
    photo = face.photo.image[low[1] : high[1], low[0] : high[0]]
    middle = shown[shown.shape[0] // 3 : -shown.shape[0] // 3].reshape(-1, 3).mean(axis=0)
    same = photo[photo.shape[0] // 3 : -photo.shape[0] // 3].reshape(-1, 3).mean(axis=0)
    assert np.abs(middle - same).max() < 16.0


def test_filler_of_the_chin_brings_the_profile_forward_and_nothing_else(chin: Outcome) -> None:
    profile, mesh = profile_of(chin), head_mesh(chin.face)
    forward = profile.after_mm[:, 0] - profile.before_mm[:, 0]
    at = {name: int(np.flatnonzero(mesh.profile == point(name))[0]) for name in PLACES}
    assert forward[at["pogonion"]] > 1.0
    assert profile.sd_mm[at["pogonion"]] > 0.1
    for name in ("glabella", "pronasale"):
        assert abs(forward[at[name]]) < 0.05
        assert profile.sd_mm[at[name]] < 0.05


PLACES = ("pogonion", "glabella", "pronasale")


def test_the_profile_runs_from_the_forehead_to_the_chin(chin: Outcome) -> None:
    profile = profile_of(chin)
    assert profile.before_mm[0, 1] > 30.0 > -30.0 > profile.before_mm[-1, 1]
    steps = np.linalg.norm(np.diff(profile.before_mm, axis=0), axis=1)
    assert steps.max() < 5.0


def test_turning_shows_depth_that_the_front_hides() -> None:
    forward = outcome_of("tip_projection=4")
    front = [image.astype(int) for image in turned_images(forward, 0.001, 300)]
    turned = [image.astype(int) for image in turned_images(forward, MOST_DEG, 300)]
    apart = [np.count_nonzero(np.abs(a - b).max(axis=2) > 10) for a, b in (front, turned)]
    assert apart[1] > 2 * apart[0]


def test_skin_that_nobody_saw_is_not_shown(chin: Outcome) -> None:
    mesh = head_mesh(chin.face)
    assert mesh.known[list(curve("face_oval"))].max() < 0.05
    for name in ("pronasale", "pogonion", "pupil_left", "nasal_sidewall_right"):
        if point(name) < len(mesh.known):
            assert mesh.known[point(name)] > 0.95


def test_what_moves_nothing_says_so(chin: Outcome) -> None:
    still = outcome_of("ipl_redness=2")
    assert not turning_shows(still)
    assert turning_shows(chin)
    assert STILL_SAID in [one.template for one in sentences(still)]
    assert STILL_SAID not in [one.template for one in sentences(chin)]


def test_who_is_treated_on_one_side_is_turned_to_show_it() -> None:
    assert side_turn_deg(outcome_of("cheek_filler=2:left")) < 0
    assert side_turn_deg(outcome_of("cheek_filler=2:right")) > 0
    assert side_turn_deg(outcome_of("chin_filler=2")) > 0


def test_only_the_simulated_one_is_marked(chin: Outcome) -> None:
    before, after, _, _ = turned_panels(chin, 20.0)
    assert np.ptp(before[-10:].reshape(-1, 3), axis=0).max() < 8
    assert np.ptp(after[-10:].reshape(-1, 3), axis=0).max() > 60


def test_where_it_moves_is_coloured_and_nothing_else(chin: Outcome) -> None:
    """All else is grey."""
    before, after = turned_images(chin, 0.001)
    map_ = movement_image(chin, 0.001, after).astype(int)
    coloured = np.ptp(map_[: -2 * SCALE_PX], axis=2) > 12
    rows = np.flatnonzero(coloured.any(axis=1))
    head = np.flatnonzero((np.abs(before.astype(int) - GROUND).max(axis=2) > 8).any(axis=1))
    assert coloured.mean() > 0.01
    assert rows[0] > head[0] + 0.6 * np.ptp(head)  # of a chin
    foot = map_[-SCALE_PX - 2]
    assert (np.ptp(foot, axis=1) > 60).mean() > 0.5


def test_the_sheet_has_room_for_its_words(chin: Outcome) -> None:
    sheet = turned_sheet(chin, -MOST_DEG)
    assert sheet.dtype == np.uint8
    assert sheet.shape[0] > 700


@settings(max_examples=30, deadline=None)
@given(depths=st.lists(st.floats(-5, 5), min_size=2, max_size=6, unique=True))
def test_the_nearest_triangle_is_seen(depths: list[float]) -> None:
    corners = np.array([[2.0, 2.0], [2.0, 17.0], [17.0, 2.0]])
    there = np.concatenate([np.c_[corners, np.full(3, depth)] for depth in depths])
    triangles = np.arange(3 * len(depths)).reshape(-1, 3)
    values = np.repeat(np.arange(len(depths), dtype=float), 3)[:, None]
    found, seen = nearest_values(there, triangles, values, (20, 20))
    assert seen[4, 4]
    assert found[4, 4, 0] == pytest.approx(float(np.argmax(depths)), abs=1e-3)
    assert not seen[18, 18]


def test_triangles_seen_from_behind_are_left_out() -> None:
    there = np.array([[2.0, 2.0, 0.0], [17.0, 2.0, 0.0], [2.0, 17.0, 0.0]])
    _, seen = nearest_values(there, np.array([[0, 1, 2]]), np.ones((3, 1)), (20, 20))
    assert not seen.any()


def test_the_settled_plan_and_its_time_are_turned_alike() -> None:
    face = face_of("hopper")
    then = Conditions(when="2y", engine="fake")
    outcome = simulate(face, Plan.parse(["chin_filler=4"]), when=then.when, engine="fake")
    later, now = profile_of(outcome), profile_of(outcome_of("chin_filler=4"))
    assert np.ptp(later.after_mm - later.before_mm) < np.ptp(now.after_mm - now.before_mm)
