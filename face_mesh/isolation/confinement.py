"""What a process gives up before it touches a stranger's file, as far as the system knows how.

Every system with the limits of POSIX bounds time, memory, files and processes. On Linux it may not
gain privileges either, cannot be looked into, goes with the process that made it, and has all
system calls refused but those that computing needs: it can open no file and no connection.
"""

from __future__ import annotations

import ctypes
import os
import platform
import signal
import struct
import sys
from contextlib import suppress
from dataclasses import dataclass

if sys.platform != "win32":
    import resource

LIMITS, PRIVILEGES, CALLS = "limits", "privileges", "system calls"

_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_GET_SECCOMP = 1, 4, 21
_PR_SET_SECCOMP, _PR_SET_NO_NEW_PRIVS, _SECCOMP_MODE_FILTER = 22, 38, 2

# Of the Linux kernel's tables of system calls; in each: what the architecture is called in a
# filter, the calls that are allowed, and clone, clone3 and tgkill, which are looked at closer.
# Allowed: reading and writing what is open, memory, threads and their locks, time, chance, signals
# to oneself, and to end.
_X86_64 = (
    0xC000003E,
    (0, 1, 3, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15, 18, 24, 25, 28, 35, 39, 44, 46, 60, 63, 96, 98,
     99, 131, 186, 202, 204, 218, 228, 229, 230, 231, 271, 273, 309, 318, 324, 334),
    (56, 435, 234),
)  # fmt: skip
_AARCH64 = (
    0xC00000B7,
    (57, 62, 63, 64, 68, 73, 80, 93, 94, 96, 98, 99, 101, 113, 114, 115, 123, 124, 132, 134, 135,
     139, 160, 165, 168, 169, 172, 178, 179, 206, 211, 214, 215, 216, 222, 226, 233, 278, 283,
     293),
    (220, 435, 131),
)  # fmt: skip
_TABLES = {"x86_64": _X86_64, "aarch64": _AARCH64}

_LOAD, _EQUAL, _ANY_BIT, _RETURN = 0x20, 0x15, 0x45, 0x06  # of the filter's language (BPF)
_NUMBER, _ARCHITECTURE, _FIRST_ARGUMENT = 0, 4, 16  # where they lie in what it looks at
_ALLOW, _KILL, _ERROR = 0x7FFF0000, 0x80000000, 0x00050000
_EPERM, _ENOSYS = 1, 38
_CLONE_THREAD = 0x10000


@dataclass(frozen=True)
class Limits:
    """Of one job.

    Attributes:
        cpu_seconds: of computing, whatever else the machine does.
        wall_seconds: by the clock, kept by whoever waits; more, as others may be computing too.
        memory: bytes that it may take beyond what it begins with.
    """

    cpu_seconds: int = 5
    wall_seconds: float = 15.0
    memory: int = 2**30


def support() -> frozenset[str]:
    """Return which of `LIMITS`, `PRIVILEGES` and `CALLS` this system can hold a process to."""
    found = set()
    if sys.platform != "win32":
        found.add(LIMITS)
    if sys.platform == "linux":
        found.add(PRIVILEGES)
        if _prctl(_PR_GET_SECCOMP) and platform.machine() in _TABLES:
            found.add(CALLS)
    return frozenset(found)


def go_with_parent() -> None:
    """Have this process killed when the one that made it ends, where the system knows how."""
    if sys.platform == "linux":
        _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def confine(limits: Limits, writes: int = 0) -> frozenset[str]:
    """Give up, for good, all that computing does not need; return what of it is held.

    Whatever is to be imported or opened must be so before.

    Args:
        limits: of time and memory.
        writes: bytes that may be written to a file that is open already.
    """
    held = set()
    if sys.platform != "win32":
        _limit(limits, writes)
        held.add(LIMITS)
    if sys.platform == "linux":
        if _prctl(_PR_SET_DUMPABLE, 0) and _prctl(_PR_SET_NO_NEW_PRIVS, 1):
            held.add(PRIVILEGES)
        if _filter_calls():
            held.add(CALLS)
    return frozenset(held)


def _limit(limits: Limits, writes: int) -> None:
    seconds = limits.cpu_seconds
    wanted = {
        "RLIMIT_CPU": (seconds, seconds + 1),  # SIGXCPU, then SIGKILL
        "RLIMIT_CORE": (0, 0),
        "RLIMIT_FSIZE": (writes, writes),
        "RLIMIT_NOFILE": (0, 0),
    }
    if sys.platform == "linux":  # elsewhere nobody says how much there is already
        most = _address_space() + limits.memory
        wanted["RLIMIT_AS"] = (most, most)
    for name, pair in wanted.items():
        # A system may know one of them less, and a stricter limit may be set already.
        with suppress(AttributeError, ValueError, OSError):
            resource.setrlimit(getattr(resource, name), pair)


def _address_space() -> int:
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")


def _prctl(option: int, *arguments: int) -> bool:
    passed = [ctypes.c_ulong(one) for one in (*arguments, 0, 0, 0, 0)[:4]]
    return int(ctypes.CDLL(None, use_errno=True).prctl(option, *passed)) >= 0


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p))


def _filter_calls() -> bool:
    table = _TABLES.get(platform.machine())
    if table is None:
        return False
    coded = b"".join(struct.pack("=HBBI", *instruction) for instruction in _instructions(*table))
    program = _Program(len(coded) // 8, coded)
    return _prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.addressof(program))


def _instructions(
    architecture: int, allowed: tuple[int, ...], closer: tuple[int, int, int]
) -> list[tuple[int, int, int, int]]:
    """Return the filter: operation, instructions to skip if it holds and if not, and its value."""
    clone, clone3, tgkill = closer
    refused = (_RETURN, 0, 0, _ERROR | _EPERM)
    program = [
        (_LOAD, 0, 0, _ARCHITECTURE),
        (_EQUAL, 1, 0, architecture),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, _NUMBER),
    ]
    for number in allowed:
        program += [(_EQUAL, 0, 1, number), (_RETURN, 0, 0, _ALLOW)]
    # Threads are started by clone, so are processes; what clone3 does cannot be looked at.
    for number, test, value in (
        (clone, _ANY_BIT, _CLONE_THREAD),
        (tgkill, _EQUAL, os.getpid()),  # as a library that gives up does to itself
    ):
        program += [
            (_EQUAL, 0, 4, number),
            (_LOAD, 0, 0, _FIRST_ARGUMENT),
            (test, 0, 1, value),
            (_RETURN, 0, 0, _ALLOW),
            refused,
        ]
    program += [(_EQUAL, 0, 1, clone3), (_RETURN, 0, 0, _ERROR | _ENOSYS), refused]
    return program
