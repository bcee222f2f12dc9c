"""A short run of the fuzzing of plans, and that a long one would notice what it is for."""

import time

import pytest

from simulate.catalogue import time_course
from simulate.plan import plan_file
from tests.fuzz import plans
from tests.fuzz.plans import KINDS, case, corpus, read, run


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_changed_is_taken_as_it_is(kind: str) -> None:
    for text in corpus(kind):
        if kind != "code" and b"nan" not in text:
            read(kind, text, written=True)


def test_no_change_ends_in_anything_but_a_sentence() -> None:
    found = run(4000, seed=11)
    assert found.count == 4000
    assert found.refused + found.opened == 4000, (found.crashes[:3], found.hangs[:3])
    assert 400 < found.opened < 3000  # neither all mangled nor hardly changed
    assert found.growth_mb < 50.0  # the least that was too much took 384


def test_a_case_depends_on_its_number_alone() -> None:
    assert [case(3, n) for n in range(50)] == [case(3, n) for n in range(50)]
    assert len({case(3, n)[1] for n in range(50)}) > 40


def test_a_crash_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    def careless(data: bytes) -> None:
        raise KeyError("treatments")

    monkeypatch.setattr(plans, "plan_of_file", careless)
    found = run(200, seed=5)
    assert {kind for _, kind, _ in found.crashes} == {"plan", "code"}
    assert found.refused + found.opened + len(found.crashes) == 200


def test_a_conversion_that_overflows_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """As it was before numbers had one door, and the text was looked through."""
    monkeypatch.setattr("face_mesh.untrusted.tables.MOST_WORD", 10_000)
    monkeypatch.setattr("face_mesh.untrusted.tables._MOST", {"text": ("", 10_000)})
    monkeypatch.setattr("simulate.plan.plan.real", float)
    found = run(3000, seed=5)
    assert any("OverflowError" in said for said, _, _ in found.crashes)


def test_a_hang_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    def slow(when: str) -> float:
        time.sleep(0.5)
        return 0.0

    monkeypatch.setattr(plans, "HANG_S", 0.05)
    monkeypatch.setattr(plans, "days_after", slow)
    found = run(20, seed=5)
    assert {kind for _, kind, _ in found.hangs} == {"when"}


def test_a_refusal_that_is_no_sentence_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plan_file, "_NOT_A_PLAN", "no\nplan")
    monkeypatch.setattr(time_course, "LONGEST_DAYS", -1.0)
    assert run(200, seed=5).crashes
