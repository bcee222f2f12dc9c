"""Coming in without a browser: two ways, consent, the photo and what was found about it."""

import importlib
import io
import json
import threading
import types
from collections.abc import Iterator

import numpy as np
import pytest
from PIL import Image, ImageOps
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.testing.v1 import AppTest

from benchmarks.turned import turned_photo, turned_pose
from face_mesh import Photo, pipeline, read_face
from face_mesh.landmarks.detect import Detection, find_faces
from tests.ui.arriving import components, labels, upload, use, written
from tests.ui.photos import MAKER, jpeg_with_place, portrait
from tests.ui.test_page import living, stored
from tests.ui.viewing import pick, shown, title, unpacked

ARRANGE = "Turn, straighten or crop"
AGE, AGREED = "age_attested", "agreed"
WAYS = {
    "patient": ("I am 18 or older.", "I agree that my photo is used in this way."),
    "consultant": (
        "The patient is 18 or older.",
        "The patient has been told this and agrees that the photo is used in this way.",
    ),
}


def enter(page: AppTest, way: str) -> AppTest:
    return page.button(key=f"enter_{way}").click().run()


def test_the_first_screen_says_what_this_is_and_offers_two_ways(welcome_page: AppTest) -> None:
    page = welcome_page
    assert title(page) == "See it beforehand"
    assert "Your photo does not leave this computer." in written(page)
    assert labels(page) == ["For myself", "With a patient"]
    assert not page.file_uploader
    assert not components(page, "beforehand_camera")


@pytest.mark.parametrize("way", WAYS)
def test_age_and_consent_are_each_needed_before_a_photo(welcome_page: AppTest, way: str) -> None:
    page = enter(welcome_page, way)
    assert [box.label for box in page.checkbox] == list(WAYS[way])
    assert not any(box.value for box in page.checkbox)
    said = written(page)
    for what in ("What happens to the photo", "What it is not", "How to forget it"):
        assert what in said
    assert ("go through this with your patient" in said) == (way == "consultant")

    def missing() -> list[str]:
        page.button(key="begin").click().run()
        assert title(page) == "See it beforehand"
        assert not page.session_state["beforehand"].attested
        words = ("country", "age", "agreement")
        return [
            next(w for w in words if f"{w} " in e.value.replace(",", " ").replace(";", " "))
            for e in page.error
        ]

    assert missing() == ["country", "age", "agreement"]
    page.checkbox(key=AGE).check().run()
    assert missing() == ["country", "agreement"]
    page.selectbox(key="country").set_value("unsaid").run()
    assert missing() == ["agreement"]
    page.checkbox(key=AGE).uncheck().run()
    page.checkbox(key=AGREED).check().run()
    assert missing() == ["age"]
    page.checkbox(key=AGE).check().run()
    page.button(key="begin").click().run()
    assert title(page) == "Your photo"
    state = page.session_state["beforehand"]
    assert (state.way, state.attested, state.country) == (way, True, "")


def test_the_other_way_can_still_be_chosen(welcome_page: AppTest) -> None:
    page = enter(welcome_page, "patient")
    page.button(key="back").click().run()
    assert labels(page) == ["For myself", "With a patient"]


def test_the_rule_of_a_country_is_said_with_its_source(welcome_page: AppTest) -> None:
    page = enter(welcome_page, "patient")
    assert page.selectbox(key="country").value is None
    page.selectbox(key="country").set_value("AT").run()
    said = written(page)
    assert "forbidden under 16" in said
    assert "Two weeks must pass" in said
    assert "ÄsthOpG" in said
    page.selectbox(key="country").set_value("CH").run()
    assert "No source was found for the rules there; from 18 on here." in written(page)
    assert "ÄsthOpG" not in written(page)
    page.selectbox(key="country").set_value("other").run()
    assert "No source was found for the rules there; from 18 on here." in written(page)
    page.selectbox(key="country").set_value("unsaid").run()
    assert "No source was found" not in written(page)


@pytest.mark.parametrize(
    ("url", "clinic", "told"),
    [
        ("http://localhost:8501/", "", "Your photo does not leave this computer."),
        ("http://127.0.0.1:8501/", "Praxis Am Markt", "Your photo does not leave this computer."),
        (
            "https://look.example.org/about",
            "",
            "the computer that runs this page, look.example.org",
        ),
        ("http://192.168.1.7:8501/", "Praxis Am Markt", "of Praxis Am Markt, at 192.168.1.7,"),
    ],
)
def test_a_visitor_is_told_which_computer_the_photo_is_on(
    url: str, clinic: str, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    notice = importlib.import_module("ui.intake.privacy_notice")
    clinic_policy = importlib.import_module("ui.state.clinic_policy")
    monkeypatch.setattr(notice.st, "context", types.SimpleNamespace(url=url))
    monkeypatch.setattr(notice, "policy", lambda: clinic_policy.Policy(name=clinic))
    assert told in notice.in_short()
    assert ("It is sent to the computer" in notice.in_full()) == ("leave" not in told)


def test_rules_and_sources_go_together() -> None:
    ages = importlib.import_module("ui.intake.ages")
    rules = ages.rules()
    assert ages.FLOOR_YEARS == 18
    assert {"GB-ENG", "GB-SCT", "GB-WLS", "AU", "DE", "AT", "ES", "FR", "US", "MX", "AR"} <= set(
        rules
    )
    assert sum(bool(one.sources) for one in rules.values()) >= 12
    assert all(one.summary.endswith(".") for one in rules.values() if one.summary)


def test_a_rule_without_a_source_is_refused(
    tmp_path: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    ages = importlib.import_module("ui.intake.ages")
    path = tmp_path / "ages.toml"  # type: ignore[operator]
    path.write_text('[[country]]\ncode = "XX"\nname = "X"\nsummary = "From 12."\n')
    monkeypatch.setattr(ages, "FILE", path)
    with pytest.raises(ValueError, match="XX"):
        ages.rules.__wrapped__()


def test_the_photo_can_be_taken_chosen_or_tried_with_a_sample(page: AppTest) -> None:
    assert title(page) == "Your photo"
    assert [tab.label for tab in page.tabs] == ["Take a photo", "Choose a file"]
    assert len(page.file_uploader) == 1
    (camera,) = components(page, "beforehand_camera")
    given = json.loads(camera.json)
    assert given["advice"] is None
    assert "Start the camera" in given["words"]
    assert labels(page) == ["Grace Hopper", "Eileen Collins"]


def test_the_camera_is_not_there_while_a_file_is_chosen(page: AppTest) -> None:
    page.session_state["source_front"] = "Choose a file"
    page.run()
    assert not components(page, "beforehand_camera")


def test_a_photo_is_looked_at_before_it_is_used_and_its_file_is_gone(
    page: AppTest, uploads: list[MemoryUploadedFileManager], photo_file: bytes
) -> None:
    upload(page, "IMG_0001.JPG", photo_file)
    assert title(page) == "Is this photo good enough?"
    assert stored(uploads) == 0
    assert MAKER.encode() in photo_file
    (picture,) = components(page, "beforehand_framed_photo")
    header, parts = unpacked(picture.bytes)
    assert header["alt"] == "Your photo."
    assert parts["picture"].startswith(b"\xff\xd8\xff")
    assert MAKER.encode() not in picture.bytes
    assert not page.session_state["beforehand"].checked
    use(page)
    assert title(page) == "Your preview"
    assert MAKER.encode() not in shown(page)[1]["before"]
    pick(page, "chin_filler")
    assert stored(uploads) == 0


def test_what_is_good_and_wrong_is_said_with_how_to_mend_it(
    page: AppTest, photo_file: bytes
) -> None:
    upload(page, "me.jpg", photo_file)  # small, and with glasses
    said = written(page)
    assert "This photo can be used, but a better one would show more." in said
    assert "**Worth improving**] You seem to wear glasses" in said
    assert "Take them off for the photo." in said
    assert ":green[:material/check_circle:] The light is good." in said
    assert "The face is relaxed and free." not in said  # the glasses
    assert labels(page)[:2] == ["Use this photo", "Take another photo"]


def test_another_photo_may_be_taken_instead(page: AppTest, photo_file: bytes) -> None:
    upload(page, "me.jpg", photo_file)
    page.button(key="retake").click().run()
    assert title(page) == "Your photo"
    assert page.session_state["beforehand"].photo is None


def test_a_file_that_is_no_photo_is_refused_in_one_sentence(
    page: AppTest, uploads: list[MemoryUploadedFileManager]
) -> None:
    upload(page, "notes.jpg", b"This is not a photo.")
    assert title(page) == "Your photo"
    (error,) = page.error
    assert error.value.startswith("The file is not a photo")
    assert stored(uploads) == 0
    assert len(page.file_uploader) == 1


def test_a_refused_file_is_forgotten_with_the_next_good_one(
    page: AppTest, photo_file: bytes
) -> None:
    upload(page, "notes.jpg", b"This is not a photo.")
    upload(page, "me.jpg", photo_file)
    assert title(page) == "Is this photo good enough?"
    assert not page.error


def test_a_photo_without_a_face_can_only_be_taken_again_or_turned(
    page: AppTest, empty_file: bytes
) -> None:
    upload(page, "wall.jpg", empty_file)
    assert title(page) == "Is this photo good enough?"
    assert page.error[0].value.startswith("No face")
    assert labels(page) == ["Take another photo", ARRANGE]


def test_a_photo_that_would_mislead_can_only_be_taken_again_or_turned(
    page: AppTest, small_face_file: bytes
) -> None:
    upload(page, "far.jpg", small_face_file)
    said = written(page)
    assert "This photo cannot be used." in said
    assert "Good for everything" not in said
    assert "**Cannot be used**] The face is too small" in said
    assert labels(page) == ["Take another photo", ARRANGE]


def test_the_skin_model_is_loaded_once_there_is_a_photo(
    page: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    loading = importlib.import_module("ui.compute.model_loading")
    loaded: list[str] = []
    monkeypatch.setattr(loading, "_load", lambda: loaded.append("once"))
    page.run()
    page.button(key="sample_grace_hopper").click().run()
    assert loading.warm_skin() is None  # with the engine of tests
    monkeypatch.setenv("BEFOREHAND_SKIN_ENGINE", "embedded")
    page.run()
    page.run()
    loading.warm_skin().join()
    assert loaded == ["once"]


def test_painting_waits_for_the_model_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    loading = importlib.import_module("ui.compute.model_loading")
    result_progress = importlib.import_module("ui.results.result_progress")
    done = threading.Event()
    thread = threading.Thread(target=done.wait)
    thread.start()
    monkeypatch.setattr(loading, "warm_skin", lambda: thread)
    monkeypatch.setattr(loading, "LOOK_SECONDS", 0.01)
    steps = loading.with_model(iter_of([0.5, 1.0]))
    assert [next(steps), next(steps)] == [0.0, 0.0]
    assert result_progress._words(0.0) == "Loading the skin model …"
    done.set()
    thread.join()
    assert list(steps) == [0.5, 1.0]
    assert result_progress._words(0.5).startswith("Painting skin")


def iter_of(shares: list[float]) -> Iterator[float]:
    yield from shares


def test_of_several_faces_one_is_chosen(page: AppTest, two_faces_file: bytes) -> None:
    upload(page, "two.jpg", two_faces_file)
    header, _ = unpacked(components(page, "beforehand_framed_photo")[0].bytes)
    boxes = header["boxes"]
    assert len(boxes) == 2
    assert boxes[0][2] < 0.5 < boxes[1][0]
    assert header["alt"] == "Your photo, with 2 faces numbered from left to right."
    assert labels(page) == ["Take another photo", ARRANGE]  # as long as nobody said which
    assert page.button_group(key="which").label.endswith("here or in the picture.")
    page.button_group(key="which").set_value(2).run()
    use(page)
    assert title(page) == "Your preview"
    dots = shown(page)[0]["still"]["dots"]
    assert all(x > 0.5 for x, _ in dots)


def test_a_view_that_is_not_what_it_is_for_is_refused(page: AppTest, photo_file: bytes) -> None:
    """The same photo from the front is neither turned nor a smile."""
    use_and_look_after(page, photo_file)
    for view, message in (
        ("three_quarter", "The head is hardly turned"),
        ("smile", "There is hardly a smile"),
    ):
        page.button(key=f"add_{view}").click().run()
        assert title(page).startswith("One more photo")
        upload(page, "again.jpg", photo_file)
        assert message in written(page)
        assert labels(page) == ["Take another photo", "Leave it out", ARRANGE]
        page.button(key="leave_out").click().run()
        assert title(page) == "Your photos"
    assert page.session_state["beforehand"].views == {}


def test_a_smile_is_kept_beside_the_photo_from_the_front(page: AppTest, photo_file: bytes) -> None:
    use_and_look_after(page, photo_file)
    front = page.session_state["beforehand"].photo
    page.button(key="add_smile").click().run()
    upload(page, "smile.jpg", smiling())
    said = written(page)
    assert "You are smiling" not in said
    assert "Good for lines around the eyes, folds and gums." in said
    use(page)
    state = page.session_state["beforehand"]
    assert title(page) == "Your photos"
    assert set(state.views) == {"smile"}
    assert state.photo == front
    assert state.view == "front"
    assert state.views["smile"] != front
    page.button(key="remove_smile").click().run()
    assert page.session_state["beforehand"].views == {}
    assert page.session_state["beforehand"].photo == front
    page.button(key="go_on").click().run()
    assert title(page) == "Your preview"


def test_a_refused_view_leaves_the_first_photo_alone(page: AppTest, photo_file: bytes) -> None:
    use_and_look_after(page, photo_file)
    page.button(key="add_smile").click().run()
    upload(page, "notes.jpg", b"This is not a photo.")
    assert page.error[0].value.startswith("The file is not a photo")
    assert title(page).startswith("One more photo")
    assert page.session_state["beforehand"].photo


def test_the_photo_from_the_front_stays_until_another_is_used(
    page: AppTest, photo_file: bytes, two_faces_file: bytes
) -> None:
    use_and_look_after(page, photo_file)
    page.button(key="add_smile").click().run()
    use(upload(page, "smile.jpg", smiling()))
    front = page.session_state["beforehand"].photo
    page.button(key="again_front").click().run()
    upload(page, "notes.jpg", b"This is not a photo.")
    assert page.error[0].value.startswith("The file is not a photo")
    upload(page, "two.jpg", two_faces_file)
    page.button_group(key="which").set_value(2).run()
    assert labels(page)[-1] != "Leave it out"
    page.button(key="leave_out").click().run()  # "Keep the one there is"
    state = page.session_state["beforehand"]
    assert (state.photo, set(state.views)) == (front, {"smile"})
    assert page.session_state["which"] is None

    page.button(key="again_front").click().run()
    upload(page, "two.jpg", two_faces_file)
    page.button_group(key="which").set_value(2).run()
    use(page)
    state = page.session_state["beforehand"]
    assert title(page) == "Your photos"
    assert state.photo != front
    assert set(state.views) == {"smile"}  # never mixed with the first, and not lost with it
    page.button(key="go_on").click().run()
    assert title(page) == "Your preview"
    assert all(x > 0.5 for x, _ in shown(page)[0]["still"]["dots"])


def test_a_turned_head_is_kept_as_three_quarter_view(page: AppTest, photo_file: bytes) -> None:
    use_and_look_after(page, photo_file)
    page.button(key="add_three_quarter").click().run()
    upload(page, "turned.png", turned(22.0))
    said = written(page)
    assert "The head is turned to the side" not in said
    assert "The head is turned by 2" in said
    assert "The head is straight." not in said
    use(page)
    assert set(page.session_state["beforehand"].views) == {"three_quarter"}


def test_how_far_a_head_is_turned_says_how_much_can_be_shown(page: AppTest) -> None:
    views = importlib.import_module("ui.intake.views")

    class Turned:
        findings = ()
        smile = 0.0

        def __init__(self, yaw_deg: float) -> None:
            self.pose = type("Pose", (), {"yaw_deg": yaw_deg})()

    found = {yaw: views.findings("three_quarter", Turned(yaw)) for yaw in (5.0, -24.0, 40.0)}
    assert [one.id for one in found[5.0]] == ["not_turned"]
    assert found[5.0][0].severity == "block"
    assert found[-24.0][0].severity == "info"
    assert found[-24.0][0].message.startswith("The head is turned by 24°, at which 3")
    assert found[40.0][0].severity == "warn"
    assert found[40.0][0].advice


def test_a_photo_is_searched_for_faces_once_however_often_it_is_measured(
    page: AppTest, photo_file: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    searched: list[tuple[int, ...]] = []

    def counted(rgb: np.ndarray) -> list[Detection]:
        searched.append(rgb.shape)
        return find_faces(rgb)

    for module in (pipeline, importlib.import_module("ui.compute.faces")):
        monkeypatch.setattr(module, "find_faces", counted)
    upload(page, "me.jpg", photo_file)
    photo = page.session_state["beforehand"].photo
    page.button(key="length_on_front").click().run()
    page.selectbox(key="thing_front").set_value("Something else").run()
    page.number_input(key="length_mm_front").set_value(100.0).run()
    page.button(key="length_use_front").click().run()
    assert "A length of 100 mm in this photo sets the scale." in written(page)
    assert searched == [photo.image.shape]


def test_a_known_length_in_the_photo_sets_the_scale(page: AppTest, photo_file: bytes) -> None:
    upload(page, "me.jpg", photo_file)
    assert "may be off by 4 %" in written(page)
    page.button(key="length_on_front").click().run()
    (given,) = components(page, "beforehand_ruler")
    # The photo with the marks is in its place.
    assert not components(page, "beforehand_framed_photo")
    assert title(page) == "How large is the face?"
    header, _ = unpacked(given.bytes)
    (x0, _), (x1, _) = header["start"]
    length_px = (x1 - x0) * page.session_state["beforehand"].photo.width
    page.selectbox(key="thing_front").set_value("Something else").run()
    assert page.button(key="length_use_front").disabled
    page.number_input(key="length_mm_front").set_value(100.0).run()
    page.button(key="length_use_front").click().run()
    said = written(page)
    assert "A length of 100 mm in this photo sets the scale." in said
    assert "may be off by 3 %" in said
    state = page.session_state["beforehand"]
    face = read_face(state.photo, hint=state.lengths[state.photo.sha256])
    assert face.px_per_mm == pytest.approx(length_px / 100.0)
    page.button(key="length_off_front").click().run()
    assert "may be off by 4 %" in written(page)


def test_an_impossible_length_is_one_sentence_and_changes_nothing(
    page: AppTest, photo_file: bytes
) -> None:
    upload(page, "me.jpg", photo_file)
    page.button(key="length_on_front").click().run()
    page.selectbox(key="thing_front").set_value("Something else").run()
    page.number_input(key="length_mm_front").set_value(500.0).run()
    page.button(key="length_use_front").click().run()
    (error,) = page.error
    assert "distance between the pupils" in error.value
    assert page.session_state["beforehand"].lengths == {}


def test_ones_own_pupil_distance_goes_before_a_known_length(
    page: AppTest, photo_file: bytes
) -> None:
    upload(page, "me.jpg", photo_file)
    page.number_input(key="pupils_mm").set_value(61.0).run()
    said = written(page)
    assert "pupils 61 ± 1 mm" in said
    assert "may be off by 2 %" in said
    use(page)
    assert page.number_input(key="pupils_mm").value == 61.0
    assert "pupils 61 ± 1 mm" in written(page)


def test_forgetting_asks_for_consent_again_and_keeps_the_language(
    page: AppTest, photo_file: bytes
) -> None:
    photo_kind = importlib.import_module("face_mesh").Photo
    before = living(photo_kind)
    page.session_state["language"] = "de"
    use_and_look_after(page, photo_file)
    page.button(key="add_smile").click().run()
    upload(page, "smile.jpg", smiling())
    assert living(photo_kind) > before
    page.button(key="forget").click().run()
    state = page.session_state["beforehand"]
    assert (state.attested, state.way, state.photo, state.views) == (False, "", None, {})
    assert page.session_state["language"] == "de"
    assert living(photo_kind) == before


def test_the_private_check_advises_and_is_forgotten(welcome_page: AppTest) -> None:
    page = welcome_page.switch_page("../screens/care.py").run()
    assert title(page) == "How you feel"
    assert len(page.radio) == 7
    assert all(one.value is None for one in page.radio)
    talk, calm = "Talking to somebody first may help you", "Nothing here points to a problem"
    for at, one in enumerate(page.radio):
        assert talk not in written(page), at
        assert calm not in written(page), at
        one.set_value(2).run()
    assert talk in written(page)
    assert "This is no diagnosis." in written(page)
    for one in page.radio:
        one.set_value(1).run()
    assert calm in written(page)  # 7 is below 9
    assert "BDD Foundation" in written(page)
    assert "care_1" in page.session_state
    page.switch_page("../screens/about.py").run()
    state = page.session_state._state._state
    left = [*state._old_state, *state._new_session_state, *state._new_widget_state]
    assert not [key for key in left if "care_" in str(key)]
    page.switch_page("../screens/care.py").run()
    assert all(one.value is None for one in page.radio)
    assert page.query_params == {}


@pytest.mark.parametrize(
    ("answers", "said"),
    [([3, 3, 3, 0, 0, 0, 0], True), ([3, 3, 2, 0, 0, 0, 0], False), ([3] * 6 + [None], None)],
)
def test_the_published_cut_off_decides(answers: list[int | None], said: bool | None) -> None:
    care = importlib.import_module("ui.intake.bdd_screening")
    assert care.check().cut_off == 9
    assert care.advises_talk(answers) is said


def test_the_care_page_is_offered_quietly_from_the_first_screen(welcome_page: AppTest) -> None:
    links = [one.proto.label for one in welcome_page.get("page_link")]
    assert any("A private check, if you like." in label for label in links)
    assert "attractive" not in written(welcome_page)


def use_and_look_after(page: AppTest, data: bytes) -> None:
    """Use a photo from the front and stay with the photos."""
    upload(page, "me.jpg", data)
    page.button(key="use_and_add").click().run()
    assert page.title[0].value


def turned(yaw_deg: float) -> bytes:
    """Grace Hopper with her head turned, rendered from her photo from the front."""
    one = portrait()
    large = one.resize((2 * one.width, 2 * one.height))
    face = read_face(Photo.from_rgb(np.asarray(large)))
    buffer = io.BytesIO()
    Image.fromarray(turned_photo(face, turned_pose(yaw_deg))).save(buffer, "PNG")
    return buffer.getvalue()


def smiling() -> bytes:
    """Eileen Collins, large enough."""
    samples = importlib.import_module("ui.intake.samples")
    (one,) = (sample for sample in samples.SAMPLES if sample.id == "eileen_collins")
    data: bytes = one.path.read_bytes()
    return data


def test_a_length_marked_in_a_photo_that_is_not_used_scales_no_other(
    page: AppTest, photo_file: bytes
) -> None:
    use_and_look_after(page, photo_file)
    page.button(key="again_front").click().run()
    upload(page, "other.jpg", jpeg_with_place(ImageOps.mirror(portrait())))
    page.button(key="length_on_front").click().run()
    page.selectbox(key="thing_front").set_value("Something else").run()
    page.number_input(key="length_mm_front").set_value(100.0).run()
    page.button(key="length_use_front").click().run()
    page.button(key="leave_out").click().run()
    state = page.session_state["beforehand"]
    assert state.lengths
    assert state.photo.sha256 not in state.lengths
    page.button(key="go_on").click().run()
    assert "may be off by 4 %" in written(page)


def test_what_is_known_of_the_person_outlasts_another_photo(
    page: AppTest, photo_file: bytes, two_faces_file: bytes
) -> None:
    use_and_look_after(page, photo_file)
    page.button(key="again_front").click().run()
    upload(page, "two.jpg", two_faces_file)
    page.button_group(key="which").set_value(2).run()
    page.number_input(key="pupils_mm").set_value(62.0).run()
    use(page)
    assert page.session_state["pupils_mm"] == 62.0
    assert page.session_state["which"] == 2


def test_hand_work_goes_with_the_photo_it_was_done_on(page: AppTest, photo_file: bytes) -> None:
    use_and_look_after(page, photo_file)
    page.button(key="add_smile").click().run()
    use(upload(page, "smile.jpg", smiling()))
    state = page.session_state["beforehand"]
    session = importlib.import_module("ui.state.session")
    state.view, state.edits = "smile", session.Edits(spots=((0.5, 0.5),))
    page.button(key="again_smile").click().run()
    use(upload(page, "me.jpg", smiling()))
    assert page.session_state["beforehand"].edits == session.Edits()
