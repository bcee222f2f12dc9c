"""Checking a picture on the page: plain words for each case, and the upload is gone at once."""

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.testing.v1 import AppTest

from simulate.provenance import signing
from simulate.provenance.c2pa_manifest import Edits, sign_file
from simulate.provenance.png_metadata import png_bytes
from simulate.provenance.signing import credentials

BOX = (10.0, 20.0, 30.0, 40.0)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Settings of nobody: no clinic, no key yet."""
    signing._made_for_this_run.cache_clear()
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    for name in (signing.CERTIFICATE, signing.KEY):
        monkeypatch.delenv(name, raising=False)
    return tmp_path / "beforehand"


@pytest.fixture
def checking(welcome_page: AppTest) -> AppTest:
    """The page that checks pictures, which nobody has to give consent for."""
    return welcome_page.switch_page("../screens/verify.py").run()


def bare() -> bytes:
    pixels = np.random.default_rng(0).integers(0, 256, (60, 40, 3), dtype=np.uint8)
    return png_bytes(pixels, simulated=True)


def ours(*how: str) -> bytes:
    return sign_file(bare(), Edits(dict.fromkeys(how, BOX)), credentials(), "1.0")


def put_in(page: AppTest, data: bytes, name: str = "picture.png") -> AppTest:
    return page.file_uploader[0].upload(name, data).run()


def told(page: AppTest) -> str:
    assert not page.exception
    boxes = (*page.success, *page.warning, *page.info, *page.error)
    return "\n".join(one.value for one in (*boxes, *page.markdown))


def test_one_of_ours_is_told_whole_and_how_it_was_changed(checking: AppTest) -> None:
    said = told(put_in(checking, ours("warped", "painted")))
    assert "Made by Beforehand, and whole" in said
    assert checking.success
    assert "moving skin" in said
    assert "painted by a trained model" in said
    assert "10 to 40 % of the width" in said
    assert "20 to 60 % of the height" in said
    assert "Nobody has checked" in said


def test_without_a_model_it_says_so(checking: AppTest) -> None:
    assert "No part was painted by a trained model." in told(put_in(checking, ours("warped")))


def test_a_changed_one_is_told_in_plain_words(checking: AppTest) -> None:
    data = bytearray(ours("warped"))
    data[-40] ^= 1
    said = told(put_in(checking, bytes(data)))
    assert "Changed after it was signed" in said
    assert "Do not trust" in said
    assert checking.error
    assert not checking.subheader  # whatever it says of itself is not repeated


@pytest.mark.parametrize("name", ["picture.png", "photo.jpg"])
def test_of_one_without_a_signature_it_cannot_tell_and_says_where_to_look(
    checking: AppTest, name: str
) -> None:
    picture = Image.open(io.BytesIO(ours("warped")))
    again = io.BytesIO()
    picture.save(again, "PNG" if name.endswith("png") else "JPEG")
    said = told(put_in(checking, again.getvalue(), name))
    assert "Cannot tell" in said
    assert "SIMULATED by Beforehand" in said
    assert not checking.success
    assert not checking.error


def test_a_stranger_is_no_proof(checking: AppTest, folder: Path) -> None:
    data = ours("warped")
    (folder / "self-signed.pem").unlink()
    signing._made_for_this_run.cache_clear()
    said = told(put_in(checking, data))
    assert "signed by somebody this computer does not know" in said
    assert checking.warning
    assert "Anybody can write any name there." in said


def test_of_the_file_nothing_is_kept(
    checking: AppTest, uploads: list[MemoryUploadedFileManager]
) -> None:
    data = ours("warped")
    put_in(checking, data)
    assert not any(store.file_storage.get(key) for store in uploads for key in store.file_storage)
    state = checking.session_state["beforehand"]
    assert not any(isinstance(value, bytes) for value in vars(state).values())
    assert state.photo is None
    put_in(checking, bare())  # the next one meets a fresh widget
    assert "Cannot tell" in told(checking)


def test_settings_that_cannot_be_read_are_said(
    checking: AppTest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(signing.CERTIFICATE, str(tmp_path / "nowhere.pem"))
    said = told(put_in(checking, bare()))
    assert "cannot be read" in said
    assert str(tmp_path) not in said
    checking.session_state["language"] = "de"
    (error,) = checking.run().error
    assert "cannot be read" not in error.value
