"""The JSON that other programs rely on: these keys, no others, and plain finite values."""

import json
import math
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from face_mesh.measures import MEASURES
from face_mesh.skin.signs import SIGNS
from simulate import Plan, Treatment, procedures, simulate
from simulate.export.json_export import (
    catalogue_json,
    face_json,
    outcome_json,
    plan_json,
)
from tests.face_mesh.faces import hopper
from tests.simulate.faces import PROCEDURES, face_of
from tests.simulate.test_ears import head

PHOTO = {"width", "height", "px_per_mm", "px_per_mm_sd", "pose"}
POSE = {"yaw_deg", "pitch_deg", "roll_deg"}
QUALITY = {"id", "severity", "message", "advice"}
OUTCOME = {
    *("photo", "quality", "treatments", "when", "responder", "changes", "changed_fraction"),
    *("warnings", "timings_ms", "engine", "version"),
}
TREATMENT = {"procedure", "dose", "unit", "side"}
CHANGE = {"measure", "unit", "before", "after", "expected_low", "expected_high"}
TIMINGS = {"decode", "landmarks", "geometry", "shading", "skin", "encode", "total"}
MEASURE = {"id", "name", "value", "unit", "sd"}
ENTRY = {
    *("id", "name", "area", "unit", "usual", "max", "step", "sides", "kinds", "evidence"),
    "cautions",
}
# Beyond the contract: in_picture tells depth from what a front view shows, seed makes a result
# repeatable, plan says what the treatments add up to, reactions what of swelling and bruises is
# drawn, because why a range is wide, and the catalogue says for whom, for how much of the face, on
# what grounds, how it heals and what can go wrong.
MORE_CHANGE, MORE_OUTCOME = (
    {"in_picture", "because", "smallest_change"},
    {"seed", "plan", "reactions", "tone", "unreadable"},
)
MORE_ENTRY = {
    *("summary", "scope", "coefficients", "relative_sd", "course", "reactions", "downtime_days"),
    *("risks", "suits_less", "max_yaw_deg"),
}
COEFFICIENT = {"operator", "value", "source", "derivation"}

PLAN = {
    *("treatments", "totals", "sessions", "body_kg", "body_kg_given", "cost", "costs_missing"),
    *("currency", "downtime_days", "weeks", "notes", "interactions"),
}
PLAN_ROW = {
    *("procedure", "name", "dose", "unit", "scope", "side", "week", "cost", "downtime_days"),
    *("downtime_source", "clinic_downtime_days"),
}
TOTAL = {"id", "what", "amount", "most", "unit", "within_weeks", "source"}
INTERACTION = {"severity", "reason", "source", "procedures"}
SKIN_ROW = {"id", "name", "region", "severity", "scale", "ita_deg"}
# What is read tells how well it repeats, why it cannot be read, and whether it is seen at rest.
MORE_READ, MORE_SKIN = {"smallest_change"}, {"unreadable", "at_rest"}
TONE = {
    *("ita_deg", "low", "high", "monk", "monk_range", "unreadable", "phototype", "source"),
}
# Single lesions are counted, and scores told in parts.
MORE_SKIN |= {"area_mm2", "count", "parts"}


def report(*texts: str, **how: str) -> dict[str, Any]:
    """An outcome as a reader of the file gets it."""
    face = head()[0] if texts[0].startswith("otoplasty") else face_of("hopper")
    outcome = simulate(face, Plan.parse(texts), engine="fake", **how)
    made = outcome_json(outcome, version="1.2.3")
    read: dict[str, Any] = json.loads(json.dumps(made, allow_nan=False))
    return read


def values(found: Any) -> Iterator[Any]:
    if isinstance(found, dict):
        found = list(found.values())
    if isinstance(found, list):
        for one in found:
            yield from values(one)
    else:
        yield found


def test_an_outcome_has_the_keys_of_the_contract() -> None:
    found = report("lip_filler=1.0", "masseter_toxin=25:left", when="3mo", responder="high")
    assert set(found) == OUTCOME | MORE_OUTCOME
    assert set(found["photo"]) == PHOTO
    assert set(found["photo"]["pose"]) == POSE
    assert all(set(q) == QUALITY for q in found["quality"])
    assert all(set(t) == TREATMENT for t in found["treatments"])
    assert all(set(c) == CHANGE | MORE_CHANGE for c in found["changes"])
    assert set(found["timings_ms"]) == TIMINGS
    assert (found["when"], found["responder"], found["seed"]) == ("3mo", "high", 0)
    assert (found["engine"], found["version"]) == ("fake", "1.2.3")


def test_an_outcome_says_what_was_asked() -> None:
    found = report("lip_filler=1.0", "masseter_toxin=25:left")
    assert found["treatments"] == [
        {"procedure": "lip_filler", "dose": 1.0, "unit": "mL", "side": "both"},
        {"procedure": "masseter_toxin", "dose": 25.0, "unit": "U", "side": "left"},
    ]
    assert found["when"] is None
    assert (found["photo"]["width"], found["photo"]["height"]) == (512, 600)
    assert 0.0 < found["changed_fraction"] < 1.0


CLINIC = b"""
body_kg = 72
currency = "EUR"
[[treatments]]
procedure = "glabellar_toxin"
dose = 20
week = 0
cost = 200
[[treatments]]
procedure = "forehead_toxin"
dose = 20
week = 2
clinic_downtime_days = 1.5
"""


def test_an_outcome_says_what_its_plan_adds_up_to() -> None:
    outcome = simulate(face_of("hopper"), Plan.from_toml(CLINIC), engine="fake")
    found = json.loads(json.dumps(outcome_json(outcome, version="1"), allow_nan=False))["plan"]
    assert set(found) == PLAN
    assert all(set(row) == PLAN_ROW for row in found["treatments"])
    assert all(set(row) == TOTAL for row in found["totals"])
    assert all(set(row) == INTERACTION for row in found["interactions"])
    assert (found["body_kg"], found["body_kg_given"]) == (72.0, True)
    assert (found["cost"], found["costs_missing"], found["currency"]) == (200.0, 1, "EUR")
    assert (found["weeks"], found["sessions"]) == (2.0, 0.0)
    totals = {row["id"]: (row["amount"], row["most"]) for row in found["totals"]}
    assert totals["toxin_in_three_months"] == (40.0, 400.0)
    assert totals["toxin_upper_face"] == (40.0, 64.0)
    assert totals["filler_per_year"] == (0.0, 24.0)
    (told,) = found["interactions"]
    assert told["procedures"] == ["glabellar_toxin", "forehead_toxin"]
    assert "randomised trial" in told["source"]


def test_days_off_are_those_of_the_longest_and_the_clinic_knows_best() -> None:
    def days(*treatments: Treatment) -> Any:
        return plan_json(Plan(treatments))["downtime_days"]

    off = procedures()["co2_resurfacing"].downtime
    assert off is not None
    laser, toxin = Treatment("co2_resurfacing", 1.0), Treatment("glabellar_toxin", 20.0)
    assert days(laser) == (off.days_low, off.days_high)
    assert days(toxin, laser) == (off.days_low, off.days_high)
    assert days(toxin, replace(laser, clinic_downtime_days=30.0)) == (30.0, 30.0)
    assert days() is None


def test_the_changes_are_those_of_the_outcome() -> None:
    outcome = simulate(face_of("hopper"), Plan.parse(["lip_filler=1.0"]))
    found = outcome_json(outcome, version="1")["changes"]
    own = procedures()["lip_filler"].measures
    assert [c["measure"] for c in found] == [c.measure for c in outcome.changes]
    assert set(own) <= {c["measure"] for c in found}
    for row, change in zip(found, outcome.changes, strict=True):
        assert row["unit"] == MEASURES[row["measure"]].unit == change.unit
        assert row["after"] == pytest.approx(change.after, abs=6e-4)
        assert row["expected_low"] <= row["expected_high"]
        assert row["in_picture"] == (MEASURES[row["measure"]].plane == "front")


def test_skin_is_reported_by_its_sign_and_what_was_picked_with_it() -> None:
    found = report("nasolabial_filler=3", "mole_removal=1@0.41,0.52")
    rows = {c["measure"]: c for c in found["changes"]}
    fold = rows["nasolabial_fold"]
    assert fold["unit"] == "grade"
    assert fold["after"] < fold["before"]
    assert fold["expected_low"] <= fold["after"] <= fold["expected_high"] <= fold["before"]
    assert rows["moles"]["unit"] == "count"
    assert found["treatments"][1]["spots"] == [[0.41, 0.52]]
    assert found["timings_ms"]["skin"] > 0.0


def test_times_add_up() -> None:
    times = report("lip_filler=1.0")["timings_ms"]
    total = times.pop("total")
    assert total == pytest.approx(sum(times.values()), abs=0.1)
    assert times["geometry"] > 0.0


@pytest.mark.parametrize("name", PROCEDURES)
def test_every_number_is_one(name: str) -> None:
    found = report(f"{name}={procedures()[name].dose.max}", responder="high")
    numbers = [v for v in values(found) if isinstance(v, float)]
    assert len(numbers) > 10
    assert all(math.isfinite(v) for v in numbers)


def test_findings_are_passed_on() -> None:
    outcome = simulate(hopper(), Plan.parse(["lip_filler=1.0"]))
    found = outcome_json(outcome, version="1")
    assert "glasses" in {q["id"] for q in found["quality"]}
    assert {q["severity"] for q in found["quality"]} <= {"info", "warn", "block"}


def test_a_measured_face_has_the_keys_of_the_contract() -> None:
    found = json.loads(json.dumps(face_json(hopper()), allow_nan=False))
    assert set(found) == {"photo", "quality", "measures", "skin", "tone"}
    assert set(found["photo"]) == PHOTO | {"scale_source"}
    assert found["photo"]["scale_source"] == "iris"
    assert all(set(m) == MEASURE | MORE_READ for m in found["measures"])
    assert [m["id"] for m in found["measures"]] == list(MEASURES)
    assert all(m["sd"] > 0.0 for m in found["measures"])
    assert {row["id"] for row in found["skin"]} == set(SIGNS)
    assert all(set(row) == SKIN_ROW | MORE_READ | MORE_SKIN for row in found["skin"])
    for row in found["skin"]:
        assert (row["severity"] is None) == bool(row["unreadable"])
        assert row["severity"] is None or 0.0 <= row["severity"] < math.inf
        assert row["area_mm2"] >= 0.0
        assert row["count"] is None or row["count"] >= 0
        assert all(math.isfinite(value) for value in row["parts"].values())
    parts = next(row["parts"] for row in found["skin"] if row["id"] == "melasma")
    assert set(parts) == {"area_share", "darkness", "evenness", "mmasi"}
    assert all(row["ita_deg"] is None or -90 < row["ita_deg"] < 90 for row in found["skin"])


def test_a_tone_has_its_interval_and_says_where_it_is_from() -> None:
    tone = face_json(hopper())["tone"]
    assert set(tone) == TONE
    assert tone["low"] < tone["ita_deg"] < tone["high"]
    assert tone["monk_range"][0] <= tone["monk"] <= tone["monk_range"][1]
    assert (tone["source"], tone["phototype"], tone["unreadable"]) == ("photo", None, "")
    said = face_json(hopper(), "V")["tone"]
    assert (said["source"], said["phototype"]) == ("said", "V")


def test_the_catalogue_has_the_keys_of_the_contract() -> None:
    found = json.loads(json.dumps(catalogue_json(list(procedures().values())), allow_nan=False))
    assert [entry["id"] for entry in found] == list(procedures())
    for entry in found:
        assert set(entry) == ENTRY | MORE_ENTRY
        assert all(set(e) == {"claim", "source"} for e in entry["evidence"])
        assert all(set(c) == COEFFICIENT for c in entry["coefficients"])
        assert all(len(e["source"]) > 20 for e in entry["evidence"])  # spelt out, not a key
        assert set(entry["sides"]) <= {"both", "left", "right"}
        assert set(entry["kinds"]) <= {"geometry", "shading", "skin", "recovery"}
        assert 0.0 < entry["step"] <= entry["usual"] <= entry["max"]
