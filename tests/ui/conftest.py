"""A page without a browser, and portraits to put into it."""

import io
import sys
from collections.abc import Iterator
from functools import cache

import pytest
import streamlit as st
from babel.messages import pofile
from PIL import Image
from streamlit.components.v2 import manifest_scanner
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.testing.v1 import AppTest, app_test, local_script_runner

from tests.helpers import ROOT
from tests.ui.arriving import arrive
from tests.ui.photos import jpeg_with_place, portrait


@pytest.fixture(scope="session", autouse=True)
def files_read_once() -> Iterator[None]:
    """Let each file be read once that every page reads: an AppTest would anew, and every run of it.

    These are the components among the packages, the scripts of the pages, and the translations.
    """
    with pytest.MonkeyPatch.context() as patch:
        scan = cache(manifest_scanner.scan_component_manifests)
        patch.setattr(manifest_scanner, "scan_component_manifests", scan)
        patch.setattr(app_test, "ScriptCache", cache(app_test.ScriptCache))
        read = pofile.read_po
        catalogue = cache(lambda data, locale: read(io.BytesIO(data), locale=locale))
        patch.setattr(pofile, "read_po", lambda file, locale=None: catalogue(file.read(), locale))
        yield


@pytest.fixture
def uploads(monkeypatch: pytest.MonkeyPatch) -> list[MemoryUploadedFileManager]:
    """Every store of raw uploads a page was run with, the last run's last."""
    made: list[MemoryUploadedFileManager] = []

    class Recorded(MemoryUploadedFileManager):
        def __init__(self, upload_endpoint: str) -> None:
            super().__init__(upload_endpoint)
            made.append(self)

    monkeypatch.setattr(local_script_runner, "MemoryUploadedFileManager", Recorded)
    return made


@pytest.fixture
def welcome_page(
    uploads: list[MemoryUploadedFileManager], monkeypatch: pytest.MonkeyPatch
) -> Iterator[AppTest]:
    """The page on its first screen, as a fresh process would start it; skin is painted quickly."""
    monkeypatch.setenv("BEFOREHAND_SKIN_ENGINE", "fake")
    # A component is registered when its module is imported, and each AppTest has its own registry.
    for name in [name for name in sys.modules if name == "ui" or name.startswith("ui.")]:
        del sys.modules[name]
    yield AppTest.from_file(str(ROOT / "ui/app/router.py"), default_timeout=60).run()
    st.cache_resource.clear()  # every AppTest is the same session


@pytest.fixture
def page(welcome_page: AppTest) -> AppTest:
    """The page as a consultant meets it after the first screen: age and consent are given."""
    return arrive(welcome_page, "consultant")


@pytest.fixture
def sample_page(page: AppTest) -> AppTest:
    """The page with the portrait of Grace Hopper."""
    return page.button(key="sample_grace_hopper").click().run()


@pytest.fixture(scope="session")
def photo_file() -> bytes:
    """A JPEG that says where it was taken."""
    return jpeg_with_place(portrait())


@pytest.fixture(scope="session")
def two_faces_file() -> bytes:
    one = portrait()
    both = Image.new("RGB", (2 * one.width, one.height))
    both.paste(one, (0, 0))
    both.paste(one, (one.width, 0))
    return jpeg_with_place(both)


@pytest.fixture(scope="session")
def small_face_file() -> bytes:
    """A face too small to be measured, in a photo large enough to be opened."""
    one = portrait()
    small = one.resize((one.width // 3, one.height // 3))
    return jpeg_with_place(small)


@pytest.fixture(scope="session")
def empty_file() -> bytes:
    """A photo of nobody."""
    buffer = io.BytesIO()
    Image.new("RGB", (640, 640), "gray").save(buffer, "JPEG")
    return buffer.getvalue()
