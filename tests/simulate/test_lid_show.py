"""Lashes and liner stay while the lid between them and a fold that rises is drawn out."""

import numpy as np
import pytest

from face_mesh.skin.upper_lid import upper_lid
from simulate import Plan, simulate
from simulate.geometry.grid import Grid
from simulate.geometry.lid_show import drawn_lid, without_lashes
from tests.face_mesh.brows import places
from tests.face_mesh.eyelids import SKIN, with_lids

SIDES = ("left", "right")
MOST = Plan.parse("upper_blepharoplasty=10")


def rows_of(image: np.ndarray, along: np.ndarray, above: np.ndarray) -> np.ndarray:
    """(n,) mean brightness by a quarter of a millimetre above the lashes, beside the iris."""
    middle = np.abs(along) < 8.0
    grey = image.mean(axis=2)
    at = np.arange(-1.0, 8.0, 0.25)
    return np.array([grey[middle & (above >= low) & (above < low + 0.25)].mean() for low in at])


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("show_mm", [2.5, 3.5])
def test_lashes_do_not_swell_and_the_crease_rises(side: str, show_mm: float) -> None:
    face = with_lids(show_mm)
    along, above = places(face, side)
    outcome = simulate(face, MOST, engine="fake", ignore_rules=True)
    before, after = (rows_of(one, along, above) for one in (face.photo.image, outcome.image))
    dark = np.mean(SKIN) / 2.0
    assert (after[:8] < dark).sum() == pytest.approx((before[:8] < dark).sum(), abs=1)
    assert after[6:].argmin() - before[6:].argmin() >= 4  # quarters of a millimetre


@pytest.mark.parametrize("side", SIDES)
def test_where_nothing_moves_a_lid_is_left_alone(side: str) -> None:
    face = with_lids(3.0)
    still = np.zeros((*Grid.of(face).shape, 2), np.float32)
    assert drawn_lid(face, side, face.photo.image, face.photo.image, still) is None


def test_single_lashes_are_told_from_the_lid_and_put_back_whole() -> None:
    face = with_lids(4.0)
    lid = upper_lid(face, "left")
    along, above = places(face, "left")
    picture = face.photo.image.copy()
    for k in range(-8, 9, 2):
        lash = (np.abs(along - k) < 0.15) & (above > 0.3) & (above < 2.5)
        picture[lash] = 40
    crossed = type(lid)(**{**vars(lid), "crossed": np.ones_like(lid.crossed)})
    skin, light = without_lashes(crossed, picture, along, above, face.px_per_mm)
    tips = (np.abs(along) < 0.1) & (above > 1.2) & (above < 2.2)
    assert picture[tips].mean() < 60.0
    assert skin[tips].mean() > 0.8 * np.mean(SKIN)
    assert np.abs((skin + 1.0) * light - 1.0 - picture).max() < 0.01
    assert light.max() <= 1.0
