"""What a treatment is not for comes through: hair and marks inside treated skin, on made skin."""

import cv2
import numpy as np
import pytest

from face_mesh import Face
from face_mesh.arrays import Rgb
from face_mesh.landmarks.anatomy import curve, point
from face_mesh.skin.compact_spots import compact_mask
from face_mesh.skin.lesions import moles
from face_mesh.skin.skin_mask import skin_mask
from face_mesh.skin.working_view import BARE
from simulate import Plan, Treatment, procedures
from simulate.plan.conditions import Conditions
from simulate.progress import complete
from simulate.skin.blend import blend_parts
from simulate.skin.exemption import exempt_mask
from simulate.skin.skin_effect import SkinEffect, skin_effect, skin_mask_of
from tests.face_mesh.faces import collins, hopper
from tests.face_mesh.hairs import beard_of, grainy_face, with_stubble
from tests.face_mesh.skins import creased, darker

FOLDS = {
    "nasolabial_filler": "nasolabial_fold_left",
    "marionette_filler": "marionette_line_left",
    "facelift": "marionette_line_left",
}


def treated(face: Face, name: str) -> tuple[SkinEffect, Rgb]:
    """The skin at the largest dose, before any of it is moved, and what it is a picture of."""
    entry = procedures()[name]
    plan = Plan((Treatment(name, entry.max_dose("both")),))
    effect = complete(skin_effect(face, plan, Conditions(engine="fake")))
    return effect, blend_parts(face.photo.image, effect.parts)


def fine_energy(image: Rgb, face: Face, where: np.ndarray) -> float:
    """Mean square of what is finer than half a millimetre, as hairs are."""
    grey = image.astype(np.float32).mean(axis=2)
    fine = grey - cv2.GaussianBlur(grey, (0, 0), 0.5 * face.px_per_mm)
    return float((fine * fine)[where].mean())


@pytest.mark.parametrize("name", FOLDS)
def test_stubble_on_a_fold_is_not_shaved(name: str) -> None:
    """(A filler of the fold took three quarters of a moustache with it.)"""
    face = creased(with_stubble(grainy_face()), FOLDS[name], 4.0, 0.45)
    _, picture = treated(face, name)
    elsewhere = np.full(face.photo.image.shape[:2], 255, np.uint8)
    along = np.round(face.landmarks_px[list(curve(FOLDS[name])), :2]).astype(np.int32)
    cv2.polylines(elsewhere, [along], False, 0, 1)
    on_fold = cv2.distanceTransform(elsewhere, cv2.DIST_L2, 5) < 3.0 * face.px_per_mm
    on_fold &= beard_of(face)
    assert on_fold.sum() > 20.0 * face.px_per_mm**2
    before, after = (fine_energy(one, face, on_fold) for one in (face.photo.image, picture))
    assert after == pytest.approx(before, rel=0.03)


@pytest.mark.parametrize("name", ["nasolabial_filler", "marionette_filler"])
def test_a_mole_in_a_fold_stays_and_the_fold_goes(name: str) -> None:
    stem = {
        "nasolabial_filler": "nasolabial_fold_left",
        "marionette_filler": "marionette_line_left",
    }
    face = creased(grainy_face(), stem[name], 4.0, 0.25)
    landmark = {"nasolabial_filler": 426, "marionette_filler": 273}[name]
    face = darker(face, (0.0, 0.0), 2.0, 2.0, 0.9, start=landmark)
    x, y = np.round(face.landmarks_px[landmark, :2]).astype(int)
    before = [one for one in moles(face) if np.hypot(one.x_px - x, one.y_px - y) < 10]
    assert before
    _, picture = treated(face, name)
    assert (picture != face.photo.image).any()
    after = [
        one for one in moles(face.repainted(picture)) if np.hypot(one.x_px - x, one.y_px - y) < 10
    ]
    assert len(after) == len(before)
    assert after[0].contrast > 0.8 * before[0].contrast


def test_what_is_exempt_stays_to_the_byte_where_skin_is_painted() -> None:
    face = darker(grainy_face(), (0.0, -12.0), 40.0, 2.0, 0.25)
    face = darker(face, (6.0, -12.0), 2.2, 2.2, 0.8)
    spared = exempt_mask(face, "forehead_lines") >= 1.0
    assert spared.any()
    plan = Plan((Treatment("forehead_toxin", procedures()["forehead_toxin"].dose.max),))
    assert not skin_mask_of(face, plan)[spared].any()
    _, picture = treated(face, "forehead_toxin")
    assert (picture[spared] == face.photo.image[spared]).all()
    assert (picture != face.photo.image).any()


def test_a_mole_picked_by_hand_is_treated_and_marks_are_no_scars() -> None:
    face = darker(grainy_face(), (0.0, 0.0), 2.2, 2.2, 0.8, start=point("malar_apex_left"))
    assert not exempt_mask(face, "moles").any()
    x, y = np.round(face.landmarks_px[point("malar_apex_left"), :2]).astype(int)
    assert exempt_mask(face, "acne_scars")[y, x] > 0.9


def test_a_fold_under_a_beard_is_said_to_be_hidden() -> None:
    bare, bearded = (
        creased(face, "marionette_line_left", 4.0, 0.25)
        for face in (grainy_face(), with_stubble(grainy_face()))
    )
    plain, hidden = (treated(face, "marionette_filler")[0] for face in (bare, bearded))
    assert plain.hairy == ()
    assert hidden.hairy == ("marionette_fold",)


def test_a_mole_in_the_corner_of_the_mouth_stays_when_a_shade_is_lifted() -> None:
    """(Nothing looked for a lesion so near to the lips, and the filler bleached it.)"""
    face = creased(grainy_face(), "marionette_line_left", 4.0, 0.25)
    corner = point("cheilion_left")
    face = darker(face, (1.0, 4.0), 2.0, 2.0, 1.2, start=corner)
    at = face.landmarks_px[corner, :2] + np.array([1.0, 4.0]) * face.px_per_mm
    x, y = np.round(at).astype(int)
    assert any(np.hypot(one.x_px - x, one.y_px - y) < 5 for one in moles(face))
    _, picture = treated(face, "marionette_filler")
    assert (picture != face.photo.image).any()

    def contrast(image: Rgb) -> float:
        grey = np.log(image.mean(axis=2) + 1.0)
        away_mm = np.hypot(*(np.indices(grey.shape).T - (y, x)).T) / face.px_per_mm
        beside = (away_mm > 2.5) & (away_mm < 3.5)
        return float(np.median(grey[beside]) - grey[away_mm < 0.8].mean())

    assert contrast(picture) > 0.95 * contrast(face.photo.image)


@pytest.mark.parametrize(("depth", "stays"), [(0.3, False), (1.0, True)])
def test_a_naevus_is_no_sun_spot(depth: float, stays: bool) -> None:
    start = point("malar_apex_left")
    face = darker(grainy_face(), (0.0, 0.0), 2.5, 2.5, depth, start=start)
    x, y = np.round(face.landmarks_px[start, :2]).astype(int)
    assert (exempt_mask(face, "pigment_spots")[y, x] > 0.9) == stays


def test_what_is_compact_is_told_from_a_crease_that_it_lies_on() -> None:
    start = point("malar_apex_left")
    line = darker(grainy_face(), (0.0, 0.0), 30.0, 1.5, 0.5, turn_deg=30.0, start=start)
    x, y = np.round(line.landmarks_px[start, :2]).astype(int)
    assert compact_mask(line)[y, x] < 0.05
    dotted = darker(line, (0.0, 0.0), 2.0, 2.0, 0.9, start=start)
    assert compact_mask(dotted)[y, x] > 0.9


def test_a_marionette_line_is_followed_to_the_jaw_without_a_gap() -> None:
    """(Looked for along a zigzag of the mesh, it went in pieces, and its ends stayed as stubs.)"""
    face = creased(grainy_face(), "labiomandibular_fold_left", 3.0, 0.25)
    entry = procedures()["marionette_filler"]
    mask = skin_mask_of(face, Plan((Treatment("marionette_filler", entry.dose.usual),)))
    line = face.landmarks_px[list(curve("labiomandibular_fold_left")), :2]
    shares = np.linspace(0.3, 0.9, 40)
    x, y = (
        np.interp(shares * (len(line) - 1), range(len(line)), line[:, i]).round().astype(int)
        for i in (0, 1)
    )
    assert mask[y, x].min() > 0.3


@pytest.mark.parametrize("name", ["forehead_toxin", "glabellar_toxin"])
def test_beside_brows_and_the_hairline_nothing_is_painted(name: str) -> None:
    """(Fine hairs of the hairline and stray ones of the brows were painted over with skin.)"""
    for face in (collins(), hopper()):
        plan = Plan((Treatment(name, procedures()[name].dose.usual),))
        mask = skin_mask_of(face, plan)
        skin = (skin_mask(face) > BARE).astype(np.uint8)
        beside = cv2.distanceTransform(skin, cv2.DIST_L2, 5) < 2.4 * face.px_per_mm
        assert not mask[beside].any()
