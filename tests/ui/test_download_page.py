"""Take it home: what is offered, made only when asked for, at no address, marked and signed."""

import importlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from face_mesh import Photo, measure_face
from simulate import Conditions, Plan
from simulate.export import timelapse_video
from simulate.plan.plan import Stroke
from simulate.progress import complete
from simulate.provenance.verify import verify
from simulate.wording.language import english
from tests.ui import viewing
from tests.ui.arriving import arrive

KINDS = ("video", "report", "film", "range")


@pytest.fixture(autouse=True)
def few_moments(monkeypatch: pytest.MonkeyPatch) -> None:
    """Videos of every tenth picture: how many there are is not looked at here."""
    some = timelapse_video.moments()[::10]
    monkeypatch.setattr(timelapse_video, "moments", lambda: some)


@pytest.fixture
def planned(sample_page: AppTest) -> AppTest:
    """The page with a plan on."""
    return viewing.planned(sample_page, "lip_filler")


def downloads(page: AppTest) -> dict[str, str]:
    """The label of each download, and its address: empty as long as nobody clicked."""
    return {one.proto.label: one.proto.url for one in page.get("download_button")}


def names(page: AppTest) -> set[str]:
    return {one.key for one in page.button if one.key}


def test_everything_is_offered_and_nothing_is_made_unasked(planned: AppTest) -> None:
    assert not planned.exception
    assert {f"take_make_{kind}" for kind in KINDS} <= names(planned)
    assert {"Download the comparison", "Download the plan (TOML)", "Download the plan (JSON)"} == (
        set(downloads(planned))
    )
    assert not any(downloads(planned).values())


@pytest.mark.parametrize(
    ("kind", "labels"),
    [
        ("video", {"Download the video (MP4)", "Download as a GIF"}),
        ("report", {"Download the report (PDF, "}),
        ("film", {"Download these pictures"}),
        ("range", {"Download these pictures"}),
    ],
)
def test_what_is_asked_for_is_made_and_has_no_address(
    planned: AppTest, kind: str, labels: set[str]
) -> None:
    planned.button(key=f"take_make_{kind}").click().run()
    assert not planned.exception
    assert not planned.error
    offered = downloads(planned)
    assert all(any(one.startswith(label) for one in offered) for label in labels)
    assert not any(offered.values())
    assert f"take_make_{kind}" not in names(planned)


def test_of_other_doses_it_is_offered_anew(planned: AppTest) -> None:
    planned.button(key="take_make_range").click().run()
    planned.slider(key="dose_lip_filler_both").set_value(0.5).run()
    assert "take_make_range" in names(planned)
    assert "Download these pictures" not in downloads(planned)
    planned.slider(key="dose_lip_filler_both").set_value(1.0).run()
    assert "Download these pictures" in downloads(planned)  # it was kept


def test_in_another_language_it_is_offered_anew(planned: AppTest) -> None:
    """The words are in the pictures."""
    planned.button(key="take_make_range").click().run()
    planned.session_state["language"] = "de"
    planned.run()
    assert not planned.exception
    assert "take_make_range" in names(planned)


def test_what_the_report_holds_is_part_of_what_it_is(planned: AppTest) -> None:
    planned.button(key="take_make_report").click().run()
    planned.checkbox(key="report_code").check().run()
    assert "take_make_report" in names(planned)


Parts = list[Any]


@pytest.fixture
def reported(planned: AppTest, monkeypatch: pytest.MonkeyPatch) -> Callable[[], tuple[Parts, Any]]:
    """Ask for the report, and return of what and with what it is made."""
    asked = []

    def report(parts: Parts, translate: object, language: str, wanted: object) -> Iterator[float]:
        asked.append((parts, wanted))
        yield 1.0
        return b"%PDF"

    monkeypatch.setattr(importlib.import_module("ui.compute.files"), "report", report)

    def ask() -> tuple[Parts, Any]:
        planned.button(key="take_make_report").click().run()
        assert not planned.exception
        return asked[-1]

    return ask


def test_the_report_is_of_the_photo_from_the_front_whichever_is_on(
    planned: AppTest, reported: Callable[[], tuple[Parts, Any]]
) -> None:
    state = planned.session_state["beforehand"]
    (alone,), _ = reported()
    assert (alone.view, alone.others, alone.title) == ("", (), "")
    state.views["smile"], state.view = Photo.from_rgb(state.photo.image[:, ::-1]), "smile"
    planned.run()
    (part,), _ = reported()
    assert part.view == "From the front"
    assert part.face.photo.sha256 == alone.face.photo.sha256
    assert part.choice == alone.choice
    ((name, choice, face, said),) = part.others
    assert (name, said) == ("Smile", "")
    assert choice.plan == alone.choice.plan
    assert face.photo.sha256 != alone.face.photo.sha256


def test_what_was_picked_by_hand_stays_in_its_photo(
    planned: AppTest, reported: Callable[[], tuple[Parts, Any]]
) -> None:
    state = planned.session_state["beforehand"]
    strokes = (Stroke("add", ((0.5, 0.5),), 2.0),)
    state.views["smile"], state.view = Photo.from_rgb(state.photo.image[:, ::-1]), "smile"
    state.edits = replace(state.edits, strokes=strokes)
    viewing.planned(planned, "mole_removal", "crows_feet_toxin")
    (part,), _ = reported()
    assert part.view == "Smile"
    assert any(one.strokes for one in part.choice.plan.treatments)
    ((name, choice, _, said),) = part.others
    assert name == "From the front"
    assert not any(one.strokes for one in choice.plan.treatments)
    assert "mole_removal" not in {one.procedure for one in choice.plan.treatments}
    assert said.startswith("Left out here")


def test_all_plans_go_in_if_asked_for(
    planned: AppTest, reported: Callable[[], tuple[Parts, Any]]
) -> None:
    assert "report_plans" not in {one.key for one in planned.checkbox}
    planned.button(key="copy_to_B").click().run()
    planned.slider(key="dose_lip_filler_both").set_value(0.5).run()
    (one,), _ = reported()
    assert one.title == ""
    assert one.choice.plan.treatments[0].dose == 0.5
    planned.checkbox(key="report_plans").check().run()
    many, _ = reported()
    assert [part.title for part in many] == ["A", "B"]
    assert [part.choice.plan.treatments[0].dose for part in many] == [1.0, 0.5]


@pytest.mark.parametrize("way", ["patient", "consultant"])
def test_patients_get_questions_and_the_first_days(
    planned: AppTest, reported: Callable[[], tuple[Parts, Any]], way: str
) -> None:
    arrive(planned, way, "preview")
    _, wanted = reported()
    assert wanted.questions == (way == "patient")
    assert wanted.film
    planned.checkbox(key="report_film").uncheck().run()
    assert not reported()[1].film


def test_notes_are_offered_only_where_there_are_any(planned: AppTest) -> None:
    assert "report_notes" not in {one.key for one in planned.checkbox}
    planned.text_area(key="notes").set_value("Softly.").run()
    assert planned.checkbox(key="report_notes").value is False


def test_of_other_notes_the_report_is_offered_anew(
    planned: AppTest, reported: Callable[[], tuple[Parts, Any]]
) -> None:
    planned.text_area(key="notes").set_value("Softly.").run()
    reported()
    assert "take_make_report" not in names(planned)
    planned.text_area(key="notes").set_value("Not so softly.").run()
    assert "take_make_report" in names(planned)


def test_what_was_asked_of_other_doses_is_not_begun(planned: AppTest) -> None:
    planned.session_state["beforehand"].asked["video"] = "of other doses"
    planned.run()
    assert planned.session_state["beforehand"].asked == {}
    assert "take_make_video" in names(planned)


def test_work_that_was_stopped_is_not_begun_again(
    planned: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the button of the progress bar calls; the click itself has ended the run before."""
    background_file = importlib.import_module("ui.downloads.background_file")
    state = planned.session_state["beforehand"]
    monkeypatch.setattr(background_file.session, "start", lambda: state)
    state.asked["video"], state.sheet = "this", ("video", "this")
    background_file._take_back("video")
    assert (state.asked, state.sheet) == ({}, None)


def test_what_goes_wrong_is_one_sentence(planned: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    from face_mesh.errors import EngineError

    def broken(*_: object, **__: object) -> object:
        raise EngineError("The model is damaged; install it again.")
        yield

    monkeypatch.setattr(importlib.import_module("ui.compute.files"), "video", broken)
    planned.button(key="take_make_video").click().run()
    assert not planned.exception
    assert [one.value for one in planned.error] == ["The model is damaged; install it again."]


def test_forgetting_lets_go_of_it(planned: AppTest) -> None:
    planned.button(key="take_make_range").click().run()
    planned.button(key="forget").click().run()
    assert not planned.exception
    assert planned.session_state["beforehand"].asked == {}


# --- the files themselves


@pytest.fixture
def made(sample_page: AppTest) -> Callable[..., list[bytes]]:
    """Make what the page would, of a small plan."""
    files = importlib.import_module("ui.compute.files")
    face = measure_face(sample_page.session_state["beforehand"].photo).resized(500)

    def make(kind: str, *treat: str) -> list[bytes]:
        plan = Plan.parse(treat or ["lip_filler=1.0"])
        choice = files.Choice(
            plan, Conditions(engine="fake"), noted=Plan(plan.treatments, notes="Softly.")
        )
        if kind == "comparison":
            return [files.comparison_png(face, choice)]
        if kind == "video":
            moving = complete(files.video(choice, face, english))
            return [moving.mp4, moving.gif]
        if kind == "report":
            wanted = files.ReportOptions(code=True, notes=True, clinic="The Clinic · 12 34")
            part = files.ReportPlan(
                choice, face, "A", "From the front", (("Smile", choice, face, ""),)
            )
            return [complete(files.report([part, part], english, "en", wanted))]
        return [complete(files.sheet(kind, choice, face, english)).png]

    return make


@pytest.mark.parametrize("kind", ["comparison", *KINDS])
def test_every_file_is_signed_and_a_changed_one_is_found(
    made: Callable[..., list[bytes]], kind: str
) -> None:
    for data in made(kind):
        found = verify(data)
        assert found.state == "valid"
        assert "painted" not in {one.how for one in found.edits}
        changed = bytearray(data)
        changed[len(data) // 3] ^= 1
        assert verify(bytes(changed)).state == "tampered"


@pytest.mark.parametrize("kind", ["comparison", *KINDS])
def test_every_file_says_whether_a_model_painted_in_it(
    made: Callable[..., list[bytes]], kind: str
) -> None:
    for data in made(kind, "perioral_filler=1.0", "lip_filler=1.0"):
        found = verify(data)
        assert {"warped", "painted"} <= {one.how for one in found.edits}
        assert found.source_type.endswith("compositeWithTrainedAlgorithmicMedia")
