"""A download is of one visit: whatever others do, it comes, and it goes with its visit."""

import asyncio
import importlib
import threading
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from streamlit.proto.BackMsg_pb2 import BackendOperationRequest
from streamlit.proto.ForwardMsg_pb2 import BackendOperationResponse
from streamlit.runtime import media_file_manager
from streamlit.runtime.backend_operation_handler import DeferredFileHandler
from streamlit.runtime.media_file_manager import MediaFileManager
from streamlit.runtime.media_file_storage import MediaFileStorageError
from streamlit.runtime.memory_media_file_storage import MemoryFile, MemoryMediaFileStorage
from streamlit.runtime.scriptrunner import ScriptRunner
from streamlit.runtime.scriptrunner.script_runner import ScriptRunnerEvent

from ui.server import media_access
from ui.server.addresses import GUARDED
from ui.server.media_access import Shelf

PNG = b"\x89PNG of somebody"


class Place:
    """A server's downloads, and whose run the page is in."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.manager = MediaFileManager(MemoryMediaFileStorage("/media"))
        self.visit = ""
        self.open = {"ann", "bob"}
        self._monkeypatch = monkeypatch
        self.inside("")

    def inside(self, visit: str) -> None:
        """From now on this thread runs the page of a visit; of none if that is empty."""
        context = SimpleNamespace(session_id=visit) if visit else None
        self._monkeypatch.setattr(media_file_manager, "_get_session_id", lambda: visit)
        self._monkeypatch.setattr(media_access, "get_script_run_ctx", lambda: context)

    def run(
        self, visit: str, *buttons: str, of: Callable[[], bytes] = lambda: PNG, cut: bool = False
    ) -> dict[str, str]:
        """Run the page of a visit, which draws buttons; return what each promises."""
        self.begin(visit)
        promised = {one: self.draw(one, of) for one in buttons}
        self.end(cut)
        return promised

    def begin(self, visit: str) -> None:
        self.inside(visit)
        self.manager.clear_session_refs()

    def draw(self, button: str, of: Callable[[], bytes] = lambda: PNG) -> str:
        return self.manager.add_deferred(of, "image/png", button, "a.png", element_id=button)

    def end(self, cut: bool = False) -> None:
        event = ScriptRunnerEvent.SCRIPT_STOPPED_FOR_RERUN if cut else None
        finish = ScriptRunner._on_script_finished
        finish(SimpleNamespace(manager=self.manager), None, event)
        self.inside("")

    async def ask(self, visit: str, promise: str) -> BackendOperationResponse:
        request = BackendOperationRequest(request_id="1", session_id=visit)
        request.deferred_file.file_id = promise
        return await DeferredFileHandler(lambda: self.manager).handle(request, visit)

    def press(self, visit: str, promise: str) -> str:
        """Press a download; return its address, empty if it was refused."""
        return asyncio.run(self.ask(visit, promise)).deferred_file.url

    def get(self, address: str) -> MemoryFile | None:
        try:
            return self.manager._storage.get_file(address.rsplit("/", 1)[1])  # type: ignore
        except MediaFileStorageError:
            return None


@pytest.fixture
def untouched(monkeypatch: pytest.MonkeyPatch) -> Place:
    """Streamlit as it comes, put back so afterwards."""
    for kind, name in (
        (DeferredFileHandler, "handle"),
        (MemoryMediaFileStorage, "get_file"),
        (MediaFileManager, "clear_session_refs"),
        (MediaFileManager, "_remove_orphaned_deferred_callables"),
    ):
        monkeypatch.setattr(kind, name, getattr(kind, name))

    def finish(runner: Any, context: Any, event: Any) -> None:
        runner.manager.remove_orphaned_files()

    monkeypatch.setattr(ScriptRunner, "_on_script_finished", finish)
    place = Place(monkeypatch)
    runtime = SimpleNamespace(
        media_file_mgr=place.manager, is_active_session=lambda visit: visit in place.open
    )
    monkeypatch.setattr(media_access, "get_instance", lambda: runtime)
    monkeypatch.setattr(media_access, "SHELF", Shelf())
    return place


@pytest.fixture
def place(untouched: Place) -> Place:
    media_access.keep()
    return untouched


# --- what Streamlit does by itself: once it does not, ui/server/media_access.py can go


def test_streamlit_itself_still_lets_others_take_a_made_file_away(untouched: Place) -> None:
    address = untouched.press("ann", untouched.run("ann", "b")["b"])
    assert untouched.get(address)
    for _ in range(2):
        untouched.run("bob", "b")
    assert not untouched.get(address)


def test_streamlit_itself_still_lets_others_take_a_promise_away(untouched: Place) -> None:
    promise = untouched.run("ann", "b")["b"]
    untouched.begin("ann")
    untouched.run("bob")
    assert not untouched.press("ann", promise)


def test_streamlit_itself_still_makes_what_was_promised_to_somebody_else(untouched: Place) -> None:
    assert untouched.press("bob", untouched.run("ann", "b")["b"])


# --- whose it is


def test_a_made_file_is_there_whatever_others_do(place: Place) -> None:
    address = place.press("ann", place.run("ann", "b")["b"])
    for _ in range(5):
        place.run("bob", "b")
    place.manager.clear_session_refs("bob")  # whose visit is over
    place.manager.remove_orphaned_files()
    made = place.get(address)
    assert made
    assert (made.content, made.filename, made.mimetype) == (PNG, "a.png", "image/png")
    assert GUARDED.search(address), "or ui/server/addresses.py does not guard it"


def test_a_made_file_outlasts_runs_of_its_own_visit(place: Place) -> None:
    address = place.press("ann", place.run("ann", "b")["b"])
    for _ in range(3):
        place.run("ann", "b")
    assert place.get(address)


def test_a_promise_to_one_is_none_to_another(place: Place) -> None:
    promise = place.run("ann", "b")["b"]
    assert not place.press("bob", promise)
    assert place.press("ann", promise)


def test_two_with_the_same_file_have_an_address_each(place: Place) -> None:
    ann, bob = (place.press(who, place.run(who, "b")["b"]) for who in ("ann", "bob"))
    assert ann != bob
    place.inside("ann")
    media_access.forget()
    assert not place.get(ann)
    assert place.get(bob)


# --- as long as a page is drawn anew


def test_a_download_can_be_pressed_while_the_page_is_drawn_anew(place: Place) -> None:
    promise = place.run("ann", "b")["b"]
    place.begin("ann")
    place.run("bob", "b")
    assert place.press("ann", promise)


def test_one_that_was_just_drawn_anew_brings_what_is_there_now(place: Place) -> None:
    before = place.run("ann", "b", "c")
    place.run("ann", "b", of=lambda: b"of now")
    made = place.get(place.press("ann", before["b"]))
    assert made
    assert made.content == b"of now"
    assert not place.press("ann", before["c"]), "whose button is gone"
    assert not place.press("bob", before["b"])
    place.run("ann", "b", of=lambda: b"of later")
    made = place.get(place.press("ann", before["b"]))
    assert made
    assert made.content == b"of later"


def test_what_a_run_that_was_cut_short_did_not_come_to_can_be_pressed(place: Place) -> None:
    before = place.run("ann", "b", "c")
    for _ in range(3):
        place.run("ann", "b", cut=True)
    assert place.press("ann", before["c"])
    assert place.press("ann", before["b"])
    assert len(place.manager._deferred_callables) == 2, "of a button that is drawn anew, the last"
    place.run("ann", "b")
    assert len(place.manager._deferred_callables) == 1


def test_a_whole_run_lets_go_of_what_it_did_not_draw(place: Place) -> None:
    place.run("ann", "b", "c")
    place.run("ann")
    assert not place.manager._deferred_callables


# --- until when


def test_forgetting_lets_go_of_all_of_ones_own(place: Place) -> None:
    promises = {who: place.run(who, "b")["b"] for who in ("ann", "bob")}
    address = place.press("ann", promises["ann"])
    place.inside("ann")
    media_access.forget()
    assert not place.get(address)
    assert not place.press("ann", promises["ann"])
    assert list(place.manager._deferred_callables) == [promises["bob"]]


def test_a_visit_that_ends_takes_its_files_along(place: Place) -> None:
    promise = place.run("ann", "b")["b"]
    address = place.press("ann", promise)
    place.manager.clear_session_refs("ann")
    assert not place.get(address)
    assert not place.manager._deferred_callables
    assert not len(media_access.SHELF)


@pytest.mark.parametrize("how", ["forget", "end", "close"])
def test_what_is_made_while_its_visit_lets_go_comes_to_nothing(place: Place, how: str) -> None:
    begun, go = threading.Event(), threading.Event()

    def slow() -> bytes:
        begun.set()
        assert go.wait(20)
        return PNG

    promise = place.run("ann", "b", of=slow)["b"]

    async def pressed() -> list[str]:
        asked = [asyncio.create_task(place.ask("ann", promise)) for _ in range(2)]
        await asyncio.to_thread(begun.wait, 20)
        if how == "forget":
            place.inside("ann")
            media_access.forget()
        elif how == "end":
            place.manager.clear_session_refs("ann")
        else:
            place.open.discard("ann")  # its last file lies until the visit is forgotten
        go.set()
        return [one.deferred_file.url for one in await asyncio.gather(*asked)]

    urls = asyncio.run(pressed())
    assert not urls[1]
    assert bool(urls[0]) == (how == "close")
    place.manager.clear_session_refs("ann")
    assert not len(media_access.SHELF)


def test_files_of_one_visit_are_made_one_after_another_and_not_without_end(place: Place) -> None:
    now, most = 0, 0
    lock = threading.Lock()

    def counted() -> bytes:
        nonlocal now, most
        with lock:
            now += 1
            most = max(most, now)
        threading.Event().wait(0.02)
        with lock:
            now -= 1
        return PNG

    promises = {who: place.run(who, "b", of=counted)["b"] for who in ("ann", "bob")}

    async def pressed() -> list[BackendOperationResponse]:
        many = media_access.MOST_PRESSED + 3
        return await asyncio.gather(*(place.ask("ann", promises["ann"]) for _ in range(many)))

    answers = asyncio.run(pressed())
    refused = [one.error_msg for one in answers if one.error_msg]
    assert refused == [media_access.TOO_MANY] * 3
    assert most == 1
    addresses = [one.deferred_file.url for one in answers if one.deferred_file.url]
    assert len(set(addresses)) == media_access.MOST_PRESSED
    assert all(map(place.get, addresses)), "all that are taken are there"
    assert place.press("ann", promises["ann"]), "and one may press again"
    assert not media_access._pressed


@pytest.mark.parametrize("error", [MemoryError(), ValueError("Ms Doe"), OSError("doe.jpg")])
def test_what_cannot_be_made_is_said_in_a_sentence(place: Place, error: Exception) -> None:
    def broken() -> bytes:
        raise error

    promise = place.run("ann", "b", of=broken)["b"]
    answer = asyncio.run(place.ask("ann", promise))
    assert answer.error_msg == media_access.NOT_MADE
    assert not answer.deferred_file.url
    assert not media_access.SHELF._begun


# --- the shelf


@pytest.fixture
def now() -> list[float]:
    return [0.0]


@pytest.fixture
def shelf(now: list[float]) -> Shelf:
    return Shelf(lambda: now[0])


def put(shelf: Shelf, visit: str) -> str:
    return shelf.put(shelf.begin(visit), SimpleNamespace(content=PNG))  # type: ignore[arg-type]


def test_a_file_waits_for_two_minutes_and_is_fetched_for_half_a_minute(
    shelf: Shelf, now: list[float]
) -> None:
    never, once = put(shelf, "ann"), put(shelf, "ann")
    now[0] = 60.0
    assert shelf.fetch(once)
    now[0] = 60.0 + media_access.FETCHED_SECONDS - 1.0
    assert shelf.fetch(once), "a second look, as of the page itself and then of the browser"
    now[0] += 1.0
    assert not shelf.fetch(once), "however often it is looked at"
    now[0] = media_access.WAITING_SECONDS
    shelf.drop_old()
    assert not len(shelf)
    assert not shelf.fetch(never)


def test_one_visit_has_so_many_files_and_takes_none_of_others(shelf: Shelf) -> None:
    other = put(shelf, "bob")
    files = [put(shelf, "ann") for _ in range(media_access.MOST_FILES + 2)]
    assert [bool(shelf.fetch(one)) for one in files] == [False] * 2 + [
        True
    ] * media_access.MOST_FILES
    assert shelf.fetch(other)


def test_the_page_is_started_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    lifespan = importlib.import_module("ui.server.lifespan")
    kept: list[str] = []
    monkeypatch.setattr(lifespan.streamlit_patches, "keep", lambda: None)
    monkeypatch.setattr(lifespan.media_access, "keep", lambda: kept.append("made files"))
    monkeypatch.setattr(lifespan, "warm_landmarks", lambda: None)
    monkeypatch.setattr(lifespan.memory_cleanup, "overwrite_freed", lambda: None)

    async def start() -> None:
        async with lifespan.lifespan(None):
            pass

    asyncio.run(start())
    assert kept == ["made files"]
