"""Photos laid as a person says: mirrored, turned, straightened, cropped."""

from collections.abc import Callable
from pathlib import Path

import matplotlib.cbook
import numpy as np
import pytest
import skimage

from face_mesh import measure_face
from face_mesh.errors import PhotoError, PlanError
from face_mesh.photo import refusals
from face_mesh.photo.arrangement import (
    MOST_STRAIGHTEN_DEG,
    Arrangement,
    arrange,
    shrink_of,
)
from face_mesh.photo.photo import Photo, open_photo
from face_mesh.upright import upright_quarters
from tests.face_mesh.photo_files import pattern


def photo() -> Photo:
    return Photo.from_rgb(pattern(160, 224))


def portrait() -> Photo:
    with matplotlib.cbook.get_sample_data("grace_hopper.jpg") as file:
        return open_photo(file)


def collins() -> Photo:
    return open_photo(Path(skimage.__file__).parent / "data" / "astronaut.png")


def test_nothing_to_do_is_the_same_photo() -> None:
    one = photo()
    assert arrange(one, Arrangement()) is one


@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_quarter_turns_are_clockwise_and_move_whole_pixels(quarters: int) -> None:
    image = arrange(photo(), Arrangement(quarters=quarters)).image
    np.testing.assert_array_equal(image, np.rot90(photo().image, -quarters))


def test_a_mirrored_photo_is_turned_over_and_twice_is_the_first() -> None:
    once = arrange(photo(), Arrangement(mirrored=True))
    np.testing.assert_array_equal(once.image, photo().image[:, ::-1])
    assert arrange(once, Arrangement(mirrored=True)) == photo()


def test_mirroring_comes_before_the_turn_and_the_crop_last() -> None:
    image = arrange(photo(), Arrangement(True, 1, crop=(0.0, 0.5, 1.0, 1.0))).image
    np.testing.assert_array_equal(image, np.rot90(photo().image[:, ::-1], -1)[112:])


@pytest.mark.parametrize("turn_deg", [-15.0, -4.0, 4.0, 15.0])
@pytest.mark.parametrize("shape", [(160, 224), (300, 160), (200, 200)])
def test_a_straightened_picture_has_no_empty_corner_and_wastes_none(
    turn_deg: float, shape: tuple[int, int]
) -> None:
    height, width = shape
    shrink = shrink_of(width, height, turn_deg)
    turn = np.deg2rad(turn_deg)
    corners = shrink / 2 * np.array([(width, height), (width, -height)])
    turned = np.abs(corners @ [[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    within = turned.max(axis=0) / (width / 2, height / 2)
    assert within.max() == pytest.approx(1.0)
    size = arrange(Photo.from_rgb(pattern(*shape)), Arrangement(straighten_deg=turn_deg))
    assert size.width == pytest.approx(width * shrink, abs=1)
    assert size.height == pytest.approx(height * shrink, abs=1)


def test_straightening_turns_clockwise_and_keeps_the_scale() -> None:
    image = np.full((400, 400, 3), 128, np.uint8)
    image[198:203, 240:300] = 255  # a bar to the right of the middle
    seen = arrange(Photo.from_rgb(image), Arrangement(straighten_deg=10.0)).image
    rows, columns = np.nonzero(seen[..., 0] > 220)
    middle = (np.array(seen.shape[:2]) - 1) / 2
    y, x = np.mean([rows, columns], axis=1) - middle
    assert np.degrees(np.arctan2(y, x)) == pytest.approx(10.0, abs=0.7)
    assert np.hypot(x, y) == pytest.approx(70.0, abs=1.0)


def test_a_head_that_leans_is_upright_when_straightened() -> None:
    whole = portrait()
    leaning = arrange(whole, Arrangement(straighten_deg=12.0))
    upright = arrange(leaning, Arrangement(straighten_deg=-12.0))
    first, second, third = (measure_face(one).pose.roll_deg for one in (whole, leaning, upright))
    assert second - first == pytest.approx(12.0, abs=1.5)
    assert third == pytest.approx(first, abs=1.5)


def test_left_is_left_once_a_mirrored_photo_is_turned_over() -> None:
    """What is marked beside the left eye is there again, and not beside the right one."""
    true = portrait().image
    face = measure_face(Photo.from_rgb(true))
    marked = true.copy()
    x, y = face.landmarks_px[425, :2].astype(int)  # her left cheek
    marked[y - 6 : y + 7, x - 6 : x + 7] = (250, 0, 250)
    selfie = Photo.from_rgb(marked[:, ::-1])

    def marked_cheek(photo: Photo) -> str:
        seen = measure_face(photo)
        at = {"left": seen.landmarks_px[425, :2], "right": seen.landmarks_px[205, :2]}
        image = photo.image.astype(int)
        found = (image[..., 0] > 200) & (image[..., 1] < 60) & (image[..., 2] > 200)
        spot = np.argwhere(found).mean(axis=0)[::-1]
        return min(at, key=lambda side: float(np.linalg.norm(at[side] - spot)))

    assert marked_cheek(selfie) == "right"
    assert marked_cheek(arrange(selfie, Arrangement(mirrored=True))) == "left"


@pytest.mark.parametrize(
    "wrong",
    [
        {"quarters": 4},
        {"quarters": -1},
        {"straighten_deg": MOST_STRAIGHTEN_DEG + 0.1},
        {"straighten_deg": float("nan")},
        {"crop": (0.5, 0.0, 0.5, 1.0)},
        {"crop": (-0.1, 0.0, 1.0, 1.0)},
        {"crop": (0.0, 0.0, 1.0, float("nan"))},
        {"crop": (0.0, 0.9, 1.0, 0.1)},
    ],
)
def test_what_cannot_be_done_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(PlanError) as refused:
        Arrangement(**wrong)  # type: ignore[arg-type]
    assert str(refused.value).endswith(".")


def test_too_little_of_a_photo_is_no_photo() -> None:
    with pytest.raises(PhotoError) as refused:
        arrange(photo(), Arrangement(crop=(0.0, 0.0, 0.2, 1.0)))
    assert str(refused.value) == refusals.TOO_LITTLE


@pytest.mark.parametrize("quarters", [1, 2, 3])
@pytest.mark.parametrize("person", [portrait, collins])
def test_the_way_up_of_a_face_is_found(person: Callable[[], Photo], quarters: int) -> None:
    lying = arrange(person(), Arrangement(quarters=quarters))
    assert upright_quarters(lying) == 4 - quarters


def test_where_nobody_is_there_is_no_way_up() -> None:
    assert upright_quarters(photo()) is None
