"""The guided camera: live frames, shots, and the words it is sent."""

import importlib
import io
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageOps
from streamlit.testing.v1 import AppTest

from face_mesh import pipeline
from face_mesh.landmarks.detect import Detection, find_faces
from tests.ui.arriving import data_url, use
from tests.ui.photos import MAKER, portrait
from tests.ui.test_page import living
from tests.ui.viewing import title

WIDTH, HEIGHT = 360, 480  # of a frame, as camera.js sends it


def frame(
    height_share: float = 0.36, x: float = 0.5, y: float = 0.475, *, mirrored: bool = False
) -> bytes:
    """Grace Hopper in a frame of the camera.

    Args:
        height_share: of her face (forehead to chin) in the frame's height.
        x, y: where the middle of it is, as shares.
        mirrored: whether she is.
    """
    face = (0.30, 0.25, 0.72, 0.585)  # left, top, right, bottom of it in the portrait
    one = portrait()
    scale = height_share * HEIGHT / ((face[3] - face[1]) * one.height)
    middle = ((face[0] + face[2]) / 2 * one.width, (face[1] + face[3]) / 2 * one.height)
    one = one.resize((round(one.width * scale), round(one.height * scale)))
    picture = Image.new("RGB", (WIDTH, HEIGHT), (110, 115, 120))
    picture.paste(
        one, (round(x * WIDTH - middle[0] * scale), round(y * HEIGHT - middle[1] * scale))
    )
    buffer = io.BytesIO()
    (ImageOps.mirror(picture) if mirrored else picture).save(buffer, "JPEG", quality=80)
    return buffer.getvalue()


@pytest.fixture
def live(page: AppTest) -> Any:
    """The module that looks at frames."""
    return importlib.import_module("ui.intake.camera_live")


def advice(live: Any, data: bytes, view: str = "front") -> list[str]:
    return list(live.advise(view, data_url(data)).texts)


def test_a_face_in_the_oval_is_told_only_what_is_wrong_with_it(live: Any) -> None:
    assert advice(live, frame(0.45)) == ["Take off your glasses."]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"height_share": 0.25}, "Come a little closer."),
        ({"height_share": 0.75}, "Move a little farther away."),
        ({"x": 0.66}, "Move a little to your right."),
        ({"x": 0.34}, "Move a little to your left."),
        ({"y": 0.62}, "Lower the camera a little."),
        ({"y": 0.33}, "Raise the camera a little."),
    ],
)
def test_where_the_face_is_comes_first(live: Any, changed: dict[str, float], said: str) -> None:
    assert advice(live, frame(**{"height_share": 0.45, **changed}))[0] == said


def test_each_view_asks_for_its_own(live: Any) -> None:
    turn = "Turn your head a little farther to one side."
    assert turn in advice(live, frame(0.45), "three_quarter")
    assert turn not in advice(live, frame(0.45))
    smile = "Smile so that your teeth show."
    assert smile in advice(live, frame(0.45), "smile")
    assert smile not in advice(live, frame(0.45))


def test_a_turn_to_either_side_is_undone_by_the_other(live: Any) -> None:
    class Face:
        def __init__(self, yaw_deg: float, pitch_deg: float = 0.0, roll_deg: float = 0.0) -> None:
            self.pose = type(
                "Pose", (), {"yaw_deg": yaw_deg, "pitch_deg": pitch_deg, "roll_deg": roll_deg}
            )

    assert live._pose("front", Face(15.0)) == ["Turn your head slightly to your right."]
    assert live._pose("front", Face(-15.0)) == ["Turn your head slightly to your left."]
    assert live._pose("front", Face(0.0, 15.0)) == ["Lower your chin a little."]
    assert live._pose("front", Face(0.0, -15.0)) == ["Raise your chin a little."]
    assert live._pose("front", Face(0.0, 0.0, 14.0)) == ["Hold your head upright."]
    assert live._pose("front", Face(5.0)) == []
    assert live._pose("three_quarter", Face(22.0)) == []
    assert live._pose("three_quarter", Face(-40.0)) == [
        "Turn your head back a little towards the camera."
    ]


@pytest.mark.parametrize(
    "sent",
    [
        None,
        7,
        "",
        "data:image/jpeg;base64,????",
        "data:image/jpeg;base64,AAAA",
        "data:image/jpeg;base64," + "A" * 500_000,
    ],
)
def test_what_is_no_frame_is_a_frame_of_nobody(live: Any, sent: object) -> None:
    assert live.advise("front", sent).texts == (live.NOBODY,)


def test_nobody_and_several_are_told_apart(
    live: Any, empty_file: bytes, two_faces_file: bytes
) -> None:
    assert advice(live, empty_file) == [live.NOBODY]
    assert advice(live, two_faces_file) == [live.SEVERAL]


def test_a_frame_is_searched_for_faces_once(live: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    searched = []

    def counted(rgb: np.ndarray) -> list[Detection]:
        searched.append(rgb.shape)
        return find_faces(rgb)

    for module in (pipeline, live):
        monkeypatch.setattr(module, "find_faces", counted)
    assert advice(live, frame(0.45)) == ["Take off your glasses."]
    assert searched == [(HEIGHT, WIDTH, 3)]


def test_a_frame_is_not_kept(live: Any) -> None:
    kinds = (live.Face, importlib.import_module("face_mesh").Photo)
    before = living(*kinds)
    advice(live, frame())
    assert living(*kinds) == before


def test_a_shot_of_the_camera_is_looked_at_and_used(page: AppTest, photo_file: bytes) -> None:
    sent(page, {"taken": data_url(photo_file)})
    assert title(page) == "Is this photo good enough?"
    assert MAKER.encode() in photo_file
    photo = page.session_state["beforehand"].photo
    assert (photo.width, photo.height) == portrait().size
    use(page)
    assert title(page) == "Your preview"


def test_a_broken_shot_is_one_sentence(page: AppTest) -> None:
    sent(page, {"taken": "data:image/jpeg;base64,????"})
    assert title(page) == "Your photo"
    assert page.error[0].value.startswith("The file is empty")


def test_the_words_of_the_camera_are_those_python_sends(page: AppTest) -> None:
    camera = importlib.import_module("ui.components.capture.camera")
    ruler = importlib.import_module("ui.components.capture.ruler")
    crop_frame = importlib.import_module("ui.components.capture.crop_frame")
    for module in (camera, ruler, crop_frame):
        script = Path(module.__file__).with_suffix(".js").read_text("utf-8")
        script = re.sub(r"^\s*//.*$", "", script, flags=re.MULTILINE)
        literals = re.findall(r'"([^"]*)"', re.sub(r'" \+\s+"', "", script))
        said = {one for one in literals if re.search(r"[a-z] [a-z].*\.$| …$", one)}
        assert said
        assert said <= set(module.TEXTS)
        assert set(module.TEXTS) <= set(literals)


def sent(page: AppTest, what: dict[str, object]) -> None:
    """Let the page take what its camera would send; the browser's part is not there."""
    photo_request = importlib.import_module("ui.intake.photo_request")
    state = page.session_state["beforehand"]
    photo_store = importlib.import_module("ui.intake.photo_store")
    session = importlib.import_module("ui.state.session")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(session, "start", lambda: state)
        patch.setattr(photo_store.session_caches, "forget", lambda: None)
        patch.setattr(session.st, "session_state", {"shot": what})
        photo_request._take("shot")
    page.run()
