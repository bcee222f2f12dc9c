"""Light read off a face, and shading put on it: laws on real faces, truths on made ones."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from face_mesh import Face, Photo
from face_mesh.arrays import Points, Rgb
from face_mesh.landmarks.anatomy import curve, point
from face_mesh.skin.working_view import linear
from simulate import Plan, procedures, simulate
from simulate.geometry.displacement import parts_of
from simulate.geometry.grid import Grid
from simulate.geometry.mesh import FaceSurface
from simulate.shading.headroom import headroom, within_headroom
from simulate.shading.light import (
    CHANNEL_LIMITS,
    NORMAL_ROUNDS,
    Light,
    fit_light,
    harmonics,
)
from simulate.shading.relight import GLOSS, relight_pixels, shading_gain, to_srgb
from simulate.shading.shading import (
    LARGEST,
    shade_of,
    shade_unit,
    surface_shade,
)
from tests.face_mesh.faces import kept_of
from tests.face_mesh.skins import uncovered
from tests.simulate.faces import SHAPED, bare, face_of, mirrored, rotating, run, usual

FRONT_LIGHT = np.array([-1.5, 0.0, 0.0, 0.5, 0.0, 0.0, 0.0, 0.0, 0.0])
LEFT_LIGHT = np.array([-1.5, 0.4, 0.0, 0.2, 0.0, 0.0, 0.0, 0.0, 0.0])


def painted(face: Face, coefficients: Points, noise: float = 0.0) -> Face:
    """The same head of one colour, lit as asked: each triangle by the shade of its own skin."""
    grid = Grid.of(face)
    normals = FaceSurface.of(face).smooth_normals(NORMAL_ROUNDS)
    shade = np.exp(harmonics(normals) @ coefficients)
    small = (grid.interpolate @ shade)[grid.nearest].reshape(grid.shape)
    big = np.kron(small, np.ones((grid.node_px, grid.node_px)))
    height, width = face.photo.image.shape[:2]
    whole = np.full((height, width), np.exp(coefficients[0]))
    x, y = grid.origin_px
    rows = slice(max(0, y), min(height, y + big.shape[0]))
    columns = slice(max(0, x), min(width, x + big.shape[1]))
    whole[rows, columns] = big[rows.start - y : rows.stop - y, columns.start - x : columns.stop - x]
    skin = whole[..., None] * np.array([1.2, 1.0, 0.8])
    skin *= 1.0 + noise * np.random.default_rng(1).normal(size=skin.shape)
    photo = Photo.from_rgb(to_srgb(np.asarray(skin, np.float32)))
    return replace(bare(face), photo=photo, workspace=uncovered())


# --- what is read


def test_the_light_of_a_real_face_is_largely_explained(face: Face) -> None:
    """Between 0.5 and 0.85 of the variance here; a light that explained nothing would be no use."""
    light = Light.of(face)
    assert light.explained > 0.4
    assert (light.channels >= CHANNEL_LIMITS[0]).all()
    assert (light.channels <= CHANNEL_LIMITS[1]).all()


@pytest.mark.parametrize("coefficients", [FRONT_LIGHT, LEFT_LIGHT])
def test_a_known_light_is_found(coefficients: Points) -> None:
    """To a fifth: nodes are coarse, the blur eats edges, and the fit is pulled to no light.

    As shade on the normals a face has: which coefficient carries it is not settled by half a globe.
    """
    face = painted(face_of("collins"), coefficients, noise=0.02)
    found, normals = Light.of(face), FaceSurface.of(face).smooth_normals(NORMAL_ROUNDS)
    assert found.explained > 0.9
    ahead = normals[:, 2] > 0.4
    shade, truth = found.shade(normals[ahead]), harmonics(normals[ahead]) @ coefficients
    slope, _ = np.polyfit(truth, shade, 1)
    assert slope == pytest.approx(1.0, abs=0.2)
    assert np.corrcoef(truth, shade)[0, 1] > 0.97


def test_a_face_in_even_light_has_no_shade_to_change() -> None:
    flat = painted(face_of("collins"), np.eye(9)[0] * -1.5)
    assert np.abs(Light.of(flat).coefficients[1:]).max() < 0.02
    outcome = run(flat, "cheek_filler")
    assert np.abs(outcome.shade).max() < 0.01


def test_a_mirrored_face_has_the_mirrored_light(face: Face) -> None:
    here, there = Light.of(face), Light.of(mirrored(face))
    flip = np.array([1, -1, 1, 1, -1, -1, 1, 1, 1])
    assert np.allclose(there.coefficients * flip, here.coefficients, atol=0.02)
    assert np.allclose(there.channels, here.channels, atol=0.02)


# --- what is done with it


def test_light_from_the_left_brightens_the_slope_that_turns_to_it() -> None:
    """A fuller left cheek: its outer slope, towards the light, gains, and its inner one loses."""
    face = painted(face_of("collins"), LEFT_LIGHT)
    (part,) = parts_of(procedures()["cheek_filler"], "left")
    part = replace(part, name="in the middle of the cheek", terms=part.terms[1:])
    shift = part.surface_mm(face)
    shade, mesh = surface_shade(face, "face", shift), FaceSurface.of(face)
    before = mesh.smooth_normals(NORMAL_ROUNDS)
    after = mesh.with_shift(0.2 * shift).smooth_normals(NORMAL_ROUNDS)
    turn = after[:, 0] - before[:, 0]  # towards the patient's left, from where the light comes
    towards, away = turn > 0.5 * turn.max(), turn < 0.5 * turn.min()
    assert shade[towards].mean() > 0.0 > shade[away].mean()
    nodes = Grid.of(face).place_values(np.where(towards, 1.0, 0.0), 0.5) > 0.5
    assert shade_unit(face, part)[nodes].mean() > 0.0


def test_the_same_volume_lit_from_the_other_side_shades_the_other_way() -> None:
    from_left = painted(face_of("collins"), LEFT_LIGHT)
    from_right = painted(face_of("collins"), LEFT_LIGHT * [1, -1, 1, 1, 1, 1, 1, 1, 1])
    (part,) = parts_of(procedures()["cheek_filler"], "left")
    one, other = (
        surface_shade(face, "face", part.surface_mm(face)) for face in (from_left, from_right)
    )
    assert np.corrcoef(one, other)[0, 1] < 0.5


@rotating("name", SHAPED)
def test_shading_stays_within_what_a_mesh_can_vouch_for(face: Face, name: str) -> None:
    outcome = run(face, name, responder="high")
    assert np.abs(outcome.shade).max() <= LARGEST
    assert np.isfinite(outcome.shade).all()


@settings(max_examples=10)
@given(shares=st.lists(st.floats(0.0, 1.0), min_size=2, max_size=4, unique=True).map(sorted))
def test_more_of_a_dose_shades_more(shares: list[float]) -> None:
    face = face_of("collins")
    found = [np.abs(run(face, "chin_filler", share).shade).max() for share in shares]
    assert all(b >= a - 1e-6 for a, b in pairwise(found))


def test_shading_is_computed_once_and_then_weighed(face: Face) -> None:
    (part,) = parts_of(procedures()["cheek_filler"], "both")
    unit = shade_unit(face, part)
    assert shade_unit(face, part) is unit
    little = shade_of(face, [(part, 0.1)])
    seen = np.abs(little) > 0
    assert np.allclose(little[seen], part.share(face, 0.1) * unit[seen], atol=2e-3)


def test_a_hump_that_the_mesh_lacks_is_not_lit_as_a_scoop(face: Face) -> None:
    """The light along the ridge stays; the walls that close its roof are lit as they come in."""
    outcome = run(face, "hump_reduction")
    ridge = face.landmarks_px[list(curve("bony_dorsum")), :2]
    nodes = np.round(Grid.of(face).nodes_at(ridge)).astype(int)
    assert np.abs(outcome.shade[nodes[:, 1], nodes[:, 0]]).max() < 0.05
    assert np.abs(outcome.shade).max() > 0.02


def test_eyes_brows_and_lips_are_not_lit_anew(face: Face) -> None:
    grid = Grid.of(face)
    outcome = simulate(face, usual("cheek_filler", "lip_filler", "chin_filler"))
    at = face.landmarks_px[[159, 145, 386, 374, 12, 13, 14, 15], :2]  # lids and red
    nodes = np.round((at - grid.origin_px) / grid.node_px - 0.5).astype(int)
    assert np.abs(outcome.shade[nodes[:, 1], nodes[:, 0]]).max() < 0.01


# --- pixels


def test_every_byte_survives_the_way_to_light_and_back() -> None:
    every = np.arange(256, dtype=np.uint8).reshape(1, -1, 1).repeat(3, axis=2)
    assert (to_srgb(linear(every)) == every).all()
    assert (relight_pixels(every, np.zeros(every.shape, np.float32), 0.5) == every).all()


COLOURS = st.tuples(*[st.integers(20, 235)] * 3).filter(lambda c: c[0] > c[1] > c[2])


@given(colour=COLOURS, ln=st.floats(-LARGEST, LARGEST))
def test_shading_keeps_the_hue_of_skin(colour: tuple[int, int, int], ln: float) -> None:
    """The three channels of light keep their ratios, but for rounding: no grey and no tint."""
    pixel: Rgb = np.array([[colour]], np.uint8)
    more = np.full((1, 1, 3), np.expm1(ln), np.float32)
    paleness = float(linear(pixel)[0, 0, 2] / linear(pixel)[0, 0, 0])
    out = linear(relight_pixels(pixel, more, paleness))[0, 0]
    wanted = np.minimum(linear(pixel)[0, 0] * np.exp(ln), 1.0)
    step = linear(np.array([[np.add(colour, 1)]], np.uint8))[0, 0] - linear(pixel)[0, 0]
    assert (np.abs(out - wanted) <= 1.5 * step + 1e-4).all()


def test_a_relief_is_shaded_as_steeply_as_it_is() -> None:
    """A smooth hump under light from the front: its shade is that of its true slope.

    Averaged over neighbours as the facets of a face are, a third of it was lost.
    """
    face = painted(face_of("collins"), FRONT_LIGHT)
    mesh, light = FaceSurface.of(face), Light.of(face)
    away = (mesh.vertices_mm - mesh.vertices_mm[point("malar_apex_left")])[:, :2]
    height = np.exp(-0.5 * (away**2).sum(axis=1) / 6.0**2)
    shade = surface_shade(face, "face", height[:, None] * np.array([0.0, 0.0, 1.0]))
    facing = mesh.smooth_normals(NORMAL_ROUNDS)
    slope = -height[:, None] * away / 6.0**2
    ahead = facing[:, 2:] * np.column_stack([-slope * facing[:, 2:], np.zeros(len(height))])
    turned = facing + 1e-3 * (ahead - (ahead * facing).sum(axis=1, keepdims=True) * facing)
    turned /= np.linalg.norm(turned, axis=1, keepdims=True)
    true = (light.shade(turned) - light.shade(facing)) / 1e-3
    near = (height > 0.2) & (facing[:, 2] > 0.6)
    assert np.polyfit(true[near], shade[near], 1)[0] == pytest.approx(1.0, abs=0.15)


def test_shine_follows_the_turn_of_skin() -> None:
    """A highlight on brown skin loses more of its light than the skin, and none under a bruise."""
    skin, highlight = np.array([[[120, 80, 60]], [[240, 232, 228]]], np.uint8)[:, None]
    paleness = float(linear(skin)[0, 0, 2] / linear(skin)[0, 0, 0])
    more = np.full((1, 1, 3), -0.15, np.float32)
    under, turned = (
        linear(relight_pixels(highlight, more, paleness, gloss=gloss)).sum()
        for gloss in (0.0, GLOSS)
    )
    before = linear(highlight).sum()
    assert 0.95 * before < under < before
    assert (1.0 - 0.15 * GLOSS) * before < turned < (1.0 - 0.13 * GLOSS) * before


def test_shine_is_neither_dimmed_nor_blown_up_by_what_lies_in_skin() -> None:
    """A white highlight on brown skin keeps its light; the skin under it changes."""
    pixels: Rgb = np.array([[[120, 80, 60], [240, 232, 228]]], np.uint8)
    paleness = float(linear(pixels)[0, 0, 2] / linear(pixels)[0, 0, 0])
    out = relight_pixels(pixels, np.full((1, 2, 3), -0.15, np.float32), paleness)
    lost = (linear(pixels) - linear(out)).sum(axis=2) / linear(pixels).sum(axis=2)
    assert lost[0, 0] == pytest.approx(0.15, abs=0.02)
    assert lost[0, 1] < 0.05


def test_no_treatment_needs_no_light() -> None:
    face = bare(face_of("collins"))
    simulate(face, Plan())
    assert not kept_of(face, fit_light)
    assert not shading_gain(face, np.zeros(Grid.of(face).shape, np.float32)).any()


@pytest.mark.parametrize("name", ["genioplasty", "chin_filler"])
def test_no_skin_gets_lighter_than_bright_skin_of_the_same_face(name: str) -> None:
    """At the most dose too: a chin that comes forward is not burnt to white."""
    face = face_of("hopper")
    lit = [part for part in parts_of(procedures()[name], "both") if shade_unit(face, part).any()]
    assert lit
    for part in lit:
        assert part.reach == procedures()[name].dose.max
        lighter = part.reach * shade_unit(face, part)
        assert lighter.max() > 0.05
        assert (lighter <= headroom(face) + 1e-5).all()


def test_shade_and_little_light_stay_as_they_are() -> None:
    face = face_of("hopper")
    shade = np.full(Grid.of(face).shape, -0.3, np.float32)
    assert within_headroom(face, shade, 2.0) == pytest.approx(shade)
    assert within_headroom(face, -shade, 0.0) == pytest.approx(-shade)
    faint = np.full_like(shade, 0.001)
    assert within_headroom(face, faint, 1.0) == pytest.approx(faint, rel=0.01)


def test_a_filled_cheek_throws_no_shadow_on_the_lid() -> None:
    """A crescent there would be read as a bag."""
    face = bare(face_of("collins"))
    below = face.landmarks_px[list(curve("lid_cheek_junction_left")), :2]
    columns, rows = np.round(Grid.of(face).nodes_at(below)).astype(int).T
    for part in parts_of(procedures()["cheek_filler"], "both"):
        assert shade_unit(face, part)[rows, columns].min() > -0.002
