"""What treatments of jaw, chin and neck do follows what is found on a face."""

from dataclasses import replace

import numpy as np
import pytest

from face_mesh import Face
from face_mesh.landmarks.anatomy import curve, point
from face_mesh.skin import lower_face
from face_mesh.skin.sign_types import SkinSign
from simulate import Plan, procedures, simulate
from simulate.geometry import displacement
from simulate.geometry.basis import mesh_basis
from simulate.geometry.neck_and_ears import PriorSurface
from tests.face_mesh.faces import collins
from tests.face_mesh.test_neck_view import with_neck
from tests.face_mesh.test_submental_roll import CREASE_MM, border_mm, dark_at
from tests.simulate.faces import SAMPLES, bare, face_of, own_changes

every_sample = pytest.mark.parametrize("sample", SAMPLES)


def rolled() -> Face:
    """A face with a roll under its chin."""
    face = collins()
    mm = border_mm(face)
    return bare(with_neck(face, dark_at(mm, 3.0, 3.0, 0.25) * dark_at(mm, CREASE_MM, 3.0, 0.55)))


def rise_mm(face: Face, name: str) -> float:
    """How far the crease below a roll rises at the usual dose."""
    outcome = simulate(face, Plan.parse(f"{name}={procedures()[name].dose.usual:g}"), engine="fake")
    middle = face.landmarks_px[point("menton"), :2] + (0.0, CREASE_MM * face.px_per_mm)
    x, y = np.round(middle).astype(int)
    room = round(8.0 * face.px_per_mm)  # what lies there now came from below
    return float(outcome.displacement_px[y - room : y, x, 1].max()) / face.px_per_mm


def test_surgery_lifts_a_roll_by_more_than_what_takes_its_fat() -> None:
    face = rolled()
    lift, sucked, dissolved, facelift = (
        rise_mm(face, name)
        for name in ("neck_lift", "submental_liposuction", "deoxycholic_acid", "facelift")
    )
    assert lift > sucked > dissolved > 0.8
    assert lift > facelift > 0.8
    assert lift > 2.5


@every_sample
def test_a_neck_without_a_roll_has_no_crease_to_lift(sample: str) -> None:
    assert PriorSurface.of(face_of(sample), "neck").vertices_of("submental_crease", "both") == ()


def test_stubble_or_a_smile_makes_no_jowl_of_firm_skin(monkeypatch: pytest.MonkeyPatch) -> None:
    deep, monkey = face_of("hopper"), monkeypatch
    found = lower_face.detect(deep, "marionette_fold", "marionette_left")
    monkey.setattr(lower_face, "detect", lambda *_: replace(found, severity=3.0))
    for firm in (0.0, 0.4, 1.0):
        monkey.setattr(lower_face, "_skin_laxity", lambda face, firm=firm: firm)
        assert lower_face.jowl(deep, "left") == pytest.approx(firm)
    assert isinstance(found, SkinSign)


@every_sample
@pytest.mark.parametrize("name", ["hifu_tightening", "rf_tightening"])
def test_firm_skin_is_hardly_tightened(
    sample: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And loose skin most at the jowl, not as a whole."""
    moved = []
    for found in (0.0, 1.0):
        monkeypatch.setattr(displacement, "extent", lambda f, what, side, found=found: found)
        unit = mesh_basis(bare(face_of(sample)), procedures()[name], "both")
        moved.append(np.linalg.norm(unit, axis=1))
    firm, loose = moved
    assert firm.max() < 0.2 * loose.max()
    jowl, chin = (loose[list(curve(name))].mean() for name in ("jowl_fat_left", "menton_border"))
    assert 1.2 < jowl < 2.2
    assert chin < 0.2


@every_sample
def test_a_masseter_thins_most_at_the_angle(sample: str) -> None:
    unit = np.abs(mesh_basis(bare(face_of(sample)), procedures()["masseter_toxin"], "both")[:, 0])
    for side in ("left", "right"):
        angle = unit[point(f"gonion_{side}")]
        assert angle > 0.99 * unit.max()
        assert unit[point(f"tragion_{side}")] < 0.5 * angle


@every_sample
@pytest.mark.parametrize(("name", "least_mm"), [("chin_filler", 0.8), ("genioplasty", 1.0)])
def test_a_chin_gets_longer_by_what_the_dose_gives(sample: str, name: str, least_mm: float) -> None:
    entry = procedures()[name]
    plan = Plan.parse(f"{name}={entry.dose.usual:g}")
    outcome = simulate(bare(face_of(sample)), plan, engine="fake")
    assert least_mm < own_changes(outcome)["lower_face_height"] < 2.0


@every_sample
def test_jawline_filler_makes_an_angle(sample: str) -> None:
    """Out and down at the angle, more than along the body of the jaw."""
    unit = mesh_basis(bare(face_of(sample)), procedures()["jawline_filler"], "both")
    for side, out in (("left", 1.0), ("right", -1.0)):
        angle = unit[point(f"gonion_{side}")]
        assert out * angle[0] > 0.0 > angle[1]
        size = np.linalg.norm(unit, axis=1)
        assert size[point(f"gonion_{side}")] > size[point(f"jowl_{side}")]


def test_a_thin_lip_turns_out_less_red(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its red grows by a share of itself: a lip of half the height gains half as much."""

    def gained(height_mm: float) -> float:
        face = replace(collins(), workspace={})
        measured = {"upper_vermilion_height": height_mm}
        monkeypatch.setattr(lower_face, "measure_points", lambda points: measured)
        (part,) = displacement.parts_of(procedures()["lip_lift"], "both")
        return float(np.abs(part.surface_mm(face)).max())

    assert gained(3.5) == pytest.approx(0.5 * gained(7.0))
    assert gained(9.0) == pytest.approx(gained(7.0))
