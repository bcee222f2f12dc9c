"""The coarse grid and the bands of the picture: no seams, and faces that leave the photo."""

from dataclasses import replace

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from face_mesh import Face, Photo
from face_mesh.arrays import Field, Points
from face_mesh.cache import Key, Scope, name_of
from face_mesh.landmarks.anatomy import point
from face_mesh.landmarks.pose import Pose
from simulate import procedures, simulate
from simulate.composite import merge
from simulate.geometry import warp
from simulate.geometry.basis import mesh_basis
from simulate.geometry.cover_taper import HAIR_TAPER_MM, hair_mask
from simulate.geometry.displacement import parts_of
from simulate.geometry.grid import FADE_MM, NODE_MM, QUIET_PX, Grid
from simulate.geometry.mesh import FaceSurface
from simulate.geometry.warp import BAND_NODES, dense_bands, warp_bands
from simulate.outcome import brow_room, pipeline
from simulate.shading.light import Light, fit_light
from tests.simulate.faces import SHAPED, face_of, lengths, run, usual

pytestmark = pytest.mark.usefixtures("no_skin")
SHOWN = [name for name in SHAPED if name != "otoplasty"]  # her ears do not stand out


def node_centres(grid: Grid) -> Points:
    """(rows, columns, 2) photo px of the nodes."""
    rows, columns = grid.shape
    xy = np.dstack(np.meshgrid(np.arange(columns), np.arange(rows))) * grid.node_px
    return xy + grid.origin_px + (grid.node_px - 1) / 2


def cropped(face: Face, left: int, top: int, right: int, bottom: int) -> Face:
    """The face on a window of its photo, which may cut it; nothing is measured again."""
    photo = Photo.from_rgb(face.photo.image[top:bottom, left:right])
    by = np.array([left, top, 0.0])
    pose = Pose(face.pose.rotation, face.pose.origin_px - by, face.px_per_mm)
    points = face.landmarks_px - by
    return replace(face, photo=photo, landmarks_px=points, pose=pose, workspace={})


def dense(grid: Grid, coarse: Field) -> Field:
    """The field of the whole grid at once: what the bands must equal."""
    size = (grid.shape[1] * grid.node_px, grid.shape[0] * grid.node_px)
    return np.asarray(cv2.resize(coarse, size, interpolation=cv2.INTER_CUBIC), np.float32)


# --- the grid


def test_the_grid_covers_the_face_and_what_moves_around_it(face: Face) -> None:
    grid = Grid.of(face)
    assert grid.node_px == pytest.approx(NODE_MM * face.px_per_mm, abs=0.5 + 1e-9)
    points = face.pose.to_photo(FaceSurface.of(face).vertices_mm)[:, :2]
    centres = node_centres(grid)
    room = FADE_MM * face.px_per_mm
    assert (points.min(axis=0) - centres[0, 0] > room).all()
    assert (centres[-1, -1] - points.max(axis=0) > room).all()


def test_a_uniform_shift_is_uniform_on_the_face_and_fades_outside(face: Face) -> None:
    grid = Grid.of(face)
    one_mm = np.tile((1.0, 0.0, 0.0), (len(FaceSurface.of(face).vertices_mm), 1))
    field = grid.place(face, one_mm)
    expected = face.pose.shift_px(one_mm[:1])[0]
    away = distances(face, grid)
    assert np.allclose(field[(away == 0.0) & (grid.fade == 1.0)], expected, atol=0.15)
    deep = cv2.erode((grid.fade == 1.0).astype(np.uint8), np.ones((9, 9))) > 0
    assert np.allclose(field[deep], expected, atol=1e-3)
    assert not field[away > FADE_MM + 3.0].any()
    size = lengths(field) / lengths(expected)
    assert size.max() < 1.01
    assert size.min() >= 0.0


def distances(face: Face, grid: Grid) -> Points:
    """(rows, columns) mm of each node outside the outline of the mesh, for a photo without end."""
    points = face.pose.to_photo(FaceSurface.of(face).vertices_mm)[:, :2]
    nodes = (points - grid.origin_px - (grid.node_px - 1) / 2) / grid.node_px
    inside = np.zeros(grid.shape, np.uint8)
    hull = cv2.convexHull(nodes.astype(np.float32))
    cv2.fillConvexPoly(inside, np.round(hull).astype(np.int32), 1)
    away = cv2.distanceTransform(1 - inside, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    return np.asarray(away * grid.node_px / face.px_per_mm, np.float64)


@settings(max_examples=20)
@given(st.sampled_from(SHAPED), st.sampled_from(SHAPED), st.floats(-2.0, 2.0))
def test_the_grid_is_linear_in_the_displacement(one: str, two: str, times: float) -> None:
    face = face_of("collins")
    a, b = (mesh_basis(face, procedures()[name], "both") for name in (one, two))
    grid = Grid.of(face)
    apart = grid.place(face, a) + np.float32(times) * grid.place(face, b)
    assert np.abs(grid.place(face, a + times * b) - apart).max() < 4 * QUIET_PX


def test_a_node_takes_what_is_in_front_of_it(face: Face) -> None:
    """Rows of the interpolation are weights: they add up to 1 on the face and to 0 beside it."""
    grid = Grid.of(face)
    total = np.asarray(grid.interpolate.sum(axis=1)).reshape(grid.shape)
    assert set(np.round(np.unique(total), 9)) == {0.0, 1.0}
    assert grid.interpolate.data.min() > -1e-6
    positions = grid.interpolate @ face.pose.to_photo(FaceSurface.of(face).vertices_mm)[:, :2]
    on_face = total.ravel() > 0.5
    assert np.allclose(positions[on_face], node_centres(grid).reshape(-1, 2)[on_face], atol=1e-6)


@pytest.mark.parametrize("yaw_deg", [-70.0, 70.0])
def test_where_skin_hides_skin_the_front_one_is_followed(yaw_deg: float) -> None:
    """The tip of the nose of a turned head is seen before the far cheek."""
    face, turn = face_of("hopper"), np.deg2rad(yaw_deg)
    about_y = [[np.cos(turn), 0, np.sin(turn)], [0, 1, 0], [-np.sin(turn), 0, np.cos(turn)]]
    pose = Pose(np.array(about_y), face.pose.origin_px, face.px_per_mm)
    grid = Grid.of(replace(face, pose=pose, workspace={}))
    vertices = pose.to_photo(FaceSurface.of(face).vertices_mm)
    side = "left" if yaw_deg < 0 else "right"
    for tip in (point("pronasale"), point(f"cheilion_{side}")):
        x, y = np.round((vertices[tip, :2] - grid.origin_px) / grid.node_px - 0.5).astype(int)
        behind = vertices[:, 2] - vertices[tip, 2]
        beside = lengths(vertices[:, :2] - vertices[tip, :2]) < 2.0 * grid.node_px
        seen = (grid.interpolate @ vertices[:, 2]).reshape(grid.shape)[y, x] - vertices[tip, 2]
        assert behind[beside].max() > 10.0 * face.px_per_mm  # something lies well behind it
        assert seen < 5.0 * face.px_per_mm


# --- bands


@pytest.mark.parametrize("band", [1, 2, 7, BAND_NODES, 1000])
def test_bands_join_without_a_seam(band: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Equal to the whole field enlarged at once, but for the last digit of float32."""
    monkeypatch.setattr(warp, "BAND_NODES", band)
    face = face_of("hopper")
    grid = Grid.of(face)
    outcome = simulate(face, usual(*SHOWN), ignore_rules=True)
    whole = dense(grid, outcome.inverse_field)
    joined = np.zeros_like(whole)
    for start, aside, piece in dense_bands(grid, outcome.inverse_field):
        joined[start : start + len(piece), aside : aside + piece.shape[1]] = piece
    assert np.abs(joined - whole).max() < 1e-4


@pytest.mark.parametrize("band", [3, BAND_NODES])
def test_the_picture_is_that_of_one_remap(
    face: Face, band: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A level or two where a place lies on the edge between two 32nds of a pixel."""
    monkeypatch.setattr(warp, "BAND_NODES", band)
    dark = np.zeros(Grid.of(face).shape, np.float32)
    monkeypatch.setattr(pipeline, "shade_of", lambda *_: dark)  # only what moves
    for layers in ("walls_behind", "parts_before"):  # tests of their own
        monkeypatch.setattr(pipeline, layers, lambda *_: ())
    outcome = simulate(face, usual("lip_filler", "jawline_filler", "surgical_brow_lift"))
    height, width = face.photo.image.shape[:2]
    xy = np.dstack(np.meshgrid(np.arange(width), np.arange(height))).astype(np.float32)
    whole = cv2.remap(
        face.photo.image,
        xy + outcome.displacement_px,
        None,
        cv2.INTER_CUBIC,
        borderMode=cv2.BORDER_REPLICATE,
    )
    off = np.abs(outcome.image.astype(int) - whole)
    assert np.percentile(off, 99.99) <= 1
    assert off.max() <= 12


def test_a_still_field_has_no_bands() -> None:
    grid = Grid.of(face_of("collins"))
    still = np.zeros((*grid.shape, 2), np.float32)
    assert list(dense_bands(grid, still)) == []
    assert list(warp_bands(face_of("collins").photo.image, grid, still)) == []


def test_the_whole_photo_can_be_shifted_by_whole_pixels() -> None:
    """Where all moves by (2, -1) px the picture is the photo from there, to the byte."""
    image = face_of("collins").photo.image
    grid = replace(
        Grid.of(face_of("collins")), origin_px=(0, 0), node_px=4, shape=(128, 128), still=()
    )
    shift = np.full((128, 128, 2), (2.0, -1.0), np.float32)
    out = image.copy()
    for rows, columns, pixels, moved in warp_bands(image, grid, shift):
        assert moved.all()
        merge(out, pixels, moved, rows, columns)
    assert (out[1:, :-2] == image[:-1, 2:]).all()


def test_merging_writes_the_mask_and_nothing_else() -> None:
    draw = np.random.default_rng(0)
    photo = draw.integers(0, 256, (40, 30, 3), dtype=np.uint8)
    changed = draw.integers(0, 256, (10, 12, 3), dtype=np.uint8)
    mask = draw.random((10, 12)) > 0.5
    out = photo.copy()
    merge(out, changed, mask, slice(5, 15), slice(8, 20))
    expected = photo.copy()
    expected[5:15, 8:20][mask] = changed[mask]
    assert (out == expected).all()


# --- faces that leave the photo


@pytest.mark.parametrize("name", SHOWN)
def test_a_face_partly_outside_the_photo_moves_as_in_the_whole(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """But for the pixels that would come from beyond the edge, and brows that are cut there."""
    monkeypatch.setattr(brow_room, "_drawn_out_mm", lambda *_: 30.0)
    face = face_of("hopper")
    low, high = (f(face.landmarks_px[:, :2], axis=0).astype(int) for f in (np.min, np.max))
    left, right = low[0] + (high[0] - low[0]) // 4, high[0] - (high[0] - low[0]) // 8
    top, bottom = low[1] + (high[1] - low[1]) // 10, high[1] - (high[1] - low[1]) // 5
    window = np.s_[top:bottom, left:right]
    inside = cropped(face, left, top, right, bottom)
    # Of fewer pixels it would be read a little otherwise.
    inside.cached(Key(name_of(fit_light), (), Scope.HEAD), lambda: Light.of(face))
    hair = hair_mask(face)[window]
    inside.cached(Key(name_of(hair_mask), (), Scope.SIZE), lambda: hair)
    whole = run(face, name)
    for (key, _), value in face.workspace.items():  # and what is to be treated, too
        if key.scope is Scope.HEAD and key.function.startswith("face_mesh.skin."):
            inside.workspace[key, None] = value
    part = run(inside, name)
    assert part.image.shape == face.photo.image[window].shape
    off_px = np.abs(part.displacement_px - whole.displacement_px[window]).max(axis=2)
    if procedures()[name].under_hair:  # beside the edge it is unknown whether hair goes on beyond
        room = round(HAIR_TAPER_MM * face.px_per_mm)
        off_px = off_px[room:-room, room:-room]
    assert off_px.max() < 1e-4
    assert [c.after for c in part.changes] == pytest.approx([c.after for c in whole.changes])
    rows, columns = np.indices(part.image.shape[:2])
    from_x, from_y = columns + part.displacement_px[..., 0], rows + part.displacement_px[..., 1]
    near = (from_x > 2) & (from_x < columns.max() - 2) & (from_y > 2) & (from_y < rows.max() - 2)
    if procedures()[name].area == "brows":  # cut at the edge, they are read otherwise
        near &= rows > face.landmarks_px[point("nasion"), 1] - top
    off = np.abs(part.image.astype(int) - whole.image[window])[near]
    assert np.percentile(off, 99.9) <= 1
    assert (part.image[~part.change_mask] == face.photo.image[window][~part.change_mask]).all()


def test_a_treatment_outside_the_photo_draws_nothing() -> None:
    face = face_of("hopper")
    eyes = face.pose.origin_px.astype(int)
    above = cropped(face, 0, 0, face.photo.width, eyes[1])
    outcome = run(above, "chin_filler")
    assert (outcome.image == above.photo.image).all()
    assert outcome.changed_fraction == 0.0
    assert any(c.after != c.before for c in outcome.changes)


def test_a_field_in_the_workspace_belongs_to_its_size() -> None:
    face = face_of("hopper")
    small = face.resized(400)
    part = parts_of(procedures()["lip_filler"], "both")[0]
    here, there = part.grid_px(face), part.grid_px(small)
    assert small.workspace is face.workspace
    assert here.shape[:2] == Grid.of(face).shape
    assert there.shape[:2] == Grid.of(small).shape
