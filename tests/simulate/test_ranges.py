"""How wide a range is: propagation of independent uncertainties, in figures and in the picture."""

from dataclasses import replace

import numpy as np
import pytest

from face_mesh import Face
from face_mesh.landmarks.scale import Scale
from simulate import (
    Change,
    Outcome,
    Plan,
    Treatment,
    procedures,
    simulate,
)
from simulate.geometry.basis import measure_slopes
from simulate.geometry.displacement import parts_of
from simulate.outcome.outcome import MOST_UNSURE_MM
from simulate.outcome.uncertainty_overlay import overlaid
from tests.simulate.faces import bare, face_of, lengths

MEASURES = {  # measures of one procedure whose effect is a shift, in mm
    "surgical_brow_lift": "brow_height_left",
    "lip_lift": "philtrum_length",
    "rf_tightening": "cheek_drop_left",
}
each_measure = pytest.mark.parametrize(("name", "measure"), MEASURES.items())


def unsure(face: Face, relative_sd: float) -> Face:
    """The face as if its scale were known to a share."""
    px = face.px_per_mm
    return replace(bare(face), scale=Scale(px, px * relative_sd, face.scale.source))


def after(face: Face, *treatments: Treatment, **how: str) -> Outcome:
    return simulate(face, Plan(treatments), engine="fake", **how)


def one(name: str, share: float = 1.0) -> Treatment:
    return Treatment(name, share * procedures()[name].dose.usual)


def of(outcome: Outcome, measure: str) -> Change:
    return next(change for change in outcome.changes if change.measure == measure)


def sd(change: Change) -> float:
    return (change.expected_high - change.expected_low) / 2.0


@each_measure
def test_a_range_holds_how_unsure_the_scale_is(name: str, measure: str) -> None:
    """A millimetre read off a photo is off by the share that its scale is, whoever responds how.

    The two have nothing to do with each other, so their variances add up (GUM 5.1.2).
    """
    face = face_of("hopper")
    known, guessed = (of(after(unsure(face, s), one(name)), measure) for s in (0.0, 0.2))
    change = known.after - known.before
    assert abs(change) > 0.5
    people = procedures()[name].spread * abs(change)
    assert sd(known) == pytest.approx(people, rel=0.05)
    assert sd(guessed) == pytest.approx(np.hypot(people, 0.2 * change), rel=0.05)


def test_an_angle_does_not_depend_on_the_scale() -> None:
    face = face_of("hopper")
    ranges = [
        sd(of(after(unsure(face, s), one("nasal_tip_rotation")), "nasolabial_angle"))
        for s in (0.0, 0.2)
    ]
    assert ranges[0] == pytest.approx(ranges[1], rel=1e-6)


def test_two_procedures_are_unsure_independently_of_each_other() -> None:
    """How somebody answers an operation on the brows tells nothing of their answer to heat."""
    face, measure = unsure(face_of("hopper"), 0.0), "brow_height_left"
    names = ("surgical_brow_lift", "hifu_tightening")
    alone = [sd(of(after(face, one(name)), measure)) for name in names]
    together = sd(of(after(face, *map(one, names)), measure))
    assert min(alone) > 0.2 * max(alone)
    assert together == pytest.approx(np.hypot(*alone), rel=0.05)


def test_what_was_said_at_one_dose_does_not_change_what_is_said_at_another() -> None:
    """Much is kept of a face; what is told after other plans is what a fresh face is told."""
    used, measure = bare(face_of("hopper")), "philtrum_length"
    after(used, one("surgical_brow_lift"))
    after(used, one("lip_lift", 0.3))
    fresh = bare(face_of("hopper"))
    found, wanted = (of(after(face, one("lip_lift", 1.2)), measure) for face in (used, fresh))
    assert sd(found) > 0.1
    assert (found.after, sd(found)) == pytest.approx((wanted.after, sd(wanted)), abs=1e-9)


def test_how_a_measure_grows_is_told_over_the_step_that_is_asked_for() -> None:
    """What adds volume grows ever less: over a larger step its slope is another one."""
    used, parts = bare(face_of("hopper")), parts_of(procedures()["chin_filler"], "both")
    small, large = (measure_slopes(used, parts, step) for step in (0.5, 4.0))
    assert large == pytest.approx(measure_slopes(bare(face_of("hopper")), parts, 4.0), abs=1e-9)
    assert max(abs(large[measure] - small[measure]) for measure in small) > 0.01


@each_measure
def test_the_weak_responder_gets_less_and_the_strong_one_more(name: str, measure: str) -> None:
    face = face_of("hopper")
    changes = [of(after(face, one(name), responder=who), measure) for who in ("low", "high")]
    weak, strong = (abs(change.after - change.before) for change in changes)
    assert weak < strong


def test_the_map_is_as_unsure_as_scale_and_people_are() -> None:
    """In the middle of a brow that is lifted, in shares of what is the most it shows."""
    face = face_of("hopper")
    known, guessed = (after(unsure(face, s), one("surgical_brow_lift", 0.5)) for s in (0.0, 0.3))
    moved_mm = float(lengths(known.shift_mm_vertices).max())
    spread = procedures()["surgical_brow_lift"].spread
    for outcome, scale in ((known, 0.0), (guessed, 0.3)):
        wanted = np.hypot(spread, scale) * moved_mm / MOST_UNSURE_MM
        assert outcome.uncertainty.max() == pytest.approx(min(wanted, 1.0), rel=0.1)
    assert known.uncertainty.max() < 0.85 * guessed.uncertainty.max()


def test_the_less_sure_a_place_is_the_more_of_the_colour_lies_over_it() -> None:
    """And where nothing is unsure the picture stays as it is, but for the soft edges beside."""
    outcome = after(unsure(face_of("hopper"), 0.1), one("surgical_brow_lift"))
    laid = np.abs(overlaid(outcome).astype(int) - outcome.image).max(axis=2)
    order = outcome.uncertainty
    faint, strong = (order > 0.05) & (order < 0.2), order > 0.6 * order.max()
    assert laid[strong].mean() > 1.5 * laid[faint].mean()
    still = (slice(-40, None), slice(None, 40))
    assert not order[still].any()
    assert not laid[still].any()
