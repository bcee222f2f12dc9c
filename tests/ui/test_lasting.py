"""How long an effect lasts, in words."""

import pytest

from simulate import Plan, procedures
from simulate.catalogue.procedure import Course
from ui.text.duration import (
    beginning,
    is_gone,
    is_to_come,
    lasting,
    time,
)


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
        ((0, 730), (1.0, 1.0), "Lasting."),
        ((0, 30, 730), (1.0, 1.0, 0.95), "Lasting."),
        ((0, 180, 730), (1.88, 1.0, 1.0), "At first 1.9 times as much; settled after 6 months"),
    ],
)
def test_a_course_in_words(days: tuple[float, ...], share: tuple[float, ...], words: str) -> None:
    assert lasting(course(days, share)).startswith(words)


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (1, "1 day"),
        (7, "1 week"),
        (10, "10 days"),
        (14, "2 weeks"),
        (28, "4 weeks"),
        (84, "3 months"),
        (365, "1 year"),
    ],
)
def test_a_time_in_its_usual_unit(days: float, words: str) -> None:
    assert time(days) == words


@pytest.mark.parametrize("entry", procedures().values(), ids=lambda entry: entry.id)
def test_every_procedure_says_how_it_ends(entry: object) -> None:
    words = lasting(entry.course)
    assert words.endswith(".")
    assert ("asting." in words) is (entry.course.share[-1] >= 0.95)


def test_a_plan_is_gone_when_all_of_it_is() -> None:
    both = Plan.parse(["lip_flip=4", "masseter_toxin=25"])
    assert is_gone(both, "1y")
    assert not is_gone(both, "6mo")  # the lip flip alone is over
    assert not is_gone(both, None)


def test_an_effect_that_has_not_begun_is_to_come_and_one_that_is_over_is_not() -> None:
    plan = Plan.parse(["lip_flip=4"])
    assert is_to_come(plan, "0d")
    assert not is_to_come(plan, "1w")
    assert not is_to_come(plan, "1y")
    assert not is_to_come(plan, None)


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
    assert beginning(course(days, share), swells) == words
