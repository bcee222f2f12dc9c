"""A change that no eye sees is said to be unseen, and one that it sees is not."""

import numpy as np
import pytest

from simulate import Plan, simulate
from simulate.outcome.visibility import EYE_MM, SEEN_MM, SEEN_STEPS, UNSEEN, is_seen
from tests.simulate.faces import face_of


@pytest.mark.parametrize(
    ("levels", "side_mm", "seen"), [(3, 20, False), (16, 20, True), (60, 3, False)]
)
def test_a_change_of_light_is_seen_where_it_is_strong_and_wide(
    levels: int, side_mm: int, seen: bool
) -> None:
    face = face_of("hopper")
    x, y = np.round(face.landmarks_px[50, :2]).astype(int)
    half = round(side_mm * face.px_per_mm / 2)
    image = face.photo.image.astype(int)
    image[y - half : y + half, x - half : x + half] -= levels
    after = np.clip(image, 0, 255).astype(np.uint8)
    assert is_seen(face, after, np.zeros((4, 4, 2), np.float32)) == seen


@pytest.mark.parametrize(("mm", "seen"), [(0.5 * SEEN_MM, False), (1.5 * SEEN_MM, True)])
def test_skin_that_moves_far_is_seen(mm: float, seen: bool) -> None:
    face = face_of("hopper")
    field = np.full((4, 4, 2), [mm * face.px_per_mm, 0.0], np.float32)
    assert is_seen(face, face.photo.image, field) == seen


def test_grain_is_no_change() -> None:
    face = face_of("hopper")
    noise = np.random.default_rng(0).normal(0.0, 1.0, face.photo.image.shape)
    noisy = np.clip(np.round(face.photo.image + noise), 0, 255).astype(np.uint8)
    assert EYE_MM * face.px_per_mm > 1.0
    assert SEEN_STEPS > 0
    assert not is_seen(face, noisy, np.zeros((4, 4, 2), np.float32))


def test_it_is_said_of_a_settled_plan_alone() -> None:
    face = face_of("hopper")
    little, much = (
        simulate(face, Plan.parse([f"chin_filler={ml}"]), engine="fake") for ml in (0.1, 4.0)
    )
    assert UNSEEN in little.warnings or any("quiet" in one for one in little.warnings)
    assert UNSEEN not in much.warnings
    assert UNSEEN not in simulate(face, Plan.parse(["chin_filler=0"]), engine="fake").warnings
