"""Figures in plain words."""

from dataclasses import replace

import pytest

from simulate import Change, procedures
from ui import samples, wording

WIDER = Change("mouth_width", "Width of the mouth", "mm", 50.0, 51.24, 50.7, 51.8, True)


def test_a_change_says_how_much_and_its_range() -> None:
    assert wording.change(WIDER) == "+1.2 (+0.7\u00a0to\u00a0+1.8)"


def test_a_loss_has_a_true_minus_and_its_smaller_end_first() -> None:
    narrower = replace(WIDER, after=48.8, expected_low=48.2, expected_high=49.3)
    assert wording.change(narrower) == "−1.2 (−1.8\u00a0to\u00a0−0.7)"


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
