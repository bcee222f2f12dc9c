"""Files that somebody names: regular ones only, and never more of them than is asked for."""

from __future__ import annotations

import os
import stat

_PART = 1 << 20  # bytes at a time


class Unreadable(OSError):
    """There is no such file, it may not be read, or it is no regular file: a pipe, a device."""


def contents(path: str | os.PathLike[str], most: int) -> bytes:
    """Return what is in a regular file, or `most` + 1 bytes of a longer one.

    A pipe without a writer would be waited for without end, a device may never end: neither is
    opened.

    Raises:
        Unreadable: the file cannot be read. Its message is the system's and may name the path,
            so it is not for people; `errno` says what is wrong.
    """
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):
            raise Unreadable("not a regular file")
        # What is there may be changed between the two calls: one of a pipe must not wait either.
        with open(path, "rb", buffering=0, opener=_at_once) as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise Unreadable("not a regular file")
            data = bytearray()
            while len(data) <= most and (part := file.read(min(_PART, most + 1 - len(data)))):
                data += part
    except Unreadable:
        raise
    except OSError as error:
        raise Unreadable(error.errno, os.strerror(error.errno or 0)) from error
    except ValueError as error:  # a name with a NUL in it, or one that is not text
        raise Unreadable("not a name") from error
    return bytes(data)


def _at_once(path: str, flags: int) -> int:
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))
