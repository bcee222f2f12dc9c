"""Measures: laws they must obey, values known beforehand, and agreement with hand-placed points."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.measure_repeatability import by_hand, hand_mesh, hand_points
from face_mesh import (
    Face,
    ScaleHint,
    measure_all,
    measure_face,
    open_photo,
)
from face_mesh.arrays import Points
from face_mesh.landmarks.anatomy import (
    MIDLINE_CURVES,
    MIDLINE_POINTS,
    RIGHT_CURVES,
    RIGHT_POINTS,
    curve,
    point,
)
from face_mesh.landmarks.model_file import canonical_mesh
from face_mesh.measures import LANDMARK_SD, MEASURES, measure_points
from tests.face_mesh.faces import (
    MEN_MM,
    WOMEN_MM,
    collins,
    held_out,
    hopper,
    measured,
    remeasured,
    sexes,
)
from tests.helpers import use_photo

CONTRACT = {
    *("interpupillary_distance", "intercanthal_width", "nasal_width", "mouth_width"),
    *("upper_vermilion_height", "lower_vermilion_height", "bizygomatic_width", "bigonial_width"),
    *("lower_face_height", "brow_height_left", "brow_height_right", "mrd1_left", "mrd1_right"),
}
IN_SPACE = {m for m in MEASURES if m.endswith("_width")} | {
    *("interpupillary_distance", "nasolabial_angle", "nasofrontal_angle", "facial_symmetry"),
    *("alar_intercanthal_ratio", "bigonial_bizygomatic_ratio", "intercanthal_fifth_ratio"),
}
SMALL = st.floats(-1.0, 1.0)


def some_mesh(seed: int) -> Points:
    """A face with every landmark up to a few mm elsewhere: no law may need a pretty one."""
    return hopper().mesh_mm + np.random.default_rng(seed).normal(size=(478, 3))


def assert_same(found: dict[str, float], expected: dict[str, float]) -> None:
    off = {m: (found[m], expected[m]) for m in expected if abs(found[m] - expected[m]) > 1e-6}
    assert off == {}


def turn(about: tuple[float, float, float], radians: float) -> Points:
    """Rodrigues' rotation; no turn about no axis."""
    size = np.linalg.norm(about)
    x, y, z = np.array(about) / size if size > 1e-6 else (0.0, 0.0, 0.0)
    k = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    return np.eye(3) + np.sin(radians) * k + (1 - np.cos(radians)) * k @ k


def test_the_contract_and_at_least_25_standard_measures() -> None:
    assert set(MEASURES) >= CONTRACT
    assert len(MEASURES) >= 25
    assert len({spec.name for spec in MEASURES.values()}) == len(MEASURES)
    assert {spec.unit for spec in MEASURES.values()} == {"mm", "deg", "ratio"}
    assert set(measure_points(hopper().mesh_mm)) == set(MEASURES)


def test_every_measure_has_a_calibrated_uncertainty_and_no_other_has() -> None:
    stems = {m.removesuffix("_left").removesuffix("_right") for m in MEASURES}
    assert set(LANDMARK_SD) == stems
    assert all(spec.landmark_sd > 0 for spec in MEASURES.values())


@pytest.mark.parametrize("up_mm", [-2.0, 0.0, 1.5])
def test_a_hump_is_how_far_the_bridge_stands_ahead_of_root_and_tip(up_mm: float) -> None:
    """Square to the line: on a bridge that falls 3 mm for every 4 it comes ahead."""
    mesh = hopper().mesh_mm.copy()
    mesh[point("nasion")] = 0, 0, 0
    mesh[point("pronasale")] = 0, -30, 40
    mesh[point("rhinion")] = 0, -15 + 0.8 * up_mm, 20 + 0.6 * up_mm
    assert measure_points(mesh)["dorsal_hump_height"] == pytest.approx(up_mm)


def test_lid_show_root_and_cheek_can_be_worked_out_by_hand() -> None:
    mesh = hopper().mesh_mm.copy()
    for name, height in (("upper_lid_left", 5.0), ("lid_crease_left", 11.0)):
        mesh[list(curve(name)), 0] = np.linspace(45, 17, 9)
        mesh[list(curve(name)), 1] = height
    mesh[point("pupil_left")] = 31, 1, 0
    mesh[point("malar_apex_left")] = 45, -32, 10
    mesh[point("nasion"), 2] = 17
    mesh[[point("endocanthion_left"), point("endocanthion_right")], 2] = 1, 3
    mesh[[point("temple_left"), point("temple_right")]] = (66, 9, -25), (-64, 9, -25)
    found = measure_points(mesh)
    assert found["upper_lid_show_left"] == 6
    assert found["cheek_drop_left"] == 33
    assert found["nasal_root_projection"] == 15
    assert found["bitemporal_width"] == 130


def test_what_only_depth_tells_is_marked_and_less_sure() -> None:
    depth = {m for m, spec in MEASURES.items() if not spec.seen_from_front}
    assert {"chin_projection", "nasolabial_angle", "cheek_projection_left"} <= depth
    assert not depth & CONTRACT
    assert MEASURES["chin_projection"].landmark_sd > MEASURES["chin_height"].landmark_sd


@pytest.mark.parametrize("side", ["left", "right"])
def test_points_and_curves_of_the_left_are_the_mirror_of_the_right(side: str) -> None:
    mirror = canonical_mesh().mirror
    other = "left" if side == "right" else "right"
    for name in RIGHT_POINTS:
        assert point(f"{name}_{side}") == mirror[point(f"{name}_{other}")]
    for name in RIGHT_CURVES:
        assert curve(f"{name}_{side}") == tuple(mirror[list(curve(f"{name}_{other}"))])


def test_the_midline_is_its_own_mirror() -> None:
    mirror = canonical_mesh().mirror
    assert all(mirror[point(name)] == point(name) for name in MIDLINE_POINTS)
    assert all(set(mirror[list(curve(n))]) == set(curve(n)) for n in MIDLINE_CURVES)


@pytest.mark.parametrize("name", ["nose", "pupil", "pupil_middle", "glabella_left"])
def test_an_unknown_name_is_an_error(name: str) -> None:
    with pytest.raises(KeyError):
        point(name)
    with pytest.raises(KeyError):
        curve(name)


def test_values_that_can_be_worked_out_by_hand() -> None:
    mesh = np.zeros((478, 3))
    places = {
        **{"pupil_right": (-31, 1, 0), "pupil_left": (31, 1, 0)},
        **{"alare_right": (-17, -40, 20), "alare_left": (17, -40, 20)},
        **{"labrale_superius": (0, -60, 25), "stomion_superius": (0, -67, 18)},
        **{"stomion_inferius": (0, -69, 18), "labrale_inferius": (0, -79, 20)},
        **{"subnasale": (0, -45, 25), "pogonion": (0, -100, 15), "columella": (0, -45, 35)},
        **{"crista_philtri_right": (-7, -58, 24), "crista_philtri_left": (7, -58, 24)},
    }
    for name, place in places.items():
        mesh[point(name)] = place
    mesh[list(curve("brow_upper_right"))] = [(x, 20 - x / 4, 5) for x in (-60, -50, -40, -30, -12)]
    mesh[point("menton"), 1] = -115
    mesh[point("glabella"), 1] = 20
    mesh[[point("zygion_right"), point("endocanthion_right")], 0] = -70, -16
    mesh[[point("nasion"), 0], 1] = 4, -60
    found = measure_points(mesh)
    assert found["interpupillary_distance"] == 62
    assert found["nasal_width"] == 34
    assert found["upper_vermilion_height"] == 7
    assert found["lower_vermilion_height"] == 10
    assert found["vermilion_ratio"] == pytest.approx(10 / 7)
    assert found["lower_face_height"] == 70
    assert found["philtrum_length"] == 15
    assert found["cupids_bow_depth"] == 2
    assert found["chin_projection"] == -10
    assert found["nasolabial_angle"] == pytest.approx(90)
    assert found["brow_height_right"] == pytest.approx(20 + 31 / 4 - 1)
    assert found["brow_height_medial_right"] == pytest.approx(20 + 16 / 4)


@given(seed=st.integers(0, 999), k=st.floats(0.2, 5.0))
def test_a_face_k_times_as_large_has_k_times_the_mm(seed: int, k: float) -> None:
    mesh = some_mesh(seed)
    once, larger = measure_points(mesh), measure_points(mesh * k)
    factor = {m: k if spec.unit == "mm" else 1.0 for m, spec in MEASURES.items()}
    assert_same({m: v / factor[m] for m, v in larger.items()}, once)


@given(seed=st.integers(0, 999), shift=st.tuples(*[st.floats(-99, 99)] * 3))
def test_no_measure_depends_on_where_the_face_is(
    seed: int, shift: tuple[float, float, float]
) -> None:
    mesh = some_mesh(seed)
    assert_same(measure_points(mesh + shift), measure_points(mesh))


@given(seed=st.integers(0, 999), about=st.tuples(SMALL, SMALL, SMALL), angle=st.floats(-3, 3))
def test_what_is_taken_in_space_does_not_depend_on_the_pose(
    seed: int, about: tuple[float, float, float], angle: float
) -> None:
    mesh = some_mesh(seed)
    before = measure_points(mesh)
    after = measure_points(mesh @ turn(about, angle).T)
    assert_same({m: after[m] for m in IN_SPACE}, {m: before[m] for m in IN_SPACE})


@given(seed=st.integers(0, 999))
def test_a_mirrored_face_swaps_left_and_right(seed: int) -> None:
    mesh = some_mesh(seed)
    found = measure_points(mesh[canonical_mesh().mirror] * (-1.0, 1.0, 1.0))
    assert_same({other_side(m): value for m, value in found.items()}, measure_points(mesh))


@given(seed=st.integers(0, 999), up_mm=st.floats(0.0, 6.0))
def test_a_raised_brow_is_higher_by_as_much(seed: int, up_mm: float) -> None:
    mesh = some_mesh(seed)
    before = measure_points(mesh)
    mesh[list(curve("brow_upper_left")), 1] += up_mm
    change = {m: v - before[m] for m, v in measure_points(mesh).items()}
    raised = {"brow_height_left", "brow_height_medial_left", "brow_height_lateral_left"}
    assert_same(change, {m: up_mm if m in raised else change[m] for m in change})
    assert {m for m, v in change.items() if v} - {"facial_symmetry"} <= raised


def test_a_symmetrical_face_has_no_asymmetry_and_a_crooked_one_has() -> None:
    mirror = canonical_mesh().mirror
    mesh = hopper().mesh_mm
    even = (mesh + mesh[mirror] * (-1.0, 1.0, 1.0)) / 2
    assert measure_points(even)["facial_symmetry"] < 1e-9
    crooked = even.copy()
    crooked[list(curve("brow_upper_left")), 1] += 5.0
    assert measure_points(crooked)["facial_symmetry"] > 0.05


def test_measuring_leaves_the_mesh_alone_and_refuses_another_shape() -> None:
    mesh = hopper().mesh_mm.copy()
    measure_points(mesh)
    assert np.array_equal(mesh, hopper().mesh_mm)
    with pytest.raises(ValueError, match=r"\(478, 3\)"):
        measure_points(mesh[:468])


@pytest.mark.parametrize("face", [hopper, collins])
def test_a_portrait_has_every_measure_in_a_human_range(face: Callable[[], Face]) -> None:
    found = {m.id: m for m in measure_all(face())}
    assert list(found) == list(MEASURES)
    assert all(np.isfinite(m.value) and m.sd > 0 for m in found.values())
    assert 55 < found["interpupillary_distance"].value < 72
    assert 110 < found["bizygomatic_width"].value < 160
    assert 25 < found["nasal_width"].value < 48
    assert 0.7 < found["bigonial_bizygomatic_ratio"].value < 0.95


def test_the_uncertainty_is_that_of_scale_and_landmarks_in_quadrature() -> None:
    face = hopper()
    for measure in measure_all(face):
        spec = MEASURES[measure.id]
        share = face.scale.relative_sd * measure.value if measure.unit == "mm" else 0.0
        assert measure.sd == pytest.approx(np.hypot(share, spec.landmark_sd))


def test_knowing_the_distance_of_the_pupils_makes_mm_surer_and_ratios_no_different() -> None:
    known = remeasured(hopper().photo.image, ScaleHint(interpupillary_mm=62.0))
    before, after = ({m.id: m for m in measure_all(f)} for f in (hopper(), known))
    assert after["interpupillary_distance"].value == pytest.approx(62.0)
    assert after["bizygomatic_width"].sd < 0.7 * before["bizygomatic_width"].sd
    assert after["nasal_index"].value == pytest.approx(before["nasal_index"].value)
    assert after["nasal_index"].sd == before["nasal_index"].sd


# On shared photos.


def values(faces: list[Points], measure: str) -> Points:
    return np.array([measure_points(mesh)[measure] for mesh in faces])


@pytest.mark.parametrize("half", ["held_out", "all"])
def test_the_mean_distance_of_the_pupils_is_that_of_adults(faces_dir: Path, half: str) -> None:
    photos = held_out() if half == "held_out" else sorted(faces_dir.glob("london/neutral/*.jpg"))
    found = values([measured(p).mesh_mm for p in photos], "interpupillary_distance")
    men = np.mean([sex == "male" for sex in sexes(photos)])
    expected = men * MEN_MM + (1 - men) * WOMEN_MM
    print(f"{half}: {found.mean():.2f} ± {found.std(ddof=1):.2f} mm, adults {expected:.2f} mm")
    assert abs(found.mean() - expected) < 1.0


def shares(found: dict[str, Points], of: Callable[[Points], float]) -> dict[str, float]:
    """Spread over mean of every measure long enough for a share to mean something."""
    out = {m: of(v) / float(v.mean()) for m, v in found.items() if v.mean() > 20}
    print({m: f"{share:.1%}" for m, share in sorted(out.items(), key=lambda kv: -kv[1])})
    return out


def in_front(meshes: list[Points]) -> dict[str, Points]:
    return {m: values(meshes, m) for m in MEASURES if MEASURES[m].seen_from_front}


def test_a_face_measures_the_same_from_30_45_and_60_cm(faces_dir: Path) -> None:
    meshes = [measured(faces_dir / "distance" / f"{cm}cm.jpg").mesh_mm for cm in (30, 45, 60)]
    off = shares(in_front(meshes), lambda v: float(np.ptp(v)) / 2)
    assert off["interpupillary_distance"] < 0.01
    # Brows are the one part of a resting face that moves from photo to photo.
    assert max(share for m, share in off.items() if "brow" not in m) < 0.03
    assert max(off.values()) < 0.04


def test_measures_do_not_change_with_framing_and_tilt(faces_dir: Path) -> None:
    meshes = [measured(p).mesh_mm for p in sorted(faces_dir.glob("pose/*.jpg"))]
    assert len(meshes) == 4
    spread = shares(in_front(meshes), lambda v: float(v.std(ddof=1)))
    assert spread["interpupillary_distance"] < 0.015
    assert np.median(list(spread.values())) < 0.035
    assert max(spread.values()) < 0.07


def test_hand_placed_points_of_people_never_tuned_on_agree_within_the_uncertainty(
    faces_dir: Path,
) -> None:
    off: dict[str, list[float]] = {}
    for path in held_out():
        face = measure_face(open_photo(use_photo(path)))
        ours = measure_points(face.mesh_mm)
        theirs = measure_points(hand_mesh(face, hand_points(path)))
        for m in by_hand(face.mesh_mm):
            off.setdefault(m, []).append((ours[m] - theirs[m]) / MEASURES[m].landmark_sd)
    rms = {m: float(np.sqrt(np.mean(np.square(z)))) for m, z in off.items()}
    print({m: f"{z:.2f}" for m, z in sorted(rms.items(), key=lambda kv: -kv[1])})
    assert len(rms) > 25
    assert np.median(list(rms.values())) == pytest.approx(1.0, abs=0.25)
    assert max(rms.values()) < 1.5


def other_side(measure: str) -> str:
    for here, there in (("_left", "_right"), ("_right", "_left")):
        if measure.endswith(here):
            return measure.removesuffix(here) + there
    return measure


def test_a_mirrored_photo_has_mirrored_measures(faces_dir: Path) -> None:
    for path in held_out()[:5]:
        face = measure_face(open_photo(use_photo(path)))
        found = measure_points(remeasured(face.photo.image[:, ::-1]).mesh_mm)
        for m in measure_all(face):
            assert abs(found[other_side(m.id)] - m.value) < 0.4 * m.sd, m.id
