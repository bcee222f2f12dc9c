"""Lids and what lies between them: eyes stay to the byte, folds rise, lashes are spared."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from face_mesh import Face
from face_mesh.landmarks.anatomy import curve
from face_mesh.skin.upper_lid import upper_lid
from simulate import Plan, Treatment, procedures, simulate
from simulate.catalogue.procedure import Term
from simulate.geometry.basis import measure_slopes
from simulate.geometry.displacement import parts_of
from simulate.geometry.eyeballs import MOST_OF_WAY, STILL_MM
from simulate.geometry.grid import Grid
from simulate.geometry.mesh import FaceSurface
from simulate.geometry.operators import patch_weights
from simulate.outcome.eyelid_warnings import FREE_LID_MM, HIGH_BROW_MM, without_fold
from simulate.outcome.faint_effects import faint_effects
from simulate.skin import lower_lid
from simulate.skin.lower_lid import below_lashes_beside_nose
from simulate.skin.skin_effect import Piece, Reading, SkinEffect
from simulate.skin.tasks import jobs_of
from simulate.skin.treated_patch import TreatedPatch
from tests.face_mesh.eyelids import LASHES_MM, SKIN, above_margin_mm, with_lids
from tests.simulate.faces import FACED, SAMPLES, face_of, rotating

SIDES = ("left", "right")
SURGERY = "upper_blepharoplasty"


def between_lids(face: Face) -> np.ndarray:
    """(H, W) bool, the eyes between their lids."""
    found = np.zeros(face.photo.image.shape[:2], np.uint8)
    for side in SIDES:
        lids = curve(f"upper_lid_{side}") + curve(f"lower_lid_{side}")[::-1]
        cv2.fillPoly(found, [np.round(face.landmarks_px[list(lids), :2]).astype(np.int32)], 1)
    return found > 0


def most(name: str) -> Plan:
    return Plan.parse([f"{name}={procedures()[name].dose.max:g}"])


@rotating("name", FACED)
@pytest.mark.parametrize("sample", SAMPLES)
def test_eyes_stay_to_the_byte_at_the_largest_dose(sample: str, name: str) -> None:
    face = face_of(sample)
    outcome = simulate(face, most(name), engine="fake", ignore_rules=True)
    eyes = between_lids(face)
    assert eyes.sum() > 50
    assert (outcome.image[eyes] == face.photo.image[eyes]).all()
    assert not outcome.displacement_px[eyes].any()


def test_a_field_comes_in_beside_the_eye_and_is_whole_beyond() -> None:
    face = with_lids(3.0)
    for eye in Grid.of(face).still:
        most = eye.most_px[..., 0]
        assert (most[between_lids(face)[eye.rows, eye.columns]] == 0.0).all()
        assert (eye.lit[between_lids(face)[eye.rows, eye.columns]] == 0.0).all()
        assert eye.lit.max() == 1.0
        # So much less than a pixel from one to the next that no field can fold there.
        steepest = max(np.abs(np.diff(most, axis=axis)).max() for axis in (0, 1))
        assert steepest < 1.2 * MOST_OF_WAY < 1.0
        field = np.full((*most.shape, 2), [1000.0, 0.0], np.float32)
        eye.hold(field, eye.rows, eye.columns)
        assert np.allclose(field[..., 0], np.minimum(most, 1000.0), rtol=1e-4, atol=1e-3)
        light = np.ones((*most.shape, 3), np.float32)
        eye.hold(light, eye.rows, eye.columns)
        assert np.allclose(light, eye.lit)
        away = np.ones((4, 4, 2), np.float32)
        eye.hold(away, slice(0, 4), slice(0, 4))
        assert (away == 1.0).all()
    assert STILL_MM > 0.0


@pytest.mark.parametrize("sample", SAMPLES)
def test_lid_surgery_leaves_the_margins_where_they_are(sample: str) -> None:
    """It takes the fold: a margin that rises is a lid that is pulled back."""
    face = face_of(sample)
    for name in (SURGERY, "lower_blepharoplasty"):
        slopes = measure_slopes(face, parts_of(procedures()[name], "both"), 1.0)
        for side in SIDES:
            assert slopes[f"mrd1_{side}"] == pytest.approx(0.0, abs=1e-9)
            assert slopes[f"palpebral_fissure_height_{side}"] == pytest.approx(0.0, abs=1e-9)


def test_more_of_the_lid_shows_the_more_skin_is_taken() -> None:
    face = with_lids(2.5)
    shown = [[upper_lid(face, side).shown_mm for side in SIDES]]
    for dose in (6, 10):
        image = simulate(face, Plan.parse([f"{SURGERY}={dose}"])).image
        shown.append([upper_lid(face.repainted(image), side).shown_mm for side in SIDES])
    rising = np.diff(np.array(shown), axis=0)
    assert (rising[0] > 0.5).all()
    assert (rising[1] > 0.2).all()


@pytest.mark.parametrize("side", SIDES)
def test_a_fold_that_hid_the_lid_is_raised_off_lashes_that_stay(side: str) -> None:
    """Its edge is a line of shade as high as the dose says, over lid that was not seen before."""
    face = with_lids(None)
    above, edges = above_margin_mm(face, side), []
    lid = upper_lid(face, side)
    along, _ = lid.places(np.dstack(np.meshgrid(*map(np.arange, above.shape[::-1]))))
    middle = np.abs(along) < 4.0
    steps = np.arange(LASHES_MM[1] + 1.0, 6.0, 0.2)
    for dose in (6, 10):
        image = simulate(face, Plan.parse([f"{SURGERY}={dose}"])).image
        rows = [image[middle & (np.abs(above - step) < 0.15)].mean() for step in steps]
        edges.append(steps[int(np.argmin(rows))] - LASHES_MM[1])
        assert min(rows) < 0.9 * np.mean(SKIN)
        lashes = (above > -0.5) & (above < 0.3)
        assert (image[lashes] == face.photo.image[lashes]).mean() > 0.97
    assert 0.25 * 6 - 0.6 < edges[0] < 0.25 * 6 + 0.6
    assert edges[1] - edges[0] > 0.5


def test_a_fold_is_raised_on_the_treated_side_only() -> None:
    face = with_lids(None)
    image = simulate(face, Plan.parse([f"{SURGERY}=6:left"])).image
    changed = (image != face.photo.image).any(axis=2)
    middle = int(face.landmarks_px[168, 0])
    assert changed[:, middle:].any()
    assert not changed[:, :middle].any()


def test_what_is_uncovered_is_inside_the_mask_and_only_there() -> None:
    face = with_lids(None)
    outcome = simulate(face, Plan.parse([f"{SURGERY}=10"]))
    changed = (outcome.image != face.photo.image).any(axis=2)
    assert changed.any()
    assert not (changed & ~outcome.change_mask).any()


def test_lids_without_a_fold_are_told_that_there_is_nothing_to_take() -> None:
    def told(show_mm: float | None) -> bool:
        found = simulate(with_lids(show_mm), Plan.parse([f"{SURGERY}=6"])).warnings
        return any("no fold hangs over the lids" in str(one) for one in found)

    def is_free(show_mm: float | None, side: str = "both") -> bool:
        return without_fold(with_lids(show_mm), Treatment(SURGERY, 6.0, side))

    assert told(FREE_LID_MM + 1.0)
    assert not told(2.0)
    assert not told(None)
    assert is_free(FREE_LID_MM + 1.0)
    assert is_free(FREE_LID_MM + 1.0, "left")
    assert not is_free(2.0)
    assert not without_fold(with_lids(FREE_LID_MM + 1.0), Treatment("chemical_brow_lift", 8.0))


def test_high_brows_are_told_that_they_are_high() -> None:
    name = "surgical_brow_lift"
    for sample in SAMPLES:
        face = face_of(sample)
        outcome = simulate(face, Plan.parse([f"{name}=4"]))
        heights = [
            c.before
            for c in outcome.changes
            if c.measure in ("brow_height_left", "brow_height_right")
        ]
        told = any("lifted farther they look surprised" in str(one) for one in outcome.warnings)
        assert told == (min(heights) > HIGH_BROW_MM)


def test_beyond_the_usual_dose_the_head_of_a_brow_rises_less_than_its_end() -> None:
    face, parts = face_of("collins"), parts_of(procedures()["surgical_brow_lift"], "both")

    def lift(dose: float, where: str) -> float:
        return dose * measure_slopes(face, parts, dose)[f"brow_height_{where}"]

    for side in SIDES:
        ends = [lift(dose, f"lateral_{side}") for dose in (4.0, 5.5)]
        heads = [lift(dose, f"medial_{side}") for dose in (4.0, 5.5)]
        assert heads[0] == pytest.approx(0.84 * 4.0, rel=0.1)
        assert 0.0 < heads[1] - heads[0] < 0.5 * (ends[1] - ends[0])


@pytest.mark.parametrize(
    ("side", "brow", "below"),
    [("right", (46, 53, 52), (224, 223, 222)), ("left", (276, 283, 282), (444, 443, 442))],
)
def test_a_brow_rises_as_one_with_the_skin_just_below_it(
    side: str, brow: tuple[int, ...], below: tuple[int, ...]
) -> None:
    """Its lowest hairs would else be drawn out into a veil over the lid."""
    face, parts = face_of("collins"), parts_of(procedures()["surgical_brow_lift"], side)
    up_mm = sum(part.share(face, 4.0) * part.surface_mm(face)[:, 1] for part in parts)
    assert (up_mm[list(below)] > 0.7 * up_mm[list(brow)]).all()
    assert np.mean(up_mm[list(below)]) > 0.8 * np.mean(up_mm[list(brow)])
    assert all(part.unlit for part in parts)


def test_a_part_with_an_end_does_not_grow_beyond_it() -> None:
    face = face_of("collins")
    ends = [part for part in parts_of(procedures()["surgical_brow_lift"], "both") if part.most]
    assert len(ends) == 1
    for weight in (0.0, 1.5, 4.0):
        assert ends[0].share(face, weight) == weight
    assert ends[0].share(face, 5.5) == ends[0].share(face, 4.0)


@pytest.mark.parametrize("side", SIDES)
def test_lashes_and_nose_are_spared_below_the_eye(side: str) -> None:
    face = with_lids(None)
    free = below_lashes_beside_nose(face, f"lower_lid_{side}")

    def at(landmarks: tuple[int, ...], down_mm: float = 0.0) -> np.ndarray:
        shift = face.pose.shift_px(np.array([[0.0, -down_mm, 0.0]]))
        x, y = np.round(face.landmarks_px[list(landmarks), :2] + shift).astype(int).T
        return np.asarray(free[y, x])

    assert (at(curve(f"lower_lid_{side}")) == 0.0).all()
    assert (at(curve(f"lower_lid_{side}")[3:6], lower_lid.LASHES_MM[0] - 0.5) == 0.0).all()
    assert (at(curve(f"lower_lid_{side}")[3:6], lower_lid.LASHES_MM[1] + 1.0) > 0.9).all()
    assert (at(curve(f"nose_cheek_junction_{side}")) < 0.1).all()
    assert (at(curve(f"nasal_side_{side}")[1:4]) == 0.0).all()
    assert (at(curve(f"nasojugal_groove_{side}")[:5]) > 0.5).all()


@pytest.mark.parametrize("sample", SAMPLES)
def test_what_fills_the_trough_leaves_the_side_of_the_nose(sample: str) -> None:
    face = FaceSurface.of(face_of(sample))
    (term,) = (t for t in procedures()["tear_trough_filler"].terms if t.operator == "volume")
    assert isinstance(term, Term)
    weights = patch_weights(face, replace(term, patch=replace(term.patch, hold=())), "left")
    inner = [face.vertices_of(name, "left")[0] for name in ("nose_cheek_junction", "nasal_side")]
    assert len(inner) == 2
    assert weights[list(curve("nasal_side_left"))].max() < 0.5


@pytest.mark.parametrize(
    ("after", "weight", "told"), [(1.95, 1.0, True), (1.0, 1.0, False), (1.95, 0.5, False)]
)
def test_dark_colour_that_no_light_reaches_is_said_to_stay(
    after: float, weight: float, told: bool
) -> None:
    """Where all that lightening can do is drawn and what reads as a trough is still there."""
    face, plan = face_of("collins"), Plan.parse(["tear_trough_filler=1.1"])
    dot, changed = np.zeros((1, 1, 3), np.uint8), np.ones((1, 1), np.bool_)
    one = slice(0, 1)
    patch = TreatedPatch(
        one, one, dot, dot, changed, changed.astype(np.float32), True, (2.0, after, after, after)
    )
    skin = SkinEffect(
        parts=((patch, weight),),
        readings=(Reading("tear_trough", 2.0, after, after, after),),
        pieces=(Piece(patch, [next(jobs_of(plan))]),),
    )
    found = faint_effects(face, plan, skin)
    assert any("the colour of the skin more than shade" in str(said) for said in found) == told
