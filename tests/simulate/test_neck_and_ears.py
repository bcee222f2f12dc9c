"""The neck and the ears beyond the landmark mesh: shape, terms on them, and place on the grid."""

import numpy as np
import pytest

from face_mesh import Face
from face_mesh.arrays import Points
from face_mesh.landmarks.anatomy import curve, point
from face_mesh.skin.neck_view import NeckView, places_of
from simulate import Plan, Treatment, procedures, simulate
from simulate.catalogue.procedure import (
    SURFACES,
    TONES,
    Patch,
    Term,
)
from simulate.catalogue.sources import ESTIMATE
from simulate.geometry import displacement
from simulate.geometry import neck_and_ears as module
from simulate.geometry.basis import mesh_basis
from simulate.geometry.displacement import parts_of, swelling_part
from simulate.geometry.ears import ears_of
from simulate.geometry.grid import SMOOTH_NODES, Grid
from simulate.geometry.mesh import FaceSurface
from simulate.geometry.neck_and_ears import (
    COMES_IN_MM,
    PRIOR_MEASURES,
    PriorSurface,
    cervicomental_angle,
    grid_of,
    prior_measures,
    surface_of,
)
from simulate.geometry.operators import patch_weights, term_field
from tests.simulate.faces import (
    FLIP,
    bare,
    lengths,
    limited,
    mirrored,
    needs_ears,
    own_changes,
    rotating,
    run,
    shifts_beyond_mm,
    surfaces_of,
)

PRIOR_SURFACES = SURFACES[1:]
BEYOND = [name for name in procedures() if set(surfaces_of(name)) - {"face"}]
every_prior_surface = pytest.mark.parametrize("surface", PRIOR_SURFACES)


def term(operator: str, surface: str, centre: str, *hold: str, **more: object) -> Term:
    patch = Patch(centre, 5.0, 20.0, hold, "skin", surface)
    return Term(operator, patch, 1.0, ESTIMATE, "for a test", **more)  # type: ignore[arg-type]


# --- shape


def test_the_entries_beyond_the_face_are_there() -> None:
    assert {"facelift", "neck_lift", "deoxycholic_acid", "otoplasty"} <= set(BEYOND)
    assert {one for name in BEYOND for one in surfaces_of(name)} == set(SURFACES)


def test_there_is_no_other_surface(face: Face) -> None:
    with pytest.raises(ValueError, match="surface must be one of neck, ears, got 'hands'"):
        PriorSurface.of(face, "hands")
    with pytest.raises(KeyError):
        PriorSurface.of(face, "neck").vertices_of("helix", "left")
    assert surface_of(face, "face") is FaceSurface.of(face)
    assert surface_of(face, "neck") is PriorSurface.of(face, "neck")


def test_the_neck_hangs_on_the_jaw(face: Face) -> None:
    neck = PriorSurface.of(face, "neck")
    border = neck.vertices_mm[list(neck.places["jaw_border"])]
    jaw = face.mesh_mm[list(curve("jaw_contour")[1:-1])]
    nearest = lengths(border[:, None] - jaw[None]).min(axis=1)
    assert nearest[[0, len(border) // 2, -1]].max() < 1e-9  # its ends and the chin are landmarks
    assert nearest.max() < 8.0
    # Below the chin it looks down, on the column ahead.
    under = neck.normals[list(neck.places["submental"])]
    assert under[:, 1].max() < -0.8
    foot = neck.normals[list(neck.places["neck_foot"])]
    assert (foot[:, 2] > 0.0).all()
    column = neck.vertices_mm[list(neck.places["neck_foot"])]
    assert (column[:, 1] < border[:, 1] - 30.0).all()


def test_the_ears_stand_beside_the_face(face: Face) -> None:
    ears = PriorSurface.of(face, "ears")
    for side, sign in (("left", 1.0), ("right", -1.0)):
        rim, root = (
            ears.vertices_mm[list(ears.places[f"{n}_{side}"])] for n in ("rim", "ear_root")
        )
        assert (sign * rim[:, 0] > np.abs(face.mesh_mm[point(f"zygion_{side}"), 0])).all()
        assert lengths(root - face.mesh_mm[point(f"tragion_{side}")]).min() < 2.0
        assert rim[:, 1].max() < 22.0  # not above the brow
        assert rim[:, 1].min() > face.mesh_mm[point("menton"), 1]
        assert (sign * ears.normals[list(ears.places[f"rim_{side}"]), 0] > 0.0).all()


@every_prior_surface
def test_an_apron_is_whole(face: Face, surface: str) -> None:
    """Every vertex in a triangle, every triangle with an area, neighbours by whom one gets all."""
    prior = PriorSurface.of(face, surface)
    assert set(prior.triangles.ravel()) == set(range(len(prior.vertices_mm)))
    a, b, c = (prior.vertices_mm[i] for i in prior.triangles.T)
    assert (lengths(np.cross(b - a, c - a)) > 1e-3).all()
    assert np.allclose(lengths(prior.normals), 1.0)
    start = (0,) if surface == "neck" else (0, len(prior.vertices_mm) - 1)  # of either ear
    assert np.isfinite(prior.distance_mm(start, 400.0)).all()
    straight = lengths(prior.vertices_mm - prior.vertices_mm[0])
    if surface == "neck":
        assert (prior.distance_mm((0,), 400.0) > straight - 1e-6).all()


@every_prior_surface
def test_a_mirrored_face_has_the_mirrored_apron(face: Face, surface: str) -> None:
    here, there = PriorSurface.of(face, surface), PriorSurface.of(mirrored(face), surface)
    # Ears are read off the pixels, to half a millimetre.
    within_mm = 1e-6 if surface == "neck" else 1.0
    for name, place in here.places.items():
        stem, _, side = name.rpartition("_")
        other = f"{stem}_{'left' if side == 'right' else 'right'}"
        name = other if side in ("left", "right") else name
        assert bool(there.places[name]) == bool(place)
        if not place:  # of an ear that is not seen
            continue
        found = there.vertices_mm[list(there.places[name])] * FLIP
        off = lengths(found[:, None] - here.vertices_mm[list(place)][None])
        assert off.min(axis=1).max() < within_mm


# --- terms


def test_a_millilitre_under_the_chin_is_one(face: Face) -> None:
    neck = PriorSurface.of(face, "neck")
    unit = term_field(neck, term("remove", "neck", "submental", "jaw_border", midline=True), "both")
    prisms = np.zeros(3)
    for a, b, c in neck.triangles:
        p, q, r = neck.vertices_mm[[a, b, c]]
        prisms[0] += np.cross(q - p, r - p) @ unit[[a, b, c]].mean(axis=0) / 2.0
    assert prisms[0] == pytest.approx(-1000.0, rel=0.03)
    assert unit[:, 1].max() > 0.0  # the skin goes up
    assert not unit[list(neck.places["jaw_border"])].any()


def test_a_held_border_and_all_beyond_the_patch_stay(face: Face) -> None:
    neck = PriorSurface.of(face, "neck")
    one = term("translate", "neck", "neck_crease", "jaw_border", direction=(0.0, 1.0, 0.0))
    weights = patch_weights(neck, one, "left")
    away = neck.distance_mm(neck.places["neck_crease"], 100.0)
    assert not weights[list(neck.places["jaw_border"])].any()
    assert not weights[away > 25.0].any()
    assert weights[list(neck.places["neck_crease"])].min() > 0.9
    assert (weights[(away > 0.0) & (away < 20.0)] < 1.0 + 1e-12).all()


def test_the_angle_is_that_of_the_usual_neck_and_closes_as_the_crease_goes_in(face: Face) -> None:
    neck = PriorSurface.of(face, "neck")
    still = np.zeros_like(neck.vertices_mm)
    assert cervicomental_angle(neck, still) == pytest.approx(121.0, abs=1.5)
    steps = []
    for into_mm in (0.0, 2.0, 4.0):
        moved = still.copy()
        moved[list(neck.places["neck_crease"])] = into_mm * np.array([0.0, 0.8, -0.6])
        steps.append(cervicomental_angle(neck, moved))
    assert steps[0] > steps[1] + 4.0 > steps[2] + 8.0


def test_measures_of_aprons_are_those_that_are_named(face: Face) -> None:
    found: dict[str, float] = {}
    for surface in PRIOR_SURFACES:
        prior = PriorSurface.of(face, surface)
        found |= prior_measures(prior, np.zeros_like(prior.vertices_mm))
    assert set(found) == set(PRIOR_MEASURES)
    for side in ("left", "right"):
        ear, told = ears_of(face).get(side), found[f"ear_protrusion_{side}"]
        if ear is None:
            assert told == pytest.approx(module.RIM_MM, abs=1e-6)
        else:
            assert module.HELIX * ear.protrusion_mm < told <= ear.protrusion_mm
    ears = PriorSurface.of(face, "ears")
    shift = np.zeros_like(ears.vertices_mm)
    shift[list(ears.places["rim_left"]), 0] = -3.0
    after = prior_measures(ears, shift)
    assert after["ear_protrusion_left"] == pytest.approx(found["ear_protrusion_left"] - 3.0)
    assert after["ear_protrusion_right"] == pytest.approx(found["ear_protrusion_right"])


# --- on the grid and in the picture


@every_prior_surface
def test_a_displacement_is_placed_beyond_the_face_only(face: Face, surface: str) -> None:
    prior, grid = PriorSurface.of(face, surface), Grid.of(face)
    up = np.tile((0.0, 1.0, 0.0), (len(prior.vertices_mm), 1))
    field = grid_of(face, surface).place(face, up)
    one = lengths(face.pose.shift_px(up[:1]))[0]
    assert field.shape == (*grid.shape, 2)
    size = lengths(field) / one
    assert 0.9 < size.max() < 1.01
    deep = grid.inside & (np.roll(grid.inside, 4, 0) & np.roll(grid.inside, -4, 0))
    deep &= np.roll(grid.inside, 4, 1) & np.roll(grid.inside, -4, 1)
    assert size[deep].max() < 0.02
    assert not field[[0, -1]].any()  # nothing reaches the edges of the grid
    assert not field[:, [0, -1]].any()


@every_prior_surface
def test_placing_is_linear(face: Face, surface: str) -> None:
    prior = PriorSurface.of(face, surface)
    draw = np.random.default_rng(0)
    a, b = (draw.normal(size=prior.vertices_mm.shape) for _ in range(2))
    grid = grid_of(face, surface)
    apart = grid.place(face, a) + np.float32(2.0) * grid.place(face, b)
    assert np.abs(grid.place(face, a + 2.0 * b) - apart).max() < 0.02


@every_prior_surface
def test_a_value_is_shown_on_the_apron_and_nowhere_else(face: Face, surface: str) -> None:
    prior, grid = PriorSurface.of(face, surface), Grid.of(face)
    shown = grid_of(face, surface).place_values(np.ones(len(prior.vertices_mm)), SMOOTH_NODES)
    assert 0.9 < shown.max() <= 1.0 + 1e-6
    assert shown.min() >= 0.0
    assert shown[grid.inside].max() < 1e-6


@pytest.mark.parametrize("name", BEYOND)
def test_the_face_has_its_terms_and_the_apron_has_its_own(face: Face, name: str) -> None:
    entry = procedures()[name]
    beyond = shifts_beyond_mm(face, entry, "both")
    needs_ears(face, name)
    assert set(beyond) == set(surfaces_of(name)) - {"face"}
    assert all(shift.any() for shift in beyond.values())
    assert mesh_basis(face, entry, "both").any() == ("face" in surfaces_of(name))
    for part in parts_of(entry, "both"):
        tones = {term.operator for term, _, _ in part.terms} <= set(TONES)
        to_find = any(term.reading for term, _, _ in part.terms)
        assert part.grid_px(face).any() != tones or to_find
        assert part.surface_mm(face).shape == surface_of(face, part.surface).vertices_mm.shape
    for one in entry.reactions:
        if one.sign == "swelling":
            swollen = swelling_part(entry, "both", one)
            assert swollen.surface == one.patch.surface
            assert swollen.surface_mm(face).any()


@rotating("name", BEYOND)
def test_the_picture_moves_as_the_apron_does(face: Face, name: str) -> None:
    """Away from the edge of the face, over which the movement comes in: within a fifth.

    Or within a tenth of a px, where there is less to be seen.
    """
    entry = procedures()[name]
    dose = 0.5 * entry.dose.max
    needs_ears(face, name)
    outcome = simulate(face, Plan((Treatment(name, dose),)), engine="fake")
    for surface, unit_mm in shifts_beyond_mm(face, entry, "both").items():
        prior = PriorSurface.of(face, surface)
        shift = face.pose.shift_px(entry.effect(dose) * unit_mm)
        at = face.pose.to_photo(prior.vertices_mm)[:, :2]
        grid = Grid.of(face)
        nodes = np.round(grid.nodes_at(at)).astype(int)
        _, away = module.nearest_inside(grid.inside)
        away_mm = away[nodes[:, 1], nodes[:, 0]] * grid.node_px / face.px_per_mm
        seen = seen_from_front(face, prior) & (away_mm > COMES_IN_MM[surface])
        seen &= grid_of(face, surface).moves[nodes[:, 1], nodes[:, 0]] > 0.99  # no collar
        there = np.round(at + shift).astype(int)
        height, width = face.photo.image.shape[:2]
        seen &= ((there >= 0) & (there < (width, height))).all(axis=1)
        if not seen.any():
            continue
        drawn = -outcome.displacement_px[there[seen, 1], there[seen, 0]]
        face_too = face_field(face, name, dose)[nodes[seen, 1], nodes[seen, 0]]
        off = lengths(drawn - shift[seen] - face_too)
        assert np.percentile(off, 95) < max(0.1, 0.2 * lengths(shift).max())


def seen_from_front(face: Face, prior: PriorSurface) -> Points:
    """(V,) bool, skin that looks at the camera and is followed in full."""
    looks: Points = prior.normals @ face.pose.rotation[2] > 0.5
    return looks


def face_field(face: Face, name: str, dose: float) -> Points:
    """What the terms of the face move on the grid, which goes on a little beyond its edge."""
    entry = procedures()[name]
    total = np.zeros((*Grid.of(face).shape, 2))
    for part in parts_of(entry, "both"):
        if part.surface == "face":
            total += part.share(face, entry.effect(dose)) * part.grid_px(face)
    return total


# --- what is told of it


@pytest.mark.parametrize("name", BEYOND)
def test_what_was_not_measured_is_told_as_a_change_on_a_usual_one(face: Face, name: str) -> None:
    entry = procedures()[name]
    outcome = run(face, name, 0.5)
    for change in outcome.changes:
        if change.measure in PRIOR_MEASURES:
            usual_one = "A photo from the front does not measure this" in change.because
            assert usual_one == (change.unit == "deg")  # of ears it shows how far they stand out
            assert change.in_picture == (change.unit == "mm")
            assert change.expected_low < change.after < change.expected_high
    told = {c.measure for c in outcome.changes}
    assert set(entry.measures) <= told
    assert any(m in PRIOR_MEASURES for m in entry.measures) or "face" in surfaces_of(name)


@pytest.mark.parametrize(
    ("name", "measure", "dose", "expected"),
    [
        ("facelift", "cervicomental_angle", 6.0, -13.0),
        ("neck_lift", "cervicomental_angle", 13.0, -13.0),
        ("submental_liposuction", "cervicomental_angle", 7.0, -7.0),
        ("otoplasty", "ear_protrusion_left", 6.5, -6.5),
    ],
)
def test_a_usual_dose_does_what_was_published(
    face: Face,
    name: str,
    measure: str,
    dose: float,
    expected: float,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """On somebody who has as much to treat as the people of the publication."""
    monkeypatch.setattr(displacement, "extent", lambda face, finding, side: 1.0)
    face = bare(face)
    needs_ears(face, name)
    outcome = simulate(face, Plan((Treatment(name, dose),)), engine="fake")
    if not limited(outcome):
        assert own_changes(outcome)[measure] == pytest.approx(expected, rel=0.08)


@pytest.mark.parametrize(("found", "rises"), [(1.0, 6.0), (0.5, 3.5), (0.0, 1.0)])
def test_a_facelift_lifts_the_jowl_that_there_is(
    face: Face, found: float, rises: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its skin by the dose where it is full; and where there is none the jaw keeps its outline."""
    monkeypatch.setattr(displacement, "extent", lambda face, finding, side: found)
    unit_mm = mesh_basis(bare(face), procedures()["facelift"], "both")
    jowl = 6.0 * unit_mm[list(curve("jowl_fat_left")), 1]
    assert jowl.mean() == pytest.approx(rises, abs=0.7)
    outline = 6.0 * lengths(unit_mm[list(curve("jaw_contour"))])
    assert (outline.max() < 0.01) == (found == 0.0)
    assert outline.max() < 5.5


@pytest.mark.parametrize("found", [0.0, 1.0])
def test_skin_under_a_lifted_jaw_rises_with_it(
    face: Face, found: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Or a mole just below would be drawn to an oval; the middle of the neck stays."""
    monkeypatch.setattr(
        displacement, "extent", lambda face, finding, side: found * finding.startswith("jowl")
    )
    face = bare(face)
    parts = [p for p in parts_of(procedures()["facelift"], "both") if "neck moved" in p.name]
    places = PriorSurface.of(face, "neck").places
    rises = np.sum([part.surface_mm(face)[:, 1] for part in parts], axis=0)
    for side in ("left", "right"):
        assert (rises[list(places[f"under_jaw_{side}"])].mean() > 0.3) == (found == 1.0)
    assert rises[list(places["submental"])].max() < 0.3


def test_the_side_of_a_neck_goes_along_under_a_narrower_jaw(face: Face) -> None:
    """9 mm below its angle, where the face itself moves nothing: or there would be a notch."""
    outcome, view = run(face, "masseter_toxin"), NeckView.of(face)
    across = np.abs(outcome.displacement_px[..., 0])
    shares = []
    for side in ("left", "right"):
        angle = face.landmarks_px[point(f"gonion_{side}"), :2]
        below = angle - face.pose.shift_px(np.array([[0.0, 9.0, 0.0]]))[0]
        column, row = np.round(places_of(face, below)).astype(int)
        beside = slice(column - 4, column + 5)
        if view.skin[row - 2 : row + 3, beside].any() and not view.face[row, beside].any():
            (x, y), (u, v) = np.round([angle, below]).astype(int)
            shares.append(across[v - 2 : v + 3, u - 2 : u + 3].max() / across[y, x])
    assert all(share > 0.4 for share in shares), shares


def test_plans_without_a_neck_say_nothing_of_it(face: Face) -> None:
    told = {c.measure for c in run(face, "lip_filler", 0.5).changes}
    assert not told & set(PRIOR_MEASURES)
