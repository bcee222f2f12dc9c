"""Files that were made to be downloaded: each is of one visit, and of nobody else.

Streamlit makes a file when its button is pressed, but keeps it for no visit in particular: it goes
once two runs of the page have ended, whosever they were, and what is to make it goes when anybody's
run ends while the page of its owner is drawn anew. Who downloads among others then gets nothing.

Here a file that was made stays with the visit it was made for, at an address that is like no other,
until a little after it was fetched, until the visit forgets or ends, or until it was not fetched
for too long. What makes a file stays as long as its button is on the page of that visit.
"""

from __future__ import annotations

import asyncio
import logging
import os
import secrets
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import wraps
from typing import Any
from weakref import WeakValueDictionary

from streamlit.proto.BackMsg_pb2 import BackendOperationRequest
from streamlit.proto.ForwardMsg_pb2 import BackendOperationResponse
from streamlit.runtime import get_instance
from streamlit.runtime.backend_operation_handler import DeferredFileHandler
from streamlit.runtime.media_file_manager import DeferredCallableEntry, MediaFileManager
from streamlit.runtime.media_file_storage import MediaFileKind
from streamlit.runtime.memory_media_file_storage import (
    MemoryFile,
    MemoryMediaFileStorage,
    get_extension_for_mimetype,
)
from streamlit.runtime.scriptrunner import ScriptRunner, get_script_run_ctx
from streamlit.runtime.scriptrunner.script_runner import ScriptRunnerEvent

from ui.text.language import N_

WAITING_SECONDS = 120.0  # for a browser that does not come, as of a phone without a connection
FETCHED_SECONDS = 30.0  # Streamlit's page looks at the address first, and phones ask before saving
MOST_FILES = 8  # of one visit; the oldest go first
MOST_PRESSED = 8  # by one visit and not yet made
MOST_REPLACED = 64  # promises of one visit that are remembered after they were renewed
# In the browser `document_language` puts other languages in their place; no longer than it reads.
NOT_MADE = N_("This file could not be made. Your photo and choices are still here: try again.")
TOO_MANY = N_("Other downloads are still being made. Wait for them, then try again.")


@dataclass
class _Made:
    visit: str
    file: MemoryFile
    until: float


class Shelf:
    """Where made files lie: a number to fetch each by, whose it is, and until when."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._files: dict[str, _Made] = {}  # oldest first
        self._begun: dict[object, str] = {}  # what is being made, and for which visit

    def __len__(self) -> int:
        return len(self._files)

    def begin(self, visit: str) -> object:
        """Say that a file is being made; what is forgotten meanwhile is not put here."""
        token = object()
        with self._lock:
            self._begun[token] = visit
        return token

    def put(self, token: object, file: MemoryFile | None) -> str:
        """Take a file that was begun, None if it failed; return its number, empty if forgotten."""
        with self._lock:
            visit = self._begun.pop(token, None)
            if visit is None or file is None:
                return ""
            own = [number for number, one in self._files.items() if one.visit == visit]
            for number in own[: max(0, len(own) + 1 - MOST_FILES)]:
                del self._files[number]
            number = secrets.token_hex(16)
            self._files[number] = _Made(visit, file, self._clock() + WAITING_SECONDS)
            return number

    def fetch(self, number: str) -> MemoryFile | None:
        """Return the file of a number, if there is one; from now on it does not lie for long."""
        with self._lock:
            self._drop_old()
            made = self._files.get(number)
            if made is None:
                return None
            made.until = min(made.until, self._clock() + FETCHED_SECONDS)
            return made.file

    def forget(self, visit: str) -> None:
        """Let go of all that is of a visit, and of what is being made for it."""
        with self._lock:
            self._files = {n: one for n, one in self._files.items() if one.visit != visit}
            self._begun = {token: of for token, of in self._begun.items() if of != visit}

    def drop_old(self) -> None:
        """Let go of what has lain long enough."""
        with self._lock:
            self._drop_old()

    def _drop_old(self) -> None:
        now = self._clock()
        self._files = {n: one for n, one in self._files.items() if one.until > now}


SHELF = Shelf()
_replaced: dict[str, dict[str, str]] = {}  # visit -> promise that was renewed -> its button
_pressed: Counter[str] = Counter()
_turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
_cut_short = threading.local()
_MAKING = ThreadPoolExecutor(32, thread_name_prefix="download")  # most have nothing to work out


def keep() -> None:
    """Keep files and promises with their visits, from now on.

    Streamlit has no documented way to do it; its version is pinned, and tests/ui/test_made_files.py
    fails once it keeps them itself.
    """
    handler, storage = DeferredFileHandler, MemoryMediaFileStorage
    handler.handle = _handle  # type: ignore[method-assign]
    storage.get_file = _finding(storage.get_file)  # type: ignore[method-assign]
    manager = MediaFileManager
    manager.clear_session_refs = _ending(manager.clear_session_refs)  # type: ignore[method-assign]
    manager._remove_orphaned_deferred_callables = _drop_undrawn  # type: ignore[method-assign,assignment]
    finished = ScriptRunner._on_script_finished
    ScriptRunner._on_script_finished = _noting(finished)  # type: ignore[method-assign]


def forget() -> None:
    """Let go of all downloads of this visit, made and promised; to be called in a run of it."""
    context = get_script_run_ctx()
    if context is not None:
        _forget(get_instance().media_file_mgr, context.session_id)


def _forget(manager: MediaFileManager, visit: str) -> None:
    with manager._lock:
        for promise in list(manager._deferred_ids_by_session.get(visit, ())):
            manager._drop_deferred_id(promise)
        _replaced.pop(visit, None)
    SHELF.forget(visit)


# --- pressing


async def _handle(
    self: DeferredFileHandler, request: BackendOperationRequest, session_id: str
) -> BackendOperationResponse:
    """Answer a press: with where the file is, or with a sentence."""
    response = BackendOperationResponse(request_id=request.request_id)
    if _pressed[session_id] >= MOST_PRESSED:
        response.error_msg = TOO_MANY
        return response
    _pressed[session_id] += 1
    try:
        turn = _turns.setdefault(session_id, asyncio.Lock())
        async with turn:  # one file of a visit at a time leaves room for others
            url = await _made(self._get_media_file_mgr(), session_id, request.deferred_file.file_id)
    finally:
        _pressed[session_id] -= 1
        if not _pressed[session_id]:
            del _pressed[session_id]
    if url:
        response.deferred_file.url = url
    else:
        response.error_msg = NOT_MADE
    return response


async def _made(manager: MediaFileManager, visit: str, promise: str) -> str:
    """Make what was promised to a visit; return its address, empty if that was not possible."""
    promised = _promised(manager, visit, promise)
    if promised is None or not get_instance().is_active_session(visit):  # the tab may be closed
        return ""
    mime, token = promised["mimetype"] or "application/octet-stream", SHELF.begin(visit)
    file = None
    try:
        loop = asyncio.get_running_loop()
        data: Any = await loop.run_in_executor(_MAKING, promised["callable"])
        file = MemoryFile(bytes(data), mime, MediaFileKind.DOWNLOADABLE, promised["filename"])
    except Exception:  # whatever broke: the page goes on
        logging.getLogger(__name__).exception("A download could not be made")
    finally:
        number = SHELF.put(token, file)
    endpoint = manager._storage._media_endpoint  # type: ignore[attr-defined]
    return f"{endpoint}/{number}{get_extension_for_mimetype(mime)}" if number else ""


def _promised(manager: MediaFileManager, visit: str, promise: str) -> DeferredCallableEntry | None:
    """What makes a file, if it is promised to this visit; or what took its place when drawn anew.

    A browser may press what the run that has just ended has already drawn anew.
    """
    with manager._lock:
        entry = manager._deferred_callables.get(promise)
        if entry is not None:
            return entry if entry["session_id"] == visit else None
        button = _replaced.get(visit, {}).get(promise)
        drawn = manager._files_by_session_and_coord.get(visit, {}).values()
        entries = (manager._deferred_callables.get(one) for one in drawn)
        return next((one for one in entries if one and one["element_id"] == button), None)


# --- keeping


def _finding(get_file: Callable[..., MemoryFile]) -> Callable[..., MemoryFile]:
    @wraps(get_file)
    def finding(storage: MemoryMediaFileStorage, filename: str) -> MemoryFile:
        made = SHELF.fetch(os.path.splitext(filename)[0])
        return made if made is not None else get_file(storage, filename)

    return finding


def _ending(clear: Callable[..., None]) -> Callable[..., None]:
    @wraps(clear)
    def ending(manager: MediaFileManager, session_id: str | None = None) -> None:
        clear(manager, session_id)
        if session_id is not None:  # not a run that begins, but a visit that is over
            _forget(manager, session_id)

    return ending


def _noting(finish: Callable[..., None]) -> Callable[..., None]:
    """Note whether the run that ends in this thread was cut short by the next one."""

    @wraps(finish)
    def noting(runner: ScriptRunner, ctx: Any, event: ScriptRunnerEvent, *rest: Any) -> None:
        _cut_short.now = event is ScriptRunnerEvent.SCRIPT_STOPPED_FOR_RERUN
        try:
            finish(runner, ctx, event, *rest)
        finally:
            _cut_short.now = False

    return noting


def _drop_undrawn(manager: MediaFileManager) -> None:
    """Let go of the promises of the visit whose run has ended that it did not draw again.

    Called with the manager's lock, by whatever thread has let go of something. After a run that was
    cut short, what it did not come to is still on the page.
    """
    context = get_script_run_ctx()
    if context is None:
        return
    visit, promises = context.session_id, manager._deferred_callables
    drawn = set(manager._files_by_session_and_coord.get(visit, {}).values())
    anew = {promises[one]["element_id"] for one in drawn if one in promises}
    whole = not getattr(_cut_short, "now", False)
    replaced = _replaced.pop(visit, {})
    for promise in manager._deferred_ids_by_session.get(visit, set()) - drawn:
        button = promises[promise]["element_id"]
        if whole or button in anew:
            manager._drop_deferred_id(promise)
            replaced[promise] = button
    if replaced:
        _replaced[visit] = dict(list(replaced.items())[-MOST_REPLACED:])
