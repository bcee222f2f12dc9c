"""Hair over skin is told from skin: made hair on made skin, and what looks like it and is none."""

import numpy as np

from face_mesh import Face
from face_mesh.arrays import Mask
from face_mesh.landmarks.anatomy import point
from face_mesh.regions import region_mask
from face_mesh.skin.hair import hair
from face_mesh.skin.marks import lesions_mask, marks_mask
from face_mesh.skin.skin_mask import skin_mask
from tests.face_mesh.hairs import grainy_face, with_fringe, with_stubble
from tests.face_mesh.skins import darker, even_face


def within(mask: Mask, face: Face, region: str) -> float:
    return float(mask[region_mask(face, region) > 0.8].mean())


def test_stubble_is_hair_where_it_grows_and_nowhere_else() -> None:
    face = with_stubble(grainy_face())
    found = hair(face)
    assert found.dtype == np.float32
    assert within(found, face, "chin") > 0.8
    assert within(found, face, "cutaneous_upper_lip") > 0.7
    for region in ("malar_left", "malar_right", "forehead", "glabella", "tear_trough_left"):
        assert within(found, face, region) < 0.02


def test_grain_of_skin_and_lines_of_lips_are_no_hair() -> None:
    face = grainy_face()
    assert hair(face).mean() < 1e-3
    for i in range(-3, 4):
        face = darker(face, (3.0 * i, 4.5), 6.0, 1.0, 0.15, 90.0, start=point("subnasale"))
    assert within(hair(face), face, "cutaneous_upper_lip") < 0.1


def test_strands_of_a_fringe_are_hair_and_lines_of_the_forehead_are_not() -> None:
    face = with_fringe(even_face())
    y0 = face.landmarks_px[point("glabella"), 1]
    x0 = face.landmarks_px[point("glabella"), 0]
    found = hair(face)
    painted = (1.0 - found) * skin_mask(face)
    for up_mm in (3.0, 6.0, 9.0, 12.0):
        across = slice(round(x0 - 2.0 * face.px_per_mm), round(x0 + 5.0 * face.px_per_mm))
        assert painted[round(y0 - up_mm * face.px_per_mm), across].max() < 0.3
    assert found.max() > 0.9
    assert within(found, face, "nasal_dorsum") == 0.0
    level = darker(even_face(), (0.0, -12.0), 40.0, 2.0, 0.25)
    frown = darker(level, (4.0, -3.0), 14.0, 1.4, 0.25, 90.0)
    assert hair(frown).max() < 0.05


def test_a_mole_is_a_mark_and_pores_are_none() -> None:
    face = grainy_face()
    assert marks_mask(face).mean() < 1e-3
    spotted = darker(face, (0.0, 0.0), 2.0, 2.0, 0.6, start=point("malar_apex_left"))
    x, y = np.round(face.landmarks_px[point("malar_apex_left"), :2]).astype(int)
    assert marks_mask(spotted)[y, x] > 0.9
    assert (lesions_mask(spotted) <= marks_mask(spotted)).all()
