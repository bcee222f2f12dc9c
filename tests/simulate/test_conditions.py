"""For when and for whom: one value that cannot hold what cannot be simulated."""

import inspect
from dataclasses import FrozenInstanceError, asdict, fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from face_mesh import PlanError
from simulate import Conditions, Plan, simulate
from simulate.catalogue.time_course import DAYS, LONGEST_DAYS
from simulate.plan.conditions import MOST_SEED, REACTIONS, RESPONDERS, SETTLED
from tests.simulate.faces import bare, face_of

OTHER = Conditions("3mo", "high", 7, "fake", "all", "V")


def test_the_public_call_names_every_condition_with_its_default() -> None:
    named = list(inspect.signature(simulate).parameters.values())[2:]
    named = [one for one in named if one.name != "ignore_rules"]
    assert [(one.name, one.default) for one in named] == [
        (one.name, one.default) for one in fields(Conditions)
    ]


def test_the_public_call_hands_every_condition_on() -> None:
    face = bare(face_of("collins"))
    assert simulate(face, Plan(), **asdict(OTHER)).conditions == OTHER
    assert simulate(face, Plan()).conditions == SETTLED


@given(number=st.integers(0, 24), unit=st.sampled_from(sorted(DAYS)))
def test_the_days_are_those_of_the_time(number: int, unit: str) -> None:
    days = number * DAYS[unit]
    if days <= LONGEST_DAYS:
        assert Conditions(f"{number}{unit}").days == days
    else:
        with pytest.raises(PlanError, match="24 months"):
            Conditions(f"{number}{unit}")


def test_the_settled_result_has_no_day() -> None:
    assert SETTLED.days is None
    assert replace(OTHER, when=None).days is None


def test_an_expected_responder_is_the_mean_and_the_others_are_as_far_from_it() -> None:
    low, middle, high = (Conditions(responder=one).deviations for one in RESPONDERS)
    assert (middle, low + high) == (0.0, 0.0)
    assert low < middle < high


def test_conditions_are_a_value() -> None:
    again = replace(OTHER)
    assert again.days == OTHER.days
    assert (again, hash(again)) == (OTHER, hash(OTHER))
    for name, other in asdict(SETTLED).items():
        assert replace(OTHER, **{name: other}) != OTHER
    with pytest.raises(FrozenInstanceError):
        OTHER.seed = 1  # type: ignore[misc]


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"when": "soon"}, "'soon' is not a time; write 10d, 2w, 3mo or 1y."),
        ({"responder": "lucky"}, "There is no responder 'lucky'; use low, expected or high."),
        ({"reactions": "some"}, "Reactions are shown as likely, all or none, not 'some'."),
        ({"seed": -1}, f"The sample is chosen by a whole number from 0 to {MOST_SEED}."),
        ({"seed": MOST_SEED + 1}, f"The sample is chosen by a whole number from 0 to {MOST_SEED}."),
        ({"phototype": "VII"}, "A skin type is I, II, III, IV, V or VI, not 'VII'."),
        ({"engine": "magic"}, "There is no engine 'magic'; use embedded or hub:NAME."),
    ],
)
def test_what_cannot_be_simulated_is_no_condition(wrong: dict[str, object], sentence: str) -> None:
    for begin in (lambda: Conditions(**wrong), lambda: replace(OTHER, **wrong)):  # type: ignore[arg-type]
        with pytest.raises(PlanError) as error:
            begin()
        assert str(error.value) == sentence


@pytest.mark.parametrize("reactions", REACTIONS)
@pytest.mark.parametrize("seed", [0, MOST_SEED])
def test_the_ends_of_what_can_be_simulated_are_conditions(reactions: str, seed: int) -> None:
    assert Conditions("24mo", seed=seed, engine="hub:x", reactions=reactions).days == LONGEST_DAYS
