"""A roll under the chin is told from a chin that throws its shade, and from a ring of the neck."""

import numpy as np
import pytest

from face_mesh import Face
from face_mesh.landmarks.anatomy import point
from face_mesh.skin.lower_face import submental_roll
from face_mesh.skin.neck_view import ABOVE_MM, ASIDE_MM
from face_mesh.skin.submental_roll import SubmentalRoll
from tests.face_mesh.faces import collins
from tests.face_mesh.test_neck_view import below_mm, with_neck

CREASE_MM = 20.0


def border_mm(face: Face) -> np.ndarray:
    """(H, W) how far below the border of the jaw, taken for a parabola about the chin."""
    x = np.arange(face.photo.image.shape[1]) - face.landmarks_px[point("menton"), 0]
    return below_mm(face) + 0.006 * (x / face.px_per_mm) ** 2


def dark_at(mm: np.ndarray, where_mm: float, wide_mm: float, much: float) -> np.ndarray:
    return np.asarray(1.0 - much * np.exp(-(((mm - where_mm) / wide_mm) ** 2)))


def test_a_roll_is_found_where_it_hangs() -> None:
    face = collins()
    mm = border_mm(face)
    roll = dark_at(mm, 3.0, 3.0, 0.25) * dark_at(mm, CREASE_MM, 3.0, 0.55)
    found = SubmentalRoll.of(with_neck(face, roll))
    assert found.clearness > 0.8
    assert found.height_mm == pytest.approx(CREASE_MM, abs=3.0)
    middle = found.crease[np.abs(found.crease[:, 0] - ASIDE_MM) < 5.0]
    assert middle[:, 1].mean() == pytest.approx(ABOVE_MM + CREASE_MM, abs=3.0)
    assert submental_roll(with_neck(face, roll), "both") > 0.5


@pytest.mark.parametrize(
    ("shade", "crease"), [(0.0, 0.0), (0.7, 0.0), (0.7, 0.3), (0.0, 0.05)],
    ids=["nothing", "a chin in light from above", "a ring below it", "a faint ring"],
)  # fmt: skip
def test_what_is_no_roll_is_none(shade: float, crease: float) -> None:
    face = collins()
    mm = border_mm(face)
    neck = dark_at(mm, 3.0, 3.0, shade) * dark_at(mm, CREASE_MM, 3.0, crease)
    found = SubmentalRoll.of(with_neck(face, neck))
    assert (found.clearness, len(found.crease)) == (0.0, 0)
    assert submental_roll(with_neck(face, neck), "both") == 0.0
