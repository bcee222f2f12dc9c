"""Heads that are turned: what is refused, and the outline against the wall."""

from dataclasses import replace
from functools import cache

import cv2
import numpy as np
import pytest

from benchmarks.turned import SIZE_WH, turned_photo, turned_pose
from face_mesh import Face, Photo, PlanError
from face_mesh.arrays import Bool, Points, Rgb
from face_mesh.landmarks.anatomy import point
from face_mesh.landmarks.scale import Scale
from face_mesh.quality.placement import MAX_YAW_DEG
from simulate import Plan, Treatment, procedures, simulate
from simulate.composite import merge
from simulate.export.turned_view import nearest_values
from simulate.geometry.basis import mesh_basis
from simulate.geometry.grid import Grid
from simulate.geometry.inverse_field import backward, safe_share
from simulate.geometry.jaw_backdrop import sides_of
from simulate.geometry.mesh import FaceSurface, topology
from simulate.geometry.silhouette import WHOLE, outline_patch
from simulate.geometry.warp import warp_bands
from simulate.outcome.view_check import (
    SEEN,
    check_view,
    max_yaw_deg,
    seen_share,
    visible,
)
from tests.simulate.faces import PAIRED, PROCEDURES, bare, face_of

pytestmark = pytest.mark.usefixtures("no_skin")
LINE_PX, LINE, BAND_PX = 20, (50, 60, 90), 8


def turned(yaw_deg: float) -> Face:
    """A sample face as if its head had been turned; its photo is not."""
    pose = replace(face_of("hopper").pose, rotation=turned_pose(yaw_deg).rotation)
    return replace(face_of("hopper"), pose=pose, workspace={})


# --- what is refused


@pytest.mark.parametrize("name", PROCEDURES)
def test_a_procedure_is_shown_up_to_its_turn_and_refused_beyond(name: str) -> None:
    entry = procedures()[name]
    limit_deg, plan = max_yaw_deg(entry), Plan((Treatment(name, entry.dose.usual),))
    for side in (-1.0, 1.0):
        check_view(turned(side * (limit_deg - 0.1)), plan)
        with pytest.raises(PlanError) as refused:
            check_view(turned(side * (limit_deg + 1.0)), plan)
        assert str(refused.value) == (
            f"{entry.name} can be shown up to {limit_deg:g}° of turn, and in this photo the head "
            f"is turned by {limit_deg + 1.0:.0f}°; use a photo from nearer the front, or leave it "
            "out."
        )


def test_no_dose_needs_no_view() -> None:
    check_view(turned(80.0), Plan((Treatment("lip_filler", 0.0),)))


def test_a_photo_is_refused_from_where_no_procedure_can_be_shown() -> None:
    assert max(max_yaw_deg(entry) for entry in procedures().values()) == MAX_YAW_DEG


@pytest.mark.parametrize("yaw_deg", [-11.0, 0.0, 11.0])
def test_from_about_the_front_a_side_seen_edge_on_may_be_treated(yaw_deg: float) -> None:
    """The angle of the jaw is hardly seen of a head that is turned a little away from it."""
    for side in ("left", "right"):
        check_view(turned(yaw_deg), Plan((Treatment("masseter_toxin", 25.0, side),)))


@pytest.mark.parametrize("side", ["left", "right"])
def test_a_side_that_is_turned_away_cannot_be_treated_by_itself(side: str) -> None:
    other = "right" if side == "left" else "left"
    face = turned(40.0 if side == "left" else -40.0)  # who looks left shows the right side
    entry = procedures()["jawline_filler"]
    assert seen_share(face, entry, side) < SEEN < 0.95 < seen_share(face, entry, other)
    with pytest.raises(PlanError, match=rf"on the {side} cannot be shown, because that side is"):
        check_view(face, Plan((Treatment("jawline_filler", 1.0, side),)))
    check_view(face, Plan((Treatment("jawline_filler", 1.0, other),)))


@pytest.mark.parametrize("name", PAIRED)
def test_from_the_front_either_side_is_seen(name: str) -> None:
    for side in ("left", "right"):
        assert seen_share(face_of("hopper"), procedures()[name], side) > SEEN


def test_what_is_seen_of_a_turned_head_is_the_near_side_and_its_profile() -> None:
    face = turned(60.0)
    across, seen = FaceSurface.of(face).vertices_mm[:, 0], visible(face)
    assert seen[across < -20.0].mean() > 0.85
    assert seen[across > 35.0].mean() < 0.1


# --- the outline against the wall


def wall_of_lines() -> Rgb:
    """A wall of upright lines, as large as the photos."""
    wall = np.full((SIZE_WH[1], SIZE_WH[0], 3), (205, 210, 215), np.uint8)
    for x in range(0, SIZE_WH[0], LINE_PX):
        cv2.line(wall, (x, 0), (x, SIZE_WH[1]), LINE, 2)
    return wall


@cache
def lined(yaw_deg: float) -> Face:
    """A sample head before a wall of straight lines, with the true mesh, so that nothing is off."""
    face, pose = face_of("hopper"), turned_pose(yaw_deg)
    photo = Photo.from_rgb(turned_photo(face, pose, wall_of_lines()))
    scale = Scale(pose.px_per_mm, 0.0, "known_length")
    return bare(Face(photo, pose.to_photo(face.mesh_mm), face.mesh_mm, pose, scale, {}))


@cache
def moved(name: str, yaw_deg: float) -> tuple[Points, Rgb, Rgb]:
    """A usual dose on `lined`: (V, 3) mm, the photo only bent, and with its outline moved."""
    face, entry = lined(yaw_deg), procedures()[name]
    grid, photo = Grid.of(face), face.photo.image
    vertices = len(FaceSurface.of(face).vertices_mm)
    shift_mm = entry.effect(entry.dose.usual) * mesh_basis(face, entry, "both")[:vertices]
    forward = grid.place(face, shift_mm)
    shift_mm = shift_mm * (share := safe_share(forward, grid.node_px))
    coarse, image = backward(np.float32(share) * forward, grid.node_px), photo.copy()
    for rows, columns, pixels, changed in warp_bands(photo, grid, coarse):
        merge(image, pixels, changed, rows, columns)
    only_bent = image.copy()
    part = outline_patch(face, photo, only_bent, grid.place(face, shift_mm, WHOLE))
    if part is not None:
        merge(image, part.pixels, part.changed, part.rows, part.columns)
    return shift_mm, only_bent, image


def bend_px(before: Rgb, after: Rgb, x: int, rows: slice) -> float:
    """How far the line at `x` is moved at most, read from where it is dark."""
    window = slice(x - LINE_PX // 2 + 1, x + LINE_PX // 2)
    places = []
    for image in (before, after):
        dark = np.clip(190.0 - image[rows, window, 1].astype(float), 0.0, None)
        at = np.arange(dark.shape[1])
        places.append((dark * at).sum(axis=1) / np.maximum(dark.sum(axis=1), 1.0))
    return float(np.abs(places[1] - places[0]).max())


@pytest.mark.parametrize("yaw_deg", [40.0, -40.0])
def test_lines_of_the_wall_beside_a_chin_stay_straight(yaw_deg: float) -> None:
    """From 2 mm off the new outline on, and from 8 mm, where bending alone moves the nearest."""
    face = lined(yaw_deg)
    shift_mm, only_bent, shown = moved("genioplasty", yaw_deg)
    chin = face.landmarks_px[199].astype(int)
    rows = slice(chin[1] - 30, chin[1] + 10)
    way = 1 if yaw_deg > 0 else -1
    at = face.pose.to_photo(FaceSurface.of(face).vertices_mm + shift_mm)
    edge = way * round(max(way * at[(at[:, 1] >= rows.start) & (at[:, 1] < rows.stop), 0]))
    first = edge + way * round(8.0 * face.px_per_mm)
    lines = [x for x in range(0, SIZE_WH[0], LINE_PX) if 0 <= way * (x - first) < 80]
    assert len(lines) >= 3
    assert max(bend_px(face.photo.image, shown, x, rows) for x in lines) < 0.5
    beside = [x for x in range(0, SIZE_WH[0], LINE_PX) if 8 <= way * (x - edge) < 48]
    assert max(bend_px(face.photo.image, shown, x, rows) for x in beside) < 0.5
    assert max(bend_px(face.photo.image, only_bent, x, rows) for x in beside) > 1.5


def wall_of_checks() -> Rgb:
    """A wall of squares, as large as the photos, with the same upright lines on it."""
    y, x = np.indices((SIZE_WH[1], SIZE_WH[0]))
    pale = ((x // (2 * LINE_PX) + y // (2 * LINE_PX)) % 2 == 0)[..., None]
    return np.where(pale, wall_of_lines(), np.minimum(wall_of_lines() + 15, 235)).astype(np.uint8)


WALLS = {"lines": wall_of_lines, "checks": wall_of_checks}
BARE = (205, 132, 100)  # as his cheeks
CUT_MM = 2.0  # off the outline of the mesh, where `alone` ends


@cache
def alone(yaw_deg: float, wall: str) -> tuple[Face, Bool]:
    """The same face cut out 2 mm off its outline, bare skin along it and wall around; and where."""
    face = lined(yaw_deg)
    at = face.pose.to_photo(FaceSurface.of(face).vertices_mm)[:, :2]
    head = np.zeros((SIZE_WH[1], SIZE_WH[0]), np.uint8)
    for triangle in np.round(at[FaceSurface.of(face).triangles]).astype(np.int32):
        cv2.fillConvexPoly(head, triangle, 1)
    room = 2 * round(CUT_MM * face.px_per_mm) + 1
    head = cv2.dilate(head, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (room, room)))
    deep = cv2.distanceTransform(head, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)[..., None]
    grain = np.random.default_rng(5).integers(-3, 4, (*head.shape, 1))
    skin = np.array(BARE) + grain - np.where(deep < 3.0 * face.px_per_mm, 8, 0)
    image = np.where(deep < 14.0 * face.px_per_mm, skin, face.photo.image)
    image = np.where(deep > 0.0, image, WALLS[wall]())
    one = replace(face, photo=Photo.from_rgb(image.astype(np.uint8)), workspace={})
    return one, head > 0


def bends_px(name: str, yaw_deg: float, wall: str, off_mm: float) -> list[float]:
    """How far lines are moved that lie more than so far beside the skin, at the largest dose."""
    face, head = alone(yaw_deg, wall)
    plan = Plan((Treatment(name, procedures()[name].max_dose("both")),))
    before, after = face.photo.image, simulate(face, plan, engine="fake").image
    off = round(off_mm * face.px_per_mm) + LINE_PX // 2
    top, foot = (round(face.landmarks_px[i, 1]) for i in (point("nasion"), point("menton")))
    bends = []
    for row in range(top, foot - BAND_PX, BAND_PX):
        here = np.flatnonzero(head[row - BAND_PX : row + 2 * BAND_PX].any(axis=0))
        low, high = here.min() - off, here.max() + off
        for x in range(LINE_PX, SIZE_WH[0] - LINE_PX, LINE_PX):
            if low - 60 < x < low or high < x < high + 60:
                bends.append(bend_px(before, after, x, slice(row, row + BAND_PX)))
    return bends


@pytest.mark.parametrize("wall", WALLS)
@pytest.mark.parametrize("yaw_deg", [0.0, 8.0, -14.0])
@pytest.mark.parametrize(
    "name",
    ["masseter_toxin", "jawline_filler", "facelift", "buccal_fat_removal", "chin_filler"],
)
def test_lines_of_the_wall_beside_a_face_stay_straight(
    name: str, yaw_deg: float, wall: str
) -> None:
    """Right up to the skin, from 2 mm off it on, however little the head is turned."""
    bends = bends_px(name, yaw_deg, wall, 2.0)
    assert len(bends) > 20
    assert max(bends) < 1.0


def test_the_wall_beside_bare_skin_alone_is_told_apart() -> None:
    """Single hairs before the wall are not torn: there the bent picture stands."""
    face, head = alone(0.0, "lines")
    plain = face.photo.image.copy()
    plain[~head] = (205, 210, 215)
    bare_jaw = replace(face, photo=Photo.from_rgb(plain), workspace={})
    told = {side.side: float(side.told.mean()) for side in sides_of(bare_jaw)}
    assert min(told["left"], told["right"]) > 0.4
    hairy, middle = plain.copy(), round(face.landmarks_px[1, 0])
    edge = np.argwhere(head & (cv2.erode(head.astype(np.uint8), np.ones((3, 3))) == 0))
    for number, (y, x) in enumerate(edge[::5]):
        end = (int(x + 40 * np.sign(x - middle)), int(y + number % 30))
        cv2.line(hairy, (int(x), int(y)), end, (90, 70, 60), 1, cv2.LINE_AA)
    with_hair = replace(face, photo=Photo.from_rgb(hairy), workspace={})
    assert all(side.told.mean() < 0.1 for side in sides_of(with_hair))


def test_the_outline_of_a_face_from_the_front_is_only_bent() -> None:
    _, only_bent, shown = moved("genioplasty", 8.0)
    assert (shown == only_bent).all()
    assert (shown != lined(8.0).photo.image).any()


@pytest.mark.parametrize(
    ("name", "yaw_deg"),  # from 60 degrees on the bridge of this nose lies against the wall
    [("hump_reduction", 60.0), ("genioplasty", 45.0), ("tip_projection", 60.0)],
)
def test_what_moves_comes_to_lie_where_the_moved_mesh_says(name: str, yaw_deg: float) -> None:
    """Skin that went forward hides wall, skin that went back leaves wall: no second edge."""
    face = lined(yaw_deg)
    shift_mm, _, shown = moved(name, yaw_deg)
    vertices_mm = FaceSurface.of(face).vertices_mm
    triangles = topology().triangles
    heads = [
        nearest_values(face.pose.to_photo(mesh) * (1, 1, -1), triangles, mesh, SIZE_WH[::-1])[1]
        for mesh in (vertices_mm, vertices_mm + shift_mm)
    ]
    for head in heads:
        head[:, : round(face.pose.origin_px[0])] = False  # the profile; behind it lies the shell
    bluish = shown[..., 2] > shown[..., 0].astype(int)  # the wall and its lines are, skin is not
    near, square = [head.astype(np.uint8) for head in heads], np.ones((3, 3), np.uint8)
    gained = (cv2.erode(near[1], square) > 0) & (cv2.dilate(near[0], square) == 0)
    lost = (cv2.erode(near[0], square) > 0) & (cv2.dilate(near[1], square) == 0)
    back = name == "hump_reduction"
    assert (lost if back else gained).sum() > 50
    assert back or bluish[gained].mean() < 0.05
    assert not back or bluish[lost].mean() > 0.95
