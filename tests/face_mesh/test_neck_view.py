"""Where skin of the neck is told, and how much there is to treat at jaw and neck."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from face_mesh import Face, Photo
from face_mesh.landmarks.anatomy import curve, point
from face_mesh.skin import lower_face
from face_mesh.skin.lower_face import (
    FINDINGS,
    band_relief,
    border_shade,
    extent,
    platysmal_bands,
    submental_fullness,
)
from face_mesh.skin.neck_view import ABOVE_MM, ASIDE_MM, NeckView, places_of, window
from tests.face_mesh.faces import collins, hopper
from tests.simulate.faces import mirrored


def recoloured(face: Face, image: np.ndarray) -> Face:
    return replace(face, photo=Photo.from_rgb(np.asarray(image, np.uint8)), workspace={})


def below_mm(face: Face) -> np.ndarray:
    """(H, W) how far each pixel lies below the chin, mm."""
    rows = np.arange(face.photo.image.shape[0]) - face.landmarks_px[point("menton"), 1]
    across = np.ones(face.photo.image.shape[1])
    return np.asarray(np.outer(rows / face.px_per_mm, across))


def with_neck(face: Face, pattern: np.ndarray) -> Face:
    """The face with all below its jaw in the colour of its cheek, times a pattern."""
    image = face.photo.image.astype(np.float64)
    x, y = np.round(face.landmarks_px[50, :2]).astype(int)
    skin = np.median(image[y - 3 : y + 4, x - 3 : x + 4].reshape(-1, 3), axis=0)
    outside = np.ones(image.shape[:2], np.uint8)
    outline = face.landmarks_px[list(curve("face_oval")), :2]
    cv2.fillPoly(outside, [np.round(outline).astype(np.int32)], 0)
    aside = np.arange(image.shape[1]) - face.landmarks_px[point("menton"), 0]
    there = (below_mm(face) > -40.0) & (np.abs(aside) < 50.0 * face.px_per_mm)
    share = cv2.blur(outside * there.astype(np.float64), (3, 3))[..., None]
    return recoloured(face, image + share * (np.clip(skin * pattern[..., None], 0, 255) - image))


@pytest.fixture(scope="module", params=["hopper", "collins"])
def face(request: pytest.FixtureRequest) -> Face:
    return hopper() if request.param == "hopper" else collins()


def test_the_skin_of_a_neck_is_told_from_collar_and_wall(face: Face) -> None:
    view = NeckView.of(face)
    assert view.seen_share > 0.5
    assert not (view.skin & view.face).any()
    assert not view.skin[-1].any()  # a uniform, a collar
    assert not view.skin[:, [0, -1]].any()  # a wall
    assert view.presence[~(view.skin | view.face)].max() == 0.0
    assert 0.9 < view.presence.max() <= 1.0


def test_under_a_scarf_there_is_no_neck(face: Face) -> None:
    image = face.photo.image.copy()
    image[below_mm(face) > -12.0] = (20, 60, 190)
    view = NeckView.of(recoloured(face, image))
    assert view.seen_share < 0.1


def test_the_chin_is_where_it_says(face: Face) -> None:
    at = places_of(face, face.landmarks_px[point("menton"), :2])
    assert np.allclose(at, (ASIDE_MM, ABOVE_MM))
    assert window(-1.0, 2.0, 0.0, 3.0) == (
        slice(ABOVE_MM, ABOVE_MM + 3),
        slice(ASIDE_MM - 1, ASIDE_MM + 2),
    )


def test_bands_that_are_drawn_are_read_and_rings_are_not() -> None:
    face = hopper()
    height, width = face.photo.image.shape[:2]
    x = (np.arange(width) - face.landmarks_px[point("menton"), 0]) / face.px_per_mm
    plain = with_neck(face, np.ones((height, width)))
    bands = with_neck(face, np.tile(1.0 + 0.15 * np.cos(2 * np.pi * x / 11.0), (height, 1)))
    rings = with_neck(face, 1.0 + 0.15 * np.cos(2 * np.pi * below_mm(face) / 11.0))
    assert platysmal_bands(plain, "both") < 0.1
    assert platysmal_bands(rings, "both") < 0.2
    assert platysmal_bands(bands, "both") > 0.6
    here = window(-20.0, 20.0, 12.0, 40.0)
    assert np.abs(band_relief(bands)[here]).max() > 0.1 > np.abs(band_relief(plain)[here]).max()


def test_what_stands_out_in_the_middle_of_a_firm_neck_is_no_band(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(lower_face, "_skin_laxity", lambda face: 0.1)
    face = hopper()
    height, width = face.photo.image.shape[:2]
    x = (np.arange(width) - face.landmarks_px[point("menton"), 0]) / face.px_per_mm
    here = window(-8.0, 9.0, 12.0, 40.0)

    def shown(at_mm: float) -> float:
        ridge = 1.0 + 0.2 * np.exp(-0.5 * ((x - at_mm) / 3.0) ** 2)
        neck = with_neck(face, np.tile(ridge, (height, 1)))
        rows, columns = here
        aside = slice(columns.start + round(at_mm), columns.stop + round(at_mm))
        return float(np.abs(band_relief(neck)[rows, aside]).max())

    assert shown(0.0) < 0.5 * shown(22.0)


def test_skin_that_shines_grey_under_the_jaw_is_skin() -> None:
    """On dark skin the light of a shirt leaves nothing of its colour: half of a shade was cut."""
    face = hopper()
    plain = with_neck(face, np.full(face.photo.image.shape[:2], 0.8))
    image = plain.photo.image.astype(np.float64)
    level = NeckView.of(plain).upper_lightness
    grey = np.full(3, 255.0 * np.exp(level / 2.2))
    x = np.arange(image.shape[1]) - face.landmarks_px[point("menton"), 0]
    outside = np.ones(image.shape[:2], np.uint8)
    cv2.fillPoly(
        outside, [np.round(face.landmarks_px[list(curve("face_oval")), :2]).astype(np.int32)], 0
    )
    under = (below_mm(face) < 8.0) & (below_mm(face) > -30.0) & (x > 8.0 * face.px_per_mm)
    under &= (outside > 0) & (x < 40.0 * face.px_per_mm)
    view = NeckView.of(recoloured(face, np.where(under[..., None], grey, image)))
    before = NeckView.of(plain)
    here = window(10.0, 36.0, 0.0, 8.0)
    assert before.skin[here].mean() > 0.3
    assert view.skin[here].sum() > 0.9 * before.skin[here].sum()


def test_the_shade_of_a_chin_ends_far_below_it() -> None:
    face = with_neck(hopper(), np.full(hopper().photo.image.shape[:2], 1.0))
    assert border_shade(face)[window(-20.0, 20.0, 36.0, 44.0)].max() < 0.2


def test_a_border_that_throws_its_shade_is_not_full() -> None:
    face = hopper()
    shape = face.photo.image.shape[:2]
    lit, shaded = (with_neck(face, np.full(shape, much)) for much in (1.0, 0.4))
    assert submental_fullness(lit, "both") > submental_fullness(shaded, "both") + 0.2


def test_every_finding_is_a_share_and_mirrors(face: Face) -> None:
    there = mirrored(face)
    for name in FINDINGS:
        for side, other in (("left", "right"), ("right", "left"), ("both", "both")):
            here = extent(face, name, side)
            assert 0.0 <= here <= 1.0
            assert extent(there, name, other) == pytest.approx(here, abs=0.08)
    with pytest.raises(KeyError):
        extent(face, "horns", "both")


def test_the_relief_of_a_neck_is_that_of_its_skin(face: Face) -> None:
    view = NeckView.of(face)
    assert not band_relief(face)[~view.skin].any()
    wide = cv2.GaussianBlur(band_relief(face), (0, 0), 30.0)
    assert np.abs(wide).max() < 0.1  # shade beside shade, no lighter neck


def test_the_wall_between_jaw_and_neck_goes_with_both() -> None:
    """What is higher than the chin by far is taken for no neck: below the jaw a gap is left."""
    face, skin = np.zeros((2, 111, 161), np.bool_)
    face[:40, 40:121] = True
    skin[52:, 45:116] = True
    follows = NeckView(np.zeros(face.shape, np.float32), face, skin).follows
    assert follows[42:50, 60:100].min() > 0.9
    assert follows[42:50, 118].min() > 0.2
    assert follows[42:50, 135].max() == 0.0


def test_a_jaw_over_a_closed_collar_or_under_a_beard_rises_less(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Over the one its border would be torn, under the other pressed to a dark line."""
    monkeypatch.setattr(lower_face, "jowl", lambda face, side: 1.0)
    face = collins()
    bare = with_neck(face, np.ones(face.photo.image.shape[:2]))
    assert extent(bare, "jowl_border", "both") == pytest.approx(1.0)
    image = bare.photo.image.copy()
    outside = np.ones(image.shape[:2], np.uint8)
    outline = np.round(face.landmarks_px[list(curve("face_oval")), :2]).astype(np.int32)
    cv2.fillPoly(outside, [outline], 0)  # type: ignore[call-overload]
    image[(outside > 0) & (below_mm(face) > -60.0)] = (20, 40, 160)
    assert extent(recoloured(face, image), "jowl_border", "left") < 0.2
    bearded = recoloured(face, bare.photo.image)
    monkeypatch.setattr(
        lower_face, "beard", lambda view: np.ones(view.density.shape[:2], np.float32)
    )
    assert extent(bearded, "jowl_border", "left") == pytest.approx(lower_face.BEARDED)


def test_the_light_of_a_larynx_is_no_band() -> None:
    face = collins()
    x = np.arange(face.photo.image.shape[1]) - face.landmarks_px[point("menton"), 0]
    middle = 1.0 + 0.3 * np.exp(-((x / face.px_per_mm / 4.0) ** 2))
    neck = with_neck(face, np.broadcast_to(middle, face.photo.image.shape[:2]))
    assert band_relief(neck)[window(-6.0, 6.0, 12.0, 40.0)].max() < 0.02
