"""Terms that change the shade of the neck alone, and terms that act on what is found."""

from dataclasses import replace

import numpy as np
import pytest
from pydantic import TypeAdapter

from face_mesh import Face
from face_mesh.errors import PlanError
from face_mesh.skin.lower_face import band_relief, border_shade
from face_mesh.skin.neck_view import NeckView
from simulate import Plan, Treatment, procedures, simulate
from simulate.catalogue.procedure import FINDINGS as NAMED
from simulate.catalogue.procedure import TONES, Patch, Term
from simulate.catalogue.sources import ESTIMATE
from simulate.geometry import displacement
from simulate.geometry.displacement import Part, parts_of, to_treat
from simulate.geometry.neck_and_ears import neck_values
from simulate.outcome import cover_check
from simulate.outcome.neck_warnings import HARDLY_THERE
from simulate.shading.shading import shade_unit
from simulate.shading.tones import tone_unit
from tests.simulate.faces import bare, face_of, mirrored, run

NECK = ("neck_lift", "submental_liposuction", "deoxycholic_acid", "platysmal_toxin", "facelift")


def tone(operator: str, **more: object) -> Part:
    patch = Patch("neck_crease", 20.0, 20.0, (), "front", "neck")
    term = Term(operator, patch, 1.0, ESTIMATE, "for a test", True, **more)  # type: ignore[arg-type]
    return Part(f"{operator} {more}", ((term, "both", 1.0),), surface="neck")


def test_a_shadow_darkens_skin_of_the_neck_and_nothing_else(face: Face) -> None:
    """Where it lies in the shade of the chin already: elsewhere it would be a trench."""
    shade = tone_unit(face, tone("shadow"))
    lit = neck_values(face, border_shade(face)) == 0.0
    assert not shade[lit].any()
    presence = neck_values(face, NeckView.of(face).presence)
    assert -1.0 <= shade.min() < -0.6
    assert shade.max() <= 1e-6
    assert not shade[presence == 0.0].any()
    assert not tone("shadow").grid_px(face).any()


def test_what_softens_is_the_relief_that_is_there(face: Face) -> None:
    """Adding a unit takes all of it away in the middle of the patch."""
    shade = tone_unit(face, tone("soften_bands"))
    relief = neck_values(face, band_relief(face))
    full = tone_unit(face, tone("shadow")) < -0.99
    assert full.any()
    assert np.abs((relief + shade)[full]).max() < 0.02 * np.abs(relief).max() + 1e-6


def test_the_shade_of_a_treatment_has_its_tones(face: Face) -> None:
    (part,) = [p for p in parts_of(procedures()["neck_lift"], "both") if p.name.endswith("shaded")]
    assert np.allclose(shade_unit(face, part), tone_unit(face, part), atol=1e-6)


def test_a_mirrored_neck_has_the_mirrored_tones() -> None:
    face = face_of("hopper")
    for operator in TONES:
        here, there = (tone_unit(one, tone(operator)) for one in (face, mirrored(face)))
        assert np.abs(there).sum() == pytest.approx(np.abs(here).sum(), rel=0.03)
        left, right = (np.abs(half).sum() for half in np.array_split(here, 2, axis=1))
        other_left, other_right = (np.abs(half).sum() for half in np.array_split(there, 2, axis=1))
        assert other_left / other_right == pytest.approx(right / left, rel=0.1)


@pytest.mark.parametrize("least", [0.0, 0.4])
def test_a_term_acts_by_as_much_as_is_found(least: float, monkeypatch: pytest.MonkeyPatch) -> None:
    face = face_of("collins")
    term = replace(tone("shadow").terms[0][0], reading="jowl", least=least)
    for found in (0.0, 0.3, 1.0):
        monkeypatch.setattr(displacement, "extent", lambda f, name, side, found=found: found)
        assert to_treat(face, term, "left") == pytest.approx(least + (1.0 - least) * found)
    assert to_treat(face, replace(term, reading="", least=0.0), "left") == 1.0


@pytest.mark.parametrize("name", NECK)
def test_little_to_treat_is_little_drawn_and_said(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    moved = []
    for found in (0.0, 1.0):
        for module in ("simulate.geometry.displacement", "simulate.outcome.neck_warnings"):
            monkeypatch.setattr(f"{module}.extent", lambda f, what, side, found=found: found)
        outcome = run(bare(face_of("hopper")), name, 0.7)
        moved.append(
            np.abs(outcome.displacement_px).sum() + 50.0 * float(np.abs(outcome.shade).sum())
        )
        said = [w for w in outcome.warnings if "Hardly any found" in w]
        # A neck lift tightens any neck: two fifths of it whatever is found.
        assert bool(said) == (found < HARDLY_THERE and name != "neck_lift")
    assert moved[0] < 0.75 * moved[1]


def test_the_findings_of_the_catalogue_are_those_that_are_read() -> None:
    from face_mesh.skin.lower_face import FINDINGS

    assert set(NAMED) == set(FINDINGS)


@pytest.mark.parametrize("name", [n for n in NECK if n not in ("facelift", "platysmal_toxin")])
def test_a_neck_under_clothes_is_refused(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    face, plan = bare(face_of("collins")), Plan((Treatment(name, procedures()[name].dose.usual),))
    assert not any("cannot be shown" in w for w in simulate(face, plan, engine="fake").warnings)
    monkeypatch.setattr(cover_check, "neck_hidden", lambda face: 0.9)
    with pytest.raises(PlanError, match="something covers"):
        simulate(bare(face), plan, engine="fake")


def test_a_facelift_over_a_scarf_is_shown_on_the_face(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cover_check, "neck_hidden", lambda face: 0.9)
    outcome = run(bare(face_of("hopper")), "facelift", 0.7)
    assert any("a part of the change is not drawn" in w for w in outcome.warnings)


@pytest.mark.parametrize(
    ("name", "found", "said"),
    [
        ("deoxycholic_acid", 0.2, True),
        ("submental_liposuction", 0.2, True),
        ("submental_liposuction", 1.0, False),
    ],
)
def test_what_hardly_shows_from_the_front_is_said(
    name: str, found: float, said: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(displacement, "extent", lambda face, what, side: found)
    warnings = run(bare(face_of("hopper")), name, 0.7).warnings
    assert any("hardly shows in this photo" in w for w in warnings) == said


def test_tones_lie_on_the_neck_only() -> None:
    asked = {
        "operator": "volume",
        "patch": {"centre": "gonion", "core_mm": 1.0, "falloff_mm": 5.0},
        "coefficient": 1.0,
        "source": ESTIMATE,
        "derivation": "For a test.",
    }
    check = TypeAdapter(Term).validate_python
    assert check(asked).least == 0.0
    for operator in TONES:
        with pytest.raises(ValueError, match="acts on the neck only"):
            check(asked | {"operator": operator})
    with pytest.raises(ValueError, match="goes with a reading"):
        check(asked | {"least": 0.5})
    assert check(asked | {"least": 0.5, "reading": "jowl"}).least == 0.5
