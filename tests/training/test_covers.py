"""Training data of the cover networks: what is painted is where it is said to be."""

import numpy as np
import pytest

pytest.importorskip("torch")

from face_mesh.covers.face_crop import BAND_HEIGHT_PX, BAND_WIDTH_PX, CELL_PX, SIZE_PX
from tests.face_mesh.faces import collins
from training.cover_crops import _crops
from training.cover_samples import Crop, glasses_sample, mirrored, sample


@pytest.fixture(scope="module")
def crop(tmp_path_factory: pytest.TempPathFactory) -> Crop:
    from PIL import Image

    path = tmp_path_factory.mktemp("covers") / "1.png"
    Image.fromarray(collins().photo.image).save(path)
    return next(_crops(path, "1", glasses=False))


def test_samples_hold_covers_and_glasses_of_their_own_making(crop: Crop) -> None:
    drawn = [sample(crop, np.random.default_rng(seed)) for seed in range(30)]
    cells = SIZE_PX // CELL_PX
    assert all(one.seen.shape == (3, SIZE_PX, SIZE_PX) for one in drawn)
    assert all(one.covered.shape == one.counts.shape == (cells, cells) for one in drawn)
    assert all(0.0 <= one.covered.min() and one.covered.max() <= 1.0 for one in drawn)
    covered = [one.covered.max() > 0.5 for one in drawn]
    worn = [bool(one.classes[0]) for one in drawn]
    assert 5 < sum(covered) < 30
    assert 3 < sum(worn) < 25
    assert all(np.isfinite(one.seen).all() for one in drawn)


def test_glasses_are_worn_where_they_were_painted(crop: Crop) -> None:
    bare, worn = (glasses_sample(crop, painted, np.random.default_rng(1)) for painted in (0, 1))
    assert bare[0].shape == worn[0].shape == (3, BAND_HEIGHT_PX, BAND_WIDTH_PX)
    assert (bare[1], worn[1]) == (False, True)


def test_a_mirrored_crop_is_mirrored_back(crop: Crop) -> None:
    twice = mirrored(mirrored(crop))
    assert (twice.rgb == crop.rgb).all()
    assert twice.points == pytest.approx(crop.points)
