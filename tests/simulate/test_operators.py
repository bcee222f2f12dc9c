"""Each operator on simple cases: what one mL, mm or degree does to a face."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial import cKDTree

from face_mesh import Face
from face_mesh.arrays import Points
from face_mesh.landmarks.anatomy import curve, point
from simulate.catalogue.procedure import TONES, Patch, Term
from simulate.geometry.mesh import FaceSurface, topology
from simulate.geometry.operators import (
    MIDLINE_BLEND_MM,
    OPERATORS,
    landmarks_of,
    patch_weights,
    smooth_step,
    term_field,
)
from simulate.geometry.volume import swept_ml
from tests.simulate.faces import FLIP, SAMPLES, face_of, lengths, mirrored

WIDE = Patch("malar_eminence", core_mm=5.0, falloff_mm=15.0)
NEEDS: dict[str, dict[str, Any]] = {
    "volume": {},
    "remove": {},
    "translate": {"direction": (0.6, 0.0, 0.8)},
    "rotate": {"direction": (0.0, 1.0, 0.0), "pivot": "subnasale"},
    "spread": {"pivot": "zygion"},
    "flatten": {"direction": (0.0, 0.0, 1.0)},
    "relax": {"pull": "cheilion"},
}
every_operator = pytest.mark.parametrize("operator", NEEDS)


def term(operator: str, patch: Patch = WIDE, **changed: Any) -> Term:
    """A term of one unit of dose on a cheek."""
    made = Term(operator, patch, 1.0, "author's estimate", "A test.", **NEEDS[operator])
    return replace(made, **changed)


def mesh_of(name: str = "collins") -> FaceSurface:
    return FaceSurface.of(face_of(name))


def test_every_operator_is_tried() -> None:
    assert set(NEEDS) | set(TONES) == set(OPERATORS)


# --- where: the patch


@given(st.floats(-2.0, 3.0), st.floats(0.0, 0.5))
def test_the_step_rises_smoothly_from_0_to_1(at: float, further: float) -> None:
    low, high = smooth_step(np.array([at, at + further]))
    assert 0.0 <= low <= high + 1e-12 <= 1.0 + 2e-12
    assert smooth_step(np.array([1.0 - at]))[0] == pytest.approx(1.0 - low, abs=1e-9)


def test_a_patch_is_full_at_its_core_and_ends_where_it_says(face: Face) -> None:
    mesh = FaceSurface.of(face)
    away_mm = mesh.distance_mm(mesh.vertices_of("malar_eminence", "left"), 60.0)
    weights = patch_weights(mesh, term("volume"), "left")
    assert (weights[away_mm <= 5.0] == 1.0).all()
    assert (weights[away_mm >= 20.0] == 0.0).all()
    between = (away_mm > 6.0) & (away_mm < 19.0)
    assert ((0.0 < weights[between]) & (weights[between] < 1.0)).all()
    order = np.argsort(away_mm[between])
    assert (np.diff(weights[between][order]) <= 1e-9).all()


def test_a_patch_is_half_full_half_way_down(face: Face) -> None:
    """The step is symmetric, so that where a patch fades is known: a half at half of the falloff.

    And there it falls by 15/8 over the falloff, as the smooth step with two continuous derivatives
    does: what reaches 15 % farther falls by less.
    """
    mesh = FaceSurface.of(face)
    for core, falloff in ((5.0, 15.0), (2.0, 24.0)):
        patch = Patch("malar_eminence", core, falloff)
        weights = patch_weights(mesh, term("volume", patch), "left")
        away = (mesh.distance_mm(mesh.vertices_of("malar_eminence", "left"), 60.0) - core) / falloff
        near = np.abs(away - 0.5) < 0.1
        slope, half = np.polyfit(away[near] - 0.5, weights[near], 1)
        assert near.sum() > 20
        assert half == pytest.approx(0.5, abs=0.01)
        assert slope == pytest.approx(-15.0 / 8.0, rel=0.05)


def test_a_held_curve_does_not_move(face: Face) -> None:
    mesh = FaceSurface.of(face)
    held = replace(WIDE, hold=("lid_cheek_junction",))
    free, kept = (patch_weights(mesh, term("volume", patch), "left") for patch in (WIDE, held))
    assert (kept <= free + 1e-12).all()
    assert not kept[list(landmarks_of("lid_cheek_junction", "left"))].any()
    assert kept[list(landmarks_of("malar_eminence", "left"))].min() > 0.5


@given(st.floats(1.0, 30.0), st.sampled_from(SAMPLES))
@settings(max_examples=8, deadline=None)
def test_a_patch_with_ends_rises_from_them_along_its_curve(ends_mm: float, sample: str) -> None:
    mesh = mesh_of(sample)
    lip = Patch("upper_vermilion_border", core_mm=2.0, falloff_mm=8.0)
    whole, tapered = (
        patch_weights(mesh, term("volume", one, midline=True), "both")
        for one in (lip, replace(lip, ends_mm=ends_mm))
    )
    assert (tapered <= whole + 1e-12).all()
    assert tapered[[61, 291]] == pytest.approx(0.0, abs=1e-6)
    middle = point("labrale_superius")
    if ends_mm < 20.0:  # half of the border is longer
        assert tapered[middle] == pytest.approx(whole[middle])
    row = tapered[[61, 185, 40, 39, 37, middle]]
    assert (np.diff(row) > -1e-9).all()


def test_distance_is_along_the_skin_or_as_seen_from_the_front(face: Face) -> None:
    mesh = FaceSurface.of(face)
    start = mesh.vertices_of("mandibular_angle", "left")
    skin, front = (mesh.distance_mm(start, 300.0, metric) for metric in ("skin", "front"))
    assert (front <= skin + 0.2).all()
    assert front.min() < 0.1
    assert (skin - front).max() > 10.0
    patch = replace(WIDE, metric="front")
    flat = patch_weights(mesh, term("volume", patch), "left")
    assert (flat >= patch_weights(mesh, term("volume"), "left") - 1e-2).all()


def test_the_skin_is_farther_than_the_air(face: Face) -> None:
    """Geodesic: never shorter than the straight line, and no way across the open mouth."""
    mesh = FaceSurface.of(face)
    start = (point("stomion_superius"),)
    straight = lengths(mesh.vertices_mm - mesh.vertices_mm[start[0]])
    along = mesh.distance_mm(start, 500.0)
    assert np.isfinite(along).all()
    assert (along >= straight - 1e-9).all()
    assert along[point("stomion_inferius")] > 20.0


def test_a_side_of_a_midline_patch_is_half_of_it(face: Face) -> None:
    mesh = FaceSurface.of(face)
    lips = term("volume", Patch("upper_vermilion_arch", 2.0, 8.0), midline=True)
    both, left, right = (patch_weights(mesh, lips, side) for side in ("both", "left", "right"))
    assert np.allclose(left + right, both)
    x = mesh.vertices_mm[:, 0]
    assert not left[x <= -MIDLINE_BLEND_MM].any()
    assert (left[x >= MIDLINE_BLEND_MM] == both[x >= MIDLINE_BLEND_MM]).all()


def test_a_name_is_a_midline_one_or_one_of_a_side() -> None:
    assert landmarks_of("menton", "left") == (point("menton"),)
    assert landmarks_of("gonion", "left") == (point("gonion_left"),)
    assert landmarks_of("gonion_right", "left") == (point("gonion_right"),)
    assert len(landmarks_of("ala", "right")) == 4
    with pytest.raises(KeyError):
        landmarks_of("elbow", "left")


# --- what: the operators


@every_operator
def test_nothing_moves_outside_the_patch(face: Face, operator: str) -> None:
    mesh = FaceSurface.of(face)
    weights = patch_weights(mesh, term(operator), "left")
    field = term_field(mesh, term(operator), "left")
    assert field.shape == mesh.vertices_mm.shape
    assert not field[weights == 0.0].any()
    assert field.any()
    assert np.isfinite(field).all()


@every_operator
def test_the_right_side_is_the_left_of_the_mirrored_face(face: Face, operator: str) -> None:
    here = term_field(FaceSurface.of(face), term(operator), "right")
    there = term_field(FaceSurface.of(mirrored(face)), term(operator), "left")
    assert np.allclose(there[topology().mirror] * FLIP, here, atol=1e-6)


def test_volume_goes_out_along_the_skin(face: Face) -> None:
    mesh = FaceSurface.of(face)
    height_mm = lengths(term_field(mesh, term("volume"), "left"))
    assert height_mm @ mesh.areas_mm2 == pytest.approx(1000.0, rel=0.03)  # normals are smoothed
    out = (term_field(mesh, term("volume"), "left") * mesh.normals).sum(axis=1)
    assert np.allclose(out, height_mm)


def test_a_wider_patch_is_lower() -> None:
    narrow, wide = (
        lengths(term_field(mesh_of(), term("volume", Patch("malar_eminence", 3.0, mm)), "left"))
        for mm in (10.0, 25.0)
    )
    assert narrow.max() > 2.0 * wide.max()


def test_removal_is_the_opposite_of_volume() -> None:
    added, taken = (term_field(mesh_of(), term(o), "left") for o in ("volume", "remove"))
    assert (added == -taken).all()


@pytest.mark.parametrize(("side", "sign"), [("left", 1.0), ("right", -1.0)])
def test_translation_is_a_millimetre_in_its_direction(side: str, sign: float) -> None:
    """Written for the left: (3, 0, 4) is out to the side by 0.6 and forward by 0.8."""
    moved = term_field(mesh_of(), term("translate", direction=(3.0, 0.0, 4.0)), side)
    weights = patch_weights(mesh_of(), term("translate"), side)
    assert np.allclose(moved, weights[:, None] * (sign * 0.6, 0.0, 0.8))


def test_rotation_about_x_by_a_degree() -> None:
    """About the patient's left-right axis through the pivot: what is in front goes down or up."""
    turn = term("rotate", Patch("nasal_tip_lobule", 60.0, 1.0), midline=True)
    turn = replace(turn, direction=(-1.0, 0.0, 0.0), pivot="subnasale")
    field, vertices = term_field(mesh_of(), turn, "both"), mesh_of().vertices_mm
    pivot = vertices[point("subnasale")]
    full = patch_weights(mesh_of(), turn, "both") == 1.0
    arm = (vertices - pivot)[full]
    angle = np.deg2rad(1.0)
    assert full.sum() > 1000
    assert np.allclose(field[full], angle * np.column_stack([0 * arm[:, 0], arm[:, 2], -arm[:, 1]]))
    assert not field[point("subnasale")].any()
    assert field[point("pronasale"), 1] > 0.0  # the tip lies ahead of its base, and rises
    assert exactly_turned(arm, angle) == pytest.approx(field[full], abs=0.01 * np.abs(arm).max())


def exactly_turned(arm: Points, angle: float) -> Points:
    c, s = np.cos(angle), np.sin(angle)
    turned: Points = arm @ np.array([[1, 0, 0], [0, c, s], [0, -s, c]]).T - arm
    return turned


def test_spreading_is_a_millimetre_at_the_pivot_and_nothing_on_the_ridge() -> None:
    """The person's own midline; what lies beyond the pivot is carried along, not stretched."""
    wide = term("spread", Patch("nasal_dorsum", 60.0, 1.0), midline=True, pivot="dorsum_edge_left")
    field = term_field(mesh_of(), wide, "both")
    left, right = field[point("dorsum_edge_left"), 0], field[point("dorsum_edge_right"), 0]
    assert not field[:, 1:].any()
    assert left - right == pytest.approx(2.0, abs=0.1)
    assert np.abs(field[list(curve("nasal_dorsum")), 0]).max() < 0.02
    assert 1.0 < np.abs(field).max() < 1.2
    x = mesh_of().vertices_mm[:, 0]
    assert (np.sign(field[np.abs(x) > 5.0, 0]) * x[np.abs(x) > 5.0] >= 0.0).all()
    # A nose 1 mm a side narrower keeps its ridge to a fifth: nothing moves within an eighth of it.
    middle = mesh_of().vertices_mm[list(curve("nasal_dorsum"))]
    at = middle[:, None] + np.array([-0.5, 0.5])[None, :, None] * (1.0, 0.0, 0.0)
    near = cKDTree(mesh_of().vertices_mm).query(at.reshape(-1, 3))[1]
    assert np.abs(field[near, 0]).max() < 0.02


def test_a_volume_with_a_direction_is_the_same_volume_and_goes_nowhere_else() -> None:
    """At the foot of the columella normals look down, and gel there made it hang."""
    patch = Patch("subnasale", 1.5, 9.0)
    plain = term("volume", patch, midline=True)
    ahead = term("volume", patch, midline=True, direction=(0.0, 0.0, 1.0))
    mesh = mesh_of()
    along, forward = (term_field(mesh, one, "both") for one in (plain, ahead))
    assert along[point("subnasale"), 1] < -0.5 * along[point("subnasale"), 2]
    assert not forward[:, :2].any()
    for field in (along, forward):
        assert swept_ml(mesh.vertices_mm, mesh.triangles, 1e-3 * field)[0] == pytest.approx(1e-3)


@pytest.mark.parametrize(("depth_mm", "filled_mm"), [(6.0, 6.0), (0.0, 0.0), (-6.0, 0.0)])
def test_flattening_fills_hollows_up_to_the_line_and_leaves_hills(
    depth_mm: float, filled_mm: float
) -> None:
    """One vertex of a curve pressed in, or pulled out, across the line between its ends."""
    curve, mesh = landmarks_of("tear_trough", "left"), mesh_of()
    vertices = mesh.vertices_mm.copy()
    start, along = vertices[curve[0]], vertices[curve[-1]] - vertices[curve[0]]
    out = np.cross(np.cross(along, (0.0, 0.0, 1.0)), along)
    out /= np.linalg.norm(out)
    vertices[curve[3]] = start + 0.5 * along - depth_mm * out
    flat = term("flatten", Patch("tear_trough", 2.0, 10.0), direction=tuple(out))
    field = term_field(replace(mesh, vertices_mm=vertices), flat, "left")
    assert field[curve[3]] == pytest.approx(filled_mm * out)
    assert (field @ out >= -1e-9).all()


@pytest.mark.parametrize("seed", range(8))
def test_flattening_leaves_the_ends_of_its_line_where_they_are(seed: int) -> None:
    """They lie on the line: of heads that differ by some tenths of a mm none moves there.

    How far along it an end is, is a quotient of two sums of products of some 100 mm², which another
    processor adds up in another order: off by a few units in the last place, 1e-14 mm. Some of such
    heads are not at exactly 0, whichever processor it is. A nanometre is 1e-6 mm.
    """
    curve, mesh = landmarks_of("tear_trough", "left"), mesh_of()
    draw = np.random.default_rng(seed)
    vertices = mesh.vertices_mm + draw.normal(0.0, 0.3, mesh.vertices_mm.shape)
    flat = term("flatten", Patch("tear_trough", 2.0, 10.0))
    field = term_field(replace(mesh, vertices_mm=vertices), flat, "left")
    assert lengths(field).max() > 0.1
    assert lengths(field[[curve[0], curve[-1]]]).max() < 1e-9


def test_relaxing_goes_away_from_where_the_muscle_pulls() -> None:
    lips = term("relax", Patch("upper_vermilion_arch", 3.0, 6.0), midline=True)
    lips = replace(lips, pull="upper_inner_lip")
    field, weights = term_field(mesh_of(), lips, "both"), patch_weights(mesh_of(), lips, "both")
    border = point("labrale_superius")
    assert field[border, 1] > 0.5  # the border rolls up
    assert lengths(field)[border] == pytest.approx(weights[border], abs=1e-6)
    assert (lengths(field) <= weights + 1e-9).all()
    assert lengths(field)[point("stomion_superius")] == pytest.approx(0.0, abs=1e-9)
