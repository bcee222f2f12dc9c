"""Laws of what every procedure does to the skin, on both samples and on shared photos.

Painted by the engine for tests: what is tested is everything around an engine, whichever it is.
"""

from dataclasses import replace
from itertools import pairwise

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from face_mesh import Face
from face_mesh.skin.readability import unreadable
from face_mesh.skin.signs import SIGNS, detect
from face_mesh.skin.skin_mask import skin_mask
from simulate import (
    Change,
    Conditions,
    Outcome,
    Plan,
    Treatment,
    procedures,
    simulate,
    simulation_steps,
)
from simulate.catalogue.procedure import COUNTED
from simulate.plan.plan import Stroke
from simulate.skin.skin_effect import OVER, READING_SD, skin_mask_of
from simulate.skin.tasks import Job, jobs_of
from simulate.skin.treated_patch import NOTHING, TreatedPatch, patch_at
from tests.simulate.faces import SKIN, bare, face_of, rotating, run, usual

every_skin_procedure = rotating("name", SKIN, alike=True)
SIDED = [name for name in SKIN if "left" in procedures()[name].sides]


def signs(outcome: Outcome) -> dict[str, Change]:
    """The changes of the skin by sign."""
    return {c.measure: c for c in outcome.changes if c.measure in SIGNS}


# --- nothing where nothing is done


@every_skin_procedure
def test_no_dose_changes_nothing_and_paints_nothing(face: Face, name: str) -> None:
    outcome = run(bare(face), name, 0.0, responder="high")
    assert outcome.image.tobytes() == face.photo.image.tobytes()
    assert not outcome.skin_mask.any()
    assert outcome.skin.parts == ()
    assert signs(outcome) == {}


@every_skin_procedure
def test_outside_its_mask_no_pixel_changes(face: Face, name: str) -> None:
    outcome = run(face, name, responder="high")
    mask = skin_mask_of(face, outcome.plan)
    assert not outcome.skin_mask[mask == 0].any()
    assert (outcome.image[~outcome.change_mask] == face.photo.image[~outcome.change_mask]).all()
    painted = face.photo.image.copy()
    for part, _ in outcome.skin.parts:
        inside = painted[part.rows, part.columns]
        assert (part.picture[~part.changed] == inside[~part.changed]).all()


@every_skin_procedure
def test_a_mask_is_soft_and_lies_on_bare_skin(face: Face, name: str) -> None:
    mask = skin_mask_of(face, usual(name))
    assert mask.dtype == np.float32
    assert 0.0 <= mask.min() <= mask.max() <= 1.0
    if mask.any():
        assert ((mask > 0) & (mask < 1)).any()
        # The mask is drawn at another scale than the skin is told at: a pixel of either at the rim.
        strong = mask > 0.5
        off = int((skin_mask(face)[strong] <= 0.2).sum())
        assert off <= max(1, 0.005 * strong.sum())


# --- doses


@settings(max_examples=6)
@given(shares=st.lists(st.floats(0.0, 1.0), min_size=2, max_size=4, unique=True).map(sorted))
@every_skin_procedure
def test_more_of_a_dose_leaves_less_of_the_sign(name: str, shares: list[float]) -> None:
    found = [signs(run(face_of("hopper"), name, share, responder="high")) for share in shares]
    for sign in {term.sign for term in procedures()[name].skin}:
        left = [one[sign].after for one in found if sign in one]
        assert all(b <= a + 1e-9 for a, b in pairwise(left))


@every_skin_procedure
def test_what_is_left_is_what_the_entry_says(face: Face, name: str) -> None:
    """Unless even the fully treated skin reads more, as a detector may after any painting.

    And lines and shade go by no more than their share and a little, whatever is read beside them.
    """
    outcome = simulate(face, usual(name), engine="fake")
    terms = {term.sign: term for term in procedures()[name].skin}
    for part, weight in outcome.skin.parts:
        sign = sign_of(face, outcome.plan, part)
        share = terms[sign].share(1.0, part.before)
        wanted = (1.0 - share) * part.before
        if sign != "moles" and weight == pytest.approx(OVER * share):
            assert part.severity(weight) >= wanted - 1e-6
        elif sign != "moles" and part.before >= NOTHING and min(part.severities) < wanted:
            assert part.severity(weight) == pytest.approx(wanted, abs=1e-6)


@every_skin_procedure
def test_the_severity_reported_is_read_off_the_picture(face: Face, name: str) -> None:
    """Between the blends at which it was read it is interpolated: to 8 %, or the tenth printed."""
    plan = usual(name)
    outcome = simulate(face, plan, engine="fake")
    for part, weight in outcome.skin.parts:
        sign = sign_of(face, plan, part)
        job = next(j for j in jobs_of(plan) if key_of(face, j, part))
        if unreadable(face, SIGNS[sign], job.region):  # so nothing is reported
            continue
        alone = face.photo.image.copy()
        alone[part.rows, part.columns] = part.mix(weight)
        read = detect(face.repainted(alone), sign, job.region).severity
        if sign not in COUNTED:
            assert read == pytest.approx(part.severity(weight), abs=max(0.08 * part.before, 0.1))


def sign_of(face: Face, plan: Plan, part: TreatedPatch) -> str:
    """The sign that a treated piece of skin is of."""
    return next(job.term.sign for job in jobs_of(plan) if key_of(face, job, part))


def key_of(face: Face, job: Job, part: TreatedPatch) -> bool:
    """Whether a piece of treated skin is kept as the work of a job."""
    kept = patch_at(face, job.term.sign, job.term.operator, job.region, False)
    return any(one is part for one in kept.values())


def test_two_treatments_of_the_same_lines_never_take_more_than_there_is(face: Face) -> None:
    toxin, laser = (
        Treatment(n, procedures()[n].dose.max) for n in ("crows_feet_toxin", "co2_resurfacing")
    )
    one, both = (simulate(face, Plan(p), engine="fake") for p in ((toxin,), (toxin, laser)))
    sign = "crows_feet_lines"
    if sign in one.skin.unreadable:
        pytest.skip("the face is too small for them")
    assert 0.0 <= signs(both)[sign].after <= signs(one)[sign].after
    pieces = [p for p, _ in both.skin.parts if sign_of(face, both.plan, p) == sign]
    assert len(pieces) == 2  # painted once a side, not once a treatment


# --- sides, people, time


@rotating("name", SIDED, alike=True)
def test_one_side_leaves_the_skin_of_the_other_alone(face: Face, name: str) -> None:
    left = skin_mask_of(
        face, Plan((Treatment(name, procedures()[name].usual_dose("left"), "left"),))
    )
    right = skin_mask_of(
        face, Plan((Treatment(name, procedures()[name].usual_dose("right"), "right"),))
    )
    assert not ((left > 0) & (right > 0)).any()


@every_skin_procedure
def test_the_range_holds_the_expected_result(face: Face, name: str) -> None:
    """It reaches from strong to weak response, and by how unsure reading a change is beyond."""
    shown = {r: signs(run(face, name, 0.4, responder=r)) for r in ("low", "expected", "high")}
    for sign, change in shown["expected"].items():
        assert change.expected_low <= change.after <= change.expected_high <= change.before + 1e-9
        if sign not in COUNTED and change.before >= SIGNS[sign].most:
            continue  # beyond the end of the scale, where what is reported is cut off
        strong = shown["high"][sign].after
        room = READING_SD * (change.before - change.after) + 1e-9
        assert strong - room <= change.expected_low <= strong + 1e-9
        if sign in shown["low"]:
            weak = shown["low"][sign].after
            assert weak - 1e-9 <= change.expected_high <= weak + room


def test_when_nothing_is_left_of_the_effect_the_photo_is_as_it_was(face: Face) -> None:
    outcome = simulate(face, usual("crows_feet_toxin"), "1y", engine="fake")
    assert outcome.image.tobytes() == face.photo.image.tobytes()


# --- hand corrections


@every_skin_procedure
def test_what_is_spared_stays_to_the_byte(face: Face, name: str) -> None:
    whole = skin_mask_of(face, usual(name))
    if not (whole > 0.5).any():
        pytest.skip("nothing of this sign on this face")
    y, x = np.argwhere(whole > 0.5)[0]
    at = ((x + 0.5) / face.photo.width, (y + 0.5) / face.photo.height)
    spare = Stroke("spare", (at,), 3.0)
    one = replace(usual(name).treatments[0], strokes=(spare,))
    mask = skin_mask_of(face, Plan((one,)))
    rows, columns = np.mgrid[: face.photo.height, : face.photo.width]
    near = np.hypot(columns - x, rows - y) < 2.5 * face.px_per_mm
    assert not mask[near].any()
    outcome = simulate(face, Plan((one,)), engine="fake")
    assert not outcome.skin_mask[near].any()
    assert (mask[~near] <= whole[~near]).all()


def test_what_is_added_is_treated_too_but_never_beyond_the_skin(face: Face) -> None:
    pupils = face.landmarks_px[[468, 473], :2]
    path = tuple(
        (float((x + 0.5) / face.photo.width), float((y + 0.5) / face.photo.height))
        for x, y in pupils
    )
    brushed = replace(usual("ipl_redness").treatments[0], strokes=(Stroke("add", path, 6.0),))
    mask, before = skin_mask_of(face, Plan((brushed,))), skin_mask_of(face, usual("ipl_redness"))
    assert (mask > before).any()
    assert not mask[skin_mask(face) == 0].any()


def test_a_stroke_repaints_only_where_it_is() -> None:
    face = bare(face_of("hopper"))
    plain = usual("co2_resurfacing").treatments[0]
    first = simulate(face, Plan((plain,)), engine="fake")
    x, y = face.landmarks_px[151, :2]  # between the brows
    stroke = Stroke("add", (((x + 0.5) / face.photo.width, (y + 0.5) / face.photo.height),), 3.0)
    again = simulate(face, Plan((replace(plain, strokes=(stroke,)),)), engine="fake")
    new = [p for p, _ in again.skin.parts if all(p is not old for old, _ in first.skin.parts)]
    assert len(new) == 1
    assert len(again.skin.parts) == len(first.skin.parts)


def test_a_picked_mole_goes_and_what_was_not_picked_stays() -> None:
    face = bare(face_of("hopper"))
    image = face.photo.image.copy()
    ppm = face.px_per_mm
    places = [face.landmarks_px[50, :2], face.landmarks_px[280, :2]]  # on both cheeks
    for x, y in places:
        cv2.circle(
            image, (round(x), round(y)), max(2, round(1.3 * ppm)), (70, 40, 30), -1, cv2.LINE_AA
        )
    marked = face.repainted(image)
    shares = [((x + 0.5) / face.photo.width, (y + 0.5) / face.photo.height) for x, y in places]
    one = Treatment("mole_removal", 1.0, spots=(shares[0],))
    outcome = simulate(marked, Plan((one,)), engine="fake")
    removed, kept = ((round(y), round(x)) for x, y in places)
    assert outcome.image[removed].mean() > image[removed].mean() + 40
    assert (outcome.image[kept] == image[kept]).all()
    change = signs(outcome)["moles"]
    assert change.before == 1.0
    assert change.after < 0.3


def test_what_was_picked_or_not_is_said() -> None:
    face = face_of("hopper")
    plans = [Plan((Treatment("mole_removal", 1.0, spots=s),)) for s in ((), ((0.02, 0.98),))]
    nobody, nothing = (simulate(face, plan, engine="fake").warnings for plan in plans)
    assert any("no lesion was picked" in said for said in nobody)
    assert any("nothing dark at 1 of the 1 picked places" in said for said in nothing)


# --- the same again, progress, cancelling


@every_skin_procedure
def test_the_same_plan_gives_the_same_bytes(face: Face, name: str) -> None:
    used, fresh = run(face, name, 0.6), run(bare(face), name, 0.6)
    assert used.image.tobytes() == fresh.image.tobytes()
    assert used.changes == fresh.changes


def test_another_dose_paints_nothing_again(monkeypatch: pytest.MonkeyPatch) -> None:
    face = bare(face_of("hopper"))
    first = run(face, "nasolabial_filler", 1.0)
    monkeypatch.setattr(
        "simulate.skin.treated_patch.engine_named", lambda name: pytest.fail("painted")
    )
    again = run(face, "nasolabial_filler", 0.3)
    assert [part for part, _ in again.skin.parts] == [part for part, _ in first.skin.parts]
    assert again.image.tobytes() != first.image.tobytes()


def test_progress_rises_and_closing_cancels() -> None:
    face = bare(face_of("hopper"))
    plan = usual("nasolabial_filler", "forehead_toxin")
    working = simulation_steps(face, plan, Conditions(engine="fake"))
    seen = [next(working) for _ in range(3)]
    assert seen == sorted(seen)
    assert 0.0 <= seen[0] < seen[-1] < 1.0
    working.close()
    assert simulate(face, usual("nasolabial_filler"), engine="fake").skin.parts


@pytest.mark.rotating(False)
def test_the_face_is_left_as_it_was(face: Face) -> None:
    before = face.photo.image.copy()
    outcome = simulate(face, usual(*SKIN), engine="fake")
    outcome.image[:] = 0
    assert (face.photo.image == before).all()
    assert simulate(face, usual(*SKIN), engine="fake").image.any()
