"""Treated skin on a photo: pieces that overlap share what they change, and bytes are not biased."""

import cv2
import numpy as np
import pytest

from face_mesh.arrays import Bool, Rgb
from simulate import Plan, Treatment, procedures, simulate
from simulate.inpaint.composite import composite
from simulate.inpaint.engine import Fill
from simulate.skin.blend import blend_parts
from simulate.skin.treated_patch import TreatedPatch
from tests.simulate.faces import bare, face_of, usual

SIDE = 40
PHOTO: Rgb = np.full((SIDE, SIDE, 3), 100, np.uint8)
A, B = (slice(0, 24), slice(0, 30)), (slice(12, 40), slice(10, 40))
ONCE, TWICE = slice(0, 12), slice(12, 24)  # rows of A alone, and of both (in columns 10 to 30)


def piece(at: tuple[slice, slice], by: int) -> TreatedPatch:
    """A window of the photo that is lighter by so many levels all over."""
    photo = PHOTO[at]
    picture = (photo.astype(int) + by).astype(np.uint8)
    changed: Bool = np.ones(photo.shape[:2], np.bool_)
    return TreatedPatch(*at, photo, picture, changed, True, (1.0, 0.6, 0.3, 0.0))


def change(*parts: tuple[TreatedPatch, float]) -> np.ndarray:
    return blend_parts(PHOTO, parts).astype(int) - PHOTO


def test_halves_of_two_pieces_add_up_where_they_overlap() -> None:
    found = change((piece(A, 60), 0.5), (piece(B, -20), 0.5))
    assert (found[ONCE, :30] == 30).all()
    assert (found[30:, 15:] == -10).all()
    assert np.abs(found[TWICE, 10:30] - 20).max() <= 1  # 30 of the one and -10 of the other


@pytest.mark.parametrize(("one", "other"), [(1.0, 1.0), (0.8, 0.6), (1.0, 0.25)])
def test_two_pieces_that_ask_for_more_than_the_whole_get_shares_that_sum_to_it(
    one: float, other: float
) -> None:
    """Twice the same change is that change, not twice as much; of two they are a weighted mean."""
    both = change((piece(A, 60), one), (piece(B, 60), other))
    assert np.abs(both[TWICE, 10:30] - 60).max() <= 1
    mixed = change((piece(A, 60), one), (piece(B, -20), other))
    wanted = (60 * one - 20 * other) / (one + other)
    assert np.abs(mixed[TWICE, 10:30] - wanted).max() <= 1.5  # rounded twice
    assert np.abs(mixed[ONCE, :30] - 60 * one).max() <= 1


def test_a_piece_leaves_what_another_changed_beside_it_as_it_is() -> None:
    """A window is a rectangle and skin is not: where windows overlap and changes do not, both stay.

    (A window that was written whole once took a third of a chemical peel back, with a hard edge.)
    """
    above, below = piece(A, 60), piece(B, -20)
    above.changed[8:], below.changed[:10] = False, False
    for parts in ((above, below), (below, above)):
        found = change(*((one, 0.5) for one in parts))
        assert (found[:8, :30] == 30).all()
        assert (found[22:, 10:] == -10).all()
        assert not found[8:22].any()


@pytest.mark.parametrize("name", ["chemical_peel", "skin_boosters", "tear_trough_filler"])
def test_every_piece_of_treated_skin_is_in_the_picture(name: str) -> None:
    """Wherever one piece alone changes the photo, the picture is that piece by its weight.

    By that weight in its colours; its grain is as strong as before and after (test_grain).
    """
    face = bare(face_of("hopper"))
    parts = simulate(face, usual(name), engine="fake").skin.parts
    photo = face.photo.image.astype(float)
    picture = blend_parts(face.photo.image, parts).astype(float)
    touched = np.zeros(photo.shape[:2], int)
    for part, weight in parts:
        touched[part.rows, part.columns] += part.changed & (weight > 0.0)
    for part, weight in parts:
        at = (part.rows, part.columns)
        alone = part.changed & (touched[at] == 1)
        # Rounded before its grain is strengthened and after; a weight may be given of each pixel.
        assert np.abs(picture[at] - part.mix(weight))[alone].max(initial=0.0) <= 2.0
        evenly = photo[at] + weight * (part.picture - photo[at])
        off = np.where(alone[..., None], picture[at] - evenly, 0.0)
        # Grain made stronger is 0 in the mean over many grains, not quite over those of 2 mm.
        assert np.abs(cv2.GaussianBlur(off, (0, 0), 2.0 * face.px_per_mm)).max() <= 1.5


def test_the_order_of_pieces_does_not_matter() -> None:
    parts = [(piece(A, 60), 0.7), (piece(B, -20), 0.9), (piece((slice(5, 35), slice(5, 35)), 8), 1)]
    assert np.abs(change(*parts) - change(*parts[::-1])).max() <= 2  # rounded once a piece


def test_what_is_painted_is_neither_darker_nor_lighter_in_the_mean_for_being_bytes() -> None:
    """Rounded, the error of a byte is 0 in the mean; cut off, it is half a level."""
    rng = np.random.default_rng(0)
    photo, picture = (rng.integers(0, 256, (64, 64, 3)).astype(np.uint8) for _ in range(2))
    mask = rng.uniform(0.1, 1.0, (64, 64)).astype(np.float32)
    exact = photo + mask[..., None].astype(float) * (picture.astype(float) - photo)
    assert abs((composite(Fill(photo, mask, 1.0), picture) - exact).mean()) < 0.02


def test_another_seed_is_another_skin_on_the_same_face_too() -> None:
    """Painted skin is kept with a face; what is kept of one seed is not shown for another."""
    entry = procedures()["crows_feet_toxin"]
    plan = Plan((Treatment(entry.id, entry.dose.max),))
    used = bare(face_of("hopper"))
    first, second = (simulate(used, plan, seed=seed, engine="fake") for seed in (0, 1))
    alone = simulate(bare(face_of("hopper")), plan, seed=1, engine="fake")
    assert first.skin.parts
    assert (first.image != second.image).any()
    assert second.image.tobytes() == alone.image.tobytes()
