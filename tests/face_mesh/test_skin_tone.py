"""One tone for a person: the same in every light, as dark as the skin is, with its interval."""

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from skimage.color import rgb2lab

from face_mesh import Face, open_photo
from face_mesh.arrays import Rgb
from face_mesh.landmarks.anatomy import curve
from face_mesh.landmarks.model_file import VERTICES
from face_mesh.pipeline import read_face
from face_mesh.regions import REGIONS
from face_mesh.skin.chromophores import HAEMOGLOBIN, MELANIN
from face_mesh.skin.light import fit_harmonics, harmonics
from face_mesh.skin.monk import ANGLES_DEG, nearest
from face_mesh.skin.skin_tone import ita_deg, skin_tone
from face_mesh.skin.working_view import View, linear
from tests.face_mesh.faces import collins, hopper
from tests.face_mesh.skins import SKIN, encoded, even_face, lit, with_more, with_photo
from tests.helpers import use_photo

TONES = ((235, 205, 190), SKIN, (150, 105, 80), (95, 62, 48), (60, 42, 36))
SKIN_REGIONS = [name for name in REGIONS if "vermilion" not in name]


def angle_of(tone: tuple[int, int, int]) -> float:
    light, _, yellow = rgb2lab(np.array(tone)[None, None] / 255.0)[0, 0]
    return float(np.degrees(np.arctan2(light - 50.0, yellow)))


def from_one_side(face: Face, stops: float) -> Face:
    """The face lit by `stops` more at one of its edges than at the other."""
    left, right = np.quantile(face.landmarks_px[:, 0], [0.0, 1.0])
    across = np.clip((np.arange(face.photo.width) - left) / (right - left), 0.0, 1.0)
    share = 2.0 ** (stops * (across - 0.5))[None, :, None]
    return with_photo(face, encoded(linear(face.photo.image).astype(np.float64) * share))


def with_eyes(face: Face, white: tuple[int, int, int] = (188, 178, 172)) -> Face:
    """The face with white between its lids."""
    image: Rgb = face.photo.image.copy()
    for side in ("left", "right"):
        lids = curve(f"upper_lid_{side}") + curve(f"lower_lid_{side}")[::-1]
        outline = np.round(face.landmarks_px[list(lids), :2]).astype(np.int32)
        cv2.fillPoly(image, [outline], white)
    return with_photo(face, image)


@pytest.mark.parametrize("tone", TONES)
def test_even_skin_in_even_light_has_the_angle_of_its_colour(tone: tuple[int, int, int]) -> None:
    found = skin_tone(even_face(tone))
    assert found.ita_deg == pytest.approx(angle_of(tone), abs=1.0)
    assert found.low < found.ita_deg < found.high


def test_darker_skin_has_a_higher_step_of_the_scale() -> None:
    steps = [skin_tone(even_face(tone)).monk for tone in TONES]
    assert steps == sorted(steps, key=lambda step: step or 0)
    assert steps[-1] is not None
    assert steps[-1] >= 9


def test_each_swatch_is_its_own_step() -> None:
    assert list(ANGLES_DEG) == sorted(ANGLES_DEG, reverse=True)
    assert [nearest(angle) for angle in ANGLES_DEG] == list(range(1, 11))


def test_dark_skin_with_white_eyes_stays_dark() -> None:
    """The white of the eyes tells the colour of the light; nothing makes the skin lighter."""
    tone = (95, 62, 48)
    assert skin_tone(with_eyes(even_face(tone))).ita_deg < -30.0
    assert skin_tone(with_eyes(even_face(tone))).ita_deg == pytest.approx(angle_of(tone), abs=6.0)


@pytest.mark.parametrize("stops", [1.0, 1.5])
def test_regions_differ_little_where_the_light_falls_from_one_side(stops: float) -> None:
    face = from_one_side(even_face(TONES[2]), stops)
    angles = np.array([ita_deg(face, name) for name in SKIN_REGIONS])
    assert np.nanstd(angles) < 2.0
    assert np.nanstd([_as_seen(face, name) for name in SKIN_REGIONS]) > 8.0


def _as_seen(face: Face, region: str) -> float:
    """The angle of a region's middle colour without regard to light."""
    view = View.of(face)
    area = view.area(region)
    seen = view.face.photo.image[area.rows, area.columns][area.inside > 0.5]
    if not len(seen):
        return float("nan")
    light, _, yellow = rgb2lab(np.median(seen, axis=0)[None, None] / 255.0)[0, 0]
    return float(np.degrees(np.arctan2(light - 50.0, yellow)))


@pytest.mark.parametrize("portrait", [hopper, collins])
def test_the_interval_holds_what_light_and_camera_do(portrait: Callable[[], Face]) -> None:
    face = portrait()
    usual = skin_tone(face)
    for other in (lit(face, 0.5), lit(face, -0.5), from_one_side(face, 1.0)):
        assert usual.low <= skin_tone(other).ita_deg <= usual.high


def test_more_melanin_is_a_darker_region_and_more_blood_is_not() -> None:
    face = even_face()
    here = ita_deg(face, "malar_left")
    assert ita_deg(with_more(face, 25.0, 0.3, MELANIN), "malar_left") < here - 10.0
    assert ita_deg(with_more(face, 25.0, 0.3, HAEMOGLOBIN), "malar_left") == pytest.approx(
        here, abs=2.0
    )


def test_light_that_was_put_on_normals_is_found_again() -> None:
    rng = np.random.default_rng(3)
    normals = rng.normal(size=(VERTICES, 3))
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    truth = rng.normal(0.0, 0.2, 9)
    wanted = harmonics(normals) @ truth
    wanted[:40] -= 2.0  # a beard
    found, weights = fit_harmonics(harmonics(normals), wanted, np.ones(VERTICES))
    assert np.abs(harmonics(normals) @ (found - truth)).max() < 0.1
    assert weights[:40].max() < 0.1 * np.median(weights)


def test_regions_of_people_in_even_light_are_of_one_tone(faces_dir: Path) -> None:
    """Median standard deviation over the regions of one face: at most 6 degrees."""
    paths = sorted((faces_dir / "london" / "neutral").glob("*.jpg"))[1::6]
    spread = []
    for path in paths:
        face = read_face(open_photo(use_photo(path)))
        spread.append(np.nanstd([ita_deg(face, name) for name in SKIN_REGIONS]))
    assert np.median(spread) <= 6.0
