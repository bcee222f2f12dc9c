"""What acts on the muscles of the smile shows in a smile, and lets lips that touch go along."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from face_mesh import Face, measure_face, open_photo
from simulate import Plan, Treatment, procedures, simulate
from simulate.geometry.mesh import GAPE_COUNTS, FaceSurface, topology
from simulate.outcome.smile_check import gum_shown_mm, seen_in
from tests.helpers import FACES, use_photo
from tests.simulate.faces import areas, away_mm, bare, face_of, lengths, mirrored
from tests.simulate.smiles import smile_of

NAME = "gummy_smile_toxin"
PLAN = Plan.parse(f"{NAME}=2.5")


def lowered_mm(face: Face, plan: Plan = PLAN) -> float:
    (change,) = [c for c in simulate(face, plan).changes if c.measure == "upper_lip_height"]
    return change.after - change.before


def said(face: Face) -> str:
    return " ".join(simulate(face, PLAN).warnings)


def test_at_rest_nothing_is_shown_and_the_page_says_why() -> None:
    for face in (smile_of("hopper", 3.0, 0.0), face_of("hopper")):  # no smile, and closed lips
        outcome = simulate(face, PLAN)
        assert outcome.image.tobytes() == face.photo.image.tobytes()
        assert any("use a photo in which you smile" in one for one in outcome.warnings)
        assert lowered_mm(face) == 0.0


def test_a_smile_without_gum_has_nothing_to_treat() -> None:
    face = smile_of("hopper", 0.0)
    outcome = simulate(face, PLAN)
    assert outcome.image.tobytes() == face.photo.image.tobytes()
    assert "hardly any gum" in said(face)
    assert "use a photo in which you smile" not in said(face)


def test_a_photo_too_small_to_tell_gums_from_lips_says_so() -> None:
    large = smile_of("hopper", 3.0)
    small = large.resized(round(0.4 * max(large.photo.image.shape)))
    assert simulate(small, PLAN).image.tobytes() == small.photo.image.tobytes()
    assert "gums cannot be told from lips" in said(small)
    assert "gums cannot be told from lips" not in said(large)


def test_a_smile_shows_more_the_fuller_it_is() -> None:
    found = [lowered_mm(smile_of("hopper", 4.0, score)) for score in (0.0, 0.2, 0.4, 0.8)]
    assert found == sorted(found)
    assert found[-1] > found[1] > 0.0
    assert seen_in(smile_of("hopper", 4.0, 0.8), procedures()[NAME]) == 1.0
    assert seen_in(smile_of("hopper", 4.0, 0.0), procedures()["lip_filler"]) == 1.0


def test_the_usual_dose_lowers_the_lip_by_no_more_than_the_gum() -> None:
    """As long as there is enough of it, by what was published: 3.42 mm."""
    little, much = smile_of("hopper", 2.0), smile_of("hopper", 4.0)
    assert lowered_mm(little) == pytest.approx(gum_shown_mm(little), abs=0.1)
    assert lowered_mm(much) == pytest.approx(3.42, abs=0.1)
    assert "by no more than that" in said(little)
    assert "gum" not in said(much)


@pytest.mark.parametrize("gape_mm", [0.0, 0.5, 8.0])
def test_lips_that_touch_are_one_skin_and_lips_that_gape_are_not(gape_mm: float) -> None:
    mesh = FaceSurface.of(face_of("hopper"))
    upper, lower = topology().lips.T
    apart = mesh.vertices_mm.copy()
    apart[lower] = apart[upper] - (0.0, gape_mm, 0.0)
    middle = int(upper[len(upper) // 2])
    gaping = replace(mesh, vertices_mm=apart)
    away = gaping.distance_mm((middle,), 100.0, "lips")
    around = gaping.distance_mm((middle,), 100.0, "skin")
    opposite = int(lower[len(lower) // 2])
    assert away[opposite] == pytest.approx(min(GAPE_COUNTS * gape_mm, around[opposite]), abs=0.01)


def test_what_meets_lies_on_the_lips_and_mirrors_itself() -> None:
    pairs = {tuple(pair) for pair in topology().lips.tolist()}
    assert {(13, 14), (81, 178), (311, 402)} <= pairs
    mirror = topology().mirror
    assert {(int(mirror[a]), int(mirror[b])) for a, b in pairs} == pairs
    assert len(pairs) == 39


@pytest.mark.shared
def test_the_lower_lip_stays_in_a_smile_with_teeth() -> None:
    if not FACES.is_dir():
        pytest.skip("the shared face photos are not on this machine")
    face = bare(measure_face(open_photo(use_photo(FACES / "london/smiling/094_08.jpg"))))
    moved = np.linalg.norm(simulate(face, PLAN).shift_mm_vertices, axis=1)
    upper, lower = topology().lips.T
    assert moved[upper].max() > 1.5
    assert moved[lower[len(lower) // 2]] < 0.1 * moved[upper].max()


def smiles() -> Face:
    """A sample portrait with a drawn smile that shows gum."""
    return smile_of("collins", 3.0)


def test_a_mirrored_smile_gives_the_mirrored_result() -> None:
    """Within the same room as every other procedure."""
    here, there = (simulate(face, PLAN) for face in (smiles(), mirrored(smiles())))
    back = there.displacement_px[:, ::-1] * np.float32([-1.0, 1.0])
    off_mm = lengths(back - here.displacement_px) / here.face.px_per_mm
    assert off_mm.max() < 0.3
    assert off_mm.mean() < 1e-3 * here.shift_mm.max()
    levels = np.abs(there.image[:, ::-1].astype(int) - here.image)
    assert np.percentile(levels, 99.9) <= 1


def test_no_dose_and_what_lies_outside_stay_to_the_byte() -> None:
    face = smiles()
    none = simulate(face, Plan((Treatment(NAME, 0.0),)), responder="high")
    assert none.image.tobytes() == face.photo.image.tobytes()
    outcome = simulate(face, Plan((Treatment(NAME, 5.0),)), responder="high")
    mask = outcome.change_mask
    assert 0.0 < mask.mean() < 0.5
    assert (outcome.image[~mask] == face.photo.image[~mask]).all()
    assert not outcome.displacement_px[away_mm(face) > 20.0].any()
    assert areas(outcome.displacement_px).min() > 0.0


def test_more_units_lower_the_lip_more() -> None:
    plans = [Plan((Treatment(NAME, units),)) for units in (0.5, 1.5, 2.5, 5.0)]
    moved = [lengths(simulate(smiles(), plan).shift_mm_vertices).max() for plan in plans]
    assert all(b > a - 1e-5 for a, b in pairwise(moved))
    assert moved[1] > moved[0] > 0.0
