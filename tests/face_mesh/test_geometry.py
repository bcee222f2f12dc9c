"""Pixels and millimetres of a face: centres of pixels, sizes of photos, and what is a ruler."""

import numpy as np
import pytest

from face_mesh.arrays import Points
from face_mesh.landmarks.scale import (
    EFFECTIVE_IRIS_MM,
    estimate_scale,
    iris_diameter_px,
)
from tests.face_mesh.faces import collins, hopper


@pytest.mark.parametrize("share", [0.5, 0.37])
def test_a_smaller_photo_has_the_same_face_at_the_same_places(share: float) -> None:
    """Of a photo W px wide, x + 1/2 of W are left of the middle of a pixel x, at every size.

    A half of a pixel, left out, is a millimetre of face on a small photo.
    """
    for face in (hopper(), collins()):
        height, width = face.photo.image.shape[:2]
        small = face.resized(round(share * max(height, width)))
        factor = small.px_per_mm / face.px_per_mm
        at = (small.landmarks_px[:, :2] + 0.5) / factor
        assert np.allclose(at, face.landmarks_px[:, :2] + 0.5, atol=1e-6)
        # And the pose puts the head where the landmarks are, at either size.
        again = small.pose.to_photo(small.mesh_mm)[:, :2]
        assert np.allclose(again, small.landmarks_px[:, :2], atol=1e-6)


def irises(wide_px: float, high_px: float) -> Points:
    """Landmarks of which only the irises are somewhere: half covered by lids, as they are."""
    points = np.zeros((478, 3))
    for middle, x in ((468, 100.0), (473, 163.0)):
        points[middle] = (x, 100.0, 0.0)
        for k, (dx, dy) in enumerate(((1, 0), (0, -1), (-1, 0), (0, 1)), start=1):
            points[middle + k] = (x + dx * wide_px / 2, 100.0 + dy * high_px / 2, 0.0)
    return points


def test_the_ruler_is_the_width_of_an_iris_which_lids_do_not_cover() -> None:
    assert iris_diameter_px(irises(12.0, 8.0)) == pytest.approx(12.0)
    assert estimate_scale(irises(12.0, 8.0)).px_per_mm == pytest.approx(12.0 / EFFECTIVE_IRIS_MM)
    for face in (hopper(), collins()):
        across = [face.landmarks_px[[a, b], :2] for a, b in ((469, 471), (474, 476))]
        (dx, dy) = np.abs(np.diff(across, axis=1))[:, 0].mean(axis=0)
        assert dx > 2.0 * dy
