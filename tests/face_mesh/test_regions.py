"""Regions and the skin mask: where they lie, how they scale, and what they leave out."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from face_mesh import Face, measure_face, open_photo
from face_mesh.arrays import Mask
from face_mesh.landmarks.anatomy import point
from face_mesh.landmarks.model_file import canonical_mesh
from face_mesh.regions import (
    REGIONS,
    region,
    region_mask,
    region_patch,
)
from face_mesh.skin.skin_mask import skin_mask, working_mask
from tests.face_mesh.faces import (
    collins,
    development,
    held_out,
    hopper,
    kept_of,
    remeasured,
)
from tests.helpers import use_photo

ASKED_FOR = {
    *("upper_vermilion", "lower_vermilion", "cutaneous_upper_lip", "nasal_dorsum", "nasal_tip"),
    *("nasal_root", "glabella", "forehead", "chin", "submental"),
    *(
        f"{name}_{side}"
        for name in (
            *("nasal_ala", "lateral_canthal", "lower_lid", "tear_trough", "malar", "submalar"),
            *("nasolabial_fold", "marionette", "prejowl", "jawline", "temple", "masseter"),
        )
        for side in ("left", "right")
    ),
}
# A landmark of the mesh that everybody would put into the region.
INSIDE = {
    "upper_vermilion": 11,
    "lower_vermilion": 16,
    "cutaneous_upper_lip": 164,
    "nasal_dorsum": 197,
    "nasal_tip": 4,
    "glabella": 9,
    "forehead": 151,
    "chin": 199,
    "malar_right": 50,
    "nasolabial_fold_right": 206,
    "lateral_canthal_right": 143,
}
# Area of the red lips and the cheek of adults in cm2, widely taken.
AREA_CM2 = {
    "upper_vermilion": (0.8, 5.0),
    "lower_vermilion": (1.5, 7.0),
    "malar_right": (4.0, 16.0),
    "forehead": (25.0, 75.0),
    "chin": (6.0, 20.0),
    "nasal_tip": (0.6, 3.5),
}
CHEEKS = [50, 101, 205, 280, 330, 425]


def at(mask: Mask, face: Face, landmarks: list[int]) -> list[float]:
    xy = np.round(face.landmarks_px[landmarks, :2]).astype(int)
    return [float(mask[y, x]) for x, y in xy]


def area_cm2(face: Face, name: str) -> float:
    return float(region_mask(face, name).sum()) / face.px_per_mm**2 / 100


def test_every_region_asked_for_is_there_and_no_other() -> None:
    assert set(REGIONS) == ASKED_FOR
    assert len(REGIONS) == len(ASKED_FOR)


@pytest.mark.parametrize("name", ["nose", "malar", "malar_middle", "glabella_left"])
def test_an_unknown_region_is_an_error(name: str) -> None:
    with pytest.raises(KeyError):
        region_mask(hopper(), name)


@pytest.mark.parametrize("name", sorted(ASKED_FOR))
def test_a_region_is_a_soft_mask_of_the_whole_photo(name: str) -> None:
    face = hopper()
    mask = region_mask(face, name)
    assert mask.shape == face.photo.image.shape[:2]
    assert mask.dtype == np.float32
    assert 0.0 <= mask.min() < 0.01
    assert 0.5 < mask.max() <= 1.0
    step = max(np.abs(np.diff(mask, axis=0)).max(), np.abs(np.diff(mask, axis=1)).max())
    assert step < 0.55 / (region(name).soft_mm * face.px_per_mm)  # a Gaussian edge climbs 0.4 a sd


@pytest.mark.parametrize("name", sorted(INSIDE))
@pytest.mark.parametrize("face", [hopper, collins])
def test_a_region_lies_where_its_name_says(face: Callable[[], Face], name: str) -> None:
    (value,) = at(region_mask(face(), name), face(), [INSIDE[name]])
    assert value > 0.5


def test_left_is_the_patients_left() -> None:
    face = hopper()
    for name in (n for n in REGIONS if n.endswith("_left")):
        left, right = region_patch(face, name), region_patch(face, name[:-4] + "right")
        assert left.x > right.x, name  # further to the right in the picture


@pytest.mark.parametrize("name", sorted(AREA_CM2))
def test_areas_are_human(name: str) -> None:
    low, high = AREA_CM2[name]
    assert low < area_cm2(hopper(), name) < high


def test_the_lips_do_not_overlap_and_share_no_skin() -> None:
    upper, lower, skin = (
        region_mask(hopper(), n)
        for n in ("upper_vermilion", "lower_vermilion", "cutaneous_upper_lip")
    )
    assert (upper * lower).sum() < 0.1 * upper.sum()
    assert (upper * skin).sum() < 0.25 * upper.sum()


@pytest.mark.parametrize("name", sorted(ASKED_FOR))
def test_a_region_is_the_same_on_a_photo_of_another_size(name: str) -> None:
    face = hopper()
    small = face.resized(360)
    assert small is not face
    assert area_cm2(small, name) == pytest.approx(area_cm2(face, name), rel=0.03)


def test_a_region_is_drawn_once_a_face_and_size() -> None:
    face = remeasured(hopper().photo.image)
    first = region_patch(face, "chin")
    assert region_patch(face, "chin") is first
    small = face.resized(300)
    assert small.workspace is face.workspace
    assert region_patch(small, "chin") is not first
    assert region_patch(face, "chin") is first


def test_a_large_photo_costs_no_more_than_the_region(faces_dir: Path) -> None:
    face = measure_face(open_photo(use_photo(development()[0])))
    patch = region_patch(face, "upper_vermilion")
    assert patch.mask.size < 0.03 * face.photo.height * face.photo.width
    placed = patch.on_photo(face.photo.height, face.photo.width)
    assert placed.sum() == pytest.approx(float(patch.mask.sum()), rel=1e-4)


def test_a_region_that_leaves_the_photo_is_cut_off() -> None:
    face = hopper()
    bottom = int(face.landmarks_px[point("menton"), 1]) - 2
    close = remeasured(face.photo.image[:bottom])
    assert region_mask(close, "submental").shape == close.photo.image.shape[:2]
    assert region_mask(close, "submental").max() < region_mask(face, "submental").max()
    assert region_mask(close, "chin")[-1].max() > 0.3


def test_a_mirrored_mesh_has_mirrored_regions() -> None:
    face, mirror = hopper(), canonical_mesh().mirror
    for name in ("malar", "nasolabial_fold", "temple"):
        ours, theirs = region(f"{name}_left"), region(f"{name}_right")
        plain = [c if isinstance(c, int) else c[0] for c in theirs.corners]
        assert [c if isinstance(c, int) else c[0] for c in ours.corners] == mirror[plain].tolist()
        assert area_cm2(face, f"{name}_left") == pytest.approx(
            area_cm2(face, f"{name}_right"), rel=0.25
        )


# Skin.


@pytest.mark.parametrize("face", [hopper, collins])
def test_cheeks_are_skin_and_eyes_lips_brows_and_background_are_not(
    face: Callable[[], Face],
) -> None:
    mask = skin_mask(face())
    assert mask.shape == face().photo.image.shape[:2]
    assert mask.dtype == np.float32
    assert 0.0 <= mask.min() <= mask.max() <= 1.0
    assert min(at(mask, face(), CHEEKS)) > 0.9
    assert max(at(mask, face(), [468, 473, 0, 17, 13, 105, 334])) < 0.3
    assert max(mask[0].max(), mask[:, 0].max(), mask[:, -1].max()) < 0.01


def test_hair_over_the_forehead_and_a_hat_are_no_skin() -> None:
    for face, up_mm in ((hopper(), 22.0), (collins(), 18.0)):
        top = face.landmarks_px[10, :2] + face.pose.shift_px(np.array([[0.0, up_mm, 0.0]]))[0]
        x, y = np.round(top).astype(int)
        assert skin_mask(face)[y, x] < 0.2
        assert skin_mask(face).max() > 0.99


def test_a_mole_is_skin_and_a_patch_of_plaster_is_not() -> None:
    face = remeasured(hopper().photo.image)
    x, y = np.round(face.landmarks_px[50, :2]).astype(int)
    ppm = face.px_per_mm
    with_mole, with_plaster = face.photo.image.copy(), face.photo.image.copy()
    rows, columns = np.mgrid[: face.photo.height, : face.photo.width]
    away_mm = np.hypot(rows - y, columns - x) / ppm
    with_mole[away_mm < 2] = (60, 40, 30)
    with_plaster[away_mm < 9] = (60, 90, 200)
    assert at(skin_mask(remeasured(with_mole)), face, [50])[0] > 0.9
    assert at(skin_mask(remeasured(with_plaster)), face, [50])[0] < 0.1


def test_the_skin_mask_is_found_once_and_alike_at_any_size() -> None:
    face = remeasured(hopper().photo.image)
    full, small = skin_mask(face), skin_mask(face.resized(300))
    assert len(kept_of(face, working_mask)) == 2
    again = skin_mask(face)
    assert np.array_equal(again, full)
    assert len(kept_of(face, working_mask)) == 2
    share = [m.mean() for m in (full, small)]
    assert share[1] == pytest.approx(share[0], rel=0.1)


def test_skin_is_found_on_every_skin(faces_dir: Path) -> None:
    least = {}
    for path in held_out()[::4] + [p for p in held_out() if p.name[:3] in BLACK]:
        face = measure_face(open_photo(use_photo(path)))
        mask = skin_mask(face)
        regions = ("malar_left", "malar_right", "nasal_dorsum", "glabella")
        inside = [float(mask[region_mask(face, n) > 0.7].mean()) for n in regions]
        least[path.name[:3]] = min(inside)
        assert mask[:60].max() < 0.01, "the wall above the head"
        assert max(at(mask, face, [468, 473, 14])) < 0.1
    print({name: round(share, 2) for name, share in sorted(least.items(), key=lambda kv: kv[1])})
    assert min(least.values()) > 0.9


BLACK = {"025", "043", "044", "061", "062", "082", "137"}


def test_a_beard_is_mostly_no_skin_and_a_bare_chin_is(faces_dir: Path) -> None:
    shares = {}
    for name in ("037", "092", "010", "082"):
        path = use_photo(faces_dir / "london" / "neutral" / f"{name}_03.jpg")
        face = measure_face(open_photo(path))
        shares[name] = float(skin_mask(face)[region_mask(face, "chin") > 0.7].mean())
    print(shares)
    assert max(shares["037"], shares["092"]) < 0.6
    assert min(shares["010"], shares["082"]) > 0.9
