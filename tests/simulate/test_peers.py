"""The peers of `benchmarks.geometry` do what they are said to, or beating them says nothing."""

import numpy as np
import pytest

from benchmarks.geometry import displaced, mls_affine, moving_least_squares, piecewise_affine
from simulate import simulate
from tests.simulate.faces import face_of, lengths, usual


def test_moving_least_squares_follows_an_affine_map_exactly() -> None:
    draw = np.random.default_rng(0)
    points, at = draw.uniform(0, 500, (40, 2)), draw.uniform(0, 500, (30, 2))
    matrix, shift = np.array([[1.1, 0.2], [-0.1, 0.9]]), np.array([3.0, -7.0])
    moved = mls_affine(at, points, points @ matrix + shift)
    assert np.allclose(moved, at @ matrix + shift)


def test_peers_get_the_landmarks_that_we_displace() -> None:
    before, after = displaced(face_of("collins"))
    moved = lengths(after - before)
    assert moved[:468].max() > 0.3
    assert not moved[468:].any()  # the border
    assert len(before) > 490


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("peer", [piecewise_affine, moving_least_squares])
def test_a_peer_makes_much_the_same_picture(peer: object) -> None:
    """Nearer to ours than the photo is where the lips change; its nodes are 8 mm apart here."""
    face = face_of("hopper")
    ours = simulate(face, usual("lip_filler"))
    theirs = np.asarray(peer(face)(), int)  # type: ignore[operator]
    mask = ours.change_mask
    off = np.abs(theirs - ours.image)[mask].mean()
    assert off < 0.9 * np.abs(face.photo.image.astype(int) - ours.image)[mask].mean()
