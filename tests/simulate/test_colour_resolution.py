"""A fill in 8 bits: no false colour by rounding, and colour as coarse as the photo's own."""

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from face_mesh.arrays import Rgb
from simulate.inpaint.colour_resolution import to_levels

SHAPE = (97, 130)  # odd, so that pairs of pixels do not end where the picture does
DARK = np.array([82.0, 55.0, 45.0])
LUMINANCE = np.array([0.299, 0.587, 0.114])

Levels = npt.NDArray[np.float64]


def skin(seed: int, colour: float) -> Levels:
    """Dark skin: shine in all channels alike, and so much colour, each pixel its own."""
    random = np.random.default_rng(seed)
    shine = cv2.GaussianBlur(random.normal(size=(*SHAPE, 1)), (0, 0), 0.8)[..., None]
    return DARK + 4.0 * shine / shine.std() + colour * random.normal(size=(*SHAPE, 3))


def decoded(levels: Levels) -> Rgb:
    """As a camera would keep it at the best quality, its colour at half of the resolution."""
    options = [cv2.IMWRITE_JPEG_QUALITY, 100]
    options += [cv2.IMWRITE_JPEG_SAMPLING_FACTOR, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_420]
    pixels = np.clip(np.round(levels), 0, 255).astype(np.uint8)
    coded = cv2.imencode(".jpg", pixels[..., ::-1], options)[1]
    return np.asarray(cv2.imdecode(coded, cv2.IMREAD_COLOR)[..., ::-1], np.uint8)


def share(pixels: npt.NDArray[np.number]) -> npt.NDArray[np.float32]:
    return np.asarray(pixels / 255.0, np.float32)


def fine_colour(pixels: Rgb) -> float:
    """The energy of colour that varies from pixel to pixel, levels squared."""
    off = pixels - (pixels @ LUMINANCE)[..., None]
    return float(np.square(off - cv2.GaussianBlur(off, (0, 0), 0.5)).mean())


def known() -> npt.NDArray[np.bool_]:
    return np.ones(SHAPE, np.bool_)


def plain(levels: Levels) -> Rgb:
    return np.round(levels).astype(np.uint8)


@pytest.mark.parametrize("start", [(0, 0), (0, 1), (1, 0), (1, 1)])
def test_colour_is_halved_where_the_photo_has_it_halved(start: tuple[int, int]) -> None:
    """Wherever in the photo the window begins."""
    y, x = start
    photo = decoded(skin(0, 0.8))[y:, x:]
    made = skin(1, 0.8)[y:, x:]
    found = to_levels(share(made), share(photo), known()[y:, x:])
    assert found.shape == photo.shape
    assert fine_colour(plain(made)) > 3.0 * fine_colour(photo)
    assert fine_colour(found) < 1.5 * fine_colour(photo)
    assert np.abs((found - made) @ LUMINANCE).max() < 1.5


def test_colour_of_each_pixel_stays_where_the_photo_has_it() -> None:
    photo, made = plain(skin(0, 3.0)), skin(1, 3.0)
    found = to_levels(share(made), share(photo), known())
    assert np.abs(found - made).max() < 1.01
    assert fine_colour(found) == pytest.approx(fine_colour(photo), rel=0.15)


def test_rounding_adds_no_colour_where_there_is_none() -> None:
    photo, made = plain(skin(0, 3.0)), np.floor(skin(1, 0.0)[..., :1]) + 0.4 + (0.0, 7.0, 19.0)
    found = to_levels(share(made), share(photo), known()).astype(np.int64)
    assert (found[..., 1] - found[..., 0] == 7).all()
    assert (found[..., 2] - found[..., 0] == 19).all()


def test_nothing_known_is_rounded() -> None:
    made = skin(1, 1.0)
    found = to_levels(share(made), share(plain(skin(0, 0.0))), np.zeros(SHAPE, np.bool_))
    assert np.abs(found - made).max() < 1.01


def test_inputs_stay() -> None:
    photo, made = share(decoded(skin(0, 0.8))), share(skin(1, 0.8))
    before = photo.copy(), made.copy()
    to_levels(made, photo, known())
    assert (photo == before[0]).all()
    assert (made == before[1]).all()
