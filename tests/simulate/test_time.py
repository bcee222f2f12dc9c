"""Days: every treatment has a clock of its own, and curves are read on the day that was asked."""

import numpy as np
import pytest

from simulate import Plan, Treatment, procedures, simulate
from simulate.catalogue.time_course import share_at
from simulate.recovery.reactions import reactions_at
from tests.simulate.faces import PROCEDURES, bare, face_of


@pytest.mark.parametrize("name", PROCEDURES)
def test_on_its_days_a_course_is_what_the_catalogue_says(name: str) -> None:
    entry = procedures()[name]
    for day, share in zip(entry.course.days, entry.course.share, strict=True):
        assert share_at(entry, day) == pytest.approx(share, abs=1e-9)
    for known in entry.course.published:
        assert share_at(entry, known.day) == pytest.approx(known.value, abs=0.015)  # as written


@pytest.mark.parametrize("name", PROCEDURES)
def test_on_its_days_a_reaction_is_as_strong_as_the_catalogue_says(name: str) -> None:
    entry = procedures()[name]
    usual = Treatment(name, entry.dose.usual)
    for number, one in enumerate(entry.reactions):
        for day, level in zip(one.days, one.level, strict=True):
            found = {entry.reactions.index(r): of for r, of in reactions_at(usual, day, "all")}
            assert found.get(number, 0.0) == pytest.approx(level if level > 0.02 else 0.0, abs=1e-9)


def test_a_treatment_of_a_later_week_is_what_it_would_be_by_itself_that_much_earlier() -> None:
    """What weeks are counted from makes no difference to skin: 14 days after week 2 are 28 days."""
    entry = procedures()["nasal_tip_rotation"]
    late, first = (Plan((Treatment(entry.id, entry.dose.usual, week=w),)) for w in (2.0, None))
    for after, since in (("5w", "3w"), ("21d", "7d"), ("15d", "1d")):
        here, there = (
            simulate(bare(face_of("collins")), plan, when, reactions="all", engine="fake")
            for plan, when in ((late, after), (first, since))
        )
        assert np.allclose(here.shift_mm_vertices, there.shift_mm_vertices, atol=1e-9)
        assert np.abs(here.image.astype(int) - there.image).max() <= 1
    before = simulate(face_of("collins"), late, "13d", reactions="all", engine="fake")
    assert before.image.tobytes() == face_of("collins").photo.image.tobytes()
