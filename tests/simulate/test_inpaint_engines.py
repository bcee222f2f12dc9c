"""What holds for every engine: names, blends that keep the rest to the byte, crops, the fake."""

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from face_mesh import PlanError
from face_mesh.arrays import Mask, Rgb
from simulate.inpaint.composite import composite
from simulate.inpaint.engine import Fill
from simulate.inpaint.fake import FakeEngine
from simulate.inpaint.registry import check_engine, engine
from simulate.inpaint.square_crop import CONTEXT_MM, Crop

SHAPES = st.tuples(st.integers(1, 12), st.integers(1, 12))


@st.composite
def blends(draw: st.DrawFn) -> tuple[Rgb, Rgb, Mask]:
    """Photo, picture and soft mask of one size."""
    shape = draw(SHAPES)
    photo, picture = (draw(arrays.arrays(np.uint8, (*shape, 3))) for _ in range(2))
    share = st.floats(0, 1, width=32) | st.sampled_from([0.0, 1.0])
    return photo, picture, draw(arrays.arrays(np.float32, shape, elements=share))


@given(blends())
def test_outside_the_mask_the_photo_stays_to_the_byte_and_fully_inside_is_the_picture(
    given_: tuple[Rgb, Rgb, Mask],
) -> None:
    photo, picture, mask = given_
    out = composite(Fill(photo, mask, 1.0), picture)
    assert out.dtype == np.uint8
    assert np.array_equal(out[mask == 0], photo[mask == 0])
    assert np.array_equal(out[mask == 1], picture[mask == 1])


@given(blends())
def test_a_soft_mask_mixes_in_proportion(given_: tuple[Rgb, Rgb, Mask]) -> None:
    photo, picture, mask = given_
    out = composite(Fill(photo, mask, 1.0), picture).astype(np.float64)
    share = mask[..., None].astype(np.float64)
    exact = (1 - share) * photo + share * picture
    assert np.abs(out - exact).max() <= 0.5 + 1e-4


# ---- names


@pytest.mark.parametrize("name", ["embedded", "fake", "hub:some/model", "hub:./folder"])
def test_an_engine_goes_by_its_name(name: str) -> None:
    assert engine(name).id == name


@pytest.mark.parametrize("name", ["", "hub:", "hub", "Embedded", "embedded ", "x" * 100])
def test_another_name_is_refused(name: str) -> None:
    with pytest.raises(PlanError, match=r"^There is no engine .*; use embedded or hub:NAME\.$"):
        engine(name)
    with pytest.raises(PlanError):
        check_engine(name)


def test_the_fake_is_not_advertised() -> None:
    with pytest.raises(PlanError) as caught:
        check_engine("?")
    assert "fake" not in str(caught.value)


# ---- the fake


def plain(seed: int = 0) -> Fill:
    """Even skin with a dark spot, and a mask over it."""
    rgb = np.full((40, 60, 3), (200, 160, 140), np.uint8)
    mask = np.zeros((40, 60), np.float32)
    mask[15:25, 20:32] = 1.0
    rgb[17:23, 22:30] = (60, 40, 30)
    return Fill(rgb, mask, 4.0, seed)


def test_the_fake_fills_with_what_is_around_and_a_faint_grain() -> None:
    fill = plain()
    *before, last = FakeEngine().steps(fill)
    assert [step.fraction for step in before] == [0.25, 0.5, 0.75]
    assert all(step.picture is None for step in before)
    assert last.fraction == 1.0
    assert last.picture is not None
    inside = last.picture[fill.mask == 1].astype(np.float64)
    assert inside.mean(axis=0) == pytest.approx([200, 160, 140], abs=1)
    assert (1.0 < inside.std(axis=0)).all()
    assert (inside.std(axis=0) < 4.0).all()
    assert np.array_equal(last.picture[fill.mask == 0], fill.rgb[fill.mask == 0])


def test_the_fake_is_seeded() -> None:
    def last(seed: int) -> Rgb:
        *_, step = FakeEngine().steps(plain(seed))
        assert step.picture is not None
        return step.picture

    assert np.array_equal(last(1), last(1))
    assert not np.array_equal(last(1), last(2))


# ---- the crop


def spot(
    shape: tuple[int, int], rows: tuple[int, int], columns: tuple[int, int], px_per_mm: float = 2.0
) -> Fill:
    """A photo of grain with one rectangle wanted."""
    rgb = np.random.default_rng(0).integers(90, 160, (*shape, 3), np.uint8)
    mask = np.zeros(shape, np.float32)
    mask[slice(*rows), slice(*columns)] = 1.0
    return Fill(rgb, mask, px_per_mm)


@given(
    st.tuples(st.integers(1, 90), st.integers(1, 90)),
    st.tuples(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1), st.floats(0, 1)),
    st.floats(0.5, 5.0),
)
def test_a_crop_holds_all_that_is_wanted_and_lies_on_the_photo(
    shape: tuple[int, int], at: tuple[float, float, float, float], px_per_mm: float
) -> None:
    (y0, y1), (x0, x1) = (
        sorted(round(f * (n - 1)) for f in pair)
        for n, pair in zip(shape, (at[:2], at[2:]), strict=True)
    )
    crop = Crop.around(spot(shape, (y0, y1 + 1), (x0, x1 + 1), px_per_mm), 32)
    for window, low, high, size in (
        (crop.rows, y0, y1, shape[0]),
        (crop.columns, x0, x1, shape[1]),
    ):
        assert 0 <= window.start <= low <= high < window.stop <= size
        assert window.stop - window.start == min(crop.side_px, size)
    assert crop.photo().shape == (32, 32, 3)
    assert 0.0 <= crop.photo().min() <= crop.photo().max() <= 1.0
    assert set(np.unique(crop.mask(4))) <= {0.0, 1.0}


def test_a_crop_keeps_context_and_no_more() -> None:
    crop = Crop.around(spot((400, 500), (200, 210), (200, 230)), 64)
    assert crop.side_px == 30 + 2 * CONTEXT_MM * 2.0
    assert (crop.rows.start + crop.rows.stop) / 2 == 205
    assert (crop.columns.start + crop.columns.stop) / 2 == 215


def test_a_line_thinner_than_a_cell_still_covers_whole_cells() -> None:
    cell = 8
    crop = Crop.around(spot((400, 400), (200, 201), (190, 211)), 64)
    assert crop.side_px > crop.size_px * 0.9
    cells = crop.mask(cell).reshape(8, cell, 8, cell).min(axis=(1, 3))
    assert cells.sum() >= 3  # cells that are painted from edge to edge


@pytest.mark.parametrize("shape", [(120, 120), (60, 150), (150, 60)])
def test_a_picture_that_was_not_changed_comes_back_as_it_was(shape: tuple[int, int]) -> None:
    middle = shape[0] // 2, shape[1] // 2
    fill = spot(shape, (middle[0], middle[0] + 10), (middle[1], middle[1] + 10))
    same = Crop.around(fill, Crop.around(fill, 1).side_px)
    assert np.array_equal(same.on_photo(same.photo()), fill.rgb)
    # Demosaicing and JPEG leave a photo no grain as fine as single pixels.
    smooth = cv2.GaussianBlur(fill.rgb, (0, 0), 1.0)
    finer = Crop.around(Fill(smooth, fill.mask, fill.px_per_mm), 256)
    lost = finer.on_photo(finer.photo()).astype(np.float64) - smooth
    assert lost[finer.rows, finer.columns].std() < 0.1 * smooth.std()


def test_detail_a_coarse_model_cannot_make_is_borrowed_from_around() -> None:
    fill = spot((200, 200), (80, 120), (80, 120), px_per_mm=8.0)
    crop = Crop.around(fill, 50)
    made = crop.on_photo(crop.photo())
    inside = fill.mask == 1
    assert made[inside].std() == pytest.approx(fill.rgb[inside].std(), rel=0.15)
    assert np.corrcoef(made[inside].ravel(), fill.rgb[inside].ravel())[0, 1] < 0.5


def test_skin_that_may_not_be_looked_at_lends_no_detail() -> None:
    fill = spot((200, 200), (80, 120), (80, 120), px_per_mm=8.0)
    nothing = Fill(fill.rgb, fill.mask, fill.px_per_mm, skin=np.zeros((200, 200), np.float32))
    crop = Crop.around(nothing, 50)
    inside = fill.mask == 1
    assert crop.on_photo(crop.photo())[inside].std() < 0.5 * fill.rgb[inside].std()
