"""A swollen upper lid hangs over its eye: skin comes down in front of an eye that stays."""

from collections.abc import Callable

import cv2
import numpy as np
import pytest

from face_mesh import Face
from face_mesh.arrays import Bool, Points
from face_mesh.landmarks.anatomy import curve
from simulate import Outcome, Plan, simulate
from simulate.recovery.ptosis import MOST_SHUT, SHADE_MM
from tests.simulate.faces import bare, face_of
from tests.simulate.reactions import reaction

Give = Callable[..., Plan]


@pytest.fixture(params=["collins", "hopper"])
def person(request: pytest.FixtureRequest) -> Face:
    return bare(face_of(request.param))


def swollen(person: Face, give: Give, lower_mm: float, side: str = "both") -> Outcome:
    """A cheek that swells a little, with lids that hang lower: what they do is all there is."""
    plan = give(reaction("swelling", 0.01, ptosis_mm=lower_mm), side=side)
    return simulate(person, plan, "1d", reactions="all")


def lids(person: Face, side: str) -> tuple[Points, Points]:
    """The middle of the upper and of the lower margin, (3, 2) px each."""
    upper, lower = (
        person.landmarks_px[list(curve(f"{lid}_{side}"))[3:6], :2]
        for lid in ("upper_lid", "lower_lid")
    )
    return upper, lower


def opening_mm(person: Face, side: str) -> float:
    """How high the eye is open."""
    upper, lower = lids(person, side)
    return float(np.linalg.norm(lower - upper, axis=1).min()) / person.px_per_mm


def eye(person: Face, side: str, first: float = 0.0, last: float = 1.0) -> Bool:
    """(H, W) the middle of the eye between two heights, from 0 at its upper margin to 1."""
    upper, lower = lids(person, side)
    top, bottom = (upper + share * (lower - upper) for share in (first, last))
    inside = np.zeros(person.photo.image.shape[:2], np.uint8)
    outline = np.concatenate([top, bottom[::-1]])
    cv2.fillPoly(inside, [np.round(outline * 16).astype(np.int32)], 1, cv2.LINE_8, 4)
    return inside > 0


def test_a_lowered_margin_covers_the_upper_eye_and_not_the_rest(
    person: Face, with_reactions: Give
) -> None:
    """Below the lid and its shade the photo's bytes stay; however low it hangs, it shuts no eye."""
    lower_mm, px_mm = 1.5, 1.0 / person.px_per_mm
    before, after, most = (
        swollen(person, with_reactions, mm).image for mm in (0.0, lower_mm, 30.0)
    )
    for side in ("left", "right"):
        covered, low = eye(person, side, 0.1, 0.2), opening_mm(person, side)
        assert (before != after).any(axis=2)[covered].mean() > 0.5
        free = eye(person, side, (lower_mm + SHADE_MM + 2.0 * px_mm) / low, 1.0)
        assert free.any()
        assert (before[free] == after[free]).all()
        open_ = eye(person, side, MOST_SHUT + (SHADE_MM + 2.0 * px_mm) / low, 1.0)
        assert (before[open_] == most[open_]).all()


def test_the_opening_gets_lower_by_what_the_lid_hangs(person: Face, with_reactions: Give) -> None:
    """What the old margin had, the new one has, that much farther down (in the middle of it)."""
    lower_mm = 1.5
    before, after = (swollen(person, with_reactions, mm).image for mm in (0.0, lower_mm))
    for side in ("left", "right"):
        x, y = person.landmarks_px[curve(f"upper_lid_{side}")[4], :2]
        y -= 0.5 * person.px_per_mm  # on the lid, not on the eye
        reach, column = round(3.0 * person.px_per_mm), round(x)
        rows = np.arange(round(y) - reach // 3, round(y) + 1)
        was = before[rows, column].astype(float).mean(axis=1)
        off = [
            np.abs(after[rows + d, column].astype(float).mean(axis=1) - was).mean()
            for d in range(reach)
        ]
        assert np.argmin(off) / person.px_per_mm == pytest.approx(lower_mm, abs=0.75)


def test_only_a_day_with_swelling_and_only_its_side_has_it(
    person: Face, with_reactions: Give
) -> None:
    one = swollen(person, with_reactions, 1.5, "left")
    none = swollen(person, with_reactions, 0.0, "left")
    assert (one.image[eye(person, "right")] == none.image[eye(person, "right")]).all()
    assert (one.image[eye(person, "left")] != none.image[eye(person, "left")]).any()
    plan = with_reactions(reaction("swelling", 0.01, ptosis_mm=1.5))
    settled, bare_plan = simulate(person, plan), with_reactions()
    assert settled.image.tobytes() == simulate(bare(person), bare_plan).image.tobytes()


def test_outside_the_change_mask_a_lowered_lid_changes_no_byte(
    person: Face, with_reactions: Give
) -> None:
    outcome = swollen(person, with_reactions, 2.0)
    mask = outcome.change_mask
    assert (outcome.image[~mask] == person.photo.image[~mask]).all()
    assert mask[eye(person, "left", 0.1, 0.2)].any()


def test_after_surgery_of_the_upper_lids_the_eye_is_narrower_for_days(person: Face) -> None:
    """There is skin where the upper part of the eye was, which on this day was wider before."""
    plan = Plan.parse(["upper_blepharoplasty=6"])
    day, calm = (simulate(person, plan, "2d", reactions=r).image for r in ("all", "none"))
    for side in ("left", "right"):
        upper = eye(person, side, 0.05, 0.2)
        assert (day != calm).any(axis=2)[upper].mean() > 0.7
