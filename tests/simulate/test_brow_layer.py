"""A brow rises as it is, over a lid that is drawn out evenly and lashes that stay."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from face_mesh import Face, Photo
from face_mesh.skin.brow import brow_of
from simulate import Plan, simulate
from simulate.geometry.brow_layer import risen_brow
from simulate.geometry.grid import Grid
from simulate.outcome import brow_room
from simulate.outcome.brow_room import HIGHEST_MM, LEAST, lifted_in_part, lifted_share
from tests.face_mesh.brows import HAIR, drawn_mm, places, with_brows
from tests.face_mesh.eyelids import SKIN
from tests.simulate.faces import face_of

SIDES = ("left", "right")
BELOW_MM, THICK_MM = 3.0, 5.0
Colour = tuple[int, int, int]


def column(image: np.ndarray, along: np.ndarray, above: np.ndarray) -> np.ndarray:
    """(n,) mean brightness by half millimetre above the lashes, in the middle of an eye."""
    middle = np.abs(along) < 2.0
    steps = np.arange(-1.0, 22.0, 0.5)
    grey = image.mean(axis=2)
    return np.array([grey[middle & (above >= low) & (above < low + 0.5)].mean() for low in steps])


@pytest.mark.parametrize("side", SIDES)
def test_a_low_brow_keeps_its_thickness_and_leaves_no_hair_on_the_lid(side: str) -> None:
    face = with_brows(BELOW_MM, THICK_MM)
    outcome = simulate(face, Plan.parse("surgical_brow_lift=4"), engine="fake")
    along, above = places(face, side)
    before, after = (column(one, along, above) for one in (face.photo.image, outcome.image))
    dark = (np.mean(HAIR) + np.mean(SKIN)) / 2.0
    high = np.arange(-1.0, 22.0, 0.5) > 4.0
    assert ((after < dark) & high).sum() == pytest.approx(((before < dark) & high).sum(), abs=1)
    was, now = (np.flatnonzero((one < dark) & high)[0] for one in (before, after))
    assert now - was >= 5  # half millimetres
    assert after[was : now - 3].min() > 0.85 * np.mean(SKIN)


@pytest.mark.parametrize("side", SIDES)
def test_lashes_stay_where_they_are(side: str) -> None:
    face = with_brows(BELOW_MM)
    outcome = simulate(face, Plan.parse("surgical_brow_lift=4"), engine="fake")
    along, above = places(face, side)
    rows = (np.abs(along) < 6.0) & (above > -1.0) & (above < 0.2)
    off = np.abs(outcome.image[rows].astype(int) - face.photo.image[rows])
    assert off.max() <= 3


@pytest.mark.parametrize("side", SIDES)
def test_where_nothing_moves_a_brow_is_left_alone(side: str) -> None:
    face = with_brows(BELOW_MM)
    still = np.zeros((*Grid.of(face).shape, 2), np.float32)
    assert risen_brow(face, side, face.photo.image, face.photo.image, still) is None


def test_brows_that_stand_high_are_lifted_less_and_it_is_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    face, plan = face_of("collins"), Plan.parse("surgical_brow_lift=4")
    (one,) = plan.treatments
    for height, share in ((20.0, 1.0), (HIGHEST_MM - 2.0, 0.5), (HIGHEST_MM, LEAST)):
        heights = {f"brow_height_{side}": height for side in SIDES}
        monkeypatch.setattr(brow_room, "measures_before", lambda _, heights=heights: heights)
        monkeypatch.setattr(brow_room, "_drawn_out_mm", lambda *_: 30.0)
        assert lifted_share(face, one, 4.0) == pytest.approx(share)
        said = list(lifted_in_part(face, plan))
        assert bool(said) == (share < 1.0)
        if said:
            assert f"{4.0 * share:.1f} mm" in str(said[0])


@pytest.mark.parametrize(("below_mm", "share"), [(9.0, 1.0), (4.0, 0.8), (1.0, LEAST)])
def test_brows_close_over_the_lashes_are_lifted_less_and_it_is_said(
    below_mm: float, share: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With less skin between lashes and brow than is drawn out, lids tore."""
    face, plan = face_of("collins"), Plan.parse("surgical_brow_lift=4")
    (one,) = plan.treatments
    brow = replace(
        brow_of(face, "left"), low_mm=np.full_like(brow_of(face, "left").low_mm, below_mm)
    )
    monkeypatch.setattr(brow_room, "brow_of", lambda *_: brow)
    heights = {f"brow_height_{side}": 20.0 for side in SIDES}
    monkeypatch.setattr(brow_room, "measures_before", lambda _: heights)
    assert lifted_share(face, one, 4.0) == pytest.approx(share)
    said = [str(message) for message in lifted_in_part(face, plan)]
    assert ["close over your lashes" in one for one in said] == [True] * (share < 1.0)


@pytest.mark.parametrize("other", ["lip_filler=1", "chemical_brow_lift=8"])
def test_only_a_lift_in_mm_is_kept_below_where_brows_stand(other: str) -> None:
    (one,) = Plan.parse(other).treatments
    assert lifted_share(face_of("collins"), one, 50.0) == 1.0


@pytest.mark.parametrize("side", SIDES)
def test_a_brow_is_read_once(side: str) -> None:
    face = with_brows(BELOW_MM)
    assert brow_of(face, side) is brow_of(face, side)


@pytest.mark.parametrize("side", SIDES)
def test_a_lid_that_is_operated_on_as_well_shows_more_below_the_lifted_brow(side: str) -> None:
    face = with_brows(BELOW_MM)
    along, above = places(face, side)
    lift = "surgical_brow_lift=4"
    alone, both = (
        column(simulate(face, Plan.parse(plan), engine="fake").image, along, above)
        for plan in ([lift], [lift, "upper_blepharoplasty=8"])
    )
    lid = slice(4, 14)  # from 1 to 6 mm above the lashes, where the crease is
    assert both[lid].argmin() - alone[lid].argmin() >= 2  # half millimetres
    high, dark = np.arange(-1.0, 22.0, 0.5) > 6.0, (np.mean(HAIR) + np.mean(SKIN)) / 2.0
    moved = ((both < dark) & high) != ((alone < dark) & high)
    assert moved.sum() <= 1  # half millimetres: the brow is where it was


def brow_with(
    drawn: Callable[[np.ndarray, np.ndarray], np.ndarray], side: str, colour: Colour
) -> Face:
    """A face with something drawn about a brow, where `drawn` of places beside and above it is."""
    face = with_brows(0.0, THICK_MM)
    along, above = places(face, side)
    picture = face.photo.image.copy()
    picture[drawn(along, above - drawn_mm(face, side, 0.0, along)) & (np.abs(along) < 4.0)] = colour
    return replace(face, photo=Photo.from_rgb(picture), workspace={})


@pytest.mark.parametrize("side", SIDES)
def test_a_pale_scar_in_a_brow_rises_with_its_hair(side: str) -> None:
    middle = THICK_MM / 2.0
    face = brow_with(lambda _, above: np.abs(above - middle) < 0.6, side, (250, 236, 228))
    outcome = simulate(face, Plan.parse("surgical_brow_lift=4"), engine="fake")
    along, above = places(face, side)
    dark, high = (np.mean(HAIR) + np.mean(SKIN)) / 2.0, np.arange(-1.0, 22.0, 0.5) > 4.0
    scars = []
    for image in (face.photo.image, outcome.image):
        one = column(image, along, above)
        first, last = np.flatnonzero((one < dark) & high)[[0, -1]]  # of the brow
        scars.append(one[first:last].max())
    assert scars[1] == pytest.approx(scars[0], abs=12.0)


@pytest.mark.parametrize("side", SIDES)
def test_single_hairs_below_a_brow_are_not_drawn_out_to_streaks(side: str) -> None:
    long_mm = 3.0

    def hairs(along: np.ndarray, above: np.ndarray) -> np.ndarray:
        return (above > -long_mm) & (above < 1.0) & (np.abs((along + 1.0) % 2.0 - 1.0) < 0.25)

    face = brow_with(hairs, side, HAIR)
    outcome = simulate(face, Plan.parse("surgical_brow_lift=4"), engine="fake")
    along, above = places(face, side)
    steps = np.arange(1.0, 18.0, 0.5)
    rows = [(np.abs(along) < 3.5) & (above >= low) & (above < low + 0.5) for low in steps]
    uneven = [
        np.array([image.mean(axis=2)[row].std() for row in rows])
        for image in (face.photo.image, outcome.image)
    ]
    before, after = (np.count_nonzero(one > uneven[0].max() / 2.0) / 2.0 for one in uneven)
    assert before >= long_mm
    assert after <= before + 0.5
