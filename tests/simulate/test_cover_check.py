"""Covers take away what they cover: it is not drawn, or the treatment is refused, and no more."""

import numpy as np
import pytest

from face_mesh import Face, Photo, read_face
from face_mesh.arrays import Rgb
from face_mesh.covers.cover import hidden_mask, lens_mask
from face_mesh.errors import PlanError
from simulate import Plan, Treatment, procedures, simulate
from simulate.outcome.cover_check import HARDLY_HIDDEN, check_covers, covers_of, hidden_share
from simulate.skin.skin_effect import skin_mask_of
from tests.face_mesh import covered
from tests.face_mesh.faces import collins, hopper

EYES = ("upper_blepharoplasty", "lower_blepharoplasty", "tear_trough_filler")


def read(image: Rgb) -> Face:
    return read_face(Photo.from_rgb(np.ascontiguousarray(image)))


def plan(name: str, side: str = "both") -> Plan:
    return Plan((Treatment(name, procedures()[name].dose.usual, side),))


@pytest.mark.parametrize("name", ["lip_filler", "chin_filler"])
def test_what_lies_under_a_hand_is_refused(name: str) -> None:
    with pytest.raises(PlanError, match="something covers that part"):
        check_covers(read(covered.hand(collins())), plan(name))


@pytest.mark.parametrize("name", [*EYES, "forehead_toxin", "temple_filler", "hump_reduction"])
def test_what_lies_elsewhere_is_shown(name: str) -> None:
    check_covers(read(covered.hand(collins())), plan(name))


@pytest.mark.parametrize("name", EYES)
def test_eye_work_behind_dark_glasses_is_refused(name: str) -> None:
    dark = read(covered.sunglasses(collins()))
    with pytest.raises(PlanError, match="something covers that part"):
        simulate(dark, plan(name), engine="fake")
    check_covers(dark, plan("lip_filler"))


def test_the_eye_that_is_seen_can_be_treated() -> None:
    one = read(covered.patch(collins(), "left", (0, 0, 0)))
    check_covers(one, plan("upper_blepharoplasty", "right"))
    with pytest.raises(PlanError, match="something covers"):
        check_covers(one, plan("upper_blepharoplasty", "left"))


@pytest.mark.parametrize("name", ["buccal_fat_removal", "cheek_filler", "nasolabial_filler"])
def test_no_pixel_under_a_cover_changes_and_the_rest_does(name: str) -> None:
    face = read(covered.plaster(hopper()))
    treated = Treatment(name, procedures()[name].dose.max, "both")
    outcome = simulate(face, Plan((treated,)), engine="fake")
    under = hidden_mask(face) > 0.5
    changed = (outcome.image != face.photo.image).any(axis=2)
    assert under.any()
    assert not changed[under].any()
    assert changed.any()
    said = any("covered in this photo" in warning for warning in outcome.warnings)
    assert said == (hidden_share(face, treated) > HARDLY_HIDDEN)


def test_a_face_without_covers_is_hidden_nowhere() -> None:
    assert hidden_share(collins(), plan("lip_filler").treatments[0]) == 0.0


def test_glasses_take_away_what_is_under_them_and_draw_around_the_rest() -> None:
    worn = hopper()
    assert covers_of(worn, plan("upper_blepharoplasty").treatments[0]) == ["glasses"]
    assert covers_of(worn, plan("otoplasty").treatments[0]) == ["glasses"]
    for name in ("cheek_filler", "surgical_brow_lift", "lip_filler"):
        assert covers_of(worn, plan(name).treatments[0]) == []
    lifted = simulate(worn, plan("surgical_brow_lift"), engine="fake")
    changed = (lifted.image != worn.photo.image).any(axis=2)
    x, y = covered.place(worn, 468)
    reach = round(8 * worn.px_per_mm)
    assert changed.any()
    assert not changed[y - reach : y + reach, x - reach : x + reach].any()
    assert any("under the glasses" in warning for warning in lifted.warnings)


@pytest.mark.parametrize("name", ["lower_blepharoplasty", "tear_trough_filler", "crows_feet_toxin"])
def test_behind_a_lens_nothing_is_painted_that_is_said_not_to_be_drawn(name: str) -> None:
    """(Bags were wiped behind glasses, up to the rims, where the words said nothing is drawn.)"""
    worn = hopper()
    assert not skin_mask_of(worn, plan(name))[lens_mask(worn) > 0].any()
