"""From forward to backward: an inverse is an inverse, and nothing that would fold gets through."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from face_mesh.arrays import Field, Points
from simulate.geometry.inverse_field import (
    FOLD_FLOOR,
    SETTLED_PX,
    backward,
    safe_share,
)

ROWS, COLUMNS = 40, 32


def bump(peak_px: tuple[float, float], width_nodes: float, at: tuple[float, float]) -> Field:
    """A smooth hill of displacement about (column, row), still at the border."""
    x, y = np.meshgrid(np.arange(COLUMNS) - at[0], np.arange(ROWS) - at[1])
    hill = np.exp(-(x**2 + y**2) / (2.0 * width_nodes**2))
    hill[hill < 1e-3] = 0.0
    return np.asarray(hill[..., None] * peak_px, np.float32)


def random_field(seed: int, size_px: float, node_px: int) -> Field:
    """Some hills of all widths, as large as may be shown."""
    draw = np.random.default_rng(seed)
    field = np.zeros((ROWS, COLUMNS, 2), np.float32)
    for _ in range(6):
        peak, at = draw.normal(0, size_px, 2), draw.uniform((8, 8), (COLUMNS - 8, ROWS - 8))
        field += bump(tuple(peak), draw.uniform(1.0, 4.0), tuple(at))
    return np.float32(safe_share(field, node_px)) * field


def bilinear(field: Field, at: Points) -> Points:
    """The field at (N, 2) places in nodes; 0 outside. Written out as an oracle."""
    padded = np.pad(field.astype(np.float64), ((1, 2), (1, 2), (0, 0)))
    column, row = np.floor(np.clip(at, -1, (COLUMNS, ROWS))).astype(int).T + 1
    x, y = (at + 1 - np.stack([column, row], axis=1)).T[..., None]
    top = (1 - x) * padded[row, column] + x * padded[row, column + 1]
    bottom = (1 - x) * padded[row + 1, column] + x * padded[row + 1, column + 1]
    found: Points = (1 - y) * top + y * bottom
    return found


def missed_px(forward: Field, back: Field, node_px: int) -> float:
    """How far from each node the point arrives that is said to come there, at worst."""
    home = np.dstack(np.meshgrid(np.arange(COLUMNS), np.arange(ROWS))).reshape(-1, 2)
    shift = back.reshape(-1, 2).astype(np.float64)
    arrived = shift + bilinear(forward, home + shift / node_px)
    return float(np.abs(arrived).max())


def smallest_area(forward: Field, node_px: int, share: float = 1.0) -> float:
    """Smallest local area of the bilinear field, looked for inside every cell."""
    u = share * forward.astype(np.float64) / node_px
    a, b, c, d = u[:-1, :-1], u[:-1, 1:], u[1:, :-1], u[1:, 1:]
    smallest = np.inf
    for x in np.linspace(0, 1, 5):
        for y in np.linspace(0, 1, 5):
            along_x, along_y = (1 - y) * (b - a) + y * (d - c), (1 - x) * (c - a) + x * (d - b)
            area = (1 + along_x[..., 0]) * (1 + along_y[..., 1])
            smallest = min(smallest, float((area - along_x[..., 1] * along_y[..., 0]).min()))
    return smallest


@settings(max_examples=60)
@given(st.integers(0, 2**32 - 1), st.floats(0.1, 40.0), st.sampled_from([1, 2, 4, 9]))
def test_backward_is_the_inverse_of_forward(seed: int, size_px: float, node_px: int) -> None:
    """To SETTLED_PX, and what float32 leaves of it."""
    forward = random_field(seed, size_px, node_px)
    assert missed_px(forward, backward(forward, node_px), node_px) < 1.5 * SETTLED_PX


@pytest.mark.parametrize("slope", [0.9, 1.5, 3.0])
def test_a_field_that_stretches_a_lot_is_inverted_too(slope: float) -> None:
    """Where the field grows by more than a pixel a pixel a plain fixed point would run away."""
    forward = np.zeros((ROWS, COLUMNS, 2), np.float32)
    ramp = np.clip(np.arange(COLUMNS) - 12.0, 0.0, 3.0) - 3.0 / 14 * np.clip(
        np.arange(COLUMNS) - 15.0, 0.0, 14.0
    )
    forward[5:-5, :, 0] = slope * ramp
    assert (np.diff(forward, axis=1) > 0.89 * slope).any()
    share = safe_share(forward, 1)
    back = backward(np.float32(share) * forward, 1)
    assert missed_px(np.float32(share) * forward, back, 1) < 1.5 * SETTLED_PX


def test_a_shift_of_all_is_undone_by_its_opposite() -> None:
    """Away from the border, beyond which nothing moves."""
    forward = np.full((ROWS, COLUMNS, 2), (3.0, -2.0), np.float32)
    forward[:6], forward[-6:], forward[:, :6], forward[:, -6:] = 0, 0, 0, 0
    back = backward(0.2 * forward, 4)
    assert np.allclose(back[12:-12, 12:-12], (-0.6, 0.4), atol=SETTLED_PX)


def test_no_field_stays_none_and_the_input_is_not_written() -> None:
    still = np.zeros((ROWS, COLUMNS, 2), np.float32)
    assert safe_share(still, 4) == 1.0
    assert not backward(still, 4).any()
    forward = bump((5.0, 3.0), 3.0, (16, 20))
    before = forward.copy()
    back = backward(forward, 4)
    assert (forward == before).all()
    assert back.dtype == np.float32
    assert back.shape == forward.shape
    assert not np.shares_memory(back, forward)


def test_only_where_something_moves_anything_comes_from_elsewhere() -> None:
    forward = bump((4.0, 0.0), 1.5, (10, 20))
    moved = backward(forward, 4).any(axis=2)
    assert moved[20, 10]
    assert not moved[:, 20:].any()


@settings(max_examples=60)
@given(st.integers(0, 2**32 - 1), st.floats(0.1, 60.0), st.sampled_from([1, 4]))
def test_the_safe_share_is_the_largest_that_keeps_every_area(
    seed: int, size_px: float, node_px: int
) -> None:
    draw = np.random.default_rng(seed)
    field = bump((size_px, -size_px / 2), draw.uniform(1.0, 4.0), (16, 20))
    share = safe_share(field, node_px)
    assert 0.0 < share <= 1.0
    for part in (0.25, 0.5, 0.75, 1.0):
        assert smallest_area(field, node_px, part * share) >= FOLD_FLOOR - 1e-3
    if share < 1.0:
        assert smallest_area(field, node_px, 1.01 * share) < FOLD_FLOOR


@pytest.mark.parametrize(
    ("squeeze", "share"),
    [(-0.5, 1.0), (-0.75, 1.0), (-1.0, 0.75), (-1.5, 0.5), (-3.0, 0.25), (0.9, 1.0), (5.0, 1.0)],
)
def test_one_squeezed_cell_is_enough_to_limit(squeeze: float, share: float) -> None:
    forward = np.zeros((ROWS, COLUMNS, 2), np.float32)
    forward[:, 16:, 0] = squeeze * 4  # one step between two columns of nodes
    assert safe_share(forward, 4) == pytest.approx(share)


def test_a_field_turned_inside_out_is_no_safer() -> None:
    """Both axes past zero: the area is positive again, but on the way there it was not."""
    x, y = np.meshgrid(np.arange(COLUMNS) - 16.0, np.arange(ROWS) - 20.0)
    forward = np.asarray(-3.0 * np.dstack([x, y]), np.float32)
    assert smallest_area(forward, 1) > 1.0
    assert safe_share(forward, 1) == pytest.approx((1.0 - FOLD_FLOOR**0.5) / 3.0, rel=1e-4)
