"""What the rules refuse, no way in draws: only who says so for study gets a picture of it."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from face_mesh import Face, PlanError
from simulate import Plan, Treatment, procedures, simulate, simulation_steps
from simulate.export.contact_sheet import film, responders
from simulate.export.timelapse_video import morph
from simulate.outcome.pipeline import expected_changes
from simulate.plan.interactions import book, interactions
from tests.simulate.faces import SHAPED, bare, face_of, usual

pytestmark = pytest.mark.usefixtures("no_skin")
TOO_MUCH = Plan(
    tuple(Treatment(n, procedures()[n].dose.max) for n in SHAPED if n.endswith("_filler"))
)
REFUSED = {
    **{
        rule.id: usual(rule.first[0], rule.second[0])
        for rule in book().rules
        if rule.severity == "refuse"
    },
    "filler_year": TOO_MUCH,
}
WAYS_IN: dict[str, Callable[[Face, Plan], object]] = {
    "simulate": simulate,
    "simulation_steps": lambda face, plan: next(simulation_steps(face, plan)),
    "film": lambda face, plan: next(film(face, plan)),
    "responders": lambda face, plan: next(responders(face, plan)),
    "morph": lambda face, plan: next(morph(face, plan)),
    "expected_changes": expected_changes,
}


@pytest.fixture
def face() -> Face:
    return bare(face_of("collins"))


@pytest.mark.parametrize("plan", REFUSED.values(), ids=REFUSED)
@pytest.mark.parametrize("way_in", WAYS_IN.values(), ids=WAYS_IN)
def test_a_refused_plan_is_refused_before_any_work(
    way_in: Callable[[Face, Plan], object], plan: Plan, face: Face
) -> None:
    with pytest.raises(PlanError) as error:
        way_in(face, plan)
    assert str(error.value) == interactions(plan)[0].reason
    assert face.workspace == {}


@pytest.mark.parametrize("plan", REFUSED.values(), ids=REFUSED)
def test_for_study_it_is_drawn_and_says_that_it_must_not_be_done(plan: Plan, face: Face) -> None:
    outcome = simulate(face, plan, ignore_rules=True)
    assert np.any(outcome.image != face.photo.image)
    assert interactions(plan)[0].reason in outcome.warnings


def test_ignoring_the_rules_changes_nothing_of_what_they_allow(face: Face) -> None:
    plan = usual("lip_filler", "chin_filler")
    strict, free = simulate(face, plan), simulate(face, plan, ignore_rules=True)
    assert strict.image.tobytes() == free.image.tobytes()
    assert (strict.changes, strict.warnings) == (free.changes, free.warnings)


def test_ignoring_the_rules_opens_no_other_door(face: Face) -> None:
    away = replace(face, pose=replace(face.pose, rotation=face.pose.rotation[:, [2, 1, 0]]))
    with pytest.raises(PlanError, match="of turn"):
        simulate(away, usual("lip_filler"), ignore_rules=True)
    with pytest.raises(PlanError, match="is not a time"):
        simulate(face, usual("lip_filler"), "soon", ignore_rules=True)
