"""Laws of every skin detector: nothing on even skin, sides, light, masks, and no other region."""

import cv2
import numpy as np
import pytest

from face_mesh import Face
from face_mesh.regions import region_patch
from face_mesh.skin.folds import crease
from face_mesh.skin.signs import SIGNS, detect, read_skin
from face_mesh.skin.skin_mask import skin_mask
from tests.face_mesh.faces import collins, hopper
from tests.face_mesh.skins import even_face, lit, mirrored

EVERY = [(sign.id, region) for sign in SIGNS.values() for region in sign.regions]
LINES_AND_FOLDS = [
    *("crows_feet_lines", "forehead_lines", "glabellar_lines", "nasolabial_fold"),
    *("marionette_fold", "tear_trough", "eye_bags"),
]
SAMPLES = {"hopper": hopper, "collins": collins}
# Their shade, or the bottom of it, may be too deep for the skin mask.
FOLDS = ("nasolabial_fold", "marionette_fold", "eye_bags", "tear_trough")

sample = pytest.fixture(params=SAMPLES)(lambda request: SAMPLES[request.param]())


def other_side(region: str) -> str:
    stem, _, side = region.rpartition("_")
    return (
        f"{stem}_{'right' if side == 'left' else 'left'}" if side in ("left", "right") else region
    )


def clipped(face: Face, region: str) -> float:
    """The share of a region where a channel is at its end."""
    patch = region_patch(face, region)
    rows = slice(patch.y, patch.y + patch.mask.shape[0])
    inside = face.photo.image[rows, patch.x : patch.x + patch.mask.shape[1]][patch.mask > 0.5]
    return float((inside == 255).any(axis=1).mean())


def test_even_skin_of_any_tone_has_no_sign() -> None:
    for colour in ((235, 205, 190), (205, 165, 145), (70, 45, 35)):
        face = even_face(colour)
        read = {key: detect(face, *key).severity for key in EVERY}
        assert {key: value for key, value in read.items() if value > 1e-3} == {}
        assert not any(detect(face, *key).mask.mask.max(initial=0.0) for key in EVERY)


def face_of_that_size_shows(sign: str) -> bool:
    return hopper().px_per_mm >= SIGNS[sign].least_px_per_mm


def test_reads_every_sign_in_every_region_on_its_scale() -> None:
    read = read_skin(hopper())
    assert [(one.id, one.region) for one in read] == EVERY
    for one in read:
        assert (one.severity is None) == bool(one.unreadable)
        assert one.severity is None or 0.0 <= one.severity <= SIGNS[one.id].most
        assert face_of_that_size_shows(one.id) or "pixels" in one.unreadable
    assert sum(one.severity is not None for one in read) > len(read) / 2


def test_unknown_signs_and_regions_are_refused() -> None:
    with pytest.raises(KeyError):
        detect(hopper(), "wisdom", "forehead")
    with pytest.raises(KeyError):
        detect(hopper(), "crows_feet_lines", "forehead")


def test_a_mirror_swaps_the_sides() -> None:
    face, there = hopper(), mirrored(hopper())
    for sign, region in EVERY:
        if sign == "moles":
            continue  # a count of what is just dark enough; one may tip over by a rounding
        here, across = detect(face, sign, region), detect(there, sign, other_side(region))
        assert across.severity == pytest.approx(here.severity, rel=0.03, abs=0.03), (sign, region)


@pytest.mark.parametrize("sign", LINES_AND_FOLDS)
@pytest.mark.parametrize("stops", [-0.5, 0.5])
def test_light_does_not_change_lines_and_folds(sign: str, stops: float) -> None:
    for region in SIGNS[sign].regions:
        if clipped(lit(hopper(), stops), region) > 0.05:
            continue  # her forehead is bright: with more light its lines are not in the photo
        before = detect(hopper(), sign, region).severity
        after = detect(lit(hopper(), stops), sign, region).severity
        assert after == pytest.approx(before, rel=0.10, abs=0.10), region


@pytest.mark.parametrize(("sign", "region"), EVERY)
def test_masks_are_soft_and_on_bare_skin(sample: Face, sign: str, region: str) -> None:
    height, width = sample.photo.height, sample.photo.width
    found = detect(sample, sign, region)
    mask = found.mask.on_photo(height, width)
    assert mask.dtype == np.float32
    assert 0.0 <= mask.min() <= mask.max() <= 1.0
    assert (found.area_mm2 > 0.0) == bool(mask.any())
    if mask.max() > 0.5:
        assert ((mask > 0.05) & (mask < 0.95)).any()
    if sign not in FOLDS:
        # The mask is drawn at another scale than the skin is told at: a pixel of either at the rim.
        assert skin_mask(sample)[mask > 0.5].min(initial=1.0) > 0.2


@pytest.mark.parametrize("region", SIGNS["nasolabial_fold"].regions)
def test_the_crease_lies_in_its_fold_and_is_thinner(region: str) -> None:
    face = hopper()
    height, width = face.photo.height, face.photo.width
    line = crease(face, region).on_photo(height, width)
    fold = detect(face, "nasolabial_fold", region).mask.on_photo(height, width)
    assert 0.0 < line.sum() < 0.6 * fold.sum()
    assert (line * (fold > 0.02)).sum() > 0.85 * line.sum()


def test_painting_one_region_leaves_the_others() -> None:
    face = hopper()
    image = face.photo.image.copy()
    patch = region_patch(face, "forehead")
    rows = slice(patch.y, patch.y + patch.mask.shape[0])
    columns = slice(patch.x, patch.x + patch.mask.shape[1])
    smooth = cv2.GaussianBlur(image, (0, 0), 3.0)[rows, columns]
    image[rows, columns] = np.where(patch.mask[..., None] > 0, smooth, image[rows, columns])
    before = {key: detect(face, *key).severity for key in EVERY}
    again = face.repainted(image)
    for (sign, region), value in before.items():
        if region in ("forehead", "glabella", "temple_left", "temple_right"):
            continue  # painted, or sharing skin with what was painted
        assert detect(again, sign, region).severity == pytest.approx(value, abs=0.02), (
            sign,
            region,
        )
    assert (
        detect(again, "forehead_lines", "forehead").severity < before["forehead_lines", "forehead"]
    )
