"""What covers a face is found, named, left unread, and takes away no more than it covers."""

from collections.abc import Callable

import numpy as np
import pytest

from face_mesh import Face, Photo, read_face
from face_mesh.arrays import Rgb
from face_mesh.covers.cover import covers, hidden_eyes, hidden_mask, hidden_parts
from face_mesh.landmarks.scale import EFFECTIVE_IRIS_MM, iris_diameter_px
from face_mesh.skin.skin_mask import skin_mask
from tests.face_mesh import covered
from tests.face_mesh.faces import collins, hopper

Painted = Callable[[Face], Rgb]
both = pytest.mark.parametrize("face", [hopper, collins])


def read(image: Rgb) -> Face:
    return read_face(Photo.from_rgb(np.ascontiguousarray(image)))


def found(face: Face) -> set[str]:
    return {finding.id for finding in face.findings}


@both
def test_nothing_covers_a_bare_face(face: Callable[[], Face]) -> None:
    assert hidden_parts(face()) == ()
    assert {cover.id for cover in covers(face())} == ({"glasses"} if face is hopper else set())


@both
@pytest.mark.parametrize(
    ("paint", "parts"),
    [
        (covered.hand, {"mouth", "chin"}),
        (lambda f: covered.mask(f, (150, 190, 215)), {"mouth", "chin"}),
        (lambda f: covered.mask(f, (28, 28, 30)), {"mouth", "chin"}),
        (lambda f: covered.mask(f, (235, 235, 235)), {"mouth", "chin"}),
        (lambda f: covered.patch(f, "left", (0, 0, 0)), {"eye_left"}),
        (lambda f: covered.patch(f, "right", (0, 0, 0)), {"eye_right"}),
        (lambda f: covered.patch(f, "right", (205, 165, 140)), {"eye_right"}),
        (lambda f: covered.patch(f, "left", (240, 240, 240), (28, 24)), {"eye_left"}),
        (covered.sunglasses, {"eye_left", "eye_right"}),
        (covered.splint, {"nose"}),
        (lambda f: covered.plaster(f, (245, 245, 245)), {"cheek_left"}),
        (covered.plaster_like_skin, {"cheek_left"}),
        (covered.fingers, {"mouth"}),
        (covered.fringe, {"forehead"}),
    ],
)
def test_what_covers_a_part_is_found_and_blocks_nothing(
    face: Callable[[], Face], paint: Painted, parts: set[str]
) -> None:
    there = read(paint(face()))
    assert parts <= set(hidden_parts(there))
    assert {"eyes_hidden", "face_covered"} & found(there)
    assert all(finding.severity != "block" for finding in there.findings)


@both
def test_what_is_covered_is_no_skin_and_what_is_not_still_is(face: Callable[[], Face]) -> None:
    there = read(covered.hand(face()))
    middle, forehead = (covered.place(there, landmark) for landmark in (18, 151))
    assert skin_mask(there)[middle[1], middle[0]] < 0.1
    assert hidden_mask(there)[middle[1], middle[0]] > 0.9
    assert hidden_mask(there)[forehead[1], forehead[0]] == 0.0
    assert skin_mask(there)[forehead[1], forehead[0]] > 0.5


@both
@pytest.mark.parametrize(("side", "other"), [("left", "right"), ("right", "left")])
def test_the_scale_is_of_the_eye_that_is_seen(
    face: Callable[[], Face], side: str, other: str
) -> None:
    there = read(covered.patch(face(), side, (0, 0, 0)))
    assert hidden_eyes(there) == (side,)
    expected = iris_diameter_px(there.landmarks_px, (side,)) / EFFECTIVE_IRIS_MM
    assert there.scale.px_per_mm == pytest.approx(expected)
    assert there.scale.px_per_mm != pytest.approx(
        iris_diameter_px(there.landmarks_px, (other,)) / EFFECTIVE_IRIS_MM
    )


@both
def test_dark_glasses_leave_no_iris_to_measure_by(face: Callable[[], Face]) -> None:
    there = read(covered.sunglasses(face()))
    assert {"glasses", "eyes_hidden"} <= found(there)
    assert there.scale.source == "face_size"
    assert there.scale.relative_sd > face().scale.relative_sd
    assert there.px_per_mm == pytest.approx(face().px_per_mm, rel=0.1)


@pytest.mark.parametrize(
    ("colour", "thick_mm"),
    [
        ((40, 30, 25), 2.5),
        ((40, 30, 25), 1.2),
        ((190, 160, 100), 1.2),  # gold
        ((190, 190, 195), 1.5),  # silver
        ((150, 100, 75), 3.0),  # the colour of skin
        ((20, 60, 160), 4.0),
    ],
)
def test_glasses_of_any_frame_are_seen(colour: tuple[int, int, int], thick_mm: float) -> None:
    there = read(covered.spectacles(collins(), colour, thick_mm))
    assert "glasses" in found(there)
    assert hidden_eyes(there) == ()
