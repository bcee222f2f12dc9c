"""Two doses of one procedure, one on each side of the face."""

import numpy as np
import pytest

from face_mesh import Face
from simulate import Plan, Treatment, procedures, simulate
from simulate.catalogue.procedure import Procedure
from simulate.outcome.pipeline import expected_changes
from tests.simulate.faces import needs_ears, rotating

PAIRED = [entry for entry in procedures().values() if len(entry.sides) > 1]


def each_side(entry: Procedure, left: float = 1.0, right: float = 1.0) -> Plan:
    """The usual dose of both sides, in its shares on the left and on the right."""
    return Plan(
        tuple(
            Treatment(entry.id, share * entry.usual_dose(side), side)
            for side, share in (("left", left), ("right", right))
        )
    )


def whole(entry: Procedure) -> Plan:
    return Plan((Treatment(entry.id, entry.dose.usual),))


@rotating("entry", PAIRED, ids=lambda entry: entry.id)
def test_the_usual_dose_on_each_side_is_that_on_both(face: Face, entry: Procedure) -> None:
    needs_ears(face, entry.id)
    both = simulate(face, whole(entry), engine="fake")
    apart = simulate(face, each_side(entry), engine="fake")
    moved = np.linalg.norm(both.shift_mm_vertices, axis=1)
    off = np.linalg.norm(both.shift_mm_vertices - apart.shift_mm_vertices, axis=1)
    assert off.max() <= 0.15 * max(moved.max(), 1e-9)
    for one, other in zip(_own(both, entry), _own(apart, entry), strict=True):
        assert other.after - other.before == pytest.approx(one.after - one.before, rel=0.1, abs=0.1)
        wide, as_wide = (c.expected_high - c.expected_low for c in (one, other))
        assert as_wide == pytest.approx(wide, rel=0.12, abs=0.1)


def _own(outcome: object, entry: Procedure) -> list[object]:
    return [
        one
        for one in outcome.changes
        if one.measure in (*entry.measures, *(term.sign for term in entry.skin))
    ]


def test_one_person_responds_alike_on_either_side(face: Face) -> None:
    entry = procedures()["masseter_toxin"]
    one, other = (
        next(c for c in expected_changes(face, plan) if c.measure == "bigonial_width")
        for plan in (whole(entry), each_side(entry))
    )
    assert other.expected_high - other.expected_low == pytest.approx(
        one.expected_high - one.expected_low, rel=0.02
    )


def test_a_side_with_less_changes_less(face: Face) -> None:
    entry = procedures()["cheek_filler"]
    outcome = simulate(face, each_side(entry, left=1.5, right=0.5))
    found = {c.measure: c.after - c.before for c in outcome.changes}
    assert found["cheek_projection_left"] > 2.0 * found["cheek_projection_right"] > 0.0


def test_what_is_expected_is_what_is_simulated(face: Face) -> None:
    plan = Plan.parse(["chin_filler=2", "masseter_toxin=25"])
    simulated = {c.measure: c for c in simulate(face, plan).changes}
    for one in expected_changes(face, plan):
        assert one == simulated[one.measure]
