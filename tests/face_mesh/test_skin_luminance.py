"""What skin is compared with: luminance as the eye sees it, tone by CIELAB, the own paler skin."""

import numpy as np
import pytest
from skimage.color import rgb2lab, rgb2xyz

from face_mesh.landmarks.anatomy import point
from face_mesh.skin.chromophores import HAEMOGLOBIN
from face_mesh.skin.lesions import darkness, mole_at
from face_mesh.skin.signs import detect
from face_mesh.skin.skin_tone import ita_deg
from tests.face_mesh.skins import SKIN, even_face, with_more, with_photo

SMALL = 1.6  # of the portrait: 2 px per mm
SPOTS = {"red": (150, 160, 140), "blue": (205, 160, 60)}


@pytest.mark.parametrize("colour", SPOTS.values(), ids=SPOTS)
def test_a_lesion_is_as_dark_as_its_luminance_against_that_of_the_skin(
    colour: tuple[int, int, int],
) -> None:
    """A mole 5 mm wide that lacks one primary colour most, against CIE Y of both (scikit-image)."""
    face = even_face(larger=SMALL)
    x, y = face.landmarks_px[point("malar_apex_left"), :2]
    rows, columns = np.mgrid[: face.photo.height, : face.photo.width]
    inside = np.hypot(columns - x, rows - y) < 2.5 * face.px_per_mm
    face = with_photo(face, np.where(inside[..., None], colour, SKIN).astype(np.uint8))
    found = mole_at(face, float(x), float(y))
    assert found is not None
    own, its = (float(rgb2xyz(np.array(c)[None, None] / 255.0)[0, 0, 1]) for c in (SKIN, colour))
    assert darkness(face, found) == pytest.approx(np.log(own / its), abs=0.03)


@pytest.mark.parametrize("tone", [(235, 205, 190), SKIN, (110, 75, 60), (60, 42, 36)])
def test_the_angle_of_a_tone_is_that_of_its_cielab(tone: tuple[int, int, int]) -> None:
    """ITA = arctan((L* - 50) / b*), of scikit-image's L* and b*; to a degree, as OpenCV's D65."""
    light, _, yellow = rgb2lab(np.array(tone)[None, None] / 255.0)[0, 0]
    wanted = np.degrees(np.arctan2(light - 50.0, yellow))
    assert ita_deg(even_face(tone, SMALL), "malar_left") == pytest.approx(wanted, abs=1.0)


def test_a_face_of_which_half_is_red_is_red_against_the_paler_half() -> None:
    """The own skin is the paler third of forehead and cheeks: of these half is red here."""
    face = even_face(larger=SMALL)
    for at in ("malar_apex_left", "malar_apex_right", "glabella"):
        red = with_more(even_face(larger=SMALL), 30.0, 0.3, HAEMOGLOBIN, at)
        face = with_photo(face, np.minimum(face.photo.image, red.photo.image))
    read = [detect(face, "redness", f"malar_{side}").severity for side in ("left", "right")]
    # Severity is 4 at a mean excess of 0.8; of 0.3, 0.06 are no redness yet.
    assert read == pytest.approx([4.0 * (0.3 - 0.06) / 0.8] * 2, rel=0.15)
