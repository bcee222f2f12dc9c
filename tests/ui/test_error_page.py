"""What breaks is told in a sentence, in the visitor's language, and nothing of it is shown."""

import importlib
import tomllib
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from tests.helpers import ROOT
from ui.server.error_page import SENTENCE


def breaking() -> None:
    from streamlit.error_util import handle_user_script_exception

    from ui.server.error_page import show_error

    handle_user_script_exception(ValueError("pixels of Ms Doe"), show_error)


def test_what_breaks_is_one_sentence_without_the_exception() -> None:
    page = AppTest.from_function(breaking).run()
    assert [one.value for one in page.error] == [SENTENCE]
    assert not page.exception  # Streamlit's own box
    assert "Doe" not in str(page.main)


def test_the_page_is_started_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    app = importlib.import_module("streamlit_app").app
    assert app._on_script_error.__name__ == "show_error"


def test_nobody_is_sent_elsewhere_with_an_error() -> None:
    config = tomllib.loads(Path(ROOT / ".streamlit" / "config.toml").read_text())
    client = config["client"]
    assert client | {"showErrorLinks": False, "showErrorDetails": "none"} == client
