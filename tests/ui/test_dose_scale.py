"""The scale of a dose, and where a figure is from."""

import pytest

from simulate import procedures
from simulate.wording.doses import amount
from ui.intake import samples
from ui.planner import dose_scale
from ui.state import plan_book
from ui.text import labels


@pytest.mark.parametrize("entry", procedures().values(), ids=lambda entry: entry.id)
def test_the_slider_names_procedure_unit_scope_and_usual_dose(entry: object) -> None:
    label = dose_scale.dose_label(entry)
    assert entry.name in label
    assert (
        entry.dose.what or {"total": "in all", "per_side": "on each side"}[entry.dose.scope]
    ) in label
    assert bool(entry.dose.what) is (entry.dose.unit in ("mm", "deg"))
    assert amount(entry.dose.usual, entry.dose.unit) in label


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
    label = dose_scale.dose_label(procedures()[name], "both", now)
    assert label.endswith(end)
    assert dose_scale.dose_label(procedures()[name]) in label


@pytest.mark.parametrize("entry", procedures().values(), ids=lambda entry: entry.id)
@pytest.mark.parametrize("side", ["both", "left", "right"])
def test_the_slider_ends_at_a_whole_step_not_beyond_the_most(entry: object, side: str) -> None:
    limit = plan_book.dose_limit(entry, side)
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
