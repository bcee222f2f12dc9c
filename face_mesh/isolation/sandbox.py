"""A process of its own for what strangers send, with limits, which ends when it has answered.

    answer = ask(PHOTO, data)

A decoder that is led astray by a file could otherwise read the faces of all visitors. Here it sees
one file, can open nothing, has limits of time and memory, and is killed when the visitor goes.
On Linux a process that has loaded the codecs waits and forks a child for each file, which takes
some milliseconds; elsewhere each file starts a process anew. What the child makes comes back in
shared memory, and is not trusted: its answer is numbers and bytes, never what is executed.
"""

from __future__ import annotations

import atexit
import json
import mmap
import os
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from face_mesh.isolation.confinement import Limits
from face_mesh.isolation.worker import BARE, HEAD_BYTES, READY

PHOTO = "face_mesh.photo.decode_job:decode_answer"
SIGNATURE = "simulate.provenance.verify_job:read"
# All that may be asked for, and how many bytes an answer may have.
ALLOWED = {PHOTO: 3 * 64_000_000, SIGNATURE: 2**22}

AT_ONCE = 2  # decoders; more would only slow each other down, and each may take a gigabyte
WAITING = 16  # more are told to come back, or the last would wait for minutes

BUSY, STOPPED, SLOW, MEMORY = "busy", "stopped", "slow", "memory"
FAILED, ABSENT = "failed", "absent"  # the job; the process that would do it

_LOOK_S = 0.05  # how often it is looked whether the visitor is still there
_START_S = 60.0  # until the codecs are loaded, on a machine that does much else
_END_S = 5.0  # until a killed process is gone
# Of shared memory, which is emptied and used again: a fresh page takes longer than a written one.
_KEPT_BYTES = 3 * 16_000_000
_ROOT = Path(__file__).resolve().parents[2]

Cancelled = Callable[[], bool]
Bytes = npt.NDArray[np.uint8]


class NoAnswer(Exception):
    """There is no answer; `reason` is one of the words above."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class _Gone(Exception):
    """The process that forks is not there (any more)."""


class _Bare(Exception):
    """Children of it could not be held to what they may do."""


@dataclass(frozen=True, eq=False)
class Answer:
    """What a job made of the data: a small dict of JSON, and bytes, (N,) uint8, of our own."""

    head: dict[str, Any]
    body: Bytes


def _never() -> bool:
    return False


class Helpers:
    """The processes that do jobs, and the queue before them.

    Args:
        allowed: the jobs, as "module:function", and the bytes that the answer to each may have.
        limits: of each.
        forks: whether one process is kept that forks; by default wherever that is possible.
    """

    def __init__(
        self,
        allowed: Mapping[str, int] = ALLOWED,
        limits: Limits = Limits(),  # noqa: B008  # frozen
        *,
        forks: bool | None = None,
    ) -> None:
        self._allowed, self._limits = allowed, limits
        self._forks = can_fork() if forks is None else forks
        self._kept: dict[str, _Forker] = {}
        self._lock = threading.Lock()
        self._turns, self._asked = threading.BoundedSemaphore(AT_ONCE), 0
        atexit.register(self.close)

    def warm(self, entry: str) -> None:
        """Start the process that forks for `entry`, so that the first one does not wait for it."""
        if self._forks:
            with self._forking(), suppress(_Gone):
                self._forker(entry).start()

    def ask(self, entry: str, data: bytes, *, cancelled: Cancelled = _never) -> Answer:
        """Do a job elsewhere and return what it made.

        Args:
            entry: one of those allowed.
            data: what it gets.
            cancelled: asked now and then while this waits; once true, the job is killed.

        Raises:
            NoAnswer: there is no answer; nothing of the job is left.
            ValueError: `entry` is not allowed.
        """
        if entry not in self._allowed:
            raise ValueError(f"{entry!r} is no job that may be asked for")
        with self._turn(cancelled):
            watch = _Watch(self._limits, cancelled)
            room, limits = self._allowed[entry], asdict(self._limits)
            asked = {"size": len(data), "room": room, "limits": limits}
            for _ in range(2):  # once more if the process that forks was killed meanwhile
                if self._forks:
                    with self._forking(), suppress(_Gone):
                        return self._forker(entry).ask(asked, data, watch)
            return _once(entry, asked, data, watch)

    @contextmanager
    def _forking(self) -> Iterator[None]:
        """Fork no more once it is known that children cannot be held here."""
        try:
            yield
        except _Bare:
            self._forks = False

    def close(self) -> None:
        """End all that is kept; the next job starts it anew."""
        with self._lock:
            kept, self._kept = self._kept, {}
        for one in kept.values():
            one.close()

    def _forker(self, entry: str) -> _Forker:
        with self._lock:
            return self._kept.setdefault(entry, _Forker(entry, self._allowed[entry]))

    @contextmanager
    def _turn(self, cancelled: Cancelled) -> Iterator[None]:
        with self._lock:
            if self._asked >= AT_ONCE + WAITING:
                raise NoAnswer(BUSY)
            self._asked += 1
        try:
            while not self._turns.acquire(timeout=_LOOK_S):
                if cancelled():
                    raise NoAnswer(STOPPED)
            try:
                yield
            finally:
                self._turns.release()
        finally:
            with self._lock:
                self._asked -= 1


def can_fork() -> bool:
    """Return whether this system lets a child be made, watched and given memory safely."""
    if sys.platform != "linux" or not hasattr(signal, "pidfd_send_signal"):
        return False
    try:
        os.close(os.pidfd_open(os.getpid()))
        os.close(os.memfd_create("try", os.MFD_CLOEXEC))
    except OSError:
        return False
    return True


class _Watch:
    """Says when a job is to be killed, and why."""

    def __init__(self, limits: Limits, cancelled: Cancelled) -> None:
        self._until, self._cancelled = time.monotonic() + limits.wall_seconds, cancelled

    def reason(self) -> str:
        if self._cancelled():
            return STOPPED
        return SLOW if time.monotonic() > self._until else ""


class _Forker:
    """A process that has loaded what a job needs and forks a child for each."""

    def __init__(self, entry: str, room: int) -> None:
        self._entry, self._room, self._lock = entry, room, threading.Lock()
        self._rooms: list[_Room] = []
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None

    def start(self) -> socket.socket:
        """Return the way to the process, which is started if there is none.

        Raises:
            _Gone: it does not start.
            _Bare: it may not be asked.
        """
        with self._lock:
            if self._process is not None and self._process.poll() is not None:
                self._drop()
            if self._control is None:
                self._control = self._started()
            return self._control

    def _started(self) -> socket.socket:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = _popen(
                ["fork", str(theirs.fileno()), self._entry], pass_fds=[theirs.fileno()]
            )
        ours.settimeout(_START_S)
        try:
            said = ours.recv(HEAD_BYTES)
        except OSError:
            said = b""
        if said != READY:
            ours.close()
            self._drop()
            raise _Bare if said == BARE else _Gone
        return ours

    def close(self) -> None:
        """End it."""
        with self._lock:
            self._drop()
            while self._rooms:
                self._rooms.pop().close()

    def _drop(self) -> None:
        if self._control is not None:
            self._control.close()
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        self._process = self._control = None

    def ask(self, job: dict[str, Any], data: bytes, watch: _Watch) -> Answer:
        """Have a child do the job.

        Raises:
            NoAnswer: see `Helpers.ask`.
            _Gone: the process that forks was killed before the child ended.
        """
        control = self.start()
        with ExitStack() as opened:
            room = opened.enter_context(self._entered())
            room.put(data)
            (told, tells), (watched, watches) = _pair(opened), _pair(opened)
            with tells, watches:
                self._send(control, job, [room.target, tells.fileno(), watches.fileno()])
            child = _Child(told, watched, watch)
            opened.callback(child.close)
            try:
                head, size = child.wait()
            except _Gone:
                self._let_go(control)
                raise
            return Answer(head, room.copy_out(size))

    @contextmanager
    def _entered(self) -> Iterator[_Room]:
        with self._lock:
            room = self._rooms.pop() if self._rooms else _Room(self._room)
        try:
            yield room
        finally:
            room.empty()
            with self._lock:
                self._rooms.append(room)

    def _send(self, control: socket.socket, asked: dict[str, Any], passed: list[int]) -> None:
        try:
            socket.send_fds(control, [json.dumps(asked).encode()], passed)
        except OSError as error:
            self._let_go(control)
            raise _Gone from error

    def _let_go(self, control: socket.socket) -> None:
        """Have the next job start it anew, unless another job has seen to that already."""
        with self._lock:
            if self._control is control:
                self._drop()


def _pair(opened: ExitStack) -> tuple[socket.socket, socket.socket]:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    return opened.enter_context(ours), theirs


def _memory(size: int) -> int:
    """Open shared memory, which takes no room until it is written."""
    made = os.memfd_create("beforehand", os.MFD_CLOEXEC)
    os.truncate(made, size)
    return made


class _Room:
    """Shared memory for a file, and then for what is made of it; empty whenever one enters it."""

    def __init__(self, size: int) -> None:
        self.target, self._size = _memory(size), size
        self._mapped = mmap.mmap(self.target, size)
        self._bytes = np.frombuffer(self._mapped, np.uint8)
        self._used = 0

    def put(self, data: bytes) -> None:
        """Write the file there; what is made of it may be as long as it likes to be."""
        os.truncate(self.target, max(self._size, len(data)))
        at = 0
        while at < len(data):
            at += os.pwrite(self.target, memoryview(data)[at:], at)
        self._used = self._size + len(data)

    def copy_out(self, size: int) -> Bytes:
        """Return what was made, which then is ours: the child may write as long as it lives."""
        size = min(size, self._size)
        self._used = max(size, self._used - self._size)
        return self._bytes[:size].copy()

    def empty(self) -> None:
        """Leave nothing in it, once its child is gone."""
        if self._used > min(_KEPT_BYTES, self._size):
            os.truncate(self.target, 0)
            os.truncate(self.target, self._size)
        else:
            self._bytes[: self._used] = 0

    def close(self) -> None:
        """Let go of it."""
        del self._bytes
        self._mapped.close()
        os.close(self.target)


class _Child:
    """One job under way: what it says, what is said of its end, and the means to kill it.

    Args:
        told: by the child, which is not trusted.
        watched: by the process that made it: a handle to kill it by, and how it ended.
        watch: says when it is to be killed.
    """

    def __init__(self, told: socket.socket, watched: socket.socket, watch: _Watch) -> None:
        self._told, self._watched, self._watch = told, watched, watch
        self._handle: int | None = None
        self._said: dict[str, Any] | None = None
        self._ended: int | None = None
        self._poll = select.poll()
        for one in (told, watched):
            self._poll.register(one, select.POLLIN)

    def wait(self) -> tuple[dict[str, Any], int]:
        """Return the head of its answer and the size of its body; it may be about to end.

        Raises:
            NoAnswer: see `Helpers.ask`.
            _Gone: nobody is there to say how it ended.
        """
        while self._said is None and self._ended is None:
            self._look()
            if reason := self._watch.reason():
                raise NoAnswer(reason)
        said, size = self._said or {}, 0
        head = said.get("head")
        if not isinstance(head, dict) or "failed" in head:
            raise NoAnswer(_why(head, self._ended or 0))
        if isinstance(said.get("size"), int):
            size = max(said["size"], 0)
        return head, size

    def _look(self) -> None:
        for number, _ in self._poll.poll(_LOOK_S * 1000):
            if number == self._watched.fileno():
                self._watch_over()
            else:
                self._listen()

    def _listen(self) -> None:
        coded = self._told.recv(HEAD_BYTES)
        if coded:
            self._said = _parsed(coded)
        self._poll.unregister(self._told)

    def _watch_over(self) -> None:
        coded, passed, _, _ = socket.recv_fds(self._watched, HEAD_BYTES, 1)
        if not coded:
            raise _Gone
        if passed:
            self._handle = passed[0]
        self._ended = json.loads(coded).get("ended")

    def close(self) -> None:
        """Kill it if it still runs, and wait until it is gone and nothing of it is left."""
        until = time.monotonic() + _END_S
        with suppress(_Gone):
            while self._handle is None and time.monotonic() < until:
                self._look()
        if self._handle is None:
            return
        with suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._handle, signal.SIGKILL)
        gone = select.poll()
        gone.register(self._handle, select.POLLIN)
        gone.poll(_END_S * 1000)
        os.close(self._handle)


def _parsed(coded: bytes) -> dict[str, Any]:
    try:
        said = json.loads(coded)
    except (ValueError, RecursionError) as error:  # no JSON, or nested too deeply
        raise NoAnswer(FAILED) from error
    if not isinstance(said, dict):
        raise NoAnswer(FAILED)
    return said


def _why(head: object, ended: int) -> str:
    """Return the reason by what a job said and by how it ended: 0, or less a signal."""
    said = head.get("failed") if isinstance(head, dict) else ""
    # Libraries that get no memory give up by the one; a system that has none left sends the other.
    if said == "memory" or -ended in (signal.SIGABRT, getattr(signal, "SIGKILL", None)):
        return MEMORY
    return SLOW if ended and -ended == getattr(signal, "SIGXCPU", None) else FAILED


def _popen(arguments: list[str], **options: Any) -> subprocess.Popen[bytes]:
    """Start the other side, with nothing of ours but the way to its packages."""
    kept = {key: os.environ[key] for key in ("SYSTEMROOT", "LANG") if key in os.environ}
    paths = os.pathsep.join([str(_ROOT), *filter(None, sys.path)])
    quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL}
    return subprocess.Popen(
        [sys.executable, "-m", "face_mesh.isolation.worker", *arguments],
        cwd=_ROOT,
        env={
            **kept,
            "PYTHONPATH": paths,
            "OPENBLAS_NUM_THREADS": "1",  # a process of one thread can be forked safely
            "OMP_NUM_THREADS": "1",
            "MALLOC_ARENA_MAX": "1",  # or each thread of a codec reserves 64 MB of its limit
        },
        stderr=subprocess.DEVNULL,
        close_fds=True,
        start_new_session=True,  # Ctrl+C is for the server, which ends this by closing the way
        **{**quiet, **options},
    )


def _once(entry: str, asked: dict[str, Any], data: bytes, watch: _Watch) -> Answer:
    process = _popen(["once", entry], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    sent: bytes | None = json.dumps(asked).encode() + b"\n" + data
    with process:
        while True:
            try:
                out, _ = process.communicate(sent, timeout=_LOOK_S)
                break
            except subprocess.TimeoutExpired:
                sent = None
                if reason := watch.reason():
                    process.kill()
                    process.communicate()
                    raise NoAnswer(reason) from None
    first, _, body = out.partition(b"\n")
    said = _parsed(first) if first else {}
    head = said.get("head")
    if process.returncode == 1 and not out:  # as of a package that is missing
        raise NoAnswer(ABSENT)
    if process.returncode or not isinstance(head, dict) or "failed" in head:
        raise NoAnswer(_why(head, process.returncode))
    return Answer(head, np.frombuffer(body, np.uint8))


_helpers = Helpers()
ask, warm = _helpers.ask, _helpers.warm
