"""Layers and tables: what is summed from them is what `simulate` makes of the same plan."""

import cv2
import numpy as np
import pytest

from face_mesh import Face, Photo, measure_face
from simulate import Plan, simulate
from simulate.geometry.grid import Grid
from simulate.geometry.inverse_field import backward, safe_share
from simulate.outcome.live_layers import (
    BLOCK_PX,
    COLOURED,
    MOST_ROWS,
    MOVED,
    SKIN,
    WIDTHS,
    Scene,
    Table,
    scene_of,
    slides_lips,
)
from simulate.outcome.outcome import Outcome
from simulate.plan.plan import Treatment
from simulate.recovery.discolouration import density_gain
from simulate.shading.shading import LARGEST
from simulate.skin.blend import blend_parts
from tests.simulate.faces import face_of
from tests.simulate.smiles import smile_of
from tests.ui.photos import portrait

TIMES = (None, "0d", "3d", "2w", "6mo", "2y")
PLANS = {
    "moved": ["lip_filler=1.0", "chin_filler=2.0"],
    "one side": ["masseter_toxin=20:left", "lip_filler=0.6"],
    "painted": ["forehead_toxin=12", "co2_resurfacing=2"],
    "faded and moved": ["ipl_redness=3", "lip_filler=1.5", "facelift=4"],
}


@pytest.fixture(scope="module")
def face() -> Face:
    return measure_face(Photo.from_rgb(np.asarray(portrait())))


def amounts_at(scene: Scene, table: Table, value: float) -> np.ndarray:
    """The amounts a browser sums up: those of now, but for what the table says."""
    found = scene.now.copy()
    for k, column in enumerate(table.columns):
        found[column] = np.interp(value, table.at, table.rows[:, k])
    return found


def composed(scene: Scene, amounts: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Forward field, ln of luminance and density on the grid, of all layers together."""
    forward = np.zeros((*scene.shape, 2), np.float32)
    shade = np.zeros(scene.shape, np.float32)
    density = np.zeros((*scene.shape, 3), np.float32)
    at = 0
    for layer in scene.layers:
        own = amounts[at : at + WIDTHS[layer.kind]]
        at += WIDTHS[layer.kind]
        if layer.kind == SKIN:
            continue
        (top, left), (high, wide) = layer.corner, layer.values.shape[:2]
        window = (slice(top, top + high), slice(left, left + wide))
        if layer.kind == MOVED:
            forward[window] += own[0] * layer.values[..., :2]
            shade[window] += own[0] * layer.values[..., 2]
        else:
            depth = layer.values[..., None]
            density[window] += depth * own[:3] + depth**2 * own[3:]
    return forward, shade, density


def skins(scene: Scene, amounts: np.ndarray) -> list[float]:
    at, found = 0, []
    for layer in scene.layers:
        if layer.kind == SKIN:
            found.append(float(amounts[at]))
        at += WIDTHS[layer.kind]
    return found


def agree(scene: Scene, amounts: np.ndarray, outcome: Outcome) -> None:
    """The amounts make of the layers what the outcome was drawn from."""
    forward, shade, density = composed(scene, amounts)
    share = safe_share(forward, scene.node_px)
    coarse = backward(np.float32(share) * forward, scene.node_px)
    assert np.abs(coarse - outcome.inverse_field).max() < 0.02
    limited = LARGEST * np.tanh(share * shade / LARGEST)
    assert np.abs(limited - outcome.shade).max() < 1e-3
    assert np.abs(density_gain(density) - density_gain(outcome.density)).max() < 1e-4
    drawn = [weight for part, weight in outcome.skin.parts if part.changed.any() and weight > 0]
    blended = [weight for weight in skins(scene, amounts) if weight > 0]
    assert sorted(blended) == pytest.approx(sorted(drawn), abs=1e-5)


def moved_to(plan: Plan, one: Treatment, dose: float) -> Plan:
    return Plan(
        tuple(Treatment(t.procedure, dose if t is one else t.dose, t.side) for t in plan.treatments)
    )


@pytest.mark.parametrize("texts", PLANS.values(), ids=PLANS)
def test_every_dose_is_composed_as_it_is_simulated(face: Face, texts: list[str]) -> None:
    plan = Plan.parse(texts)
    outcome = simulate(face, plan, engine="fake")
    scene = scene_of(outcome)
    agree(scene, scene.now, outcome)
    for table in scene.tables:
        assert table.of is not None
        assert table.of.dose == table.now
        for share in (0.0, 0.35, 1.0):
            dose = table.at[round(share * (len(table.at) - 1))]
            other = simulate(face, moved_to(plan, table.of, dose), engine="fake")
            agree(scene, amounts_at(scene, table, dose), other)


def test_every_time_is_composed_as_it_is_simulated(face: Face) -> None:
    plan = Plan.parse(["lip_filler=1.0", "ipl_redness=3"])
    outcome = simulate(face, plan, "3d", engine="fake", reactions="all")
    scene = scene_of(outcome, TIMES)
    (table,) = (one for one in scene.tables if one.of is None)
    assert table.now == TIMES.index("3d")
    assert {layer.kind for layer in scene.layers} == {MOVED, COLOURED, SKIN}
    for place, when in enumerate(TIMES):
        other = simulate(face, plan, when, engine="fake", reactions="all")
        agree(scene, amounts_at(scene, table, place), other)


def test_an_interaction_reaches_the_other_treatment(face: Face) -> None:
    """Where one dose weakens another's effect, its table says so and nobody has to know why."""
    plan = Plan.parse(["surgical_brow_lift=4", "forehead_toxin=20", "lip_filler=1"])
    outcome = simulate(face, plan, engine="fake")
    scene = scene_of(outcome)
    for table in scene.tables:
        for dose in (table.at[0], table.at[-1]):
            other = simulate(face, moved_to(plan, table.of, dose), engine="fake")
            agree(scene, amounts_at(scene, table, dose), other)


def test_what_a_responder_has_more_of_is_in_the_tables(face: Face) -> None:
    plan = Plan.parse(["lip_filler=1.0"])
    scenes = [
        scene_of(simulate(face, plan, responder=one, engine="fake")) for one in ("low", "high")
    ]
    low, high = (np.abs(one.tables[0].rows).max() for one in scenes)
    assert low < 0.9 * high


def test_a_treatment_that_stands_at_nothing_can_be_dragged_up(face: Face) -> None:
    plan = Plan.parse(["lip_filler=0"])
    scene = scene_of(simulate(face, plan, engine="fake"))
    assert not scene.now.any()
    forward, _, _ = composed(scene, amounts_at(scene, scene.tables[0], 1.0))
    other = simulate(face, Plan.parse(["lip_filler=1.0"]), engine="fake")
    assert np.abs(backward(forward, scene.node_px) - other.inverse_field).max() < 0.02
    assert other.inverse_field.any()


def test_a_dose_that_is_refused_is_marked(face: Face) -> None:
    plan = Plan.parse(["facelift=0", "neck_lift=6"])
    table = scene_of(simulate(face, plan, engine="fake")).tables[0]
    assert table.refused is not None
    assert 0.0 < table.refused <= table.at[1]
    alone = scene_of(simulate(face, Plan.parse(["lip_filler=1"]), engine="fake")).tables[0]
    assert alone.refused is None


def test_tables_stay_short_and_end_at_the_largest_dose(face: Face) -> None:
    plan = Plan.parse(["masseter_toxin=20"])
    (table,) = scene_of(simulate(face, plan, engine="fake")).tables
    assert len(table.at) <= MOST_ROWS + 2
    assert table.at[0] == 0.0
    assert table.at[-1] == plan.treatments[0].entry.dose.max
    assert list(table.at) == sorted(set(table.at))


def test_windows_of_skin_lie_on_the_blocks_of_a_jpeg(face: Face) -> None:
    outcome = simulate(face, Plan.parse(["co2_resurfacing=2"]), engine="fake")
    layers = [one for one in scene_of(outcome).layers if one.kind == SKIN]
    assert layers
    photo = face.photo.image
    for layer in layers:
        (top, left), (high, wide) = layer.corner, layer.values.shape[:2]
        assert top % BLOCK_PX == left % BLOCK_PX == 0
        below, beside = (n % BLOCK_PX for n in (top + high, left + wide))
        assert not below or top + high == photo.shape[0]
        assert not beside or left + wide == photo.shape[1]
        there = photo[top : top + high, left : left + wide]
        assert ((layer.values != there).any(axis=2) == (layer.mask > 0)).all()


@pytest.mark.parametrize("texts", [["ipl_redness=5"], ["co2_resurfacing=3", "skin_boosters=3"]])
def test_pieces_that_overlap_are_shared_in_a_browser_as_in_the_picture(
    face: Face, texts: list[str]
) -> None:
    """As the shader adds them up, by each one's soft mask; grain that is kept is left out there."""
    outcome = simulate(face, Plan.parse(texts), engine="fake")
    scene = scene_of(outcome)
    photo = face.photo.image.astype(np.float64)
    change, total = np.zeros(photo.shape), np.zeros(photo.shape[:2])
    layers = [one for one in scene.layers if one.kind == SKIN]
    for layer, weight in zip(layers, skins(scene, scene.now), strict=True):
        (top, left), (high, wide) = layer.corner, layer.values.shape[:2]
        at = slice(top, top + high), slice(left, left + wide)
        assert layer.mask is not None
        here = layer.mask > 0
        change[at] += weight * here[..., None] * (layer.values - photo[at])
        total[at] += weight * layer.mask / 255.0
    drawn = photo + change / np.maximum(total, 1.0)[..., None]
    settled = blend_parts(face.photo.image, outcome.skin.parts)
    off = np.abs(drawn - settled)
    assert (total > 1.0).any() or texts[0].startswith("ipl")
    assert off.mean(axis=2)[total > 0].mean() < 1.0
    assert np.quantile(cv2.GaussianBlur(off, (0, 0), 3.0), 0.999) < 2.0


def test_the_grid_is_the_faces_own(face: Face) -> None:
    scene = scene_of(simulate(face, Plan.parse(["lip_filler=1"]), engine="fake"))
    grid = Grid.of(face)
    assert (scene.origin_px, scene.node_px, scene.shape) == (
        grid.origin_px,
        grid.node_px,
        grid.shape,
    )


def test_lips_that_slide_over_teeth_are_not_drawn_live() -> None:
    """A sum of layers would bend the teeth; a lip whose edge is held does not."""
    gummy = smile_of("hopper", 4.0)

    def slides(face: Face, text: str) -> bool:
        return slides_lips(simulate(face, Plan.parse(text), engine="fake"))

    assert slides(gummy, "gummy_smile_toxin=0.5")
    assert not slides(gummy, "lip_filler=1")
    assert not slides(face_of("hopper"), "gummy_smile_toxin=2.5")
