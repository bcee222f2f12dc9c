"""Pictures do not change unless they are meant to: `python -m tests.simulate.make_golden`.

The tolerance makes room for another processor, nothing else. Between processors the landmarks
differ in the last digits of float32 sums. Moving every landmark at random by 0.1 px, which is
more, changes these crops by 0.25 levels of 255 in the mean and by 2 at the 99th percentile; the
treatments change them by 4 to 8 in the mean and by 40 to 60 at the 99th percentile.
"""

import numpy as np
import pytest
from PIL import Image

from tests.simulate.make_golden import FOLDER, GOLDEN, Golden

MEAN_LEVELS, P99_LEVELS = 0.5, 4.0
MAX_BYTES = 60_000


@pytest.mark.parametrize("golden", GOLDEN, ids=lambda g: g.procedure)
def test_the_picture_is_as_it_was(golden: Golden) -> None:
    kept = np.asarray(Image.open(golden.path), int)
    off = np.abs(golden.after().astype(int) - kept)
    assert off.mean() < MEAN_LEVELS
    assert np.percentile(off, 99) < P99_LEVELS


@pytest.mark.parametrize("golden", GOLDEN, ids=lambda g: g.procedure)
def test_the_untreated_photo_would_not_pass(golden: Golden) -> None:
    kept = np.asarray(Image.open(golden.path), int)
    off = np.abs(golden.before.astype(int) - kept)
    assert off.mean() > 4 * MEAN_LEVELS
    assert np.percentile(off, 99) > 4 * P99_LEVELS


def test_the_pictures_are_these_and_small() -> None:
    assert {path.name for path in FOLDER.iterdir()} == {golden.path.name for golden in GOLDEN}
    assert all(golden.path.stat().st_size < MAX_BYTES for golden in GOLDEN)
