"""How much one visitor and all together may ask for, and that others are served meanwhile."""

import asyncio
from typing import Any

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg

from tests.ui.network import (
    ANNA,
    BEN,
    SESSION,
    UPLOAD,
    Page,
    Tab,
    ask,
    download_asked,
    new_session,
    run,
    run_asked,
    run_ended,
    sentence,
    settle,
    told_download,
)
from ui.server import limits, messages, uploads
from ui.server.ledger import Ledger
from ui.server.pace import Pace
from ui.server.tabs import OwnTabs
from ui.server.turns import Turns
from ui.server.uploads import UploadQuota

MIB = 2**20
OK = 200


def tabs() -> tuple[Page, Any]:
    page = Page()
    return page, OwnTabs(page, Ledger())


def many(count: int) -> list[str]:
    """Numbers of so many browsers."""
    return [f"{n:032d}" for n in range(count)]


# --- tabs


def test_a_visitor_may_have_some_tabs_and_others_still_come() -> None:
    async def visit() -> None:
        _, app = tabs()
        mine = [Tab(app, ANNA) for _ in range(limits.TABS_OF_A_VISITOR + 2)]
        await settle()
        assert [tab.closed for tab in mine] == [None] * limits.TABS_OF_A_VISITOR + [1008] * 2
        ping = {"sec_fetch_site": "same-origin"}
        status, _, body = await ask(app, "/_stcore/health", ANNA, **ping)
        assert (status, sentence(body)[:17]) == (429, "This page is open")
        assert (await ask(app, "/_stcore/health", BEN, **ping))[0] == OK
        other = Tab(app, BEN)
        await settle()
        assert other.closed is None
        await mine[0].close()
        assert (await ask(app, "/_stcore/health", ANNA, **ping))[0] == OK
        for tab in (other, *mine[1 : limits.TABS_OF_A_VISITOR]):
            await tab.close()
        assert not app._open

    run(visit())


def test_there_is_an_end_to_tabs_of_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "TABS", 5)

    async def visit() -> None:
        _, app = tabs()
        come = [Tab(app, browser) for browser in many(7)]
        await settle()
        assert [tab.closed for tab in come] == [None] * 5 + [1008] * 2
        status, _, body = await ask(app, "/_stcore/health", ANNA, sec_fetch_site="same-origin")
        assert (status, sentence(body)[:15]) == (503, "Too many people")
        assert (await ask(app, "/_stcore/health"))[0] == OK, "whoever watches the server"

    run(visit())


def test_fewer_sessions_come_in_a_minute_than_streamlit_keeps() -> None:
    """Or those who come could push out the session of a phone that is asleep."""
    from streamlit.runtime.memory_session_storage import MemorySessionStorage

    at_once, a_second = limits.NEW
    assert at_once + 60.0 * a_second < MemorySessionStorage()._cache.maxsize

    async def visit() -> None:
        page, app = tabs()
        for browser in many(int(at_once) + 3):
            tab = Tab(app, browser)
            await settle()
            if tab.closed is None:
                await page.tell[-1](new_session(f"of {browser}"))
                await tab.close()
        assert len(page.offered) == at_once
        last = many(int(at_once))[-1]
        back = Tab(app, last, sec_websocket_protocol=f"streamlit, x, of {last}")
        await settle()
        assert back.closed is None, "whoever was here may come back"
        ping = {"sec_fetch_site": "same-origin"}
        assert (await ask(app, "/_stcore/health", last, **ping))[0] == OK
        assert (await ask(app, "/_stcore/health", ANNA, **ping))[0] == 503

    run(visit())


# --- messages


def test_messages_above_the_pace_wait_and_none_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MESSAGES", (3.0, 1000.0))
    beat = BackMsg(app_heartbeat=True).SerializeToString()

    async def visit() -> None:
        page, app = tabs()
        tab = Tab(app, ANNA)
        await tab.send(*[beat] * 10)
        assert len(page.heard) < 10
        while len(page.heard) < 10:
            await asyncio.sleep(0.001)

    run(visit())


def test_a_pace_fills_up_again() -> None:
    now = [0.0]
    pace = Pace(2.0, 0.5, lambda: now[0])
    for _ in range(2):
        assert pace.allows()
        pace.take()
    assert not pace.allows()
    now[0] += 2.0
    assert pace.allows()
    assert not pace.full
    now[0] += 100.0
    assert pace.full
    pace.take()
    pace.take()
    assert not pace.allows(), "no more than at first"


def asked(**of: Any) -> bytes:
    return BackMsg(**of).SerializeToString()


def files(count: int) -> bytes:
    message = BackMsg()
    message.file_urls_request.file_names.extend(["a.png"] * count)
    return message.SerializeToString()


def operation(kind: str) -> bytes:
    message = BackMsg()
    getattr(message.backend_operation_request, kind).SetInParent()
    return message.SerializeToString()


REFUSED = {
    "everybody's caches": asked(clear_cache=True),
    "what is in the repository": asked(load_git_info=True),
    "reloading": asked(set_run_on_save=True),
    "the end of the server": asked(debug_shutdown_runtime=True),
    "the end of a connection": asked(debug_disconnect_websocket=True),
    "many addresses": files(limits.NAMES_OF_FILES + 1),
    "as many in two parts": 2 * files(limits.NAMES_OF_FILES),
    "files written": operation("install_skills"),
    "settings": operation("dismiss_skills_nudge"),
    "tables": operation("dataframe_chunk"),
    "files written, after a download": download_asked() + operation("install_skills"),
    "caches, after a run": run_asked() + asked(clear_cache=True),
    "nothing": b"",
    "a field unknown": b"\xc2\x3e\x01a",
}


@pytest.mark.parametrize("what", list(REFUSED))
def test_what_the_page_never_asks_is_not_passed_on(what: str) -> None:
    async def visit() -> None:
        page, app = tabs()
        tab = Tab(app, ANNA)
        await tab.send(REFUSED[what], asked(app_heartbeat=True), run_asked())
        assert page.heard == [asked(app_heartbeat=True), run_asked()]
        await tab.close()

    run(visit())


@pytest.mark.parametrize(
    "data",
    [
        b"\x28",
        b"\x2a\x7f",
        b"\xff" * 12,
        b"\x5a\xff\xff\xff\xff\x0f",
        asked(clear_cache=True) + b"\xc3\x3e\xc4\x3e",  # with a group, which protobuf skips
        100 * asked(clear_cache=True),
        b"\x82\x01\x02\xff\xff",
    ],
)
def test_what_is_no_message_ends_the_connection(data: bytes) -> None:
    async def visit() -> None:
        page, app = tabs()
        tab = Tab(app, ANNA)
        await tab.send(data, run_asked())
        assert page.heard == []
        assert tab.closed == 1002
        await asyncio.wait_for(tab.task, 5)

    run(visit())


def test_pictures_pass_without_being_decoded() -> None:
    """Looking at 8 MB takes no longer than at some bytes: of the outermost fields only."""
    from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

    large = ForwardMsg(hash="1")
    large.delta.new_element.bidi_component.bytes = bytes(8 * MIB)
    seen = list(messages.to_browser(large.SerializeToString()))
    assert [(name, len(content)) for name, content in seen] == [("hash", 1), ("delta", 0)]


# --- runs of the page


def test_some_run_at_once_and_whoever_has_fewest_is_next() -> None:
    async def visit() -> None:
        turns, order = Turns(2, 60.0), []

        async def work(who: str) -> None:
            turn = await turns.take(who)
            order.append((who, turn))

        tasks = [asyncio.create_task(work(who)) for who in "aaaaabc"]
        await settle()
        assert [who for who, _ in order] == ["a", "a"]
        for at in range(5):
            order[at][1].give_back()
            order[at][1].give_back()  # which does nothing more
            await settle()
            assert len(order) == at + 3
        assert "".join(who for who, _ in order) == "aabacaa"
        await asyncio.gather(*tasks)

    run(visit())


def test_what_takes_long_lets_others_begin_and_who_leaves_holds_nothing() -> None:
    async def visit() -> None:
        turns = Turns(1, 0.05)
        await turns.take("a")
        gone = asyncio.create_task(turns.take("b"))
        await settle()
        gone.cancel()
        await asyncio.gather(gone, return_exceptions=True)
        second = await asyncio.wait_for(turns.take("c"), 5)
        second.give_back()
        given = asyncio.create_task(turns.take("d"))
        late = asyncio.create_task(turns.take("e"))
        await settle()
        (await given).give_back()
        late.cancel()  # in the moment in which its turn came
        await asyncio.gather(late, return_exceptions=True)
        await asyncio.wait_for(turns.take("f"), 5)

    run(visit())


def test_runs_wait_for_each_other_but_a_run_is_changed_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(limits, "RUNS_AT_ONCE", 2)
    monkeypatch.setattr(limits, "RUN_SECONDS", 60.0)

    async def visit() -> None:
        page, app = tabs()
        come = [Tab(app, browser) for browser in many(4)]
        for tab in come:
            await tab.send(run_asked())
        assert len(page.heard) == 2
        await come[0].send(run_asked())
        assert len(page.heard) == 3, "another dose while the last is drawn"
        await page.tell[0](run_ended())
        await settle()
        assert len(page.heard) == 4
        await come[1].close()
        await settle()
        assert len(page.heard) == 5, "whoever leaves makes room too"
        await come[0].send(asked(app_heartbeat=True))
        assert len(page.heard) == 6, "what needs no run does not wait"

    run(visit())


def test_a_tab_has_two_downloads_made_at_once() -> None:
    async def visit() -> None:
        page, app = tabs()
        tab = Tab(app, ANNA)
        await tab.send(*[download_asked()] * 3)
        assert len(page.heard) == 2
        await page.tell[0](told_download())
        await settle()
        assert len(page.heard) == 3
        await tab.close()

    run(visit())


# --- uploads


class Kept:
    """What Streamlit would keep of sessions, in bytes."""

    def __init__(self, **kept: int) -> None:
        self.kept = kept

    def of(self, session: str) -> int:
        return self.kept.get(session, 0)

    def in_all(self) -> int:
        return sum(self.kept.values())


def quota(**kept: int) -> tuple[Page, Any, Kept]:
    page, ledger, held = Page(), Ledger(), Kept(**kept)
    ledger.begin(ANNA, "one")
    ledger.begin(ANNA, "two")
    ledger.begin(BEN, "ben")
    return page, UploadQuota(page, ledger, held), held


async def put(app: Any, browser: str, size: int | str, *body: bytes) -> tuple[int, str]:
    status, _, said = await ask(
        app, UPLOAD, browser, "PUT", body=body or (b"",), content_length=str(size)
    )
    return status, sentence(said) if status != OK else said


def test_a_visitor_may_leave_so_much_and_another_as_much() -> None:
    async def visit() -> None:
        page, app, held = quota(one=40 * MIB, two=60 * MIB)
        assert (await put(app, ANNA, 20 * MIB))[0] == OK
        status, said = await put(app, ANNA, 40 * MIB, b"a", b"b")
        assert (status, said[:14]) == (429, "Too many files")
        assert len(page.asked) == 1
        assert (await put(app, BEN, 60 * MIB))[0] == OK
        held.kept["one"] = 0  # as the page removes it
        assert (await put(app, ANNA, 40 * MIB))[0] == OK

    run(visit())


def test_all_together_may_leave_so_much() -> None:
    async def visit() -> None:
        _, app, _ = quota(other=500 * MIB)
        assert (await put(app, BEN, 10 * MIB))[0] == OK
        status, said = await put(app, BEN, 20 * MIB)
        assert (status, said[:16]) == (507, "There is no room")

    run(visit())


def test_room_is_taken_by_what_is_on_its_way() -> None:
    async def visit() -> None:
        page, app, _ = quota()
        page.work = asyncio.Event()
        first = asyncio.create_task(put(app, ANNA, 60 * MIB))
        second = asyncio.create_task(put(app, ANNA, "unknown"))  # may be as large as any
        await settle()
        assert (await put(app, ANNA, 1))[0] == 429
        others = [asyncio.create_task(put(app, browser, 1)) for browser in many(6)]
        await settle()
        assert (await put(app, BEN, 1))[0] == 507, "eight at once in all"
        page.work.set()
        done = await asyncio.gather(first, second, *others)
        assert [status for status, _ in done] == [OK] * 8
        assert (await put(app, ANNA, 64 * MIB))[0] == OK
        assert not app._coming
        assert not app._count

    run(visit())


@pytest.mark.parametrize("size", [66 * MIB, 10**15 - 1, "9" * 400, "-1", "x", ""])
def test_what_is_too_large_or_says_nonsense_takes_no_more_room_than_any(size: int | str) -> None:
    async def visit() -> None:
        _, app, _ = quota()
        status, said = await put(app, ANNA, size)
        if isinstance(size, int):
            assert (status, said) == (413, "The file is too large.")
        else:
            assert status == OK  # Streamlit counts what comes
        assert not app._coming

    run(visit())


def test_an_upload_that_does_not_come_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "STALLED_SECONDS", 0.01)

    async def reading(scope: Any, receive: Any, send: Any) -> None:
        from starlette.requests import Request

        await Request(scope, receive).body()

    async def visit() -> None:
        app = UploadQuota(reading, Ledger(), Kept())  # type: ignore[arg-type]
        said: list[Any] = []

        async def receive() -> Any:
            await asyncio.Event().wait()

        async def send(message: Any) -> None:
            said.append(message)

        scope = {"type": "http", "method": "PUT", "path": UPLOAD, "headers": []}
        await asyncio.wait_for(app(scope, receive, send), 5)
        assert said[0]["status"] == 408
        assert not app._count

    run(visit())


def test_other_requests_take_no_room() -> None:
    async def visit() -> None:
        _, app, _ = quota(one=500 * MIB)
        assert (await ask(app, UPLOAD, ANNA, "DELETE"))[0] == OK
        assert (await ask(app, "/", ANNA))[0] == OK

    run(visit())


def test_what_streamlit_keeps_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
    from streamlit.runtime.uploaded_file_manager import UploadedFileRec

    manager = MemoryUploadedFileManager("/")
    monkeypatch.setattr(
        uploads, "get_instance", lambda: type("Runtime", (), {"uploaded_file_mgr": manager})
    )
    for name, session in (("a", SESSION), ("b", SESSION), ("a", "other")):
        manager.add_file(session, UploadedFileRec(name, name, "image/png", bytes(1000)))
    held = uploads.Held()
    assert (held.of(SESSION), held.of("nobody"), held.in_all()) == (2000, 0, 3000)
    manager.remove_file(SESSION, "a")
    assert held.of(SESSION) == 1000
    manager.remove_session_files(SESSION)
    assert held.in_all() == 1000
