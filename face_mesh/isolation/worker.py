"""The other side of `sandbox`: a process that does what strangers' files ask for.

    python -m face_mesh.isolation.worker fork SOCKET ENTRY
    python -m face_mesh.isolation.worker once ENTRY

`fork` loads what ENTRY needs, then waits; for each job that comes through the socket it forks a
child, which gives up all rights, does it and ends, so that nothing of one file is there when the
next comes. It never looks at a file itself. `once` does one job, from its input to its output.

A job is a function `(data: bytes) -> (head, body)`: a small dict for JSON, and bytes.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import selectors
import socket
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from face_mesh.isolation.confinement import (
    CALLS,
    Limits,
    confine,
    go_with_parent,
)

Buffer = bytes | memoryview
Job = Callable[[bytes], tuple[dict[str, Any], Buffer]]
HEAD_BYTES = 2**15  # at most, of a request and of an answer's head
READY, BARE = b"ready", b"bare"  # whether this system can hold a child to what it may do


def load(entry: str) -> Job:
    """Return the function "module:name", once the module has loaded what it will need."""
    name, _, function = entry.partition(":")
    module = importlib.import_module(name)
    module.load()
    job: Job = getattr(module, function)
    return job


def answer(job: Job, data: bytes, room: int) -> tuple[bytes, memoryview]:
    """Return what a job makes of the data: a line of JSON, and bytes of which there is `room`.

    "failed" in the head of the line names what went wrong.
    """
    try:
        head, body = job(data)
    except BaseException as error:
        head, body = {"failed": "memory" if isinstance(error, MemoryError) else "error"}, b""
    flat = memoryview(body).cast("B")
    if flat.nbytes > room:
        head, flat = {"failed": "room"}, memoryview(b"")
    return json.dumps({"head": head, "size": flat.nbytes}).encode(), flat


def fork_jobs(control: socket.socket, job: Job) -> None:
    """Fork a child for each job that comes through `control`, until its other end is closed."""
    waiting = selectors.DefaultSelector()
    waiting.register(control, selectors.EVENT_READ)
    gc.freeze()  # a collection in a child would copy all that it shares
    control.send(READY if _children_can_be_held() else BARE)
    while True:
        for key, _ in waiting.select():
            if key.fileobj is control:
                if not _begin(control, job, waiting):
                    return
            else:
                _report_end(waiting, key)


def _children_can_be_held() -> bool:
    """Whether a child really cannot call what it must not, as shrinking the memory it shares."""
    child = os.fork()
    if not child:
        os._exit(CALLS not in confine(Limits()))
    return os.waitpid(child, 0)[1] == 0


def _begin(control: socket.socket, job: Job, waiting: selectors.BaseSelector) -> bool:
    """Fork a child for the next job; return False if there will be none."""
    asked, passed, _, _ = socket.recv_fds(control, HEAD_BYTES, 3)
    if not asked:
        return False
    child = os.fork()
    if not child:
        _do(json.loads(asked), job, *passed)
    for one in passed[:2]:
        os.close(one)
    watches = socket.socket(fileno=passed[2])
    handle = os.pidfd_open(child)
    socket.send_fds(watches, [b"{}"], [handle])
    waiting.register(handle, selectors.EVENT_READ, (child, watches))
    return True


def _report_end(waiting: selectors.BaseSelector, key: selectors.SelectorKey) -> None:
    child, watches = key.data
    _, status = os.waitpid(child, 0)
    waiting.unregister(key.fileobj)
    os.close(key.fd)
    with watches, suppress(OSError):  # nobody may be waiting any more
        watches.send(json.dumps({"ended": os.waitstatus_to_exitcode(status)}).encode())


def _do(asked: dict[str, Any], job: Job, target: int, tells: int, _: int) -> None:
    """Do one job in a fresh child, and end."""
    status = 1
    try:
        go_with_parent()
        data = _read(target, asked["size"])
        _close_all_but(target, tells)
        confine(Limits(**asked["limits"]), writes=asked["room"])
        told, flat = answer(job, data, asked["room"])
        _write(target, flat)
        os.write(tells, told)
        status = 0
    finally:
        os._exit(status)


def _read(target: int, size: int) -> bytes:
    data = os.pread(target, size, 0)
    if len(data) != size:
        raise OSError("shared memory ends too soon")
    return data


def _write(target: int, flat: memoryview) -> None:
    """Write to shared memory; to map it would take longer, page by page."""
    at = 0
    while at < flat.nbytes:
        at += os.pwrite(target, flat[at:], at)


def _close_all_but(*kept: int) -> None:
    after = 3
    for one in sorted(kept):
        os.closerange(after, one)
        after = one + 1
    os.closerange(after, os.sysconf("SC_OPEN_MAX"))


def once(job: Job) -> None:
    """Do the job that comes as a line of JSON and the data behind it; answer in the same way."""
    asked = json.loads(sys.stdin.buffer.readline(HEAD_BYTES))
    data = sys.stdin.buffer.read()
    confine(Limits(**asked["limits"]))
    told, flat = answer(job, data, asked["room"])
    sys.stdout.buffer.write(told + b"\n")
    sys.stdout.buffer.write(flat)
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    if sys.argv[1] == "once":
        once(load(sys.argv[2]))
    else:
        fork_jobs(socket.socket(fileno=int(sys.argv[2])), load(sys.argv[3]))
