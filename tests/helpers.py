"""What tests of every package share: where things are, and which shared photos were looked at."""

import importlib
import os
import shutil
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
FACES = ROOT.parent / "shared" / "faces"

_used_photos: set[Path] = set()


class Late:
    """A module that is imported when something of it is asked for.

    For what takes seconds: every process of pytest imports all files of tests, and runs a part.
    """

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, what: str) -> Any:
        if what.startswith("_"):  # pytest, which looks for fixtures
            raise AttributeError(what)
        return getattr(importlib.import_module(self._name), what)


def use_photo(path: Path) -> Path:
    """Return `path`, counted once among the shared photos this run has looked at."""
    path = path.resolve()
    if not path.is_relative_to(FACES.resolve()):
        raise ValueError("use_photo counts photos in the shared folder, and this one is elsewhere")
    if not path.is_file():
        raise FileNotFoundError(path)
    _used_photos.add(path)
    return path


def used_photos() -> frozenset[Path]:
    """The distinct shared photos that `use_photo` was called with so far."""
    return frozenset(_used_photos)


def chromium_executable() -> str | None:
    """The browser of the page tests: CHROMIUM, one on the path, or None for Playwright's own."""
    return os.environ.get("CHROMIUM") or shutil.which("chromium")
