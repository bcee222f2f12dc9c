"""Pictures as files: every pixel, the provenance mark, and nothing else."""

import io
import struct
import xml.etree.ElementTree as ET
from functools import cache

import cv2
import numpy as np
import pytest
from PIL import Image

from face_mesh import Face, Photo, measure_face
from face_mesh.arrays import Rgb
from simulate import simulate
from simulate.drawing import MAX_PANEL_PX, MIN_PANEL_PX, NOTICE, head_window
from simulate.export.comparison import comparison_image
from simulate.provenance.png_metadata import png_bytes
from tests.face_mesh.faces import hopper
from tests.simulate.faces import SHAPED, bare, face_of, usual


def chunks(png: bytes) -> list[str]:
    """The kinds of the chunks of a PNG, in order, each named once."""
    at, kinds = 8, []
    while at < len(png):
        (length,) = struct.unpack(">I", png[at : at + 4])
        kinds.append(png[at + 4 : at + 8].decode("ascii"))
        at += 12 + length
    return list(dict.fromkeys(kinds))


def opened(png: bytes) -> Image.Image:
    return Image.open(io.BytesIO(png))


def noise(height: int, width: int) -> Rgb:
    return np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8)


@pytest.mark.parametrize("shape", [(1, 1), (7, 300), (200, 3)])
@pytest.mark.parametrize("simulated", [True, False])
def test_every_pixel_is_kept(shape: tuple[int, int], simulated: bool) -> None:
    image = noise(*shape)
    found = opened(png_bytes(image, simulated=simulated))
    assert found.mode == "RGB"
    assert (np.asarray(found) == image).all()


def test_an_unchanged_picture_has_no_metadata_at_all() -> None:
    png = png_bytes(noise(8, 8), simulated=False)
    assert chunks(png) == ["IHDR", "IDAT", "IEND"]
    assert opened(png).info == {}


def test_a_simulated_picture_has_the_mark_and_nothing_else() -> None:
    png = png_bytes(noise(8, 8), simulated=True)
    assert chunks(png) == ["IHDR", "iTXt", "IDAT", "IEND"]
    info = opened(png).info
    assert set(info) - {"xmp"} == {"XML:com.adobe.xmp", "Description"}  # Pillow's own second name
    assert info["Description"] == NOTICE
    (description,) = ET.fromstring(info["XML:com.adobe.xmp"]).iter(
        "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}Description"
    )
    source = description.get("{http://iptc.org/std/Iptc4xmpExt/2008-02-29/}DigitalSourceType")
    assert source == "http://cv.iptc.org/newscodes/digitalsourcetype/algorithmicallyEnhanced"
    assert opened(png).getexif() == {}


def test_the_same_picture_is_the_same_file() -> None:
    assert png_bytes(noise(9, 9), simulated=True) == png_bytes(noise(9, 9), simulated=True)


@pytest.mark.parametrize("image", [np.zeros((4, 4)), np.zeros((4, 4, 4), np.uint8)])
def test_what_is_no_picture_is_refused(image: Rgb) -> None:
    with pytest.raises(ValueError, match="RGB"):
        png_bytes(image, simulated=True)


def window(face: Face) -> Rgb:
    return face.photo.image[head_window(face)]


def test_the_comparison_shows_the_head_before_and_after_to_the_pixel() -> None:
    """On a photo whose head fits a panel without resizing."""
    face = enlarged_hopper()
    outcome = simulate(face, usual("lip_filler", "surgical_brow_lift"))
    before, after = window(face), outcome.image[head_window(face)]
    height, width = before.shape[:2]
    assert MIN_PANEL_PX < width < MAX_PANEL_PX
    sheet = comparison_image(outcome)
    gap = sheet.shape[1] - 2 * width
    tops = range(sheet.shape[0] - height)
    (top,) = (y for y in tops if (sheet[y : y + height, :width] == before).all())
    assert sheet.dtype == np.uint8
    assert (sheet[top : top + height, width + gap :] == after).all()
    assert (sheet[top : top + height, width : width + gap] == 255).all()
    for line in (sheet[:top, :width], sheet[:top, width:], sheet[top + height :]):
        assert line.min() < 100  # something is written


@cache
def enlarged_hopper() -> Face:
    image = cv2.resize(hopper().photo.image, None, fx=2.0, fy=2.0, interpolation=cv2.INTER_CUBIC)
    return bare(measure_face(Photo.from_rgb(np.asarray(image, np.uint8))))


@pytest.mark.parametrize("sample", ["hopper", "collins"])
def test_the_head_is_in_the_window_whole(sample: str) -> None:
    face = face_of(sample)
    rows, columns = head_window(face)
    x, y = face.landmarks_px[:, :2].T
    assert columns.start < x.min() < x.max() < columns.stop <= face.photo.width
    assert 0 <= rows.start < y.min() < y.max() < rows.stop <= face.photo.height


@pytest.mark.parametrize("longest_px", [100, 300])
def test_a_small_head_is_enlarged_for_the_words(longest_px: int) -> None:
    face = face_of("hopper").resized(longest_px)
    sheet = comparison_image(simulate(face, usual("lip_filler")))
    assert sheet.shape[1] >= 2 * MIN_PANEL_PX


def test_a_long_plan_takes_more_lines_and_never_leaves_the_sheet() -> None:
    face = enlarged_hopper()
    short, long = (
        comparison_image(simulate(face, usual(*names), engine="fake", ignore_rules=True))
        for names in (SHAPED[:1], [n for n in SHAPED if n != "otoplasty"])
    )
    assert short.shape[1] == long.shape[1]
    assert len(long) > len(short)
    foot = long[len(long) - (len(long) - len(window(face))) // 2 :]
    assert (foot[:, -4:] == 255).all()
