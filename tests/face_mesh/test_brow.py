"""Where the hair of a brow begins and ends, read off drawn brows."""

import numpy as np
import pytest

from face_mesh.skin.brow import brow_of
from tests.face_mesh.brows import drawn_mm, with_brows


@pytest.mark.parametrize("side", ["left", "right"])
@pytest.mark.parametrize("below_mm", [0.0, 2.0, 3.5])
def test_the_edges_of_a_brow_are_read_where_they_are_drawn(side: str, below_mm: float) -> None:
    face = with_brows(below_mm)
    brow = brow_of(face, side)
    first, last = brow.ends_mm
    inside = (brow.along_mm > first + 5.0) & (brow.along_mm < last - 5.0)
    low = drawn_mm(face, side, below_mm, brow.along_mm)
    assert np.median((brow.low_mm - low)[inside]) == pytest.approx(0.0, abs=0.7)
    assert np.median((brow.top_mm - low)[inside]) == pytest.approx(5.0, abs=0.7)


@pytest.mark.parametrize("side", ["left", "right"])
def test_where_no_brow_stands_out_the_landmarks_are_believed(side: str) -> None:
    brow = brow_of(with_brows(0.0, thick_mm=0.0), side)
    assert (brow.top_mm >= brow.low_mm + 1.0).all()
    assert (brow.low_mm > 3.0).all()
