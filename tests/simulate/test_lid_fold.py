"""Where a fold of the upper lid is taken to hide the lid under it."""

from __future__ import annotations

import numpy as np
import pytest

from face_mesh.arrays import Points
from face_mesh.skin.upper_lid import UpperLid
from simulate.geometry.lid_fold import _hidden


def lid(shows: float) -> UpperLid:
    """A lid of 26 mm that shows 2 mm under the fold over a share of its length."""
    along: Points = np.arange(-13.0, 13.0, 0.25)
    show = np.where(np.arange(len(along)) < shows * len(along), 2.0, 0.0)
    flat = np.zeros_like(along)
    axes = np.eye(2)
    return UpperLid(np.zeros(2), axes[0], -axes[1], 4.0, along, flat, flat + 1.5, show, flat)


@pytest.mark.parametrize("shows", [0.0, 0.2, 0.35])
def test_a_fold_that_hangs_over_most_of_a_lid_hides_it(shows: float) -> None:
    assert _hidden(lid(shows)).max() == pytest.approx(1.0)


@pytest.mark.parametrize("shows", [0.55, 0.7, 1.0])
def test_a_crease_that_runs_down_to_the_lashes_at_one_corner_hides_nothing(shows: float) -> None:
    assert not _hidden(lid(shows)).any()
