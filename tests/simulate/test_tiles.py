"""Tiles cover all that is wanted, with context, and nothing else; their weights leave no seam."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from face_mesh.arrays import Bool
from simulate.inpaint.tiles import MARGIN, tiles_over, window

SIDE = 16


@st.composite
def masks(draw: st.DrawFn) -> Bool:
    """Some rectangles and single pixels on a picture of at least one tile."""
    height, width = draw(st.integers(SIDE, 90)), draw(st.integers(SIDE, 90))
    mask = np.zeros((height, width), np.bool_)
    for _ in range(draw(st.integers(1, 6))):
        y, x = draw(st.integers(0, height - 1)), draw(st.integers(0, width - 1))
        mask[y : y + draw(st.integers(1, 40)), x : x + draw(st.integers(1, 40))] = True
    return mask


@given(masks())
def test_every_wanted_pixel_lies_in_a_tile_with_context_around_it(wanted: Bool) -> None:
    height, width = wanted.shape
    margin = round(MARGIN * SIDE)
    good = np.zeros(wanted.shape, np.bool_)
    for y, x in tiles_over(wanted, SIDE):
        # At a border of the picture there is no more context to be had.
        top, left = (0 if at == 0 else at + margin for at in (y, x))
        bottom, right = (
            size if at + SIDE == size else at + SIDE - margin
            for at, size in ((y, height), (x, width))
        )
        good[top:bottom, left:right] = True
    assert good[wanted].all()


@given(masks())
def test_tiles_lie_on_the_picture_and_each_is_needed(wanted: Bool) -> None:
    tiles = tiles_over(wanted, SIDE)
    assert len(set(tiles)) == len(tiles)
    for y, x in tiles:
        assert 0 <= y <= wanted.shape[0] - SIDE
        assert 0 <= x <= wanted.shape[1] - SIDE
        assert wanted[y : y + SIDE, x : x + SIDE].any()


def test_two_far_spots_cost_two_tiles_and_nothing_wanted_none() -> None:
    wanted = np.zeros((500, 500), np.bool_)
    assert tiles_over(wanted, SIDE) == []
    wanted[20:24, 30:34] = wanted[400:404, 410:414] = True
    assert tiles_over(wanted, SIDE) == [(14, 24), (394, 404)]  # each spot in the middle of its own


@pytest.mark.parametrize("side", [8, 16, 64])
def test_the_weight_of_a_tile_falls_to_its_edges_and_is_nowhere_zero(side: int) -> None:
    weight = window(side)
    assert weight.shape == (side, side)
    assert weight.min() > 0
    assert weight.max() == 1.0
    assert np.array_equal(weight, weight[::-1, ::-1])
    assert np.array_equal(weight, weight.T)
    middle = weight[side // 2]
    assert (np.diff(middle[: side // 2]) >= 0).all()
    # A tile that ends leaves a step of no more than its weight there, of the whole.
    assert middle[0] <= 1 / (2 * MARGIN * side) + 1e-6
