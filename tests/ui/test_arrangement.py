"""A photo laid right before it is used: turned, straightened, cropped, turned over, pointed at."""

import importlib
import io
import math
from typing import Any

import numpy as np
import pytest
from PIL import ExifTags, Image
from streamlit.testing.v1 import AppTest

from face_mesh import Arrangement, Photo
from tests.ui.arriving import components, data_url, labels, upload, use, written
from tests.ui.photos import jpeg_with_place, portrait
from tests.ui.test_intake import sent
from tests.ui.test_page import living
from tests.ui.viewing import title, unpacked

UPRIGHT = "Turn the photo upright"
ARRANGE = "Turn, straighten or crop"


def png(picture: Image.Image, orientation: int = 1) -> bytes:
    """A PNG that says it is to be turned, as it may be."""
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    buffer = io.BytesIO()
    picture.save(buffer, "PNG", exif=exif)
    return buffer.getvalue()


def photo_of(page: AppTest) -> np.ndarray:
    return page.session_state["beforehand"].photo.image


def mirrored(page: AppTest, answer: str | None) -> AppTest:
    (question,) = [one for one in page.button_group if "mirrored" in str(one.label)]
    return question.set_value(answer).run()


@pytest.mark.parametrize(
    ("orientation", "said"),
    [
        (6, "Turned to the left, the face is upright."),
        (8, "Turned to the right, the face is upright."),
        (3, "Turned over, the face is upright."),
    ],
)
def test_an_upright_photo_with_a_wrong_note_is_turned_by_a_button(
    page: AppTest, orientation: int, said: str
) -> None:
    upload(page, "me.png", png(portrait(), orientation))
    assert "This photo cannot be used." in written(page) or page.error
    assert said in written(page)
    page.button(key="turn_upright").click().run()
    np.testing.assert_array_equal(photo_of(page), np.asarray(portrait()))
    assert UPRIGHT not in labels(page)
    use(page)
    assert title(page) == "Your preview"


def test_an_upright_photo_is_offered_no_turn(page: AppTest, photo_file: bytes) -> None:
    upload(page, "me.jpg", photo_file)
    assert UPRIGHT not in labels(page)


def test_a_photo_of_nobody_is_offered_no_turn(page: AppTest, empty_file: bytes) -> None:
    upload(page, "wall.jpg", empty_file)
    assert UPRIGHT not in labels(page)


def test_of_a_turned_photo_only_the_turned_one_is_kept(page: AppTest) -> None:
    before = living(Photo)
    upload(page, "me.png", png(portrait(), 6))
    page.button(key="turn_upright").click().run()
    assert living(Photo) == before + 1
    page.button(key="retake").click().run()
    assert living(Photo) == before


def test_a_mirror_selfie_is_turned_over_and_back_as_it_is_answered(
    page: AppTest, photo_file: bytes
) -> None:
    upload(page, "me.jpg", photo_file)
    first = photo_of(page).copy()
    mirrored(page, "mirrored")
    np.testing.assert_array_equal(photo_of(page), first[:, ::-1])
    assert "left is left again" in written(page)
    mirrored(page, "as_seen")
    np.testing.assert_array_equal(photo_of(page), first)
    mirrored(page, "mirrored")
    mirrored(page, None)
    np.testing.assert_array_equal(photo_of(page), first)
    assert "left is left again" not in written(page)


def test_nobody_is_asked_about_what_our_own_camera_took(page: AppTest, photo_file: bytes) -> None:
    sent(page, {"taken": data_url(photo_file)})
    assert title(page) == "Is this photo good enough?"
    assert not [one for one in page.button_group if "mirrored" in str(one.label)]


def test_an_answer_belongs_to_one_photo(page: AppTest, photo_file: bytes) -> None:
    upload(page, "me.jpg", photo_file)
    mirrored(page, "mirrored")
    turned = photo_of(page).copy()
    page.button(key="retake").click().run()
    upload(page, "me.jpg", photo_file)
    np.testing.assert_array_equal(photo_of(page), turned[:, ::-1])
    (question,) = [one for one in page.button_group if "mirrored" in str(one.label)]
    assert question.value is None


def test_a_further_view_is_turned_over_without_the_first(page: AppTest, photo_file: bytes) -> None:
    upload(page, "me.jpg", photo_file)
    page.button(key="use_and_add").click().run()
    front = photo_of(page).copy()
    page.button(key="add_smile").click().run()
    upload(page, "smile.jpg", photo_file)
    page.button(key="arrange").click().run()
    assert title(page) == ARRANGE
    page.button(key="left_as_is").click().run()
    rearrange(page, "smile", Arrangement(quarters=2))
    state = page.session_state["beforehand"]
    np.testing.assert_array_equal(state.addition.photo.image, front[::-1, ::-1])
    np.testing.assert_array_equal(photo_of(page), front)


def rearrange(page: AppTest, view: str, how: Arrangement) -> None:
    """Lay the photo that is looked at, as the page does when a button is pressed."""
    photo_store = importlib.import_module("ui.intake.photo_store")
    session = importlib.import_module("ui.state.session")
    state = page.session_state["beforehand"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(session, "start", lambda: state)
        patch.setattr(photo_store.session_caches, "forget", lambda: None)
        patch.setattr(session.st, "session_state", {})
        photo_store.rearrange(view, how)
    page.run()


def test_a_photo_is_cropped_by_hand_and_what_is_outside_is_gone(
    page: AppTest, photo_file: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload(page, "me.jpg", photo_file)
    first = photo_of(page).copy()
    page.button(key="arrange").click().run()
    assert title(page) == ARRANGE
    (given,) = components(page, "beforehand_crop_frame")
    header, parts = unpacked(given.bytes)
    assert header["most"] == 15.0
    assert parts["picture"].startswith(b"\xff\xd8\xff")
    assert not components(page, "beforehand_framed_photo")
    crop_frame = importlib.import_module("ui.components.capture.crop_frame")
    how = Arrangement(crop=(0.1, 0.0, 0.9, 0.75))
    monkeypatch.setattr(crop_frame, "arrangement", lambda key: how)
    before = living(Photo)
    page.button(key="arranged").click().run()
    assert title(page) == "Is this photo good enough?"
    height, width = first.shape[:2]
    kept = first[: round(0.75 * height), round(0.1 * width) : round(0.9 * width)]
    np.testing.assert_array_equal(photo_of(page), kept)
    assert living(Photo) == before


def test_the_crop_is_what_the_browser_sent_last(monkeypatch: pytest.MonkeyPatch) -> None:
    """In the callback of a click, whatever the run before it has seen."""
    crop_frame = importlib.import_module("ui.components.capture.crop_frame")
    sent = {"quarters": 1, "straighten": 2.0, "crop": [0.0, 0.1, 1.0, 0.9]}
    monkeypatch.setattr(crop_frame.st, "session_state", {"crop": {"laid": sent}, "new": {}})
    assert crop_frame.arrangement("crop") == Arrangement(False, 1, 2.0, (0.0, 0.1, 1.0, 0.9))
    for untouched in ("new", "unknown"):
        assert crop_frame.arrangement(untouched) == Arrangement()


def test_too_small_a_part_is_one_sentence_and_changes_nothing(
    page: AppTest, photo_file: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload(page, "me.jpg", photo_file)
    first = photo_of(page).copy()
    page.button(key="arrange").click().run()
    crop_frame = importlib.import_module("ui.components.capture.crop_frame")
    tiny = Arrangement(crop=(0.4, 0.4, 0.5, 0.5))
    monkeypatch.setattr(crop_frame, "arrangement", lambda key: tiny)
    page.button(key="arranged").click().run()
    assert page.error[0].value.startswith("Too little of the photo is left")
    np.testing.assert_array_equal(photo_of(page), first)
    page.button(key="left_as_is").click().run()
    assert title(page) == "Is this photo good enough?"
    assert not page.error


def test_a_length_in_a_photo_goes_with_the_photo_that_is_laid_anew(
    page: AppTest, photo_file: bytes
) -> None:
    upload(page, "me.jpg", photo_file)
    page.button(key="length_on_front").click().run()
    page.selectbox(key="thing_front").set_value("Something else").run()
    page.number_input(key="length_mm_front").set_value(100.0).run()
    page.button(key="length_use_front").click().run()
    assert page.session_state["beforehand"].lengths
    mirrored(page, "mirrored")
    assert not page.session_state["beforehand"].lengths


@pytest.mark.parametrize(
    "sent_by_a_browser",
    [
        None,
        "x",
        {},
        {"quarters": 7, "straighten": 0, "crop": [0, 0, 1, 1]},
        {"quarters": math.inf, "straighten": 0, "crop": [0, 0, 1, 1]},
        {"quarters": 0, "straighten": 90, "crop": [0, 0, 1, 1]},
        {"quarters": 0, "straighten": 0, "crop": [0, 0, 1]},
        {"quarters": 0, "straighten": 0, "crop": [0, 0, 1, "a"]},
        {"quarters": 0, "straighten": 0, "crop": 3},
    ],
)
def test_what_no_browser_of_ours_sends_changes_nothing(
    page: AppTest, sent_by_a_browser: Any
) -> None:
    crop_frame = importlib.import_module("ui.components.capture.crop_frame")
    assert crop_frame.arrangement_of(sent_by_a_browser) == Arrangement()
    good = {"quarters": 3, "straighten": -4.5, "crop": [0, 0.1, 1, 0.9]}
    assert crop_frame.arrangement_of(good) == Arrangement(False, 3, -4.5, (0.0, 0.1, 1.0, 0.9))


def test_of_several_faces_each_can_be_pointed_at(page: AppTest, two_faces_file: bytes) -> None:
    upload(page, "two.jpg", two_faces_file)
    header, _ = unpacked(components(page, "beforehand_framed_photo")[0].bytes)
    assert header["points"] is True
    assert header["names"] == ["Face 1", "Face 2"]
    assert header["chosen"] is None
    page.button_group(key="which").set_value(2).run()
    header, _ = unpacked(components(page, "beforehand_framed_photo")[0].bytes)
    assert header["chosen"] == 1


@pytest.mark.parametrize(
    ("value", "number"), [(1, 1), (2, 2), (0, None), (3, None), ("1", None), (None, None)]
)
def test_only_a_face_that_is_there_can_be_pointed_at(
    page: AppTest, value: object, number: int | None
) -> None:
    framed_photo = importlib.import_module("ui.components.capture.framed_photo")
    assert framed_photo.number_of(value, 2) == number


def test_a_face_alone_is_not_pointed_at(page: AppTest) -> None:
    upload(page, "me.jpg", jpeg_with_place(portrait()))
    header, _ = unpacked(components(page, "beforehand_framed_photo")[0].bytes)
    assert header["points"] is False
