"""Times, doses, changes, procedures and plans in words: the same wherever they are read."""

import re
from dataclasses import replace

import numpy as np
import pytest

from face_mesh.errors import PlanError
from face_mesh.skin.signs import SIGNS
from simulate import Change, Plan, Procedure, procedures
from simulate.catalogue.procedure import COUNTED, UNITS, Course, Downtime
from simulate.catalogue.sources import ESTIMATE
from simulate.catalogue.time_course import days_after
from simulate.export.contact_sheet import TIMES
from simulate.geometry.neck_and_ears import PRIOR_MEASURES
from simulate.plan.interactions import book
from simulate.plan.summary import plan_summary
from simulate.wording import procedures as procedure_words
from simulate.wording.changes import (
    difference,
    difference_range,
    figure,
    is_noticeable,
    level,
    measure,
    within_noise,
)
from simulate.wording.doses import amount, dose
from simulate.wording.plans import (
    no_effect,
    plan_words,
    price,
    total,
    treatment_line,
    treatment_words,
)
from simulate.wording.procedures import (
    back_among_people,
    days_off,
    duration_words,
    means,
    onset_words,
    people,
    reaction,
)
from simulate.wording.times import (
    duration,
    moment,
    moment_title,
    oblique,
    running_date,
    span,
)

# --- times


@pytest.mark.parametrize(
    ("days", "text"),
    [
        *((1, "1 day"), (7, "1 week"), (10, "10 days"), (28, "4 weeks"), (84, "3 months")),
        *(
            (59.0, "8 weeks"),
            (59.5, "2 months"),
            (0.2, "1 day"),
            (330, "11 months"),
            (364, "1 year"),
            (730.5, "2 years"),
        ),
    ],
)
def test_times_are_said_as_people_say_them(days: float, text: str) -> None:
    assert duration(days) == text


def test_a_duration_is_the_same_count_and_unit_however_it_stands() -> None:
    for days in np.geomspace(0.5, 800.0, 200).tolist():
        assert duration(days) == oblique(days) == span(days, days)
        assert duration_words(course((0, days), (1.0, 0.0))).endswith(
            f"left after {duration(days)}."
        )


def test_a_duration_is_as_long_as_it_is_said_to_be() -> None:
    units = {"day": 1.0, "week": 7.0, "month": 30.4375, "year": 365.25}
    for days in np.arange(1.0, 800.0, 0.25).tolist():
        count, unit = duration(days).split()
        assert float(count) * units[unit.removesuffix("s")] == pytest.approx(days, 0.21, 0.5)


@pytest.mark.parametrize(
    ("when", "words"),
    [
        *((None, "settled"), ("0d", "right after"), ("0w", "right after"), ("1d", "after 1 day")),
        *(("3d", "after 3 days"), ("45d", "after 45 days"), ("59.5d", "after 59.5 days")),
        *(("1w", "after 1 week"), ("8w", "after 8 weeks"), ("1.5mo", "after 1.5 months")),
        *(("6mo", "after 6 months"), ("1y", "after 1 year"), ("2y", "after 2 years")),
    ],
)
def test_a_moment_is_said_in_the_unit_it_was_asked_in(when: str | None, words: str) -> None:
    assert moment(when) == words
    assert moment_title(when) == words[0].upper() + words[1:]


def test_no_two_pictures_of_the_film_have_the_same_title() -> None:
    assert len({moment_title(when) for when in TIMES}) == len(TIMES)


def test_what_is_no_time_is_refused() -> None:
    with pytest.raises(PlanError, match="is not a time"):
        moment("soon")


@pytest.mark.parametrize(
    ("when", "said"),
    [
        ("0d", "Day 0"),
        ("13d", "Day 13"),
        ("2w", "Week 2"),
        ("4w", "Week 4"),
        ("1mo", "Month 1"),
        ("6mo", "Month 6"),
        ("1y", "Month 12"),
        ("2y", "Month 24"),
    ],
)
def test_the_date_is_said_in_the_unit_people_use(when: str, said: str) -> None:
    assert running_date(days_after(when) or 0.0) == said


@pytest.mark.parametrize(
    ("low", "high", "text"),
    [
        *((0, 0, "none"), (0, 1, "none to 1 day"), (2, 5, "2 to 5 days"), (3, 3, "3 days")),
        *((7, 14, "1 to 2 weeks"), (10, 14, "10 days to 2 weeks")),
    ],
)
def test_days_off_are_said_as_people_say_them(low: float, high: float, text: str) -> None:
    assert days_off(low, high) == text


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
    assert back_among_people(Downtime(low, high, ESTIMATE, "Made up.")) == words


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
    assert people(share) == words


def test_a_sign_in_two_places_is_one_line_with_its_last_day() -> None:
    ones = [one for one in procedures()["cheek_filler"].reactions if one.sign == "bruising"]
    assert len(ones) == 2
    line = reaction("bruising", ones)
    assert line.startswith("Bruising: 30 of 100 people have it; worst after 1 day")
    assert line.endswith("gone after 11 days.")


# --- how long an effect lasts


def course(days: tuple[float, ...], share: tuple[float, ...]) -> Course:
    return Course(days, share, "author's estimate", "Made up.")


@pytest.mark.parametrize(
    ("days", "share", "words"),
    [
        (
            (0, 14, 60, 90, 120),
            (0.0, 1.0, 0.8, 0.35, 0.0),
            "Fullest after 2 weeks; half at about 3 months; nothing left after 4 months.",
        ),
        ((0, 14, 183, 365), (1.0, 1.0, 0.5, 0.2), "Fullest in the first 2 weeks; half at about 6"),
        ((0, 365), (1.0, 0.6), "Fullest at once; 60 % left after 1 year"),
        ((0, 730), (1.0, 1.0), "Lasting, as far as the figures reach (2 years)."),
        ((0, 30, 730), (1.0, 1.0, 0.95), "Lasting, as far as the figures reach (2 years)."),
        ((0, 180, 730), (1.88, 1.0, 1.0), "At first 1.9 times as much; settled after 6 months"),
    ],
)
def test_a_course_in_words(days: tuple[float, ...], share: tuple[float, ...], words: str) -> None:
    assert duration_words(course(days, share)).startswith(words)


@pytest.mark.parametrize("entry", procedures().values(), ids=lambda entry: entry.id)
def test_every_procedure_says_how_it_ends(entry: Procedure) -> None:
    words = duration_words(entry.course)
    assert words.endswith(".")
    assert ("asting, as far as" in words) is (entry.course.share[-1] >= 0.95)


@pytest.mark.parametrize(
    ("days", "share", "swells", "words"),
    [
        ((0, 30), (1, 1), False, "All of it is there at once."),
        ((0, 30), (1, 1), True, "All of it is there at once, though swelling hides it at first."),
        ((0, 8, 14), (0, 1, 1), False, "Half of it is there after 4 days, all of it after 8 days."),
        ((0, 56), (0.6, 1), False, "Seen at once; at its most after 8 weeks."),
    ],
)
def test_when_an_effect_begins_in_words(
    days: tuple[float, ...], share: tuple[float, ...], swells: bool, words: str
) -> None:
    entry = replace(
        procedures()["lip_filler"],
        course=course(days, share),
        reactions=procedures()["lip_filler"].reactions if swells else (),
    )
    assert onset_words(entry) == words


# --- doses and plans


@pytest.mark.parametrize(
    ("value", "unit", "words"),
    [
        *((1.0, "mL", "1 mL"), (0.25, "mL", "0.25 mL"), (25.0, "U", "25 units")),
        *((1.0, "U", "1 unit"), (12.0, "deg", "12°"), (2.6, "mm", "2.6 mm")),
        *((1.0, "sessions", "1 session"), (2.0, "sessions", "2 sessions")),
    ],
)
def test_an_amount_has_no_zero_at_its_end_and_its_unit_in_full(
    value: float, unit: str, words: str
) -> None:
    assert unit in UNITS
    assert amount(value, unit) == words


@pytest.mark.parametrize("entry", procedures().values(), ids=lambda entry: entry.id)
def test_a_dose_is_written_as_exactly_as_it_can_be_set(entry: Procedure) -> None:
    steps = [amount(k * entry.dose.step, entry.dose.unit) for k in (1, 2, 3)]
    assert len(set(steps)) == 3
    assert float(re.match(r"[0-9.]+", steps[2])[0]) == pytest.approx(3 * entry.dose.step)


@pytest.mark.parametrize("entry", procedures().values(), ids=lambda entry: entry.id)
def test_a_dose_reads_the_same_by_itself_and_in_every_line_of_a_plan(entry: Procedure) -> None:
    plan = Plan.parse([f"{entry.id}={entry.dose.usual:g}"])
    (ones,) = plan.by_procedure().values()
    words = dose(entry.dose.usual, entry)
    assert treatment_words(ones) == plan_words(plan) == f"{entry.name}: {words}"
    assert treatment_line(ones).startswith(f"{entry.name}: {words}")


@pytest.mark.parametrize(
    ("texts", "said"),
    [
        ([], "No treatment"),
        (["lip_filler=1"], "Lip filler: 1 mL in all"),
        (["lip_filler=0.5:left"], "Lip filler: 0.5 mL on the left side"),
        (["masseter_toxin=25"], "Masseter toxin (jaw slimming): 25 units on each side"),
        (["masseter_toxin=25:right"], "Masseter toxin (jaw slimming): 25 units on the right side"),
        (["chin_filler=2", "lip_flip=4"], "Chin filler: 2 mL in all; Lip flip: 4 units in all"),
        (
            ["cheek_filler=1.6:right", "lip_flip=4", "cheek_filler=0.8:left"],
            "Cheek filler: 0.8 mL on the left side, 1.6 mL on the right; Lip flip: 4 units in all",
        ),
    ],
)
def test_a_plan_in_words(texts: list[str], said: str) -> None:
    assert plan_words(Plan.parse(texts)) == said


def test_a_line_of_a_plan_says_what_a_length_is_of_and_both_sides_at_once() -> None:
    plan = Plan.parse(["neck_lift=12", "cheek_filler=0.8:left", "cheek_filler=1.6:right"])
    assert [treatment_line(ones) for ones in plan.by_procedure().values()] == [
        "Neck lift (surgery): 12° (how much sharper the angle between chin and neck gets).",
        "Cheek filler: 0.8 mL on the left side, 1.6 mL on the right.",
    ]


def test_a_price_has_cents_only_if_there_are_any() -> None:
    plan = Plan(currency="EUR")
    assert price(1200.0, plan) == "1,200\u00a0EUR"
    assert price(99.5, plan) == "99.50\u00a0EUR"
    assert price(1200.0, Plan()) == "1,200"


def test_a_total_says_whose_body_mass_its_label_is_for() -> None:
    filler = next(
        one
        for one in plan_summary(Plan.parse(["lip_filler=1"])).totals
        if one.id == "filler_per_year"
    )
    assert total(filler).endswith("in 1 year at the label's own body weight.")
    assert total(filler, 90.0).endswith("in 1 year at 90 kg of body weight.")


def test_why_nothing_of_a_plan_is_seen() -> None:
    both = Plan.parse(["lip_flip=4", "masseter_toxin=25"])
    assert "Nothing is left" in no_effect(both, "1y")
    assert not no_effect(both, "6mo")  # the lip flip alone is over
    assert not no_effect(both, None)
    early = Plan.parse(["lip_flip=4"])
    assert "not begun" in no_effect(early, "0d")
    assert not no_effect(early, "1w")
    assert "Nothing is left" in no_effect(early, "1y")


@pytest.mark.parametrize("entry", procedures().values(), ids=lambda entry: entry.id)
def test_every_procedure_says_what_it_is_done_with_and_where(entry: Procedure) -> None:
    assert means(entry.id)[0].isupper()
    assert ("Surgery" == means(entry.id)) is ("surgery" in book().means_of(entry.id))
    assert procedure_words.AREAS[entry.area][0].isupper()


# --- changes


WIDER = Change("mouth_width", "Width of the mouth", "mm", 50.0, 51.24, 50.7, 51.8, True)


def test_a_change_says_how_much_and_its_range() -> None:
    assert difference(WIDER) == "+1.2"
    assert difference_range(WIDER) == "+0.7\u00a0to\u00a0+1.8"


def test_a_loss_has_a_true_minus_and_its_smaller_end_first() -> None:
    narrower = replace(WIDER, after=48.8, expected_low=48.2, expected_high=49.3)
    assert difference(narrower) == "−1.2"
    assert difference_range(narrower) == "−1.8\u00a0to\u00a0−0.7"


def test_the_change_is_the_difference_of_the_figures_as_they_are_written() -> None:
    one = replace(WIDER, before=50.04, after=50.16)
    before, after = (figure(value, one.unit) for value in (one.before, one.after))
    assert (before, after, difference(one)) == ("50.0", "50.2", "+0.2")


def test_a_zero_has_no_sign() -> None:
    one = replace(WIDER, expected_low=49.97)
    assert figure(-0.04, "mm") == "0.0"
    assert difference_range(one).startswith("0.0\u00a0to")


def test_depth_is_said_to_be_hardly_visible() -> None:
    assert measure(WIDER) == "Width of the mouth (mm)"
    assert "hardly visible in this photo" in measure(replace(WIDER, in_picture=False))


@pytest.mark.parametrize(
    ("unit", "after", "noticed"),
    [("mm", 50.04, False), ("mm", 50.06, True), ("ratio", 50.004, False), ("ratio", 50.006, True)],
)
def test_a_change_smaller_than_it_is_written_is_not_noticeable(
    unit: str, after: float, noticed: bool
) -> None:
    assert is_noticeable(replace(WIDER, unit=unit, after=after)) is noticed


def test_a_grade_says_what_its_ends_mean_and_lesions_are_counted() -> None:
    lines = replace(WIDER, measure="crows_feet_lines", name="Crow's feet", unit="grade")
    assert measure(lines) == "Crow's feet (grade, 0 none to 3 severe)"
    assert figure(1.26, "grade") == "1.3"
    moles = Change("moles", "Moles", "count", 3.0, 0.3, 0.1, 0.9, True)
    assert measure(moles) == "Moles (number)"
    assert (figure(moles.after, "count"), difference(moles)) == ("0", "−3")
    assert not is_noticeable(replace(moles, after=2.8))


TREATED = sorted({term.sign for entry in procedures().values() for term in entry.skin})


@pytest.mark.parametrize("sign", TREATED)
def test_every_sign_that_is_treated_says_what_its_figures_mean(sign: str) -> None:
    unit = "count" if sign in COUNTED else "grade"
    written = measure(Change(sign, SIGNS[sign].name, unit, 1.0, 0.5, 0.4, 0.6, True))
    assert written.endswith("(number)") or re.search(r"\(grade, 0 \w+ to \d \w+\)$", written)


def test_of_a_usual_neck_only_the_change_is_told() -> None:
    name, spec = next(iter(PRIOR_MEASURES.items()))
    change = replace(WIDER, measure=name, name=spec.name, unit=spec.unit)
    assert (level(change, change.before), level(change, change.after)) == ("–", "–")
    assert difference(change)[0] in "+−"
    assert level(WIDER, WIDER.before) == "50.0"


def test_a_change_within_the_noise_of_two_photos_is_named() -> None:
    tiny = replace(WIDER, measure="nasal_width", name="Width of the nose", before=35.0, after=35.01)
    plain = replace(tiny, after=55.0)
    assert tiny.within_noise
    assert not plain.within_noise
    assert "prove it: Width of the nose." in str(within_noise([tiny, plain]))
    assert within_noise([plain]) is None


def test_of_a_neck_nobody_measures_no_noise_is_known() -> None:
    neck = replace(WIDER, measure=next(iter(PRIOR_MEASURES)))
    assert neck.smallest_change is None
    assert not neck.within_noise
