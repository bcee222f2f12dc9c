"""Treated skin on a photo: pieces that overlap share what they change, and bytes are not biased."""

from dataclasses import replace

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

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
    mask = np.ones(photo.shape[:2], np.float32)
    return TreatedPatch(*at, photo, picture, changed, mask, True, (1.0, 0.6, 0.3, 0.0))


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
    for one, beyond in ((above, slice(8, None)), (below, slice(0, 10))):
        one.changed[beyond], one.mask[beyond] = False, 0.0
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
        if not part.changed.any():
            continue
        at = (part.rows, part.columns)
        alone = part.changed & (touched[at] == 1)
        # Rounded before its grain is strengthened and after; a weight may be given of each pixel.
        assert np.abs(picture[at] - part.mix(weight))[alone].max(initial=0.0) <= 2.0
        evenly = photo[at] + weight * (part.picture - photo[at])
        off = np.where(alone[..., None], picture[at] - evenly, 0.0)
        # Grain made stronger is 0 in the mean over many grains, not quite over those of 2 mm.
        assert np.abs(cv2.GaussianBlur(off, (0, 0), 2.0 * face.px_per_mm)).max() <= 1.5


# --- no seam: nothing hangs on windows or on who comes first

SOFT_PX = 4.0  # standard deviation of the edges of `disc`
shares = st.floats(0.05, 1.0)
places = st.tuples(st.integers(10, 30), st.integers(10, 30))


def disc(
    at: tuple[int, int], by: int, room: tuple[int, int, int, int] = (0, 0, 0, 0)
) -> TreatedPatch:
    """A round place that is lighter by so many levels, soft; its window has room on four sides."""
    y, x = np.mgrid[:SIDE, :SIDE]
    away = np.hypot(y - at[0], x - at[1])
    mask = np.exp(-0.5 * (away / SOFT_PX) ** 2).astype(np.float32)
    mask[mask < 0.02] = 0.0
    picture = np.round(PHOTO + by * mask[..., None]).astype(np.uint8)
    low = [int(np.flatnonzero((mask > 0).any(axis=axis))[0]) for axis in (1, 0)]
    high = [int(np.flatnonzero((mask > 0).any(axis=axis))[-1]) + 1 for axis in (1, 0)]
    window = tuple(
        slice(max(0, a - room[i]), min(SIDE, b + room[i + 2]))
        for i, (a, b) in enumerate(zip(low, high, strict=True))
    )
    whole = TreatedPatch(
        *(slice(0, SIDE),) * 2,
        PHOTO,
        picture,
        (picture != PHOTO).any(axis=2),
        mask,
        True,
        (1.0, 0.6, 0.3, 0.0),
    )
    parts = {name: getattr(whole, name)[window] for name in ("photo", "picture", "changed", "mask")}
    return replace(whole, rows=window[0], columns=window[1], **parts)


@given(
    order=st.permutations(range(3)),
    ats=st.tuples(places, places, places),
    weights=st.tuples(shares, shares, shares),
)
def test_the_order_of_pieces_does_not_matter(
    order: list[int], ats: tuple[tuple[int, int], ...], weights: tuple[float, ...]
) -> None:
    parts = [
        (disc(at, by), weight) for at, by, weight in zip(ats, (150, -95, 60), weights, strict=True)
    ]
    assert (change(*parts) == change(*(parts[i] for i in order))).all()


@given(
    room=st.tuples(*[st.integers(0, 12)] * 4),
    at=places,
    other=places,
    weights=st.tuples(shares, shares),
)
def test_how_pieces_are_cut_into_windows_does_not_matter(
    room: tuple[int, int, int, int],
    at: tuple[int, int],
    other: tuple[int, int],
    weights: tuple[float, float],
) -> None:
    beside = (disc(other, -60), weights[1])
    tight, wide = ((disc(at, 80, by), weights[0]) for by in ((0, 0, 0, 0), room))
    assert (change(tight, beside) == change(wide, beside)).all()


@given(at=places, other=places, weights=st.tuples(shares, shares))
def test_where_a_piece_ends_no_edge_is_seen_in_its_neighbour(
    at: tuple[int, int], other: tuple[int, int], weights: tuple[float, float]
) -> None:
    """Soft masks leave no step: from pixel to pixel no more than each has by itself.

    (Shared by where pictures differ, one piece was halved at the last pixel of the other: straight
    seams under the eye, of the trough beside the lid.)
    """
    parts = [(disc(at, 80), weights[0]), (disc(other, 80), weights[1])]
    found = change(*parts)[..., 0]
    steepest = 80.0 * np.exp(-0.5) / SOFT_PX  # of a Gaussian, levels a pixel
    # Its share of the change, and what the other's mask takes from it, are as steep; rounded twice.
    for axis in (0, 1):
        assert np.abs(np.diff(found, axis=axis)).max() <= 2.0 * steepest


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
