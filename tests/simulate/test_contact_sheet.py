"""The film of two years, the range of a result, and the map of where it is unsure."""

from collections.abc import Generator
from typing import TypeVar

import numpy as np
import pytest

from simulate import Conditions, Plan, Treatment, procedures, simulate
from simulate.drawing import MIN_PANEL_PX
from simulate.export.contact_sheet import (
    RANGE,
    ROW,
    TIMES,
    film,
    film_image,
    range_image,
    responders,
)
from simulate.outcome.uncertainty_overlay import overlaid
from tests.simulate.faces import SHAPED, bare, face_of, run

T = TypeVar("T")
PLAN = Plan.parse(["lip_filler=1.0", "cheek_filler=1.6"])
FAKE = Conditions(engine="fake")


def finished(working: Generator[float, None, T]) -> tuple[T, list[float]]:
    shares = []
    while True:
        try:
            shares.append(next(working))
        except StopIteration as end:
            return end.value, shares


def test_a_film_has_every_time_and_ends_as_the_entry_says() -> None:
    face = bare(face_of("collins"))
    outcomes, _ = finished(film(face, PLAN, FAKE))
    assert [one.conditions.when for one in outcomes] == list(TIMES)
    assert all(one.conditions.reactions == "all" for one in outcomes)
    alone = simulate(face, PLAN, "2y", reactions="all", engine="fake")
    assert outcomes[-1].image.tobytes() == alone.image.tobytes()
    sheet = film_image(outcomes)
    assert sheet.dtype == np.uint8
    assert sheet.shape[1] >= ROW * MIN_PANEL_PX


def test_a_film_of_painted_skin_says_how_far_it_is() -> None:
    face = bare(face_of("collins"))
    plan = Plan.parse("crows_feet_toxin=24")
    _, shares = finished(film(face, plan, FAKE, times=("1mo", "3mo")))
    assert shares == sorted(shares)
    assert 0.0 <= shares[0] <= shares[-1] <= 1.0


def test_the_range_goes_from_weak_to_strong() -> None:
    outcomes, _ = finished(responders(bare(face_of("collins")), PLAN, FAKE))
    assert [one.conditions.responder for one in outcomes] == list(RANGE)
    moved = [float(one.shift_mm.max()) for one in outcomes]
    assert moved[0] < moved[1] < moved[2]
    sheet = range_image(outcomes)
    assert sheet.shape[1] >= 5 * MIN_PANEL_PX


@pytest.mark.parametrize("name", SHAPED)
def test_what_moves_is_unsure_and_what_stays_is_sure(name: str) -> None:
    outcome = run(face_of("collins"), name, 0.8)
    unsure = outcome.uncertainty
    assert unsure.shape == outcome.image.shape[:2]
    assert 0.0 <= unsure.min() <= unsure.max() <= 1.0
    assert unsure.max() > 0.0
    if all(term.patch.surface == "face" for term in procedures()[name].terms):
        # On the neck skin may go towards the camera, which no pixel of the picture shows.
        assert unsure[~outcome.change_mask].max() < 0.5 * unsure.max()


def test_a_plan_that_does_nothing_is_sure_of_it() -> None:
    face = face_of("collins")
    outcome = simulate(face, Plan((Treatment("lip_filler", 0.0),)))
    assert not outcome.uncertainty.any()
    assert (overlaid(outcome) == outcome.image).all()


def test_the_map_covers_what_is_unsure_and_nothing_else() -> None:
    outcome = run(face_of("collins"), "genioplasty")
    laid = overlaid(outcome)
    differs = (laid != outcome.image).any(axis=2)
    assert differs.any()
    assert outcome.uncertainty[differs].min() > 0.0
    assert differs[outcome.uncertainty > 0.2].mean() > 0.99


def test_more_of_a_dose_is_less_sure_in_mm() -> None:
    some, more = (run(face_of("collins"), "chin_filler", share) for share in (0.3, 0.9))
    assert more.uncertainty.max() > some.uncertainty.max()


def test_a_thin_evidence_widens_the_range_and_says_why() -> None:
    """Cheek filler rests on a measured volume, lip filler's height on an estimate of ours."""
    thin, measured = procedures()["lip_filler"], procedures()["cheek_filler"]
    assert thin.thin
    assert thin.spread > thin.response.relative_sd
    assert not measured.thin
    assert measured.spread == measured.response.relative_sd
    outcome = run(face_of("collins"), "lip_filler", 0.4)
    own = [c for c in outcome.changes if c.measure in thin.measures]
    assert all("No study gives all of what lip filler moves" in c.because for c in own)
