"""Bad days of the page: whatever breaks is a sentence, the photo stays, and another try works."""

import asyncio
import importlib
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, ClassVar

import pytest
from streamlit.testing.v1 import AppTest

from face_mesh import EngineError
from face_mesh.landmarks import detect, model_file
from tests.ui.arriving import upload, use
from tests.ui.viewing import pick, shown, title
from ui.server import memory_cleanup

SECRET = "doe.jpg, pixels of Ms Doe"
NOT_OURS = [MemoryError(SECRET), OSError(28, SECRET)]
unexpected = pytest.mark.parametrize("error", NOT_OURS, ids=lambda one: type(one).__name__)


def whole(page: AppTest) -> str:
    """All that the browser is sent, in words."""
    return str(page.main)


def says(page: AppTest, error: Exception) -> None:
    """One sentence says that something broke, with nothing of what it was."""
    error_page = importlib.import_module("ui.server.error_page")
    sentence = error_page.NO_MEMORY if isinstance(error, MemoryError) else error_page.SENTENCE
    assert not page.exception
    assert sum(sentence in one.value for one in page.error) == 1
    assert "Doe" not in whole(page)
    assert "Traceback" not in whole(page)


def photo_is_there(page: AppTest) -> None:
    assert page.session_state["beforehand"].photo is not None
    assert title(page) == "Your preview"


@pytest.fixture
def breaks(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., None]]:
    """Let what a module calls by a name raise an error, or do again as it did if that is None."""
    really: dict[tuple[str, str], Any] = {}

    def breaking(module: str, name: str, error: Exception | None) -> None:
        found = importlib.import_module(module)
        was = really.setdefault((module, name), getattr(found, name))

        def broken(*of: Any, **others: Any) -> Any:
            raise error or AssertionError

        monkeypatch.setattr(found, name, broken if error else was)

    return breaking


# --- painting and working out


@unexpected
def test_what_cannot_be_worked_out_is_said_and_another_try_works(
    sample_page: AppTest, breaks: Callable[..., None], error: Exception
) -> None:
    breaks("ui.compute.outcomes", "simulation_steps", error)
    page = pick(sample_page, "forehead_toxin")
    says(page, error)
    photo_is_there(page)
    assert "after" not in shown(page)[1], "the photo as it is, and nothing that looks like a result"
    assert any("dose_" in (one.key or "") for one in page.slider), "and all that can be chosen"

    breaks("ui.compute.outcomes", "simulation_steps", None)
    page = page.button(key="try_picture_again").click().run()
    assert not page.error
    assert "after" in shown(page)[1]


@pytest.mark.parametrize("error", [MemoryError(SECRET), EngineError("Out of memory here.")])
def test_memory_that_runs_out_while_skin_is_painted_ends_nothing(
    sample_page: AppTest, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    fake = importlib.import_module("simulate.inpaint.fake")
    quick = fake.FakeEngine.steps

    def steps(engine: Any, request: Any) -> Iterator[Any]:
        yield next(iter(quick(engine, request)))
        raise error

    monkeypatch.setattr(fake.FakeEngine, "steps", steps)
    page = pick(sample_page, "forehead_toxin")
    assert len(page.error) == 1
    assert "Doe" not in whole(page)
    photo_is_there(page)
    assert not [one for one in page.button if one.key == "cancel"], "nothing looks as if it went on"
    monkeypatch.setattr(fake.FakeEngine, "steps", quick)
    page = page.button(key="try_picture_again").click().run()
    assert not page.error
    assert "after" in shown(page)[1]


@unexpected
@pytest.mark.parametrize(
    ("kind", "work"), [("film", "sheet"), ("range", "sheet"), ("video", "video")]
)
def test_a_sheet_that_breaks_is_not_begun_again_unasked(
    sample_page: AppTest, breaks: Callable[..., None], error: Exception, kind: str, work: str
) -> None:
    page = pick(sample_page, "lip_filler")
    breaks("ui.compute.files", work, error)
    page = page.button(key=f"make_{kind}").click().run()
    says(page, error)
    assert "after" in shown(page)[1], "the picture stays"
    page = page.run()
    assert not page.error, "nobody asked again"
    assert page.button(key=f"make_{kind}"), "but may"


@unexpected
def test_a_report_that_breaks_is_said_and_can_be_made_later(
    sample_page: AppTest, breaks: Callable[..., None], error: Exception
) -> None:
    page = pick(sample_page, "lip_filler")
    breaks("ui.compute.files", "report", error)
    page = page.button(key="take_make_report").click().run()
    says(page, error)
    photo_is_there(page)
    assert page.button(key="take_make_report")


# --- a page that breaks altogether


@unexpected
@pytest.mark.parametrize(
    "where",
    ["ui.planner.controls.choose", "ui.downloads.download_page.show", "ui.app.page_frame.foot"],
)
def test_a_page_that_breaks_keeps_photo_and_choices(
    sample_page: AppTest,
    breaks: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
    where: str,
) -> None:
    module, name = where.rsplit(".", 1)
    page = pick(sample_page, "lip_filler")
    slider = next(one for one in page.slider if (one.key or "").startswith("dose_lip_filler"))
    dose = slider.value
    moved = slider.set_value(dose + 2 * slider.step).run()
    dose = next(one for one in moved.slider if one.key == slider.key).value

    told = importlib.import_module("ui.server.error_page").show_error
    script = importlib.import_module("streamlit.runtime.scriptrunner.exec_code")
    handle = script.handle_user_script_exception
    monkeypatch.setattr(script, "handle_user_script_exception", lambda ex, _: handle(ex, told))
    breaks(module, name, error)
    page = moved.run()
    says(page, error)
    assert page.session_state["beforehand"].photo is not None

    breaks(module, name, None)
    page = page.button(key="try_again").click().run()
    assert not page.error
    photo_is_there(page)
    assert next(one for one in page.slider if one.key == slider.key).value == dose
    assert "after" in shown(page)[1]


# --- models


@pytest.fixture
def model_gone(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """The landmark model is missing and was not loaded before."""
    with monkeypatch.context() as gone:

        def missing() -> bytes:
            raise EngineError("The face landmark model is missing; run `make model`.")

        gone.setattr(detect, "model_bytes", missing)
        detect._landmarker.cache_clear()
        yield gone
    detect._landmarker.cache_clear()


def test_a_missing_landmark_model_is_a_sentence_until_it_is_back(
    page: AppTest, photo_file: bytes, model_gone: pytest.MonkeyPatch
) -> None:
    page = upload(page, "me.jpg", photo_file)
    assert ["landmark model is missing" in one.value for one in page.error] == [True]
    assert not page.exception
    model_gone.setattr(detect, "model_bytes", model_file.model_bytes)
    page = page.run()
    assert not page.error
    assert title(use(page)) == "Your preview"


def test_a_skin_model_that_went_is_a_sentence_until_it_is_back(
    sample_page: AppTest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("BEFOREHAND_SKIN_ENGINE", "embedded")
    weights = importlib.import_module("simulate.inpaint.weights")
    there = weights.FILE
    monkeypatch.setattr(weights, "FILE", tmp_path / "gone.onnx")
    page = pick(sample_page, "forehead_toxin")
    assert ["skin model is missing" in one.value for one in page.error] == [True]
    photo_is_there(page)
    damaged = tmp_path / "damaged.onnx"
    damaged.write_bytes(b"not the tested one")
    monkeypatch.setattr(weights, "FILE", damaged)
    page = page.button(key="try_picture_again").click().run()
    assert ["not the tested one" in one.value for one in page.error] == [True]
    assert str(tmp_path) not in whole(page)
    monkeypatch.setattr(weights, "FILE", there)
    monkeypatch.setenv("BEFOREHAND_SKIN_ENGINE", "fake")  # which is quick
    page = page.button(key="try_picture_again").click().run()
    assert not page.error
    assert "after" in shown(page)[1]


# --- threads and the server's own tasks


@unexpected
@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_thread_that_raises_while_it_loads_a_model_holds_nobody_up(
    sample_page: AppTest, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    loading = importlib.import_module("ui.compute.model_loading")
    thread = threading.Thread(target=lambda: (_ for _ in ()).throw(error))
    thread.start()
    monkeypatch.setattr(loading, "warm_skin", lambda: thread)  # as of the built-in model
    page = pick(sample_page, "forehead_toxin")
    assert not page.error
    assert "after" in shown(page)[1]
    assert not thread.is_alive()


def test_visits_are_let_go_after_one_could_not_be(monkeypatch: pytest.MonkeyPatch) -> None:
    tried = 0

    def drop() -> int:
        nonlocal tried
        tried += 1
        if tried == 1:
            raise RuntimeError(SECRET)
        return 0

    monkeypatch.setattr(memory_cleanup, "drop_expired_sessions", drop)
    monkeypatch.setattr(memory_cleanup, "SWEEP_SECONDS", 0.001)

    async def look() -> None:
        async with memory_cleanup.sweeping():
            for _ in range(500):
                await asyncio.sleep(0.005)
                if tried > 1:
                    return

    asyncio.run(look())
    assert tried > 1


def test_a_visit_that_ends_badly_is_emptied_and_so_are_the_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    emptied: list[str] = []

    def visit(name: str) -> SimpleNamespace:
        def shutdown() -> None:
            if name == "ann":
                raise RuntimeError(SECRET)

        def empty() -> None:
            emptied.append(name)

        state, client = SimpleNamespace(clear=empty), SimpleNamespace(Clear=lambda: None)
        queue = SimpleNamespace(clear=lambda: None)
        return SimpleNamespace(
            shutdown=shutdown, _session_state=state, _client_state=client, _browser_queue=queue
        )

    class Cache(dict[str, Any]):
        """As cachetools' own: `_data` has what has ended too, the mapping has not."""

        _data: ClassVar[dict[str, Any]] = {
            name: SimpleNamespace(session=visit(name)) for name in ("ann", "bob")
        }

        def expire(self) -> None: ...

    storage = SimpleNamespace(_cache=Cache())
    server = SimpleNamespace(_session_mgr=SimpleNamespace(_session_storage=storage))
    monkeypatch.setattr(memory_cleanup, "get_instance", lambda: server)
    assert memory_cleanup.drop_expired_sessions() == 2
    assert emptied == ["ann", "bob"]
