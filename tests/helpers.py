"""What tests of every package share: where things are, and which shared photos were looked at."""

import os
import shutil
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FACES = ROOT.parent / "shared" / "faces"

_used_photos: set[Path] = set()


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
