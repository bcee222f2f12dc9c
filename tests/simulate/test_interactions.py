"""What treatments do to each other: every rule speaks when it should and is silent otherwise."""

import gc
from collections.abc import Callable
from dataclasses import replace
from itertools import product
from math import fsum

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from face_mesh import PlanError
from simulate import Plan, Treatment, procedures, simulate
from simulate.catalogue.loader import CatalogueError
from simulate.catalogue.sources import ESTIMATE, sources
from simulate.plan import interactions as interactions_module
from simulate.plan.interactions import (
    FILE,
    SEVERITIES,
    TIMED,
    USUAL_KG,
    Interaction,
    Limit,
    Rule,
    adjustments,
    book,
    check_plan,
    interactions,
    most_of,
    plan_warnings,
    read_book,
    total_within,
)
from simulate.plan.summary import plan_summary
from tests.simulate.faces import face_of

RULES = {rule.id: rule for rule in book().rules}
LIMITS = {limit.id: limit for limit in book().limits}
TEXT = FILE.read_text("utf-8")
SHARE = st.floats(0.0, 1.0)


def usual(name: str, week: float | None = None, share: float = 1.0) -> Treatment:
    """A procedure at a share of its usual dose."""
    return Treatment(name, share * procedures()[name].dose.usual, week=week)


def said(plan: Plan) -> dict[str, Interaction]:
    """What is said of a plan, by rule."""
    found = interactions(plan)
    assert len({one.rule for one in found}) == len(found)
    return {one.rule: one for one in found}


def pair(rule: Rule) -> tuple[str, str]:
    """Two different procedures between which a rule is."""
    firsts, seconds = book().members(rule.first), book().members(rule.second)
    return next((a, b) for a, b in product(sorted(firsts), sorted(seconds)) if a != b)


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    """Plans of several treatments, scheduled or not."""
    made = []
    for name in draw(st.lists(st.sampled_from(sorted(procedures())), max_size=7, unique=True)):
        side = draw(st.sampled_from(procedures()[name].sides))
        week = draw(st.none() | st.integers(0, 104).map(float))
        dose = draw(SHARE) * procedures()[name].max_dose(side)
        made.append(Treatment(name, dose, side, week=week))
    return Plan(tuple(made), draw(st.none() | st.floats(30.0, 300.0)))


# --- the data


def test_every_name_is_in_the_catalogue() -> None:
    named = {one for ids in book().means.values() for one in ids}
    assert named - set(procedures()) == set()


def test_every_procedure_is_done_with_one_thing() -> None:
    """A new entry is told here that order and totals have to know it."""
    named = [one for ids in book().means.values() for one in ids]
    assert sorted(named) == sorted(set(named))
    assert set(procedures()) - set(named) == set()


def test_what_is_injected_in_ml_or_units_is_added_up() -> None:
    for name, entry in procedures().items():
        means = next(key for key, ids in book().means.items() if name in ids)
        assert (entry.dose.unit == "U") == (means == "toxins"), name
        assert entry.dose.unit == "mL" or means != "fillers", name


@pytest.mark.parametrize("one", [*RULES.values(), *LIMITS.values()], ids=lambda one: one.id)
def test_every_rule_has_a_source_or_says_why_not(one: Rule | Limit) -> None:
    keys = [] if one.source == ESTIMATE else [key.strip() for key in one.source.split("+")]
    assert set(keys) <= set(sources())
    assert len(one.derivation) > 15
    if isinstance(one, Limit):
        assert one.source != ESTIMATE


# --- every rule speaks when it should, and only then


@pytest.mark.parametrize("name", [key for key, rule in RULES.items() if rule.kind == "together"])
def test_a_combination_is_told_whenever_both_are_there(name: str) -> None:
    rule = RULES[name]
    one, two = pair(rule)
    for weeks in ((None, None), (0.0, 0.0), (0.0, 80.0)):
        plan = Plan((usual(one, weeks[0]), usual(two, weeks[1])))
        assert said(plan)[name].severity == rule.severity
        assert said(plan)[name].reason == rule.reason
        assert set(said(plan)[name].procedures) == {one, two}
    for alone in (one, two):
        assert name not in said(Plan((usual(alone),)))
    assert name not in said(Plan((usual(one), usual(two, share=0.0))))


def test_what_is_missing_is_told_until_it_is_there() -> None:
    (rule,) = (one for one in RULES.values() if one.kind == "without")
    assert said(Plan.parse("forehead_toxin=20"))[rule.id].severity == "warn"
    assert rule.id in said(Plan.parse(["forehead_toxin=20", "glabellar_toxin=0"]))
    assert rule.id not in said(Plan.parse(["forehead_toxin=20", "glabellar_toxin=20"]))
    assert rule.id not in said(Plan.parse("glabellar_toxin=20"))


@pytest.mark.parametrize("name", [key for key, rule in RULES.items() if rule.kind == "alone"])
def test_a_word_for_the_person_needs_no_second(name: str) -> None:
    (one,) = RULES[name].first
    assert name in said(Plan((usual(one),)))
    assert name not in said(Plan((usual(one, share=0.0),)))


def minded(rule: Rule, first: float, second: float) -> bool:
    """Whether a rule of time minds two weeks, by the words of its kind."""
    if rule.kind == "first_then_second":
        return second < first + rule.weeks
    if rule.kind == "not_soon_after":
        return first <= second < first + rule.weeks
    return abs(first - second) < rule.weeks and not (rule.same_day and first == second)


@pytest.mark.parametrize("name", [key for key, rule in RULES.items() if rule.kind in TIMED])
def test_time_is_reminded_of_and_then_checked(name: str) -> None:
    rule = RULES[name]
    one, two = pair(rule)
    assert said(Plan((usual(one), usual(two))))[name].severity == "info"
    assert said(Plan((usual(one, 3.0), usual(two))))[name].severity == "info"
    gaps = {0.0, 0.5, rule.weeks, rule.weeks + 0.5, rule.weeks - 0.5}
    seen = set()
    for gap in sorted({*gaps, *(-gap for gap in gaps)}):
        weeks = (max(0.0, -gap), max(0.0, gap))
        plan = Plan((usual(one, weeks[0]), usual(two, weeks[1])))
        found = said(plan).get(name)
        both = one in book().members(rule.second) and two in book().members(rule.first)
        expected = minded(rule, *weeks)
        if both and rule.kind != "apart":
            continue
        assert (found is not None) == expected, gap
        assert found is None or found.severity == rule.severity
        seen.add(expected)
    assert seen == {True, False}


def test_of_one_week_the_first_listed_is_done_first() -> None:
    laser, filler = usual("co2_resurfacing", 5.0), usual("cheek_filler", 5.0)
    assert "light_before_filler" not in said(Plan((laser, filler)))
    assert said(Plan((filler, laser)))["light_before_filler"].severity == "warn"
    brow, lid = usual("ipl_redness", 5.0), usual("pigment_laser", 5.0)
    assert "redness_then_pigment" not in said(Plan((brow, lid)))
    assert "redness_then_pigment" in said(Plan((lid, brow)))


def test_treatments_of_different_sides_do_not_meet() -> None:
    left, right = "buccal_fat_removal=3:left", "cheek_filler=0.8:right"
    assert "cheek_filled_and_emptied" in said(Plan.parse([left, "cheek_filler=0.8:left"]))
    assert "cheek_filled_and_emptied" in said(Plan.parse([left, "cheek_filler=1.6"]))
    assert "cheek_filled_and_emptied" not in said(Plan.parse([left, right]))


def test_a_forbidden_combination_is_refused_with_its_reason() -> None:
    plan = Plan.parse(["nonsurgical_rhinoplasty=1", "hump_reduction=1"])
    assert interactions(plan)[0].severity == "refuse"
    with pytest.raises(PlanError, match="choose one of them") as error:
        check_plan(plan)
    assert str(error.value) == RULES["nose_filled_and_cut"].reason
    check_plan(Plan.parse("hump_reduction=1"))
    check_plan(Plan.parse(["glabellar_toxin=20", "forehead_toxin=20"]))
    check_plan(Plan())


@given(plan=plans())
def test_what_is_said_is_for_people_and_the_worst_comes_first(plan: Plan) -> None:
    found = interactions(plan)
    ranks = [SEVERITIES.index(one.severity) for one in found]
    assert ranks == sorted(ranks)
    for one in found:
        assert one.reason.endswith(".")
        assert one.reason[0].isupper()
        assert set(one.procedures) <= {t.procedure for t in plan.treatments if t.dose > 0}
        assert one.procedures
    told = [one for one in found if one.severity != "info" or one.acts_on]
    assert plan_warnings(plan) == tuple(one.reason for one in told)


@given(plan=plans(), data=st.data())
def test_the_order_of_the_list_matters_only_within_a_week(plan: Plan, data: st.DataObject) -> None:
    weeks = [one.week for one in plan.treatments if one.week is not None]
    assume(len(weeks) == len(set(weeks)))
    mixed = replace(plan, treatments=tuple(data.draw(st.permutations(plan.treatments))))
    as_sets = [
        {(one.rule, one.severity, frozenset(one.procedures)) for one in interactions(each)}
        for each in (plan, mixed)
    ]
    assert as_sets[0] == as_sets[1]


# --- totals


@given(plan=plans(), data=st.data())
def test_the_order_of_the_list_does_not_change_a_total(plan: Plan, data: st.DataObject) -> None:
    mixed = replace(plan, treatments=tuple(data.draw(st.permutations(plan.treatments))))
    one, two = plan_summary(plan), plan_summary(mixed)
    assert (one.totals, one.sessions) == (two.totals, two.sessions)


@given(plan=plans())
def test_a_total_is_at_most_all_and_all_where_nothing_is_scheduled(plan: Plan) -> None:
    undated = tuple(replace(one, week=None) for one in plan.treatments)
    for limit in LIMITS.values():
        counted = book().members(limit.of)
        everything = fsum(one.amount for one in plan.treatments if one.procedure in counted)
        assert total_within(limit, plan.treatments) <= everything
        assert total_within(limit, undated) == everything


def test_both_sides_of_a_dose_per_side_count() -> None:
    toxin = LIMITS["toxin_in_three_months"]
    assert total_within(toxin, Plan.parse("masseter_toxin=25").treatments) == 50.0
    assert total_within(toxin, Plan.parse("masseter_toxin=25:left").treatments) == 25.0
    assert total_within(toxin, Plan.parse("glabellar_toxin=20").treatments) == 20.0
    assert total_within(toxin, Plan.parse("lip_filler=1").treatments) == 0.0


LARGE = ("cheek_filler=6.6", "jawline_filler=9", "chin_filler=4")  # 19.6 mL


def test_the_label_allows_its_most_and_no_more() -> None:
    check_plan(Plan.parse([*LARGE, "lip_filler=0.4"]))
    near = said(Plan.parse([*LARGE, "lip_filler=0.4"]))["filler_per_year"]
    assert (near.severity, "close to" in near.reason) == ("warn", True)
    with pytest.raises(PlanError, match=r"20\.1 mL of filler .* 60 kg .* no weight is given"):
        check_plan(Plan.parse([*LARGE, "lip_filler=0.5"]))


def test_the_yearly_filler_goes_with_body_mass() -> None:
    plan = Plan.parse([*LARGE, "lip_filler=2.6"])  # 22.2 mL
    check_plan(replace(plan, body_kg=67.0))
    with pytest.raises(
        PlanError, match=r"more than the 22 mL of the label for 66 kg of body mass;"
    ):
        check_plan(replace(plan, body_kg=66.0))
    limit = LIMITS["filler_per_year"]
    assert most_of(limit, None) == most_of(limit, USUAL_KG) == 20.0
    assert most_of(limit, 90.0) == pytest.approx(30.0)
    assert most_of(LIMITS["toxin_in_three_months"], 90.0) == 400.0


def test_a_year_is_any_year_and_what_has_no_week_is_in_all() -> None:
    def total(*weeks: float | None) -> float:
        doses = (("cheek_filler", 6.0), ("jawline_filler", 9.0), ("chin_filler", 4.0))
        given = [Treatment(n, d, week=w) for (n, d), w in zip(doses, weeks, strict=True)]
        return total_within(LIMITS["filler_per_year"], given)

    assert total(0, 51, 102) == 15.0
    assert total(0, 52, 104) == 9.0
    assert total(0, 60, 100) == 13.0
    assert total(0, None, 104) == 15.0
    assert total(None, None, 104) == 19.0


def test_from_three_quarters_of_a_label_it_is_said() -> None:
    assert "filler_per_year" not in said(Plan.parse(["jawline_filler=9", "cheek_filler=5.9"]))
    assert "filler_per_year" in said(Plan.parse(["jawline_filler=9", "cheek_filler=6"]))


def test_the_studied_dose_of_the_upper_face_is_no_warning() -> None:
    studied = ["glabellar_toxin=20", "forehead_toxin=20", "crows_feet_toxin=24"]
    assert "toxin_upper_face" not in said(Plan.parse(studied))
    more = said(Plan.parse(["glabellar_toxin=22", *studied[1:]]))["toxin_upper_face"]
    assert (more.severity, "66 U" in more.reason) == ("warn", True)


def test_no_dose_on_offer_exceeds_the_toxin_of_three_months_unseen() -> None:
    """All toxins at their most are below the label's 400 U; if that changes, they are refused."""
    toxins = [n for n in sorted(book().means["toxins"]) if n in procedures()]
    plan = Plan(tuple(Treatment(n, procedures()[n].dose.max) for n in toxins))
    limit = LIMITS["toxin_in_three_months"]
    total = total_within(limit, plan.treatments)
    found = said(plan).get(limit.id)
    if total > limit.most:
        assert found is not None
        assert found.severity == "refuse"
    else:
        assert (found is not None) == (total >= limit.near * limit.most)


# --- what changes an effect


def test_the_inner_brow_no_longer_rises_beside_a_lift_of_its_end() -> None:
    frown = "glabellar_toxin=20"
    lift = procedures()["chemical_brow_lift"].dose.usual
    assert dict(adjustments(Plan.parse(frown))) == {}
    assert dict(adjustments(Plan.parse([frown, f"chemical_brow_lift={lift}"]))) == {
        "glabellar_toxin": 0.0
    }
    more = procedures()["chemical_brow_lift"].dose.max
    assert adjustments(Plan.parse([frown, f"chemical_brow_lift={more}"]))["glabellar_toxin"] == 0.0


def test_where_one_side_is_spared_nothing_is_taken() -> None:
    plan = Plan.parse(["glabellar_toxin=20", "chemical_brow_lift=8:left"])
    assert dict(adjustments(plan)) == {}
    assert "inner_and_outer_brow" not in said(plan)
    split = ["chemical_brow_lift=8:left", "chemical_brow_lift=8:right"]
    assert adjustments(Plan.parse(["glabellar_toxin=20", *split]))["glabellar_toxin"] == 0.0


@given(shares=st.tuples(SHARE, SHARE))
def test_the_more_of_one_the_less_of_the_other_without_a_jump(shares: tuple[float, float]) -> None:
    lift = procedures()["chemical_brow_lift"]

    def left(share: float) -> float:
        two = Treatment(lift.id, share * lift.dose.usual)
        return adjustments(Plan((usual("glabellar_toxin"), two))).get("glabellar_toxin", 1.0)

    less, more = sorted(shares)
    assert 0.0 <= left(more) <= left(less) <= 1.0
    slope = lift.effect(1e-6) * lift.dose.usual / 1e-6 / lift.effect(lift.dose.usual)
    assert left(less) - left(more) <= slope * (more - less) + 1e-9


def test_forehead_and_frown_together_lower_the_brow_as_trials_found() -> None:
    """Why no factor is needed between the two: their sum has the published sign."""

    def inner_brow(*texts: str) -> list[float]:
        outcome = simulate(face_of("hopper"), Plan.parse(texts), engine="fake")
        own = [c for c in outcome.changes if c.measure.startswith("brow_height_medial")]
        return [c.after - c.before for c in own]

    frown, forehead = "glabellar_toxin=20", "forehead_toxin=20"
    assert min(inner_brow(frown)) > 0.0
    assert max(inner_brow(frown, forehead)) < 0.0
    assert dict(adjustments(Plan.parse([frown, forehead]))) == {}


@given(plan=plans())
def test_a_factor_is_a_share_of_something_in_the_plan(plan: Plan) -> None:
    for name, factor in adjustments(plan).items():
        assert 0.0 <= factor < 1.0
        assert name in {one.procedure for one in plan.treatments}


# --- a mistake of the author is told


Edit = Callable[[str], str]


def swap(old: str, new: str) -> Edit:
    def edit(text: str) -> str:
        assert old in text
        return text.replace(old, new, 1)

    return edit


@pytest.mark.parametrize(
    ("edit", "told"),
    [
        (swap('kind = "together"', 'kind = "whenever"'), "is not one of together"),
        (swap('kind = "without"', 'kind = "alone"'), "second goes with every kind but alone"),
        (swap('severity = "info"', 'severity = "note"'), "severity: 'note' is not one of"),
        (swap('source = "brow_lateral"', 'source = "nobody1999"'), "'nobody1999' is not in"),
        (swap('"@fillers"', '"@filler"'), "'@filler' is among no means"),
        (swap('first = ["forehead_toxin"]', 'first = ["forhead_toxin"]'), "'forhead_toxin'"),
        (swap("factor = 0.0\n", "factor = 1.5\n"), "factor from 0 to 1"),
        (swap("factor = 0.0\n", ""), "factor from 0 to 1"),
        (swap('acts_on = "glabellar_toxin"', 'acts_on = "lip_flip"'), "one of first"),
        (swap("same_day = true\nweeks = 1", "same_day = true"), "say how many weeks"),
        (swap("weeks = 2", "weeks = -2"), "from 0"),
        (swap("weeks = 2", "weeks = 2\nsame_day = true"), "same_day goes with apart"),
        (swap("weeks = 2", "months = 2"), "unknown key"),
        (swap('reason = "Toxin', 'reason = "toxin'), "must be a sentence"),
        (swap('id = "chin_twice"', 'id = "neck_twice"'), "given twice"),
        (swap('derivation = "The label\'s own words."', 'derivation = " "'), "say how"),
    ],
)
def test_a_broken_rule_is_refused_by_its_name(edit: Edit, told: str) -> None:
    with pytest.raises(CatalogueError, match=told.replace("(", r"\(")):
        read_book(edit(TEXT))


def test_a_procedure_with_a_dose_on_each_side_lacks_one_price() -> None:
    plan = Plan.parse(["cheek_filler=0.8:left", "cheek_filler=1.6:right", "lip_filler=1"])
    assert plan_summary(plan).costs_missing == 2
    ones = plan.treatments
    priced = Plan((*(replace(one, cost=150.0) for one in ones[:2]), ones[2]))
    assert plan_summary(priced).costs_missing == 1


def test_a_plan_is_judged_once_and_forgotten_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    judged: list[Plan] = []
    judge = interactions_module._judge
    monkeypatch.setattr(interactions_module, "_judge", lambda p: judged.append(p) or judge(p))
    plan = Plan.parse(["mole_removal=1@0.41,0.52", "facelift=3"])
    same = Plan.parse(["mole_removal=1@0.41,0.52", "facelift=3"])
    other = Plan.parse(["mole_removal=1@0.41,0.53", "facelift=3"])
    first = interactions(plan)
    assert interactions(same) is first  # equal plans are one plan
    assert len(judged) == 1
    interactions(other)
    assert len(judged) == 2
    del plan, same, other
    judged.clear()
    gc.collect()
    assert not [p for p in interactions_module._OF_PLANS if any(t.spots for t in p.treatments)]
