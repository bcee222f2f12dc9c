"""How much lid shows under its fold, read off lids that were drawn."""

import numpy as np
import pytest

from face_mesh.skin.upper_lid import upper_lid
from tests.face_mesh.eyelids import LASHES_MM, with_lids

SIDES = ("left", "right")


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("show_mm", [2.0, 3.5, 5.0])
def test_the_lid_that_shows_is_read(show_mm: float, side: str) -> None:
    lid = upper_lid(with_lids(show_mm), side)
    assert lid.shown_mm == pytest.approx(show_mm, abs=0.5)
    middle = slice(len(lid.lashes_mm) // 4, 3 * len(lid.lashes_mm) // 4)
    assert np.abs(lid.lashes_mm[middle] - LASHES_MM[1]).max() < 0.5
    assert lid.crossed[middle].max() < 0.2


@pytest.mark.parametrize("px_per_mm", [1.2, 3.0, 5.0])
def test_a_fold_that_hangs_on_the_lashes_shows_no_lid(px_per_mm: float) -> None:
    for side in SIDES:
        assert upper_lid(with_lids(None, px_per_mm), side).shown_mm < 0.1


def test_places_are_measured_from_the_lashes_and_along_the_eye() -> None:
    lid = upper_lid(with_lids(3.0), "left")
    i = len(lid.along_mm) // 2
    top = lid.margin_mm[i] + lid.lashes_mm[i]
    at = lid.origin_px + lid.px_per_mm * (lid.along_mm[i] * lid.along + (top + 2.0) * lid.up)
    along, above = lid.places(at)
    assert along == pytest.approx(lid.along_mm[i])
    assert above == pytest.approx(2.0)
    assert lid.up[1] < 0.0 < lid.along[0]
