"""Ears read off the photo: found where they are, none made up, and set back before a still wall."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from face_mesh import Face, Photo
from face_mesh.arrays import Bool, Rgb
from face_mesh.errors import PlanError
from face_mesh.landmarks.anatomy import curve
from simulate import Plan, simulate
from simulate.geometry.ears import LEFT_OUT, contour_at, ears_of, outwards
from simulate.geometry.neck_and_ears import PriorSurface, most_setback_mm
from tests.face_mesh.skins import uncovered
from tests.simulate.faces import bare, face_of, mirrored

SKIN, EAR, HAIR = (196, 152, 128), (205, 150, 130), (52, 40, 34)
STANDS_MM, TOP_MM, FOOT_MM = 18.0, 6.0, -52.0
STRIPE_PX = 9


def wall(shape: tuple[int, ...]) -> Rgb:
    """Stripes across: what a picture that bends takes with it."""
    light = (np.arange(shape[0]) // STRIPE_PX % 2).astype(np.uint8)
    return np.broadcast_to((np.uint8(150) + 60 * light)[:, None, None], shape).copy()


def head(hair: bool = False) -> tuple[Face, Rgb, Bool]:
    """A head with two ears before a striped wall, the wall alone, and where the ears are."""
    face = bare(face_of("collins"))
    behind = wall(face.photo.image.shape)
    picture = behind.copy()
    outline = face.landmarks_px[list(curve("face_oval")), :2]
    ears = np.zeros(picture.shape[:2], np.uint8)
    for side in ("left", "right"):
        at = np.linspace(TOP_MM, FOOT_MM, 60)
        half = np.sqrt(np.clip(1.0 - ((at - at.mean()) / (np.ptp(at) / 2.0)) ** 2, 0.0, 1.0))
        root = contour_at(face.mesh_mm, side, at)
        rim = root + STANDS_MM * half[:, None] ** 0.4 * outwards(side)
        edge = np.concatenate([root, rim[::-1]])
        fill(ears, face.pose.to_photo(edge)[:, :2], 1)
    picture[ears > 0] = EAR
    fill(picture, outline, SKIN)
    if hair:
        for side in ("left", "right"):
            low, high = contour_at(face.mesh_mm, side, np.array([60.0, -70.0]))
            box = [low, high, high + 30.0 * outwards(side), low + 30.0 * outwards(side)]
            fill(picture, face.pose.to_photo(np.array(box))[:, :2], HAIR)
    noise = np.random.default_rng(3).integers(-2, 3, picture.shape)
    grainy = np.asarray(np.clip(picture + noise, 0, 255), np.uint8)
    photo = Photo.from_rgb(grainy)
    return replace(face, photo=photo, workspace=uncovered()), behind, ears > 0


def fill(picture: Rgb, corners: object, colour: object) -> None:
    at = np.round(np.asarray(corners, np.float64) * 16).astype(np.int32)
    cv2.fillPoly(picture, [at], colour, cv2.LINE_8, 4)  # type: ignore[call-overload]


def test_an_ear_is_found_where_it_is() -> None:
    face, _, _ = head()
    found = ears_of(face)
    assert set(found) == {"left", "right"}
    for ear in found.values():
        assert ear.protrusion_mm == pytest.approx(STANDS_MM, abs=1.5)
        assert ear.top_mm == pytest.approx(TOP_MM, abs=3.0)
        assert ear.foot_mm == pytest.approx(FOOT_MM, abs=3.0)


def test_no_ear_is_made_up_under_hair() -> None:
    face, _, _ = head(hair=True)
    assert not ears_of(face)
    assert not ears_of(face_of("collins"))  # whose hair covers them
    with pytest.raises(PlanError, match="does not show ears that stand out"):
        simulate(face, Plan.parse("otoplasty=6.5"), engine="fake")


def test_the_other_ear_is_set_back_alone_and_that_is_said() -> None:
    face, _, _ = head()
    picture = face.photo.image.copy()
    middle = int(face.landmarks_px[1, 0])
    shaded, _, _ = head(hair=True)
    picture[:, middle:] = shaded.photo.image[:, middle:]  # the patient's left
    one = replace(face, photo=Photo.from_rgb(picture), workspace=uncovered())
    assert set(ears_of(one)) == {"right"}
    with pytest.raises(PlanError, match="only the right ear stands out"):
        simulate(one, Plan.parse("otoplasty=6.5"), engine="fake")
    outcome = simulate(one, Plan.parse("otoplasty=6.5:right"), engine="fake")
    changed = (outcome.image != picture).any(axis=2)
    assert changed[:, :middle].any()
    assert not changed[:, middle:].any()
    with pytest.raises(PlanError):
        simulate(one, Plan.parse("otoplasty=6.5:left"), engine="fake")


def test_an_ear_goes_back_and_the_wall_behind_it_stays_straight() -> None:
    """Beside the ear every byte of wall stays, and where the ear was there are stripes again."""
    face, behind, ears = head()
    outcome = simulate(face, Plan.parse("otoplasty=6.5"), engine="fake")
    photo, after = face.photo.image.astype(int), outcome.image.astype(int)
    oval = oval_of(face)
    near = cv2.dilate((ears | oval).astype(np.uint8), np.ones((7, 7), np.uint8)) > 0
    assert (after[~near] == photo[~near]).all()
    stripes = np.abs(after - behind).max(axis=2) < 12
    freed = ears & ~oval & stripes
    across_mm2 = freed.sum() / face.px_per_mm**2
    assert across_mm2 > 2 * 0.5 * 6.5 * (TOP_MM - FOOT_MM)  # half of what a strip as wide would be
    # A row of a stripe that was ear before has the colour of the stripe, not of its neighbour.
    deep = cv2.erode(freed.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    assert np.abs(after[deep] - behind[deep]).mean() < 4.0


@pytest.mark.parametrize("dose", [3.0, 6.5, 9.0])
def test_an_ear_keeps_most_of_its_width_and_what_is_left_out_is_said(dose: float) -> None:
    face, _, _ = head()
    outcome = simulate(face, Plan.parse(f"otoplasty={dose}"), engine="fake")
    widths = [
        (change.before, change.after)
        for change in outcome.changes
        if change.measure.startswith("ear_protrusion")
    ]
    assert len(widths) == 2
    for before, after in widths:
        assert 0.6 * before < after < before
    most_mm = most_setback_mm(face, ("left", "right"))
    assert any("nearer, because" in str(one) for one in outcome.warnings) == (dose > most_mm)


def hair_above(stands_mm: float) -> tuple[Face, Rgb]:
    """The same head with hair that stands out above its ears, and the picture of it."""
    face, _, _ = head()
    picture = face.photo.image.copy()
    for side in ("left", "right"):
        ends = contour_at(face.mesh_mm, side, np.array([TOP_MM, TOP_MM + 40.0]))
        out = stands_mm * outwards(side)
        (low, high), (within, upper) = ends + out, ends - (0.8 * STANDS_MM * outwards(side))
        fill(picture, face.pose.to_photo(np.array([low, high, upper, within]))[:, :2], HAIR)
    return replace(face, photo=Photo.from_rgb(picture), workspace=uncovered()), picture


def test_hair_above_an_ear_sinks_in_no_farther_than_the_ear_goes_back() -> None:
    """Its edge is met within what the ear is set back, and high above it nothing is changed."""
    one, picture = hair_above(0.7 * STANDS_MM)
    assert set(ears_of(one)) == {"left", "right"}
    outcome = simulate(one, Plan.parse("otoplasty=6.5"), engine="fake")
    changed = np.abs(outcome.image.astype(int) - picture).max(axis=2) > 12
    assert changed.any()
    high = one.pose.to_photo(contour_at(one.mesh_mm, "left", np.array([TOP_MM + 28.0])))[0, 1]
    assert not changed[: int(high)].any()
    hair = (picture == HAIR).all(axis=2).astype(np.uint8)
    size = 2 * round(6.5 * one.px_per_mm) + 1
    deep = cv2.erode(hair, np.ones((size, size), np.uint8)) > 0
    assert deep.any()
    assert not changed[deep].any()


def test_an_ear_under_hair_that_hangs_over_its_rim_is_refused() -> None:
    """Set back it would leave the hair floating."""
    one, _ = hair_above(STANDS_MM + 2.0)
    assert not ears_of(one)
    with pytest.raises(PlanError, match="hair covers them"):
        simulate(one, Plan.parse("otoplasty=6.5"), engine="fake")


def test_an_ear_turns_as_one_piece_about_its_root() -> None:
    """Upper pole, middle and lobule keep the same share of how far they stood out."""
    face, _, ears = head()
    outcome = simulate(face, Plan.parse("otoplasty=6"), engine="fake")
    for side in ears_of(face):
        mean = most_setback_mm(face, (side,)) / (1.0 - LEFT_OUT)
        for height in np.linspace(TOP_MM - 6.0, FOOT_MM + 6.0, 5):
            root = contour_at(face.mesh_mm, side, np.array([height]))
            reach = np.arange(1.0, 30.0, 0.25)[:, None] * outwards(side)
            at = np.round(face.pose.to_photo(root + reach)[:, :2]).astype(int)
            before = reach[ears[at[:, 1], at[:, 0]], 0]
            red = outcome.image[..., 0].astype(int) - outcome.image[..., 2] > 40
            after = reach[red[at[:, 1], at[:, 0]], 0]
            share = np.abs(after).max() / np.abs(before).max()
            assert share == pytest.approx(1.0 - min(6.0, 0.35 * mean) / mean, abs=0.12)


def test_a_single_stripe_beside_an_ear_is_not_doubled() -> None:
    """A mirror image at the old rim would show it a second time where the ear was."""
    face, _, ears = head()
    picture = face.photo.image.copy()
    picture[~(ears | oval_of(face))] = (190, 195, 200)
    stripe = np.zeros(ears.shape, np.uint8)
    for side in ("left", "right"):
        column = contour_at(face.mesh_mm, side, np.array([40.0, -90.0]))
        near, far = (column + mm * outwards(side) for mm in (STANDS_MM + 7.0, STANDS_MM + 9.0))
        fill(stripe, face.pose.to_photo(np.concatenate([near, far[::-1]]))[:, :2], 1)
    picture[stripe > 0] = (60, 70, 120)
    one = replace(face, photo=Photo.from_rgb(picture), workspace=uncovered())
    assert set(ears_of(one)) == {"left", "right"}
    after = simulate(one, Plan.parse("otoplasty=6.5"), engine="fake").image.astype(int)
    freed = ears & (np.abs(after - picture).max(axis=2) > 12)
    blue = after[..., 2] - after[..., 0] > 30
    assert freed.any()
    assert not blue[freed].any()


def oval_of(face: Face) -> Bool:
    oval = np.zeros(face.photo.image.shape[:2], np.uint8)
    fill(oval, face.landmarks_px[list(curve("face_oval")), :2], 1)
    return oval > 0


def test_a_mirrored_head_has_mirrored_ears() -> None:
    face, _, _ = head()
    here, there = ears_of(face), ears_of(mirrored(face))
    for side, other in (("left", "right"), ("right", "left")):
        assert there[other].protrusion_mm == pytest.approx(here[side].protrusion_mm, abs=0.6)
        assert there[other].top_mm == pytest.approx(here[side].top_mm, abs=1.5)


def before_plain_wall(face: Face, ears: Bool) -> Rgb:
    """The picture of the same head before a wall on which there is nothing to bend."""
    picture = face.photo.image.copy()
    picture[~(ears | oval_of(face))] = (214, 216, 216)
    return picture


def test_a_glint_on_an_ear_is_not_taken_for_the_wall_behind_it() -> None:
    """It is as bright as a plain wall, and once was cut out of the rim."""
    face, _, ears = head()
    picture = before_plain_wall(face, ears)
    rim = cv2.morphologyEx(ears.astype(np.uint8), cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8))
    upper = face.pose.to_photo(contour_at(face.mesh_mm, "left", np.array([TOP_MM - 8.0])))[0, 1]
    glint = (rim > 0) & ears & ~oval_of(face)
    glint[int(upper) :] = False
    picture[glint] = (236, 238, 238)
    one = replace(face, photo=Photo.from_rgb(picture), workspace=uncovered())
    assert set(ears_of(one)) == {"left", "right"}
    after = simulate(one, Plan.parse("otoplasty=6.5"), engine="fake").image
    kept = (after.min(axis=2) > 224).sum() / (picture.min(axis=2) > 224).sum()
    assert kept > 0.5


def test_the_round_rim_of_an_ear_stays_as_wide() -> None:
    """It is a tube, and as wide from all sides: the concha is what is seen narrower."""
    face, _, _ = head()
    ears = PriorSurface.of(face, "ears")
    for side in ("left", "right"):
        rim = np.array(ears.places[f"rim_{side}"])
        middle = rim[len(rim) // 2]
        edge, within, concha = ears.gives[[middle, middle - 1, middle - 4]]
        assert within == pytest.approx(edge)
        assert concha < 0.7 * edge
