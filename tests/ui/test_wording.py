"""Figures in plain words."""

from dataclasses import replace

import pytest

from simulate import Change, procedures
from ui import samples, wording

WIDER = Change("mouth_width", "Width of the mouth", "mm", 50.0, 51.24, 50.7, 51.8, True)


def test_a_change_says_how_much_and_its_range() -> None:
    assert wording.change(WIDER) == "+1.2"
    assert wording.change_range(WIDER) == "+0.7\u00a0to\u00a0+1.8"


def test_a_loss_has_a_true_minus_and_its_smaller_end_first() -> None:
    narrower = replace(WIDER, after=48.8, expected_low=48.2, expected_high=49.3)
    assert wording.change(narrower) == "−1.2"
    assert wording.change_range(narrower) == "−1.8\u00a0to\u00a0−0.7"


def test_the_change_is_the_difference_of_the_figures_as_they_are_written() -> None:
    one = replace(WIDER, before=50.04, after=50.16)
    before, after = (wording.figure(value, one.unit) for value in (one.before, one.after))
    assert (before, after, wording.change(one)) == ("50.0", "50.2", "+0.2")


def test_a_zero_has_no_sign() -> None:
    one = replace(WIDER, expected_low=49.97)
    assert wording.figure(-0.04, "mm") == "0.0"
    assert wording.change_range(one).startswith("0.0\u00a0to")


def test_depth_is_said_to_be_hardly_visible() -> None:
    assert wording.measure(WIDER) == "Width of the mouth (mm)"
    assert "hardly visible from the front" in wording.measure(replace(WIDER, in_picture=False))


@pytest.mark.parametrize(
    ("unit", "after", "noticed"),
    [("mm", 50.04, False), ("mm", 50.06, True), ("ratio", 50.004, False), ("ratio", 50.006, True)],
)
def test_a_change_smaller_than_it_is_written_is_not_noticeable(
    unit: str, after: float, noticed: bool
) -> None:
    assert wording.is_noticeable(replace(WIDER, unit=unit, after=after)) is noticed


@pytest.mark.parametrize("entry", procedures().values(), ids=lambda entry: entry.id)
def test_a_dose_is_written_as_exactly_as_it_can_be_set(entry: object) -> None:
    step = entry.dose.step
    first, second = (wording.dose(k * step, entry) for k in (1, 2))
    assert first != second
    assert float(first.rstrip(" °mLunits")) == pytest.approx(step)


@pytest.mark.parametrize("entry", procedures().values(), ids=lambda entry: entry.id)
def test_the_slider_names_procedure_unit_scope_and_usual_dose(entry: object) -> None:
    label = wording.dose_label(entry)
    assert entry.name in label
    assert wording.SCOPES[entry.dose.scope] in label
    assert wording.dose(entry.dose.usual, entry) in label


@pytest.mark.parametrize("entry", procedures().values(), ids=lambda entry: entry.id)
@pytest.mark.parametrize("side", ["both", "left", "right"])
def test_the_slider_ends_at_a_whole_step_not_beyond_the_most(entry: object, side: str) -> None:
    limit = wording.dose_limit(entry, side)
    assert entry.usual_dose(side) <= limit <= entry.max_dose(side) + 1e-9
    assert limit > entry.max_dose(side) - entry.dose.step
    assert limit / entry.dose.step == pytest.approx(round(limit / entry.dose.step))


def test_an_estimate_is_called_one() -> None:
    assert wording.source("author's estimate") == "our own estimate, not from a study"
    cited = next(iter(procedures().values())).evidence[0].source
    assert len(wording.source(cited)) > len(cited)


def test_both_samples_are_here_and_say_whose_they_are() -> None:
    found = samples.available()
    assert [sample.id for sample in found] == ["grace_hopper", "eileen_collins"]
    for sample in found:
        assert "public domain" in sample.credit
        html = samples.thumbnail_html(sample)
        assert f'alt="Portrait of {sample.name}"' in html
        assert 'src="data:image/jpeg;base64,' in html
