"""Figures in plain words."""

import re
from dataclasses import replace

import pytest

from face_mesh.skin.signs import SIGNS
from simulate import Change, Plan, procedures
from simulate.catalogue.procedure import AREAS
from ui.intake import samples
from ui.text import labels

WIDER = Change("mouth_width", "Width of the mouth", "mm", 50.0, 51.24, 50.7, 51.8, True)


def test_a_change_says_how_much_and_its_range() -> None:
    assert labels.change(WIDER) == "+1.2"
    assert labels.change_range(WIDER) == "+0.7\u00a0to\u00a0+1.8"


def test_a_loss_has_a_true_minus_and_its_smaller_end_first() -> None:
    narrower = replace(WIDER, after=48.8, expected_low=48.2, expected_high=49.3)
    assert labels.change(narrower) == "−1.2"
    assert labels.change_range(narrower) == "−1.8\u00a0to\u00a0−0.7"


def test_the_change_is_the_difference_of_the_figures_as_they_are_written() -> None:
    one = replace(WIDER, before=50.04, after=50.16)
    before, after = (labels.figure(value, one.unit) for value in (one.before, one.after))
    assert (before, after, labels.change(one)) == ("50.0", "50.2", "+0.2")


def test_a_zero_has_no_sign() -> None:
    one = replace(WIDER, expected_low=49.97)
    assert labels.figure(-0.04, "mm") == "0.0"
    assert labels.change_range(one).startswith("0.0\u00a0to")


def test_depth_is_said_to_be_hardly_visible() -> None:
    assert labels.measure(WIDER) == "Width of the mouth (mm)"
    assert "hardly visible in this photo" in labels.measure(replace(WIDER, in_picture=False))


@pytest.mark.parametrize(
    ("unit", "after", "noticed"),
    [("mm", 50.04, False), ("mm", 50.06, True), ("ratio", 50.004, False), ("ratio", 50.006, True)],
)
def test_a_change_smaller_than_it_is_written_is_not_noticeable(
    unit: str, after: float, noticed: bool
) -> None:
    assert labels.is_noticeable(replace(WIDER, unit=unit, after=after)) is noticed


def test_a_grade_says_what_its_ends_mean_and_lesions_are_counted() -> None:
    lines = replace(WIDER, measure="crows_feet_lines", name="Crow's feet", unit="grade")
    assert labels.measure(lines) == "Crow's feet (grade, 0 none to 3 severe)"
    assert labels.figure(1.26, "grade") == "1.3"
    moles = Change("moles", "Moles", "count", 3.0, 0.3, 0.1, 0.9, True)
    assert labels.measure(moles) == "Moles (number)"
    assert (labels.figure(moles.after, "count"), labels.change(moles)) == ("0", "−3")
    assert not labels.is_noticeable(replace(moles, after=2.8))


@pytest.mark.parametrize("sign", list(SIGNS))
def test_every_sign_says_what_its_figures_mean(sign: str) -> None:
    unit = "count" if sign == "moles" else "grade"
    written = labels.measure(Change(sign, SIGNS[sign].name, unit, 1.0, 0.5, 0.4, 0.6, True))
    assert written.endswith("(number)") or re.search(r"\(grade, 0 \w+ to \d \w+\)$", written)


def test_a_line_of_a_plan_says_what_a_length_is_of_and_both_sides_at_once() -> None:
    plan = Plan.parse(["neck_lift=12", "cheek_filler=0.8:left", "cheek_filler=1.6:right"])
    assert labels.plan_lines(plan) == [
        "Neck lift (surgery): 12° (how much sharper the angle between chin and neck gets).",
        "Cheek filler: 0.8 mL on the left side, 1.6 mL on the right.",
    ]


def test_one_session_is_one() -> None:
    entry = procedures()["co2_resurfacing"]
    assert labels.dose(1.0, entry) == "1 session"
    assert labels.dose(2.0, entry) == "2 sessions"


@pytest.mark.parametrize("entry", procedures().values(), ids=lambda entry: entry.id)
def test_a_dose_is_written_as_exactly_as_it_can_be_set(entry: object) -> None:
    step = entry.dose.step
    first, second = (labels.dose(k * step, entry) for k in (1, 2))
    assert first != second
    assert float(first.rstrip(" °mLunitseo")) == pytest.approx(step)


@pytest.mark.parametrize("entry", procedures().values(), ids=lambda entry: entry.id)
def test_the_slider_names_procedure_unit_scope_and_usual_dose(entry: object) -> None:
    label = labels.dose_label(entry)
    assert entry.name in label
    assert (
        entry.dose.what or {"total": "in all", "per_side": "on each side"}[entry.dose.scope]
    ) in label
    assert bool(entry.dose.what) is (entry.dose.unit in ("mm", "deg"))
    assert labels.dose(entry.dose.usual, entry) in label


@pytest.mark.parametrize(
    ("name", "now", "end"),
    [
        ("lip_filler", 2.3, ": 1.15 mL on each side"),
        ("temple_filler", 1.1, ": 2.2 mL in all"),
        ("masseter_toxin", 25.0, ": 50 units in all"),
        ("lip_filler", 0.0, ")"),
        ("alar_base_reduction", 3.0, ")"),
        ("chin_filler", 2.0, ")"),
    ],
)
def test_a_dose_of_two_sides_is_said_for_one_and_for_both(name: str, now: float, end: str) -> None:
    label = labels.dose_label(procedures()[name], "both", now)
    assert label.endswith(end)
    assert labels.dose_label(procedures()[name]) in label


@pytest.mark.parametrize("entry", procedures().values(), ids=lambda entry: entry.id)
@pytest.mark.parametrize("side", ["both", "left", "right"])
def test_the_slider_ends_at_a_whole_step_not_beyond_the_most(entry: object, side: str) -> None:
    limit = labels.dose_limit(entry, side)
    assert entry.usual_dose(side) <= limit <= entry.max_dose(side) + 1e-9
    assert limit > entry.max_dose(side) - entry.dose.step
    assert limit / entry.dose.step == pytest.approx(round(limit / entry.dose.step))


def test_an_estimate_is_called_one() -> None:
    assert labels.source("author's estimate") == "our own estimate, not from a study"
    cited = next(iter(procedures().values())).evidence[0].source
    assert len(labels.source(cited)) > len(cited)


def test_both_samples_are_here_and_say_whose_they_are() -> None:
    found = samples.available()
    assert [sample.id for sample in found] == ["grace_hopper", "eileen_collins"]
    for sample in found:
        assert "public domain" in sample.credit
        html = samples.thumbnail_html(sample)
        assert f'alt="Portrait of {sample.name}"' in html
        assert 'src="data:image/jpeg;base64,' in html


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [
        (0.0, 0.0, "Most people go out again the same day."),
        (0.0, 6.0, "Many people go out again the same day, others after up to 6 days."),
        (7.0, 14.0, "Most people go out again after 1 to 2 weeks."),
        (5.0, 10.0, "Most people go out again after 5 to 10 days."),
        (7.0, 10.0, "Most people go out again after 1 week to 10 days."),
        (7.0, 7.0, "Most people go out again after 1 week."),
    ],
)
def test_days_off_in_words(low: float, high: float, words: str) -> None:
    assert labels.days_off(low, high) == words


@pytest.mark.parametrize(
    ("share", "words"),
    [
        (0.001, "fewer than 1 of 100 people"),
        (0.29, "29 of 100 people"),
        (0.994, "99 of 100 people"),
        (1.0, "everybody"),
    ],
)
def test_how_many_people_a_share_is(share: float, words: str) -> None:
    assert labels.people(share) == words


def test_a_sign_in_two_places_is_one_line_with_its_last_day() -> None:
    ones = [one for one in procedures()["cheek_filler"].reactions if one.sign == "bruising"]
    assert len(ones) == 2
    line = labels.reaction("bruising", ones)
    assert line.startswith("Bruising: 30 of 100 people have it; worst after 1 day")
    assert line.endswith("gone after 11 days.")


@pytest.mark.parametrize("area", AREAS)
def test_every_area_has_a_heading(area: str) -> None:
    assert labels.area(area)[0].isupper()


def test_footnotes_are_told_apart() -> None:
    assert len({labels.footnote(i) for i in range(16)}) == 16
