"""Arrays to pictures: what the viewer shows is what was computed."""

import io
import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from face_mesh import Photo
from simulate.outcome.live_layers import MOVED, SKIN, Layer
from tests.ui.viewing import unpacked
from ui.components.viewer import Live
from ui.components.viewer.viewer import WORDS, _unsent, pack
from ui.compute import live_payload, overlays


def levels(png: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGBA"))


def test_a_picture_survives_its_encoding_nearly_unchanged() -> None:
    rows, columns = np.mgrid[:64, :80]
    image = np.stack([rows * 3, columns * 3, rows + columns], axis=2).astype(np.uint8)
    back = np.asarray(Image.open(io.BytesIO(overlays.jpeg(image))))
    assert back.shape == image.shape
    assert np.abs(back.astype(int) - image).mean() < 2.0


def test_the_heat_map_is_clear_where_nothing_moved_and_hottest_where_most_did() -> None:
    shift_mm = np.zeros((100, 80), np.float32)
    shift_mm[40:60, 20:40] = 1.0
    shift_mm[40:60, 40:60] = 1.9
    heat = overlays.heat(shift_mm)
    rgba = levels(heat.png)
    assert heat.most_mm == 2.0
    assert rgba.shape[:2] == shift_mm.shape
    assert (rgba[shift_mm == 0.0] == 0).all()
    opacity = rgba[..., 3]
    assert opacity[50, 30] > 0
    assert opacity[50, 50] > opacity[50, 30]
    shift_mm[40:60, 40:60] = 2.0  # on the same scale the same length has the same colour
    assert (levels(overlays.heat(shift_mm).png)[50, 30] == rgba[50, 30]).all()


@pytest.mark.parametrize(("largest", "end"), [(0.06, 0.5), (0.5, 0.5), (0.51, 1.0), (25.0, 25.0)])
def test_the_scale_of_the_heat_map_ends_at_the_next_round_number(
    largest: float, end: float
) -> None:
    assert overlays.heat(np.full((8, 8), largest, np.float32)).most_mm == end


def test_there_is_no_heat_map_of_nothing() -> None:
    assert overlays.heat(np.full((8, 8), 0.04, np.float32)) is None


def test_what_is_moved_is_striped_within_a_contour_and_all_else_is_clear() -> None:
    shift_mm = np.zeros((80, 120), np.float32)
    shift_mm[20:60, 30:90] = 0.4
    shift_mm[70:, :] = 0.1  # too little to be seen
    rgba = levels(overlays.movement_map(shift_mm)).astype(int)
    assert (rgba[:18] == 0).all()
    assert (rgba[63:] == 0).all()
    inside = rgba[24:56, 34:86, 3] > 0
    assert 0.2 < inside.mean() < 0.5  # the skin is seen between the stripes
    assert {tuple(one) for one in rgba[40, 28:33]} >= {(51, 35, 0, 255), (255, 176, 0, 255)}
    assert overlays.movement_map(np.full((8, 8), 0.1, np.float32)) is None


def test_the_mask_is_clear_where_nothing_is_treated_and_has_a_contour_of_light_and_dark() -> None:
    treated = np.zeros((60, 80), np.float32)
    treated[20:40, 30:50] = 1.0
    treated[25:35, 35:45] = 0.5
    rgba = levels(overlays.mask(treated)).astype(int)
    assert (rgba[5:15, 5:25, 3] == 0).all()
    assert rgba[30, 40, 3] < rgba[30, 33, 3]
    assert rgba[30, 40, 2] > rgba[30, 40, 0] + 100
    brightness = rgba[..., :3].sum(axis=2)
    assert brightness[30, 30] == 3 * 255
    assert rgba[30, 29, 3] == 255
    assert brightness[30, 29] < 150


@pytest.mark.parametrize("skin", ["#f6e0d0", "#c68a63", "#6b4128", "#2f1b12", "#8a5a5a"])
def test_the_tint_stands_out_from_any_skin_without_red_and_green_told_apart(skin: str) -> None:
    bare, tint = (
        np.array([int(c[i : i + 2], 16) for i in (1, 3, 5)], float)
        for c in (skin, overlays.MASK_COLOUR)
    )
    tinted = (1 - overlays.MASK_OPACITY) * bare + overlays.MASK_OPACITY * tint
    # Blue against the mean of red and green is what every common kind of colour-blindness sees.
    yellowness = [float(c[:2].mean() - c[2]) for c in (bare, tinted)]
    assert yellowness[0] - yellowness[1] > 50


def test_a_large_heat_map_is_made_smaller() -> None:
    rgba = levels(overlays.heat(np.ones((2000, 1000), np.float32)).png)
    assert max(rgba.shape) <= overlays.HEAT_SIDE_PX


def test_the_treated_area_holds_all_that_changed_with_room_about_it() -> None:
    mask = np.zeros((100, 200), bool)
    mask[40:60, 100:140] = True
    box = overlays.treated_box(mask)
    assert box is not None
    left, top, right, bottom = box
    assert left < 0.5 < 0.7 < right
    assert top < 0.4 < 0.6 < bottom


def test_the_treated_area_stays_in_the_picture() -> None:
    assert overlays.treated_box(np.ones((10, 10), bool)) == (0.0, 0.0, 1.0, 1.0)
    assert overlays.treated_box(np.zeros((10, 10), bool)) is None


def test_a_plain_picture_numbers_the_faces_it_is_given() -> None:
    photo = Photo.from_rgb(np.zeros((100, 200, 3), np.uint8))
    alone = overlays.plain(photo)
    face_px = np.array([[20.0, 30.0, 0.0], [60.0, 70.0, 0.0]])
    several = overlays.plain(photo, (face_px, face_px + 100))
    assert alone.boxes == ()
    assert len(several.boxes) == 2
    assert "2 faces" in several.alt
    assert several.alt.values == {"n": 2}  # each language says its own
    assert alone.key != several.key


@given(
    st.dictionaries(st.text(), st.integers() | st.text() | st.none()),
    st.dictionaries(st.sampled_from(["before", "after", "heat"]), st.none() | st.binary()),
)
def test_what_is_packed_is_what_arrives(header: dict, parts: dict) -> None:
    back, arrived = unpacked(pack(header, parts))
    assert {k: v for k, v in back.items() if k != "parts"} == {
        k: v for k, v in header.items() if k != "parts"
    }
    assert arrived == {name: part for name, part in parts.items() if part}


def test_the_map_of_uncertainty_is_clear_where_it_is_sure_and_rises_in_steps() -> None:
    unsure = np.zeros((60, 100), np.float32)
    for i, level in enumerate((0.05, 0.3, 0.5, 0.7, 1.0)):
        unsure[20:40, 20 * i : 20 * (i + 1)] = level
    made = overlays.unsure(unsure)
    rgba = levels(made.png)
    assert rgba.shape[:2] == unsure.shape
    assert (rgba[unsure == 0.0][:, 3] == 0).all()
    opacity = [int(rgba[30, 20 * i + 10, 3]) for i in range(5)]
    assert opacity == sorted(set(opacity))
    assert len(made.steps) == 5


def test_a_soft_mask_is_sent_without_loss() -> None:
    mask = np.zeros((9, 13), np.uint8)
    mask[2:5, 3:11] = np.arange(1, 256, 32)
    back = np.asarray(Image.open(io.BytesIO(overlays.grey(mask))))
    assert (back == mask).all()


def test_a_field_survives_its_packing_to_a_thirty_thousandth() -> None:
    draw = np.random.default_rng(3)
    values = draw.normal(size=(5, 7, 3)).astype(np.float32) * (9.0, 9.0, 0.02)
    layer = Layer("a", MOVED, (4, 2), values.astype(np.float32))
    described = live_payload._described(layer)
    assert described["box"] == (4, 2, 5, 7)
    whole = np.frombuffer(live_payload._encoded("a", layer)["a"], "<i2").reshape(values.shape)
    shift, shade = described["scales"]
    back = whole * np.array([shift, shift, shade])
    for channels in (slice(0, 2), slice(2, 3)):
        largest = np.abs(values[..., channels]).max()
        assert np.abs(back - values)[..., channels].max() < largest / 60_000


def test_treated_skin_is_sent_with_the_mask_of_what_it_changes() -> None:
    soft = np.zeros((16, 24), np.uint8)
    soft[4:12, 5:20] = 1
    soft[5:11, 6:19] = 255
    skin = np.where(soft[..., None] > 0, 200, 90).astype(np.uint8).repeat(3, axis=2)
    sent = live_payload._encoded("b", Layer("b", SKIN, (8, 8), skin, soft))
    assert set(sent) == {"b", "b-mask"}
    back = np.asarray(Image.open(io.BytesIO(sent["b"])), int)
    assert np.abs(back - skin)[6:10, 8:16].max() < 6
    mask = np.asarray(Image.open(io.BytesIO(sent["b-mask"])))
    assert (mask == soft).all()


def test_each_layer_is_sent_once_and_all_of_them_to_a_browser_that_has_none() -> None:
    sent: set[str] = set()
    one = Live({}, b"", {"lips": b"1"}, sent)
    both = Live({}, b"", {"lips": b"1", "chin": b"2"}, sent)
    assert _unsent(one, all_of_them=False) == {"lips": b"1"}
    assert _unsent(one, all_of_them=False) == {}
    assert _unsent(both, all_of_them=False) == {"chin": b"2"}
    assert _unsent(both, all_of_them=True) == {"lips": b"1", "chin": b"2"}
    assert _unsent(both, all_of_them=False) == {}


def test_there_is_no_map_of_certainty() -> None:
    assert overlays.unsure(np.full((8, 8), 0.01, np.float32)) is None


def test_every_text_of_the_viewer_is_known_to_its_page_and_used() -> None:
    folder = Path(overlays.__file__).parents[1] / "components/viewer"
    html = (folder / "viewer.html").read_text("utf-8")
    code = "".join(path.read_text("utf-8") for path in folder.glob("*.js"))
    named = set(re.findall(r'data-(?:word|label)="(\w+)"', html))
    assert named <= set(WORDS)
    kinds = r"by_|moles_|missed_"  # put together in the script
    spoken = {name for name in WORDS if re.search(rf'["\.]{name}\b', code)}
    assert {name for name in set(WORDS) - named - spoken if not re.match(kinds, name)} <= {
        *("refuse", "warn", "info"),  # of notes, by their severity
    }
    # No sentence is written into the markup itself.
    assert re.findall(r">\s*[A-Za-z][^<>]*<", html) == []
