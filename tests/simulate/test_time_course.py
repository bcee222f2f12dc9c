"""Time after a treatment."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from face_mesh import PlanError
from simulate import procedures, simulate
from simulate.catalogue.time_course import (
    LONGEST_DAYS,
    days_after,
    share_at,
)
from tests.simulate.faces import PROCEDURES, face_of, usual


@pytest.mark.parametrize(
    ("when", "days"),
    [
        ("0d", 0.0),
        ("10d", 10.0),
        ("2w", 14.0),
        (" 1.5 w ", 10.5),
        ("3mo", 91.3125),
        ("1y", 365.25),
        ("2y", 730.5),
        ("24mo", 730.5),
    ],
)
def test_days(when: str, days: float) -> None:
    assert days_after(when) == pytest.approx(days)


def test_no_time_is_the_settled_result() -> None:
    assert days_after(None) is None
    assert all(share_at(entry, None) == 1.0 for entry in procedures().values())


@pytest.mark.parametrize("when", ["", "3", "mo", "3m", "3months", "-2w", "1e1d", "d3", "nan"])
def test_what_is_no_time_is_answered_with_how_to_write_one(when: str) -> None:
    with pytest.raises(PlanError, match=r"write 10d, 2w, 3mo or 1y\.$"):
        days_after(when)


@pytest.mark.parametrize("when", ["25mo", "3y", "731d", "9" * 400 + "d"])
def test_beyond_the_evidence_is_refused(when: str) -> None:
    with pytest.raises(PlanError, match="24 months"):
        days_after(when)


@pytest.mark.parametrize("name", PROCEDURES)
@given(days=st.floats(0.0, LONGEST_DAYS))
def test_a_share_lies_between_its_neighbours_in_the_catalogue(name: str, days: float) -> None:
    course = procedures()[name].course
    before = max(i for i, day in enumerate(course.days) if day <= days)
    after = min(before + 1, len(course.days) - 1)
    low, high = sorted((course.share[before], course.share[after]))
    assert low <= share_at(procedures()[name], days) <= high


@pytest.mark.parametrize("name", PROCEDURES)
def test_the_course_of_an_entry_starts_on_the_day_and_is_a_share(name: str) -> None:
    course = procedures()[name].course
    assert course.days[0] == 0.0
    assert all(0.0 <= share <= 2.0 for share in course.share)
    assert max(course.share) >= 1.0


def test_the_time_asked_for_is_kept_in_the_outcome() -> None:
    assert simulate(face_of("collins"), usual("lip_filler"), "3mo").conditions.when == "3mo"
    assert simulate(face_of("collins"), usual("lip_filler")).conditions.when is None


def test_a_responder_that_is_none_is_refused() -> None:
    with pytest.raises(PlanError, match="use low, expected or high"):
        simulate(face_of("collins"), usual("lip_filler"), responder="lucky")
