"""Whether somebody is still there, and that nothing is opened for somebody who has gone."""

import importlib
import threading
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from face_mesh.isolation import sandbox
from face_mesh.isolation.sandbox import Helpers
from face_mesh.photo import refusals
from tests.face_mesh.test_isolation import children, forker, job, needs_forks, soon
from tests.ui.arriving import data_url


class Runtime:
    """Of a server with one session, which may lose its connection."""

    def __init__(self) -> None:
        self.there = True

    def is_active_session(self, session_id: str) -> bool:
        assert session_id == "one"
        return self.there


class Context:
    session_id = "one"


@pytest.fixture
def runtime(page: AppTest, monkeypatch: pytest.MonkeyPatch) -> Runtime:
    """The server that the page's modules see."""
    presence, made = importlib.import_module("ui.server.presence"), Runtime()
    monkeypatch.setattr(presence, "exists", lambda: True)
    monkeypatch.setattr(presence, "get_instance", lambda: made)
    monkeypatch.setattr(presence, "get_script_run_ctx", Context)
    return made


def test_somebody_is_there_until_the_connection_is_lost(runtime: Runtime) -> None:
    gone = importlib.import_module("ui.server.presence").disconnection_check()
    assert not gone()
    runtime.there = False
    assert gone()


def test_without_a_server_nobody_goes(page: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    presence = importlib.import_module("ui.server.presence")
    monkeypatch.setattr(presence, "exists", lambda: False)
    assert not presence.disconnection_check()()


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Helpers that open no photo, however long they are given."""
    made = Helpers({job("sleep"): 1000}, forks=True)
    photo = importlib.import_module("face_mesh.photo.photo")
    monkeypatch.setattr(
        photo,
        "ask",
        lambda entry, data, cancelled: made.ask(job("sleep"), data, cancelled=cancelled),
    )
    made.warm(job("sleep"))
    yield made
    made.close()


@needs_forks
@pytest.mark.parametrize("way", ["upload or shot", "frame"])
def test_a_photo_is_not_opened_on_for_somebody_who_has_gone(
    runtime: Runtime, slow: Any, way: str, page: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    photo_store = importlib.import_module("ui.intake.photo_store")
    camera_live = importlib.import_module("ui.intake.camera_live")
    state = page.session_state["beforehand"]
    monkeypatch.setattr(importlib.import_module("ui.state.session"), "start", lambda: state)
    found: list[Any] = []

    def work() -> None:
        if way == "frame":
            found.append(camera_live.advise("front", data_url(b"a picture")).texts)
        else:
            found.append(photo_store.take_shot(data_url(b"a picture")))

    at_work = threading.Thread(target=work)
    at_work.start()
    soon(lambda: children(forker(slow, "sleep")))
    runtime.there = False
    at_work.join(30)
    assert found == [(camera_live.NOBODY,) if way == "frame" else None]
    soon(lambda: not children(forker(slow, "sleep")))
    if way != "frame":
        assert state.problem == refusals.STOPPED
        assert state.photo is None


def test_the_page_opens_nothing_of_a_browser_by_itself(page: AppTest) -> None:
    """Or a stranger's file would meet a decoder among the faces of others."""
    for name in ("ui.intake.photo_store", "ui.intake.camera_live"):
        module = importlib.import_module(name)
        assert not hasattr(module, "open_photo")
        assert hasattr(module, "open_photo_isolated")
    assert sandbox.PHOTO in sandbox.ALLOWED
