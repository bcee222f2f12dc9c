"""A file that has no name until it is whole, so that whoever is killed leaves none half written.

On Linux the file is in no folder until then (`O_TMPFILE`): whatever becomes of the program, and
however suddenly, the system takes it away. Elsewhere, and on disks that cannot do it, it has a
hidden name that `clear` finds again.
"""

from __future__ import annotations

import contextlib
import os
import secrets
from pathlib import Path
from types import TracebackType
from typing import Self

HIDDEN = ".beforehand-"  # how the names begin that files have where they must have one


class AtomicFile:
    """A file to write; it has its name from `name` on, and is gone if it is never given one.

    Attributes:
        hidden: where it lies meanwhile, None where it lies nowhere.
    """

    def __init__(self, folder: str | os.PathLike[str], mode: int = 0o666) -> None:
        """Make it in a folder, on the disk of which it stays.

        Args:
            folder: where it is to have its name.
            mode: its permissions, less those that the umask takes away.

        Raises:
            OSError: nothing can be written there.
        """
        self._folder, self.hidden = Path(folder), None
        try:
            self._opened = os.open(folder, os.O_RDWR | os.O_TMPFILE, mode)
            if not os.path.exists(self._proc):
                os.close(self._opened)
                raise OSError("no /proc")
        except (AttributeError, OSError):
            self.hidden = self._folder / f"{HIDDEN}{secrets.token_hex(8)}"
            how = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
            self._opened = os.open(self.hidden, how, mode)
        self._is_open = True

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None
    ) -> None:
        self.close()

    @property
    def _proc(self) -> str:
        return f"/proc/self/fd/{self._opened}"

    def write(self, data: bytes) -> None:
        """Write all of it, down to the disk, which may say only then that it is full.

        Raises:
            OSError: it cannot be written.
        """
        left = memoryview(data)
        while left:
            left = left[os.write(self._opened, left) :]
        os.fsync(self._opened)

    def name(self, name: str, *, new: bool = False) -> None:
        """Give it its name in the folder, in place of what had it, unless it must be `new`.

        What had the name is gone a moment before: a name for that moment could be left behind.

        Raises:
            FileExistsError: it must be new, and something has that name.
            OSError: the folder is gone or cannot be written to.
        """
        target = self._folder / name
        if not new and self.hidden is not None:
            os.replace(self.hidden, target)
            self.hidden = None
            return
        if not new:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(target)
        if self.hidden is not None:
            os.link(self.hidden, target)
            return
        beside = os.open(self._folder, os.O_RDONLY)
        try:  # a folder to begin from makes the system follow the link of /proc to the file
            os.link(self._proc, name, dst_dir_fd=beside, follow_symlinks=True)
        finally:
            os.close(beside)

    def close(self) -> None:
        """Let go of it; without a name it is gone."""
        if self._is_open:
            self._is_open = False
            os.close(self._opened)
        if self.hidden is not None:
            with contextlib.suppress(OSError):
                os.unlink(self.hidden)


def clear(folder: str | os.PathLike[str]) -> None:
    """Take away what a run that was killed left in a folder under a hidden name.

    Nobody else may be writing there. What cannot be taken away stays.
    """
    for one in Path(folder).glob(f"{HIDDEN}*"):
        with contextlib.suppress(OSError):
            if one.is_dir() and not one.is_symlink():  # as versions before this one made
                for inside in one.iterdir():
                    inside.unlink()
                one.rmdir()
            else:
                one.unlink()
