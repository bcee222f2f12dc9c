"""Where blood lies under the skin: from the vessels on, down with gravity, without a drawn edge."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from face_mesh import Face
from face_mesh.arrays import Points
from face_mesh.landmarks.anatomy import point
from simulate import Plan, procedures, simulate
from simulate.catalogue.procedure import Patch
from simulate.geometry.grid import Grid
from simulate.plan import plan as plan_module
from simulate.plan.plan import Treatment
from simulate.recovery.discolouration import SURFACE, density_of
from simulate.recovery.extent import depth_of
from tests.face_mesh.skins import even_face
from tests.simulate.faces import bare, face_of
from tests.simulate.reactions import on_day, reaction

Give = Callable[..., Plan]
LIDS = ("upper_blepharoplasty", "lower_blepharoplasty", "tear_trough_filler")
NOSES = ("hump_reduction", "nasal_narrowing", "nasal_tip_rotation", "tip_projection")


@pytest.fixture(params=["collins", "hopper"])
def person(request: pytest.FixtureRequest) -> Face:
    return bare(face_of(request.param))


def bruise_of(person: Face, name: str, day: float) -> Points:
    """(rows, columns) how much green light the bruises of a usual dose take on the person's left.

    Of redness nothing: it is over by then or was never there.
    """
    plan = Plan((Treatment(name, procedures()[name].dose.usual),))
    density = density_of(person, plan, on_day(day)).sum(axis=2)
    middle = Grid.of(person).nodes_at(person.landmarks_px[[point("nasion")], :2])[0, 0]
    density[:, : round(middle)] = 0.0
    return np.asarray(density, np.float64)


def centroid_mm(person: Face, density: Points) -> Points:
    """(x, y) of it from the inner corner of the left eye in mm, y down."""
    grid = Grid.of(person)
    corner = grid.nodes_at(person.landmarks_px[[point("endocanthion_left")], :2])[0]
    rows, columns = np.indices(density.shape)
    at = np.array([(density * columns).sum(), (density * rows).sum()]) / density.sum()
    return (at - corner) * grid.node_px / person.px_per_mm


@pytest.mark.parametrize("name", [*NOSES, *LIDS])
def test_a_bruise_of_nose_and_lids_begins_about_the_eye(person: Face, name: str) -> None:
    """Nearer to the inner corner than half of the way to the cheekbone, where lenses were drawn."""
    away = np.linalg.norm(centroid_mm(person, bruise_of(person, name, 1.0)))
    corner, cheek = person.landmarks_px[[point("endocanthion_left"), point("malar_apex_left")], :2]
    assert away < 0.45 * np.linalg.norm(cheek - corner) / person.px_per_mm


@pytest.mark.parametrize("name", ["hump_reduction", "lower_blepharoplasty", "cheek_filler"])
def test_a_bruise_sinks_within_a_week(person: Face, name: str) -> None:
    early, late = (centroid_mm(person, bruise_of(person, name, day))[1] for day in (1.0, 7.0))
    assert late > early + 0.8


@settings(max_examples=12)
@given(shallow=st.floats(0.0, 25.0), more=st.floats(1.0, 15.0))
def test_the_farther_blood_sinks_the_lower_it_lies_and_never_thinner(
    shallow: float, more: float
) -> None:
    face, entry = face_of("collins"), procedures()["cheek_filler"]
    patch = Patch("lid_cheek_junction", 2.0, 8.0)
    depths = []
    for sinks_mm in (shallow, shallow + more):
        blood = reaction("bruising", 2.0, patch=patch, sinks_mm=sinks_mm)
        known = {entry.id: replace(entry, reactions=(blood,))}
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(plan_module, "procedures", lambda known=known: known)
            depths.append(depth_of(face, Treatment(entry.id, 1.0), blood).astype(np.float64))
    assert all(d.min() >= 0.0 and d.max() <= 1.0 for d in depths)
    low, lower = (centroid_mm(face, d)[1] for d in depths)
    assert lower > low - 1e-6
    assert depths[1].sum() > depths[0].sum()


def test_a_bruise_is_mottled_and_redness_is_not(person: Face, with_reactions: Give) -> None:
    """Where a patch is full a bruise differs in depth by a quarter, which a patch does not."""
    wide = Patch("malar_eminence", 12.0, 12.0)
    density = density_of(
        person, with_reactions(reaction("bruising", 3.0, patch=wide)), on_day(1.0)
    )[..., 1]
    middle = density[density > 0.5 * density.max()]
    low, high = np.quantile(middle, (0.1, 0.9))
    assert high > 1.2 * low


def test_a_grade_takes_the_same_share_of_light_on_every_tone(with_reactions: Give) -> None:
    """Grades are given by eye. Of green light, by Beer and Lambert under the surface of the skin.

    Of light skin about 0.47 of it goes here; the same blood would leave dark skin 0.71.
    """
    left = []
    for colour in ((190, 149, 128), (140, 98, 76), (104, 76, 62)):
        face = even_face(colour)
        plan = with_reactions(reaction("bruising", 1.0))
        deepest = float(density_of(face, plan, on_day(1.0))[..., 1].max())
        code = colour[1] / 255.0
        light = ((code + 0.055) / 1.055) ** 2.4
        left.append((SURFACE + (light - SURFACE) * np.exp(-deepest)) / light)
    assert max(left) - min(left) < 0.08


def test_a_jaw_is_broader_in_the_first_days_after_a_facelift(person: Face) -> None:
    """Swelling is first, outward and more than the lift takes in, and mostly gone by a month."""
    plan = Plan.parse(["facelift=6"])
    jaw = [point("midface_left"), point("gonion_left")]
    out = [
        float(simulate(person, plan, when, reactions="all").shift_mm_vertices[jaw, 0].mean())
        for when in ("0d", "3d", "30d")
    ]
    assert out[1] > 3.2  # mm a side, of some 4 by the catalogue's estimate
    assert out[0] > 0.7 * out[1]
    assert out[2] < 0.3 * out[1]
