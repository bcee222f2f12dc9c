"""The folder that a run writes into: by itself, and all of its files or none.

Each file lies nowhere until all of them are whole (`face_mesh.atomic_file`), then they are given
their names, one after the other, within milliseconds: a system has no way to name several at once.
The last is the record of the run, and the one of the run before goes first: where it lies,
everything that it speaks of belongs together.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from face_mesh.atomic_file import AtomicFile, clear
from face_mesh.errors import PlanError

try:
    import fcntl
except ImportError:  # Windows, where two runs into one folder are not told of each other
    fcntl = None  # type: ignore[assignment]

NOT_WRITABLE = "The output folder cannot be written to; choose another with --out."
TAKEN = "Another run is writing into this folder; wait for it or choose another with --out."
NOT_WRITTEN = "The pictures could not be written; free some space or choose another --out."


@contextmanager
def output_folder(name: str) -> Iterator[Path]:
    """Make the folder before any work is done for nothing, and keep other runs out of it.

    What a killed run left in it under hidden names goes. If the run fails, the folders that were
    made for it go too.

    Raises:
        PlanError: it cannot be made or written to, or another run is writing into it.
    """
    out, made = Path(name), list[Path]()
    try:
        with ExitStack() as held:
            try:
                _make(out, made)
                AtomicFile(out).close()
                free = held.enter_context(_locked(out))
            except (OSError, ValueError) as error:
                raise PlanError(NOT_WRITABLE) from error
            if not free:
                raise PlanError(TAKEN)
            clear(out)
            yield out
    except BaseException:
        for folder in reversed(made):
            with suppress(OSError):
                folder.rmdir()
        raise


def _make(out: Path, made: list[Path]) -> None:
    """Make a folder and those above it; keep which, for another run may make some of them too."""
    for folder in reversed((out, *out.parents)):
        if not folder.is_dir():
            with suppress(FileExistsError):
                folder.mkdir()
                made.append(folder)
    if not out.is_dir():
        raise NotADirectoryError(out)


@contextmanager
def _locked(out: Path) -> Iterator[bool]:
    """Yield whether nobody else holds the folder; it is let go of however this process ends."""
    if fcntl is None:
        yield True
        return
    opened = os.open(out, os.O_RDONLY)
    try:
        free = True
        try:
            fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            free = False
        except OSError:  # a disk over the network that knows no locks
            pass
        yield free
    finally:
        os.close(opened)


def write(out: Path, files: Iterable[tuple[str, bytes]]) -> None:
    """Write all files, the record of the run last, or none.

    Raises:
        PlanError: they cannot be written.
    """
    try:
        with ExitStack() as held:
            waiting = []
            for name, data in files:
                file = held.enter_context(AtomicFile(out))
                file.write(data)
                waiting.append((name, file))
            _name(out, waiting)
    except OSError as error:
        raise PlanError(NOT_WRITTEN) from error


def _name(out: Path, waiting: list[tuple[str, AtomicFile]]) -> None:
    """Give all files their names; if one cannot be given, those of this run go again."""
    if any((out / name).is_dir() for name, _ in waiting):
        raise IsADirectoryError("a folder has the name of a picture")
    record, named = waiting[-1][0], list[str]()
    try:
        with suppress(FileNotFoundError):
            (out / record).unlink()
        for name, file in waiting:
            named.append(name)
            file.name(name)
    except BaseException:
        for name in named:
            with suppress(OSError):
                (out / name).unlink()
        raise
