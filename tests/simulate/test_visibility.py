"""A change that no eye sees is said to be unseen, and one that it sees is not."""

from dataclasses import replace

import numpy as np
import pytest

from simulate import Plan, simulate
from simulate.catalogue.procedure import LESIONS
from simulate.outcome import pipeline
from simulate.outcome.faint_effects import fewer_lesions, says_every_sign
from simulate.outcome.visibility import EYE_MM, SEEN_STEPS, UNSEEN, is_seen
from simulate.skin.skin_effect import Reading, SkinEffect
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
    assert is_seen(face, after) == seen


def test_skin_that_moves_without_an_edge_shows_nothing() -> None:
    """And lips that move by as much do."""
    face = face_of("hopper")
    moved = np.roll(face.photo.image, round(2.0 * face.px_per_mm), axis=0)
    for landmark, seen in ((50, False), (13, True)):
        x, y = np.round(face.landmarks_px[landmark, :2]).astype(int)
        half = round(4.0 * face.px_per_mm)
        window = np.s_[y - half : y + half, x - half : x + half]
        image = face.photo.image.copy()
        image[window] = moved[window]
        assert is_seen(face, image) == seen


def test_a_warning_of_another_kind_does_not_stand_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Brown and black skin, whose people are warned of dark marks, is told as much as other."""
    monkeypatch.setattr(pipeline, "is_seen", lambda face, after: False)
    monkeypatch.setattr(pipeline, "faint_effects", lambda *given: ())
    monkeypatch.setattr(pipeline, "says_every_sign", lambda *given: False)
    outcome = simulate(
        face_of("hopper"), Plan.parse(["ipl_redness=3"]), phototype="V", engine="fake"
    )
    assert any("if your skin is brown or black" in one for one in outcome.warnings)
    assert UNSEEN in outcome.warnings


def test_a_word_on_a_part_of_it_does_not_stand_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """That a trough hardly changes says nothing of the cheek, a start that is unread nothing."""
    monkeypatch.setattr(pipeline, "is_seen", lambda face, after: False)
    monkeypatch.setattr(pipeline, "quiet_treatments", lambda *given: ())
    monkeypatch.setattr(pipeline, "faint_effects", lambda *given: ("so slight: tear trough",))
    cheek = simulate(face_of("hopper"), Plan.parse(["cheek_filler=3"]), engine="fake")
    assert cheek.warnings[-2:] == ("so slight: tear trough", UNSEEN)


def test_all_is_said_where_every_sign_is() -> None:
    skin = simulate(face_of("hopper"), Plan.parse(["ipl_redness=3"]), engine="fake").skin
    assert says_every_sign(replace(skin, slight=("redness",)))
    assert not says_every_sign(replace(skin, slight=()))
    assert not says_every_sign(SkinEffect())  # nothing was found, and of that nothing is said


@pytest.mark.parametrize("skin_seen", [False, True])
def test_brows_that_move_by_a_hair_show_nothing_where_no_line_goes(
    skin_seen: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of crow's feet that are not there the brow alone is left, half a mm higher."""
    answers = iter([skin_seen, True])  # of the skin alone, and of the whole picture
    monkeypatch.setattr(pipeline, "is_seen", lambda face, after: next(answers))
    monkeypatch.setattr(pipeline, "says_every_sign", lambda *given: False)
    outcome = simulate(face_of("collins"), Plan.parse(["crows_feet_toxin=24"]), engine="fake")
    assert (UNSEEN in outcome.warnings) != skin_seen


def test_a_spot_that_goes_is_seen_though_it_is_small() -> None:
    for left in (0.2, 1.0):
        reading = Reading(LESIONS, 1.0, left, left, left)
        assert fewer_lesions(SkinEffect(readings=(reading,))) == (left < 1.0)


def test_grain_is_no_change() -> None:
    face = face_of("hopper")
    noise = np.random.default_rng(0).normal(0.0, 1.0, face.photo.image.shape)
    noisy = np.clip(np.round(face.photo.image + noise), 0, 255).astype(np.uint8)
    assert EYE_MM * face.px_per_mm > 1.0
    assert SEEN_STEPS > 0
    assert not is_seen(face, noisy)


def test_it_is_said_of_a_settled_plan_alone() -> None:
    face = face_of("hopper")
    little, much = (
        simulate(face, Plan.parse([f"chin_filler={ml}"]), engine="fake") for ml in (0.1, 4.0)
    )
    assert UNSEEN in little.warnings or any("quiet" in one for one in little.warnings)
    assert UNSEEN not in much.warnings
    assert UNSEEN not in simulate(face, Plan.parse(["chin_filler=0"]), engine="fake").warnings
