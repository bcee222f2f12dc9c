"""Where skin is treated: on the side of a line that is meant, and with an edge nobody sees."""

import cv2
import numpy as np
import pytest

from face_mesh.arrays import Mask
from face_mesh.landmarks.anatomy import curve, point
from face_mesh.regions import region
from face_mesh.skin.chromophores import HAEMOGLOBIN
from face_mesh.skin.signs import SIGNS, detect
from face_mesh.skin.skin_mask import skin_mask
from simulate import Plan, Treatment, procedures
from simulate.skin import masks
from simulate.skin.exemption import exempt_mask
from simulate.skin.masks import target_of, whole_lines
from simulate.skin.region_shares import region_share
from simulate.skin.skin_effect import skin_mask_of
from simulate.skin.tasks import jobs_of
from tests.face_mesh.faces import collins
from tests.face_mesh.skins import LARGER, creased, darker, even_face, with_more

SMALL = 1.6  # of the portrait: 2 px per mm


@pytest.mark.parametrize(("side", "out"), [("left", 1.0), ("right", -1.0)])
def test_crows_feet_are_treated_beside_the_eye_and_not_on_the_lid(side: str, out: float) -> None:
    """A line from the temple to the lid: beside the corner it is of the sign, inside a crease."""
    corner = point(f"exocanthion_{side}")
    face = darker(even_face(), (out * 4.0, 8.0), 30.0, 1.4, 0.2, start=corner)
    entry = procedures()["crows_feet_toxin"]
    mask = skin_mask_of(face, Plan((Treatment(entry.id, entry.usual_dose(side), side),)))
    x = face.landmarks_px[corner, 0]
    outward_mm = out * (np.arange(face.photo.width) - x) / face.px_per_mm
    treated = mask.max(axis=0)
    assert treated[(outward_mm > 0.0) & (outward_mm < 13.0)].min() > 0.5
    assert not treated[outward_mm < -13.5].any()  # to a pixel
    assert treated[outward_mm < -6.5].max() < 0.65


def test_the_shade_beside_the_root_of_the_nose_is_no_frown_line() -> None:
    """A line from between the brows down beside the root: above it is treated, there it is not."""
    head = point("brow_head_lower_left")
    face = darker(even_face(), (-6.0, -4.0), 30.0, 1.4, 0.25, 90.0, head)
    plan = Plan((Treatment("glabellar_toxin", procedures()["glabellar_toxin"].dose.usual),))
    mask = skin_mask_of(face, plan)
    down_mm = (np.arange(face.photo.height) - face.landmarks_px[head, 1]) / face.px_per_mm
    treated = mask.max(axis=1)
    assert treated[(down_mm > -4.0) & (down_mm < 0.0)].max() > 0.5
    assert not treated[down_mm > 8.0].any()


@pytest.mark.parametrize(("side", "out"), [("left", 1.0), ("right", -1.0)])
def test_a_line_that_leaves_its_zone_fades_out_and_is_not_cut_off(side: str, out: float) -> None:
    """From the lid to the temple beyond the zone: nowhere does the mask fall by half in 1.5 mm.

    (It was cut off within 0.8 mm at the zone's edge: half of a wrinkle of the temple stayed.)
    """
    corner = point(f"exocanthion_{side}")
    face = darker(even_face(), (out * 6.0, 8.0), 46.0, 1.4, 0.2, start=corner)
    entry = procedures()["crows_feet_toxin"]
    mask = skin_mask_of(face, Plan((Treatment(entry.id, entry.usual_dose(side), side),)))
    x = face.landmarks_px[corner, 0]
    outward_mm = out * (np.arange(face.photo.width) - x) / face.px_per_mm
    along = mask.max(axis=0)[(outward_mm > -16.0) & (outward_mm < 25.0)]
    assert along.max() > 0.9
    step = round(1.5 * face.px_per_mm)
    assert np.abs(along[step:] - along[:-step]).max() < 0.5


def test_a_broad_colour_fades_out_without_an_edge() -> None:
    """As an edge of Gaussian form does that is soft over the region's edge and 2.5 mm more.

    Its steepest slope is 1 / (sqrt(2 pi) sigma) a mm; 15 % is left to the shape of the region.
    """
    face = with_more(even_face(larger=SMALL), 9.0, 0.3, HAEMOGLOBIN)
    entry = procedures()["ipl_redness"]
    mask = skin_mask_of(face, Plan((Treatment(entry.id, entry.dose.usual),)))
    x, y = face.landmarks_px[point("malar_apex_left"), :2]
    half = round(28.0 * face.px_per_mm)
    below = slice(round(y), round(y) + half), slice(round(x) - half // 3, round(x) + half // 3)
    slopes = np.abs(np.diff(mask[below], axis=0)) * face.px_per_mm
    sigma_mm = np.hypot(region("malar_left").soft_mm, 2.5)
    assert mask[below].max() > 0.8
    assert mask[below].min() < 0.1
    assert slopes.max() < 1.15 / (np.sqrt(2.0 * np.pi) * sigma_mm)


def test_regions_of_a_broad_colour_share_all_skin_between_them() -> None:
    """From cheek to nose and from one part of the nose to the next, all of a flush is treated once.

    (Between the outlines of two regions a line of red skin stayed, with a sharp edge on each side.)
    """
    face = even_face(larger=SMALL)
    regions = SIGNS["redness"].regions
    total = np.sum([region_share(face, "redness", one) for one in regions], axis=0)
    x, y = face.landmarks_px[point("malar_apex_left"), :2]
    tip_x, tip_y = face.landmarks_px[point("pronasale"), :2]
    for share in np.linspace(0.0, 1.0, 40):
        at = round(y + share * (tip_y - y)), round(x + share * (tip_x - x))
        assert total[at] > 0.65
    assert total.max() < 1.02


def test_shares_of_regions_are_smooth_and_none_of_one_side_reaches_the_other() -> None:
    face = even_face(larger=SMALL)
    for name in SIGNS["redness"].regions:
        share = region_share(face, "redness", name)
        steepest = max(np.abs(np.diff(share, axis=axis)).max() for axis in (0, 1))
        assert steepest * face.px_per_mm < 0.2
    other = region_share(face, "redness", "malar_right")
    x, y = np.round(face.landmarks_px[point("malar_apex_left"), :2]).astype(int)
    assert other[y, x] < 0.01


@pytest.mark.parametrize(("depth", "is_fold"), [(0.2, False), (0.5, True)])
def test_what_is_no_fold_is_not_lifted(depth: float, is_fold: bool) -> None:
    """(On a round cheek without a fold a pale wedge was painted.)"""
    face = creased(even_face(), "nasolabial_fold_left", 4.0, depth)
    grade = detect(face, "nasolabial_fold", "nasolabial_fold_left").severity
    plan = Plan((Treatment("nasolabial_filler", 2.0, "left"),))
    (job,) = jobs_of(plan)
    most = float(target_of(face, job).mask.max())
    assert detect(face, "nasolabial_fold", "nasolabial_fold_left").mask.mask.any()
    assert (grade > 0.25) == is_fold
    assert (most > 0.5) if is_fold else most == 0.0


def test_a_crease_found_in_pieces_is_treated_whole_and_two_stay_two() -> None:
    """(The pieces that were left looked like new moles.)"""
    px_per_mm = 4.0
    found = np.zeros((80, 160), np.float32)
    found[20:24, 20:80] = found[20:24, 85:140] = 1.0  # 1.25 mm between the pieces
    found[36:40, 20:140] = 1.0  # 3 mm below
    whole = whole_lines(found, px_per_mm)
    assert (whole >= found).all()
    assert whole[21, 20:140].min() == 1.0
    assert whole[26:34].max() == 0.0


def test_the_dark_bottom_of_a_crease_below_an_eye_is_no_hole(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """(What little of it was taken for skin was lifted little, and stayed as a dot like a mole.)"""
    face = collins()
    jobs = list(jobs_of(Plan((Treatment("lower_blepharoplasty", 1.0),))))
    job = max(jobs, key=lambda one: float(target_of(face, one).mask.max()))
    before = target_of(face, job).mask
    y, x = np.unravel_index(int(before.argmax()), before.shape)
    skin = skin_mask(face).copy()
    cv2.circle(skin, (int(x), int(y)), round(0.6 * face.px_per_mm), 0.3, -1)
    monkeypatch.setattr(masks, "skin_mask", lambda _: skin)
    assert before[y, x] > 0.9
    assert target_of(face, job).mask[y, x] > 0.9


def test_lashes_beside_an_eye_are_spared_and_a_crease_is_not() -> None:
    """(Crow's feet took the lashes of the outer corner for lines, and thinned them.)"""
    bare, corner = even_face(larger=LARGER), point("exocanthion_left")

    def drawn(wide_mm: float) -> tuple[Mask, Mask]:
        face = bare
        for down in (0.5, 2.0):
            face = darker(face, (2.5, down), 4.0, wide_mm, 1.6, 20.0, corner)
        light, dark = (np.log(one.photo.image.mean(axis=2) + 2.0) for one in (bare, face))
        return exempt_mask(face, "crows_feet_lines"), light - dark > 0.4

    spared, lash = drawn(0.4)
    assert lash.sum() > 20
    assert spared[lash].min() > 0.9
    spared, crease = drawn(1.8)
    assert spared[crease].mean() < 0.1


def test_crows_feet_are_not_painted_on_the_lashes_of_the_lid() -> None:
    """(Pale scratches lay on the outer third of the lid, right below its margin.)"""
    corner = point("exocanthion_left")
    face = darker(even_face(), (-6.0, 3.0), 16.0, 1.4, 0.3, start=corner)
    mask = skin_mask_of(face, Plan((Treatment("crows_feet_toxin", 12.0, "left"),)))
    lid = face.landmarks_px[list(curve("lower_lid_left")), :2]
    x, y = np.round(lid[len(lid) // 2 :]).astype(int).T
    for down_mm in (0.5, 1.0, 1.5):
        assert not mask[y + round(down_mm * face.px_per_mm), x].any()
