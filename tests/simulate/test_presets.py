"""Plans that come with the program: sourced, allowed, in the order they say, and found by name."""

from collections.abc import Callable
from pathlib import Path

import pytest

from face_mesh import PlanError
from simulate import Plan, procedures
from simulate.catalogue.loader import CatalogueError, citation
from simulate.plan.interactions import check_plan, interactions
from simulate.plan.presets import FOLDER, Preset, preset, presets, read_preset

NAMES = tuple(presets())
Edit = Callable[[str], str]


@pytest.fixture(params=NAMES)
def one(request: pytest.FixtureRequest) -> Preset:
    """One named plan after another."""
    return presets()[request.param]


def test_the_plans_of_the_contract_are_there() -> None:
    asked = {"liquid_facelift", "tired_eyes", "jaw_slimming", "profile_balance"}
    assert asked | {"upper_face_toxin", "lower_face_tightening"} <= set(NAMES)
    assert list(NAMES) == sorted(NAMES)
    with pytest.raises(TypeError):
        presets()["mine"] = presets()[NAMES[0]]  # type: ignore[index]


def test_a_named_plan_is_found_by_its_name(one: Preset) -> None:
    assert preset(one.id) == one
    assert [t.procedure for t in one.plan.treatments] == [t.procedure for t in one.treatments]
    assert [t.dose for t in one.plan.treatments] == [t.dose for t in one.treatments]


@pytest.mark.parametrize("name", ["", "liquid", "Liquid_facelift", "../plans/tired_eyes", "x" * 99])
def test_what_is_no_plan_points_to_the_list(name: str) -> None:
    with pytest.raises(PlanError, match="--list-plans") as error:
        preset(name)
    assert len(str(error.value)) < 120


def test_a_named_plan_may_be_done_as_it_is(one: Preset) -> None:
    """Scheduled by its own rules: nothing is refused, and nothing warns."""
    check_plan(one.plan)
    assert all(t.week is not None for t in one.plan.treatments)
    assert [found.reason for found in interactions(one.plan) if found.severity == "warn"] == []


def test_a_dose_can_be_dialled_in_and_has_a_source(one: Preset) -> None:
    for step in one.treatments:
        steps = step.dose / procedures()[step.procedure].dose.step
        assert steps == pytest.approx(round(steps))
        assert citation(step.source)
        assert len(step.derivation) > 15


def test_a_named_plan_says_what_it_is_for_and_for_whom_not(one: Preset) -> None:
    assert len(one.summary) > 40
    assert len(one.suits_less) >= 2
    assert all(they.who.startswith("People") for they in one.suits_less)
    assert not one.name.endswith(".")


def test_a_named_plan_is_a_plan_file_too(one: Preset) -> None:
    assert Plan.from_toml(one.plan.to_toml().encode()) == one.plan


def test_the_upper_face_has_the_dose_of_the_label() -> None:
    assert sum(t.amount for t in preset("upper_face_toxin").plan.treatments) == 64.0


def test_every_file_is_a_plan() -> None:
    assert {path.stem for path in FOLDER.glob("*.toml")} == set(NAMES)


def swap(old: str, new: str) -> Edit:
    def edit(text: str) -> str:
        assert old in text
        return text.replace(old, new, 1)

    return edit


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (swap('id = "jaw_slimming"', 'id = "jaw"'), "is not the name of the file"),
        (swap("masseter_toxin", "masster_toxin"), "no procedure 'masster_toxin'"),
        (swap("dose = 25.0", "dose = 250.0"), "outside the range"),
        (swap("dose = 25.0", "dose = 'much'"), "must be a number"),
        (swap("week = 11", "week = -1"), "The week of chin filler"),
        (swap("week = 11", "month = 3"), "unknown key"),
        (swap('source = "masseter_west + masseter_asia2004"', 'source = "me"'), "'me' is not in"),
        (swap('once it has."', 'once it has"'), "must be a sentence"),
        (swap('who = "People whose', 'who = "people whose'), "must be a sentence"),
        (lambda text: text.split("[[suits_less]]")[0], "suits_less: missing"),
        (swap("[[treatments]]", "[[treatments]"), ""),
    ],
)
def test_a_broken_plan_is_refused_by_its_file(tmp_path: Path, edit: Edit, said: str) -> None:
    path = tmp_path / "jaw_slimming.toml"
    path.write_text(edit((FOLDER / path.name).read_text("utf-8")))
    with pytest.raises(CatalogueError, match=r"^jaw_slimming\.toml: ") as error:
        read_preset(path)
    assert said in str(error.value)


def test_a_named_plan_that_must_not_be_done_is_refused(tmp_path: Path) -> None:
    text = (FOLDER / "profile_balance.toml").read_text("utf-8")
    path = tmp_path / "profile_balance.toml"
    path.write_text(text.replace("lip_filler", "hump_reduction"))
    with pytest.raises(CatalogueError, match="choose one of them"):
        read_preset(path)
