"""What a patient is told beside a picture: time, tone, and what a photo cannot show."""

import re
from dataclasses import replace

import cv2
import numpy as np
import pytest

from face_mesh import Face, Photo
from face_mesh.landmarks.anatomy import point
from face_mesh.skin.working_view import linear
from simulate import Plan, Treatment, procedures, simulate
from simulate.catalogue.time_course import days_since, share_at
from simulate.outcome.warnings import may_be_dark, shown_in_part
from simulate.recovery.reactions import reactions_at
from simulate.shading.relight import to_srgb
from tests.simulate.faces import bare, face_of, lengths, usual
from tests.simulate.test_ears import head


def darkened(face: Face, share: float) -> Face:
    photo = Photo.from_rgb(to_srgb(np.asarray(share * linear(face.photo.image), np.float32)))
    return replace(bare(face), photo=photo, workspace={})


def told(face: Face, plan: Plan, when: str | None = None) -> str:
    return " ".join(simulate(face, plan, when, engine="fake").warnings)


# --- a plan in stages


def staged(week: float) -> Plan:
    return Plan((Treatment("lip_filler", 1.0), Treatment("chin_filler", 2.0, week=week)))


def test_what_is_planned_for_later_is_not_there_yet() -> None:
    face = face_of("collins")
    early = simulate(face, staged(8.0), "4w", reactions="none")
    alone = simulate(bare(face), Plan((Treatment("lip_filler", 1.0),)), "4w", reactions="none")
    assert early.image.tobytes() == alone.image.tobytes()
    assert any("planned for week 8, and not done yet" in said for said in early.warnings)


def test_its_time_counts_from_its_own_week() -> None:
    late = staged(8.0).treatments[1]
    assert days_since(late.week, 7.0 * 9) == 7.0
    assert {one.sign for one, _ in reactions_at(late, 7.0 * 8 + 1, "all")}
    assert not list(reactions_at(late, 7.0 * 8 - 1, "all"))
    face = face_of("collins")
    both = simulate(face, staged(8.0), "9w", reactions="none")
    now = simulate(bare(face), Plan((Treatment("chin_filler", 2.0),)), "1w", reactions="none")
    assert lengths(both.shift_mm_vertices).max() >= 0.99 * lengths(now.shift_mm_vertices).max()


def test_the_settled_result_has_every_stage() -> None:
    face = face_of("collins")
    assert days_since(20.0, None) is None
    assert share_at(procedures()["chin_filler"], -1.0) == 0.0
    settled, at_once = (simulate(bare(face), staged(week)) for week in (8.0, 0.0))
    assert settled.image.tobytes() == at_once.image.tobytes()


# --- tone


def test_brown_and_black_skin_is_told_what_light_does_to_it() -> None:
    """The sample portraits are of light skin; the same one taken down four stops reads as dark."""
    face, dark = face_of("collins"), darkened(face_of("collins"), 0.06)
    assert may_be_dark(dark)
    assert not may_be_dark(face)
    plan = Plan.parse("co2_resurfacing=1")
    assert "if your skin is brown or black" in told(dark, plan)
    assert "if your skin is brown or black" not in told(face, plan)
    assert "if your skin is brown or black" not in told(dark, Plan.parse("lip_filler=1"))


def test_what_a_person_says_of_their_skin_stands_before_what_the_photo_shows() -> None:
    face, dark = face_of("collins"), darkened(face_of("collins"), 0.06)
    plan = Plan.parse("co2_resurfacing=1")
    for phototype, warned in {"I": False, "III": False, "IV": True, "VI": True}.items():
        for one in (face, dark):
            said = simulate(one, plan, engine="fake", phototype=phototype).warnings
            assert ("if your skin is brown or black" in " ".join(said)) == warned, phototype


def test_a_photo_without_colour_cannot_say_that_skin_is_light() -> None:
    assert may_be_dark(without_colour(face_of("collins")))


def test_a_treatment_of_what_cannot_be_read_gives_no_grade_and_says_so() -> None:
    grey = without_colour(face_of("collins"))
    outcome = simulate(grey, Plan.parse("ipl_redness=3"), engine="fake")
    assert "redness" not in {change.measure for change in outcome.changes}
    assert set(outcome.skin.unreadable) == {"redness"}
    said = next(one for one in outcome.warnings if one.startswith("Redness"))
    assert "not readable in this photo" in said
    assert "grey" in said
    assert "redness" in {
        change.measure
        for change in simulate(
            face_of("collins"), Plan.parse("ipl_redness=3"), engine="fake"
        ).changes
    }


def without_colour(face: Face) -> Face:
    """The face on its photo in grey."""
    grey = cv2.cvtColor(face.photo.image, cv2.COLOR_RGB2GRAY)
    image = np.ascontiguousarray(np.repeat(grey[..., None], 3, axis=2))
    return replace(face, photo=Photo.from_rgb(image), workspace={})


# --- what no picture shows


@pytest.mark.parametrize("name", [n for n, e in procedures().items() if e.undrawn])
def test_the_first_weeks_say_what_is_left_out(name: str) -> None:
    entry = procedures()[name]
    plan = Plan((Treatment(name, entry.dose.usual),))
    face = head()[0] if name == "otoplasty" else face_of("hopper")
    assert entry.undrawn in told(face, plan, "3d")
    assert entry.undrawn not in told(face, plan, "6mo")
    assert entry.undrawn not in told(face, plan)


def test_redness_of_the_first_days_is_not_in_the_figures_and_the_page_says_so() -> None:
    said = told(face_of("collins"), Plan.parse("ipl_redness=3"), "0d")
    assert "drawn, not counted" in said
    assert "drawn, not counted" not in told(face_of("collins"), Plan.parse("ipl_redness=3"), "1y")


@pytest.mark.parametrize(
    "name", ["hump_reduction", "tip_projection", "genioplasty", "nonsurgical_rhinoplasty"]
)
def test_what_is_seen_from_the_side_never_goes_without_a_word(face: Face, name: str) -> None:
    entry = procedures()[name]
    assert "it is seen from the side" in told(face, Plan((Treatment(name, entry.dose.usual),)))


def test_no_photo_from_the_front_tells_how_high_a_hump_is() -> None:
    """The mesh has nearly the same hump for everybody: nothing is said of taking too much of it."""
    assert "hollow" not in told(face_of("collins"), Plan.parse("hump_reduction=4"))


def test_a_change_that_is_hard_to_see_is_called_quiet(face: Face) -> None:
    said = told(face, Plan.parse("cheek_filler=0.4"))
    assert "Cheek filler: a quiet change" in said
    assert "quiet" not in told(face, Plan.parse("surgical_brow_lift=4"))


def test_a_lip_that_would_be_left_too_short_is_named() -> None:
    """Of a lip lift, which cuts skin out; filler and a smile shorten it too."""
    face = face_of("hopper")
    mesh = face.mesh_mm.copy()
    nose, red = point("subnasale"), point("labrale_superius")
    mesh[nose, 1] = mesh[red, 1] + 11.0
    short = replace(face, mesh_mm=mesh, workspace={})
    for plan, named in (("lip_lift=4", True), ("lip_lift=0.5", False), ("lip_filler=2.6", False)):
        assert ("would be left between" in told(short, Plan.parse(plan))) == named
    smiling = replace(short, expression=dict.fromkeys(("mouthSmileLeft", "mouthSmileRight"), 0.8))
    assert "would be left between" not in told(smiling, Plan.parse("lip_lift=4"))


def test_signs_that_are_hardly_there_are_said_in_one_sentence() -> None:
    warnings = simulate(face_of("collins"), Plan.parse("co2_resurfacing=1"), engine="fake").warnings
    assert sum("Hardly any found" in said for said in warnings) <= 1


def test_what_a_photo_cannot_show_is_said_without_geometry() -> None:
    """The strong responder of the largest dose folds the picture."""
    plan = Plan((Treatment("jawline_filler", procedures()["jawline_filler"].dose.max),))
    outcome = simulate(face_of("collins"), plan, responder="high", engine="fake")
    said = shown_in_part(outcome.warnings)
    assert re.fullmatch(r"This plan is shown at \d\d %: a photo cannot show more of it\.", said), (
        outcome.warnings
    )
    assert not shown_in_part(simulate(face_of("collins"), usual("lip_filler")).warnings)
