"""Fading on skin that is made: what is too much goes, once, to the person's own and no farther."""

import numpy as np
import pytest

from face_mesh import Face
from face_mesh.arrays import Bool, Mask
from face_mesh.skin.chromophores import (
    HAEMOGLOBIN,
    MELANIN,
    density_of,
    unmix,
)
from face_mesh.skin.pigment import freckle_darkness, freckles
from face_mesh.skin.working_view import View
from simulate import Plan, Treatment, procedures
from simulate.plan.conditions import Conditions
from simulate.progress import complete
from simulate.skin.blend import blend_parts
from simulate.skin.fade_colour import fade
from simulate.skin.skin_effect import skin_effect
from tests.face_mesh.lesions_drawn import dotted, places
from tests.face_mesh.skins import even_face, with_more

REGION = "malar_left"
EVERYTHING = (slice(None), slice(None))
FAINT = 0.06  # of haemoglobin above the own: no redness yet (docs/skin-signs.md)
OWN = 0.25  # above that, of which half is the own: less, and blush turned sallow
ROUNDING = 0.03  # of a chromophore, of bytes of about 150


def own_skin() -> Face:
    """Light skin without anything on it, small enough to be quick."""
    return even_face(larger=1.2)


def whole(face: Face, share: float = 1.0) -> Mask:
    return np.full(face.photo.image.shape[:2], share, np.float32)


def amount(image: np.ndarray, where: Bool, chromophore: int) -> float:
    return float(unmix(density_of(image))[where][:, chromophore].mean())


@pytest.mark.parametrize("more", [0.15, 0.33])
def test_redness_fades_to_the_own_skin_and_never_paler(more: float) -> None:
    """What was added is taken away once: twice would leave a patch as much too pale."""
    plain, red = own_skin(), with_more(own_skin(), 9.0, more, HAEMOGLOBIN)
    where = red_patch(red)
    own = amount(plain.photo.image, where, HAEMOGLOBIN)
    assert amount(red.photo.image, where, HAEMOGLOBIN) == pytest.approx(own + more, abs=ROUNDING)
    left = amount(fade(red, "redness", REGION, whole(red), EVERYTHING), where, HAEMOGLOBIN) - own
    assert left == pytest.approx(more - flush(more), abs=ROUNDING)
    assert -ROUNDING < left < FAINT + OWN + ROUNDING


def flush(more: float) -> float:
    """What of an addition is taken: most of a strong one, little of a slight one."""
    excess = more - FAINT
    return excess * excess / (excess + OWN)


def red_patch(face: Face) -> Bool:
    """Where blood was added, without its edge."""
    light = face.photo.image.astype(int)
    return np.asarray(light[..., 1] < 0.5 * (light[..., 1].min() + light[..., 1].max()))


def test_a_mask_of_a_half_takes_a_half_away() -> None:
    """So that the shares of neighbouring regions, which add up to one, take an excess once."""
    plain, red = own_skin(), with_more(own_skin(), 9.0, 0.3, HAEMOGLOBIN)
    where = red_patch(red)
    own = amount(plain.photo.image, where, HAEMOGLOBIN)
    out = fade(red, "redness", REGION, whole(red, 0.5), EVERYTHING)
    left = amount(out, where, HAEMOGLOBIN) - own
    assert left == pytest.approx(0.3 - flush(0.3) / 2.0, abs=ROUNDING)


def test_what_is_redder_than_skin_gets_is_not_taken_for_redness() -> None:
    """Four tenths of a density at most, and that once (the red of a deep shadow stays one)."""
    red = with_more(own_skin(), 9.0, 0.6, HAEMOGLOBIN)
    where = red_patch(red)
    before = amount(red.photo.image, where, HAEMOGLOBIN)
    after = amount(fade(red, "redness", REGION, whole(red), EVERYTHING), where, HAEMOGLOBIN)
    assert before - after == pytest.approx(flush(0.4 + FAINT), abs=ROUNDING)


def test_each_sign_takes_its_own_chromophore_and_leaves_the_other() -> None:
    signs = {"redness": (HAEMOGLOBIN, MELANIN), "melasma": (MELANIN, HAEMOGLOBIN)}
    for sign, (own, other) in signs.items():
        face = with_more(own_skin(), 9.0, 0.3, own)
        where = red_patch(face)
        out = fade(face, sign, REGION, whole(face), EVERYTHING)
        taken, beside = (
            amount(face.photo.image, where, one) - amount(out, where, one) for one in (own, other)
        )
        assert taken > 0.1
        assert abs(beside) < ROUNDING


def test_freckles_go_by_the_share_that_is_blended_and_the_skin_between_them_stays() -> None:
    """(Read as a count, all were gone at a tenth of the way, and none of them in the picture.)"""
    face = even_face()
    cheeks = ("malar_left", "malar_right", "nasal_dorsum")
    at = places(face, cheeks, 40, 5.0, seed=3)
    face = dotted(face, at, 2.4, 0.3, "brown")
    view = View.of(face)
    dots = freckles(view)
    assert len(dots) > 15
    effect = complete(
        skin_effect(face, Plan((Treatment("pigment_laser", 1.0),)), Conditions(engine="fake"))
    )
    share = next(t for t in procedures()["pigment_laser"].skin if t.sign == "freckles").share(1.0)
    weights = [
        (part.before, part.severity(weight))
        for (part, weight), piece in zip(effect.parts, effect.pieces, strict=True)
        if piece.sign == "freckles"
    ]
    before, after = np.sum(weights, axis=0)
    assert after == pytest.approx((1.0 - share) * before, rel=0.05)
    picture = blend_parts(face.photo.image, effect.parts)
    dark, light = (
        freckle_darkness(View.of(face.repainted(one)), dots).mean()
        for one in (face.photo.image, picture)
    )
    assert light < (1.0 - 0.8 * share) * dark
    assert light > 0.0
    changed = (picture != face.photo.image).any(axis=2)
    assert 0.0 < changed.mean() < 0.02
