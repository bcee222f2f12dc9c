"""Jobs for a helper process that try what a decoder led astray would try."""

import ctypes
import errno
import os
import resource
import socket
import subprocess
import threading
import time


def load() -> None:
    """Nothing more is needed."""


def echo(data):
    return {"read": len(data)}, data


def too_long(data):
    return {}, data + b"."


def attempts(data):
    """Which of many things can be done; the data is a path that may be read outside."""
    path = data.decode()
    tries = {
        "read a file": lambda: open(path),
        "write a file": lambda: open(f"{path}.new", "w"),
        "list a folder": lambda: os.listdir("/"),
        "remove a file": lambda: os.remove(path),
        "connect": lambda: socket.create_connection(("127.0.0.1", 9), timeout=1),
        "open a socket": lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM),
        "open a local socket": lambda: socket.socketpair(),
        "execute": lambda: subprocess.run(["true"], check=True),
        "replace itself": lambda: os.execv("/bin/true", ["true"]),
        "fork": lambda: os.fork() or os._exit(0),
        "signal its parent": lambda: os.kill(os.getppid(), 0),
        "signal another by thread": lambda: call("tgkill", os.getppid(), os.getppid(), 0),
        "look into another": lambda: open(f"/proc/{os.getppid()}/mem", "rb"),
        "raise its limits": raise_limits,
    }
    return {"could": [name for name, one in tries.items() if succeeds(one)]}, b""


def succeeds(one):
    try:
        one()
    except Exception:
        return False
    return True


def call(name, *arguments):
    """A function of the C library that answers less than 0 if it may not."""
    if getattr(ctypes.CDLL(None), name)(*arguments) < 0:
        raise OSError


def raise_limits():
    for name in (resource.RLIMIT_NOFILE, resource.RLIMIT_AS, resource.RLIMIT_CPU):
        resource.setrlimit(name, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


def opened(data):
    """What is open, by whether one can move in it: what came from outside would be among them."""
    kinds = []
    for number in range(1024):
        try:
            os.lseek(number, 0, os.SEEK_CUR)
        except OSError as error:
            if error.errno == errno.EBADF:
                continue
            kinds.append("socket")
        else:
            kinds.append("file")
    return {"open": kinds, "environment": sorted(os.environ)}, b""


def threads(data):
    """Whether a thread can be begun, as a codec does."""
    done = []
    one = threading.Thread(target=lambda: done.append(True))
    one.start()
    one.join()
    return {"done": done}, b""


def spin(data):
    while True:
        pass


def sleep(data):
    time.sleep(600)
    return {}, b""


def hoard(data):
    kept = []
    while True:
        kept.append(bytearray(2**26))


def hoard_until_aborted(data):
    try:
        hoard(data)
    except MemoryError:
        os.abort()


def crash(data):
    ctypes.string_at(0)
    return {}, b""


def leave(data):
    os._exit(7)


def fail(data):
    raise KeyError("something personal")


def forge(data):
    """Say what it was told to say, past the worker, and go on."""
    for number in range(3, 64):
        try:
            os.write(number, data)
        except OSError:
            continue
    time.sleep(600)


def a_shape(data):
    """As a helper would answer that somebody else took over."""
    import json

    head = json.loads(data)
    return head, b"\x07" * head.pop("bytes", 0)
