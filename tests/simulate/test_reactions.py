"""Swelling, bruising and redness on the way: what is drawn when, and what it does to skin."""

from collections.abc import Callable
from itertools import pairwise

import cv2
import numpy as np
import pytest

from face_mesh import Face, PlanError
from face_mesh.skin.working_view import linear
from simulate import Plan, Treatment, procedures, simulate
from simulate.catalogue.procedure import Patch
from simulate.recovery.discolouration import (
    SURFACE,
    density_gain,
    density_of,
)
from simulate.recovery.reactions import LIKELY, reactions_at
from simulate.shading.relight import relight_pixels
from tests.simulate.faces import bare, face_of, lengths
from tests.simulate.reactions import on_day, reaction

Give = Callable[..., Plan]


@pytest.fixture(params=["collins", "hopper"])
def person(request: pytest.FixtureRequest) -> Face:
    return bare(face_of(request.param))


# --- what is drawn


def test_the_settled_result_has_no_reactions(person: Face, with_reactions: Give) -> None:
    plan = with_reactions(reaction("swelling", 1.0), reaction("bruising", 3.0))
    settled = simulate(person, plan)
    assert not settled.density.any()
    none = simulate(bare(person), with_reactions())
    assert settled.image.tobytes() == none.image.tobytes()


def test_what_few_people_have_is_drawn_only_when_asked_for_and_said(
    person: Face, with_reactions: Give
) -> None:
    plan = with_reactions(reaction("bruising", 2.0, frequency=0.3))
    likely, everything = (simulate(person, plan, "1d", reactions=r) for r in ("likely", "all"))
    assert not likely.density.any()
    assert everything.density.any()
    assert any("bruising, which 30 % have, is not drawn" in said for said in likely.warnings)
    assert not any("not drawn" in said for said in everything.warnings)
    assert 0.3 < LIKELY


def test_reactions_are_gone_at_the_end_of_their_curve(with_reactions: Give) -> None:
    plan = with_reactions(reaction("bruising", 2.0), reaction("swelling", 0.5))
    (treatment,) = plan.treatments
    assert {one.sign for one, _ in reactions_at(treatment, 1.0, "all")} == {"bruising", "swelling"}
    assert list(reactions_at(treatment, 14.0, "all")) == []
    assert list(reactions_at(treatment, None, "all")) == []
    assert list(reactions_at(treatment, 1.0, "none")) == []


def test_no_dose_has_no_reaction(person: Face) -> None:
    for name, entry in procedures().items():
        if entry.reactions:
            plan = Plan((Treatment(name, 0.0),))
            outcome = simulate(person, plan, "2d", reactions="all", engine="fake")
            assert outcome.image.tobytes() == person.photo.image.tobytes()


def test_another_choice_of_reactions_is_refused(person: Face) -> None:
    with pytest.raises(PlanError, match="likely, all or none"):
        simulate(person, Plan(), reactions="some")


# --- swelling


def test_swelling_moves_skin_out_and_goes_down_again(person: Face, with_reactions: Give) -> None:
    plan = with_reactions(reaction("swelling", 2.0))
    shifts = [
        lengths(simulate(person, plan, when).shift_mm_vertices).max()
        for when in ("1d", "7d", "14d")
    ]
    assert all(a > b for a, b in pairwise(shifts))
    without = simulate(bare(person), with_reactions(), "14d")
    assert shifts[-1] == pytest.approx(lengths(without.shift_mm_vertices).max())


def test_a_swollen_day_has_the_wider_range(person: Face, with_reactions: Give) -> None:
    swollen = simulate(person, with_reactions(reaction("swelling", 2.0)), "1d")
    calm = simulate(bare(person), with_reactions(), "1d")
    cheeks = [
        [change for change in outcome.changes if change.measure.startswith("cheek_projection")]
        for outcome in (swollen, calm)
    ]
    for one, other in zip(*cheeks, strict=True):
        assert one.measure == other.measure
        assert one.after > other.after
        assert one.expected_high - one.expected_low > other.expected_high - other.expected_low


# --- colours


def test_a_bruise_is_purple_first_and_yellow_later(person: Face, with_reactions: Give) -> None:
    """Purple takes most from green, yellow most from blue and next to nothing from red."""
    plan = with_reactions(reaction("bruising", 3.0, days=(0.0, 10.0, 20.0), level=(1.0, 1.0, 0.0)))
    early, late = (density_of(person, plan, on_day(day)).reshape(-1, 3) for day in (1.0, 9.0))
    deepest = early.sum(axis=1).argmax()
    red, green, blue = early[deepest]
    assert green > red
    assert green > blue
    red, green, blue = late[deepest]
    assert blue > 3.0 * green > 3.0 * red


def test_nothing_is_yellow_in_the_first_18_hours(person: Face, with_reactions: Give) -> None:
    plan = with_reactions(reaction("bruising", 3.0))
    for day in (0.0, 0.25, 0.5, 0.75):
        density = density_of(person, plan, on_day(day))
        seen = density.max(axis=2) > 0.02
        assert (density[seen][:, 1] > density[seen][:, 2]).all()


def test_the_same_bruise_is_fainter_on_dark_skin() -> None:
    """As a share of light: of what dark skin returns more comes from above the bruise."""
    tones = np.array([[[226, 188, 164], [92, 62, 46]]], np.uint8)
    gain = np.broadcast_to(density_gain(np.full((1, 2, 3), 0.6, np.float32)), (1, 2, 3))
    before = linear(tones)
    after = linear(relight_pixels(tones, np.ascontiguousarray(gain), 0.35, SURFACE))
    light, dark = 1.0 - (after / before).mean(axis=2)[0]
    assert light > dark > 0.3 * light
    assert (after > SURFACE * 0.5).all()


def test_redness_reddens_skin_of_any_tone(person: Face, with_reactions: Give) -> None:
    red = simulate(person, with_reactions(reaction("erythema", 3.0)), "1d", reactions="all")
    calm = simulate(bare(person), with_reactions(), "1d", reactions="none")
    where = red.change_mask & (np.abs(red.image.astype(int) - calm.image).sum(axis=2) > 15)
    assert where.any()
    a_star = [
        cv2.cvtColor(one.image, cv2.COLOR_RGB2LAB)[..., 1][where].astype(float).mean()
        for one in (calm, red)
    ]
    assert a_star[1] > a_star[0] + 1.0  # 1.9 and more here, from the rim of the patch inwards


def test_a_discoloured_eye_stays_white(person: Face, with_reactions: Give) -> None:
    lid = reaction("bruising", 3.0, patch=Patch("lower_lid_bag", 8.0, 12.0))
    outcome = simulate(person, with_reactions(lid), "1d", reactions="all")
    pupils = np.round(person.landmarks_px[[468, 473], :2]).astype(int)
    for x, y in pupils:
        assert (outcome.image[y, x] == person.photo.image[y, x]).all()


def test_outside_the_change_mask_not_a_byte_differs_on_a_bruised_day(person: Face) -> None:
    names = [name for name, entry in procedures().items() if entry.reactions][:6]
    plan = Plan(tuple(Treatment(name, procedures()[name].dose.usual) for name in names))
    outcome = simulate(person, plan, "2d", reactions="all", engine="fake")
    mask = outcome.change_mask
    assert (outcome.image[~mask] == person.photo.image[~mask]).all()
