"""Fixtures and reporting for every test."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from tests.helpers import FACES, use_photo, used_photos

# Times on a shared machine are noise: a property is judged by its result only.
settings.register_profile("beforehand", deadline=None, print_blob=True)
settings.load_profile("beforehand")

BROWSERS = "tests/browser/"
PHOTOS = "shared photos"  # what a process of pytest-xdist calls those it used


@pytest.fixture(scope="session")
def faces_dir() -> Path:
    """The folder of shared face photos beside the repository; skips where there is none."""
    if not FACES.is_dir():
        pytest.skip("the shared face photos are not on this machine")
    return FACES


@pytest.fixture(scope="session", autouse=True)
def own_settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep the key that pictures are signed with out of the settings of whoever runs the tests."""
    with pytest.MonkeyPatch.context() as changed:
        changed.setenv("XDG_CONFIG_HOME", str(tmp_path_factory.mktemp("settings")))
        yield


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Let one of the processes drive all browsers, which would wait for each other in several.

    The tests of any other file stay together too.
    """
    from xdist.scheduler import LoadFileScheduling

    class OneForBrowsers(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return BROWSERS if nodeid.startswith(BROWSERS) else super()._split_scope(nodeid)

    return OneForBrowsers(config, log)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test that asks for `faces_dir`, so that `-m "not shared"` leaves none behind."""
    for item in items:
        if "faces_dir" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.shared)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Tell the process that reports, where several run the tests, which photos this one used."""
    told = getattr(session.config, "workeroutput", None)
    if told is not None:
        told[PHOTOS] = [str(path) for path in used_photos()]


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Count what another process used, unless it died before it could tell."""
    for path in getattr(node, "workeroutput", {}).get(PHOTOS, []):
        use_photo(Path(path))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how many distinct shared photos this run looked at."""
    there = sum(1 for _ in FACES.rglob("*.jpg"))
    where = f"of {there} in ../shared/faces" if there else "(../shared/faces is not here)"
    terminalreporter.write_line(f"shared photos used: {len(used_photos())} {where}")
