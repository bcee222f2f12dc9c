"""Lines and folds: drawn lines are read as drawn; hairs, frames and rough skin are not lines."""

import cv2
import numpy as np
import pytest

from face_mesh import Face
from face_mesh.landmarks.anatomy import curve, point
from face_mesh.skin.readability import at_rest
from face_mesh.skin.relief import relief_scale
from face_mesh.skin.ridges import dark_lines
from face_mesh.skin.signs import SIGNS, detect
from face_mesh.skin.working_view import View
from tests.face_mesh.faces import collins, hopper
from tests.face_mesh.skins import SKIN, creased, darker, even_face, lit, painted, with_photo

CORNER = point("exocanthion_left")
FOREHEAD_LINE = ((0.0, -22.0), 40.0, 1.4)  # where a line lies above the glabella, mm


def forehead(face: Face) -> float:
    return detect(face, "forehead_lines", "forehead").severity


def crows_feet(face: Face) -> float:
    return detect(face, "crows_feet_lines", "lateral_canthal_left").severity


def rough(seed: int = 0, amount: float = 6.0) -> Face:
    """Even skin with grain of a millimetre, the same in every direction."""
    face = even_face()
    noise = np.random.default_rng(seed).normal(size=face.photo.image.shape[:2])
    grain = cv2.GaussianBlur(noise, (0, 0), 1.3)
    grain *= amount / grain.std()
    return with_photo(
        face, np.clip(np.array(SKIN) + grain[..., None], 0, 255).round().astype(np.uint8)
    )


@pytest.mark.parametrize("width_mm", [1.0, 1.4, 2.0])
def test_a_filter_answers_the_depth_of_a_line(width_mm: float) -> None:
    y = np.mgrid[-60:61, -60:61][0] / 2.5
    shade = (0.08 * np.exp(-0.5 * (y / (width_mm / 2)) ** 2)).astype(np.float32)
    found, _ = dark_lines(shade, 2.5, width_mm, 7.0, np.float32(0.0), 0.3)
    # A row of the grid lies on the line; what the neighbouring directions answer is taken off.
    assert found[60, 60] == pytest.approx(0.08, rel=0.15)


def test_severity_is_in_proportion_to_depth() -> None:
    # From where the least depth of a line is less than the share at which one ends.
    depths = (0.08, 0.16)
    read = [forehead(darker(even_face(), *FOREHEAD_LINE, depth)) for depth in depths]
    assert read[0] > 0.05
    assert read[1] / read[0] == pytest.approx(2.0, rel=0.08)  # bytes round, lines do not
    canthal = [
        crows_feet(darker(even_face(), (4.0, 8.0), 14.0, 1.4, depth, start=CORNER))
        for depth in depths
    ]
    assert canthal[0] > 0.05
    assert canthal[1] / canthal[0] == pytest.approx(2.0, rel=0.08)


def test_what_is_fainter_than_a_line_reads_nothing() -> None:
    assert forehead(darker(even_face(), *FOREHEAD_LINE, 0.02)) == 0.0


def test_severity_is_in_proportion_to_length() -> None:
    read = [
        forehead(darker(even_face(), FOREHEAD_LINE[0], length, 1.4, 0.1)) for length in (20.0, 40.0)
    ]
    assert read[1] / read[0] == pytest.approx(2.0, rel=0.15)  # the ends count a little


def test_a_line_is_measured_in_mm_and_its_mask_is_as_wide_as_what_is_painted() -> None:
    face = darker(even_face(), *FOREHEAD_LINE, 0.1)
    found = detect(face, "forehead_lines", "forehead")
    assert found.length_mm == pytest.approx(40.0, rel=0.2)
    assert found.depth == pytest.approx(0.1, rel=0.4)
    assert 1.5 < found.area_mm2 / 40.0 < 2.6


def test_a_line_across_the_expected_direction_is_none() -> None:
    upright = darker(even_face(), (0.0, -22.0), 20.0, 1.4, 0.1, turn_deg=90.0)
    level = darker(even_face(), (0.0, -22.0), 20.0, 1.4, 0.1)
    assert forehead(level) > 0.05
    assert forehead(upright) < 0.15 * forehead(level)  # its two ends answer a little


@pytest.mark.parametrize("stops", [-1.0, -0.5, 0.3])
def test_light_does_not_change_a_drawn_line(stops: float) -> None:
    face = darker(even_face(), *FOREHEAD_LINE, 0.1)
    other = darker(lit(even_face(), stops), *FOREHEAD_LINE, 0.1)  # bytes are rounded once
    assert forehead(other) == pytest.approx(forehead(face), rel=0.08)


def test_rough_skin_is_not_lined_skin() -> None:
    lined = darker(rough(), *FOREHEAD_LINE, 0.1)
    assert forehead(rough()) < 0.4
    assert forehead(lined) > forehead(rough()) + 0.1


@pytest.mark.parametrize("size_mm", [(0.5, 30.0), (5.0, 30.0)])
def test_an_upright_hair_or_lock_is_no_line(size_mm: tuple[float, float]) -> None:
    face = painted(even_face(), (8.0, -24.0), size_mm, 25)
    found = detect(face, "forehead_lines", "forehead")
    assert found.severity < 0.1
    assert found.length_mm == 0.0


@pytest.mark.parametrize("thick_mm", [1.5, 3.0, 5.0])
def test_a_dark_frame_along_the_lines_is_no_line(thick_mm: float) -> None:
    face = even_face()
    corner, glabella = face.landmarks_px[[CORNER, point("glabella")], :2]
    out, down = (corner - glabella) / face.px_per_mm
    framed = painted(face, (out + 5.0, down + 8.0), (40.0, thick_mm), 25)
    found = detect(framed, "crows_feet_lines", "lateral_canthal_left")
    assert found.severity < 0.1
    mask = found.mask.on_photo(framed.photo.height, framed.photo.width)
    assert not (mask[framed.photo.image[..., 0] == 25] > 0.1).any()


def test_an_old_face_has_deep_lines_and_folds() -> None:
    face = hopper()
    for side in ("left", "right"):
        assert detect(face, "crows_feet_lines", f"lateral_canthal_{side}").severity > 2.0
        assert detect(face, "nasolabial_fold", f"nasolabial_fold_{side}").severity > 3.0


def test_in_a_smile_crows_feet_are_not_at_rest() -> None:
    assert not at_rest(collins(), SIGNS["crows_feet_lines"])
    assert at_rest(collins(), SIGNS["redness"])
    assert at_rest(even_face(), SIGNS["forehead_lines"])


def stubbled(face: Face, amount: float = 0.25, seed: int = 0) -> Face:
    """The face with dark fine grain, the same in every direction, from the nose down."""
    top = round(face.landmarks_px[point("subnasale"), 1])
    noise = np.random.default_rng(seed).normal(size=face.photo.image.shape[:2])
    grain = np.maximum(cv2.GaussianBlur(noise, (0, 0), 0.3 * face.px_per_mm), 0.0)
    grain *= amount / grain.std()
    grain[:top] = 0.0
    less = np.exp(-grain / 2.2)[..., None]
    return with_photo(face, np.round(face.photo.image * less).astype(np.uint8))


def fold(face: Face) -> float:
    return detect(face, "nasolabial_fold", "nasolabial_fold_left").severity


def test_a_fold_is_deeper_the_deeper_it_is_drawn() -> None:
    read = [fold(creased(even_face(), "nasolabial_fold_left", 3.0, d)) for d in (0.1, 0.2, 0.3)]
    assert read[1] > read[0] + 0.2
    # Its least depth is taken off once.
    assert read[2] - read[1] == pytest.approx(read[1] - read[0], rel=0.15)


def test_stubble_hides_no_fold() -> None:
    """Stubble left a fold out; a man's fold must rise in a smile as anybody's."""
    bearded = stubbled(even_face())
    shallow, deep = (
        fold(stubbled(creased(even_face(), "nasolabial_fold_left", 3.0, depth)))
        for depth in (0.15, 0.3)
    )
    assert fold(bearded) < shallow < deep
    clear = fold(creased(even_face(), "nasolabial_fold_left", 3.0, 0.3))
    assert deep - shallow > 0.3 * clear


def test_crows_feet_that_run_up_to_the_temple_count_in_part() -> None:
    expected = 13.0  # degrees that lines lean downwards there
    for side, down in (("left", 1.0), ("right", -1.0)):
        corner = point(f"exocanthion_{side}")
        out = 8.0 * down
        read = [
            detect(
                darker(even_face(), (out, 6.0), 12.0, 1.0, 0.15, turn_deg=turn, start=corner),
                "crows_feet_lines",
                f"lateral_canthal_{side}",
            ).severity
            for turn in (down * expected, down * (expected - 35.0), down * (expected + 35.0))
        ]
        assert 0.1 * read[0] < read[1] < 0.9 * read[0]
        assert read[2] < 0.8 * read[1]


def test_a_line_that_fades_goes_little_by_little() -> None:
    """Half-treated skin is a mixture: what is read off it must not jump."""
    depths = np.linspace(0.0, 0.12, 13)
    read = np.array([forehead(darker(even_face(), *FOREHEAD_LINE, d)) for d in depths])
    assert (np.diff(read) >= -0.01).all()
    assert np.diff(read).max() < 0.35 * read[-1]


@pytest.mark.parametrize("stops", [-1.0, -0.5, 0.3])
def test_exposure_does_not_make_relief_deeper(stops: float) -> None:
    scale = relief_scale(View.of(even_face()))
    assert relief_scale(View.of(lit(even_face(), stops))) == pytest.approx(scale, rel=0.03)


def test_relief_of_darker_skin_is_held_to_that_of_light_skin() -> None:
    """Gloss and noise are a larger share of less light; beside something white, as a collar is."""
    scales = []
    for colour in ((225, 190, 172), (190, 140, 115), (90, 58, 45)):
        face = even_face(colour)
        image = face.photo.image.copy()
        bottom = round(face.landmarks_px[:, 1].max())
        image[bottom:] = 245
        scales.append(relief_scale(View.of(with_photo(face, image))))
    assert scales[0] > scales[1] > scales[2]
    assert scales[2] < 0.7 * scales[0]


def test_treating_skin_moves_no_scale() -> None:
    face = collins()
    scale = relief_scale(View.of(face))
    treated = face.repainted(cv2.GaussianBlur(face.photo.image, (0, 0), 6.0))
    assert relief_scale(View.of(treated)) == scale


def test_the_shade_right_below_the_nose_is_no_line_of_the_lip() -> None:
    base, border = curve("nasal_base")[2], curve("upper_vermilion_border")[4]

    def lip(start: int, down_mm: float) -> float:
        line = darker(even_face(), (0.0, down_mm), 6.0, 1.0, 0.2, 90.0, start)
        return detect(line, "perioral_lines", "cutaneous_upper_lip").severity

    assert lip(border, -4.0) > 0.05
    assert lip(base, 0.0) < 0.3 * lip(border, -4.0)
